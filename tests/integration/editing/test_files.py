"""Files on the desk: which copy is shown, all of them as one ZIP, and what is left of one that was erased."""

import asyncio
import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.content import Media
from shared.content_hash import content_sha256
from shared.events import MediaErased, ReportMediaChecked, StorySubmitted
from tests.integration.editing.office import Office, office
from tests.unit.editing.parts import HEAD, OTHER, PHOTO, REPORT, RINA, TEN, copy, photo, received, text

PAGE = {"Accept": "text/html"}
VIDEO, VTT = UUID(int=3001), UUID(int=3002)
TINY = "data:image/webp;base64,UklGRg=="


@pytest.fixture
async def desk() -> AsyncGenerator[Office]:
    async with office(media=True) as made:
        yield made


async def kept(desk: Office, data: bytes, name: str, media: UUID = PHOTO, **more: Any) -> Media:
    """An accepted file whose original lies where intake keeps it."""
    digest, store = hashlib.sha256(data).hexdigest(), desk.app.state.office.store
    bucket = desk.stack.buckets.originals
    await store.put(bucket, digest, data, "image/jpeg")
    found = photo(media=media, name=name, **more)
    original = found.original.model_copy(update={"bucket": bucket, "key": digest, "sha256": digest, "size": len(data)})
    return found.model_copy(update={"original": original})


async def zip_of(desk: Office, story: str, who: str = "rina", *, expect: int = 200) -> httpx.Response:
    answer = await desk.person(who).get(f"/api/v1/stories/{story}/media.zip")
    assert answer.status_code == expect, answer.text
    return answer


async def test_all_originals_of_a_story_come_as_one_zip(desk: Office):
    first = received(
        media=(
            await kept(desk, b"satu", "Rumah 🏠.jpg"),
            await kept(desk, b"dua", "../Rumah 🏠.jpg", UUID(int=11)),
            photo("refused", UUID(int=12)),
            photo("checking", UUID(int=13)),
        )
    )
    second = received(OTHER, media=(await kept(desk, b"tiga", "RUMAH 🏠.JPG", UUID(int=14)),))
    await desk.hear(first, second)
    story = await desk.compile(REPORT, OTHER)
    answer = await zip_of(desk, story)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="serah-terima-kunci.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as whole:
        assert whole.testzip() is None
        found = {name: whole.read(name) for name in whole.namelist()}
    assert found == {"Rumah 🏠.jpg": b"satu", "_Rumah 🏠.jpg": b"dua", "RUMAH 🏠 (2).JPG": b"tiga"}


async def test_only_the_admin_takes_all_files_out(desk: Office):
    await desk.hear(received(media=(await kept(desk, b"satu", "satu.jpg"),)))
    story = await desk.compile(REPORT)
    for who, code in (("bambang", 403), ("wati", 403), ("dewi", 403)):
        await zip_of(desk, story, who, expect=code)
    page = (await desk.person("rina").get(f"/meja/berita/{story}", headers=PAGE)).text
    assert f'href="/api/v1/stories/{story}/media.zip">Unduh semua berkas (ZIP)' in page
    assert "media.zip" not in (await desk.person("wati").get(f"/meja/berita/{story}", headers=PAGE)).text
    await zip_of(desk, str(OTHER), expect=404)


async def test_a_story_without_files_and_a_lost_file_are_told_before_the_first_byte(desk: Office):
    lost = photo(media=UUID(int=21))
    await desk.hear(received(media=()), received(OTHER, media=(lost,)))
    answer = await zip_of(desk, await desk.compile(REPORT), expect=422)
    assert answer.json()["title"] == "nothing-to-pack"
    answer = await zip_of(desk, await desk.compile(OTHER), expect=422)
    assert answer.json()["title"] == "file-lost"


async def test_a_large_file_goes_out_without_being_held_in_memory(desk: Office):
    data = bytes(48 * 1024 * 1024)
    await desk.hear(received(media=(await kept(desk, data, "besar.mp4"),)))
    story = await desk.compile(REPORT)
    sent: list[int] = []

    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # nobody hangs up
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(len(message.get("body", b"")))

    cookie = "; ".join(f"{c.name}={c.value}" for c in desk.person("rina").cookies.jar)
    path = f"/api/v1/stories/{story}/media.zip"
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"cookie", cookie.encode())], "http_version": "1.1", "scheme": "http", "server": ("uji", 80),
        "client": ("uji", 1), "root_path": "",
    }  # fmt: skip
    del data
    tracemalloc.start()
    await desk.app(scope, receive, send)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(sent) > 48 * 1024 * 1024
    assert max(sent) <= 1024 * 1024
    assert most < 12 * 1024 * 1024


async def where(desk: Office, media: UUID, **asked: str) -> str:
    answer = await desk.person("wati").get(f"/api/v1/inbox/{REPORT}/media/{media}", params=asked)
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0].rpartition("/")[2]


async def test_a_preview_is_a_small_picture_and_the_whole_is_what_one_plays_or_reads(desk: Office):
    widths = {2048: "1", 960: "2", 480: "3"}
    picture = [copy(f"jpeg-{w}", "image/jpeg", sha256=n * 64, width=w, height=w) for w, n in widths.items()]
    video = (copy("mp4", "video/mp4", sha256="4" * 64), copy("poster-jpeg", "image/jpeg", sha256="5" * 64, width=1280))
    await desk.hear(
        received(
            media=(
                photo().model_copy(update={"renditions": tuple(picture)}),
                photo(media=VIDEO, kind="video").model_copy(update={"renditions": video}),
                photo(media=OTHER, kind="document").model_copy(update={"renditions": (text(),)}),
            )
        )
    )
    assert await where(desk, PHOTO) == "3" * 64
    assert await where(desk, PHOTO, utuh="true") == "1" * 64
    assert await where(desk, VIDEO) == "5" * 64
    assert await where(desk, VIDEO, utuh="true") == "4" * 64
    assert await where(desk, OTHER) == "e" * 64
    assert await where(desk, PHOTO, asli="true") == "asli"


async def test_an_office_document_is_read_on_the_desk_and_refused_for_a_story(desk: Office):
    letter = photo(kind="document", name="notulen.docx").model_copy(update={"renditions": (text(),)})
    await desk.hear(received(media=(letter,)))
    story = await desk.compile(REPORT)
    assert "Baca isinya" in (await desk.person("rina").get(f"/meja/bahan/{REPORT}", headers=PAGE)).text
    refusal = await desk.save(story, 0, media=[{"id": str(PHOTO)}], expect=422)
    assert refusal["title"] == "media-for-staff"
    assert "notulen.docx" not in (await desk.person("rina").get(f"/meja/berita/{story}", headers=PAGE)).text


async def test_a_story_is_submitted_with_captions_and_without_what_is_for_staff(desk: Office):
    video = photo(media=VIDEO, kind="video", name="video.mp4")
    video = video.model_copy(update={"renditions": (copy("mp4", "video/mp4"), text()), "placeholder": TINY})
    waiting = photo("checking", VTT, kind="document", name="takarir.vtt", derived_from=video.original.sha256)
    await desk.hear(received(media=(video, waiting)))
    story = await desk.compile(REPORT)
    await desk.save(story, 0, media=[{"id": str(VIDEO)}])
    bucket = desk.stack.buckets.renditions
    vtt = copy("captions", "text/vtt", sha256="d" * 64, bucket=bucket)
    said = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nSelamat pagi\n"
    await desk.app.state.office.store.put(bucket, vtt.key, said, "text/vtt")
    checked = waiting.model_copy(update={"state": "accepted", "renditions": (vtt,)})
    await desk.hear(ReportMediaChecked(report=REPORT, media=checked, at=TEN))
    assert (await desk.submit(story, 1, expect=422))["title"] == "media-checked-since"
    await desk.save(story, 1, media=[{"id": str(VIDEO)}])
    await desk.submit(story, 2)
    (event,) = await desk.sent(StorySubmitted)
    (shown,) = event.content.media
    assert ([r.label for r in shown.renditions], shown.placeholder) == (["mp4", "captions"], TINY)
    assert event.content_sha256 == content_sha256(event.content)


async def test_an_erased_file_is_emptied_in_every_version_and_their_hashes_stay(desk: Office):
    told = {"alt": "Bu Sari di rumahnya", "caption": "Bu Sari", "credit": "Dewi", "consent_note": "Bu Sari, lisan"}
    media = photo(name="Bu Sari.jpg").model_copy(update={**told, "placeholder": TINY})
    await desk.hear(received(media=(media,)))
    story = await desk.compile(REPORT)
    body = [{"kind": "figure", "media": str(PHOTO)}]
    hashes = [(await desk.save(story, n, media=[{"id": str(PHOTO)}], body=body))["content_sha256"] for n in range(2)]
    await desk.hear(
        MediaErased(
            report=REPORT, media=PHOTO, sha256=media.original.sha256, reason="Permintaan.", erased_by=RINA,
            approved_by=HEAD, at=TEN,
        )
    )  # fmt: skip
    rows = await desk.rows("SELECT content::text AS content, content_sha256 FROM versions ORDER BY version")
    assert [r["content_sha256"] for r in rows] == hashes
    for row in rows:
        assert "Sari" not in row["content"]
        assert TINY not in row["content"]
        assert "t-renditions" not in row["content"]
    page = (await desk.person("wati").get(f"/meja/berita/{story}/versi/1", headers=PAGE)).text
    assert "sudah dihapus permanen" in page
    assert "<img" not in page
    assert (await desk.submit(story, 2, expect=422))["title"] == "media-not-in-story"
    rina = desk.person("rina")
    assert "Sari" not in (await rina.get(f"/meja/berita/{story}", headers=PAGE)).text
    await desk.get("rina", f"/inbox/{REPORT}/media/{PHOTO}", expect=404)
    await zip_of(desk, story, expect=422)
    assert not await desk.dead_letters()
