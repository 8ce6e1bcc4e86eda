"""Samarkan sebagian at the desk: the next Version is derived without what was taken out, and stays so."""

import asyncio
import io
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from PIL import Image

from services.editing.blackening import Blackener
from services.editing.workers import Sweep
from shared.content import Crop, RedactedPicture, Redaction, StoryMedia
from shared.content_hash import content_sha256
from shared.events import ReportMediaChecked, StoryApproved, StoryReturned, StorySubmitted
from shared.redaction import MARK
from shared.refusal import Transient
from shared.removing import only_removes
from tests.integration.editing.office import Office, office
from tests.integration.editing.test_pages import Browser, fields
from tests.integration.editing.test_potongan import cut, halves
from tests.integration.publisher.office import office as publisher_office
from tests.integration.review import desk as review
from tests.unit.editing.parts import DANI, HASH, PHOTO, REPORT, erased, later, photo, received, returned

RIGHT = Crop(left=0.5, top=0, right=1, bottom=1)  # the blue half of the picture
LEFT_TOP = Crop(left=0, top=0, right=0.25, bottom=0.5)
NAMED = Redaction(passages=("Bu Siti",), pictures=(RedactedPicture(media=PHOTO, regions=(RIGHT,)),))
CONSENT = {"consent": "public-event", "alt": "Bu Siti menerima kunci", "credit": "Humas"}


@pytest.fixture
async def desk() -> AsyncGenerator[Office]:
    async with office(media=True) as made:
        yield made


def blackener(desk: Office) -> Blackener:
    return Blackener(desk.desk, desk.app.state.office.store, desk.app.state.office.claim_for)


async def given(desk: Office, **choice: Any) -> str:
    """A submitted Story with a picture of two colours."""
    await desk.hear(received(media=(await halves(desk),)))
    story = await desk.compile(REPORT)
    media = [{"id": str(PHOTO), **CONSENT, **choice}]
    await desk.save(story, 0, title="Rumah Bu Siti selesai", lead="Bu Siti senang.", media=media)
    await desk.submit(story, 1)
    return story


async def returns(desk: Office, redaction: Redaction = NAMED, version: int = 1) -> StoryReturned:
    told = (await desk.sent(StorySubmitted))[-1]
    event = returned(version, told.cycle).model_copy(
        update={
            "story": told.story, "content_sha256": told.content_sha256, "redaction": redaction,
            "decided_at": desk.later(10), "reasons": (returned().reasons[0].model_copy(update={"code": "samarkan"}),),
        }
    )  # fmt: skip
    await desk.hear(event)
    return event


async def derived(desk: Office, redaction: Redaction = NAMED, **choice: Any) -> tuple[str, StorySubmitted]:
    story = await given(desk, **choice)
    await returns(desk, redaction)
    desk.later(1)
    assert await blackener(desk).once()
    return story, (await desk.sent(StorySubmitted))[-1]


async def colours(desk: Office, shown: StoryMedia) -> set[str]:
    """What is to be seen in all copies of a picture, far from where two colours meet."""
    found: set[str] = set()
    for one in shown.renditions:
        picture = Image.open(io.BytesIO(await desk.app.state.office.store.read(one.bucket, one.key))).convert("RGB")
        w, h = picture.size
        for x, y in ((0.1, 0.1), (0.1, 0.9), (0.9, 0.1), (0.9, 0.9)):
            pixel = picture.getpixel((int(x * w), int(y * h)))
            assert isinstance(pixel, tuple)
            found.add(next((name for name, n in (("red", 0), ("blue", 2)) if pixel[n] > 120), "black"))
    return found


async def as_it_is(*_: object) -> None:
    """What the other services put there is needed."""


async def page(desk: Office, story: str) -> str:
    return (await desk.person("rina").get(f"/meja/berita/{story}", headers={"Accept": "text/html"})).text


async def test_the_next_version_is_derived_by_itself_and_goes_to_the_leader(desk: Office) -> None:
    story, told = await derived(desk)
    first = (await desk.sent(StorySubmitted))[0]
    assert (told.version, told.cycle, told.content_sha256) == (2, 2, content_sha256(told.content))
    assert only_removes(first.content, told.content)
    assert (told.content.title, told.content.lead) == (f"Rumah {MARK} selesai", f"{MARK} senang.")
    (shown,) = told.content.media
    assert (shown.alt, shown.redacted) == (f"{MARK} menerima kunci", (RIGHT,))
    assert not {r.sha256 for r in shown.renditions} & {r.sha256 for r in first.content.media[0].renditions}
    assert shown.placeholder.startswith("data:image/webp;base64,")
    assert await colours(desk, shown) == {"red", "black"}
    assert [(c.cycle, c.outcome, c.working_seconds) for c in told.clocks] == [(2, "completed", 60)]
    assert not [c for c in await desk.clocks() if c[2] is None]
    assert await desk.dead_letters() == []
    (line, _) = (await desk.get("rina", f"/stories/{story}"))["versions"]
    assert line["reason"].startswith("Penyamaran sesuai keputusan Bambang Prasetyo (Sekretaris)")


async def test_the_leader_who_took_out_is_no_author_and_may_approve(desk: Office) -> None:
    story, told = await derived(desk)
    assert told.authors == ("rina",)
    assert told.submitted_by.account == "sistem"
    rows = await desk.rows("SELECT author, derived FROM versions ORDER BY version")
    assert [tuple(r) for r in rows] == [("rina", False), ("bambang", True)]
    # What an Admin writes on top of it is writing as ever.
    await desk.save(story, 2, by="dani", title="Rumah selesai", media=[{"id": str(PHOTO), **CONSENT}])
    await desk.submit(story, 3)
    assert (await desk.sent(StorySubmitted))[-1].authors == ("rina", DANI.account)


async def test_the_whole_way_through_three_services(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    story = await given(desk)
    for who in ("bambang", "rina"):
        client = desk.person(who)
        found = client.cookies["alurwarta"], client.headers["X-CSRF-Token"]
        monkeypatch.setitem(review.SESSIONS, (desk.stack.owner_dsn, who), found)
    owner = await asyncpg.connect(desk.stack.owner_dsn)
    monkeypatch.setattr("tests.integration.publisher.office._empty", as_it_is)
    async with (
        review.office(desk.stack, owner, desk.later(10)) as leader,
        publisher_office(desk.stack) as publisher,
    ):
        (first,) = await desk.sent(StorySubmitted)
        await leader.hear(first)
        ground = {"clause": "h", "legal_basis": "UU 14/2008 Pasal 17 huruf h", "reasons": [{"code": "samarkan"}]}
        way_in, exact = f"/api/v1/reviews/{story}/decisions", {"version": 1, "content_sha256": first.content_sha256}
        body = exact | ground | {"decision": "returned", "redaction": NAMED.model_dump(mode="json")}
        assert (await leader.call("bambang", "POST", way_in, json=body)).status_code == 201
        await desk.hear(*await leader.events(StoryReturned))
        assert "Sistem sedang membuat versi tanpa bagian itu" in await page(desk, story)
        await blackener(desk).once()
        told = (await desk.sent(StorySubmitted))[-1]
        await leader.hear(told)
        assert await leader.states(UUID(story)) == {1: "returned", 2: "open"}
        read = (await leader.call("bambang", "GET", f"/saring/{story}", headers={"Accept": "text/html"})).text
        assert MARK in read
        assert told.content.media[0].renditions[0].sha256 in read
        body = {"version": 2, "content_sha256": told.content_sha256, "decision": "approved"}
        assert (await leader.call("bambang", "POST", way_in, json=body)).status_code == 201
        (approved,) = await leader.events(StoryApproved)
        await publisher.hear(approved)
        publisher.at = desk.at[0]
        await publisher.publish(approved)
        public = await publisher.public_keys()
        assert public
        wanted = {r.sha256 for r in told.content.media[0].renditions}
        assert all(any(sha256 in key for sha256 in wanted) for key in public)
        assert not [key for key in public if HASH in key]
    await owner.close()


async def test_what_an_admin_writes_on_top_never_brings_the_whole_picture_back(desk: Office) -> None:
    story, told = await derived(desk)
    rina, path = Browser(desk.person("rina")), f"/meja/berita/{story}"
    shown = await rina.open(path)
    assert "Sebagian foto ini disamarkan pimpinan" in shown
    form = dict(fields(shown))
    await rina.send(f"{path}/simpan", {**form, "aksi": "simpan"})
    assert len(await desk.rows("SELECT FROM versions")) == 2  # nothing was changed
    await rina.send(f"{path}/simpan", {**cut(form, kiri="40"), "aksi": "ajukan"})
    again = (await desk.sent(StorySubmitted))[-1].content.media[0]
    assert (again.redacted, again.crop) == ((RIGHT,), Crop(left=0.4, top=0, right=1, bottom=1))
    assert await colours(desk, again) == {"black", "red"}
    widest = max(r.width or 0 for r in again.renditions)
    assert widest == 600
    # Left out and taken up again, and over the API without a word about it.
    await desk.save(story, 3, by="dani")
    await desk.save(story, 4, by="dani", media=[{"id": str(PHOTO), **CONSENT}])
    await desk.post("dani", f"/stories/{story}/submit", {"version": 5})
    (back,) = (await desk.sent(StorySubmitted))[-1].content.media
    assert (back.redacted, back.renditions) == (told.content.media[0].redacted, told.content.media[0].renditions)
    assert back.placeholder == told.content.media[0].placeholder


async def test_a_cut_picture_is_cut_from_the_redacted_whole_and_shown_so(desk: Office) -> None:
    story, told = await derived(desk, crop={"left": 0.25, "top": 0, "right": 1, "bottom": 1})
    (shown,) = told.content.media
    assert max(r.width or 0 for r in shown.renditions) == 750
    assert await colours(desk, shown) == {"black", "red"}
    rina = Browser(desk.person("rina"))
    form = dict(fields(await rina.open(f"/meja/berita/{story}")))
    preview = await rina.send(f"/meja/berita/{story}/pratinjau", cut(form, kiri="10"), expect=200)
    hashes = [r.sha256 for r in shown.renditions]
    assert any(sha256 in preview.text for sha256 in hashes)
    version = (await rina.client.get(f"/meja/berita/{story}/versi/2", headers={"Accept": "text/html"})).text
    assert f"/media/{PHOTO}?utuh" not in version


async def test_an_older_version_that_is_restored_shows_the_picture_redacted_too(desk: Office) -> None:
    story = await given(desk)
    await returns(desk)
    await blackener(desk).once()
    dani = Browser(desk.person("dani"))
    crop = {"left": 0.25, "top": 0, "right": 1, "bottom": 1}
    await desk.save(story, 2, title="Terpotong", media=[{"id": str(PHOTO), **CONSENT, "crop": crop}])
    for older in ("1", "3"):
        newest = (await desk.get("rina", f"/stories/{story}"))["version"]
        await dani.send(f"/meja/berita/{story}/versi/{older}/pulihkan", {"expected_version": str(newest)})
        (shown,) = (await desk.get("rina", f"/stories/{story}"))["content"]["media"]
        assert shown["redacted"] == [RIGHT.model_dump()]
        assert await colours(desk, StoryMedia.model_validate(shown)) == {"red", "black"}


async def test_a_second_redaction_keeps_the_first(desk: Office) -> None:
    _, once = await derived(desk)
    more = Redaction(pictures=(RedactedPicture(media=PHOTO, regions=(LEFT_TOP, RIGHT)),))
    await returns(desk, more, version=2)
    await blackener(desk).once()
    told = (await desk.sent(StorySubmitted))[-1]
    assert (told.version, told.cycle) == (3, 3)
    assert told.content.media[0].redacted == (RIGHT, LEFT_TOP)
    assert only_removes(once.content, told.content)


async def test_a_version_that_was_saved_meanwhile_is_the_admins_to_go_on_with(desk: Office) -> None:
    story = await given(desk)
    await desk.save(story, 1, title="Kalimat Admin")
    await returns(desk)
    await blackener(desk).once()
    assert len(await desk.sent(StorySubmitted)) == 1
    shown = await page(desk, story)
    assert "Versi baru disimpan sebelum penyamaran sempat dibuat." in shown
    assert "“Bu Siti”" in shown
    assert not await blackener(desk).once()


@pytest.mark.parametrize("gone", ["copy", "erased", "broken"])
async def test_what_cannot_be_redacted_is_told_to_the_admin(desk: Office, gone: str) -> None:
    story = await given(desk)
    store, bucket = desk.app.state.office.store, desk.stack.buckets.renditions
    if gone == "copy":
        await store.remove(bucket, f"intake/{HASH}")
    elif gone == "broken":
        await store.put(bucket, f"intake/{HASH}", b"bukan foto", "image/jpeg")
    await returns(desk)
    if gone == "erased":
        await desk.hear(erased())
    await blackener(desk).once()
    assert len(await desk.sent(StorySubmitted)) == 1
    shown = await page(desk, story)
    assert "Penyamaran tidak dapat dibuat dengan sendirinya" in shown
    assert "“Bu Siti”" in shown
    await desk.save(story, 1, title="Rumah selesai")
    await desk.submit(story, 2)
    assert "Penyamaran dari pimpinan" not in await page(desk, story)


async def test_processes_at_once_and_the_event_again_derive_one_version(desk: Office) -> None:
    story = await given(desk)
    event = await returns(desk)
    await asyncio.gather(*(blackener(desk).once() for _ in range(3)))
    await desk.consumers["decisions"].handle([desk.record(event)])
    await blackener(desk).once()
    assert len(await desk.sent(StorySubmitted)) == 2
    assert (await desk.get("rina", f"/stories/{story}"))["version"] == 2


async def test_a_store_that_is_away_is_asked_again_later(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await given(desk)
    await returns(desk)

    async def away(*_: object) -> str:
        raise Transient("away")

    with monkeypatch.context() as broken:
        broken.setattr(type(desk.app.state.office.store), "download", away)
        assert await blackener(desk).once()
    assert not await blackener(desk).once()  # not at once
    desk.later(1)
    assert await blackener(desk).once()
    assert len(await desk.sent(StorySubmitted)) == 2


async def test_what_holds_a_submission_up_is_said_and_the_redacted_version_is_kept(desk: Office) -> None:
    story = await given(desk)
    checked = photo().model_copy(update={"renditions": ()})
    await desk.hear(ReportMediaChecked(report=REPORT, media=checked, at=later(5)))
    await returns(desk, Redaction(passages=("Bu Siti",)))
    await blackener(desk).once()
    assert len(await desk.sent(StorySubmitted)) == 1
    assert (await desk.get("rina", f"/stories/{story}"))["content"]["title"] == f"Rumah {MARK} selesai"
    shown = await page(desk, story)
    assert "Versi 2 sudah disamarkan, tetapi belum dapat diajukan" in shown


async def test_an_erased_picture_takes_its_redacted_copies_with_it(desk: Office) -> None:
    await derived(desk)
    store, bucket = desk.app.state.office.store, desk.stack.buckets.renditions
    assert await store.keys(bucket, f"editing/{PHOTO}/")
    await desk.hear(erased())
    await Sweep(desk.desk, store).once()
    assert not await store.keys(bucket, f"editing/{PHOTO}/")
    assert not await desk.rows("SELECT FROM cuts")
