"""The Admin's forms with something typed: a time, a reason, a link; each a page that is shown again when refused.

What was typed is never lost: not by a refusal, and not by a session that ended (see `typed`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from services.publisher import desk_view, steps
from services.publisher.api import Version, Why
from services.publisher.pages import back, show, state_of
from services.publisher.refusals import NothingToTakeDown
from services.publisher.standing import Doable, Standing
from services.publisher.typed import Typed, forget, kept_words
from shared.accounts import Person
from shared.content import Code
from shared.refusal import NotFound, Refused
from shared.web import desk_of, may, status_of
from shared.words import finding

router = APIRouter(prefix="/terbit", include_in_schema=False, default_response_class=HTMLResponse, route_class=Typed)
Scheduler = Annotated[Person, may("publication.schedule")]
Remover = Annotated[Person, may("publication.take-down")]
Witness = Annotated[Person, may("publication.confirm")]
Official = Annotated[Person, may("publication.waive")]
Typed_ = Annotated[str, Form()]
_WHY = TypeAdapter[str](Why)


class NoReason(Refused):
    def __init__(self, error: ValidationError) -> None:
        super().__init__(
            "no-reason", f"Alasan {finding(dict(error.errors()[0]))}. Perbaiki alasannya, lalu kirim lagi."
        )


class NoTime(Refused):
    def __init__(self) -> None:
        super().__init__("no-time", "Tanggal dan jamnya belum terbaca. Isi tanggal dan jam terbit, lalu kirim lagi.")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it stands on the page: what was typed into it, and why it was refused."""

    texts: Mapping[str, str]
    no: Refused | None = None

    @property
    def http(self) -> int:
        return 200 if self.no is None else status_of(self.no)


@router.get("/{story}/jadwal")
async def schedule_form(request: Request, story: UUID, person: Scheduler, version: int | None = None) -> Response:
    return await _schedule(request, story, person, Filled(kept_words(request) or asked(version)))


@router.post("/{story}/jadwal")
async def schedule(
    request: Request, story: UUID, person: Scheduler, version: Annotated[Version, Form()], waktu: Typed_ = ""
) -> Response:
    try:
        await steps.schedule(request, story, version, _moment(request, waktu), by=person)
    except Refused as no:
        return await _schedule(request, story, person, Filled({"waktu": waktu, "version": str(version)}, no))
    return forget(request, back(story, "jadwal"))


@router.get("/{story}/turunkan")
async def take_down_form(request: Request, story: UUID, person: Remover) -> Response:
    return await _take_down(request, story, person, Filled(kept_words(request)))


@router.post("/{story}/turunkan")
async def take_down(
    request: Request, story: UUID, person: Remover, reason: Typed_ = "", yakin: Typed_ = ""
) -> Response:
    """First what it would do, to be confirmed; then it is done."""
    try:
        why = _why(reason)
        if not yakin:
            return await _take_down(request, story, person, Filled({"reason": why}), sure=True)
        await steps.take_down(request, story, why, by=person)
    except NothingToTakeDown:
        return forget(request, back(story, "sudah-turun"))
    except Refused as no:
        return await _take_down(request, story, person, Filled({"reason": reason}, no))
    return forget(request, back(story, "turun"))


@router.get("/{story}/kanal/{channel}/nyatakan")
async def confirm_form(
    request: Request, story: UUID, channel: Code, person: Witness, version: int | None = None
) -> Response:
    filled = Filled(kept_words(request) or asked(version))
    return await _of_channel(request, "terbit_nyatakan.html", story, channel, person, filled, "confirm")


@router.post("/{story}/kanal/{channel}/nyatakan")
async def confirm(
    request: Request,
    story: UUID,
    channel: Code,
    person: Witness,
    version: Annotated[Version, Form()],
    tautan: Typed_ = "",
    jawab: Typed_ = "sudah",
) -> Response:
    try:
        if jawab == "belum":
            await steps.deny(request, story, version, channel, by=person)
        else:
            await steps.confirm(request, story, version, channel, tautan, by=person)
    except Refused as no:
        filled = Filled({"tautan": tautan, "version": str(version)}, no)
        return await _of_channel(request, "terbit_nyatakan.html", story, channel, person, filled, "confirm")
    return forget(request, back(story, "ulang" if jawab == "belum" else "nyata"))


@router.get("/{story}/kanal/{channel}/bebaskan")
async def waive_form(
    request: Request, story: UUID, channel: Code, person: Official, version: int | None = None
) -> Response:
    filled = Filled(kept_words(request) or asked(version))
    return await _of_channel(request, "terbit_bebaskan.html", story, channel, person, filled, "waive")


@router.post("/{story}/kanal/{channel}/bebaskan")
async def waive(
    request: Request,
    story: UUID,
    channel: Code,
    person: Official,
    version: Annotated[Version, Form()],
    reason: Typed_ = "",
) -> Response:
    try:
        await steps.waive(request, story, version, channel, _why(reason), by=person)
    except Refused as no:
        filled = Filled({"reason": reason, "version": str(version)}, no)
        return await _of_channel(request, "terbit_bebaskan.html", story, channel, person, filled, "waive")
    return forget(request, back(story, "bebas"))


async def _schedule(request: Request, story: UUID, person: Person, filled: Filled) -> Response:
    found, versions = await desk_view.whole(request, story)
    row = row_of(versions, filled)
    zone = desk_of(request).clock.calendar.zone
    earliest = max(desk_of(request).now(), row["not_before"] or desk_of(request).now()).astimezone(zone)
    typed = filled.texts.get("waktu") or (row["publish_at"].astimezone(zone) if row["publish_at"] else "")
    view = state_of(found, versions, person) | {
        "row": row,
        "sentence": filled.no.sentence if filled.no else None,
        "typed": typed if isinstance(typed, str) else f"{typed:%Y-%m-%dT%H:%M}",
        "soonest": earliest,
        "earliest": f"{earliest:%Y-%m-%dT%H:%M}",
    }
    return show(request, "terbit_jadwal.html", http=filled.http, **view)


async def _take_down(request: Request, story: UUID, person: Person, filled: Filled, *, sure: bool = False) -> Response:
    found, versions = await desk_view.whole(request, story)
    if not desk_view.may_come_down(found) and filled.no is None:
        return forget(request, back(story, "sudah-turun"))
    able = {name for name, c in steps.office_of(request).board.channels.items() if c.capabilities.take_down}
    view = state_of(found, versions, person) | {
        "sentence": filled.no.sentence if filled.no else None,
        "reason": filled.texts.get("reason", ""),
        "sure": sure,
        "able": able,
        "out": [d for v in versions for d in v["channels"] if d.delivery.state in ("live", "unconfirmed", "sending")],
    }
    return show(request, "terbit_turunkan.html", http=filled.http, **view)


async def _of_channel(
    request: Request, template: str, story: UUID, channel: str, person: Person, filled: Filled, doable: Doable
) -> Response:
    found, versions = await desk_view.whole(request, story)
    row = row_of(versions, filled)
    standing = standing_of(row, channel)
    can = steps.office_of(request).board.capabilities(channel)
    view = state_of(found, versions, person) | {
        "row": row,
        "d": standing,
        "can": doable in standing.doable,
        "hosts": can.hosts,
        "sentence": filled.no.sentence if filled.no else None,
        "link": filled.texts.get("tautan", ""),
        "reason": filled.texts.get("reason", ""),
    }
    return show(request, template, http=filled.http, **view)


def standing_of(row: dict[str, Any], channel: str) -> Standing:
    """How one channel of a Version stands. Raises NotFound."""
    for standing in row["channels"]:
        if standing.delivery.channel == channel:
            return standing
    raise NotFound("Kanal ini")


def row_of(versions: list[dict[str, Any]], filled: Filled) -> dict[str, Any]:
    """The Version that the form is about; the newest where it names none."""
    asked = filled.texts.get("version", "")
    return next((v for v in versions if str(v["version"]) == asked), versions[0])


def asked(version: int | None) -> dict[str, str]:
    return {} if version is None else {"version": str(version)}


def _why(typed: str) -> str:
    try:
        return _WHY.validate_python(typed)
    except ValidationError as e:
        raise NoReason(e) from None


def _moment(request: Request, typed: str) -> datetime:
    """A form's local time, meant in the office's own zone."""
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=desk_of(request).clock.calendar.zone)
    except ValueError:
        raise NoTime from None
