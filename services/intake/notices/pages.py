"""The screens of Kabar: what I was told, and how I want to be told."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.intake.notices import letters, rules, steps_own, store, store_own
from services.intake.notices.rules import Channel
from services.intake.web import show
from shared.accounts import Person
from shared.refusal import NotFound, Refused
from shared.web import desk_of, may, status_of

router = APIRouter(prefix="/kabar", include_in_schema=False)
Reader = Annotated[Person, may("home.see")]
Owner = Annotated[Person, may("own-account.change")]
KINDS = {"waits": "ada yang menunggu saya", "due-soon": "mendekati batas waktu", "late": "melewati batas waktu"}
CHANNELS = {"mail": "Email", "telegram": "Telegram"}
SAVED = {
    "pilihan": "Pilihan tersimpan.", "kode": "Kode sedang dikirim. Isikan di bawah setelah pesannya Anda terima.",
    "alamat": "Alamat dikonfirmasi.", "hapus": "Alamat dihapus.",
}  # fmt: skip


async def _typed(request: Request) -> dict[str, Any]:
    form = await request.form()
    fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}
    return fields | {"wants": [str(value) for value in form.getlist("wants")]}


Typed = Annotated[dict[str, Any], Depends(_typed)]


@router.get("")
async def listed(request: Request, person: Reader, sebelum: UUID | None = None) -> Response:
    async with desk_of(request).db.connection() as conn:
        lines = await store.page(conn, person.account, before=sebelum)
        unread = await store.unread(conn, person.account)
    more = str(lines[-1].id) if len(lines) == store.PAGE else None
    shown = [(line, letters.address(line)) for line in lines]
    return show(request, "kabar.html", lines=shown, more=more, unread=unread, kinds=letters.KINDS)


@router.get("/jumlah")
async def count(request: Request, person: Reader) -> Response:
    """How many notices are unread; asked by the navigation of every service's pages."""
    async with desk_of(request).db.connection() as conn:
        unread = await store.unread(conn, person.account)
    return JSONResponse({"unread": unread}, headers={"Cache-Control": "no-store"})


@router.post("/dibaca")
async def all_read(request: Request, person: Owner) -> Response:
    desk = desk_of(request)
    async with desk.db.transaction() as conn:
        await store.mark_read(conn, person.account, None, at=desk.now())
    return RedirectResponse("/kabar", 303)


@router.post("/{notice}/buka")
async def opened(request: Request, notice: UUID, person: Owner) -> Response:
    """Mark one as read and go where the step is taken."""
    desk = desk_of(request)
    async with desk.db.transaction() as conn:
        line = await store.of_person(conn, person.account, notice)
        if line is None:
            raise NotFound("Kabar")
        await store.mark_read(conn, person.account, notice, at=desk.now())
    return RedirectResponse(letters.address(line), 303)


@router.get("/pengaturan")
async def settings(request: Request, person: Owner) -> Response:
    return await _settings(request, person)


@router.post("/pengaturan")
async def choose(request: Request, person: Owner, typed: Typed) -> Response:
    async def step() -> None:
        await steps_own.choose(desk_of(request), person, ticked=typed["wants"], whatsapp=str(typed.get("whatsapp", "")))

    return await _do(request, person, step, "pilihan", typed)


@router.post("/pengaturan/{channel}")
async def set_address(request: Request, channel: str, person: Owner, typed: Typed) -> Response:
    address = str(typed.get("address", ""))

    async def step() -> None:
        await steps_own.set_address(desk_of(request), person, channel, address, ours=_channels(request))

    return await _do(request, person, step, "kode" if address.strip() else "hapus", typed | {"channel": channel})


@router.post("/pengaturan/{channel}/kode")
async def confirm(request: Request, channel: str, person: Owner, typed: Typed) -> Response:
    async def step() -> None:
        await steps_own.confirm(desk_of(request), person, channel, str(typed.get("code", "")), ours=_channels(request))

    return await _do(request, person, step, "alamat", typed | {"channel": channel})


async def _do(
    request: Request, person: Person, step: Callable[[], Awaitable[None]], saved: str, typed: dict[str, Any]
) -> Response:
    """Take a step and show it; a refusal shows the form again with all that was typed."""
    try:
        await step()
    except NotFound:
        raise
    except Refused as no:
        return await _settings(request, person, typed, no)
    return RedirectResponse(f"/kabar/pengaturan?tersimpan={saved}", 303)


async def _settings(
    request: Request, person: Person, typed: dict[str, Any] | None = None, no: Refused | None = None
) -> Response:
    async with desk_of(request).db.connection() as conn:
        chosen = await store_own.choice(conn, person.account)
        addresses = await store_own.addresses(conn, person.account)
        known = {} if "mail" in addresses else await store_own.known_mail(conn, person.account)
    given = typed or {}
    about = given.get("channel")
    return show(
        request,
        "kabar_pengaturan.html",
        http=200 if no is None else status_of(no),
        no=no,
        said=SAVED.get(request.query_params.get("tersimpan", "")) if no is None else None,
        wants=chosen.wants if about or not given else set(given["wants"]),
        whatsapp=chosen.whatsapp if about or not given else given.get("whatsapp", ""),
        addresses=addresses,
        typed=known | ({about: given.get("address", "")} if about and "address" in given else {}),
        channels={c: CHANNELS[c] for c in rules.CHANNELS if c in _channels(request)},
        kinds=KINDS,
    )


def _channels(request: Request) -> tuple[Channel, ...]:
    found: tuple[Channel, ...] = request.app.state.channels
    return found
