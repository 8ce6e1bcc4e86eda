"""The screens of Bidang/Sekretariat: home, list, new Report, one Report. Forms post here and are sent on with 303."""

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from services.intake import steps, store, views
from services.intake.api import Changer, Reader, Sender, seen, unit_seen
from services.intake.forms import AttachedFile, NewReport, NewSupplement, Withdrawal
from services.intake.web import vault_of
from shared.accounts import Person
from shared.refusal import Refused
from shared.web import Pages, desk_of, may, public

router = APIRouter(include_in_schema=False)
M = TypeVar("M", bound=BaseModel)
Anyone = Annotated[Person, may("home.see")]
PAGE = 50
SECTIONS = {"received": "Diterima", "sent-back": "Perlu dilengkapi", "withdrawn": "Ditarik"}
LABELS = {
    "title": "Judul", "text": "Uraian", "happened_at": "Waktu kegiatan", "unit": "Bidang/Sekretariat",
    "place": "Tempat", "people": "Yang hadir", "reporter": "Pelapor", "media": "Berkas", "reason": "Alasan",
    "received_via": "Dikirim lewat", "sent_at": "Waktu dikirim",
}  # fmt: skip


class FormNotFilled(Refused):
    """The first thing that is wrong with a form, by the label on the screen."""

    def __init__(self, error: ValidationError) -> None:
        first = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else ""
        super().__init__("form", f"Isian {LABELS.get(first, first)} belum benar. Periksa lalu kirim lagi.")


async def _fields(request: Request) -> dict[str, Any]:
    """A form's fields as typed; `media` may come many times, each a JSON object that the page's script wrote."""
    form = await request.form()
    fields: dict[str, Any] = {
        name: value.replace("\r\n", "\n")
        for name, value in form.items()
        if isinstance(value, str) and value.strip() and name not in ("csrf", "kunci", "media")
    }
    return fields | {"media": [str(value) for value in form.getlist("media")], "kunci": str(form.get("kunci", ""))}


Fields = Annotated[dict[str, Any], Depends(_fields)]


@router.get("/", dependencies=[public])
async def front() -> Response:
    return RedirectResponse("/beranda", 303)


@router.get("/beranda")
async def home(request: Request, person: Anyone) -> Response:
    async with desk_of(request).db.connection() as conn:
        counts = await store.counts(conn, unit_seen(person))
        waiting = await store.page(conn, unit=unit_seen(person), state="sent-back", before=None, limit=10)
        lines = await views.briefs(conn, waiting)
    return _show(request, "beranda.html", counts=counts, waiting=lines)


@router.get("/bahan")
async def listed(request: Request, person: Reader, keadaan: str = "", sebelum: UUID | None = None) -> Response:
    state = keadaan if keadaan in SECTIONS else None
    async with desk_of(request).db.connection() as conn:
        found = await store.page(conn, unit=unit_seen(person), state=state, before=sebelum, limit=PAGE)
        lines = await views.briefs(conn, found)
    more = str(found[-1].id) if len(found) == PAGE else None
    return _show(request, "bahan.html", reports=lines, more=more, state=state, sections=SECTIONS)


@router.get("/bahan/baru")
async def new(request: Request, person: Sender) -> Response:
    return _show(request, "bahan_baru.html", filled={}, key=str(desk_of(request).new_id()), sentence=None)


@router.post("/bahan/baru")
async def create(request: Request, person: Sender, fields: Fields) -> Response:
    desk = desk_of(request)
    key = _key(fields.pop("kunci")) or str(desk.new_id())
    try:
        form = _parse(NewReport, _report_fields(fields, desk.clock.calendar.zone))
        report = await steps.create(desk, vault_of(request), person, form, key=key)
    except Refused as no:
        return _show(request, "bahan_baru.html", http=422, filled=fields, key=key, sentence=no.sentence)
    return RedirectResponse(f"/bahan/{report}", 303)


@router.get("/bahan/{report}")
async def one(request: Request, report: UUID, person: Reader) -> Response:
    return await _one(request, report, person, sentence=None)


@router.post("/bahan/{report}/lengkapi")
async def supplement(request: Request, report: UUID, person: Changer, fields: Fields) -> Response:
    try:
        form = _parse(NewSupplement, {"text": fields.get("text", ""), "media": _files(fields["media"])})
        await steps.add_supplement(desk_of(request), vault_of(request), person, report, form)
    except Refused as no:
        return await _one(request, report, person, sentence=no.sentence)
    return RedirectResponse(f"/bahan/{report}", 303)


@router.post("/bahan/{report}/tarik")
async def withdraw(request: Request, report: UUID, person: Changer, fields: Fields) -> Response:
    try:
        form = _parse(Withdrawal, {"reason": fields.get("reason", "")})
        await steps.take_back(desk_of(request), person, report, form)
    except Refused as no:
        return await _one(request, report, person, sentence=no.sentence)
    return RedirectResponse(f"/bahan/{report}", 303)


async def _one(request: Request, report: UUID, person: Person, *, sentence: str | None) -> Response:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        found = await views.whole(conn, desk, seen(person, await store.find(conn, report)))
    may_change = person.may("report.change")
    http = 422 if sentence else 200
    return _show(request, "bahan_satu.html", http=http, report=found, may_change=may_change, sentence=sentence)


def _report_fields(fields: dict[str, Any], zone: Any) -> dict[str, Any]:
    """Form fields as the API's: an hour without a date's zone is the office's own; a day alone stays a day."""
    taken = {name: fields[name] for name in ("title", "text", "unit", "place", "people", "reporter") if name in fields}
    day, hour = fields.get("tanggal", ""), fields.get("jam", "")
    taken["happened_at"] = _moment(f"{day}T{hour}", zone) if hour else day
    if fields.get("dikirim"):
        taken |= {"sent_at": _moment(fields["dikirim"], zone), "received_via": fields.get("lewat", "lain")}
    taken["urgency"] = "immediate" if fields.get("segera") else "regular"
    taken["practice"] = bool(fields.get("latihan"))
    return taken | {"media": _files(fields["media"])}


def _key(typed: str) -> str | None:
    """The form's own id, under which sending it twice is sending it once."""
    try:
        return str(UUID(typed))
    except ValueError:
        return None


def _moment(typed: str, zone: Any) -> str:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone).isoformat()
    except ValueError:
        return typed


def _files(typed: list[str]) -> list[AttachedFile]:
    try:
        return [AttachedFile.model_validate_json(text) for text in typed]
    except ValidationError as e:
        raise FormNotFilled(e) from None


def _parse(model: type[M], fields: dict[str, Any]) -> M:
    try:
        return model.model_validate(fields)
    except ValidationError as e:
        raise FormNotFilled(e) from None


def _show(request: Request, template: str, *, http: int = 200, **view: Any) -> Response:
    pages: Pages = request.app.state.pages
    return pages.show(request, template, http=http, **view)
