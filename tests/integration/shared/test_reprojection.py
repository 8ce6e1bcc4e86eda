"""A changed calendar lays open clocks anew and says why; closed ones are facts."""

from dataclasses import replace
from datetime import date

from shared import office_files
from shared.calendar_days import Holiday
from shared.reproject import reproject
from shared.sla import Timekeeper
from tests.support.machinery import database
from tests.support.measuring import close, desk_of, opened, save
from tests.support.stack import Stack
from tests.unit.review.samples import KEEPER
from tests.unit.shared.offices import OFFICE, wib

NOON = wib("2026-12-21T12:00")


def with_holiday() -> Timekeeper:
    row = Holiday(date(2026, 12, 23), "Cuti bersama tambahan", "cuti bersama", "Keppres 1/2026")
    days = replace(OFFICE.days, holidays=(*OFFICE.days.holidays, row))
    return replace(KEEPER, calendar=replace(OFFICE, version="2026-2027.2", days=days))


async def test_an_open_clock_gets_its_new_deadline_and_the_change_is_kept_with_its_reason(base: Stack) -> None:
    async with database(base, "review") as db:
        before, after = desk_of(db, KEEPER, NOON), desk_of(db, with_holiday(), NOON)
        clock = opened(before, "a", wib("2026-12-22T15:00"))
        assert clock.due_at == wib("2026-12-23T08:30")
        await save(before, clock)
        assert await reproject(after) == 1
        assert await reproject(after) == 0
        async with db.connection() as conn:
            row = await conn.fetchrow("SELECT * FROM clocks")
            told = await conn.fetchrow("SELECT * FROM reprojections")
    assert row and told
    assert (row["due_at"], row["calendar_version"]) == (wib("2026-12-28T08:30"), "2026-2027.2")
    assert (told["due_before"], told["due_after"]) == (wib("2026-12-23T08:30"), wib("2026-12-28T08:30"))
    assert (told["at"], told["item"], told["calendar_before"]) == (NOON, clock.item, KEEPER.calendar.version)
    assert "was replaced by 2026-2027.2" in told["why"]


async def test_a_closed_clock_never_changes(base: Stack) -> None:
    async with database(base, "review") as db:
        before = desk_of(db, KEEPER, NOON)
        await close(before, opened(before, "a", wib("2026-12-22T15:00")), wib("2026-12-23T09:00"))
        async with db.connection() as conn:
            was = await conn.fetch("SELECT * FROM clocks")
            assert await reproject(desk_of(db, with_holiday(), NOON)) == 0
            assert await conn.fetch("SELECT * FROM clocks") == was


async def test_the_immediate_lane_knows_no_holiday(base: Stack) -> None:
    async with database(base, "review") as db:
        await save(desk_of(db, KEEPER, NOON), opened(desk_of(db, KEEPER, NOON), "a", NOON, lane="immediate"))
        assert await reproject(desk_of(db, with_holiday(), NOON)) == 0


async def test_a_replica_that_still_has_the_older_calendar_leaves_the_clocks_alone(base: Stack) -> None:
    async with database(base, "review") as db:
        newer, older = desk_of(db, with_holiday(), NOON), desk_of(db, KEEPER, NOON)
        await save(newer, opened(newer, "a", wib("2026-12-22T15:00")))
        async with db.transaction() as conn:
            await conn.execute(
                "INSERT INTO office_files VALUES ('calendar', '2026-2027.1', '', $1), "
                "('calendar', '2026-2027.2', '', $2)",
                wib("2026-12-20T08:00"),
                NOON,
            )
            assert await office_files.newest(conn, "calendar") == "2026-2027.2"
        assert await reproject(older) == 0
        assert await reproject(newer) == 0


async def test_many_clocks_are_laid_anew_in_batches_and_two_replicas_do_each_once(base: Stack) -> None:
    import asyncio

    async with database(base, "review") as db:
        before, after = desk_of(db, KEEPER, NOON), desk_of(db, with_holiday(), NOON)
        await save(before, *(opened(before, str(n), wib("2026-12-22T15:00")) for n in range(1_200)))
        together = await asyncio.gather(reproject(after), reproject(after))
        changed = [*together, await reproject(after)]
        async with db.connection() as conn:
            assert await conn.fetchval("SELECT count(*) FROM clocks WHERE calendar_version = '2026-2027.2'") == 1_200
            assert await conn.fetchval("SELECT count(*) FROM reprojections") == sum(changed) == 1_200
