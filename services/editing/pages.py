"""The screens of the editing desk: `/meja`, and one Report on it."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.editing import lists, views
from services.editing.lists import Search
from services.editing.web import Incomplete, chosen_id, pages_of, steps_of, units_of
from shared.accounts import Person
from shared.content import Reason
from shared.reasons import SENT_BACK
from shared.refusal import NotFound, Refused
from shared.typed_text import as_typed, expect_within
from shared.web import desk_of, may, status_of

router = APIRouter(prefix="/meja", include_in_schema=False)
Admin = Annotated[Person, may("story.edit")]
Reader = Annotated[Person, may("story.read")]
InboxReader = Annotated[Person, may("inbox.read")]
InboxWorker = Annotated[Person, may("inbox.work")]


@router.get("")
async def desk_page(
    request: Request, person: InboxReader, q: str = "", bidang: str = "", milik: str = ""
) -> HTMLResponse:
    desk = desk_of(request)
    search = Search(q[:200].replace("\x00", ""), bidang[:63].replace("\x00", ""), person.account if milik else "")
    return pages_of(request).show(
        request,
        "meja.html",
        now=desk.now(),
        search=search,
        units=units_of(request),
        inbox=await lists.inbox(desk, search),
        at_work=await lists.stories(desk, at_work=True, search=search),
        done=await lists.stories(desk, at_work=False, search=search),
        compiled=await lists.compiled(desk, search),
    )


@router.post("/susun")
async def compile_chosen(request: Request, person: Admin) -> RedirectResponse:
    form = await request.form()
    chosen = [chosen_id(str(value)) for value in form.getlist("bahan")]
    if not chosen:
        raise Incomplete("Pilih sedikitnya satu bahan, lalu susun.")
    story = await steps_of(request).compile(chosen, by=person.official, split=False)
    return RedirectResponse(f"/meja/berita/{story.id}", 303)


@router.get("/bahan/{report}")
async def report_page(request: Request, report: UUID, person: Reader) -> HTMLResponse:
    return await _report_page(request, report)


@router.post("/bahan/{report}/ambil")
async def claim(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    await steps_of(request).claim(report, by=person.official)
    return RedirectResponse(f"/meja/bahan/{report}", 303)


@router.post("/bahan/{report}/lepas")
async def release(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    await steps_of(request).release(report, by=person.official)
    return RedirectResponse("/meja", 303)


@router.post("/bahan/{report}/kembalikan")
async def send_back(request: Request, report: UUID, person: InboxWorker) -> Response:
    """Ask the Unit; where that is refused, the page again with what was ticked and typed."""
    form = await request.form()
    codes = [str(code) for code in form.getlist("alasan") if str(code) in SENT_BACK]
    question = as_typed(str(form.get("pertanyaan", "")))
    try:
        if not codes:
            raise Incomplete("Pilih sedikitnya satu alasan, supaya Bidang tahu apa yang diminta.")
        expect_within("Pertanyaan", question)
        reasons = [Reason(code=code) for code in codes]
        await steps_of(request).send_back(report, reasons=reasons, question=question, by=person.official)
    except NotFound:
        raise
    except Refused as no:
        return await _report_page(request, report, no=no, ticked=codes, question=question)
    return RedirectResponse("/meja", 303)


@router.post("/bahan/{report}/susun")
async def compile_one(request: Request, report: UUID, person: Admin) -> RedirectResponse:
    """Begin a Story, once for each page that asks; `lagi` is how many Stories the page knew of."""
    known = (await request.form()).get("lagi")
    story = await steps_of(request).compile_next(report, by=person.official, known=_count(known))
    return RedirectResponse(f"/meja/berita/{story}", 303)


def _count(told: object) -> int | None:
    if told is None:
        return None
    text = str(told)
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Incomplete("Muat ulang halaman ini, lalu susun lagi.")
    return int(text)


async def _report_page(
    request: Request, report: UUID, *, no: Refused | None = None, ticked: Sequence[str] = (), question: str = ""
) -> HTMLResponse:
    desk = desk_of(request)
    view: dict[str, Any] = {"reasons": SENT_BACK, "ticked": ticked, "question": question}
    return pages_of(request).show(
        request,
        "bahan.html",
        http=status_of(no) if no else 200,
        sentence=no and no.sentence,
        file=await views.report_file(desk, report),
        now=desk.now(),
        **view,
    )
