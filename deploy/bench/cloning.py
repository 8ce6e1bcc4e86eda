"""Copies what belongs to a finished item many times by SQL, as if the office had finished so many.

Whatever names an item by its id is copied: each id becomes another, the same in every table of every schema; times go
back by some minutes a copy. Nothing here knows what a table is for, so a new one is filled as well.
"""

import asyncpg

from shared.topics import SERVICES

MINUTES_APART = 7
# What belongs to no item, or is made once by the machinery and read by no desk.
LEFT_OUT = ("outbox", "inbox", "inbox_streams", "dead_letters", "audit", "migrations", "office_files", "uploads")
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OTHER = """
    CREATE FUNCTION pg_temp.other(id text, n integer) RETURNS text LANGUAGE sql IMMUTABLE AS
        $$ SELECT md5(id || '/' || n)::uuid::text $$;
    CREATE FUNCTION pg_temp.within(words text, n integer, ids text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE id text;
    BEGIN
        FOREACH id IN ARRAY ids LOOP words := replace(words, id, pg_temp.other(id, n)); END LOOP;
        RETURN words;
    END $$;"""


async def clone_finished(owner_dsn: str, *, report: str, story: str, times: int) -> None:
    """Copy every row that names this Report or Story; `owner_dsn` is a superuser's."""
    conn = await asyncpg.connect(owner_dsn, timeout=30)
    try:
        await conn.execute("SET session_replication_role = replica")  # no triggers, no order among tables
        await conn.execute(_OTHER)
        for schema in SERVICES:
            for table in await _tables(conn, schema):
                await _clone(conn, schema, table, ids=[report, story], times=times)
        await conn.execute("SET session_replication_role = DEFAULT")
        await conn.execute("VACUUM ANALYZE")
    finally:
        await conn.close()


async def _tables(conn: "asyncpg.Connection[asyncpg.Record]", schema: str) -> list[str]:
    rows = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", schema)
    return [r["tablename"] for r in rows if r["tablename"] not in LEFT_OUT]


async def _clone(
    conn: "asyncpg.Connection[asyncpg.Record]", schema: str, table: str, *, ids: list[str], times: int
) -> None:
    columns = await conn.fetch(
        """SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
           FROM pg_attribute a WHERE a.attrelid = format('%I.%I', $1::text, $2::text)::regclass
             AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''""",
        schema,
        table,
    )
    names = ", ".join(f'"{c["name"]}"' for c in columns)
    values = ", ".join(_value(c["name"], c["type"]) for c in columns)
    await conn.execute(
        f'INSERT INTO {schema}."{table}" ({names}) '  # noqa: S608  (our own schema's names)
        f'SELECT {values} FROM {schema}."{table}" AS t, generate_series(1, $1) AS copies (copy_no) '
        "WHERE EXISTS (SELECT FROM unnest($2::text[]) AS i WHERE strpos(t::text, i) > 0) ON CONFLICT DO NOTHING",
        times,
        ids,
    )


def _value(name: str, kind: str) -> str:
    """A column of the copy `n` of a row: another id, an earlier time, a text that names the other ids."""
    column = f't."{name}"'
    if name == "slug":
        return f"{column} || '-' || copy_no"
    if kind == "uuid":
        return f"pg_temp.other({column}::text, copy_no)::uuid"
    if kind == "uuid[]":
        return f"ARRAY(SELECT pg_temp.other(x::text, copy_no)::uuid FROM unnest({column}) AS x)"  # noqa: S608
    if kind == "timestamp with time zone":
        return f"{column} - copy_no * interval '{MINUTES_APART} minutes'"
    if kind in ("text", "jsonb"):
        return f"pg_temp.within({column}::text, copy_no, $2::text[])::{kind}"
    return column
