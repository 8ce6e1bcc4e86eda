"""An account on TikTok: uploads with a name, moderation, apps that were not audited, over a real socket."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from services.publisher.channels import Limited, NotSent, Processing, Rejected, tiktok
from services.publisher.channels.tiktok import TikTok
from shared.refusal import Transient
from tests.integration.channels.medsos_samples import TEXT, Clock, Files, a_post
from tests.integration.channels.medsos_worker import Notes
from tests.support import fake_tiktok
from tests.support.fake_tiktok import FakeTikTok, error
from tests.support.faulty import Faulty, listening


@dataclass
class There:
    made: TikTok
    fake: FakeTikTok
    faulty: Faulty
    clock: Clock
    files: Files


@pytest.fixture
async def there() -> AsyncGenerator[There]:
    clock, files = Clock(), Files()
    fake = FakeTikTok(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = TikTok(http, files, clock, fake_tiktok.NAME, fake_tiktok.TOKEN, url=address, poll=0.01)
        yield There(made, fake, faulty, clock, files)


async def test_a_video_is_posted_with_its_text_as_the_account_allows(there: There) -> None:
    receipt = await there.made.publish(a_post("tiktok", there.files.video()), Notes())
    (upload,) = there.fake.uploads.values()
    assert upload["told"] == {
        "title": TEXT, "privacy_level": "PUBLIC_TO_EVERYONE", "disable_comment": False, "disable_duet": True,
        "disable_stitch": False,
    }  # fmt: skip
    assert upload["data"] == b"v" * 700_000
    assert (receipt.url, receipt.way) == (fake_tiktok.address(upload["post"]), "api")
    assert receipt.external_id == upload["post"]


async def test_all_parts_but_the_last_go_up_before_anybody_could_see_it(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiktok, "CHUNK", 5_000_000)
    arrived: list[int] = []

    class Told(Notes):
        async def submit(self) -> None:
            arrived.append(sum(len(u["data"]) for u in there.fake.uploads.values()))

    video = there.files.video(size=17_000_000)
    await there.made.publish(a_post("tiktok", video), Told())
    assert arrived == [10_000_000]
    assert [u["data"] for u in there.fake.uploads.values()] == [there.files.held[video.found.key]]


async def test_what_is_in_moderation_is_not_told_as_live(there: There) -> None:
    there.fake.moderating = 8
    post, notes = a_post("tiktok", there.files.video()), Notes()
    receipt = await there.made.publish(post, notes)
    assert (receipt.url, receipt.way) == ("", None)
    known = replace(post, facts=notes.facts, external_id=receipt.external_id)
    ways = [found.way for _ in range(6) if (found := await there.made.lookup(known)) is not None]
    assert (ways[0], ways[-1]) == (None, "api")


async def test_what_only_the_account_itself_sees_is_never_live(there: There) -> None:
    private = replace(there.made, privacy="SELF_ONLY")
    post, notes = a_post("tiktok", there.files.video()), Notes()
    receipt = await private.publish(post, notes)
    assert receipt.way is None
    found = await private.lookup(replace(post, facts=notes.facts, external_id=receipt.external_id))
    assert found is not None
    assert found.way is None


async def test_an_app_that_was_not_audited_is_told_of(there: There) -> None:
    there.fake.said = [fake_tiktok.UNAUDITED]
    with pytest.raises(Rejected, match="audit"):
        await there.made.publish(a_post("tiktok", there.files.video()), Notes())


async def test_an_account_that_cannot_post_to_everybody_is_told_of(there: There) -> None:
    there.fake.privacies = ["FOLLOWER_OF_CREATOR", "SELF_ONLY"]
    with pytest.raises(Rejected, match="pengaturan akunnya"):
        await there.made.publish(a_post("tiktok", there.files.video()), Notes())


async def test_a_video_that_is_too_long_for_the_account_is_not_sent(there: There) -> None:
    long = replace(there.files.video(), duration_ms=301_000)
    with pytest.raises(Rejected, match="300 detik"):
        await there.made.publish(a_post("tiktok", long), Notes())
    assert there.fake.uploads == {}


async def test_without_a_video_there_is_nothing_to_post(there: There) -> None:
    with pytest.raises(Rejected, match="tidak memiliki video"):
        await there.made.publish(a_post("tiktok", there.files.picture()), Notes())


@pytest.mark.parametrize(("reason", "kind"), [("frame_rate_check_failed", Rejected), ("internal", NotSent)])
async def test_a_video_that_fails_is_told_as_what_it_means(there: There, reason: str, kind: type[Exception]) -> None:
    there.fake.fails = reason
    post, notes = a_post("tiktok", there.files.video()), Notes()
    with pytest.raises(kind):
        await there.made.publish(post, notes)
    assert await there.made.lookup(replace(post, facts=notes.facts)) is None


async def test_an_upload_that_was_cut_is_not_there_and_one_that_is_whole_may_be(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    there.faulty.break_next("cut", "publish")
    with pytest.raises(httpx.HTTPError):
        await there.made.publish(post, notes)
    half = replace(post, facts=notes.facts)
    with pytest.raises(Transient):
        await there.made.lookup(half)
    there.clock.pass_(minutes=1)
    assert await there.made.lookup(half) is None
    (upload,) = there.fake.uploads.values()
    upload["data"], there.fake.slow = b"v" * 700_000, 1
    with pytest.raises(Processing):
        await there.made.lookup(half)


async def test_what_was_sent_whole_is_not_sent_again(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    await there.made.publish(post, notes)
    (upload,) = there.fake.uploads.values()
    again = await there.made.publish(replace(post, facts=notes.facts), Notes())
    assert (again.url, again.way, again.external_id) == (fake_tiktok.address(upload["post"]), "api", upload["post"])
    assert len(there.fake.uploads) == 1


async def test_what_was_sent_whole_and_is_being_processed_is_looked_up(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    there.fake.slow = 20
    await there.made.publish(post, notes)
    again = await there.made.publish(replace(post, facts=notes.facts), Notes())
    assert (again.way, again.external_id) == (None, notes.facts["publish"])
    assert len(there.fake.uploads) == 1


async def test_what_was_public_and_is_gone_needs_a_person(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    await there.made.publish(post, notes)
    there.fake.deleted.update(there.fake.public())
    there.clock.pass_(minutes=1)
    with pytest.raises(Rejected, match="sudah menayangkan"):
        await there.made.publish(replace(post, facts=notes.facts), Notes())
    assert len(there.fake.uploads) == 1


async def test_what_does_not_become_public_for_hours_needs_a_person(there: There) -> None:
    there.fake.moderating = 1000
    post, notes = a_post("tiktok", there.files.video()), Notes()
    await there.made.publish(post, notes)
    soon = await there.made.publish(replace(post, facts=notes.facts), Notes())
    assert (soon.way, soon.external_id) == (None, notes.facts["publish"])
    there.clock.pass_(hours=6)
    with pytest.raises(Rejected, match="belum tampil"):
        await there.made.publish(replace(post, facts=notes.facts), Notes())
    assert len(there.fake.uploads) == 1


async def test_a_video_that_failed_is_refused_without_a_second_upload(there: There) -> None:
    there.fake.fails, there.fake.slow = "frame_rate_check_failed", 20
    post, notes = a_post("tiktok", there.files.video()), Notes()
    await there.made.publish(post, notes)
    there.fake.uploads[notes.facts["publish"]]["looks"] = 0
    with pytest.raises(Rejected, match="frame_rate"):
        await there.made.publish(replace(post, facts=notes.facts), Notes())
    assert len(there.fake.uploads) == 1


async def test_what_failed_for_no_fault_of_the_video_is_begun_anew(there: There) -> None:
    there.fake.fails = "internal"
    post, notes = a_post("tiktok", there.files.video()), Notes()
    with pytest.raises(NotSent):
        await there.made.publish(post, notes)
    there.fake.fails = ""
    there.fake.uploads[notes.facts["publish"]]["failed"] = "internal"
    assert (await there.made.publish(replace(post, facts=notes.facts), notes)).way == "api"
    assert len(there.fake.uploads) == 2


async def test_an_upload_that_tiktok_forgot_may_be_public_where_its_last_part_was_sent(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    await there.made.publish(post, notes)
    there.fake.uploads.clear()
    with pytest.raises(Rejected, match="Periksa akun"):
        await there.made.publish(replace(post, facts=notes.facts), Notes())
    begun = {"publish": notes.facts["publish"]}
    assert (await there.made.publish(replace(post, facts=begun), Notes())).way == "api"


async def test_a_post_that_somebody_deleted_is_told_as_gone(there: There) -> None:
    post = a_post("tiktok", there.files.video())
    receipt = await there.made.publish(post, Notes())
    known = replace(post, external_id=receipt.external_id)
    seen = await there.made.lookup(known)
    assert seen is not None
    assert seen.way == "api"
    there.fake.uploads.clear()
    assert await there.made.lookup(known) is None


async def test_a_take_down_is_a_persons(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    receipt = await there.made.publish(post, notes)
    known = (
        replace(post, external_id=receipt.external_id),
        replace(post, known_url=receipt.url),
        replace(post, facts=notes.facts, submitted=True),
    )
    for told in (*known, replace(post, known_url="https://vt.tiktok.com/ZS1/")):
        with pytest.raises(Rejected, match="aplikasinya"):
            await there.made.take_down(told)
    there.fake.deleted.add(receipt.external_id)
    for told in known:
        await there.made.take_down(told)


async def test_of_an_upload_that_is_not_whole_nothing_is_to_be_taken_down(there: There) -> None:
    post, notes = a_post("tiktok", there.files.video()), Notes()
    there.faulty.break_next("cut", "publish")
    with pytest.raises(httpx.HTTPError):
        await there.made.publish(post, notes)
    await there.made.take_down(replace(post, facts=notes.facts, submitted=True))
    await there.made.take_down(a_post("tiktok"))


@pytest.mark.parametrize(
    ("answer", "later"),
    [
        (error(403, "spam_risk_too_many_posts"), timedelta(hours=24)),
        (error(429, "rate_limit_exceeded"), timedelta(minutes=1)),
        (error(429, "rate_limit_exceeded", retry_after="20"), timedelta(seconds=20)),
    ],
)
async def test_a_limit_is_told_with_when_to_come_back(
    there: There, answer: tuple[int, dict[str, str], object], later: timedelta
) -> None:
    there.fake.said = [answer]
    with pytest.raises(Limited) as no:
        await there.made.publish(a_post("tiktok", there.files.video()), Notes())
    assert [(r.limit, r.until) for r in no.value.rest] == [("tiktok", there.clock() + later)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, "access_token_invalid"), "sudah tidak berlaku"),
        (error(401, "scope_not_authorized"), "tidak berizin"),
        (error(403, "spam_risk_user_banned_from_posting"), "melarang"),
        (error(400, "invalid_params"), "invalid_params"),
    ],
)
async def test_a_refusal_tells_a_person_what_to_do(
    there: There, answer: tuple[int, dict[str, str], object], words: str
) -> None:
    there.fake.said = [answer]
    with pytest.raises(Rejected, match=words):
        await there.made.publish(a_post("tiktok", there.files.video()), Notes())
