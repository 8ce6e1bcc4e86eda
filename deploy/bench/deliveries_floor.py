"""The floor of a delivery: the calls that a post takes at each channel, by a bare client that writes nothing down.

No database, no object store, no reading of what was answered beyond the ids that the next call needs.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import uvloop

from deploy.bench.deliveries_fill import PICTURE_BYTES
from deploy.bench.page_fill import SENTENCE
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.webhook import Receiver, signed

LINK = "https://warta.contoh.test/berita/berita-nomor-"
PICTURE = b"p" * PICTURE_BYTES


@dataclass
class Bare:
    """One client for all channels. `accounts` are what an operator would connect."""

    http: httpx.AsyncClient
    accounts: dict[str, Any]
    auth: OAuth1 | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if found := self.accounts.get("x"):
            key = found["secret"]
            app, account = (key["consumer_key"], key["consumer_secret"]), (key["token"], key["token_secret"])
            self.auth = OAuth1(*app, *account, lambda: datetime.now(UTC))

    async def post(self, channel: str, number: int) -> None:
        """One post, with all that its channel asks for."""
        told: dict[str, Callable[[str], Awaitable[None]]] = {
            "facebook": self.facebook, "instagram": self.instagram, "telegram": self.telegram, "x": self.x,
            "webhook": self.webhook,
        }  # fmt: skip
        await told[channel](f"Kunci tahap {number}\n\n{LINK}{number}\n\n#rumahlayak")

    async def facebook(self, text: str) -> None:
        told, call = self._graph("facebook")
        page = told["page"]
        form = {"data": {"published": "false", "alt_text_custom": "Kunci."}, "files": {"source": _file()}}
        photo = await call("POST", f"{page}/photos", **form)
        shown = {"message": text, "attached_media[0]": json.dumps({"media_fbid": photo["id"]})}
        made = await call("POST", f"{page}/feed", data=shown)
        await call("GET", made["id"], params={"fields": "id,message,permalink_url,is_published,created_time,privacy"})

    async def instagram(self, text: str) -> None:
        told, call = self._graph("instagram")
        user, status = told["user"], {"params": {"fields": "status_code"}}
        await call("GET", f"{user}/content_publishing_limit", params={"fields": "config,quota_usage"})
        source = {"image_url": "https://media.contoh.test/k.jpg", "alt_text": "Kunci.", "caption": text}
        container = (await call("POST", f"{user}/media", data=source))["id"]
        await call("GET", container, **status)
        made = await call("POST", f"{user}/media_publish", data={"creation_id": container})
        await call("GET", made["id"], params={"fields": "id,caption,permalink,timestamp"})

    async def telegram(self, text: str) -> None:
        told, secret = self.accounts["telegram"]["settings"], self.accounts["telegram"]["secret"]
        form = {"data": {"chat_id": f"@{told['channel']}", "caption": text}, "files": {"photo": _file()}}
        made = (await self._call("POST", f"{told['api']}/bot{secret['token']}/sendPhoto", **form)).json()
        before = {"before": made["result"]["message_id"] + 1}
        await self._call("GET", f"{told['preview']}/s/{told['channel']}", params=before)

    async def x(self, text: str) -> None:
        made = (await self._x("POST", "media/upload/initialize", json=_INITIALIZE))["data"]["id"]
        await self._x("POST", f"media/upload/{made}/append", data={"segment_index": "0"}, files={"media": _file()})
        await self._x("POST", f"media/upload/{made}/finalize")
        await self._x("POST", "media/metadata", json={"id": made, "metadata": {"alt_text": {"text": "Kunci."}}})
        told = await self._x("POST", "tweets", json={"text": text, "media": {"media_ids": [made]}})
        await self._x("GET", f"tweets/{told['data']['id']}", params={"expansions": "author_id"})

    async def webhook(self, text: str) -> None:
        told = self.accounts["webhook"]
        body = json.dumps({"type": "story.published", "data": {"story": text, "body": [SENTENCE] * 8}}).encode()
        key = Receiver(told["settings"]["url"], told["secret"]["secret"]).key
        headers = signed(key, text.split("\n", 1)[0], int(datetime.now(UTC).timestamp()), body)
        await self._call("POST", told["settings"]["url"], content=body, headers=headers)

    def _graph(self, channel: str) -> tuple[dict[str, str], Callable[..., Awaitable[Any]]]:
        told, secret = self.accounts[channel]["settings"], self.accounts[channel]["secret"]
        headers = {"Authorization": f"Bearer {secret['token']}"}

        async def call(method: str, path: str, **more: Any) -> Any:
            return (await self._call(method, f"{told['api']}/{path}", headers=headers, **more)).json()

        return told, call

    async def _x(self, method: str, path: str, **more: Any) -> Any:
        url = f"{self.accounts['x']['settings']['api']}/2/{path}"
        return (await self._call(method, url, auth=self.auth, **more)).json()

    async def _call(self, method: str, url: str, **more: Any) -> httpx.Response:
        return (await self.http.request(method, url, **more)).raise_for_status()


_INITIALIZE = {"media_type": "image/jpeg", "total_bytes": PICTURE_BYTES, "media_category": "tweet_image"}


def _file() -> tuple[str, bytes, str]:
    return "kunci.jpg", PICTURE, "image/jpeg"


async def run(accounts: dict[str, Any], first: int, last: int, at_once: int) -> float:
    """So many posts at once until all are there; returns the processor's seconds that this took."""
    wanted = iter([(channel, n) for n in range(first, last + 1) for channel in accounts])
    began = _processor()
    async with httpx.AsyncClient(timeout=30) as http:
        bare = Bare(http, accounts)
        await asyncio.gather(*(_posting(bare, wanted) for _ in range(at_once)))
    return _processor() - began


async def _posting(bare: Bare, wanted: Iterator[tuple[str, int]]) -> None:
    for channel, number in wanted:
        await bare.post(channel, number)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(uvloop.run(run(given["accounts"], given["first"], given["last"], given["at_once"])))
