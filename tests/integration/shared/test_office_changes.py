"""What the office changes on its screens is in force at once, in every service."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import asyncpg
import pytest

from shared.calendar import WorkCalendar
from shared.desk import Desk
from shared.office_files import of_files
from shared.office_watch import Watch
from shared.reproject import reproject
from shared.settings import ServiceSettings
from tests.support.machinery import database
from tests.support.measuring import desk_of, opened, save
from tests.support.stack import HOUSE, Stack
from tests.unit.shared.offices import wib

MORNING = wib("2026-11-23T08:00")
HOLIDAY = '[[changes]]\nday = 2026-11-23\nname = "Cuti bersama"\nkind = "cuti bersama"\ndecree = "SE 1/2026"\n'


async def change(base: Stack, kind: str, body: str) -> None:
    conn = await asyncpg.connect(base.owner_dsn)
    await conn.execute(
        """INSERT INTO accounts.office_texts (kind, body, changed_at) VALUES ($1, $2, now())
           ON CONFLICT (kind) DO UPDATE SET body = $2, changed_at = now()""",
        kind,
        body,
    )
    await conn.close()


def settings(base: Stack) -> ServiceSettings:
    told = {name.removeprefix("ALURWARTA_").lower(): v for name, v in base.environment("review").items()}
    files = {f"{kind}_file": str(HOUSE / "deploy" / f"{kind}.toml") for kind in ("sop", "calendar")}
    return ServiceSettings.model_validate(told | files)


Watched = tuple[Desk, Watch]


@pytest.fixture
async def watched(base: Stack) -> AsyncGenerator[Watched]:
    keeper = of_files(HOUSE / "deploy" / "sop.toml", HOUSE / "deploy" / "calendar.toml")
    async with database(base, "review") as found:
        minutes = count()
        desk = replace(desk_of(found, keeper, MORNING), now=lambda: MORNING + timedelta(minutes=next(minutes)))
        yield desk, Watch(desk, settings(base))
    for kind in ("calendar", "sop"):
        await change(base, kind, "")


async def test_a_day_off_that_the_office_declares_moves_open_clocks(base: Stack, watched: Watched) -> None:
    desk, watch = watched
    clock = opened(desk, "a", MORNING)
    await save(desk, clock)
    assert await watch.look()
    assert not await watch.look()
    await change(base, "calendar", HOLIDAY)
    assert await watch.look()
    assert not desk.clock.calendar.is_open(MORNING)
    assert isinstance(desk.clock.calendar, WorkCalendar)
    assert desk.clock.calendar.days.why_closed(MORNING.date()) == "Cuti bersama (SE 1/2026)"
    assert await reproject(desk) == 1


async def test_a_day_of_the_file_may_be_worked_after_all(base: Stack, watched: Watched) -> None:
    desk, watch = watched
    christmas = wib("2026-12-24T08:00")
    assert not desk.clock.calendar.is_open(christmas)
    await change(
        base, "calendar", HOLIDAY.replace("2026-11-23", "2026-12-24").replace('d = "cuti bersama"', 'd = "hari kerja"')
    )
    await watch.look()
    assert desk.clock.calendar.is_open(christmas)


async def test_a_ramadan_dated_anew_takes_the_place_of_the_estimate(base: Stack, watched: Watched) -> None:
    desk, watch = watched
    await change(
        base, "calendar", '[[changed_ramadan]]\nfirst = 2027-02-09\nlast = 2027-03-10\ndecree = "Sidang isbat"\n'
    )
    await watch.look()
    assert isinstance(desk.clock.calendar, WorkCalendar)
    assert not desk.clock.calendar.days.in_ramadan(wib("2027-02-08T08:00").date())
    assert desk.clock.calendar.days.in_ramadan(wib("2027-03-10T08:00").date())


async def test_a_bidang_that_sends_no_more_keeps_its_name_and_a_new_one_is_known(base: Stack, watched: Watched) -> None:
    desk, watch = watched
    text = '[[bidang]]\ncode = "perumahan"\nname = "Bidang Perumahan (lama)"\nactive = false\n'
    await change(base, "sop", text + '[[bidang]]\ncode = "tata-ruang"\nname = "Bidang Tata Ruang"\nactive = true\n')
    await watch.look()
    sop = desk.clock.sop
    assert "perumahan" not in sop.units
    assert sop.unit_words("perumahan") == "Bidang Perumahan (lama)"
    assert sop.units["tata-ruang"] == "Bidang Tata Ruang"


async def test_a_change_that_cannot_be_read_leaves_what_was_in_force(base: Stack, watched: Watched) -> None:
    desk, watch = watched
    await watch.look()
    before = desk.clock.calendar
    await change(base, "calendar", '[[changes]]\nday = "besok"\n')
    await watch.look()
    assert desk.clock.calendar == before
