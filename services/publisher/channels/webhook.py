"""A signed webhook to another system, which shows the Story in its own way.

Headers and signature are those of Standard Webhooks (standardwebhooks.com): `webhook-id` is the same for each attempt
of the same intent, so that the receiver takes it once. Whoever listens answers 2xx when it has taken it over.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import httpx

from services.publisher.channels import (
    Capabilities,
    Limited,
    MediaFit,
    NotSent,
    Post,
    Receipt,
    Rejected,
    Rest,
    Steps,
)
from services.publisher.channels.pausing import pause_of
from services.publisher.domain import ROUND
from shared.refusal import Transient

NAME = "webhook"
CAN = Capabilities(
    max_text=None, max_media=None, edit=True, take_down=True, idempotency=True, lookup=False, proved_against="fake",
    way="api", alt=True, limits=(NAME,), by_url=True,
    media=MediaFit(types=("video/mp4", "audio/mp4", "application/pdf", "image/jpeg", "image/png", "image/webp")),
)  # fmt: skip
Event = Literal["story.published", "story.corrected", "story.taken-down"]
# What a receiver may say of a call that it did not read to its end.
UNCLEAR = (408, 425)
PAUSED = "Sistem penerima meminta jeda sebelum dihubungi lagi."
AWAY = "Sistem penerima tidak terjangkau; dikirim lagi."
NO_SIGNATURE = (
    "Sistem penerima menolak tanda tangan kiriman ini ({status}). Samakan kunci rahasianya di kedua sisi, lalu kirim"
    " ulang."
)
REFUSED = "Sistem penerima menolak kiriman ini ({status}). Hubungi pengelolanya, lalu kirim ulang."
MOVED = "Alamat sistem penerima sudah pindah ({status}). Perbarui alamat kanalnya, lalu kirim ulang."
NOT_HEARD = "{why} Penarikannya belum sampai: minta pengelola sistem penerima menghapus berita itu."


class Unclear(Exception):
    """Whether the receiver has it, nobody knows."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where it listens, and the secret that both know, as `whsec_` and base64."""

    url: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a webhook needs a secret")

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.secret.removeprefix("whsec_"), validate=True)


@dataclass(slots=True)
class Webhook:
    receiver: Receiver
    client: httpx.AsyncClient
    now: Callable[[], datetime]
    name: str = NAME
    capabilities: Capabilities = CAN

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        return await self._show("story.published", post, steps)

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        return await self._show("story.corrected", post, steps)

    async def lookup(self, post: Post) -> Receipt | None:
        """Asking would be telling it again; that is for a person to decide."""
        raise Unclear("a webhook cannot be looked up")

    async def take_down(self, post: Post) -> None:
        """It is gone when the receiver says that it has heard of it; it hears of each, shown or not."""
        told = {"story": str(post.story), "version": post.version, "url": post.link or post.url}
        try:
            await self._tell("story.taken-down", f"{_id_of(post)}/take-down", told)
        except Limited:
            raise
        except Rejected as no:
            raise Rejected(NOT_HEARD.format(why=no)) from no
        except (NotSent, Unclear, httpx.HTTPError) as e:
            raise Transient("the receiver has not heard of the take-down") from e

    async def _show(self, event: Event, post: Post, steps: Steps) -> Receipt:
        await steps.submit()
        answer = await self._tell(event, _id_of(post), data_of(post))
        return Receipt(_url_in(answer) or post.link or post.url, "api", _id_of(post))

    async def _tell(self, event: Event, id_: str, data: dict[str, Any]) -> httpx.Response:
        now = self.now()
        body = json.dumps({"type": event, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False).encode()
        headers = {**signed(self.receiver.key, id_, int(now.timestamp()), body), "Content-Type": "application/json"}
        try:
            answer = await self.client.post(self.receiver.url, content=body, headers=headers, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout) as e:
            raise NotSent(AWAY) from e
        _judge(answer, now)
        return answer


def _id_of(post: Post) -> str:
    """A receiver takes each id once: what was removed and is sent anew has another."""
    return f"{post.key}/{post.facts[ROUND]}" if ROUND in post.facts else post.key


def signed(key: bytes, id_: str, at: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who sent it, and that nothing in it was changed."""
    mac = hmac.new(key, f"{id_}.{at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": signature}


def data_of(post: Post) -> dict[str, Any]:
    """All of a Version that is public, and where its files are."""
    content = post.content
    files = [
        {
            "kind": a.kind, "url": a.url, "content_type": a.found.content_type, "sha256": a.found.sha256,
            "size": a.found.size, "width": a.width, "height": a.height, "duration_ms": a.duration_ms, "alt": a.alt,
            "caption": a.caption, "credit": _credit(post, a.found.sha256),
        }
        for a in post.attached
    ]  # fmt: skip
    return {
        "story": str(post.story), "version": post.version, "url": post.link or post.url, "title": post.title,
        "lead": content.lead, "text": post.text, "body": [b.model_dump(mode="json") for b in content.body],
        "topic": content.topic, "tags": list(content.tags), "information_class": content.information_class,
        "media": files,
    }  # fmt: skip


def _credit(post: Post, sha256: str) -> str:
    return next((m.credit for m in post.content.media if any(r.sha256 == sha256 for r in m.renditions)), "")


def _judge(answer: httpx.Response, now: datetime) -> None:
    status = answer.status_code
    if status == 429:
        raise Limited(PAUSED, Rest(NAME, now + pause_of(answer.headers.get("retry-after", ""), now)))
    if status in UNCLEAR or status >= 500:
        raise Unclear(str(status))
    if status in (401, 403):
        raise Rejected(NO_SIGNATURE.format(status=status))
    if 300 <= status < 400:
        raise Rejected(MOVED.format(status=status))
    if status >= 400:
        raise Rejected(REFUSED.format(status=status))


def _url_in(answer: httpx.Response) -> str:
    """Where the receiver shows it, where it says so."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    url = told.get("url") if isinstance(told, dict) else None
    return url if isinstance(url, str) and url.startswith("https://") else ""
