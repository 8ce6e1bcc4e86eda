"""PostgreSQL as one service sees it: its schema, its rights, and that it has no others."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg

from deploy.doctor import Finding, Looking, look, skew, well, wrong
from deploy.prepare import HOUSE
from shared.migrate import MECHANISM, found_in
from shared.topics import SERVICES

if TYPE_CHECKING:
    from shared.db import Connection

REACH = "Is PostgreSQL up (docker compose ps postgres), and is the password in .env the one that `prepare` set?"
PREPARE = "Run `alurwarta prepare` (docker compose up -d prepare)."
CLOCKS = "Let both machines keep time by NTP (timedatectl set-ntp true)."


async def looked_at(dsn: str, service: str) -> Looking:
    """All findings; a database that does not answer is the only one then."""
    try:
        conn = await asyncpg.connect(dsn, server_settings={"search_path": service}, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as e:
        yield wrong("database", f"{type(e).__name__}: {e}", REACH)
        return
    try:
        yield well("database", f"PostgreSQL {conn.get_server_version().major} answers")
        yield await _clock(conn)
        yield await _schema(conn, service)
        async for finding in _rights(conn, service):
            yield finding
        yield await _room(conn)
    finally:
        await conn.close()


async def _clock(conn: "Connection") -> Finding:
    before = datetime.now(UTC)
    there: datetime = await conn.fetchval("SELECT clock_timestamp()")
    ours = before + (datetime.now(UTC) - before) / 2
    return skew("database clock", (there - ours).total_seconds(), CLOCKS)


async def _schema(conn: "Connection", service: str) -> Finding:
    wanted = [m.name for m in found_in(MECHANISM, HOUSE / "services" / service / "migrations")]
    if await conn.fetchval("SELECT to_regclass($1)", f"{service}.migrations") is None:
        return wrong("schema", f"there is no schema {service}", PREPARE)
    if not await conn.fetchval("SELECT has_table_privilege($1, 'SELECT')", f"{service}.migrations"):
        return look("schema", "this role may not read which migrations ran", PREPARE)
    done = {row["name"] for row in await conn.fetch("SELECT name FROM migrations")}
    missing = [name for name in wanted if name not in done]
    if missing:
        return wrong("schema", f"{len(missing)} migrations have not run: {', '.join(missing[:3])}", PREPARE)
    newer = sorted(done - set(wanted))
    if newer:
        return look(
            "schema", f"it is newer than this program: {', '.join(newer[:3])}", "Finish the upgrade of this service."
        )
    return well("schema", f"{len(wanted)} migrations ran")


async def _rights(conn: "Connection", service: str) -> Looking:
    role = await conn.fetchrow(
        "SELECT rolname, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert role is not None
    if role["rolsuper"] or role["rolcreaterole"] or role["rolbypassrls"]:
        yield look(
            "database role",
            f"{role['rolname']} may do more than a service needs",
            "Give the service a role of its own: `alurwarta prepare` makes them.",
        )
    else:
        yield well("database role", f"{role['rolname']} has no rights beyond its own")
    unread: list[str] = [
        row["name"]
        for row in await conn.fetch(
            """SELECT c.relname AS name FROM pg_class c
               WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND c.relname <> 'migrations'
                 AND NOT has_table_privilege(c.oid, 'SELECT') ORDER BY 1""",
            service,
        )
    ]
    if unread:
        yield wrong("database rights", f"it may not read its own {', '.join(unread[:3])}", PREPARE)
    else:
        yield well("database rights", "it reads its own tables")
    others = [s for s in SERVICES if s != service]
    open_ = [
        row["name"]
        for row in await conn.fetch(
            """SELECT n.nspname || '.' || c.relname AS name
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = ANY($1) AND c.relkind = 'r' AND has_schema_privilege(n.oid, 'USAGE')
               AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE') ORDER BY 1""",
            others,
        )
    ]
    if open_:
        yield wrong(
            "others' schemas",
            f"it can reach {', '.join(open_[:3])}",
            "Revoke that: each service has a role limited to its schema.",
        )
    else:
        yield well("others' schemas", "closed to it")


async def _room(conn: "Connection") -> Finding:
    row = await conn.fetchrow(
        """SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
                  current_setting('max_connections')::int AS most"""
    )
    assert row is not None
    told = f"{row['used']} of {row['most']} connections are in use"
    if row["used"] > row["most"] * 0.9:
        return look("connections", told, "Run fewer replicas, lower ALURWARTA_POOL_SIZE, or raise max_connections.")
    return well("connections", told)
