"""A Page on Facebook: texts, photos, corrections, take-downs and limits, over a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from services.publisher.channels import Former, Limited, Rejected
from services.publisher.channels.facebook import PHOTO, Facebook
from shared.refusal import Transient
from tests.integration.channels.medsos_samples import LINK, TEXT, Clock, Files, a_correction, a_post
from tests.integration.channels.medsos_worker import Notes
from tests.support import fake_facebook
from tests.support.fake_facebook import FakeFacebook, error
from tests.support.faulty import Faulty, listening


@dataclass
class Page:
    made: Facebook
    fake: FakeFacebook
    faulty: Faulty
    clock: Clock
    files: Files


@asynccontextmanager
async def opened() -> AsyncGenerator[Page]:
    clock, files = Clock(), Files()
    fake = FakeFacebook(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = Facebook(http, files, clock, fake_facebook.PAGE, fake_facebook.TOKEN, f"{address}/v23.0")
        yield Page(made, fake, faulty, clock, files)


@pytest.fixture
async def page() -> AsyncGenerator[Page]:
    async with opened() as found:
        yield found


async def test_photos_go_along_with_their_alternative_texts_and_none_is_public_by_itself(page: Page) -> None:
    post = a_post("facebook", page.files.picture(), page.files.picture("Rumah.", seed=1))
    receipt = await page.made.publish(post, Notes())
    (shown,) = page.fake.posts
    assert (receipt.url, receipt.way, receipt.external_id) == (shown["permalink_url"], "api", shown["id"])
    assert shown["message"] == TEXT
    photos = [page.fake.photos[id_] for id_ in shown["photos"]]
    assert [p["alt"] for p in photos] == ["Serah terima kunci.", "Rumah."]
    assert not any(p["published"] for p in photos)
    assert photos[1]["data"] == bytes([1]) * 300_000


async def test_a_post_without_photos_shows_the_page_that_its_link_leads_to(page: Page) -> None:
    await page.made.publish(a_post("facebook"), Notes())
    assert page.fake.posts[0]["link"] == LINK


async def test_a_second_attempt_uses_the_photos_of_the_first_where_they_are_still_there(page: Page) -> None:
    post = a_post("facebook", page.files.picture(), page.files.picture("Rumah.", seed=1))
    notes = Notes()
    page.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await page.made.publish(post, notes)
    first = list(page.fake.photos)
    del page.fake.photos[first[0]]
    await page.made.publish(replace(post, facts=notes.facts), notes)
    assert len(page.fake.photos) == 2
    lost, kept = first
    assert page.fake.posts[0]["photos"][1] == kept
    assert page.fake.posts[0]["photos"][0] != lost


async def test_a_correction_changes_the_text_where_it_stands(page: Page) -> None:
    first = await page.made.publish(a_post("facebook"), Notes())
    new = a_correction(a_post("facebook"), f"41 rumah\n\n{LINK}", external_id=first.external_id, url=first.url)
    assert await page.made.lookup(new) is None
    receipt = await page.made.edit(new, Notes())
    assert (receipt.external_id, receipt.way) == (first.external_id, "api")
    assert [p["message"] for p in page.fake.posts] == [f"41 rumah\n\n{LINK}"]
    seen = await page.made.lookup(new)
    assert seen is not None
    assert seen.url == first.url


async def test_what_a_person_posted_is_changed_by_a_person_and_then_seen(page: Page) -> None:
    first = await page.made.publish(a_post("facebook", text="Tanpa tautan"), Notes())
    new, notes = a_correction(a_post("facebook"), "Baru", url=first.url), Notes()
    with pytest.raises(Rejected, match="Ubah teksnya di Facebook"):
        await page.made.edit(new, notes)
    page.fake.posts[0]["message"] = "Baru"
    assert (await page.made.edit(new, notes)).url == first.url
    assert notes.submitted == 0


async def test_a_correction_of_what_is_gone_is_posted_anew(page: Page) -> None:
    new = a_correction(a_post("facebook"), f"41 rumah\n\n{LINK}", external_id=f"{fake_facebook.PAGE}_1")
    receipt = await page.made.edit(new, Notes())
    assert receipt.way == "api"
    assert len(page.fake.posts) == 1


async def test_a_post_is_found_by_its_exact_link_far_down_the_page(page: Page) -> None:
    page.fake.page_size = 2
    await page.made.publish(a_post("facebook", text=f"Lain: {LINK}-2 dan {LINK}?versi=2", link=f"{LINK}-2"), Notes())
    mine = await page.made.publish(a_post("facebook", text=f"Baca di {LINK}."), Notes())
    for n in range(5):
        await page.made.publish(a_post("facebook", text=f"Berita {n}", link=""), Notes())
    found = await page.made.lookup(a_post("facebook"))
    assert found is not None
    assert found.external_id == mine.external_id


async def test_a_post_without_room_for_its_link_is_found_by_its_very_words(page: Page) -> None:
    mine = await page.made.publish(a_post("facebook", text="Kata-kata\n saja"), Notes())
    found = await page.made.lookup(a_post("facebook", text="Kata-kata saja "))
    assert found is not None
    assert found.external_id == mine.external_id


async def test_what_is_not_there_is_only_told_when_the_channel_had_time_to_show_it(page: Page) -> None:
    post = replace(a_post("facebook"), facts={"began": page.clock().isoformat(), "sent": page.clock().isoformat()})
    with pytest.raises(Transient):
        await page.made.lookup(post)
    page.clock.pass_(minutes=1)
    assert await page.made.lookup(post) is None


async def test_a_list_that_is_too_long_to_be_read_says_nothing(page: Page) -> None:
    page.fake.page_size = 1
    for n in range(25):
        await page.made.publish(a_post("facebook", text=f"Berita {n}", link=""), Notes())
    with pytest.raises(Transient):
        await page.made.lookup(a_post("facebook"))


async def test_a_post_that_not_everybody_may_read_is_not_told_as_live(page: Page) -> None:
    receipt = await page.made.publish(a_post("facebook"), Notes())
    page.fake.posts[0]["privacy"] = {"value": "CUSTOM"}
    found = await page.made.lookup(replace(a_post("facebook"), external_id=receipt.external_id))
    assert found is not None
    assert found.way is None


async def test_a_post_that_is_taken_down_is_gone_and_one_that_is_gone_already_is_no_error(page: Page) -> None:
    receipt = await page.made.publish(a_post("facebook"), Notes())
    post = replace(a_post("facebook"), external_id=receipt.external_id)
    await page.made.take_down(post)
    assert page.fake.posts == []
    await page.made.take_down(post)


async def test_a_post_whose_name_is_not_known_is_taken_down_by_its_link(page: Page) -> None:
    await page.made.publish(a_post("facebook"), Notes())
    await page.made.take_down(a_post("facebook"))
    assert page.fake.posts == []


async def test_photos_that_no_post_has_shown_are_removed_too(page: Page) -> None:
    post, notes = a_post("facebook", page.files.picture(), page.files.picture("Rumah.", seed=1)), Notes()
    page.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await page.made.publish(post, notes)
    assert len(page.fake.photos) == 2
    left = replace(post, facts=notes.facts)
    page.clock.pass_(minutes=1)
    for _ in range(2):
        await page.made.take_down(left)
        assert page.fake.photos == {}


async def test_what_nobody_saw_is_discarded_and_what_an_older_version_shows_stays(page: Page) -> None:
    shown = await page.made.publish(a_post("facebook"), Notes())
    former = Former(1, shown.external_id, shown.url)
    left = replace(a_post("facebook", page.files.picture()), version=2, former=former, facts={f"{PHOTO}x": "77"})
    page.fake.photos["77"] = {"id": "77"}
    for _ in range(2):
        await page.made.discard(left)
    assert (page.fake.photos, len(page.fake.posts)) == ({}, 1)


@pytest.mark.parametrize(
    ("form", "again"),
    [
        ("https://www.facebook.com/disperkim.uji/posts/{}", True),
        ("https://www.facebook.com/disperkim.uji/posts/rumah-selesai/{}/?mibextid=x", True),
        ("https://m.facebook.com/permalink.php?story_fbid={}&id=102030", True),
        ("https://www.facebook.com/102030/posts/{}", True),
        ("https://www.facebook.com/share/p/abc", False),
    ],
)
async def test_a_post_is_taken_down_by_the_link_that_a_person_gave(page: Page, form: str, again: bool) -> None:
    receipt = await page.made.publish(a_post("facebook", text="Ditulis orang", link=""), Notes())
    url = form.format(receipt.external_id.partition("_")[2])
    if not again:
        page.fake.posts[0]["permalink_url"] = url
    post = replace(a_post("facebook"), known_url=url)
    await page.made.take_down(post)
    assert page.fake.posts == []
    if again:
        await page.made.take_down(post)


@pytest.mark.parametrize("url", ["https://www.facebook.com/lain/posts/77", "https://www.facebook.com/share/p/abc"])
async def test_a_link_that_matches_nothing_is_a_persons_to_take_down(page: Page, url: str) -> None:
    with pytest.raises(Rejected, match="hapus sendiri"):
        await page.made.take_down(replace(a_post("facebook"), known_url=url))


@pytest.mark.parametrize(("code", "words"), [(200, "Hapus sendiri"), (190, "hapus sendiri"), (10, "Hapus sendiri")])
async def test_a_take_down_that_is_refused_is_a_persons(page: Page, code: int, words: str) -> None:
    receipt = await page.made.publish(a_post("facebook"), Notes())
    page.fake.said = [error(code, "no")]
    with pytest.raises(Rejected, match=words):
        await page.made.take_down(replace(a_post("facebook"), external_id=receipt.external_id))


async def test_a_take_down_that_meets_a_limit_says_when_to_come_back(page: Page) -> None:
    receipt = await page.made.publish(a_post("facebook"), Notes())
    page.fake.said = [error(32, "Page request limit reached")]
    with pytest.raises(Limited) as no:
        await page.made.take_down(replace(a_post("facebook"), external_id=receipt.external_id))
    assert [rest.limit for rest in no.value.rest] == ["facebook"]


async def test_an_app_that_is_near_its_limit_rests_after_a_good_call(page: Page) -> None:
    page.fake.headers = {"X-App-Usage": '{"call_count": 97, "total_cputime": 10, "total_time": 12}'}
    receipt = await page.made.publish(a_post("facebook"), Notes())
    (rest,) = receipt.rest
    assert (rest.limit, rest.until) == ("meta-app", page.clock() + timedelta(minutes=15))


async def test_the_time_until_access_comes_back_is_taken_from_the_header(page: Page) -> None:
    status, headers, body = error(32, "Page request limit reached")
    page.fake.said = [(status, {**headers, "X-Business-Use-Case-Usage": fake_facebook.BUSY}, body)]
    with pytest.raises(Limited) as no:
        await page.made.publish(a_post("facebook"), Notes())
    (rest,) = no.value.rest
    assert (rest.limit, rest.until) == ("facebook", page.clock() + timedelta(minutes=7))


async def test_a_limit_of_the_app_is_one_of_all_its_channels(page: Page) -> None:
    page.fake.said = [error(4, "Application request limit reached")]
    with pytest.raises(Limited) as no:
        await page.made.publish(a_post("facebook"), Notes())
    assert [rest.limit for rest in no.value.rest] == ["meta-app"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(190, "sudah tidak berlaku"), (200, "tidak berizin"), (10, "tidak berizin"), (368, "kebijakannya"), (100, "100")],
)
async def test_a_refusal_tells_a_person_what_to_do(page: Page, code: int, words: str) -> None:
    page.fake.said = [error(code, "no")]
    with pytest.raises(Rejected, match=words):
        await page.made.publish(a_post("facebook"), Notes())


@pytest.mark.parametrize("code", [1, 2])
async def test_an_error_that_may_pass_leaves_the_outcome_open(page: Page, code: int) -> None:
    page.fake.said = [error(code, "An unknown error occurred", status=500)]
    with pytest.raises(Transient):
        await page.made.publish(a_post("facebook"), Notes())


async def test_an_order_that_was_carried_out_late_is_not_told_as_refused(page: Page) -> None:
    post, notes = a_post("facebook", page.files.picture()), Notes()
    page.faulty.break_next("error", "publish")
    with pytest.raises(Transient):
        await page.made.publish(post, notes)
    page.clock.pass_(minutes=1)

    class Late(Notes):
        """What the attempt before had ordered happens now, and its photo is used up."""

        async def submit(self) -> None:
            await page.made.publish(post, Notes(dict(self.facts)))
            page.fake.said = [error(100, "Invalid parameter")]

    receipt = await page.made.publish(replace(post, facts=notes.facts), Late(notes.facts))
    assert (receipt.url, len(page.fake.posts)) == (page.fake.posts[0]["permalink_url"], 1)


async def test_words_that_facebook_has_already_are_looked_up(page: Page) -> None:
    first = await page.made.publish(a_post("facebook"), Notes())
    again = await page.made.publish(a_post("facebook"), Notes())
    assert again.external_id == first.external_id
    assert len(page.fake.posts) == 1
