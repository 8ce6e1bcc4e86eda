"""The screens of Pengaturan: a check-list that leads to each, Bidang, calendar, letterhead, absences."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.office import checklist, rules, steps, store
from services.intake.office.rules import Absence, BadSetting
from services.intake.web import show
from shared.accounts import Person
from shared.channel_words import CHOOSABLE, name_of
from shared.office_watch import put_in_force
from shared.refusal import Refused
from shared.settings import ServiceSettings
from shared.web import desk_of, may, status_of


@dataclass(frozen=True, slots=True)
class Files:
    """Where the office's own files are, behind which its changes go."""

    settings: ServiceSettings
    sop_file: Path
    calendar_file: Path


YEARS = range(2000, 2200)
router = APIRouter(prefix="/pengaturan", include_in_schema=False)
Reader = Annotated[Person, may("office.read")]
Changer = Annotated[Person, may("office.change", fresh=True)]


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("")
async def overview(request: Request, person: Reader) -> Response:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        lines, officials = await store.letterhead(conn), await store.officials(conn)
    held = [role for row in officials for role in row["roles"]]
    found = checklist.points(
        desk.clock.sop,
        desk.clock.calendar,
        today=today_of(request),
        lines=lines,
        roles={role: held.count(role) for role in held},
        sending={row["unit"] for row in officials if row["unit"]},
    )
    return office_page(request, "pengaturan.html", points=found)


@router.get("/bidang")
async def units_page(request: Request, person: Reader) -> Response:
    return await _units(request)


@router.post("/bidang")
async def set_unit(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        unit = rules.unit(typed.get("code", ""), typed.get("name", ""), active="active" in typed)
        await steps.save_unit(desk_of(request), _files(request).sop_file, unit, by=person.official)

    return await _do_and_work_by_it(request, step, "/pengaturan/bidang", lambda no: _units(request, typed, no))


async def _units(request: Request, typed: dict[str, str] | None = None, no: Refused | None = None) -> Response:
    sop = desk_of(request).clock.sop
    listed = [(code, name, True) for code, name in sop.units.items()]
    listed += [(code, name, False) for code, name in sop.former_units.items()]
    return office_page(request, "pengaturan_bidang.html", no=no, units=listed, typed=typed or {})


@router.get("/kalender")
async def calendar_page(request: Request, person: Reader) -> Response:
    return await _calendar(request)


@router.post("/kalender/hari")
async def set_day(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        day = rules.office_day(
            date_of(typed, "day"), typed.get("name", ""), typed.get("kind", ""), typed.get("decree", "")
        )
        await steps.save_day(desk_of(request), _files(request).calendar_file, day, by=person.official)

    return await _do_and_work_by_it(request, step, "/pengaturan/kalender", lambda no: _calendar(request, typed, no))


@router.post("/kalender/hari/hapus")
async def remove_day(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        await steps.remove_day(
            desk_of(request), _files(request).calendar_file, date_of(typed, "day"), by=person.official
        )

    return await _do_and_work_by_it(request, step, "/pengaturan/kalender", lambda no: _calendar(request, {}, no))


@router.post("/kalender/ramadan")
async def set_ramadan(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        dates = rules.ramadan(date_of(typed, "first"), date_of(typed, "last"), typed.get("decree", ""))
        await steps.save_ramadan(desk_of(request), _files(request).calendar_file, dates, by=person.official)

    return await _do_and_work_by_it(request, step, "/pengaturan/kalender", lambda no: _calendar(request, typed, no))


async def _calendar(request: Request, typed: dict[str, str] | None = None, no: Refused | None = None) -> Response:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        days, ramadans = await store.days(conn), await store.ramadans(conn)
    return office_page(
        request,
        "pengaturan_kalender.html",
        no=no,
        days=days,
        ramadans=ramadans,
        calendar=desk.clock.calendar,
        kinds=rules.DAY_KINDS,
        typed=typed or {},
        today=today_of(request),
    )


@router.get("/kop")
async def letterhead_page(request: Request, person: Reader) -> Response:
    return await _letterhead(request)


@router.post("/kop")
async def set_letterhead(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        lines = rules.letterhead(typed.get("lines", ""))
        await steps.save_letterhead(desk_of(request), _files(request).sop_file, lines, by=person.official)

    return await _do_and_work_by_it(request, step, "/pengaturan/kop", lambda no: _letterhead(request, typed, no))


async def _letterhead(request: Request, typed: dict[str, str] | None = None, no: Refused | None = None) -> Response:
    async with desk_of(request).db.connection() as conn:
        lines = await store.letterhead(conn)
    return office_page(
        request, "pengaturan_kop.html", no=no, lines=(typed or {}).get("lines", "\n".join(lines)), saved=lines
    )


@router.get("/kanal")
async def channels_page(request: Request, person: Reader) -> Response:
    return await _channels(request)


@router.post("/kanal")
async def set_channel(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        use = rules.channel_use(
            typed.get("code", ""), used="used" in typed, required="required" in typed, topics=typed.get("topics", "")
        )
        await steps.save_channel(desk_of(request), _files(request).sop_file, use, by=person.official)

    return await _do_and_work_by_it(request, step, "/pengaturan/kanal", lambda no: _channels(request, typed, no))


async def _channels(request: Request, typed: dict[str, str] | None = None, no: Refused | None = None) -> Response:
    sop = desk_of(request).clock.sop
    listed = [
        (
            code, name_of(code), code not in sop.unused_channels, code in sop.required_channels,
            ", ".join(sorted(sop.required_topics.get(code, ()))),
        )
        for code in CHOOSABLE
    ]  # fmt: skip
    if typed:
        ticked = "used" in typed, "required" in typed, typed.get("topics", "")
        listed = [(*row[:2], *ticked) if row[0] == typed.get("code") else row for row in listed]
    return office_page(request, "pengaturan_kanal.html", no=no, channels=listed)


@router.get("/ketidakhadiran")
async def absences_page(request: Request, person: Reader) -> Response:
    return await _absences(request)


@router.post("/ketidakhadiran")
async def add_absence(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        await steps.add_absence(desk_of(request), _absence_of(request, typed), by=person.official)

    return await take_step(step, "/pengaturan/ketidakhadiran", lambda no: _absences(request, typed, no))


@router.post("/ketidakhadiran/{absence}/akhiri")
async def end_absence(request: Request, absence: UUID, person: Changer) -> Response:
    async def step() -> None:
        await steps.end_absence(desk_of(request), absence, by=person.official)

    return await take_step(step, "/pengaturan/ketidakhadiran", lambda no: _absences(request, {}, no))


def _absence_of(request: Request, typed: dict[str, str]) -> Absence:
    return Absence(
        id=desk_of(request).new_id(),
        account=typed.get("account", ""),
        stand_in=typed.get("stand_in", ""),
        kind=rules.stand_in(typed.get("kind", "")),
        first=date_of(typed, "first"),
        last=date_of(typed, "last"),
        letter_number=typed.get("letter_number", "").strip(),
        letter_date=date_of(typed, "letter_date"),
    )


async def _absences(request: Request, typed: dict[str, str] | None = None, no: Refused | None = None) -> Response:
    async with desk_of(request).db.connection() as conn:
        listed, officials = await store.absences(conn), await store.officials(conn)
    return office_page(
        request,
        "pengaturan_ketidakhadiran.html",
        no=no,
        absences=listed,
        officials=officials,
        named={row["account"]: row["name"] for row in officials},
        kinds=rules.STAND_INS,
        typed=typed or {},
        today=today_of(request),
    )


async def take_step(
    step: Callable[[], Awaitable[None]], then: str, again: Callable[[Refused], Awaitable[Response]]
) -> Response:
    """Take a step and go on; a refusal shows the form again with all that was typed."""
    try:
        await step()
    except Refused as no:
        return await again(no)
    return RedirectResponse(f"{then}?tersimpan=1", 303)


async def _do_and_work_by_it(
    request: Request, step: Callable[[], Awaitable[None]], then: str, again: Callable[[Refused], Awaitable[Response]]
) -> Response:
    """The same for what every service works by: the page that follows shows it in force."""

    async def whole() -> None:
        await step()
        await put_in_force(desk_of(request), _files(request).settings)

    return await take_step(whole, then, again)


def date_of(typed: dict[str, str], field: str) -> date:
    try:
        found = date.fromisoformat(typed.get(field, ""))
    except ValueError:
        raise BadSetting(field, "Tanggal tidak terbaca. Pilih tanggal dari kalender di isian itu.") from None
    if found.year not in YEARS:
        raise BadSetting(field, "Tahun ini di luar jangkauan. Periksa tahunnya.")
    return found


def today_of(request: Request) -> date:
    return desk_of(request).today()


def _files(request: Request) -> Files:
    files: Files = request.app.state.office_files
    return files


def office_page(request: Request, template: str, *, no: Refused | None = None, **view: Any) -> Response:
    """A page of Pengaturan, with what was refused or that it was saved."""
    http = 200 if no is None else status_of(no)
    saved = no is None and "tersimpan" in request.query_params
    return show(request, template, http=http, no=no, just_saved=saved, **view)
