"""An account on X: uploads in parts, alternative texts, limits and duplicates, over a real socket."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from services.publisher.channels import Limited, Processing, Rejected
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.x import X
from shared.refusal import Transient
from tests.integration.channels.medsos_samples import LINK, Clock, Files, a_post
from tests.integration.channels.medsos_worker import Notes
from tests.support import fake_x
from tests.support.fake_x import FakeX, problem
from tests.support.faulty import Faulty, listening

SHORT = f"40 rumah selesai\n\n{LINK}\n\n#Bekasi"


@dataclass
class There:
    made: X
    fake: FakeX
    faulty: Faulty
    clock: Clock
    files: Files


@pytest.fixture
async def there() -> AsyncGenerator[There]:
    clock, files = Clock(), Files()
    fake = FakeX(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        auth = OAuth1(*fake_x.KEYS, clock)
        made = X(http, files, clock, fake_x.USER, fake_x.NAME, auth, address, 0.01, 3)
        yield There(made, fake, faulty, clock, files)


async def test_pictures_are_uploaded_with_their_alternative_texts(there: There) -> None:
    post = a_post("x", there.files.picture(), there.files.picture("Rumah.", seed=1), text=SHORT)
    receipt = await there.made.publish(post, Notes())
    (tweet,) = there.fake.tweets
    media = [there.fake.media[m] for m in tweet["media"]]
    assert tweet["told"] == SHORT
    assert [m["alt"] for m in media] == ["Serah terima kunci.", "Rumah."]
    assert (receipt.url, receipt.way) == (f"https://x.com/{fake_x.NAME}/status/{tweet['id']}", "api")


async def test_no_more_than_four_pictures_or_one_video(there: There) -> None:
    five = [there.files.picture(seed=n) for n in range(5)]
    await there.made.publish(a_post("x", *five, there.files.video(), text=SHORT), Notes())
    assert len(there.fake.tweets[0]["media"]) == 4


async def test_a_video_goes_up_in_parts_and_is_waited_for(there: There) -> None:
    video = there.files.video(size=9_000_000)
    await there.made.publish(a_post("x", video, there.files.picture(), text=SHORT), Notes())
    (media,) = there.fake.media.values()
    assert [len(p) for p in media["parts"].values()] == [4_000_000, 4_000_000, 1_000_000]
    assert b"".join(media["parts"].values()) == there.files.held[video.found.key]


async def test_a_video_that_takes_long_is_gone_on_with_later(there: There) -> None:
    there.fake.slow = 4
    post, notes = a_post("x", there.files.video(), text=SHORT), Notes()
    with pytest.raises(Processing) as no:
        await there.made.publish(post, notes)
    assert no.value.until > there.clock()
    await there.made.publish(replace(post, facts=notes.facts), notes)
    assert len(there.fake.media) == 1


async def test_an_upload_is_used_again_until_it_expires(there: There) -> None:
    post, notes = a_post("x", there.files.picture(), text=SHORT), Notes()
    there.faulty.break_next("error", "publish", 2)
    for _ in range(2):
        with pytest.raises(Transient):
            await there.made.publish(replace(post, facts=notes.facts), notes)
    assert len(there.fake.media) == 1
    there.clock.pass_(days=1)
    await there.made.publish(replace(post, facts=notes.facts), notes)
    assert len(there.fake.media) == 2


async def test_a_video_that_x_does_not_have_any_more_is_uploaded_anew(there: There) -> None:
    there.fake.slow = 20
    post, notes = a_post("x", there.files.video(), text=SHORT), Notes()
    with pytest.raises(Processing):
        await there.made.publish(post, notes)
    there.fake.media.clear()
    there.fake.slow = 0
    assert (await there.made.publish(replace(post, facts=notes.facts), notes)).way == "api"


async def test_a_text_is_weighed_as_x_does(there: There) -> None:
    with pytest.raises(Rejected, match="terlalu panjang"):
        await there.made.publish(a_post("x", text="🏠" * 141, link=""), Notes())


async def test_a_link_is_found_though_x_shortens_it(there: There) -> None:
    there.fake.page_size = 2
    await there.made.publish(a_post("x", text=f"Lain {LINK}?versi=2", link=""), Notes())
    mine = await there.made.publish(a_post("x", text=f"Baca {LINK}."), Notes())
    for n in range(5):
        await there.made.publish(a_post("x", text=f"Berita {n}", link=""), Notes())
    assert await there.made.lookup(a_post("x")) == mine


async def test_words_without_a_link_of_ours_are_found_by_themselves(there: There) -> None:
    mine = await there.made.publish(a_post("x", text="Lihat https://lain.test/a ya", link=""), Notes())
    found = await there.made.lookup(a_post("x", text="Lihat https://lain.test/a ya"))
    assert found == mine


async def test_words_that_x_has_already_are_looked_up(there: There) -> None:
    first = await there.made.publish(a_post("x", text=SHORT), Notes())
    assert (await there.made.publish(a_post("x", text=SHORT), Notes())).url == first.url
    there.fake.said = [fake_x.DUPLICATE]
    with pytest.raises(Rejected, match="sama dengan"):
        await there.made.publish(a_post("x", text="Lain", link="https://warta.test/berita/lain"), _settled(there))


async def test_a_protected_account_shows_nothing_to_the_public(there: There) -> None:
    there.fake.protected = True
    receipt = await there.made.publish(a_post("x", text=SHORT), Notes())
    assert receipt.way is None
    assert receipt.external_id


async def test_a_post_that_is_taken_down_is_gone(there: There) -> None:
    receipt = await there.made.publish(a_post("x", text=SHORT), Notes())
    post = replace(a_post("x", text=SHORT), external_id=receipt.external_id)
    await there.made.take_down(post)
    assert there.fake.tweets == []
    await there.made.take_down(post)
    assert await there.made.lookup(post) is None


@pytest.mark.parametrize("form", ["https://x.com/{n}/status/{i}", "https://twitter.com/{n}/status/{i}?s=20"])
async def test_a_post_is_taken_down_by_the_link_that_a_person_gave(there: There, form: str) -> None:
    receipt = await there.made.publish(a_post("x", text="Ditulis orang", link=""), Notes())
    url = form.format(n=fake_x.NAME, i=receipt.external_id)
    post = replace(a_post("x", text=SHORT), known_url=url)
    await there.made.take_down(post)
    assert there.fake.tweets == []
    await there.made.take_down(post)


async def test_a_link_that_matches_nothing_is_a_persons_to_take_down(there: There) -> None:
    with pytest.raises(Rejected, match="hapus sendiri"):
        await there.made.take_down(replace(a_post("x", text=SHORT), known_url="https://x.com/i/events/7"))


async def test_what_was_never_submitted_is_looked_for_among_the_newest_alone(there: There) -> None:
    there.fake.page_size = 1
    for n in range(30):
        await there.made.publish(a_post("x", text=f"Berita {n}", link=""), Notes())
    await there.made.take_down(a_post("x", text=SHORT))
    assert len(there.fake.tweets) == 30


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (problem(403, "Forbidden"), Rejected, "Hapus sendiri"),
        (problem(401, "Unauthorized"), Rejected, "hapus sendiri"),
        (problem(429, "Too Many Requests"), Limited, "membatasi"),
        (problem(503, "Service Unavailable"), Transient, "503"),
    ],
)
async def test_a_take_down_that_is_refused_is_told_as_what_it_means(
    there: There, answer: tuple[int, dict[str, str], object], kind: type[Exception], words: str
) -> None:
    receipt = await there.made.publish(a_post("x", text=SHORT), Notes())
    there.fake.said = [answer]
    with pytest.raises(kind, match=words):
        await there.made.take_down(replace(a_post("x", text=SHORT), external_id=receipt.external_id))


async def test_the_last_call_of_a_window_tells_when_to_come_back(there: There) -> None:
    reset = int((there.clock() + timedelta(hours=3)).timestamp())
    there.fake.headers = {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": str(reset)}
    receipt = await there.made.publish(a_post("x", text=SHORT), Notes())
    assert [(r.limit, r.until) for r in receipt.rest] == [("x", there.clock() + timedelta(hours=3))]


async def test_a_limit_is_told_with_the_time_of_its_header(there: There) -> None:
    reset = int((there.clock() + timedelta(minutes=9)).timestamp())
    there.fake.said = [
        problem(429, "Too Many Requests", x_rate_limit_remaining="0", x_rate_limit_reset=str(reset)),
    ]  # fmt: skip
    with pytest.raises(Limited) as no:
        await there.made.publish(a_post("x", text=SHORT), Notes())
    assert [r.until for r in no.value.rest] == [there.clock() + timedelta(minutes=9)]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (problem(401, "Unauthorized"), Rejected, "sudah tidak berlaku"),
        (problem(403, "Forbidden", "oauth1 app permissions"), Rejected, "tidak berizin"),
        (problem(402, "Payment Required", "CreditsDepleted"), Rejected, "Kuota"),
        (problem(400, "Invalid Request"), Rejected, "400"),
        (problem(503, "Service Unavailable"), Transient, "503"),
    ],
)
async def test_an_error_is_told_as_what_it_means(
    there: There, answer: tuple[int, dict[str, str], object], kind: type[Exception], words: str
) -> None:
    there.fake.said = [answer]
    with pytest.raises(kind, match=words):
        await there.made.publish(a_post("x", text=SHORT), Notes())


def _settled(there: There) -> Notes:
    return Notes({"began": there.clock().isoformat()})
