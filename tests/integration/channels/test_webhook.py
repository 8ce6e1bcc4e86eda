"""A Story told to another system by a signed webhook, and the suite of faults."""

import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.publisher.channels import Former, Limited, Post, Rejected
from services.publisher.channels.webhook import CAN, Receiver, Webhook
from services.publisher.channels.wordpress_html import slug_of
from shared.refusal import Transient
from tests.integration.channels.counterpart import NOTHING, Broken, Seen
from tests.integration.channels.faults import *  # noqa: F403  (the suite that every channel runs)
from tests.integration.channels.faults import live, next_version
from tests.integration.channels.stories import Pictures, content, post_of
from tests.integration.channels.worker import Delivery
from tests.support.faulty_proxy import FaultyProxy, faulty_proxy
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver


@dataclass
class AtReceiver:
    """`secret` is what the channel was told; the receiver has its own."""

    receiver: WebhookReceiver
    proxy: FaultyProxy
    pictures: Pictures
    client: httpx.AsyncClient
    secret: str

    def channel(self) -> Webhook:
        return Webhook(Receiver(f"{self.proxy.url}/berita", self.secret), self.client, lambda: datetime.now(UTC))

    def post(self, version: int = 1, *, of: Post | None = None, former: Former | None = None) -> Post:
        whole = content(self.pictures.photo(), topic="perumahan", tags=("Kunci",))
        story, slug = (of.story, slug_of(of)) if of else (None, "")
        return post_of(whole, CAN, channel="webhook", version=version, story=story, former=former, slug=slug)

    async def look(self, post: Post) -> Seen:
        version: int | None = self.receiver.shown.get(str(post.story), {}).get("version")
        return Seen(int(version is not None), version, 0)

    async def break_(self, what: Broken) -> None:
        assert what == "access"
        self.receiver.key = secrets.token_bytes(32)

    async def restore(self) -> None:
        self.proxy.heal()
        self.secret = self.receiver.secret


@pytest.fixture
async def there(tmp_path: Path) -> AsyncGenerator[AtReceiver]:
    with webhook_receiver() as receiver:
        async with faulty_proxy(receiver.port) as proxy, httpx.AsyncClient(timeout=2) as client:
            yield AtReceiver(receiver, proxy, Pictures(tmp_path), client, receiver.secret)


async def test_the_receiver_gets_all_that_is_public_of_a_story_and_where_its_files_are(there: AtReceiver) -> None:
    there.receiver.answer = {"url": "https://kota.contoh.test/berita/9"}
    delivery = await live(there, there.post())
    told = there.receiver.shown[str(delivery.post.story)]
    assert told["title"] == delivery.post.title
    assert [b["kind"] for b in told["body"]] == ["heading", "paragraph", "list", "quote", "figure"]
    (file,) = told["media"]
    assert (file["url"], file["credit"]) == (delivery.post.attached[0].url, "Humas [Dinas]")
    assert delivery.url == "https://kota.contoh.test/berita/9"
    assert delivery.ends == ["api"]


async def test_the_same_intent_is_taken_once_however_often_it_comes(there: AtReceiver) -> None:
    post = there.post()
    for _ in range(3):
        await live_again(there, post)
    assert (len(there.receiver.came), there.receiver.heard) == (3, [post.key])


async def live_again(there: AtReceiver, post: Post) -> None:
    delivery = Delivery(post)
    await delivery.step(there.channel())
    assert delivery.state == "live"


async def test_a_correction_replaces_and_a_take_down_removes(there: AtReceiver) -> None:
    second = await next_version(there)
    await second.step(there.channel())
    assert (await there.look(second.post)).version == 2
    await there.channel().take_down(second.known)
    assert await there.look(second.post) == NOTHING


async def test_a_take_down_that_the_receiver_did_not_hear_is_not_done(there: AtReceiver) -> None:
    delivery = await live(there, there.post())
    await there.break_("access")
    with pytest.raises(Rejected, match="minta pengelola sistem penerima menghapus"):
        await there.channel().take_down(delivery.known)
    await there.restore()
    there.proxy.fail("error", times=1)
    with pytest.raises(Transient):
        await there.channel().take_down(delivery.known)
    there.proxy.fail("limit", times=1)
    with pytest.raises(Limited):
        await there.channel().take_down(delivery.known)
    for _ in range(2):
        await there.channel().take_down(delivery.known)


async def test_a_receiver_that_moved_is_not_followed(there: AtReceiver) -> None:
    there.client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(308, headers={"Location": "https://lain.test/"}))
    )
    delivery = Delivery(there.post())
    await delivery.step(there.channel())
    assert (delivery.state, "sudah pindah" in delivery.reason) == ("failed", True)


def test_a_webhook_without_a_secret_cannot_be_made_and_shows_it_nowhere() -> None:
    with pytest.raises(ValueError, match="secret"):
        Receiver("https://x.test", "")
    assert "whsec_" not in repr(Receiver("https://x.test", "whsec_YWJj"))
