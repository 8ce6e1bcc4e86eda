"""What a stranger sees of a Telegram channel, on its public preview `t.me/s/<channel>`. Pure.

The page is made for people and is not documented: of one that looks otherwise nothing is concluded.
"""

import re
from dataclasses import dataclass
from typing import Any

from lxml import html

from services.publisher.channels.finding import Seen
from services.publisher.channels.replies import moment_of
from shared.refusal import Transient

HISTORY = "tgme_channel_history"
MESSAGE = ".//*[@data-post]"
MEDIA = ("tgme_widget_message_photo_wrap", "tgme_widget_message_video_player", "tgme_widget_message_grouped_wrap")
_GROUPED = re.compile(r"/(\d+)\?single$")


@dataclass(frozen=True, slots=True)
class Shown:
    """A message; `ids` are its own and those of what is grouped with it."""

    seen: Seen
    ids: tuple[str, ...]
    media: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Newest first; `before` leads to the older ones, none where there are none."""

    messages: tuple[Shown, ...]
    before: str


def read(page: str, address: str) -> Preview:
    """Raises Transient where it is no preview of a channel."""
    if HISTORY not in page:
        raise Transient("no preview of a channel")
    root: Any = html.fromstring(page)
    messages = [_shown(one, address) for one in root.iterfind(MESSAGE)]
    older = [str(one.get("data-before")) for one in root.iterfind(".//*[@data-before]")]
    return Preview(tuple(reversed(messages)), older[0] if older else "")


def _shown(one: Any, address: str) -> Shown:
    id_ = str(one.get("data-post")).rpartition("/")[2]
    words = _of_class(one, "tgme_widget_message_text")
    for line in words[0].iter("br") if words else []:
        line.tail = "\n" + (line.tail or "")
    text = str(words[0].text_content()) if words else ""
    links = [str(a.get("href")) for a in one.iter("a")]
    at = next((str(t.get("datetime")) for t in one.iter("time") if t.get("datetime")), "")
    grouped = [found[1] for link in links if (found := _GROUPED.search(link))]
    ids = tuple(sorted({id_, *grouped}, key=int))
    seen = Seen(id_, f"{address}/{id_}", text, True, moment_of(at), tuple(links))
    return Shown(seen, ids, any(_of_class(one, name) for name in MEDIA))


def _of_class(one: Any, name: str) -> list[Any]:
    return [e for e in one.iter() if name in str(e.get("class") or "").split()]
