"""The audit trail: sealed into a chain, in which every change and every removal shows."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import asyncpg
import pytest

from shared import audit, audit_verify
from shared.audit import Entry
from shared.db import Database
from tests.support.machinery import database, now
from tests.support.stack import Stack


@pytest.fixture
async def db(base: Stack) -> AsyncGenerator[Database]:
    async with database(base, "review") as made:
        yield made


async def write(db: Database, count: int = 6) -> None:
    async with db.transaction() as conn:
        await audit.append(conn, [Entry("story.approved", f"s-{n}", version=n) for n in range(count)], at=now())


async def seal(db: Database, limit: int = 2_000) -> int:
    async with db.transaction() as conn:
        return await audit.seal(conn, limit)


async def verify(db: Database) -> Sequence[str]:
    async with db.transaction() as conn:
        return (await audit_verify.check(conn, "review", ())).findings


async def tamper(base: Stack, change: str) -> None:
    """As the owner, past everything that guards the tables."""
    owner = await asyncpg.connect(base.owner_dsn, server_settings={"search_path": "review"})
    try:
        await owner.execute("SET session_replication_role = replica; " + change)
    finally:
        await owner.close()


async def test_what_is_appended_is_sealed_and_found_whole(db: Database) -> None:
    await write(db)
    assert [await seal(db, 4), await seal(db, 4), await seal(db, 4)] == [4, 2, 0]
    await write(db)
    assert await seal(db) == 6
    assert await verify(db) == []


async def test_a_row_that_commits_late_with_a_lower_id_is_sealed_all_the_same(db: Database) -> None:
    async with db.transaction() as slow:
        await audit.append(slow, [Entry("report.received", "slow")], at=now())
        await write(db)
        assert await seal(db) == 6
    assert await seal(db) == 1
    assert await verify(db) == []


async def test_a_late_row_far_behind_is_sealed_by_the_look_that_goes_far(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "NEAR", 2)
    monkeypatch.setattr(audit, "FAR_EVERY", 3)
    sealing = audit.Sealing()

    async def unsealed() -> int:
        async with db.transaction() as conn:
            await sealing(conn)
            return await conn.fetchval("SELECT (SELECT count(*) FROM audit) - (SELECT count(*) FROM audit_chain)")

    async with db.transaction() as slow:
        await audit.append(slow, [Entry("report.received", "slow")], at=now())
        await write(db, 20)
        assert await unsealed() == 0
    assert [await unsealed() for _ in range(3)] == [1, 1, 0]
    assert await verify(db) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE audit SET actor = 'budi' WHERE item = 's-3'", "was changed"),
        ("UPDATE audit SET at = at - interval '1 second' WHERE item = 's-3'", "was changed"),
        ("DELETE FROM audit WHERE item = 's-3'", "was removed"),
        ("DELETE FROM audit_chain WHERE sealed = 3", "seal 3 was removed"),
        ("DELETE FROM audit_chain WHERE sealed = 1; DELETE FROM audit WHERE item = 's-0'", "seal 1 was removed"),
        ("UPDATE audit_chain SET hash = repeat('0', 64) WHERE sealed = 4", "was changed"),
        (
            "INSERT INTO audit (at, actor, capacity, action, item) VALUES ('2026-01-01+00', 'x', 'x', 'x', 'x')",
            "was never sealed",
        ),
    ],
)
async def test_tampering_by_the_owner_himself_shows(db: Database, base: Stack, change: str, finding: str) -> None:
    await write(db)
    await seal(db)
    await tamper(base, change)
    assert any(finding in sentence for sentence in await verify(db))


@pytest.mark.parametrize("table", ["audit", "audit_chain"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_a_service_may_only_add_to_its_trail(db: Database, table: str, change: str) -> None:
    await write(db)
    await seal(db)
    column = "actor = 'x'" if table == "audit" else "hash = 'x'"
    async with db.connection() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(change.format(table, column))


async def test_two_that_seal_at_once_do_not_fork_the_chain(db: Database) -> None:
    await write(db, 50)
    done = await asyncio.gather(seal(db), seal(db), return_exceptions=True)
    assert any(n == 50 for n in done)
    assert await seal(db) == 0
    assert await verify(db) == []
