"""The demo: real reports taken through the SOP's four stages by four kinds of people, over the services' own API."""

import json
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.embedded.house import House
from deploy.embedded.staff import Staff, StepFailed, until
from shared import accounts
from shared.words import span

SAMPLES = Path(__file__).parent / "samples"
RIGHTS = ("alt", "caption", "credit", "licence", "consent", "consent_note")
STAGES = ("intake", "editing", "review", "publisher")
STAGE_WORDS = {
    "intake": "Pelaporan bahan",
    "editing": "Penyuntingan",
    "review": "Penyaringan",
    "publisher": "Publikasi",
}

Say = Callable[[str], None]


@dataclass(frozen=True)
class Walk:
    """What one sample became."""

    title: str
    url: str
    report: str
    story: str
    readable: bool = False
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @property
    def in_time(self) -> bool:
        return len(self.clocks) == len(STAGES) and all(c["punctuality"] == "in_time" for c in self.clocks.values())


def password() -> str:
    """A password for the demo's accounts, new each time."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


Person = tuple[str, str, str, str, str | None]


def people() -> list[Person]:
    """The demo's people: account, name, capacity, role, unit."""
    units = sorted({sample["unit"] for sample in samples()})
    return [
        *((f"bidang.{unit}", f"Petugas {unit.capitalize()}", f"Staf {unit}", "bidang", unit) for unit in units),
        ("admin", "Rina Admin", "Admin situs web dan media sosial", "admin", None),
        ("sekretaris", "Budi Sekretaris", "Sekretaris selaku PPID Pembantu", "pimpinan", None),
    ]


async def add_accounts(running: House, secret: str) -> dict[str, str]:
    """Make the demo's accounts; returns account and capacity."""
    conn = await asyncpg.connect(running.owner_dsn)
    try:
        for account, name, capacity, role, unit in people():
            await accounts.add(conn, account, password=secret, name=name, capacity=capacity, roles=[role], unit=unit)
    finally:
        await conn.close()
    return {account: capacity for account, _, capacity, _, _ in people()}


def samples() -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted(SAMPLES.glob("*.json"))]


async def walk_all(running: House, secret: str, say: Say) -> list[Walk]:
    """Take every sample through the four stages; the walks in the samples' order."""
    walks: list[Walk] = []
    for sample in samples():
        say(f"\n{sample['title']}")
        done = await walk(running.staff_url, sample, secret, say)
        timed = replace(done, clocks=await _clocks(running, done.report, done.story))
        for stage in STAGES:
            say(_clock_words(stage, timed.clocks.get(stage)))
        walks.append(timed)
    return walks


async def walk(site: str, sample: dict[str, Any], secret: str, say: Say) -> Walk:
    """Take one sample through the four stages on the staff's site, as the people of `add_accounts`; without clocks."""
    async with _crew(site, secret, f"bidang.{sample['unit']}", "admin", "sekretaris") as (bidang, admin, leader):
        report = await _send(sample, bidang)
        say(f"  1 Bidang melaporkan    {len(sample['media'])} berkas")
        story = await _edit(sample, report, admin)
        say("  2 Admin menyunting     versi 1 diajukan")
        await _approve(story, leader)
        say("  3 Pimpinan menyaring   versi 1 disetujui")
        url: str = (await _publish(story, admin))["url"]
        say(f"  4 Admin menerbitkan    {url}")
    return Walk(sample["title"], url, report, story, await is_readable(url, sample["title"]))


@asynccontextmanager
async def _crew(site: str, secret: str, *people: str) -> AsyncGenerator[list[Staff]]:
    async with AsyncExitStack() as held:
        crew: list[Staff] = []
        for account in people:
            crew.append(await Staff.log_in(site, account, secret))
            held.push_async_callback(crew[-1].close)
        yield crew


async def _send(sample: dict[str, Any], bidang: Staff) -> str:
    media = [
        {**await bidang.upload(SAMPLES / m["name"]), "name": m["name"], **{k: m[k] for k in RIGHTS if k in m}}
        for m in sample["media"]
    ]
    facts = {k: sample[k] for k in ("title", "text", "place", "reporter")}
    happened = (datetime.now(UTC) - timedelta(minutes=40)).isoformat()
    sent = await bidang.post("/api/v1/reports", facts | {"happened_at": happened, "media": media})
    return str(sent["report"])


async def _edit(sample: dict[str, Any], report: str, admin: Staff) -> str:
    async def checked() -> dict[str, Any] | None:
        rows = await admin.get("/api/v1/inbox")
        if not any(r["report"] == report for r in rows["reports"]):
            return None
        row = await admin.get(f"/api/v1/inbox/{report}")
        return row if all(m["state"] == "accepted" for m in row["media"]) else None

    row = await until("the checked report in the inbox", checked)
    await admin.post(f"/api/v1/inbox/{report}/claim", {})
    story = (await admin.post("/api/v1/stories", {"reports": [report]}))["story"]
    shown = [
        {"id": m["id"], **{k: m[k] for k in RIGHTS if m.get(k) is not None}} for m in row["media"] if m["renditions"]
    ]
    first, *rest = sample["text"].split("\n\n")
    body = [{"kind": "paragraph", "spans": [{"text": text}]} for text in (first, *rest)]
    body[1:1] = [{"kind": "figure", "media": m["id"]} for m in shown]
    content = {"title": sample["title"], "lead": first.partition(". ")[0] + ".", "body": body, "media": shown}
    saved = await admin.post(
        f"/api/v1/stories/{story}/versions", {"expected_version": 0, "reason": "Naskah pertama", "content": content}
    )
    await admin.post(f"/api/v1/stories/{story}/submit", {"version": saved["version"]})
    return str(story)


async def _approve(story: str, leader: Staff) -> None:
    async def waiting() -> dict[str, Any] | None:
        rows = await leader.get("/api/v1/reviews")
        if not any(r["line"]["story"] == story for r in rows["reviews"]):
            return None
        return await leader.get(f"/api/v1/reviews/{story}")

    review = await until("the story before the leader", waiting)
    await leader.post(
        f"/api/v1/reviews/{story}/decisions",
        {"version": review["version"], "content_sha256": review["content_sha256"], "decision": "approved"},
    )


async def _publish(story: str, admin: Staff) -> dict[str, Any]:
    async def ready() -> dict[str, Any] | None:
        rows = await admin.get("/api/v1/publications")
        return next((r for r in rows["publications"] if r["story"] == story), None)

    async def live() -> dict[str, Any] | None:
        row = await admin.get(f"/api/v1/publications/{story}")
        return row if row["publications"][0]["state"] == "published" else None

    publication = await until("the approved story before the Admin", ready)
    await admin.post(f"/api/v1/publications/{story}/publish", {"version": publication["version"]})
    return await until("the story in public", live)


async def is_readable(url: str, title: str) -> bool:
    """Whether a stranger gets the page, with its title."""
    async with httpx.AsyncClient(timeout=10) as stranger:
        answer = await stranger.get(url)
    return answer.status_code == 200 and title in answer.text


async def _clocks(running: House, report: str, story: str) -> dict[str, dict[str, Any]]:
    """The closed clock of each stage, read from the four ledgers as their owner."""

    async def all_closed() -> dict[str, dict[str, Any]] | None:
        rows: dict[str, dict[str, Any]] = {}
        for stage in STAGES:
            row = await conn.fetchrow(
                f"""SELECT target_seconds, working_seconds, elapsed_seconds, punctuality FROM {stage}.clocks
                    WHERE closed_at IS NOT NULL AND (report::text = $1 OR story::text = $2 OR item = $2)""",  # noqa: S608
                report,
                story,
            )
            if row is None:
                return None
            rows[stage] = dict(row)
        return rows

    conn = await asyncpg.connect(running.owner_dsn)
    try:
        return await until("the four closed clocks", all_closed)
    finally:
        await conn.close()


def _clock_words(stage: str, clock: dict[str, Any] | None) -> str:
    if clock is None:
        raise StepFailed(f"no closed clock of {stage}")
    word = "tepat waktu" if clock["punctuality"] == "in_time" else "terlambat"
    used, elapsed = span(clock["working_seconds"]), span(clock["elapsed_seconds"])
    return f"    {STAGE_WORDS[stage]:<17} {used:>12} dari {span(clock['target_seconds']):<16} {word} (selang {elapsed})"
