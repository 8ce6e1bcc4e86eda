"""A public channel on Telegram, by the Bot API; what it shows is read on its public preview, as a stranger.

https://core.telegram.org/bots/api#available-methods. The API has no history. A text and its files go in one call, which
is the one that the public sees: nothing is prepared.
"""

import contextlib
import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.publisher.channels import Attached, Capabilities, MediaFit, Post, Receipt, Rejected, Steps
from services.publisher.channels.files import Fetch, Form
from services.publisher.channels.finding import Seen, find, find_newest, has_link, marks, read_back, same_words, settle
from services.publisher.channels.removing import letting_go, unmatched
from services.publisher.channels.replies import (
    Absent,
    Body,
    body_of,
    disconnected,
    forbidden,
    limited,
    part,
    parts,
    refused,
    retry_after,
    word,
)
from services.publisher.channels.telegram_preview import Preview, Shown, read
from shared.channel_text import LIMITS, measure
from shared.refusal import Transient

MAX_PHOTO = 10_000_000
SETTLED = timedelta(minutes=2)  # nobody tells how long the preview may be behind
PAUSE = timedelta(minutes=1)
SAME, GONE = (
    "message is not modified",
    ("message to edit not found", "MESSAGE_ID_INVALID", "message to delete not found"),
)
LOCKED = "message can't be edited"
RIGHTS = ("chat not found", "not enough rights", "need administrator rights", "CHAT_ADMIN_REQUIRED")
CAN = Capabilities(
    max_text=LIMITS["telegram"].most, max_media=10, edit=True, take_down=True, idempotency=False, lookup=True,
    keeps_files=True, proved_against="fake", way="fetched", hosts=("t.me",), assisted=True,
    media=MediaFit(("image/jpeg", "image/png", "video/mp4"), max_bytes=50_000_000),
)  # fmt: skip


class Locked(Rejected):
    """Somebody else posted it, or it is too old to be changed."""


class Unchanged(Exception):
    """Telegram shows this already."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """`channel` is its public name without the @. The token stands in the addresses of `api`, which are not logged."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]
    channel: str
    token: str = field(repr=False)
    api: str = "https://api.telegram.org"
    preview: str = "https://t.me"
    address: str = "https://t.me"
    name: str = "telegram"
    capabilities: Capabilities = CAN

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        files = [a for a in post.attached if a.kind != "image" or a.found.size <= MAX_PHOTO]
        if not measure(self.name, post.text, picture=bool(files)).fits:
            raise Rejected("Teks terlalu panjang untuk Telegram. Pendekkan teks kanal ini dalam versi baru.")
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        made = await (self._send_files(post, files) if files else self._send_text(post))
        return await self._look_at(",".join(made))

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """Its text changes; its files stay as they are. One that is not found any more is posted anew."""
        former = await self._former(post)
        if former is None:
            return await self.publish(post, steps)
        if not measure(self.name, post.text, picture=former.media).fits:
            raise Rejected("Teks terlalu panjang untuk Telegram. Pendekkan teks kanal ini dalam versi baru.")
        method, what = ("editMessageCaption", "caption") if former.media else ("editMessageText", "text")
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        with contextlib.suppress(Unchanged):
            await self._call(method, {"message_id": int(former.seen.id), what: post.text})
        return await self._look_at(",".join(former.ids))

    async def lookup(self, post: Post) -> Receipt | None:
        if post.external_id:
            return await self._by_name(post)
        if post.former is not None:
            former = await self._former(post)
            if former is not None:
                return self._receipt(former.seen.id, former.ids) if same_words(former.seen, post) else None
        found = await find(post, self._pages(), self.now(), settled=SETTLED)
        return None if found is None else await self._look_at(found.id)

    async def take_down(self, post: Post) -> None:
        """Telegram passes over what it does not delete of several, and says why of one alone."""
        ids = await self._ids(post)
        if not ids:
            return
        with letting_go(self.name):
            await self._call("deleteMessages", {"message_ids": [int(id_) for id_ in ids]})
        for id_ in ids:
            if await self._exists(id_):
                with letting_go(self.name):
                    await self._call("deleteMessage", {"message_id": int(id_)})
                if await self._exists(id_):
                    raise Transient("a message that was deleted is still there")

    async def _send_text(self, post: Post) -> list[str]:
        shown = {"url": post.link or post.url, "prefer_large_media": True}
        said = await self._call("sendMessage", {"text": post.text, "link_preview_options": shown})
        return [word(part(said).get("message_id"))]

    async def _send_files(self, post: Post, files: list[Attached]) -> list[str]:
        if len(files) > 1:
            names = {f"file{n}": one.found for n, one in enumerate(files)}
            group = [{"type": _type(one), "media": f"attach://file{n}"} for n, one in enumerate(files)]
            group[0]["caption"] = post.text
            form = Form(self.fetch, {"chat_id": f"@{self.channel}", "media": json.dumps(group)}, names)
            return [word(m.get("message_id")) for m in parts(await self._upload("sendMediaGroup", form))]
        (one,) = files
        method = "sendVideo" if one.kind == "video" else "sendPhoto"
        more = {"supports_streaming": "true"} if one.kind == "video" else {}
        form = Form(
            self.fetch, {"chat_id": f"@{self.channel}", "caption": post.text, **more}, {_type(one): one.found}
        )  # fmt: skip
        return [word(part(await self._upload(method, form)).get("message_id"))]

    async def _upload(self, method: str, form: Form) -> object:
        url = f"{self.api}/bot{self.token}/{method}"
        return self._result(await self.http.post(url, content=form.body(), headers=form.headers))

    async def _call(self, method: str, body: Mapping[str, Any]) -> object:
        url = f"{self.api}/bot{self.token}/{method}"
        return self._result(await self.http.post(url, json={"chat_id": f"@{self.channel}", **body}))

    def _result(self, answer: httpx.Response) -> object:
        said = body_of(answer)
        if said.get("ok") is True and answer.status_code == 200:
            return said.get("result")
        raise self._meaning(said, answer)

    def _meaning(self, said: Body, answer: httpx.Response) -> Exception:
        code, why = said.get("error_code"), str(said.get("description") or "")
        if code == 429:
            seconds = part(said.get("parameters") or {}).get("retry_after")
            later = timedelta(seconds=seconds) if isinstance(seconds, int) else PAUSE
            return limited(self.name, retry_after(answer, self.now(), later))
        if code in (401, 404):
            return disconnected(self.name)
        if code == 400 and SAME in why:
            return Unchanged()
        if code == 400 and any(gone in why for gone in GONE):
            return Absent("Telegram tidak memiliki kiriman ini lagi.")
        if code == 400 and LOCKED in why:
            return Locked("Telegram tidak mengizinkan sistem mengubah kiriman ini. Ubah sendiri di Telegram.")
        if code == 403 or any(missing in why for missing in RIGHTS):
            return forbidden(self.name)
        return refused(self.name, code) if code in (400, 413) else Transient(f"error {code}")

    async def _exists(self, id_: str) -> bool:
        """Take the buttons away that it does not have: Telegram says that nothing changed, or that it is not there."""
        try:
            await self._call("editMessageReplyMarkup", {"message_id": int(id_)})
        except (Unchanged, Locked):
            return True
        except Absent:
            return False
        return True

    async def _by_name(self, post: Post) -> Receipt | None:
        ids = tuple(post.external_id.split(","))
        if await self._shown(ids[0]) is not None:
            return self._receipt(ids[0], ids)
        if await self._exists(ids[0]):
            return Receipt(f"{self.address}/{self.channel}/{ids[0]}", None, post.external_id)
        settle(post, self.now())
        return None

    async def _look_at(self, external_id: str) -> Receipt:
        """Look as a stranger at what was just posted: it is there, and only whether the public reads it is asked."""
        ids = tuple(external_id.split(","))
        first = ids[0]
        shown = await read_back(self._shown(first))
        if shown is not None:
            return self._receipt(first, max(ids, shown.ids, key=len))
        return Receipt(f"{self.address}/{self.channel}/{first}", None, external_id)

    async def _ids(self, post: Post) -> tuple[str, ...]:
        """The messages of a post; none where it is not there."""
        if post.external_id:
            return tuple(post.external_id.split(","))
        if id_ := self._id_in(post.known_url):
            shown = await read_back(self._shown(id_))
            return (id_,) if shown is None else shown.ids
        if (former := await self._former(post)) is not None:
            return former.ids
        found = await find_newest(post, self._pages(), self.now(), settled=SETTLED)
        if found is None and post.known_url:
            raise unmatched(self.name)
        shown = None if found is None else await self._shown(found.id)
        return () if shown is None else shown.ids

    def _id_in(self, url: str) -> str:
        """A message's id in a link to this channel."""
        found = re.search(rf"//(?:www\.)?t(?:elegram)?\.me/(?:s/)?{self.channel}/(\d+)", url, re.IGNORECASE)
        return found[1] if found else ""

    async def _former(self, post: Post) -> Shown | None:
        """What shows the older Version: by its id, which its address ends in where a person posted it."""
        former = post.former
        if former is None:
            return None
        id_ = former.external_id.split(",")[0] or former.url.partition("?")[0].rstrip("/").rpartition("/")[2]
        shown = await self._shown(id_) if id_.isdigit() else None
        if shown is not None or former.external_id:
            return shown
        return next((m for m in (await self._page()).messages if has_link(m.seen, post.link)), None)

    async def _shown(self, id_: str) -> Shown | None:
        page = await self._page(str(int(id_) + 1))
        return next((m for m in page.messages if id_ in m.ids), None)

    async def _page(self, before: str = "") -> Preview:
        answer = await self.http.get(
            f"{self.preview}/s/{self.channel}",
            params={"before": before} if before else {},
            headers={"Cache-Control": "no-cache"},
        )
        if answer.status_code != 200:
            raise Transient(f"the preview answers {answer.status_code}")
        return read(answer.text, f"{self.address}/{self.channel}")

    async def _pages(self) -> AsyncGenerator[Sequence[Seen]]:
        page = await self._page()
        while True:
            yield [m.seen for m in page.messages]
            if not page.before:
                return
            page = await self._page(page.before)

    def _receipt(self, id_: str, ids: tuple[str, ...]) -> Receipt:
        return Receipt(f"{self.address}/{self.channel}/{id_}", "fetched", ",".join(ids))


def _type(one: Attached) -> str:
    return "video" if one.kind == "video" else "photo"
