"""A public channel on Telegram: messages, groups of files, corrections, and its preview, over a real socket."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from services.publisher.channels import Limited, Rejected
from services.publisher.channels.telegram import Telegram
from shared.refusal import Transient
from tests.integration.channels.medsos_samples import LINK, TEXT, Clock, Files, a_correction, a_post
from tests.integration.channels.medsos_worker import Notes
from tests.support.fake_telegram_channel import CHANNEL, TOKEN, FakeTelegramChannel, error
from tests.support.faulty import Faulty, listening


@dataclass
class There:
    made: Telegram
    fake: FakeTelegramChannel
    faulty: Faulty
    clock: Clock
    files: Files


@pytest.fixture
async def there() -> AsyncGenerator[There]:
    clock, files = Clock(), Files()
    fake = FakeTelegramChannel(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        yield There(Telegram(http, files, clock, CHANNEL, TOKEN, address, address), fake, faulty, clock, files)


async def test_a_text_alone_is_a_message_that_strangers_read(there: There) -> None:
    receipt = await there.made.publish(a_post("telegram"), Notes())
    (message,) = there.fake.posts()
    assert message["text"] == TEXT
    assert receipt.url == f"https://t.me/{CHANNEL}/{message['message_id']}"
    assert (receipt.way, receipt.external_id) == ("fetched", str(message["message_id"]))


async def test_one_photo_goes_with_its_caption_and_a_video_as_a_video(there: There) -> None:
    photo, video = there.files.picture(), there.files.video(size=3_000_000)
    await there.made.publish(a_post("telegram", photo), Notes())
    await there.made.publish(a_post("telegram", video, text="Video", link=""), Notes())
    first, second = there.fake.posts()
    assert first["media"] == [("photo", there.files.held[photo.found.key])]
    assert (first["text"], second["text"]) == (TEXT, "Video")
    assert second["media"] == [("video", b"v" * 3_000_000)]


async def test_several_files_are_one_group_with_one_caption(there: There) -> None:
    files = [there.files.picture(), there.files.video(), there.files.picture(seed=1)]
    receipt = await there.made.publish(a_post("telegram", *files), Notes())
    messages = list(there.fake.messages.values())
    assert [m["media"][0][0] for m in messages] == ["photo", "video", "photo"]
    assert [m["text"] for m in messages] == [TEXT, "", ""]
    assert receipt.external_id == "11,12,13"
    assert receipt.way == "fetched"


async def test_a_caption_is_measured_in_utf_16_and_shorter_than_a_text(there: There) -> None:
    long = "🏠" * 513
    with pytest.raises(Rejected, match="terlalu panjang"):
        await there.made.publish(a_post("telegram", there.files.picture(), text=long), Notes())
    await there.made.publish(a_post("telegram", text=long, link=""), Notes())
    assert len(there.fake.messages) == 1


@pytest.mark.parametrize("pictures", [0, 1, 2])
async def test_a_correction_changes_text_or_caption_where_it_stands(there: There, pictures: int) -> None:
    post = a_post("telegram", *(there.files.picture(seed=n) for n in range(pictures)))
    first = await there.made.publish(post, Notes())
    new = a_correction(post, f"41 rumah\n\n{LINK}", external_id=first.external_id, url=first.url)
    assert await there.made.lookup(new) is None
    receipt = await there.made.edit(new, Notes())
    assert (receipt.external_id, receipt.way) == (first.external_id, "fetched")
    assert [p["text"] for p in there.fake.posts()] == [f"41 rumah\n\n{LINK}"]
    assert await there.made.lookup(new) == receipt
    assert await there.made.edit(new, Notes()) == receipt


async def test_a_correction_of_what_a_person_posted_finds_it_by_its_address(there: There) -> None:
    first = await there.made.publish(a_post("telegram", text="Lama", link=""), Notes())
    await there.made.edit(a_correction(a_post("telegram"), "Baru", url=first.url), Notes())
    assert [p["text"] for p in there.fake.posts()] == ["Baru"]


async def test_a_correction_of_what_is_gone_is_posted_anew(there: There) -> None:
    await there.made.edit(a_correction(a_post("telegram"), TEXT, external_id="4"), Notes())
    assert len(there.fake.posts()) == 1


async def test_a_post_is_found_by_its_exact_link_on_older_pages(there: There) -> None:
    await there.made.publish(a_post("telegram", text=f"Lain {LINK}-2", link=""), Notes())
    mine = await there.made.publish(a_post("telegram", there.files.picture(), there.files.picture(seed=1)), Notes())
    for n in range(45):
        await there.made.publish(a_post("telegram", text=f"Berita {n}", link=""), Notes())
    assert await there.made.lookup(a_post("telegram")) == mine


async def test_a_preview_that_is_behind_is_no_proof_that_nothing_is_there(there: There) -> None:
    there.fake.behind = 2
    post, notes = a_post("telegram"), Notes()
    receipt = await there.made.publish(post, notes)
    assert (receipt.way, receipt.external_id) == (None, "11")
    known = replace(post, facts=notes.facts, external_id="11")
    there.clock.pass_(minutes=5)
    unseen = await there.made.lookup(known)
    assert unseen is not None
    assert unseen.way is None
    seen = await there.made.lookup(known)
    assert seen is not None
    assert seen.way == "fetched"


async def test_a_channel_without_a_preview_says_nothing(there: There) -> None:
    there.fake.hidden = True
    with pytest.raises(Transient):
        await there.made.lookup(a_post("telegram"))


async def test_a_post_that_somebody_deleted_is_told_as_gone(there: There) -> None:
    post, notes = a_post("telegram"), Notes()
    receipt = await there.made.publish(post, notes)
    there.fake.messages.clear()
    there.clock.pass_(hours=1)
    assert await there.made.lookup(replace(post, facts=notes.facts, external_id=receipt.external_id)) is None


async def test_all_messages_of_a_group_are_taken_down(there: There) -> None:
    post = a_post("telegram", there.files.picture(), there.files.picture(seed=1))
    await there.made.publish(post, Notes())
    await there.made.take_down(post)
    assert there.fake.messages == {}
    await there.made.take_down(replace(post, external_id="11,12"))


async def test_a_group_is_taken_down_by_the_link_that_a_person_gave(there: There) -> None:
    mine = a_post("telegram", there.files.picture(), there.files.picture(seed=1), text="Ditulis orang", link="")
    await there.made.publish(mine, Notes())
    there.fake.foreign.update(there.fake.messages)
    post = replace(a_post("telegram"), known_url=f"https://t.me/s/{CHANNEL.upper()}/11?single")
    await there.made.take_down(post)
    assert there.fake.messages == {}
    await there.made.take_down(post)


@pytest.mark.parametrize("url", ["https://t.me/c/123/11", "https://t.me/kanal_lain/11"])
async def test_a_link_to_another_channel_is_a_persons_to_take_down(there: There, url: str) -> None:
    await there.made.publish(a_post("telegram", text="Lain", link=""), Notes())
    with pytest.raises(Rejected, match="hapus sendiri"):
        await there.made.take_down(replace(a_post("telegram"), known_url=url))
    assert len(there.fake.messages) == 1


async def test_what_telegram_does_not_delete_any_more_is_a_persons_to_take_down(there: There) -> None:
    receipt = await there.made.publish(a_post("telegram"), Notes())
    there.fake.fixed.add(int(receipt.external_id))
    with pytest.raises(Rejected, match="Hapus sendiri"):
        await there.made.take_down(replace(a_post("telegram"), external_id=receipt.external_id))


async def test_a_limit_tells_its_seconds(there: There) -> None:
    there.fake.said = [error(429, "Too Many Requests: retry after 31", retry_after=31)]
    with pytest.raises(Limited) as no:
        await there.made.publish(a_post("telegram"), Notes())
    (rest,) = no.value.rest
    assert (rest.limit, rest.until) == ("telegram", there.clock() + timedelta(seconds=31))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, "Unauthorized"), "sudah tidak berlaku"),
        (error(403, "Forbidden: bot is not a member of the channel chat"), "tidak berizin"),
        (error(400, "Bad Request: not enough rights to send text messages to the chat"), "tidak berizin"),
        (error(400, "Bad Request: wrong file identifier"), "400"),
    ],
)
async def test_a_refusal_tells_a_person_what_to_do(
    there: There, answer: tuple[int, dict[str, str], object], words: str
) -> None:
    there.fake.said = [answer]
    with pytest.raises(Rejected, match=words):
        await there.made.publish(a_post("telegram"), Notes())
