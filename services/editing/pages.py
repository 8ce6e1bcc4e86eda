"""The screens of the editing desk: `/meja`, and one Report on it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.editing import lists, views
from services.editing.lists import Search
from services.editing.web import Incomplete, chosen_id, pages_of, said, steps_of, units_of
from shared.accounts import Person
from shared.content import Reason
from shared.reasons import SENT_BACK
from shared.web import desk_of, may

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
    desk = desk_of(request)
    file = await views.report_file(desk, report)
    return pages_of(request).show(request, "bahan.html", file=file, now=desk.now(), reasons=SENT_BACK)


@router.post("/bahan/{report}/ambil")
async def claim(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    await steps_of(request).claim(report, by=person.official)
    return RedirectResponse(f"/meja/bahan/{report}", 303)


@router.post("/bahan/{report}/lepas")
async def release(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    await steps_of(request).release(report, by=person.official)
    return RedirectResponse("/meja", 303)


@router.post("/bahan/{report}/kembalikan")
async def send_back(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    form = await request.form()
    codes = [str(code) for code in form.getlist("alasan") if str(code) in SENT_BACK]
    if not codes:
        raise Incomplete("Pilih sedikitnya satu alasan, supaya Bidang tahu apa yang diminta.")
    question = said(form.get("pertanyaan"), 4_000, "Pertanyaan")
    reasons = [Reason(code=code) for code in codes]
    await steps_of(request).send_back(report, reasons=reasons, question=question, by=person.official)
    return RedirectResponse("/meja", 303)


@router.post("/bahan/{report}/susun")
async def compile_one(request: Request, report: UUID, person: Admin) -> RedirectResponse:
    split = "lagi" in await request.form()
    story = await steps_of(request).compile([report], by=person.official, split=split)
    return RedirectResponse(f"/meja/berita/{story.id}", 303)
