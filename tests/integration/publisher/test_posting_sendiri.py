"""Posting by hand, as the Admin sees it: who does it, what to copy, which files, and the link that is pasted back."""

import io
import re
import zipfile
from uuid import UUID, uuid4

from shared.content import StoryMedia
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content, revoked

LINK = "https://www.instagram.com/p/abc/"
WORDS = "Empat puluh rumah selesai <3 #RumahLayak"


async def begun(
    desk: Office, *, version: int = 1, story: UUID | None = None, media: tuple[StoryMedia, ...] = ()
) -> UUID:
    whole = content(
        f"Rumah selesai {version}", body=(), media=media or (await desk.photo(),), channels=("site", "instagram"),
        channel_texts={"instagram": WORDS},
    )  # fmt: skip
    event = approved(story or uuid4(), version, content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story, version)
    await desk.work()
    return event.story


def path(story: UUID, what: str = "") -> str:
    return f"/terbit/{story}/kanal/instagram/posting{what}"


async def test_a_social_channel_without_a_token_waits_for_a_person(desk: Office) -> None:
    story = await begun(desk)
    assert await desk.delivery(story, channel="instagram") == "waiting"
    page = await desk.page("tono", f"/terbit/{story}")
    assert "Menunggu diposting oleh petugas di kanalnya." in page
    assert f"{path(story)}?version=1" in page
    assert "Rumah selesai 1" in await desk.page("tono", "/terbit?bagian=perlu")


async def test_the_page_has_the_approved_text_with_the_link_back_its_count_and_the_files(desk: Office) -> None:
    story = await begun(desk)
    page = await desk.page("tono", path(story))
    text = re.search(r'<textarea id="teks"[^>]*>(.*?)</textarea>', page, re.S)
    assert text
    assert "Empat puluh rumah selesai &lt;3 #RumahLayak" in text[1]
    assert "http://warta.test/berita/" in text[1]
    assert re.search(r"\d+ dari 2200 huruf", page)
    assert f'{path(story, "/berkas/1")}?version=1" download="01-foto.jpg"' in page
    assert f"{path(story, '/berkas.zip')}?version=1" in page
    assert "Serah terima kunci." in page


async def test_who_takes_it_on_is_seen_by_the_others_and_the_link_publishes_it(desk: Office) -> None:
    story = await begun(desk)
    assert (await desk.post("tono", path(story), version="1")).status_code == 303
    assert await desk.delivery(story, channel="instagram") == "sending"
    assert "Sedang diposting oleh Tono." in await desk.page("wati", f"/terbit/{story}")
    answer = await desk.post("tono", path(story, "/tautan"), version="1", tautan=LINK)
    assert answer.headers["location"] == f"/terbit/{story}?pesan=nyata"
    assert await desk.delivery(story, channel="instagram") == "live"
    page = await desk.page("tono", f"/terbit/{story}")
    assert LINK in page
    assert "dinyatakan oleh Tono" in page


async def test_a_link_of_another_place_is_refused_with_what_was_typed(desk: Office) -> None:
    story = await begun(desk)
    answer = await desk.post("tono", path(story, "/tautan"), version="1", tautan="https://lain.test/p/1")
    assert answer.status_code == 422
    assert "bukan tautan kiriman dari instagram.com" in answer.text
    assert "https://lain.test/p/1" in answer.text
    assert await desk.delivery(story, channel="instagram") == "waiting"


async def test_what_was_not_posted_after_all_is_let_go(desk: Office) -> None:
    story = await begun(desk)
    await desk.post("tono", path(story), version="1")
    await desk.post("tono", path(story, "/lepas"), version="1")
    assert await desk.delivery(story, channel="instagram") == "waiting"


async def test_a_correction_tells_where_the_older_version_stands(desk: Office) -> None:
    story = await begun(desk)
    await desk.post("tono", path(story, "/tautan"), version="1", tautan=LINK)
    await begun(desk, version=2, story=story)
    assert await desk.delivery(story, 1, "instagram") == "superseded"
    page = await desk.page("tono", f"{path(story)}?version=2")
    assert LINK in page
    assert "posting ralatnya" in page


async def test_a_leader_only_looks(desk: Office) -> None:
    story = await begun(desk)
    assert (await desk.call("bambang", "GET", path(story))).status_code == 403
    assert path(story) not in await desk.page("bambang", f"/terbit/{story}")


async def test_two_admins_on_one_post_is_seen_and_taken_over_knowingly(desk: Office) -> None:
    story = await begun(desk)
    await desk.post("tono", path(story), version="1")
    async with desk.desk.db.transaction() as conn:
        await conn.execute(
            """UPDATE deliveries SET held_by = '{"account": "sari", "name": "Sari", "capacity": "Admin"}'
               WHERE story = $1 AND channel = 'instagram'""",
            story,
        )
    answer = await desk.post("tono", path(story), version="1")
    assert (answer.status_code, "Sari sedang memposting ini" in answer.text) == (409, True)
    assert "saya ambil alih" in answer.text
    assert (await desk.post("tono", path(story), version="1", ambil="ya")).status_code == 303
    assert "Anda yang memposting ini" in await desk.page("tono", path(story))


async def test_all_that_is_posted_comes_in_one_zip_in_the_order_of_the_post(desk: Office) -> None:
    first, second = await desk.photo(b"satu"), (await desk.photo(b"dua")).model_copy(update={"alt": "Atap baru."})
    video = next(m for m in await desk.files() if m.kind == "video")
    story = await begun(desk, media=(first, video, second))
    answer = await desk.call("tono", "GET", f"{path(story, '/berkas.zip')}?version=1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="rumah-selesai-1-instagram.zip"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "private" in answer.headers["cache-control"]
    whole = zipfile.ZipFile(io.BytesIO(answer.content))
    assert whole.namelist() == ["teks.txt", "alt.txt", "01-foto.jpg", "02-video.mp4", "03-foto.jpg"]
    assert (whole.read("01-foto.jpg"), whole.read("03-foto.jpg")) == (b"satu", b"dua")
    assert whole.read("02-video.mp4").startswith(b"mp4")
    text = whole.read("teks.txt").decode()
    assert text.startswith(f"{WORDS}\n\nhttp://warta.test/berita/")
    assert whole.read("alt.txt").decode() == (
        "01-foto.jpg\nSerah terima kunci.\n\n02-video.mp4\nAlt video.\n\n03-foto.jpg\nAtap baru.\n"
    )


async def test_each_file_comes_from_this_office_under_its_name(desk: Office) -> None:
    story = await begun(desk)
    answer = await desk.call("tono", "GET", f"{path(story, '/berkas/1')}?version=1")
    assert (answer.content, answer.headers["content-type"]) == (b"gambar", "image/jpeg")
    assert answer.headers["content-disposition"] == 'attachment; filename="01-foto.jpg"'
    assert "private" in answer.headers["cache-control"]
    assert (await desk.call("tono", "GET", f"{path(story, '/berkas/2')}?version=1")).status_code == 404


async def test_files_are_given_to_who_may_post_and_while_the_approval_stands(desk: Office) -> None:
    story = await begun(desk)
    ways = [f"{path(story, what)}?version=1" for what in ("/berkas.zip", "/berkas/1")]
    for way in ways:
        for who, status in (("bambang", 403), ("dewi", 403), (None, 401), ("tono", 200)):
            assert (await desk.call(who, "GET", way)).status_code == status, (who, way)
        assert (await desk.call("tono", "GET", way.replace("instagram", "site"))).status_code == 422
    assert (await desk.call("tono", "GET", ways[0].replace("=1", "=2"))).status_code == 409
    await desk.post("tono", path(story), version="1")
    await desk.hear(revoked(story, at=desk.at))
    for way in ways:
        assert (await desk.call("tono", "GET", way)).status_code == 409


async def test_a_file_that_is_lost_is_told_before_anything_is_sent(desk: Office) -> None:
    photo = await desk.photo()
    story = await begun(desk, media=(photo,))
    await desk.store.remove(photo.renditions[0].bucket, photo.renditions[0].key)
    for what in ("/berkas.zip", "/berkas/1"):
        answer = await desk.call("tono", "GET", f"{path(story, what)}?version=1")
        assert (answer.status_code, "Berkas 01-foto.jpg tidak ada lagi" in answer.text) == (422, True)


async def test_the_list_says_what_is_to_be_done_where_a_person_has_to_post_or_to_remove(desk: Office) -> None:
    story = await begun(desk)
    assert "Posting di kanal ini, lalu tempelkan tautannya." in await desk.page("tono", "/terbit?bagian=perlu")
    await desk.post("tono", path(story), version="1")
    assert "Sedang diposting oleh Tono." in await desk.page("tono", "/terbit?bagian=perlu")
    await desk.post("tono", path(story, "/tautan"), version="1", tautan=LINK)
    await desk.post("tono", f"/terbit/{story}/turunkan", reason="Salah foto.", yakin="ya")
    await desk.clear()
    page = await desk.page("tono", "/terbit?bagian=perlu")
    assert "Hapus kirimannya di kanal ini, lalu nyatakan sudah dihapus." in page
    await desk.post("tono", f"/terbit/{story}/kanal/instagram/dihapus", version="1")
    assert str(story) not in await desk.page("tono", "/terbit?bagian=perlu")
