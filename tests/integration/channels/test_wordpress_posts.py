"""A Story on a real WordPress: shown as approved, corrected, taken down."""

import hashlib
import html
import re
from dataclasses import replace

import httpx
import pytest

from services.publisher.channels import ApprovalGone, Former, Rejected
from services.publisher.channels.wordpress_html import slug_of
from shared.refusal import Transient
from tests.integration.channels.at_wordpress import AtWordPress
from tests.integration.channels.faults import live, next_version, to_the_end
from tests.integration.channels.stories import content
from tests.integration.channels.worker import Delivery, Steps


@pytest.fixture
def there(at_wordpress: AtWordPress) -> AtWordPress:
    return at_wordpress


async def page_of(there: AtWordPress, delivery: Delivery) -> str:
    answer = await there.stranger.get(delivery.url)
    assert answer.status_code == 200
    return answer.text


async def test_a_story_with_pictures_is_read_by_strangers_as_it_was_approved(there: AtWordPress) -> None:
    there.files = 2
    delivery = Delivery(there.post())
    await delivery.step(there.channel())
    assert (delivery.state, delivery.ends) == ("live", ["fetched"])
    assert delivery.url == f"{there.site.url}/{slug_of(delivery.post)}/"
    page = await page_of(there, delivery)
    seen = html.unescape(page)
    for said in ("Serah terima", "40 rumah", "[gallery] <b>.", "Ibu Siti", "Bekasi Timur", "Humas [Dinas]"):
        assert said in seen, said
    assert f'href="{delivery.post.link}"' in page
    assert 'href="https://contoh.test/?a=1&amp;b=2"' in page
    pictures = re.findall(r'<img[^>]*class="wp-image-\d+"[^>]*>', page)
    assert len(pictures) == 2
    for image in pictures:
        assert 'alt="Serah terima &quot;kunci&quot; &lt;di&gt; Jatiasih"' in image
    assert "wp-post-image" in page  # the first picture is the post's own


async def test_the_files_are_those_that_were_approved_and_stand_in_no_list_of_strangers(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    (kept,) = await there.media(delivery.post)
    file = await there.stranger.get(kept["source_url"])
    assert hashlib.sha256(file.content).hexdigest() == delivery.post.attached[0].found.sha256
    assert file.headers["content-type"] == "image/jpeg"
    listed = await there.stranger.get(f"{there.site.url}/wp-json/wp/v2/media", params={"per_page": 100})
    assert kept["id"] not in [m["id"] for m in listed.json()]
    assert (await there.stranger.get(f"{there.site.url}/?attachment_id={kept['id']}")).status_code == 404


async def test_before_it_is_submitted_strangers_find_nothing_of_it(there: AtWordPress) -> None:
    delivery = Delivery(there.post())
    calls = []

    class Looking(Steps):
        async def submit(self) -> None:
            calls.append((await there.shown(delivery.post), await there.count(delivery.post)))
            for address in (f"?p={delivery.facts['post']}", "feed/", f"?s={slug_of(delivery.post)}"):
                answer = await there.stranger.get(f"{there.site.url}/{address}", follow_redirects=True)
                assert str(delivery.post.story) not in answer.text
            await super().submit()

    await delivery.step(there.channel(), Looking(delivery))
    assert (calls, delivery.state) == ([(None, 1)], "live")


async def test_a_correction_is_the_same_post_and_the_old_pictures_are_gone(there: AtWordPress) -> None:
    delivery = await next_version(there)
    (before,) = await there.posts(delivery.post)
    (old,) = await there.media(delivery.post)
    await delivery.step(there.channel())
    assert delivery.state == "live", delivery.reason
    (after,) = await there.posts(delivery.post)
    assert (after["id"], after["slug"], after["status"]) == (before["id"], before["slug"], "publish")
    (new,) = await there.media(delivery.post)
    assert new["id"] != old["id"]
    assert after["featured_media"] == new["id"]
    assert (await there.stranger.get(old["source_url"])).status_code == 404


async def test_a_correction_of_words_keeps_the_picture_and_says_anew_what_it_shows(there: AtWordPress) -> None:
    photo = there.pictures.photo()
    first = await live(there, there.post_with(content(photo)))
    (old,) = await there.media(first.post)
    told = photo.model_copy(update={"alt": "Kunci", "caption": "Tanpa nama."})
    former = Former(1, first.external_id, first.url)
    second = await live(there, there.post_with(content(told, title="Judul baru"), 2, of=first.post, former=former))
    (new,) = await there.media(second.post)
    assert (new["id"], new["alt_text"]) == (old["id"], "Kunci")
    assert "Tanpa nama." in new["caption"]["raw"]
    page = await page_of(there, second)
    assert "Judul baru" in page
    assert "Wali Kota & warga" not in html.unescape(page)


async def test_what_was_live_is_looked_up_as_live_and_its_older_version_as_not_there(there: AtWordPress) -> None:
    first = await live(there, there.post())
    receipt = await there.channel().lookup(first.known)
    assert receipt is not None
    assert (receipt.way, receipt.url, receipt.external_id) == ("fetched", first.url, first.external_id)
    assert await there.channel().lookup(there.post(2, of=first.post)) is None
    assert await there.channel().lookup(there.post()) is None


async def test_a_take_down_leaves_nothing_and_can_be_done_again(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    (kept,) = await there.media(delivery.post)
    urls = [size["source_url"] for size in kept["media_details"]["sizes"].values()]
    assert len(urls) > 1
    for _ in range(2):
        await there.channel().take_down(delivery.known)
        assert (await there.count(delivery.post), await there.media(delivery.post)) == (0, [])
        for address in [delivery.url, kept["source_url"], *urls]:
            assert (await there.stranger.get(address)).status_code == 404, address


async def test_a_take_down_is_not_done_while_a_cache_shows_the_page(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    cached = await page_of(there, delivery)

    def remembered(asked: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=cached) if str(asked.url) == delivery.url else httpx.Response(404)

    there.stranger = httpx.AsyncClient(transport=httpx.MockTransport(remembered))
    for _ in range(2):
        with pytest.raises(Transient):
            await there.channel().take_down(delivery.known)
    there.stranger = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404)))
    await there.channel().take_down(delivery.known)


async def test_the_take_down_of_an_older_version_leaves_the_newer_one(there: AtWordPress) -> None:
    second = await next_version(there)
    await to_the_end(there, second)
    older = there.post(1, of=second.post)
    await there.channel().take_down(older)
    assert await there.shown(second.post) == 2


async def test_a_post_that_a_webmaster_put_in_the_bin_goes_with_its_files(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    (made,) = await there.posts(delivery.post)
    await there.webmaster.delete(f"{there.site.url}/wp-json/wp/v2/posts/{made['id']}")
    assert await there.channel().lookup(delivery.known) is None
    await there.channel().take_down(delivery.known)
    assert (await there.count(delivery.post), await there.media(delivery.post)) == (0, [])


async def test_video_recording_and_document_are_shown_from_where_strangers_find_them(there: AtWordPress) -> None:
    files = [
        there.pictures.file("video", "video/mp4", b"v", alt="Warga bicara", caption="Wawancara"),
        there.pictures.file("audio", "audio/mp4", b"a"),
        there.pictures.file("document", "application/pdf", b"%PDF", caption="Salinan keputusan", credit="PPID"),
    ]
    delivery = await live(there, there.post_with(content(*files)))
    page = await page_of(there, delivery)
    for copy, element in zip(delivery.post.attached, ("<video", "<audio", "<a"), strict=True):
        assert re.search(rf'{element}[^>]*(src|href)="{re.escape(copy.url)}"', page), element
    assert 'aria-label="Warga bicara"' in page
    assert "Salinan keputusan Sumber: PPID" in html.unescape(page)
    assert await there.media(delivery.post) == []


async def test_a_picture_that_wordpress_makes_smaller_is_gone_in_each_size(there: AtWordPress) -> None:
    delivery = await live(there, there.post_with(content(there.pictures.photo(width=3200))))
    (kept,) = await there.media(delivery.post)
    whole = kept["source_url"].replace("-scaled", "")
    assert whole != kept["source_url"]
    assert (await there.stranger.get(whole)).status_code == 200
    again = there.post_with(delivery.post.content, 2, of=delivery.post, former=Former(1, delivery.external_id, ""))
    second = await live(there, again)
    assert [m["id"] for m in await there.media(delivery.post)] == [kept["id"]]
    await there.channel().take_down(second.known)
    for address in (whole, kept["source_url"]):
        assert (await there.stranger.get(address)).status_code == 404


async def test_an_upload_that_is_cut_in_the_middle_leaves_no_half_of_a_picture(there: AtWordPress) -> None:
    there.files = 2
    delivery = Delivery(there.post())
    there.proxy.fail("cut-request", method="POST", part="/media", skip=1, times=1)
    await delivery.step(there.channel())
    assert (delivery.state, delivery.submitted) == ("waiting", False)
    await to_the_end(there, delivery)
    kept = [await there.stranger.get(m["source_url"]) for m in await there.media(delivery.post)]
    hashes = {hashlib.sha256(file.content).hexdigest() for file in kept}
    assert hashes == {a.found.sha256 for a in delivery.post.attached}


async def test_a_look_at_the_older_version_leaves_the_pictures_of_the_one_that_is_on_its_way(
    there: AtWordPress,
) -> None:
    first = await live(there, there.post())
    second = Delivery(there.post(2, of=first.post, former=Former(1, first.external_id, first.url)))

    class Looking(Steps):
        async def submit(self) -> None:
            assert await there.channel().lookup(first.known) is not None
            await super().submit()

    await second.step(there.channel(), Looking(second))
    await to_the_end(there, second)
    (kept,) = await there.media(second.post)
    assert str(kept["id"]) in "".join(re.findall(r"wp-image-\d+", await page_of(there, second)))


async def test_a_look_at_what_is_in_order_changes_nothing(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    there.proxy.calls.clear()
    await there.channel().lookup(delivery.known)
    assert [call for call in there.proxy.calls if not call.startswith("GET ")] == []


async def test_a_draft_that_nobody_saw_is_taken_down_with_its_pictures(there: AtWordPress) -> None:
    delivery = Delivery(there.post())
    calls = Steps(delivery)
    await delivery.step(there.channel(), calls)
    last = calls.calls
    unseen = Delivery(there.post())
    await unseen.step(there.channel(), Steps(unseen, gone_at=last))
    assert (await there.count(unseen.post), unseen.submitted) == (1, False)
    for _ in range(2):
        await there.channel().take_down(unseen.known)
        assert (await there.count(unseen.post), await there.media(unseen.post)) == (0, [])


class Fallen(Steps):
    """The approval falls before the post is made public."""

    async def submit(self) -> None:
        raise ApprovalGone


async def test_what_nobody_saw_of_a_correction_is_discarded_and_the_page_before_it_stays(there: AtWordPress) -> None:
    first = await live(there, there.post())
    pictures = await there.media(first.post)
    former = Former(1, first.external_id, first.url)
    second = Delivery(there.post(2, of=first.post, former=former))
    await second.step(there.channel(), Fallen(second))
    for _ in range(2):
        await there.channel().discard(second.known)
    assert await there.shown(first.post) == 1
    assert await there.media(first.post) == pictures


@pytest.mark.parametrize("form", ["link", "number"])
async def test_a_post_is_taken_down_by_the_link_that_a_person_gave(there: AtWordPress, form: str) -> None:
    api = f"{there.site.url}/wp-json/wp/v2/posts"
    auth = httpx.BasicAuth("warta", there.password)
    told = {"title": f"Ditulis orang {form}", "content": "Kunci.", "status": "publish"}
    made = (await there.stranger.post(api, json=told, auth=auth)).json()
    url = made["link"] if form == "link" else f"{there.site.url}/?p={made['id']}"
    post = replace(there.post(), known_url=url)
    for _ in range(2):
        await there.channel().take_down(post)
        assert (await there.stranger.get(made["link"])).status_code == 404


async def test_a_link_that_is_not_the_storys_is_a_persons_to_take_down(there: AtWordPress) -> None:
    other = await live(there, there.post())
    for url in (other.url, f"{there.site.url}/"):
        with pytest.raises(Rejected, match="hapus sendiri"):
            await there.channel().take_down(replace(there.post(), known_url=url))
    assert await there.shown(other.post) == 1


async def test_a_post_that_the_account_may_not_delete_is_a_persons_to_take_down(there: AtWordPress) -> None:
    told = {"title": "Ditulis webmaster", "content": "Kunci.", "status": "publish"}
    made = (await there.webmaster.post(f"{there.site.url}/wp-json/wp/v2/posts", json=told)).json()
    with pytest.raises(Rejected, match="hapus sendiri"):
        await there.channel().take_down(replace(there.post(), known_url=made["link"]))
