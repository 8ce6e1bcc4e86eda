"""What must hold in the whole office whatever people do, and whenever events arrive."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.content import Content
from shared.content_hash import content_sha256
from shared.topics import SERVICES
from tests.faults.whole_office import PUBLIC, WholeOffice

CLOCK = "stage, item, cycle, opened_at, due_at, closed_at, outcome, punctuality, working_seconds, elapsed_seconds"
Key = tuple[str, str, int]
SHOWN = """
    SELECT p.story, p.version, p.state, p.visible, a.content, a.content_sha256, d.decision, d.basis, d.decided_by,
           d.content_sha256 AS decided_sha256, r.authors, r.submitted_by, r.content_sha256 AS submitted_sha256
    FROM publisher.publications p JOIN publisher.approvals a USING (story, version)
    LEFT JOIN review.decisions d USING (story, version) LEFT JOIN review.reviews r USING (story, version)
    WHERE p.visible OR p.shown_at IS NOT NULL OR p.published_at IS NOT NULL"""
DECISIONS = [f"alurwarta.story.{ruled}.v1" for ruled in ("approved", "returned", "declined", "withheld")]


@dataclass
class Watch:
    """Looks after each round; remembers the clocks that it saw closed."""

    office: WholeOffice
    closed: dict[Key, tuple[Any, ...]] = field(default_factory=dict[Key, tuple[Any, ...]])

    async def look(self) -> list[str]:
        """What is wrong at this moment; events may still be under way."""
        return [
            *self.office.wrong,
            *await self._approved(),
            *await self._decided_once(),
            *await self._one_open(),
            *await self._closed_stay(),
            *await self._numbered(),
            *await self._no_letters(),
        ]

    async def look_at_rest(self) -> list[str]:
        """What is wrong once everything has arrived."""
        found = [*await self.look(), *await self._none_left_open(), *await self._told_once(), *await self._board()]
        found += [*await self._public(), *await self._fallen(), *await self._agreed()]
        for service in SERVICES:
            found += await self.office.audited(service)
        return found

    async def _approved(self) -> list[str]:
        """Nothing is or was public without another person's approval of exactly this Version."""
        rows = await self.office.rows(SHOWN)
        return [f"public: {r['story']} version {r['version']} {why}" for r in rows for why in _unapproved(r)]

    async def _decided_once(self) -> list[str]:
        rows = await self.office.rows(
            """SELECT key, convert_from(body, 'UTF8')::jsonb ->> 'version' AS version, count(*) FROM review.outbox
               WHERE type = ANY($1) GROUP BY 1, 2 HAVING count(*) > 1""",
            DECISIONS,
        )
        return [f"{r['count']} Decisions on {r['key']} version {r['version']}" for r in rows]

    async def _one_open(self) -> list[str]:
        rows = await self.office.rows(
            "SELECT story, count(*) FROM review.reviews WHERE state = 'open' GROUP BY story HAVING count(*) > 1"
        )
        return [f"{r['count']} open Versions of {r['story']}" for r in rows]

    async def _closed_stay(self) -> list[str]:
        now: dict[Key, tuple[Any, ...]] = {}
        for service in SERVICES:
            rows = await self.office.rows(f"SELECT {CLOCK} FROM {service}.clocks WHERE closed_at IS NOT NULL")
            now |= {(row["stage"], row["item"], row["cycle"]): tuple(row) for row in rows}
        found = [
            f"the closed clock {key} is now {now.get(key, 'open again, or gone')}, and was {known}"
            for key, known in self.closed.items()
            if now.get(key) != known
        ]
        self.closed |= now
        return found

    async def _numbered(self) -> list[str]:
        found: list[str] = []
        for service in SERVICES:
            rows = await self.office.rows(
                f"SELECT topic, key, array_agg(sequence ORDER BY id) AS numbers FROM {service}.outbox GROUP BY 1, 2"
            )
            odd = [r for r in rows if list(r["numbers"]) != list(range(1, len(r["numbers"]) + 1))]
            found += [f"{r['topic']} of {r['key']} is numbered {r['numbers']}" for r in odd]
        return found

    async def _no_letters(self) -> list[str]:
        found: list[str] = []
        for service in SERVICES:
            rows = await self.office.rows(f"SELECT topic, type, key, reason FROM {service}.dead_letters")
            found += [f"dead letter in {service}: {tuple(r)}" for r in rows]
        return found

    async def _none_left_open(self) -> list[str]:
        """No clock runs for an item that has left its stage, and each that is in a stage has its own."""
        found: list[str] = []
        for stage, query in LEFT_OPEN.items():
            rows = await self.office.rows(query)
            found += [f"the {stage} clock of {r['item']} cycle {r['cycle']} still runs: {r['why']}" for r in rows]
        for stage, query in NOT_MEASURED.items():
            found += [f"no {stage} clock runs for {r['item']}: {r['why']}" for r in await self.office.rows(query)]
        return found

    async def _told_once(self) -> list[str]:
        """Each closed clock stands once in the `clocks` of all events, as the ledger has it."""
        told = Counter[Key]()
        found: list[str] = []
        async for key, record in self._told():
            told[key] += 1
            known = self.closed.get(key)
            if known is None or known[5:7] != record:
                found.append(f"an event tells of the clock {key} as {record}; the ledger has {known and known[5:7]}")
        found += [f"the clock {key} is told of {count} times" for key, count in told.items() if count > 1]
        missing = [key for key in self.closed if key not in told and not _closed_by_another(self.closed[key])]
        return found + [f"no event tells of the clock {key}, closed as {self.closed[key][6]}" for key in missing]

    async def _told(self) -> AsyncGenerator[tuple[Key, tuple[datetime, str]]]:
        for service in SERVICES:
            for row in await self.office.rows(f"SELECT topic, body FROM {service}.outbox ORDER BY id"):
                if row["topic"].startswith("intake-outcomes"):
                    continue
                for record in json.loads(row["body"]).get("clocks") or ():
                    closed = datetime.fromisoformat(record["closed_at"])
                    yield (record["stage"], record["item"], record["cycle"]), (closed, record["outcome"])

    async def _board(self) -> list[str]:
        """The leaders' board shows each closed clock as the stages' own ledgers have it, and no other as closed."""
        rows = await self.office.rows("SELECT stage, item, cycle, closed_at, outcome FROM review.board_clocks")
        shown = {(r["stage"], r["item"], r["cycle"]): (r["closed_at"], r["outcome"]) for r in rows}
        there = {key: clock for key, clock in self.closed.items() if not _closed_by_another(clock)}
        found = [
            f"the board shows {key} as {shown.get(key)}, closed {clock[5:7]}"
            for key, clock in there.items()
            if shown.get(key) != clock[5:7]
        ]
        early = [key for key, (closed_at, _) in shown.items() if closed_at is not None and key not in self.closed]
        return found + [f"the board shows {key} as closed, which is not" for key in early]

    async def _public(self) -> list[str]:
        """The site shows a Story to a stranger exactly while one of its Versions is visible."""
        rows = await self.office.rows(
            """SELECT s.story, s.slug, bool_or(p.visible) AS visible FROM publisher.stories s
               JOIN publisher.publications p USING (story) WHERE s.slug IS NOT NULL GROUP BY 1, 2"""
        )
        found: list[str] = []
        for row in rows:
            answer = await self.office.stranger(f"{PUBLIC}/berita/{row['slug']}")
            right = (answer == 200) is row["visible"]
            found += [] if right else [f"a stranger gets {answer} for {row['story']}, visible: {row['visible']}"]
        return found

    async def _fallen(self) -> list[str]:
        """At rest nothing is visible whose approval the leader or the Admin took back."""
        rows = await self.office.rows(
            """SELECT p.story, p.version, r.state
               FROM publisher.publications p JOIN review.reviews r USING (story, version)
               WHERE p.visible AND r.state IN ('revoked', 'abandoned')"""
        )
        return [f"{r['story']} version {r['version']} is visible, and {r['state']}" for r in rows]

    async def _agreed(self) -> list[str]:
        """At rest the desks of editing, review and publisher say the same of each Version."""
        rows = await self.office.rows(AGREED)
        return [
            f"{r['story']} version {r['version']} is {r['review']} in review, in editing the Story is {r['editing']}, "
            f"at the publisher its approval is {r['approval']}"
            for r in rows
        ]


def _unapproved(row: Any) -> Iterator[str]:
    if row["decision"] != "approved":
        yield f"was decided as {row['decision']}"
        return
    if len({row["content_sha256"], row["decided_sha256"], row["submitted_sha256"]}) != 1:
        yield "is not the content that was approved"
    if content_sha256(Content.model_validate_json(row["content"])) != row["content_sha256"]:
        yield "does not have the hash of its content"
    by = json.loads(row["decided_by"])["account"]
    if row["basis"] != "emergency" and by in (*row["authors"], json.loads(row["submitted_by"])["account"]):
        yield f"was approved by its author {by}"


def _closed_by_another(clock: tuple[Any, ...]) -> bool:
    """Closed where no event of one's own follows: another service's event, which all can read, ended it."""
    stage, outcome = clock[0], clock[6]
    return (stage, outcome) in {("editing", "withdrawn"), ("editing", "refused"), ("publisher", "revoked")}


AGREED = """
    SELECT r.story, r.version, r.state AS review, s.state AS editing, a.state AS approval
    FROM review.reviews r
    LEFT JOIN editing.stories s ON s.id = r.story AND s.submitted_version = r.version
    LEFT JOIN publisher.approvals a ON a.story = r.story AND a.version = r.version
    LEFT JOIN review.decisions d ON d.story = r.story AND d.version = r.version
    WHERE (r.state = 'open') <> coalesce(s.state = 'submitted', false)
       OR (s.state = 'approved' AND r.state <> 'approved')
       OR (s.state = 'returned' AND r.state <> 'returned')
       OR (r.state = 'approved') <> coalesce(a.state = 'valid', false)
       OR (a.story IS NOT NULL) <> coalesce(d.decision = 'approved', false)"""
LEFT_OPEN = {
    "intake": """
        SELECT c.item, c.cycle, r.state AS why FROM intake.clocks c JOIN intake.reports r ON c.item = r.id::text
        WHERE c.closed_at IS NULL AND (r.state <> 'sent-back' OR r.cycle <> c.cycle)""",
    "editing": """
        SELECT c.item, c.cycle, coalesce('story ' || s.state, 'report ' || r.state) AS why FROM editing.clocks c
        LEFT JOIN editing.stories s ON s.id = c.story LEFT JOIN editing.reports r ON r.id = c.report
        WHERE c.closed_at IS NULL
          AND (s.state IN ('declined', 'withheld', 'abandoned', 'taken-down')
               OR r.state IN ('withdrawn', 'refused', 'sent-back')
               OR (s.id IS NULL AND r.state NOT IN ('waiting', 'claimed')))""",
    "review": """
        SELECT c.item, c.cycle, coalesce(r.state, 'no such Version') AS why FROM review.clocks c
        LEFT JOIN review.reviews r ON r.story = c.story AND r.cycle = c.cycle
        LEFT JOIN review.confirmations f ON (f.story, f.version) = (r.story, r.version)
        WHERE c.closed_at IS NULL AND NOT coalesce(
            CASE WHEN c.item LIKE '%.susulan' THEN r.state IN ('approved', 'superseded') AND f.story IS NULL
                 ELSE r.state = 'open' END, false)""",
    "publisher": """
        SELECT c.item, c.cycle, p.state AS why FROM publisher.clocks c
        LEFT JOIN publisher.approvals a ON a.story = c.story AND a.cycle = c.cycle
        LEFT JOIN publisher.publications p ON (p.story, p.version) = (a.story, a.version)
        WHERE c.closed_at IS NULL AND coalesce(p.state, '') NOT IN ('ready', 'publishing')
          AND NOT (p.state = 'superseded' AND EXISTS (
              SELECT FROM publisher.publications n WHERE n.story = p.story AND n.version > p.version
                AND n.state IN ('ready', 'publishing')))""",
}
NOT_MEASURED = {
    "intake": """
        SELECT r.id::text AS item, r.state AS why FROM intake.reports r WHERE r.state = 'sent-back'
          AND (r.facts::jsonb ->> 'practice') IS DISTINCT FROM 'true'
          AND NOT EXISTS (
              SELECT FROM intake.clocks c WHERE c.item = r.id::text AND c.cycle = r.cycle AND c.closed_at IS NULL)""",
    "editing": """
        SELECT r.id::text AS item, r.state AS why FROM editing.reports r WHERE r.state IN ('waiting', 'claimed')
          AND NOT (r.facts ->> 'practice')::boolean
          AND NOT EXISTS (
              SELECT FROM editing.clocks c WHERE c.item = r.id::text AND c.cycle = r.cycle AND c.closed_at IS NULL)""",
    "editing of a returned Story": """
        SELECT s.id::text AS item, s.state AS why FROM editing.stories s WHERE s.state = 'returned' AND NOT s.practice
          AND NOT EXISTS (
              SELECT FROM editing.clocks c WHERE c.item = s.id::text AND c.closed_at IS NULL)""",
    "review": """
        SELECT r.story::text AS item, r.state AS why FROM review.reviews r WHERE r.state = 'open' AND NOT r.practice
          AND NOT EXISTS (
              SELECT FROM review.clocks c
              WHERE c.item = r.story::text AND c.cycle = r.cycle AND c.closed_at IS NULL)""",
    "the later review of an emergency": """
        SELECT r.story::text AS item, r.state AS why
        FROM review.reviews r JOIN review.decisions d USING (story, version)
        WHERE d.basis = 'emergency' AND r.state IN ('approved', 'superseded') AND NOT r.practice
          AND NOT EXISTS (
              SELECT FROM review.confirmations f WHERE (f.story, f.version) = (r.story, r.version))
          AND NOT EXISTS (
              SELECT FROM review.clocks c
              WHERE c.item = r.story || '.susulan' AND c.cycle = r.cycle AND c.closed_at IS NULL)""",
    "publisher": """
        SELECT p.story::text AS item, p.state AS why
        FROM publisher.publications p JOIN publisher.approvals a USING (story, version)
        WHERE p.state IN ('ready', 'publishing') AND NOT a.practice
          AND NOT EXISTS (
              SELECT FROM publisher.clocks c
              WHERE c.item = p.story::text AND c.cycle = a.cycle AND c.closed_at IS NULL)""",
}
