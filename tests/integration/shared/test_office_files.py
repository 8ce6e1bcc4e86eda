"""The office's calendar and SOP at a start: accepted, or refused with file and line while the last good one stays."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.calendar import WallCalendar
from shared.calendar_file import parse_calendar
from shared.office_files import InForce, calendar_of, in_force, newest
from shared.settings import ServiceSettings
from shared.toml_table import FileRefused
from tests.support.machinery import database
from tests.support.measuring import close, desk_of, opened, save, scrape
from tests.support.stack import HOUSE, Stack
from tests.unit.shared.offices import wib

MORNING = wib("2026-11-23T08:00")
CALENDAR = (HOUSE / "deploy" / "calendar.toml").read_text()
SOP = (HOUSE / "deploy" / "sop.toml").read_text()
OVERLAPPING = CALENDAR.replace("first = 2027-02-08", "first = 2026-03-01")


class Files:
    """An office's two files, which a test rewrites."""

    def __init__(self, folder: Path, base: Stack) -> None:
        self.calendar, self.sop, self.base = folder / "calendar.toml", folder / "sop.toml", base
        self.calendar.write_text(CALENDAR)
        self.sop.write_text(SOP)

    async def start(self, at: str = "2026-11-23T08:00", **more: str) -> InForce:
        """What a service that starts now takes as in force."""
        told = {name.removeprefix("ALURWARTA_").lower(): v for name, v in self.base.environment("review").items()}
        told |= {"calendar_file": str(self.calendar), "sop_file": str(self.sop), **more}
        async with database(self.base, "review") as db, db.transaction() as conn:
            return await in_force(conn, ServiceSettings.model_validate(told), at=wib(at))


@pytest.fixture
def files(tmp_path: Path, base: Stack) -> Files:
    return Files(tmp_path, base)


async def test_an_overlapping_calendar_is_refused_with_file_and_line_and_the_last_good_one_stays(files: Files) -> None:
    good = await files.start()
    files.calendar.write_text(OVERLAPPING)
    found = await files.start("2026-11-23T09:00")
    assert found.keeper.calendar == good.keeper.calendar
    assert found.refused["calendar"].startswith(f"{files.calendar} baris 26: Ramadan 2026-03-01 bertumpang tindih")
    assert found.keeper.due_soon(found.keeper.open("review", item="a", cycle=1, at=MORNING), wib("2026-11-23T09:45"))


@pytest.mark.parametrize(
    "text",
    [
        "version = ",
        "",
        "\x00",
        "a = " + "[" * 5_000,
        CALENDAR.replace('zone = "Asia/Jakarta"', 'zone = "Asia/X"'),
        CALENDAR.replace('"07:30-12:00"', '"07:30Z-12:00"'),
        CALENDAR.replace("last = 2035-12-31", "last = 9999-12-31"),
        CALENDAR.replace('"2026-2027.1"', '"2026\\u0000"'),
    ],
)
async def test_an_unreadable_calendar_leaves_the_last_good_one_in_force(files: Files, text: str) -> None:
    good = await files.start()
    files.calendar.write_text(text)
    found = await files.start()
    assert (found.keeper.calendar, set(found.refused)) == (good.keeper.calendar, {"calendar"})


async def test_a_missing_sop_leaves_the_last_good_one_in_force(files: Files) -> None:
    good = await files.start()
    files.sop.unlink()
    found = await files.start()
    assert (found.keeper.sop, set(found.refused)) == (good.keeper.sop, {"sop"})
    assert str(files.sop) in found.refused["sop"]


async def test_a_file_changed_on_disk_is_audited_and_one_that_stayed_is_not(files: Files) -> None:
    for number, at in (("1", "08:00"), ("1", "09:00"), ("2", "10:00")):
        files.sop.write_text(SOP.replace('version = "1"', f'version = "{number}"', 1))
        await files.start(f"2026-11-23T{at}")
    async with database(files.base, "review") as db, db.connection() as conn:
        rows = await conn.fetch("SELECT actor, item, after_hash FROM audit WHERE action = 'office.file-accepted'")
    assert [(r["actor"], r["item"].partition("+")[0]) for r in rows] == [("sistem", "sop/2")]
    assert len(rows[0]["after_hash"]) == 64


async def test_without_any_good_one_before_the_service_says_what_is_wrong_and_does_not_start(files: Files) -> None:
    files.calendar.write_text(OVERLAPPING)
    with pytest.raises(FileRefused, match=r"calendar\.toml baris 26"):
        await files.start()


async def test_a_refused_file_is_told_by_a_metric(files: Files) -> None:
    await files.start()
    files.calendar.write_text(OVERLAPPING)
    found = await files.start()
    async with database(files.base, "review") as db:
        page = await scrape(desk_of(db, found.keeper, MORNING), found.refused)
    assert (page("office_file_refused", file="calendar"), page("office_file_refused", file="sop")) == (1, 0)


async def test_the_newest_accepted_calendar_is_the_one_that_stays_even_after_a_return_to_an_older_text(
    files: Files,
) -> None:
    first = (await files.start()).keeper.calendar
    files.calendar.write_text(CALENDAR.replace('version = "2026-2027.1"', 'version = "2026-2027.2"'))
    assert (await files.start("2026-11-23T09:00")).keeper.calendar.version.startswith("2026-2027.2+")
    files.calendar.write_text(CALENDAR)
    assert (await files.start("2026-11-23T10:00")).keeper.calendar == first
    files.calendar.write_text("")
    assert (await files.start("2026-11-23T11:00")).keeper.calendar == first


async def test_a_calendar_edited_without_a_new_version_is_told_apart(files: Files) -> None:
    first = (await files.start()).keeper.calendar
    files.calendar.write_text(CALENDAR.replace("2026-12-24 =", "2026-12-23 ="))
    assert (await files.start()).keeper.calendar.version != first.version


async def test_an_older_calendar_still_explains_what_it_measured(files: Files) -> None:
    first = (await files.start()).keeper.calendar
    files.calendar.write_text(CALENDAR.replace('"2026-2027.1"', '"2026-2027.2"'))
    await files.start("2026-11-23T09:00")
    async with database(files.base, "review") as db, db.connection() as conn:
        assert await calendar_of(conn, first.version) == first
        assert await calendar_of(conn, "24-jam") == WallCalendar()
        assert await calendar_of(conn, "never-accepted") is None


async def test_an_office_may_measure_by_the_wall_in_its_own_zone(files: Files) -> None:
    files.calendar.write_text(CALENDAR.replace("Asia/Jakarta", "Asia/Jayapura"))
    wall = WallCalendar(zone=ZoneInfo("Asia/Jayapura"))
    assert (await files.start()).keeper.wall == wall
    assert (await files.start("2026-11-23T09:00", calendar="wall")).keeper.calendar == wall
    async with database(files.base, "review") as db, db.connection() as conn:
        assert await newest(conn, "calendar") == wall.version, "so that a replica by the office's hours waits"


async def test_after_the_wall_the_last_good_calendar_is_one_with_hours(files: Files) -> None:
    first = (await files.start()).keeper.calendar
    await files.start("2026-11-23T09:00", calendar="wall")
    files.calendar.write_text("")
    assert (await files.start("2026-11-23T10:00")).keeper.calendar == first


async def test_a_calendar_that_begins_after_work_that_still_runs_is_refused(files: Files) -> None:
    """Its clock could never be closed: the new year's calendar keeps the last days of the old one."""
    keeper = (await files.start()).keeper
    async with database(files.base, "review") as db:
        desk = desk_of(db, keeper, MORNING)
        await save(desk, opened(desk, "a", wib("2026-11-20T15:00")))
        files.calendar.write_text(CALENDAR.replace("first = 2026-01-01", "first = 2026-11-23"))
        found = await files.start()
        assert found.keeper.calendar == keeper.calendar
        assert "masih berjalan sejak Jumat, 20 November 2026" in found.refused["calendar"]
        await close(desk, opened(desk, "a", wib("2026-11-20T15:00")), MORNING)
    assert (await files.start()).refused == {}


async def test_a_calendar_file_that_is_not_named_is_no_calendar_of_the_wall(files: Files) -> None:
    with pytest.raises(FileRefused, match="ALURWARTA_CALENDAR_FILE"):
        await files.start(calendar_file=None)  # pyright: ignore[reportArgumentType]


def test_the_test_files_are_the_delivered_ones() -> None:
    assert parse_calendar(CALENDAR).version == "2026-2027.1"
