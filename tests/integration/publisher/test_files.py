"""Files in public: exactly the approved copies, each under its hash, and none of it any more after a take-down."""

import re
from collections.abc import Iterable
from uuid import uuid4

import httpx
import pytest

from shared.content import Rendition, StoryMedia
from shared.events import Event, MediaErased, StoryApproved
from tests.integration.publisher.office import PLACEHOLDER, Office
from tests.integration.publisher.test_crossings import RATIH
from tests.unit.publisher.samples import MORNING, TONO, approved, content

ENDINGS = {
    "image/webp": ".webp", "image/jpeg": ".jpg", "video/mp4": ".mp4", "audio/mp4": ".m4a", "application/pdf": ".pdf",
    "text/vtt": ".vtt",
}  # fmt: skip
FOR_EVER = "public, max-age=31536000, immutable"


def keys(media: Iterable[StoryMedia]) -> dict[str, Rendition]:
    """The public name of each copy that may be public."""
    return {f"{r.sha256}{ENDINGS[r.content_type]}": r for m in media for r in m.renditions if r.label != "text"}


async def whole(desk: Office, title: str = "Serah Terima") -> StoryApproved:
    """A Story with one file of each kind, approved."""
    event = approved(uuid4(), content=content(title, body=(), media=await desk.files()))
    await desk.hear(event)
    return event


async def strangers(desk: Office, bucket: str, names: Iterable[str]) -> dict[str, httpx.Response]:
    """What each address answers to one who has no key."""
    async with httpx.AsyncClient() as stranger:
        return {name: await stranger.get(f"{desk.stack.s3_endpoint}/{bucket}/{name}") for name in names}


async def private_answers(desk: Office, event: StoryApproved) -> set[int]:
    """What a stranger gets of originals and renditions, by their right names."""
    copies = [r for m in event.content.media for r in m.renditions]
    buckets = desk.stack.buckets
    asked = {buckets.renditions: [r.key for r in copies], buckets.originals: [r.sha256 for r in copies]}
    return {a.status_code for b, names in asked.items() for a in (await strangers(desk, b, names)).values()}


def erasure(media: StoryMedia, *, also: StoryMedia | None = None) -> Event:
    """Of one file; `also` is the one whose copies go with it."""
    copies = tuple(r.sha256 for r in (also or media).renditions)
    return MediaErased(
        report=media.report, media=media.id, sha256="c" * 64, renditions=copies, reason="Permintaan.",
        erased_by=TONO, approved_by=RATIH, at=MORNING,
    )  # fmt: skip


async def test_every_approved_copy_is_public_under_its_hash_with_its_type_and_for_ever(desk: Office) -> None:
    event = await whole(desk)
    await desk.publish(event)
    wanted = keys(event.content.media)
    assert set(await desk.public_keys()) == set(wanted)
    for name, answer in (await strangers(desk, desk.stack.buckets.public, wanted)).items():
        assert answer.status_code == 200
        assert answer.headers["content-type"] == wanted[name].content_type
        assert answer.headers["cache-control"] == FOR_EVER
    assert await private_answers(desk, event) == {403}


async def test_what_only_staff_may_read_never_becomes_public_even_where_an_old_event_names_it(desk: Office) -> None:
    text = await desk.copy("text", "text/plain", b"nomor telepon Bu Sari")
    (photo,) = (await desk.content("x")).media
    media = photo.model_copy(update={"renditions": (*photo.renditions, text)})
    event = approved(photo.id, content=content("Lama", body=(), media=(media,)))
    await desk.hear(event)
    path = await desk.publish(event)
    assert text.sha256 not in "".join(await desk.public_keys())
    assert text.sha256 not in (await desk.call(None, "GET", path)).text


async def test_a_copy_that_a_browser_could_run_is_only_bytes_in_public(desk: Office) -> None:
    page = await desk.copy("web", "text/html", b"<script>alert(1)</script>")
    (photo,) = (await desk.content("x")).media
    event = approved(photo.id, content=content("Aneh", media=(photo.model_copy(update={"renditions": (page,)}),)))
    await desk.hear(event)
    await desk.publish(event)
    (answer,) = (await strangers(desk, desk.stack.buckets.public, await desk.public_keys())).values()
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_after_a_take_down_no_old_address_answers_and_the_page_says_so(desk: Office) -> None:
    event = await whole(desk)
    assert await private_answers(desk, event) == {403}
    path = await desk.publish(event)
    names = await desk.public_keys()
    assert len(names) == len(keys(event.content.media)) == 14
    answer = await desk.call(
        "tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Keliru."}
    )
    assert answer.status_code == 202
    assert await private_answers(desk, event) == {403}
    await desk.clear()
    assert (await desk.call(None, "GET", path)).status_code == 410
    gone = await strangers(desk, desk.stack.buckets.public, names)
    assert {a.status_code for a in gone.values()} == {404}
    assert await private_answers(desk, event) == {403}


async def test_a_take_down_leaves_what_another_live_story_shows(desk: Office) -> None:
    event = await whole(desk)
    shared = event.content.media[1]
    other = approved(shared.id, content=content("Lain", body=(), media=(shared,)))
    await desk.hear(other)
    await desk.publish(event)
    await desk.publish(other)
    await desk.call("tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Keliru."})
    await desk.clear()
    assert set(await desk.public_keys()) == set(keys([shared]))
    left = await strangers(desk, desk.stack.buckets.public, keys([shared]))
    assert {a.status_code for a in left.values()} == {200}


async def test_the_sweep_brings_back_what_is_missing_with_the_same_headers(desk: Office) -> None:
    event = await whole(desk)
    await desk.publish(event)
    bucket, wanted = desk.stack.buckets.public, keys(event.content.media)
    for name in wanted:
        await desk.store.remove(bucket, name)
    await desk.sweep.round()
    for name, rendition in wanted.items():
        found = await desk.store.stat(bucket, name)
        assert (found.content_type, found.cache_control) == (rendition.content_type, FOR_EVER)


async def test_an_object_that_lies_there_with_other_headers_is_set_right(desk: Office) -> None:
    event = await desk.approve(data=b"lama")
    (name,) = keys(event.content.media)
    await desk.store.put(desk.stack.buckets.public, name, b"lama", "text/html")
    await desk.publish(event)
    found = await desk.store.stat(desk.stack.buckets.public, name)
    assert (found.content_type, found.cache_control) == ("image/jpeg", FOR_EVER)


async def test_every_copy_of_an_erased_file_leaves_the_page_and_the_public_bucket(desk: Office) -> None:
    event = await whole(desk)
    path = await desk.publish(event)
    for media in event.content.media:
        await desk.hear(erasure(media))
        text = (await desk.call(None, "GET", path)).text
        assert not [r for r in media.renditions if r.sha256 in text]
        assert media.alt not in text
    await desk.clear()
    assert await desk.public_keys() == []
    rows = await desk.rows("SELECT content::text AS content FROM publisher.approvals ")
    assert "Keterangan" not in rows[0]["content"]
    assert PLACEHOLDER not in rows[0]["content"]


@pytest.mark.parametrize("approval_first", [True, False], ids=["approval-first", "erasure-first"])
async def test_erased_captions_leave_their_video(desk: Office, approval_first: bool) -> None:
    (_, video, *_) = await desk.files()
    (captions,) = (r for r in video.renditions if r.label == "captions")
    alone = video.model_copy(update={"id": video.report, "renditions": (captions,)})
    event = approved(video.id, content=content("Video", body=(), media=(video,)))
    crossing: list[Event] = [event, erasure(alone)]
    for one in crossing if approval_first else crossing[::-1]:
        await desk.hear(one)
    path = await desk.publish(event)
    page = (await desk.call(None, "GET", path)).text
    assert "<video" in page
    assert "<track" not in page
    assert "crossorigin" not in page
    names = await desk.public_keys()
    assert len(names) == 3
    assert not [name for name in names if name.endswith(".vtt")]


async def test_the_page_gives_each_browser_the_copy_that_fits_it(desk: Office) -> None:
    event = await whole(desk)
    page = await desk.call(None, "GET", await desk.publish(event))
    base = f"{desk.stack.s3_endpoint}/{desk.stack.buckets.public}"
    image, video, audio, document = event.content.media
    by_label = {r.label: f"{base}/{name}" for name, r in keys(event.content.media).items()}
    for name, content_type in (("webp", "image/webp"), ("jpeg", "image/jpeg")):
        listed = ", ".join(f"{by_label[f'{name}-{width}']} {width}w" for width in (480, 960, 2048))
        assert listed in page.text, content_type
    assert f'src="{by_label["jpeg-960"]}"' in page.text
    assert re.search(r'width="2048" height="1536"', page.text)
    assert f'<img class="blur" src="{PLACEHOLDER}" alt="">' in page.text
    assert f'poster="{by_label["poster-jpeg"]}"' in page.text
    assert f'<track kind="captions" srclang="id" label="Bahasa Indonesia" src="{by_label["captions"]}">' in page.text
    assert f'<source src="{by_label["mp4"]}" type="video/mp4">' in page.text
    assert f'<source src="{by_label["m4a"]}" type="audio/mp4">' in page.text
    assert "Unduh PDF (1 kB)" in page.text
    for media in (image, video, audio, document):
        assert media.alt in page.text
        assert media.caption in page.text
    assert "style=" not in page.text
    policy = page.headers["content-security-policy"]
    assert f"media-src 'self' {desk.stack.s3_endpoint}" in policy
    assert "data:" in policy


async def test_the_list_shows_a_picture_rather_than_a_document(desk: Office) -> None:
    event = await whole(desk)
    picture, document = event.content.media[0], event.content.media[3]
    again = approved(document.id, content=content("Surat", body=(), media=(document, picture)))
    await desk.hear(again)
    await desk.publish(again)
    home = (await desk.call(None, "GET", "/")).text
    assert picture.renditions[0].sha256 in home
    assert not [r for r in document.renditions if r.sha256 in home]


@pytest.mark.parametrize(
    ("words", "alt"),
    [({"alt": "", "caption": ""}, "dokumen"), ({"alt": "", "caption": "Notulen"}, "Notulen")],
    ids=["nothing", "caption"],
)
async def test_the_name_that_the_sender_gave_a_file_is_not_public(
    desk: Office, words: dict[str, str], alt: str
) -> None:
    media = [m.model_copy(update={**words, "name": "KTP Bu Sari.bin"}) for m in await desk.files()]
    event = approved(uuid4(), content=content("Nama", body=(), media=tuple(media)))
    await desk.hear(event)
    page = (await desk.call(None, "GET", await desk.publish(event))).text
    assert "Bu Sari" not in page + (await desk.call(None, "GET", "/")).text
    assert f'alt="Halaman pertama {alt}"' in page


async def test_a_caption_cannot_turn_the_words_beside_it_around(desk: Office) -> None:
    event = await whole(desk)
    page = (await desk.call(None, "GET", await desk.publish(event))).text
    assert "<bdi>Keterangan image.</bdi> <small>Foto: <bdi>Humas</bdi></small>" in page
