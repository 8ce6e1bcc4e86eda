"""An Instagram account: containers, carousels, alternative texts, the quota of a day, over a real socket."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from services.publisher.channels import Limited, Processing, Rejected
from services.publisher.channels.instagram import Instagram
from shared.refusal import Transient
from tests.integration.channels.medsos_samples import LINK, TEXT, Clock, Files, a_post
from tests.integration.channels.medsos_worker import Notes
from tests.support import fake_instagram
from tests.support.fake_facebook import error
from tests.support.fake_instagram import FakeInstagram
from tests.support.faulty import Faulty, listening


@dataclass
class Account:
    made: Instagram
    fake: FakeInstagram
    faulty: Faulty
    clock: Clock
    files: Files


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    clock, files = Clock(), Files()
    fake = FakeInstagram(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = Instagram(http, clock, fake_instagram.USER, fake_instagram.TOKEN, f"{address}/v23.0", 0.01, 5)
        yield Account(made, fake, faulty, clock, files)


async def test_one_photo_is_fetched_from_its_public_address_with_its_alternative_text(account: Account) -> None:
    photo = account.files.picture()
    receipt = await account.made.publish(a_post("instagram", photo), Notes())
    (shown,) = account.fake.posts
    assert shown["form"] == {"image_url": photo.url, "alt_text": "Serah terima kunci.", "caption": TEXT}
    assert (receipt.url, receipt.way, receipt.external_id) == (shown["permalink"], "api", shown["id"])


async def test_several_files_are_a_carousel_in_their_order(account: Account) -> None:
    files = [account.files.picture(), account.files.video(), account.files.picture("Rumah.", seed=1)]
    await account.made.publish(a_post("instagram", *files), Notes())
    told = account.fake.posts[0]["form"]
    items = [account.fake.containers[c]["form"] for c in told["children"].split(",")]
    assert told["media_type"] == "CAROUSEL"
    assert told["caption"] == TEXT
    assert [i.get("image_url") or i["video_url"] for i in items] == [f.url for f in files]
    assert (items[1]["media_type"], items[2]["alt_text"]) == ("VIDEO", "Rumah.")
    assert all("caption" not in i for i in items)


async def test_a_video_alone_is_a_reel(account: Account) -> None:
    await account.made.publish(a_post("instagram", account.files.video()), Notes())
    assert account.fake.posts[0]["form"]["media_type"] == "REELS"


async def test_a_photo_of_a_shape_that_instagram_refuses_is_left_out(account: Account) -> None:
    wide = replace(account.files.picture(seed=3), width=3000, height=1000)
    await account.made.publish(a_post("instagram", wide, account.files.picture()), Notes())
    assert "children" not in account.fake.posts[0]["form"]
    with pytest.raises(Rejected, match="Tidak ada foto"):
        await account.made.publish(a_post("instagram", wide), Notes())


async def test_a_second_attempt_uses_the_containers_of_the_first(account: Account) -> None:
    post = a_post("instagram", account.files.picture(), account.files.picture("Rumah.", seed=1))
    notes = Notes()
    account.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await account.made.publish(post, notes)
    await account.made.publish(replace(post, facts=notes.facts), notes)
    assert len(account.fake.containers) == 3


async def test_containers_that_expired_are_made_anew(account: Account) -> None:
    post = a_post("instagram", account.files.picture())
    notes = Notes()
    account.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await account.made.publish(post, notes)
    account.fake.containers[notes.facts["container"]]["status"] = "EXPIRED"
    receipt = await account.made.publish(replace(post, facts=notes.facts), notes)
    assert receipt.way == "api"


async def test_a_container_that_was_published_is_not_published_again(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    await account.made.publish(post, notes)
    again = await account.made.publish(replace(post, facts=notes.facts), Notes())
    assert again.url == account.fake.posts[0]["permalink"]
    assert len(account.fake.posts) == 1


async def test_what_was_published_and_is_not_listed_yet_is_waited_for(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    await account.made.publish(post, notes)
    account.fake.posts.clear()
    with pytest.raises(Processing):
        await account.made.publish(replace(post, facts=notes.facts), Notes())
    with pytest.raises(Processing):
        await account.made.lookup(replace(post, facts=notes.facts, submitted=True))


async def test_what_was_published_and_is_not_found_in_the_account_needs_a_person(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    await account.made.publish(post, notes)
    account.fake.posts.clear()
    account.clock.pass_(minutes=1)
    again = Notes(dict(notes.facts))
    with pytest.raises(Rejected, match="sudah menayangkan"):
        await account.made.publish(replace(post, facts=notes.facts), again)
    assert (again.submitted, len(account.fake.containers)) == (0, 1)
    with pytest.raises(Rejected, match="sudah menayangkan"):
        await account.made.lookup(replace(post, facts=notes.facts, submitted=True))
    # Who sends it again after that has looked: the facts are forgotten.
    assert (await account.made.publish(post, Notes())).way == "api"


async def test_a_carousel_that_was_published_is_found_though_its_items_expired(account: Account) -> None:
    post = a_post("instagram", account.files.picture(), account.files.picture("Rumah.", seed=1))
    notes = Notes()
    await account.made.publish(post, notes)
    for name, id_ in notes.facts.items():
        if name.startswith("item-"):
            account.fake.containers[id_]["status"] = "EXPIRED"
    again = await account.made.publish(replace(post, facts=notes.facts), Notes())
    assert again.url == account.fake.posts[0]["permalink"]
    assert len(account.fake.containers) == 3


async def test_a_container_that_is_not_there_any_more_is_no_proof_that_nothing_is_public(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    await account.made.publish(post, notes)
    account.fake.containers.clear()
    again = await account.made.publish(replace(post, facts=notes.facts), Notes())
    assert (again.url, len(account.fake.posts)) == (account.fake.posts[0]["permalink"], 1)


@pytest.mark.parametrize("status", ["EXPIRED", "ERROR"])
async def test_a_container_that_is_of_no_use_any_more_is_begun_anew(account: Account, status: str) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    account.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await account.made.publish(post, notes)
    account.fake.containers[notes.facts["container"]]["status"] = status
    account.clock.pass_(minutes=1)
    assert await account.made.lookup(replace(post, facts=notes.facts)) is None
    assert (await account.made.publish(replace(post, facts=notes.facts), notes)).way == "api"
    assert len(account.fake.posts) == 1


async def test_an_order_that_was_carried_out_late_is_not_told_as_refused(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()

    class Late(Notes):
        """What an attempt before had ordered happens now."""

        async def submit(self) -> None:
            await super().submit()
            if not account.fake.posts:
                await account.made.publish(replace(post, facts=dict(self.facts)), Notes())

    receipt = await account.made.publish(post, Late(notes.facts))
    assert (receipt.url, len(account.fake.posts)) == (account.fake.posts[0]["permalink"], 1)


async def test_a_file_that_takes_long_is_gone_on_with_later(account: Account) -> None:
    account.fake.slow = 8
    post, notes = a_post("instagram", account.files.video()), Notes()
    with pytest.raises(Processing) as no:
        await account.made.publish(post, notes)
    assert no.value.until > account.clock()
    await account.made.publish(replace(post, facts=notes.facts), notes)
    assert len(account.fake.containers) == 1


async def test_a_file_that_cannot_be_used_needs_a_person(account: Account) -> None:
    photo = account.files.picture()
    account.fake.broken.add(photo.url)
    with pytest.raises(Rejected, match="mengolah"):
        await account.made.publish(a_post("instagram", photo), Notes())
    assert account.fake.posts == []


async def test_when_the_quota_of_the_day_is_used_up_nothing_is_tried(account: Account) -> None:
    account.fake.used = 100
    with pytest.raises(Limited) as no:
        await account.made.publish(a_post("instagram", account.files.picture()), Notes())
    (rest,) = no.value.rest
    assert (rest.limit, rest.until) == ("instagram", account.clock() + timedelta(hours=1))
    assert account.fake.containers == {}


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (fake_instagram.TOO_MANY, Limited, "membatasi"),
        (error(4, "Application request limit reached"), Limited, "membatasi"),
        (error(4, "We restrict certain activity", subcode=2207051, status=403), Rejected, "kebijakannya"),
        (error(25, "Restricted", subcode=2207050, status=403), Rejected, "kebijakannya"),
        (error(36003, "The aspect ratio is not supported", subcode=2207009), Rejected, "36003"),
        (error(-1, "Instagram server error", subcode=2207001), Transient, "-1"),
    ],
)
async def test_an_error_is_told_as_what_it_means(
    account: Account, answer: tuple[int, dict[str, str], object], kind: type[Exception], words: str
) -> None:
    account.fake.said = [answer]
    with pytest.raises(kind, match=words):
        await account.made.publish(a_post("instagram", account.files.picture()), Notes())


async def test_a_post_is_found_by_the_link_of_its_own_version(account: Account) -> None:
    await account.made.publish(a_post("instagram", account.files.picture()), Notes())
    other = a_post("instagram", text=f"Ralat\n\n{LINK}?versi=2", link=f"{LINK}?versi=2", version=2)
    assert await account.made.lookup(other) is None
    found = await account.made.lookup(a_post("instagram"))
    assert found is not None
    assert found.url == account.fake.posts[0]["permalink"]


async def test_a_post_that_somebody_deleted_is_told_as_gone(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    receipt = await account.made.publish(post, notes)
    account.fake.posts.clear()
    account.clock.pass_(hours=1)
    assert await account.made.lookup(replace(post, facts=notes.facts, external_id=receipt.external_id)) is None


async def test_a_take_down_is_a_persons(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    receipt = await account.made.publish(post, notes)
    for known in (
        replace(post, external_id=receipt.external_id),
        replace(post, known_url=receipt.url),
        replace(post, facts=notes.facts, submitted=True),
    ):
        with pytest.raises(Rejected, match="aplikasinya"):
            await account.made.take_down(known)
    account.fake.posts.clear()
    await account.made.take_down(replace(post, external_id=receipt.external_id))


async def test_of_what_was_never_published_nothing_is_to_be_taken_down(account: Account) -> None:
    post, notes = a_post("instagram", account.files.picture()), Notes()
    account.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await account.made.publish(post, notes)
    account.clock.pass_(minutes=1)
    await account.made.take_down(replace(post, facts=notes.facts))
