"""The Admin's screens: what is ready to be published, what is done, and one Story on its channels."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.publisher import desk_view, render, steps
from services.publisher.api import Version
from services.publisher.domain import Story
from services.publisher.store_desk import Group, Place
from services.publisher.typed import Typed
from shared.accounts import Person
from shared.content import Code
from shared.content_difference import Difference, difference
from shared.web import Pages, desk_of, may

LATELY = 10
PARTS: dict[str, Group] = {
    "perlu": "asking", "siap": "ready", "nanti": "later", "berjalan": "under-way", "latihan": "practice",
}  # fmt: skip
MESSAGES = {
    "terbit": "Penerbitan dimulai. Keadaan setiap kanal terlihat di bawah.",
    "jadwal": "Jadwal disimpan.",
    "batal": "Jadwal dibatalkan. Berita ini menunggu Anda lagi.",
    "ulang": "Kanal itu dikerjakan lagi. Keadaannya terlihat di bawah.",
    "nyata": "Pernyataan Anda dicatat.",
    "lepas": "Kiriman itu menunggu petugas lagi.",
    "bebas": "Kanal itu tidak ditunggu lagi. Alasannya dicatat.",
    "turun": "Berita ini sudah tidak terlihat di situs; kanal lain menyusul. Keadaannya terlihat di bawah.",
    "sudah-turun": "Berita ini sudah diturunkan sebelumnya. Tidak ada yang berubah.",
    "hapus": "Pernyataan Anda dicatat.",
    "hapus-lagi": "Sistem mencoba lagi menghapus kiriman itu dari kanalnya.",
    "lagi": "Sesi Anda sempat berakhir, jadi langkah itu belum dijalankan. Periksa lagi, lalu tekan sekali lagi.",
}
router = APIRouter(prefix="/terbit", include_in_schema=False, default_response_class=HTMLResponse, route_class=Typed)
Words = Annotated[str, Query(max_length=10_000)]
Reader = Annotated[Person, may("publication.read")]


def show(request: Request, template: str, *, http: int = 200, **view: Any) -> HTMLResponse:
    """A page with what all of the desk's pages know: the time, the office's zone, and what was just done."""
    desk, pages = desk_of(request), request.app.state.pages
    assert isinstance(pages, Pages)
    said = MESSAGES.get(request.query_params.get("pesan", ""))
    zone = str(desk.clock.calendar.zone)
    return pages.show(request, template, http=http, **{"now": desk.now(), "zone": zone, "said": said, **view})


def back(story: UUID, message: str) -> RedirectResponse:
    return RedirectResponse(f"/terbit/{story}?pesan={message}", 303)


@router.get("")
async def publications(request: Request, _: Reader, bagian: str = "", q: Words = "") -> HTMLResponse:
    words, part = q.strip()[:200], bagian if bagian in PARTS else ""
    group = PARTS.get(part)
    waiting = await desk_view.at_work(request, group=group, words=words)
    done, more = await desk_view.done(request, after=None, words=words, limit=LATELY)
    counts = await desk_view.counts(request)
    return show(
        request, "terbit.html", waiting=waiting, done=done, more=more, counts=counts, parts=PARTS, part=part, q=words
    )


@router.get("/selesai")
async def finished(request: Request, _: Reader, q: Words = "", sesudah: str = "") -> HTMLResponse:
    words = q.strip()[:200]
    done, more = await desk_view.done(request, after=Place.of(sesudah) if sesudah else None, words=words)
    return show(request, "terbit_selesai.html", done=done, more=more, q=words, first=not sesudah)


@router.get("/{story}")
async def publication(request: Request, story: UUID, person: Reader) -> HTMLResponse:
    found, versions = await desk_view.whole(request, story)
    content = found.publications[-1].approval.content
    article = render.article(content, steps.office_of(request).media_url)
    return show(request, "terbit_berita.html", article=article, **state_of(found, versions, person))


@router.get("/{story}/keadaan")
async def state(request: Request, story: UUID, person: Reader) -> HTMLResponse:
    """The part of a Story's page that changes by itself, for the script that keeps it fresh."""
    found, versions = await desk_view.whole(request, story)
    return show(request, "terbit_keadaan.html", **state_of(found, versions, person))


def _change(story: Story) -> Difference | None:
    """What a correction that waits would change of what the public reads; None where none waits."""
    now, newest = desk_view.public_now(story), story.publications[-1]
    if now is None or newest.version <= now.version or newest.state not in ("ready", "publishing"):
        return None
    return difference(now.approval.content, newest.approval.content)


def state_of(story: Story, versions: list[dict[str, Any]], person: Person) -> dict[str, Any]:
    """View data of a Story's Versions and channels, and of what this person may do."""
    states = {d.delivery.state for v in versions for d in v["channels"]}
    moving = bool(states & {"waiting", "sending", "unconfirmed"}) or any(
        v["state"] in ("publishing", "taking-down") or v["schedule"] == "waiting" for v in versions
    )
    return {
        "story": story.id,
        "url": versions[0]["url"],
        "versions": versions,
        "public": desk_view.public_now(story),
        "moving": moving,
        "change": _change(story),
        "may": person.may,
        "may_take_down": person.may("publication.take-down") and bool(desk_view.may_come_down(story)),
    }


@router.post("/{story}/terbitkan")
async def publish(
    request: Request,
    story: UUID,
    person: Annotated[Person, may("publication.publish")],
    version: Annotated[Version, Form()],
) -> RedirectResponse:
    await steps.publish(request, story, version, by=person)
    return back(story, "terbit")


@router.post("/{story}/jadwal/batal")
async def unschedule(
    request: Request,
    story: UUID,
    person: Annotated[Person, may("publication.schedule")],
    version: Annotated[Version, Form()],
) -> RedirectResponse:
    await steps.unschedule(request, story, version, by=person)
    return back(story, "batal")


@router.post("/{story}/kanal/{channel}/ulang")
async def retry(
    request: Request, story: UUID, channel: Code, person: Annotated[Person, may("publication.retry")]
) -> RedirectResponse:
    await steps.retry(request, story, channel, by=person)
    return back(story, "ulang")


@router.post("/{story}/kanal/{channel}/dihapus")
async def removed(
    request: Request,
    story: UUID,
    channel: Code,
    person: Annotated[Person, may("publication.take-down")],
    version: Annotated[Version, Form()],
) -> RedirectResponse:
    await steps.removed(request, story, version, channel, by=person)
    return back(story, "hapus")


@router.post("/{story}/kanal/{channel}/hapus-lagi")
async def remove_again(
    request: Request,
    story: UUID,
    channel: Code,
    person: Annotated[Person, may("publication.take-down")],
    version: Annotated[Version, Form()],
) -> RedirectResponse:
    await steps.remove_again(request, story, version, channel, by=person)
    return back(story, "hapus-lagi")
