"""A fake of a public Telegram channel: the Bot API from its public documentation, and the look of its public preview.

It is not Telegram. https://core.telegram.org/bots/api#sendmessage, #sendmediagroup, #updating-messages,
#deletemessages, #making-requests; the preview as https://t.me/s/telegram shows it.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.faulty import Answer, How, Kind

TOKEN = "123456:uji-token"
CHANNEL = "disperkim_uji"
PAGE = 20


def error(code: int, description: str, **parameters: int) -> Answer:
    told: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return code, {"content-type": "application/json"}, told | ({"parameters": parameters} if parameters else {})


EXPIRED = error(401, "Unauthorized")
LIMITED = error(429, "Too Many Requests: retry after 77", retry_after=77)
NOT_THERE = error(400, "Bad Request: message to edit not found")
UNCHANGED = error(400, "Bad Request: message is not modified: specified new message content is the same")


@dataclass
class FakeTelegramChannel:
    """`messages` by their ids, in their order; `hidden` is a channel without a public preview.

    Those in `fixed` are too old to be deleted, and those in `foreign` were not posted by the bot.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    said: list[Answer] = field(default_factory=list[Answer])
    calls: list[str] = field(default_factory=list[str])
    fixed: set[int] = field(default_factory=set[int])
    foreign: set[int] = field(default_factory=set[int])
    hidden: bool = False
    behind: int = 0
    answers: Mapping[How, Answer] = field(default_factory=lambda: {"expired": EXPIRED, "limited": LIMITED})
    count: int = 10

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/s/{channel}", self.preview, methods=["GET"]),
                Route("/{bot}/{method}", self.call, methods=["POST"]),
            ]
        )

    def kind_of(self, method: str, path: str) -> Kind:
        return "read" if method == "GET" or path.endswith("/editMessageReplyMarkup") else "publish"

    def posts(self) -> list[dict[str, Any]]:
        """Each group once."""
        return [m for m in self.messages.values() if m["group"] in (None, m["message_id"])]

    async def call(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        told, files = await _told(request)
        if request.path_params["bot"] != f"bot{TOKEN}":
            return _json(EXPIRED)
        self.calls.append(method)
        if self.said:
            return _json(self.said.pop(0))
        if told.get("chat_id") != f"@{CHANNEL}":
            return _json(error(400, "Bad Request: chat not found"))
        match method:
            case "sendMessage":
                return self._sent(told["text"], [], most=4096)
            case "sendPhoto" | "sendVideo":
                one = "photo" if method == "sendPhoto" else "video"
                return self._sent(told.get("caption", ""), [(one, files[one])], most=1024)
            case "sendMediaGroup":
                return self._group(json.loads(told["media"]), files)
            case "deleteMessages":
                for id_ in set(told["message_ids"]) - self.fixed:
                    self.messages.pop(id_, None)
                return JSONResponse({"ok": True, "result": True})
            case "deleteMessage" if told["message_id"] in self.fixed:
                return _json(error(400, "Bad Request: message can't be deleted for everyone"))
            case "deleteMessage":
                self.messages.pop(told["message_id"], None)
                return JSONResponse({"ok": True, "result": True})
            case _:
                return self._edited(method, told)

    def _sent(self, text: str, media: list[tuple[str, bytes]], *, most: int) -> JSONResponse:
        if len(text.encode("utf-16-le")) // 2 > most:
            return _json(error(400, "Bad Request: message is too long"))
        return JSONResponse({"ok": True, "result": self._add(text, media, None)})

    def _group(self, told: list[dict[str, str]], files: dict[str, bytes]) -> JSONResponse:
        assert 2 <= len(told) <= 10
        first = self.count + 1
        made = [
            self._add(one.get("caption", ""), [(one["type"], files[one["media"].removeprefix("attach://")])], first)
            for one in told
        ]
        return JSONResponse({"ok": True, "result": made})

    def _add(self, text: str, media: list[tuple[str, bytes]], group: int | None) -> dict[str, Any]:
        self.count += 1
        self.messages[self.count] = {
            "message_id": self.count, "text": text, "media": media, "group": group, "at": self.now(),
        }  # fmt: skip
        chat = {"id": -100123, "type": "channel", "username": CHANNEL}
        return {"message_id": self.count, "chat": chat, "date": int(self.now().timestamp())}

    def _edited(self, method: str, told: dict[str, Any]) -> JSONResponse:
        message = self.messages.get(int(told["message_id"]))
        if message is None:
            return _json(NOT_THERE)
        if message["message_id"] in self.foreign:
            return _json(error(400, "Bad Request: message can't be edited"))
        text = told.get("text" if method == "editMessageText" else "caption", message["text"])
        if method == "editMessageText" and message["media"]:
            return _json(error(400, "Bad Request: there is no text in the message to edit"))
        if method == "editMessageCaption" and not message["media"]:
            return _json(error(400, "Bad Request: there is no caption in the message to edit"))
        if text == message["text"]:
            return _json(UNCHANGED)
        message["text"] = text
        return JSONResponse({"ok": True, "result": {"message_id": message["message_id"]}})

    async def preview(self, request: Request) -> Response:
        if self.hidden:
            return RedirectResponse(f"https://t.me/{CHANNEL}", 302)
        before = int(request.query_params.get("before") or 10**9)
        if self.behind:
            self.behind -= 1
            before = 0
        older = [m for m in self.posts() if m["message_id"] < before]
        page = older[-PAGE:]
        more = f'<a class="tme_messages_more" data-before="{page[0]["message_id"]}"></a>' if len(older) > PAGE else ""
        shown = "".join(self._message(m) for m in page)
        return HTMLResponse(
            f'<!DOCTYPE html><html><body><main><section class="tgme_channel_history js-message_history">{more}{shown}'
            "</section></main></body></html>"
        )

    def _message(self, m: dict[str, Any]) -> str:
        url = f"https://t.me/{CHANNEL}"
        group = [o for o in self.messages.values() if o["group"] == m["message_id"]] or [m]
        wraps = "".join(
            f'<a class="tgme_widget_message_{kind}_{"wrap" if kind == "photo" else "player"}" '
            f'href="{url}/{o["message_id"]}{"?single" if m["group"] else ""}"></a>'
            for o in group
            for kind, _ in o["media"]
        )
        words = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{_marked_up(m["text"])}</div>'
        return (
            f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" '
            f'data-post="{CHANNEL}/{m["message_id"]}">{wraps}{words}'
            f'<a class="tgme_widget_message_date" href="{url}/{m["message_id"]}">'
            f'<time datetime="{m["at"].isoformat()}" class="time">09:00</time></a></div></div>'
        )


async def _told(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    if request.headers["content-type"] == "application/json":
        return await request.json(), {}
    async with request.form(max_part_size=60_000_000) as form:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        files = {name: await value.read() for name, value in form.items() if not isinstance(value, str)}
    return texts, files


def _marked_up(text: str) -> str:
    told = html.escape(text, quote=False).replace("\n", "<br/>")
    return re.sub(r"https?://[^\s<]+", lambda m: f'<a href="{m[0]}" target="_blank">{m[0]}</a>', told)


def _json(answer: Answer) -> JSONResponse:
    status, headers, body = answer
    return JSONResponse(body, status, dict(headers))
