"""The screens of the office's accounts: list, one account, its one-time links, closing and opening."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.front_door import staffing
from services.intake.front_door.picture import qr
from services.intake.office import people
from services.intake.office.pages import Typed, office_page
from services.intake.office.people import Service
from shared.access import ROLES
from shared.accounts import Person, directory
from shared.accounts.directory import Account, Particulars
from shared.refusal import Refused
from shared.web import desk_of, may

if TYPE_CHECKING:
    from shared.db import Connection

router = APIRouter(prefix="/pengaturan/akun", include_in_schema=False)
Reader = Annotated[Person, may("office.read")]
Keeper = Annotated[Person, may("account.manage", fresh=True)]
ROLE_WORDS = {
    "bidang": "Bidang/Sekretariat: mengirim bahan", "admin": "Admin: menyunting, menerbitkan, mengatur",
    "pimpinan": "Pimpinan: menyaring", "pengawas": "Pengawas: membaca semuanya",
    "operator": "Pengelola sistem",
}  # fmt: skip
LINK_HOURS = {"invitation": 72, "reset": 1}


@router.get("")
async def everybody(request: Request, person: Reader) -> Response:
    async with desk_of(request).db.connection() as conn:
        listed = await directory.list_all(conn)
    return office_page(request, "pengaturan_akun.html", accounts=listed)


@router.get("/baru")
async def new(request: Request, person: Keeper) -> Response:
    return await _form(request, None, {}, Service())


@router.post("/baru")
async def add(request: Request, person: Keeper, typed: Typed) -> Response:
    """Create an account and show its invitation."""
    account = typed.get("account", "").strip().lower()

    async def step(conn: "Connection") -> str:
        if await directory.find(conn, account, lock=True) is not None:
            raise directory.BadAccount("account-taken", f"Akun {account} sudah ada. Pilih nama akun lain.")
        await people.save(conn, account, _about(typed, request), _service(typed), by=person.official, at=_now(request))
        return await staffing.invite(conn, account, by=person.official, at=_now(request))

    return await _link(request, account, "invitation", step, lambda no: _form(request, None, typed, Service(), no=no))


@router.get("/{account}")
async def one(request: Request, account: str, person: Keeper) -> Response:
    return await _one(request, account, person)


@router.post("/{account}")
async def change(request: Request, account: str, person: Keeper, typed: Typed) -> Response:
    try:
        async with desk_of(request).transaction() as conn:
            await directory.expect(conn, account, lock=True)
            about, held = _about(typed, request), _service(typed)
            await people.save(conn, account, about, held, by=person.official, at=_now(request))
    except Refused as no:
        return await _one(request, account, person, typed=typed, no=no)
    return RedirectResponse("/pengaturan/akun?tersimpan=1", 303)


@router.post("/{account}/undang")
async def invite(request: Request, account: str, person: Keeper) -> Response:
    async def step(conn: "Connection") -> str:
        return await staffing.invite(conn, account, by=person.official, at=_now(request))

    return await _link(request, account, "invitation", step, lambda no: _one(request, account, person, no=no))


@router.post("/{account}/atur-ulang")
async def reset(request: Request, account: str, person: Keeper, typed: Typed) -> Response:
    async def step(conn: "Connection") -> str:
        without = "tanpa-faktor" in typed
        return await staffing.reset(conn, account, by=person.official, at=_now(request), without_second_factor=without)

    return await _link(request, account, "reset", step, lambda no: _one(request, account, person, no=no))


@router.post("/{account}/tutup")
async def close(request: Request, account: str, person: Keeper) -> Response:
    return await _then_list(request, account, person, staffing.disable)


@router.post("/{account}/buka")
async def reopen(request: Request, account: str, person: Keeper) -> Response:
    return await _then_list(request, account, person, staffing.enable)


@router.post("/{account}/keluarkan")
async def log_out_everywhere(request: Request, account: str, person: Keeper) -> Response:
    return await _then_list(request, account, person, staffing.end_sessions)


async def _then_list(request: Request, account: str, person: Person, step: Callable[..., Awaitable[Any]]) -> Response:
    try:
        async with desk_of(request).transaction() as conn:
            await step(conn, account, by=person.official, at=_now(request))
    except Refused as no:
        return await _one(request, account, person, no=no)
    return RedirectResponse("/pengaturan/akun?tersimpan=1", 303)


async def _link(
    request: Request,
    account: str,
    purpose: str,
    step: Callable[["Connection"], Awaitable[str]],
    again: Callable[[Refused], Awaitable[Response]],
) -> Response:
    """Show a one-time link once: it is kept nowhere."""
    try:
        async with desk_of(request).transaction() as conn:
            path = await step(conn)
    except Refused as no:
        return await again(no)
    address = f"{request.app.state.staff_url}{path}"
    return office_page(
        request, "pengaturan_tautan.html", account=account, purpose=purpose, address=address, picture=qr(address),
        hours=LINK_HOURS[purpose],
    )  # fmt: skip


async def _one(
    request: Request, account: str, person: Person, *, typed: dict[str, str] | None = None, no: Refused | None = None
) -> Response:
    async with desk_of(request).transaction() as conn:
        found = await directory.expect(conn, account)
        held = await people.service_of(conn, account, by=person.official, at=_now(request))
    return await _form(request, found, typed or {}, held, no=no)


async def _form(
    request: Request, found: Account | None, typed: dict[str, str], held: Service, *, no: Refused | None = None
) -> Response:
    roles = {role for role in ROLES if f"role-{role}" in typed} if typed else (found.roles if found else set[str]())
    return office_page(
        request, "pengaturan_akun_satu.html", no=no, found=found, typed=typed, held=held, roles=roles,
        role_words=ROLE_WORDS, units=desk_of(request).clock.sop.units,
    )  # fmt: skip


def _about(typed: dict[str, str], request: Request) -> Particulars:
    roles = [role for role in ROLES if f"role-{role}" in typed]
    unit = typed.get("unit") or None
    if "bidang" in roles and unit not in desk_of(request).clock.sop.units:
        raise directory.BadAccount("bad-unit", "Pilih Bidang untuk peran Bidang/Sekretariat.")
    return Particulars(
        typed.get("name", ""), typed.get("capacity", ""), roles, unit if "bidang" in roles else None,
        typed.get("email", "").strip(),
    )  # fmt: skip


def _service(typed: dict[str, str]) -> Service:
    return people.service(typed.get("rank", ""), typed.get("nip", ""))


def _now(request: Request) -> Any:
    return desk_of(request).now()
