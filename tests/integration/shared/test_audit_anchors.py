"""Anchors: what each service told the others of its chain, and what `alurwarta audit verify` makes of it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.cli.main import app
from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings
from shared import audit, audit_anchors
from shared.audit import Entry
from shared.audit_anchors import Anchoring, Plan
from shared.consume import Consumer, nothing_else
from shared.db import Database
from shared.desk import Desk, Rules
from shared.events import OWNED_TOPIC, AuditAnchored
from shared.office_files import of_files
from shared.outbox import Outbox
from shared.topics import SERVICES
from tests.support import machinery
from tests.support.machinery import database, headers, now
from tests.support.stack import HOUSE, Stack

WIB = ZoneInfo("Asia/Jakarta")
TABLES = ("audit_anchors", "inbox_streams", "dead_letters")
OTHERS = tuple(s for s in SERVICES if s != "review")


@pytest.fixture
async def db(base: Stack) -> AsyncGenerator[Database]:
    await as_owner(base, *(f"DELETE FROM {schema}.{table}" for schema in SERVICES for table in TABLES))
    async with database(base, "review") as made:
        yield made


@pytest.fixture
def settings(base: Stack, monkeypatch: pytest.MonkeyPatch) -> OperatorSettings:
    for name, value in (base.environment("intake") | {"ALURWARTA_ADMIN_DSN": base.owner_dsn}).items():
        monkeypatch.setenv(name, value)
    return OperatorSettings()  # pyright: ignore[reportCallIssue]


async def as_owner(base: Stack, *changes: str) -> None:
    """Past everything that guards the tables."""
    conn = await asyncpg.connect(base.owner_dsn, server_settings={"search_path": "review"})
    try:
        await conn.execute("; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *changes, "COMMIT"]))
    finally:
        await conn.close()


async def write(db: Database, count: int = 6, *, at: datetime | None = None) -> None:
    async with db.transaction() as conn:
        await audit.append(conn, [Entry("story.approved", f"s-{n}", version=n) for n in range(count)], at=at or now())
        await audit.seal(conn)


def anchoring(db: Database, *, at: datetime | None = None, every: timedelta = timedelta(seconds=1)) -> Anchoring:
    keeper = of_files(HOUSE / "deploy/sop.toml", HOUSE / "deploy/calendar.toml")
    clock = (lambda: at) if at else now
    outbox = Outbox("review", machinery.uuid7, clock)
    return Anchoring(Desk("review", db, outbox, Rules(keeper), clock, machinery.uuid7, lambda: None), Plan(every, 1))


async def tell(db: Database, work: Anchoring) -> list[AuditAnchored]:
    """Let the chore look once; gives all that was told so far, as the outbox has it."""
    async with db.transaction() as conn:
        await work(conn)
    async with db.connection() as conn:
        rows = await conn.fetch("SELECT topic, key, body FROM outbox ORDER BY id")
    assert {(row["topic"], row["key"]) for row in rows} <= {("decisions", "review")}
    return [AuditAnchored.model_validate_json(row["body"]) for row in rows]


async def keep(base: Stack, holder: str, events: Sequence[AuditAnchored], *, topic: str = "decisions") -> list[str]:
    """Hand events to another service as its consumer does; returns the reasons of its dead letters."""
    desk = machinery.Desk()
    async with database(base, holder) as made:
        react = audit_anchors.keeping(nothing_else, holder)
        reader = Consumer(topic, made, react, now=now, wake=lambda: None, only=audit_anchors.ANCHORS)
        records = [
            desk.raw(headers(e, n), e.model_dump_json().encode(), key=e.key.encode(), topic=topic)
            for n, e in enumerate(events, start=1)
        ]
        await reader.handle([desk.record("a", 1, topic=topic), *records])
        async with made.connection() as conn:
            return [row["reason"] for row in await conn.fetch("SELECT reason FROM dead_letters ORDER BY id")]


async def anchored(db: Database, base: Stack, *, rows: int = 6) -> AuditAnchored:
    """Write and seal, tell the head, and let the three others keep it."""
    await write(db, rows, at=now() - timedelta(minutes=5))
    [*_, told] = await tell(db, anchoring(db))
    for holder in OTHERS:
        await keep(base, holder, [told])
    return told


async def forget_inbox(base: Stack) -> None:
    await as_owner(base, *(f"DELETE FROM {schema}.inbox_streams" for schema in SERVICES))


async def verify(settings: OperatorSettings) -> list[str]:
    from deploy.audit import verifying

    found = [c async for c in verifying.walk(lambda schema: owner(settings, schema), ["review"])]
    return list(found[0].findings)


async def recompute(base: Stack) -> None:
    """What somebody who holds the database would do after a rewrite: seal everything again from the first row on."""
    await as_owner(base, "DELETE FROM audit_chain")
    async with database(base, "review") as db, db.transaction() as conn:
        await audit.seal(conn)


async def test_the_head_is_told_once_a_slot_on_the_owners_topic_and_kept_by_the_others(
    db: Database, base: Stack, settings: OperatorSettings
) -> None:
    told = await anchored(db, base)
    assert (told.service, told.sealed) == ("review", 6)
    assert await tell(db, anchoring(db)) == [told], "nothing new was sealed"
    for holder in OTHERS:
        async with owner(settings, holder) as conn:
            rows = await conn.fetch("SELECT service, sealed, hash, at FROM audit_anchors")
            assert [tuple(row) for row in rows] == [("review", 6, told.hash, told.at)]
            assert await conn.fetchval("SELECT count(*) FROM inbox_streams") == 1, "of other events no trace is kept"
    assert await verify(settings) == []


async def test_a_day_has_one_anchor_from_its_hour_on(db: Database) -> None:
    evening = datetime(2026, 11, 23, 20, tzinfo=WIB)
    day = timedelta(days=1)
    await write(db, at=evening)
    assert await tell(db, anchoring(db, at=evening, every=day)) == [], "a young chain waits for its first slot"
    assert await tell(db, anchoring(db, at=evening.replace(hour=0) + day, every=day)) == []
    assert len(await tell(db, anchoring(db, at=evening.replace(hour=1, minute=1) + day, every=day))) == 1
    await write(db, at=evening + day)
    assert len(await tell(db, anchoring(db, at=evening + day, every=day))) == 1
    assert len(await tell(db, anchoring(db, at=evening + 2 * day, every=day))) == 2


async def test_two_that_lead_for_a_moment_tell_it_once(db: Database) -> None:
    await write(db, at=now() - timedelta(minutes=5))
    work = anchoring(db)
    async with db.transaction() as first:
        await work(first)
        async with db.connection() as second:
            await second.execute("SET lock_timeout = '200ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await work(second)
    assert len(await tell(db, work)) == 1


@pytest.mark.parametrize("table", ["audit_anchors"])
@pytest.mark.parametrize("change", ["UPDATE {} SET hash = repeat('0', 64)", "DELETE FROM {}", "TRUNCATE {}"])
async def test_a_service_may_only_add_to_what_it_was_told(db: Database, table: str, change: str) -> None:
    async with db.connection() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(change.format(table))


async def test_a_chain_that_was_recomputed_after_a_rewrite_is_not_what_the_others_were_told(
    db: Database, base: Stack, settings: OperatorSettings
) -> None:
    told = await anchored(db, base)
    await as_owner(base, "UPDATE audit SET actor = 'budi' WHERE item = 's-3'")
    await recompute(base)
    at = told.at.isoformat(timespec="seconds")
    assert await verify(settings) == [
        f"review's chain at seal 6 is not what {holder} was told on {at}" for holder in OTHERS
    ]


async def test_a_tail_that_was_cut_off_shows(db: Database, base: Stack, settings: OperatorSettings) -> None:
    await anchored(db, base)
    await as_owner(base, "DELETE FROM audit_chain WHERE sealed > 4", "DELETE FROM audit WHERE item IN ('s-4', 's-5')")
    found = await verify(settings)
    assert len(found) == 3
    assert all(f.startswith("review's chain ends at seal 4, but") for f in found)


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        (["UPDATE audit SET origin = 'api' WHERE item = 's-3'"], ["was changed"]),
        (["UPDATE audit SET actor = 'x' WHERE item IN ('s-1', 's-4')"], ["was changed", "was changed"]),
        (["UPDATE audit_chain SET hash = repeat('0', 64) WHERE sealed = 4"], ["the hash of seal 4 was changed"]),
        (["DELETE FROM audit_chain WHERE sealed IN (3, 4)"], ["seals 3 to 4 were removed"]),
        (["DELETE FROM audit WHERE item = 's-2'"], ["was removed (seal 3)"]),
        (
            [
                "INSERT INTO audit (at, actor, capacity, action, item) VALUES (now(), 'x', 'x', 'x', 'forged')",
                "UPDATE audit_chain SET sealed = sealed + 1000 WHERE sealed > 3",
                "INSERT INTO audit_chain SELECT 4, max(id), repeat('1', 64), 2 FROM audit",
                "UPDATE audit_chain SET sealed = sealed - 999 WHERE sealed > 1000",
            ],
            ["was inserted (seal 4)"],
        ),
        (
            [
                "DELETE FROM audit_chain WHERE sealed = 3",
                "DELETE FROM audit WHERE item = 's-2'",
                "UPDATE audit_chain SET sealed = sealed - 1 WHERE sealed > 3",
            ],
            ["one was taken out or put in before it (seal 3)"],
        ),
    ],
)
async def test_each_row_that_was_touched_is_named_and_no_other(
    db: Database, base: Stack, settings: OperatorSettings, changes: list[str], findings: list[str]
) -> None:
    await write(db)
    await as_owner(base, *changes)
    found = await verify(settings)
    assert len(found) == len(findings)
    assert all(wanted in sentence for wanted, sentence in zip(findings, found, strict=True)), found


async def test_rows_of_before_the_origin_link_as_they_did(
    db: Database, base: Stack, settings: OperatorSettings
) -> None:
    await write(db, 2)
    async with db.transaction() as conn:
        first = await conn.fetchrow("SELECT * FROM audit ORDER BY id LIMIT 1")
        assert first is not None
        old = audit.link(audit.GENESIS, first, 1)
    await as_owner(base, "DELETE FROM audit_chain", f"INSERT INTO audit_chain SELECT 1, min(id), '{old}', 1 FROM audit")
    async with db.transaction() as conn:
        assert await audit.seal(conn) == 1
    assert await verify(settings) == []


async def test_a_process_of_before_still_writes_rows_and_seals_none(db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute("INSERT INTO audit (at, actor, capacity, action, item) VALUES (now(), 'a', 'b', 'c', 'd')")
    async with db.connection() as conn:
        with pytest.raises(asyncpg.NotNullViolationError):
            await conn.execute("INSERT INTO audit_chain SELECT 1, max(id), repeat('0', 64) FROM audit")
    async with db.transaction() as conn:
        assert await audit.seal(conn) == 1


async def test_another_head_for_a_seal_that_was_told_before_is_a_dead_letter(db: Database, base: Stack) -> None:
    told = await anchored(db, base)
    other = told.model_copy(update={"hash": "e" * 64})
    await forget_inbox(base)
    assert await keep(base, "intake", [told, other]) == [audit_anchors.OTHERWISE]


async def test_only_its_owner_may_tell_of_a_chain(db: Database, base: Stack) -> None:
    told = await anchored(db, base)
    await forget_inbox(base)
    assert OWNED_TOPIC["publisher"] == "publications"
    assert await keep(base, "intake", [told], topic="publications") == [audit_anchors.NOT_ITS_TOPIC]


@pytest.mark.usefixtures("settings")
async def test_the_command_says_a_line_for_each_service(db: Database, base: Stack) -> None:
    await anchored(db, base)
    done = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "verify"])
    assert done.exit_code == 0, done.output
    assert [line.partition(":")[0] for line in done.output.splitlines()] == list(SERVICES)


async def test_the_command_tells_other_programs_what_it_found(
    db: Database, base: Stack, settings: OperatorSettings
) -> None:
    told = await anchored(db, base)
    await as_owner(base, "UPDATE audit SET actor = 'budi' WHERE item = 's-3'")
    done = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "verify", "--service", "review", "--json"])
    assert done.exit_code == 1
    said: dict[str, Any] = json.loads(done.stdout)
    [review] = said["services"]
    assert (said["whole"], review["sealed"], len(review["findings"])) == (False, 6, 1)
    assert review["last_anchor"] == {
        "seal": 6, "hash": told.hash, "at": told.at.isoformat(), "held_by": list(OTHERS),
    }  # fmt: skip
