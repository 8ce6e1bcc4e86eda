"""What people do at random in the whole office: each act is one step of one person, on an item that may not be fit."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from shared.content import Content, Words
from tests.faults.whole_office import PEOPLE, WholeOffice

BIDANG, ADMINS, LEADERS = ("dewi", "agus"), ("tono", "rina"), ("bambang", "kadis", "agus", "rina")
# Who usually does it, and how often it is drawn.
VERBS: dict[str, tuple[tuple[str, ...], int]] = {
    "send": (BIDANG, 1), "answer": (BIDANG, 2), "withdraw": (BIDANG, 1), "claim": (ADMINS, 1), "release": (ADMINS, 1),
    "send_back": (ADMINS, 1), "compile": (ADMINS, 2), "split": (ADMINS, 1), "add_report": (ADMINS, 1),
    "save": (ADMINS, 3), "submit": (ADMINS, 4), "revise": (ADMINS, 6), "abandon": (ADMINS, 2), "accept": (ADMINS, 3),
    "approve": (LEADERS, 7), "send_for_work": (LEADERS, 2), "decline": (LEADERS, 1), "withhold": (LEADERS, 1),
    "propose": (LEADERS, 2), "take_back": (LEADERS, 1),
    "hand_over": (LEADERS, 1), "emergency": (LEADERS, 2), "confirm": (LEADERS, 2), "revoke": (LEADERS, 2),
    "publish": (ADMINS, 6), "schedule": (ADMINS, 2), "unschedule": (ADMINS, 1), "retry": (ADMINS, 1),
    "waive": (LEADERS, 1), "take_down": (ADMINS, 1),
}  # fmt: skip
EVERYBODY = tuple(who for who in PEOPLE if who != "sari")
ANY = 7  # an item's number from which on it is taken from all there are, fit or not
WHY = [{"code": "lain", "note": "Periksa lagi."}]


@dataclass(frozen=True)
class Act:
    """One step of one person; `item` and `how` choose among what there is at that moment."""

    verb: str
    who: str
    item: int
    how: int

    def __str__(self) -> str:
        return f"{self.who} {self.verb} (item {self.item}, how {self.how})"


@dataclass(frozen=True)
class Round:
    """What happens at once, after so many minutes; `chance` decides the order in which events travel meanwhile."""

    acts: tuple[Act, ...]
    minutes: int
    chance: int
    away: bool = False

    def __str__(self) -> str:
        acts = "; ".join(map(str, self.acts))
        return f"+{self.minutes} min{', the site is away' if self.away else ''}, chance {self.chance}: {acts}"


@dataclass
class People:
    """The hands of all people of the office. `done` is what they were answered."""

    office: WholeOffice
    done: list[str] = field(default_factory=list[str])
    _number: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def do(self, act: Act, *, after: float = 0) -> None:
        """Carry one act out, and note how it went."""
        await asyncio.sleep(after)
        step: Callable[[Act], Awaitable[httpx.Response | None]] = getattr(self, act.verb)
        answer = await step(act)
        self.done.append(f"{act}: {answer.status_code if answer is not None else 'nothing there'}")

    async def _one(self, query: str, act: Act, everything: str) -> Any | None:
        """Something fit for this act, or anything at all, or nothing."""
        fit = [] if act.item >= ANY else await self.office.rows(query)
        found = fit or await self.office.rows(everything)
        return found[act.item % len(found)] if found else None

    async def _report(self, act: Act, condition: str, desk: str = "editing") -> Any | None:
        query = f"SELECT id, state FROM {desk}.reports"
        row = await self._one(f"{query} WHERE {condition} ORDER BY id", act, f"{query} ORDER BY id")
        return row and row["id"]

    async def _story(self, act: Act, condition: str) -> Any | None:
        query = "SELECT id, version FROM editing.stories s"
        return await self._one(f"{query} WHERE {condition} ORDER BY id", act, f"{query} ORDER BY id")

    async def _review(self, act: Act, condition: str) -> Any | None:
        query = "SELECT r.*, r.story AS id FROM review.reviews r LEFT JOIN review.decisions d USING (story, version)"
        order = "ORDER BY r.story, r.version"
        return await self._one(f"{query} WHERE {condition} {order}", act, f"{query} {order}")

    async def _publication(self, act: Act, condition: str) -> Any | None:
        query = "SELECT * FROM publisher.publications"
        return await self._one(f"{query} WHERE {condition} ORDER BY story, version", act, f"{query} ORDER BY story")

    async def send(self, act: Act) -> httpx.Response:
        told = {
            "title": f"Bahan {next(self._number)}", "text": "Empat puluh rumah selesai.", "place": "Bekasi",
            "happened_at": (self.office.at - timedelta(minutes=30 * act.how)).isoformat(),
            "urgency": "immediate" if act.how == 7 else "regular", "practice": act.how == 6 and act.item == 6,
        }  # fmt: skip
        if act.who in ADMINS:
            told["unit"] = "perumahan"
        return await self.office.call("intake", act.who, "POST", "/api/v1/reports", told)

    async def answer(self, act: Act) -> httpx.Response | None:
        report = await self._report(act, "state = 'sent-back'", "intake")
        return report and await self.office.call(
            "intake", act.who, "POST", f"/api/v1/reports/{report}/supplements", {"text": "Jumlahnya 42."}
        )

    async def withdraw(self, act: Act) -> httpx.Response | None:
        report = await self._report(act, "true", "intake")
        return report and await self.office.call(
            "intake", act.who, "POST", f"/api/v1/reports/{report}/withdraw", {"reason": "Salah kirim."}
        )

    async def claim(self, act: Act) -> httpx.Response | None:
        report = await self._report(act, "state = 'waiting'")
        return report and await self.office.call("editing", act.who, "POST", f"/api/v1/inbox/{report}/claim")

    async def release(self, act: Act) -> httpx.Response | None:
        report = await self._report(act, "state = 'claimed'")
        return report and await self.office.call("editing", act.who, "POST", f"/api/v1/inbox/{report}/release")

    async def send_back(self, act: Act) -> httpx.Response | None:
        report = await self._report(act, "state IN ('waiting', 'claimed', 'compiled')")
        told = {"reasons": WHY, "question": "Berapa rumah?"}
        return report and await self.office.call("editing", act.who, "POST", f"/api/v1/inbox/{report}/send-back", told)

    async def compile(self, act: Act) -> httpx.Response | None:
        return await self._compile(act, "state IN ('waiting', 'claimed')")

    async def split(self, act: Act) -> httpx.Response | None:
        return await self._compile(act, "state = 'compiled'")

    async def _compile(self, act: Act, condition: str) -> httpx.Response | None:
        first = await self._report(act, condition)
        other = await self._report(act, "true") if act.how == 7 else None
        reports = [str(r) for r in dict.fromkeys((first, other)) if r]
        if not reports:
            return None
        return await self.office.call("editing", act.who, "POST", "/api/v1/stories", {"reports": reports})

    async def add_report(self, act: Act) -> httpx.Response | None:
        story, report = await self._story(act, "true"), await self._report(act, "state <> 'sent-back'")
        if story is None or report is None:
            return None
        path = f"/api/v1/stories/{story['id']}/reports"
        return await self.office.call("editing", act.who, "POST", path, {"report": str(report)})

    async def save(self, act: Act) -> httpx.Response | None:
        story = await self._story(act, "state <> 'abandoned'")
        if story is None:
            return None
        text = "Warga menerima kunci." if act.how == 6 else f"Warga menerima kunci, catatan {next(self._number)}."
        content = {"title": "40 rumah selesai", "body": [{"kind": "paragraph", "spans": [{"text": text}]}]}
        return await self._save(act, story["id"], max(0, story["version"] - (act.how == 7)), content)

    async def _save(self, act: Act, story: Any, expected: int, content: Any) -> httpx.Response:
        body = {"expected_version": expected, "reason": "uji", "content": content}
        return await self.office.call("editing", act.who, "POST", f"/api/v1/stories/{story}/versions", body)

    async def submit(self, act: Act) -> httpx.Response | None:
        story = await self._story(
            act, "version > submitted_version AND state IN ('draft', 'submitted', 'approved', 'returned', 'published')"
        )
        if story is None:
            return None
        return await self._submit(act, story["id"], max(1, story["version"] - (act.how == 7)))

    async def revise(self, act: Act) -> httpx.Response | None:
        """Save a newer Version and submit it, whatever became of the one before."""
        saved = await self.save(act)
        if saved is None or saved.status_code != 201:
            return saved
        return await self._submit(act, saved.json()["story"], saved.json()["version"])

    async def _submit(self, act: Act, story: Any, version: int) -> httpx.Response:
        path = f"/api/v1/stories/{story}/submit"
        return await self.office.call("editing", act.who, "POST", path, {"version": version})

    async def abandon(self, act: Act) -> httpx.Response | None:
        story = await self._story(act, "true")
        return story and await self.office.call(
            "editing", act.who, "POST", f"/api/v1/stories/{story['id']}/abandon", {"reason": "Digabung."}
        )

    async def accept(self, act: Act) -> httpx.Response | None:
        """Take a leader's own words over, exactly, and submit them: by the button, or by copying them."""
        story = await self._story(
            act,
            """EXISTS (SELECT FROM review.decisions d WHERE d.story = s.id AND d.proposal IS NOT NULL
                       AND d.version = s.version) AND state = 'returned'""",
        )
        if story is None:
            return None
        offered = await self.office.rows(
            """SELECT v.content, d.proposal, v.version FROM review.decisions d
               JOIN editing.versions v ON (v.story, v.version) = (d.story, d.version)
               WHERE d.story = $1 AND d.proposal IS NOT NULL ORDER BY d.version DESC LIMIT 1""",
            story["id"],
        )
        if not offered:
            return None
        if act.how % 2:
            path = f"/api/v1/stories/{story['id']}/accept"
            return await self.office.call("editing", act.who, "POST", path, {"version": offered[0]["version"]})
        words = Words.model_validate_json(offered[0]["proposal"])
        content = words.laid_over(Content.model_validate_json(offered[0]["content"]))
        saved = await self._save(act, story["id"], story["version"], _manuscript(content))
        if saved.status_code != 201:
            return saved
        return await self._submit(act, story["id"], saved.json()["version"])

    async def _decide(self, act: Act, decision: str, **more: Any) -> httpx.Response | None:
        review = await self._review(act, "r.state = 'open'")
        if review is None:
            return None
        exact = {"version": review["version"], "content_sha256": review["content_sha256"], "decision": decision}
        path = f"/api/v1/reviews/{review['story']}/decisions"
        return await self.office.call("review", act.who, "POST", path, exact | more)

    async def approve(self, act: Act) -> httpx.Response | None:
        embargo = (self.office.at + timedelta(hours=3)).isoformat() if act.how == 7 else None
        return await self._decide(act, "approved", **({"not_before": embargo} if embargo else {}))

    async def send_for_work(self, act: Act) -> httpx.Response | None:
        return await self._decide(act, "returned", reasons=WHY)

    async def decline(self, act: Act) -> httpx.Response | None:
        return await self._decide(act, "declined", reasons=WHY)

    async def withhold(self, act: Act) -> httpx.Response | None:
        return await self._decide(act, "withheld", legal_basis="UU 14/2008 Pasal 17 huruf h")

    async def emergency(self, act: Act) -> httpx.Response | None:
        return await self._decide(act, "approved", basis="emergency", reasons=WHY)

    async def propose(self, act: Act) -> httpx.Response | None:
        """Approve with amendments: the leader's own words for what was submitted."""
        review = await self._review(act, "r.state = 'open'")
        if review is None:
            return None
        words = Words.of(Content.model_validate_json(review["content"]))
        mended = words.model_copy(update={"title": f"Judul pimpinan {next(self._number)}"})
        exact = {"version": review["version"], "content_sha256": review["content_sha256"], "decision": "returned"}
        more = {"reasons": [{"code": "setuju-dengan-perbaikan"}], "proposal": mended.model_dump(mode="json")}
        path = f"/api/v1/reviews/{review['story']}/decisions"
        return await self.office.call("review", act.who, "POST", path, exact | more)

    async def hand_over(self, act: Act) -> httpx.Response | None:
        review = await self._review(act, "r.state = 'open'")
        to = LEADERS[act.how % len(LEADERS)]
        return review and await self.office.call(
            "review", act.who, "POST", f"/api/v1/reviews/{review['story']}/dispositions",
            {"version": review["version"], "to": to, "note": "Mohon dilihat."},
        )  # fmt: skip

    async def confirm(self, act: Act) -> httpx.Response | None:
        review = await self._review(act, "r.state IN ('approved', 'superseded') AND d.basis = 'emergency'")
        return review and await self._of_review(act, review, "confirm")

    async def revoke(self, act: Act) -> httpx.Response | None:
        review = await self._review(act, "r.state IN ('approved', 'superseded')")
        return review and await self._of_review(act, review, "revoke")

    async def take_back(self, act: Act) -> httpx.Response | None:
        review = await self._review(act, "d.proposal IS NOT NULL")
        return review and await self._of_review(act, review, "withdraw-offer")

    async def _of_review(self, act: Act, review: Any, what: str) -> httpx.Response:
        told = {"version": review["version"], "note": "Keliru."}
        return await self.office.call("review", act.who, "POST", f"/api/v1/reviews/{review['story']}/{what}", told)

    async def publish(self, act: Act) -> httpx.Response | None:
        return await self._publishing(act, "state = 'ready'", "publish", versioned=True)

    async def schedule(self, act: Act) -> httpx.Response | None:
        at = (self.office.at + timedelta(minutes=20 * act.how + 1)).isoformat()
        return await self._publishing(act, "state = 'ready'", "schedule", versioned=True, at=at)

    async def unschedule(self, act: Act) -> httpx.Response | None:
        return await self._publishing(act, "state = 'ready'", "unschedule", versioned=True)

    async def retry(self, act: Act) -> httpx.Response | None:
        return await self._publishing(act, "state IN ('publishing', 'published')", "channels/site/retry")

    async def waive(self, act: Act) -> httpx.Response | None:
        return await self._publishing(act, "state = 'publishing'", "channels/site/waive", reason="Tidak ditunggu.")

    async def take_down(self, act: Act) -> httpx.Response | None:
        return await self._publishing(act, "state IN ('publishing', 'published')", "take-down", reason="Keliru sekali.")

    async def _publishing(
        self, act: Act, condition: str, what: str, *, versioned: bool = False, **more: Any
    ) -> httpx.Response | None:
        found = await self._publication(act, condition)
        if found is None:
            return None
        body = more | ({"version": found["version"]} if versioned or "channels" in what else {})
        return await self.office.call(
            "publisher", act.who, "POST", f"/api/v1/publications/{found['story']}/{what}", body
        )


def _manuscript(content: Content) -> dict[str, Any]:
    """The same content as an Admin's page sends it; of files there are none here."""
    told: dict[str, Any] = json.loads(content.model_dump_json())
    assert not told.pop("media")
    return told


def told(rounds: Sequence[Round], done: Sequence[str]) -> str:
    """A schedule as a person reads it, with what was answered."""
    lines = [f"  {n}. {r}" for n, r in enumerate(rounds, 1)]
    return "\n".join(("schedule:", *lines, "answered, in the order of the answers:", *(f"  {d}" for d in done)))
