"""Where a real WordPress has other posts, other rights or other settings, a person is told, and nothing is doubled."""

from pathlib import Path

import httpx
import pytest

from services.publisher.channels import Former
from services.publisher.channels.wordpress_html import slug_of
from services.publisher.objects import PublicObject
from shared.refusal import Transient
from tests.integration.channels.at_wordpress import USER, AtWordPress
from tests.integration.channels.faults import live, to_the_end
from tests.integration.channels.stories import content
from tests.integration.channels.worker import Delivery, Steps


@pytest.fixture
def there(at_wordpress: AtWordPress) -> AtWordPress:
    return at_wordpress


@pytest.mark.parametrize("status", ["publish", "draft", "private"])
async def test_somebody_elses_post_under_the_same_slug_is_left_alone(there: AtWordPress, status: str) -> None:
    post = there.post()
    facts = {"slug": slug_of(post), "title": "Milik orang lain", "content": "Isi lain.", "status": status}
    made = await there.webmaster.post(f"{there.site.url}/wp-json/wp/v2/posts", json=facts)
    delivery = Delivery(post)
    await delivery.step(there.channel())
    assert (delivery.state, delivery.submitted) == ("failed", False)
    assert slug_of(post) in delivery.reason
    (left,) = await there.posts(post)
    assert (left["id"], left["content"]["raw"], left["status"]) == (made.json()["id"], "Isi lain.", status)
    assert await there.media(post) == []
    assert await there.channel().lookup(delivery.known) is None


async def test_a_slug_that_is_taken_at_the_last_moment_leaves_no_second_post(there: AtWordPress) -> None:
    """WordPress gives the next free slug without a word, and makes that public."""
    delivery = Delivery(there.post())
    slug = slug_of(delivery.post)

    class Racing(Steps):
        async def submit(self) -> None:
            await super().submit()
            own = f"{there.site.url}/wp-json/wp/v2/posts/{self.delivery.facts['post']}"
            await there.webmaster.post(own, json={"slug": f"{slug}-lain"})
            facts = {"slug": slug, "title": "Milik orang lain", "content": "Isi lain.", "status": "publish"}
            await there.webmaster.post(f"{there.site.url}/wp-json/wp/v2/posts", json=facts)
            await there.webmaster.post(own, json={"slug": slug})

    await delivery.step(there.channel(), Racing(delivery))
    assert (delivery.state, slug in delivery.reason) == ("failed", True)
    (left,) = await there.posts(delivery.post)
    assert left["content"]["raw"] == "Isi lain."
    assert await there.media(delivery.post) == []


async def test_a_twin_that_a_race_left_is_removed(there: AtWordPress) -> None:
    first = await live(there, there.post())
    (made,) = await there.posts(first.post)
    facts = {"slug": f"{made['slug']}-2", "status": "draft", "title": "x", "content": made["content"]["raw"]}
    await there.client.post(
        f"{there.site.url}/wp-json/wp/v2/posts", json=facts, auth=httpx.BasicAuth(USER, there.password)
    )
    assert await there.count(first.post) == 2
    second = there.post(2, of=first.post, former=Former(1, first.external_id, first.url))
    await to_the_end(there, Delivery(second))


async def test_a_file_that_is_too_large_for_the_site_is_named(there: AtWordPress) -> None:
    large = there.pictures.photo("besar.jpg")
    padded = (there.pictures.folder / large.renditions[0].key).read_bytes() + b"\0" * 5_000_000
    large = large.model_copy(update={"renditions": (there.pictures.keep(padded, "image/jpeg", width=640, height=480),)})
    delivery = Delivery(there.post_with(content(large)))
    await delivery.step(there.channel())
    assert delivery.state == "failed"
    assert "besar.jpg" in delivery.reason
    assert "upload_max_filesize" in delivery.reason
    assert await there.shown(delivery.post) is None


async def test_a_file_that_is_not_what_was_approved_is_not_shown(there: AtWordPress) -> None:
    photo = there.pictures.photo()
    (there.pictures.folder / photo.renditions[0].key).write_bytes(b"lain")
    delivery = Delivery(there.post_with(content(photo)))
    await delivery.step(there.channel())
    assert (delivery.state, await there.shown(delivery.post)) == ("failed", None)
    assert "tidak sama dengan yang disetujui" in delivery.reason


async def test_a_category_is_used_where_there_is_one_and_left_out_where_the_account_may_make_none(
    there: AtWordPress,
) -> None:
    without = await live(there, there.post_with(content(topic="tanpa-kategori", tags=("Rumah & Warga", "Kunci"))))
    (made,) = await there.posts(without.post)
    assert (made["categories"], len(made["tags"])) == ([1], 2)
    terms = f"{there.site.url}/wp-json/wp/v2"
    category = await there.webmaster.post(f"{terms}/categories", json={"name": "Permukiman", "slug": "permukiman"})
    second = await live(there, there.post_with(content(topic="permukiman", tags=("rumah & warga",))))
    (made,) = await there.posts(second.post)
    assert made["categories"] == [category.json()["id"]]
    there.site.manage("role", USER, "editor")
    third = await live(there, there.post_with(content(topic="pertanahan-kota")))
    there.site.manage("role", USER, "author")
    (made,) = await there.posts(third.post)
    named = (await there.stranger.get(f"{terms}/categories/{made['categories'][0]}")).json()
    assert (named["slug"], named["name"]) == ("pertanahan-kota", "Pertanahan kota")


async def test_an_account_that_may_not_publish_is_told_so(there: AtWordPress) -> None:
    there.site.manage("role", USER, "contributor")
    delivery = Delivery(there.post_with(content()))
    await delivery.step(there.channel())
    there.site.manage("role", USER, "author")
    assert (delivery.state, await there.shown(delivery.post)) == ("failed", None)
    assert "Penulis" in delivery.reason


async def test_a_site_without_readable_addresses_is_found_too(there: AtWordPress) -> None:
    there.site.manage("permalinks", "")
    try:
        delivery = Delivery(there.post())
        await delivery.step(there.channel())
        assert delivery.state == "live", delivery.reason
        assert "?p=" in delivery.url
        await there.channel().take_down(delivery.known)
        assert (await there.stranger.get(delivery.url)).status_code == 404
    finally:
        there.site.manage("permalinks", "/%postname%/")


async def test_an_address_without_a_wordpress_is_told(there: AtWordPress) -> None:
    there.client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404, html="<p>Kosong")))
    channel = there.channel()
    delivery = Delivery(there.post())
    await delivery.step(channel)
    assert (delivery.state, "REST API" in delivery.reason) == ("failed", True)


async def test_while_wordpress_is_down_it_waits_and_goes_on_when_it_is_back(there: AtWordPress) -> None:
    delivery = Delivery(there.post())
    there.site.kill()
    try:
        await delivery.step(there.channel())
        assert (delivery.state, delivery.submitted) == ("waiting", False)
    finally:
        there.site.start()
    await to_the_end(there, delivery)


async def test_the_password_is_in_no_text_that_could_be_logged(there: AtWordPress) -> None:
    channel = there.channel()
    assert there.password not in repr(channel)


async def test_a_post_whose_mark_a_webmaster_took_out_is_still_the_storys_own(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    (made,) = await there.posts(delivery.post)
    address = f"{there.site.url}/wp-json/wp/v2/posts/{made['id']}"
    await there.webmaster.post(address, json={"content": "Diubah."})
    assert await there.channel().lookup(delivery.known) is None
    again = Delivery(delivery.known)
    again.external_id = delivery.external_id
    await again.step(there.channel())
    assert again.state == "live"
    assert [p["id"] for p in await there.posts(delivery.post)] == [made["id"]]
    await there.webmaster.post(address, json={"content": "Diubah."})
    await there.channel().take_down(again.known)
    assert await there.count(delivery.post) == 0


async def test_a_copy_that_a_webmaster_made_is_left_until_the_story_is_taken_down(there: AtWordPress) -> None:
    delivery = await live(there, there.post())
    (made,) = await there.posts(delivery.post)
    facts = {"slug": "salinan", "status": "draft", "title": "x", "content": made["content"]["raw"]}
    auth = httpx.BasicAuth(USER, there.password)
    await there.client.post(f"{there.site.url}/wp-json/wp/v2/posts", json=facts, auth=auth)
    second = Delivery(there.post(2, of=delivery.post, former=Former(1, delivery.external_id, delivery.url)))
    await second.step(there.channel())
    assert (second.state, await there.count(delivery.post)) == ("live", 2)
    await there.channel().take_down(second.known)
    assert await there.count(delivery.post) == 0


async def test_while_the_object_store_is_away_nothing_is_shown_and_the_reason_names_it(there: AtWordPress) -> None:
    async def away(found: PublicObject, to: Path) -> str:
        raise Transient("away")

    there.fetch = away
    delivery = Delivery(there.post())
    await delivery.step(there.channel())
    assert (delivery.state, delivery.submitted) == ("waiting", False)
    assert "Penyimpanan media" in delivery.reason
    there.fetch = None
    await to_the_end(there, delivery)


async def test_a_file_that_is_gone_from_the_store_is_told(there: AtWordPress) -> None:
    post = there.post()
    (there.pictures.folder / post.attached[0].found.source_key).unlink()
    delivery = Delivery(post)
    await delivery.step(there.channel())
    assert (delivery.state, "tidak ada di penyimpanan" in delivery.reason) == ("failed", True)


async def test_a_password_that_is_revoked_at_the_last_moment_leaves_a_draft_that_the_next_attempt_takes_up(
    there: AtWordPress,
) -> None:
    class Revoking(Steps):
        async def submit(self) -> None:
            await super().submit()
            await there.break_("access")

    delivery = Delivery(there.post())
    await delivery.step(there.channel(), Revoking(delivery))
    assert (delivery.state, await there.shown(delivery.post), await there.count(delivery.post)) == ("failed", None, 1)
    assert "sandi aplikasi" in delivery.reason
    await there.restore()
    delivery.state = "waiting"
    await to_the_end(there, delivery)
