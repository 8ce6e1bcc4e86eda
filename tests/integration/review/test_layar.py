"""The leader's screens: what they show, and that their forms do what the API does."""

from uuid import uuid4

import httpx

from shared.content import Content, Figure, Heading, ItemList, Quote, Span
from shared.events import MediaErased, ReportWithdrawn, StoryApproved, StoryPublished, StoryReturned, StoryWithheld
from tests.integration.review.desk import Office
from tests.unit.review.samples import BAMBANG, PHOTO, REPORT, RINA, content, hours, submitted

HTML = {"Accept": "text/html"}


def rich(desk: Office) -> Content:
    plain = content(bucket=desk.stack.buckets.renditions)
    more = (
        Heading(text="Yang diperbaiki"),
        ItemList(items=((Span(text="Atap"),), (Span(text="Lantai", italic=True),))),
        Quote(spans=(Span(text="Tidak bocor lagi."),), cite="Ibu Sumiati"),
        Figure(media=PHOTO),
    )
    return plain.model_copy(update={"title": "Rumah <b>layak</b>", "body": (*plain.body, *more)})


async def send(desk: Office, who: str, path: str, **form: object) -> httpx.Response:
    data = {"csrf": await desk.csrf(who)} | {name: str(value) for name, value in form.items()}
    return await desk.call(who, "POST", path, data=data, headers=HTML | {"X-CSRF-Token": data["csrf"]})


async def test_the_queue_says_when_nothing_waits_and_what_waits_until_when(desk: Office) -> None:
    empty = await desk.call("bambang", "GET", "/saring", headers=HTML)
    assert "Tidak ada berita yang menunggu keputusan Anda" in empty.text
    assert "diajukan Admin muncul di sini" in empty.text
    await desk.hear(submitted(uuid4(), urgency="immediate", correction=True), submitted(uuid4(), practice=True))
    shown = (await desk.call("bambang", "GET", "/saring", headers=HTML)).text
    for words in ("Berita versi 1", "melewati batas waktu", "serta merta", "koreksi", "LATIHAN", "bidang-perumahan"):
        assert words in shown


async def test_the_berita_is_shown_as_the_public_will_see_it_and_escaped(desk: Office) -> None:
    event = submitted(uuid4(), content=rich(desk))
    await desk.hear(event)
    shown = (await desk.call("bambang", "GET", f"/saring/{event.story}", headers=HTML)).text
    for words in (
        "Rumah &lt;b&gt;layak&lt;/b&gt;", "<strong>40 rumah</strong>", "<h2>Yang diperbaiki</h2>", "<em>Lantai</em>",
        "Ibu Sumiati", 'alt="Serah terima kunci."', "Setujui versi 1", "Kembalikan", "batas waktu",
    ):  # fmt: skip
        assert words in shown, words
    assert shown.count("<img") == 1


async def test_who_may_not_decide_sees_no_form(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    for who in ("tono", "rina"):
        shown = (await desk.call(who, "GET", f"/saring/{event.story}", headers=HTML)).text
        assert "Setujui versi" not in shown
        assert ("empat mata" in shown) == (who == "rina")


async def test_a_picture_is_reached_by_a_link_for_a_while_and_only_a_rendition(desk: Office) -> None:
    event = submitted(uuid4(), content=rich(desk))
    stolen = submitted(uuid4(), content=content(bucket=desk.stack.buckets.originals))
    await desk.hear(event, stolen)
    store = desk.app.state.files.store
    await store.put(desk.stack.buckets.renditions, f"{'a' * 64}.jpg", b"picture", "image/jpeg")
    found = await desk.call("tono", "GET", f"/api/v1/reviews/{event.story}/media/{'a' * 64}")
    assert found.status_code == 303
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(found.headers["location"])).content == b"picture"
    for story, sha256 in ((event.story, "b" * 64), (stolen.story, "a" * 64), (uuid4(), "a" * 64)):
        assert (await desk.call("tono", "GET", f"/api/v1/reviews/{story}/media/{sha256}")).status_code == 404
    assert (await desk.call("dewi", "GET", f"/api/v1/reviews/{event.story}/media/{'a' * 64}")).status_code == 403


async def test_an_erased_picture_is_neither_shown_nor_reached(desk: Office) -> None:
    event = submitted(uuid4(), content=rich(desk))
    erased = MediaErased(
        report=REPORT, media=PHOTO, sha256="c" * 64, renditions=("a" * 64,), reason="Permintaan.", erased_by=RINA,
        approved_by=BAMBANG, at=hours(1),
    )  # fmt: skip
    await desk.hear(event, erased)
    shown = (await desk.call("bambang", "GET", f"/saring/{event.story}", headers=HTML)).text
    assert "<img" not in shown
    assert "sudah dihapus permanen" in shown
    assert (await desk.call("tono", "GET", f"/api/v1/reviews/{event.story}/media/{'a' * 64}")).status_code == 404


async def test_the_form_approves_with_the_leaders_embargo_in_the_offices_time(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    answer = await send(
        desk, "bambang", f"/saring/{event.story}/keputusan", version=1, content_sha256=event.content_sha256,
        decision="approved", not_before="2026-11-24T09:00",
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, f"/saring/{event.story}")
    (told,) = await desk.events(StoryApproved)
    assert told.not_before.isoformat() == "2026-11-24T09:00:00+07:00"
    shown = (await desk.call("bambang", "GET", f"/saring/{event.story}", headers=HTML)).text
    for words in ("disetujui", "Tayang paling awal", "Cabut persetujuan versi 1"):
        assert words in shown
    assert "Setujui versi" not in shown


async def test_the_form_returns_with_reasons_and_withholds_with_its_legal_basis(desk: Office) -> None:
    first, second = submitted(uuid4()), submitted(uuid4())
    await desk.hear(first, second)
    path = "/saring/{}/keputusan"
    told = {"version": 1, "content_sha256": first.content_sha256, "decision": "returned"}
    bare = await send(desk, "bambang", path.format(first.story), **told)
    assert (bare.status_code, "Pilih sedikitnya satu alasan" in bare.text) == (422, True)
    await send(desk, "bambang", path.format(first.story), **told, reason="judul-kurang-tepat", note="Terlalu panjang.")
    (returned,) = await desk.events(StoryReturned)
    assert [(r.code, r.note) for r in returned.reasons] == [("judul-kurang-tepat", "Terlalu panjang.")]
    told = {"version": 1, "content_sha256": second.content_sha256, "decision": "withheld"}
    wrong = await send(desk, "bambang", path.format(second.story), **told, legal_basis="UU 14/2008", until="besok")
    assert "tidak terbaca" in wrong.text
    await send(desk, "bambang", path.format(second.story), **told, legal_basis="UU 14/2008", until="2030-01-01")
    (withheld,) = await desk.events(StoryWithheld)
    assert (withheld.legal_basis, withheld.until.isoformat(), withheld.reasons) == ("UU 14/2008", "2030-01-01", ())
    shown = (await desk.call("bambang", "GET", f"/saring/{first.story}", headers=HTML)).text
    assert "Judul kurang tepat: Terlalu panjang." in shown


async def test_the_form_takes_an_approval_back_and_the_history_tells_it(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event, ReportWithdrawn(report=REPORT, reason="Salah kirim.", at=hours(1)))
    told = {"version": 1, "content_sha256": event.content_sha256, "decision": "approved"}
    await send(desk, "bambang", f"/saring/{event.story}/keputusan", **told)
    answer = await send(desk, "bambang", f"/saring/{event.story}/cabut", version=1, note="Datanya keliru.")
    assert answer.status_code == 303
    await desk.hear(
        StoryPublished(
            story=event.story, version=1, at=hours(1), title="A", urls={"site": "https://a.go.id"}, published_by=RINA
        )
    )
    await desk.hear(submitted(event.story, 2, at=hours(1)))
    shown = (await desk.call("bambang", "GET", f"/saring/{event.story}?versi=1", headers=HTML)).text
    for words in ("dicabut", "Datanya keliru.", "Ini versi lama", "Bidang menarik bahan", "https://a.go.id"):
        assert words in shown, words
    listed = (await desk.call("bambang", "GET", "/saring", headers=HTML)).text
    assert "1 temuan" in listed
    assert "Keputusan terakhir" in listed


async def test_without_a_session_the_screen_asks_to_log_in(desk: Office) -> None:
    answer = await desk.call(None, "GET", "/saring", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?ke=/saring")
