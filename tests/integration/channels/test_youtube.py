"""A channel on YouTube: uploads that go on where they were cut, quotas, corrections, over a real socket."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.publisher.channels import Limited, Processing, Rejected
from services.publisher.channels import youtube_api as api
from services.publisher.channels.youtube import YouTube
from services.publisher.channels.youtube_api import Keys, YouTubeApi
from shared.refusal import Transient
from tests.integration.channels.medsos_samples import LINK, TEXT, Clock, Files, a_correction, a_post
from tests.integration.channels.medsos_worker import Notes
from tests.support import fake_youtube
from tests.support.fake_youtube import FakeYouTube, error
from tests.support.faulty import Faulty, listening


@dataclass
class There:
    made: YouTube
    fake: FakeYouTube
    faulty: Faulty
    clock: Clock
    files: Files


@pytest.fixture
async def there() -> AsyncGenerator[There]:
    clock, files = Clock(), Files()
    fake = FakeYouTube(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        called = YouTubeApi(http, files, clock, Keys(*fake_youtube.KEYS), address, f"{address}/token")
        yield There(YouTube(http, files, clock, fake_youtube.CHANNEL, called, 0.01, 3), fake, faulty, clock, files)


async def test_a_video_is_private_until_it_is_ready_and_public_after(there: There) -> None:
    post, notes = a_post("youtube", there.files.video()), Notes()
    there.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await there.made.publish(post, notes)
    (video,) = there.fake.videos.values()
    assert video["status"]["privacyStatus"] == "private"
    assert await there.made.lookup(replace(post, facts=notes.facts)) is None
    receipt = await there.made.publish(replace(post, facts=notes.facts), notes)
    assert (receipt.url, receipt.way) == (f"https://www.youtube.com/watch?v={video['id']}", "api")
    assert there.fake.public() == [video["id"]]
    assert (video["snippet"]["title"], video["snippet"]["description"]) == ("40 rumah selesai diperbaiki", TEXT)
    assert video["status"]["selfDeclaredMadeForKids"] is False


async def test_an_upload_that_was_cut_goes_on_where_it_was(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "CHUNK", 262_144)
    post, notes = a_post("youtube", there.files.video(size=1_000_000)), Notes()
    there.faulty.break_next("silent-after", "upload")
    there.made.http.timeout = httpx.Timeout(10, read=0.5)
    with pytest.raises(httpx.ReadTimeout):
        await there.made.publish(post, notes)
    there.made.http.timeout = httpx.Timeout(10)
    (session,) = there.fake.sessions.values()
    assert len(session["data"]) == 262_144
    await there.made.publish(replace(post, facts=notes.facts), notes)
    assert session["data"] == b"v" * 1_000_000
    assert len(there.fake.videos) == 1


async def test_an_upload_whose_address_is_gone_begins_anew(there: There) -> None:
    post, notes = a_post("youtube", there.files.video()), Notes()
    there.faulty.break_next("error", "upload")
    with pytest.raises(Transient):
        await there.made.publish(post, notes)
    there.fake.sessions.clear()
    await there.made.publish(replace(post, facts=notes.facts), notes)
    assert len(there.fake.public()) == 1


async def test_a_video_that_takes_long_is_gone_on_with_later(there: There) -> None:
    there.fake.slow = 4
    post, notes = a_post("youtube", there.files.video()), Notes()
    with pytest.raises(Processing) as no:
        await there.made.publish(post, notes)
    assert no.value.until > there.clock()
    await there.made.publish(replace(post, facts=notes.facts), notes)
    assert len(there.fake.videos) == 1


async def test_a_video_that_cannot_be_processed_needs_a_person(there: There) -> None:
    there.fake.processed = "failed"
    with pytest.raises(Rejected, match="mengolah"):
        await there.made.publish(a_post("youtube", there.files.video()), Notes())


async def test_an_app_that_was_not_audited_is_told_of(there: There) -> None:
    there.fake.locked = True
    with pytest.raises(Rejected, match="audit"):
        await there.made.publish(a_post("youtube", there.files.video()), Notes())
    assert there.fake.public() == []


async def test_without_a_video_there_is_nothing_to_post(there: There) -> None:
    with pytest.raises(Rejected, match="tidak memiliki video"):
        await there.made.publish(a_post("youtube", there.files.picture()), Notes())


async def test_a_description_in_bytes_and_without_angle_brackets(there: There) -> None:
    for text in ("é" * 2501, "a < b"):
        with pytest.raises(Rejected, match="Keterangan"):
            await there.made.publish(a_post("youtube", there.files.video(), text=text), Notes())
    assert there.fake.sessions == {}


async def test_a_title_that_is_too_long_is_cut(there: There) -> None:
    await there.made.publish(replace(a_post("youtube", there.files.video()), title="<b>" + "a" * 120), Notes())
    (video,) = there.fake.videos.values()
    assert video["snippet"]["title"] == "‹b›" + "a" * 96 + "…"


async def test_a_correction_changes_title_and_description_of_the_same_video(there: There) -> None:
    first = await there.made.publish(a_post("youtube", there.files.video()), Notes())
    new = a_correction(a_post("youtube"), f"41 rumah\n\n{LINK}", external_id=first.external_id, url=first.url)
    assert await there.made.lookup(new) is None
    receipt = await there.made.edit(replace(new, title="41 rumah"), Notes())
    assert (receipt.external_id, receipt.way) == (first.external_id, "api")
    (video,) = there.fake.videos.values()
    assert (video["snippet"]["title"], video["status"]["privacyStatus"]) == ("41 rumah", "public")
    assert await there.made.lookup(new) == receipt


async def test_a_video_that_a_person_posted_is_found_among_the_uploads(there: There) -> None:
    first = await there.made.publish(a_post("youtube", there.files.video()), Notes())
    for n in range(4):
        await there.made.publish(a_post("youtube", there.files.video(), text=f"Lain {n}", link=""), Notes())
    found = await there.made.lookup(a_post("youtube"))
    assert found is not None
    assert found.external_id == first.external_id
    assert await there.made.lookup(a_post("youtube", text="Tidak ada", link="https://warta.test/berita/z")) is None


async def test_a_video_that_is_taken_down_is_gone(there: There) -> None:
    receipt = await there.made.publish(a_post("youtube", there.files.video()), Notes())
    post = replace(a_post("youtube"), external_id=receipt.external_id)
    await there.made.take_down(post)
    assert there.fake.videos == {}
    await there.made.take_down(post)


@pytest.mark.parametrize(
    "form", ["https://www.youtube.com/watch?app=m&v={}", "https://youtu.be/{}?t=3", "https://youtube.com/shorts/{}"]
)
async def test_a_video_is_taken_down_by_the_link_that_a_person_gave(there: There, form: str) -> None:
    receipt = await there.made.publish(a_post("youtube", there.files.video(), text="Ditulis orang", link=""), Notes())
    post = replace(a_post("youtube"), known_url=form.format(receipt.external_id))
    await there.made.take_down(post)
    assert there.fake.videos == {}
    await there.made.take_down(post)


async def test_a_link_that_matches_nothing_is_a_persons_to_take_down(there: There) -> None:
    url = "https://www.youtube.com/@disperkim/community"
    with pytest.raises(Rejected, match="hapus sendiri"):
        await there.made.take_down(replace(a_post("youtube"), known_url=url))


@pytest.mark.parametrize("known", ["video", "upload"])
async def test_a_private_upload_that_nobody_saw_is_removed_too(there: There, known: str) -> None:
    there.fake.slow = 20
    post, notes = a_post("youtube", there.files.video()), Notes()
    with pytest.raises(Processing):
        await there.made.publish(post, notes)
    assert len(there.fake.videos) == 1
    left = replace(post, facts={known: notes.facts[known]})
    await there.made.take_down(left)
    assert there.fake.videos == {}
    await there.made.take_down(left)


async def test_what_nobody_saw_is_discarded_and_what_is_public_stays(there: There) -> None:
    receipt = await there.made.publish(a_post("youtube", there.files.video()), Notes())
    there.fake.slow = 20
    post, notes = replace(a_post("youtube", there.files.video()), version=2), Notes()
    with pytest.raises(Processing):
        await there.made.publish(post, notes)
    for facts in (notes.facts, {"video": receipt.external_id}):
        await there.made.discard(replace(post, facts=facts))
        assert list(there.fake.videos) == [receipt.external_id]


async def test_a_take_down_without_the_right_to_it_is_a_persons(there: There) -> None:
    receipt = await there.made.publish(a_post("youtube", there.files.video()), Notes())
    there.fake.said = [error(403, "forbidden")]
    with pytest.raises(Rejected, match="Hapus sendiri"):
        await there.made.take_down(replace(a_post("youtube"), external_id=receipt.external_id))


async def test_an_access_token_is_used_until_it_ends(there: There) -> None:
    await there.made.publish(a_post("youtube", there.files.video()), Notes())
    assert there.fake.tokens == 1
    there.clock.pass_(hours=1)
    await there.made.lookup(a_post("youtube"))
    assert there.fake.tokens == 2


async def test_access_that_was_taken_back_is_told_of(there: There) -> None:
    there.fake.revoked = True
    with pytest.raises(Rejected, match="menyambungkan lagi"):
        await there.made.publish(a_post("youtube", there.files.video()), Notes())


@pytest.mark.parametrize(
    ("answer", "until"),
    [
        (error(403, "quotaExceeded"), datetime(2026, 11, 27, 8, tzinfo=UTC)),  # midnight in California
        (error(400, "uploadLimitExceeded"), datetime(2026, 11, 27, 8, tzinfo=UTC)),  # six hours later
        (error(403, "rateLimitExceeded"), datetime(2026, 11, 27, 2, 1, tzinfo=UTC)),
        (error(429, "rateLimitExceeded", retry_after="40"), datetime(2026, 11, 27, 2, 0, 40, tzinfo=UTC)),
    ],
)
async def test_a_quota_is_told_with_when_it_comes_back(
    there: There, answer: tuple[int, dict[str, str], object], until: datetime
) -> None:
    there.fake.said = [answer]
    with pytest.raises(Limited) as no:
        await there.made.publish(a_post("youtube", there.files.video()), Notes())
    assert [(r.limit, r.until) for r in no.value.rest] == [("youtube", until)]
    assert until - there.clock() <= timedelta(hours=6)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, "authError"), "sudah tidak berlaku"),
        (error(403, "forbidden"), "tidak berizin"),
        (error(400, "invalidDescription"), "judul atau keterangan"),
        (error(400, "mediaBodyRequired"), "mediaBodyRequired"),
    ],
)
async def test_a_refusal_tells_a_person_what_to_do(
    there: There, answer: tuple[int, dict[str, str], object], words: str
) -> None:
    there.fake.said = [answer]
    with pytest.raises(Rejected, match=words):
        await there.made.publish(a_post("youtube", there.files.video()), Notes())
