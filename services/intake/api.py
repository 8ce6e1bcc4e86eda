"""The JSON API of Reports and requests."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.intake import reception, steps, store, store_progress, store_requests, views
from services.intake.domain import Report, State
from services.intake.domain_progress import stage_of
from services.intake.domain_requests import BadField, Source
from services.intake.domain_requests import Request as Asking
from services.intake.files import store as store_files
from services.intake.forms import NewReport, NewSupplement, Withdrawal
from services.intake.web import body_as, by_key, by_key_or, vault_of
from shared.accounts import Person
from shared.content import Media, Rendition
from shared.events import IntakeRequested
from shared.media.choosing import choose
from shared.refusal import NotFound, Refused, Stale
from shared.web import desk_of, may

Caller = Annotated[Source | Person, by_key_or("report.send")]
System = Annotated[Source, by_key("request.read")]
Sender = Annotated[Person, may("report.send")]
Changer = Annotated[Person, may("report.change")]
Reader = Annotated[Person, may("report.read")]
INTEGRATOR = "integrator"
MAX_ID = 200
PAGE_WIDTH = 480  # pixels; of a picture on a page of ours

router = APIRouter(prefix="/api/v1")


class NotReadable(Refused):
    def __init__(self, file: Media) -> None:
        if file.state == "checking":
            super().__init__("still-checking", "Berkas ini masih diperiksa. Coba lagi sebentar lagi.")
        else:
            super().__init__("file-refused", f"Berkas ini tidak lolos pemeriksaan. {file.reason}")


class OtherData(Stale):
    def __init__(self) -> None:
        super().__init__("other-data", "Idempotency-Key ini sudah dipakai untuk isi yang lain. Pakai kunci baru.")


@router.post(
    "/reports",
    tags=[INTEGRATOR],
    summary="Report an activity",
    status_code=202,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/IntakeRequested"}}},
        }
    },
)
async def create(
    request: Request, caller: Caller, idempotency_key: Annotated[str | None, Header()] = None
) -> JSONResponse:
    """Another system's request is answered as on its topic; a person's Report is there at once (201)."""
    if isinstance(caller, Source):
        return await _request(request, caller, idempotency_key)
    if idempotency_key is not None:
        _expect_key(idempotency_key)
    form = await body_as(request, NewReport)
    report = await steps.create(desk_of(request), vault_of(request), caller, form, key=idempotency_key)
    return JSONResponse({"report": str(report)}, 201, headers={"Location": f"/api/v1/reports/{report}"})


async def _request(request: Request, source: Source, key: str | None) -> JSONResponse:
    key = _expect_key(key)
    asked, desk = await body_as(request, IntakeRequested), desk_of(request)
    async with desk.transaction() as conn:
        (verdict,) = await reception.receive(conn, desk, [Asking(source.name, key, asked, desk.now())])
    if verdict != "taken":
        raise OtherData
    status_url = f"/api/v1/requests/{quote(key, safe='')}"
    return JSONResponse({"request_id": key, "status_url": status_url}, 202, headers={"Location": status_url})


def _expect_key(key: str | None) -> str:
    if not key or len(key) > MAX_ID or not key.isprintable():
        raise BadField("Idempotency-Key", f"Kirim Idempotency-Key: paling panjang {MAX_ID} huruf, satu per laporan.")
    return key


@router.get("/requests/{request_id:path}", tags=[INTEGRATOR], summary="What became of a request")
async def request_state(request: Request, request_id: str, source: System) -> dict[str, Any]:
    """The same as the outcomes topic tells: checking, accepted or refused; then how far its Stories are."""
    async with desk_of(request).db.connection() as conn:
        found = None if "\x00" in request_id else await store_requests.find(conn, (source.name, request_id))
        if found is None:
            raise NotFound("Permintaan")
        accepted = found["state"] == "accepted"
        report = await store.find(conn, found["report"]) if accepted else None
        stories = (await store_progress.of_reports(conn, [report.id])).get(report.id, []) if report else []
    return {
        "request_id": request_id,
        "state": found["state"],
        "report": str(found["report"]) if accepted else None,
        "report_state": report.state if report else None,
        "problems": found["problems"],
        "stage": stage_of(report.state, stories) if report else None,
        "fate": [s.fate for s in stories],
        "urls": {name: url for s in stories if s.fate == "published" for name, url in s.urls.items()},
        "received_at": found["received_at"],
        "answered_at": found["answered_at"],
    }


@router.get("/reports")
async def reports(
    request: Request,
    person: Reader,
    state: State | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Reports, the newest first; the next page is `before` the last one's id."""
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        found = await store.page(conn, unit=unit_seen(person), state=state, before=before, limit=limit)
        return {"reports": await views.briefs(conn, desk, found)}


@router.get("/reports/{report}")
async def one_report(request: Request, report: UUID, person: Reader) -> dict[str, Any]:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        found = seen(person, await store.find(conn, report))
        return await views.whole(conn, desk, found, names=person.may("recording.read"))


@router.post("/reports/{report}/supplements", status_code=201)
async def supplement(request: Request, report: UUID, form: NewSupplement, person: Changer) -> dict[str, Any]:
    await steps.add_supplement(desk_of(request), vault_of(request), person, report, form)
    return {"report": str(report)}


@router.post("/reports/{report}/withdraw")
async def withdraw(request: Request, report: UUID, form: Withdrawal, person: Changer) -> dict[str, Any]:
    await steps.take_back(desk_of(request), person, report, form)
    return {"report": str(report), "state": "withdrawn"}


@router.get("/media/{media}")
async def media(request: Request, media: UUID, person: Reader, rendition: str | None = None) -> Response:
    """Go to the file itself for a while; with `rendition` to a copy made of it, by its label.

    Of a picture's copies, `web` is the one that fits a page.
    """
    async with desk_of(request).db.connection() as conn:
        file = await store_files.find(conn, media)
        if file is None or (file.private and not person.may("recording.read")):
            raise NotFound("Berkas")
        seen(person, await store.find(conn, file.report))
    place = file.media.original
    if rendition is not None:
        place = _copy(file.media, rendition)
    elif file.media.state != "accepted":
        raise NotReadable(file.media)
    return RedirectResponse(await vault_of(request).store.download_url(place.bucket, place.key), 303)


def _copy(file: Media, label: str) -> Rendition:
    named = (r for r in file.renditions if r.label == label)
    found = choose(file.renditions, width=PAGE_WIDTH) if label == "web" else next(named, None)
    if found is None:
        raise NotFound("Salinan berkas")
    return found


def unit_seen(person: Person) -> str | None:
    """The Unit to which a person's lists are bound; None is all of them."""
    return person.bound_to("report.read")


def seen(person: Person, report: Report | None) -> Report:
    """A Report that this person may know of. Raises NotFound."""
    if report is None or not steps.may_see(person, report):
        raise NotFound("Bahan")
    return report
