"""Migrations, roles, accounts and sessions on real PostgreSQL."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.prepare import prepare_database
from shared import accounts, db
from shared.accounts import LockedOut, passwords, sessions
from shared.accounts.passwords import WrongPassword
from shared.accounts.tries import FREE_TRIES
from shared.db import Database
from shared.migrate import Migration, migrate
from shared.refusal import Refused
from shared.topics import SERVICES
from tests.support.machinery import database, now
from tests.support.stack import Stack, needed

GOOD = "panjang-dan-rahasia"


@pytest.fixture
async def empty_database() -> AsyncGenerator[str]:
    admin = await asyncpg.connect(needed("TEST_POSTGRES"))
    name = f"t{secrets.token_hex(6)}"
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(urlsplit(needed("TEST_POSTGRES"))._replace(path=f"/{name}"))
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


async def test_two_preparations_at_once_apply_each_migration_once_and_a_later_one_none(empty_database: str) -> None:
    applied = await asyncio.gather(*(prepare_database(empty_database, {}) for _ in range(3)))
    names = [name for some in applied for name in some]
    assert len(names) >= 2 * len(SERVICES)
    assert await prepare_database(empty_database, {}) == []
    assert len(names) == len(await prepare_names(empty_database))


async def prepare_names(dsn: str) -> list[str]:
    conn = await asyncpg.connect(dsn)
    try:
        found: list[str] = []
        for schema in (*SERVICES, "accounts"):
            found += [r["name"] for r in await conn.fetch(f"SELECT name FROM {schema}.migrations")]
        return found
    finally:
        await conn.close()


async def test_a_migration_that_fails_leaves_nothing_of_itself_and_is_tried_again(empty_database: str) -> None:
    await prepare_database(empty_database, {})
    bad = Migration("x/0002_bad", "CREATE TABLE half (a int); SELECT nonsense;")
    for _ in range(2):
        with pytest.raises(asyncpg.PostgresError):
            await migrate(empty_database, "intake", "alurwarta_intake", [bad])
    mended = Migration("x/0002_bad", "CREATE TABLE half (a int)")
    assert await migrate(empty_database, "intake", "alurwarta_intake", [mended]) == ["x/0002_bad"]


async def test_a_service_that_starts_before_its_schema_waits_for_it(base: Stack, empty_database: str) -> None:
    parts = urlsplit(base.dsn("review"))
    waiting = asyncio.create_task(db.connect(urlunsplit(parts._replace(path=urlsplit(empty_database).path)), "review"))
    await asyncio.sleep(1)
    assert not waiting.done()
    await prepare_database(empty_database, {})
    await (await asyncio.wait_for(waiting, 30)).close()


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_reads_or_writes_another_s_tables(base: Stack, service: str) -> None:
    async with database(base, service) as made, made.connection() as conn:
        for other in {*SERVICES} - {service}:
            for sentence in ("SELECT * FROM {}.outbox", "DELETE FROM {}.outbox", "SELECT * FROM {}.dead_letters"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await conn.execute(sentence.format(other))


@pytest.mark.parametrize("service", ["editing", "review", "publisher"])
async def test_other_services_read_the_view_of_sessions_and_nothing_else_there(base: Stack, service: str) -> None:
    async with database(base, service) as made, made.connection() as conn:
        assert await conn.fetch("SELECT * FROM accounts.current_sessions WHERE false") == []
        await conn.execute("SELECT accounts.touch('x')")
        for sentence in (
            "SELECT * FROM accounts.accounts",
            "SELECT * FROM accounts.sessions",
            "UPDATE accounts.accounts SET roles = '{operator}'",
            "INSERT INTO accounts.sessions (token_hash, account, csrf, expires_at) VALUES ('x', 'a', 'c', now())",
            "SELECT * FROM accounts.second_factors",
            "SELECT * FROM accounts.links",
            "UPDATE accounts.current_sessions SET roles = '{operator}'",
            "UPDATE accounts.signatures SET nip = ''" if service == "review" else "SELECT nip FROM accounts.signatures",
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)):
                await conn.execute(sentence)


async def test_a_service_cannot_have_a_table_of_its_own_touched_with_the_owners_rights(base: Stack) -> None:
    async with database(base, "publisher") as made, made.connection() as conn:
        await conn.execute("CREATE TEMP TABLE sessions (token_hash bytea, seen_at timestamptz)")
        await conn.execute("INSERT INTO pg_temp.sessions VALUES ('x', now() - interval '1 day')")
        await conn.execute("SELECT accounts.touch('x')")
        assert await conn.fetchval("SELECT seen_at < now() - interval '1 hour' FROM pg_temp.sessions")


@pytest.fixture
async def desk_of_intake(base: Stack) -> AsyncGenerator[Database]:
    async with database(base, "intake") as made:
        yield made


async def person(made: Database) -> str:
    account = f"siti.{secrets.token_hex(4)}"
    async with made.connection() as conn:
        await accounts.add(
            conn, account, password=GOOD, name="Siti", capacity="Admin", roles=["admin"], unit="sekretariat"
        )
    return account


async def test_who_logs_in_is_known_to_every_service_until_they_log_out(base: Stack, desk_of_intake: Database) -> None:
    account = await person(desk_of_intake)
    async with desk_of_intake.connection() as conn:
        token = await sessions.begin(conn, account)
    async with database(base, "review") as review, review.connection() as conn:
        known = await accounts.person_of(conn, token)
        assert known is not None
        assert (known.account, known.roles, known.unit) == (account, {"admin"}, "sekretariat")
        assert await accounts.person_of(conn, token + "x") is None
    async with desk_of_intake.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM accounts.sessions WHERE token_hash = $1", token.encode()) == 0
        await sessions.end(conn, token)
        assert await accounts.person_of(conn, token) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts.sessions SET expires_at = now() - interval '1 second' WHERE account = $1",
        "UPDATE accounts.sessions SET seen_at = now() - interval '9 hours' WHERE account = $1",
        "UPDATE accounts.accounts SET disabled = true WHERE account = $1",
    ],
)
async def test_a_session_that_is_over_or_unused_or_of_a_disabled_account_opens_nothing(
    desk_of_intake: Database, change: str
) -> None:
    account = await person(desk_of_intake)
    async with desk_of_intake.connection() as conn:
        token = await sessions.begin(conn, account)
        await conn.execute(change, account)
        assert await accounts.person_of(conn, token) is None


async def test_wrong_passwords_lock_out_for_longer_and_longer_and_the_count_survives_the_refusal(
    desk_of_intake: Database,
) -> None:
    account, at = await person(desk_of_intake), now()
    async with desk_of_intake.connection() as conn:
        for _ in range(FREE_TRIES):
            with pytest.raises(WrongPassword):
                await passwords.check(conn, account, "salah", now=at)
        with pytest.raises(LockedOut):
            await passwords.check(conn, account, GOOD, now=at)
        with pytest.raises(WrongPassword):
            await passwords.check(conn, account, "salah", now=at + timedelta(seconds=31))
        with pytest.raises(LockedOut):
            await passwords.check(conn, account, GOOD, now=at + timedelta(seconds=31 + 59))
        await passwords.check(conn, account, GOOD, now=at + timedelta(seconds=31 + 61))
        with pytest.raises(WrongPassword):
            await passwords.check(conn, account, "salah", now=at + timedelta(seconds=95))
        for _ in range(FREE_TRIES - 2):
            with pytest.raises(WrongPassword):
                await passwords.check(conn, account, "salah", now=at + timedelta(seconds=96))
        await passwords.check(conn, account, GOOD, now=at + timedelta(seconds=97))


async def test_however_often_a_wrong_password_is_tried_the_next_try_has_to_wait(desk_of_intake: Database) -> None:
    account, at = await person(desk_of_intake), now()
    async with desk_of_intake.connection() as conn:
        with pytest.raises(WrongPassword):
            await passwords.check(conn, account, "salah", now=at)
        await conn.execute(
            "UPDATE accounts.tries SET failures = 2000000 WHERE who = $1", hashlib.sha256(account.encode()).digest()
        )
        with pytest.raises(WrongPassword):
            await passwords.check(conn, account, "salah", now=at)
        with pytest.raises(LockedOut):
            await passwords.check(conn, account, GOOD, now=at + timedelta(minutes=59))


async def test_nobody_and_the_disabled_get_the_answer_of_a_wrong_password(desk_of_intake: Database) -> None:
    account = await person(desk_of_intake)
    async with desk_of_intake.connection() as conn:
        await conn.execute("UPDATE accounts.accounts SET disabled = true WHERE account = $1", account)
        for name in (account, "tidak-ada"):
            with pytest.raises(WrongPassword):
                await passwords.check(conn, name, GOOD, now=now())


async def test_a_short_password_is_refused_with_a_sentence(desk_of_intake: Database) -> None:
    async with desk_of_intake.connection() as conn:
        with pytest.raises(Refused, match="12 huruf"):
            await accounts.add(conn, "budi", password="pendek", name="B", capacity="A", roles=["admin"], unit=None)


async def test_a_server_lost_in_the_middle_of_a_start_is_waited_for_and_what_is_wrong_is_not_tried_again(
    base: Stack,
) -> None:
    async with database(base, "intake") as own:
        tries = 0

        async def work() -> int:
            nonlocal tries
            tries += 1
            async with own.transaction() as conn:
                if tries == 1:
                    owner = await asyncpg.connect(base.owner_dsn)
                    await owner.execute(
                        "SELECT pg_terminate_backend($1)", await conn.fetchval("SELECT pg_backend_pid()")
                    )
                    await owner.close()
                return await conn.fetchval("SELECT 1")

        assert await db.patiently("a test", work) == 1
        assert tries == 2

        async def wrong() -> int:
            nonlocal tries
            tries += 1
            async with own.connection() as conn:
                return await conn.fetchval("SELECT 1/0")

        with pytest.raises(asyncpg.DivisionByZeroError):
            await db.patiently("a test", wrong)
        assert tries == 3
