"""How long a text is for a channel, counted as that channel counts it, and what it takes. Pure.

The figures, each from its channel's public documentation:
- X: developer documentation "Counting characters" and the twitter-text configuration v3: a weighted length of 280; most
  Latin letters weigh 1, all else (CJK, and an emoji however many code points it has) 2, each link 23.
- Telegram: Bot API `sendMessage` 1–4096 and `sendPhoto` caption 0–1024 characters after entities are parsed, in UTF-16
  code units as entities are.
- Instagram: Graph API, IG User Media, `caption`: 2,200 characters, 30 hashtags, 20 @ tags.
- Facebook: the Pages' longest post, 63,206 characters.
- YouTube: Data API, `snippet.description`: 5,000 bytes of UTF-8, without `<` and `>`.
- TikTok: Content Posting API, `title`: 2,200 UTF-16 runes.
- WhatsApp: no figure is published for channels; those of its business platform are taken, 4,096 characters and
  1,024 under a picture.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

LINK_WEIGHT = 23
HEAVY = 2
# Code points of weight 1 (twitter-text v3: weight 100 of the scale 100).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_TLD = (
    "com|org|net|info|biz|edu|gov|mil|int|io|co|me|tv|app|dev|xyz|asia|news|online|site|store|tech|blog|"
    "id|my|sg|au|us|uk|eu|de|fr|nl|jp|cn|kr|in|th|ph|vn"
)
_LINK = re.compile(
    r"https?://[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]']"
    rf"|(?<![@\w.])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TLD})(?![\w-])(?:/[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]'])?",
    re.IGNORECASE,
)
_PICTOGRAPH = (
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u2934\u2935\u3030\u303d\u3297\u3299"
    "\u203c\u2049\u2139\u2194-\u21aa\u25aa-\u25fe\u00a9\u00ae\u2122]"
)
_ONE_EMOJI = f"{_PICTOGRAPH}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?[\U000e0020-\U000e007f]*"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a key
    f"|{_ONE_EMOJI}(?:\u200d{_ONE_EMOJI})*"  # a family, a skin tone, a trade
)
_TEXT_BY_ITSELF = frozenset("©®™‼⁉ℹ〰〽㊗㊙")  # no emoji without the selector behind it
_HASHTAG = re.compile(r"(?<![\w&])[#＃]\w*[^\W\d]\w*")
_MENTION = re.compile(r"(?<![\w.])@\w[\w.]*")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a channel takes; 0 is no limit. `with_picture` where a text under a picture may be less."""

    most: int
    unit: str
    count: Callable[[str], int]
    with_picture: int = 0
    hashtags: int = 0
    mentions: int = 0
    forbidden: str = ""

    def most_of(self, *, picture: bool) -> int:
        return self.with_picture if picture and self.with_picture else self.most


@dataclass(frozen=True, slots=True)
class Measured:
    """A text by its channel's own count; `problems` are sentences, none where it fits."""

    channel: str
    used: int
    most: int
    unit: str
    hashtags: int
    problems: tuple[str, ...]

    @property
    def left(self) -> int:
        return self.most - self.used

    @property
    def fits(self) -> bool:
        return not self.problems


def x_weight(text: str) -> int:
    """The weighted length of twitter-text v3."""
    plain = unicodedata.normalize("NFC", text)
    links = len(_LINK.findall(plain))
    rest = _LINK.sub("", plain)
    emoji = [e for e in _EMOJI.findall(rest) if len(e) > 1 or e not in _TEXT_BY_ITSELF]
    for found in sorted(set(emoji), key=len, reverse=True):
        rest = rest.replace(found, "")
    letters = sum(1 if any(a <= ord(c) <= b for a, b in LIGHT) else HEAVY for c in rest)
    return links * LINK_WEIGHT + len(emoji) * HEAVY + letters


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "instagram": Limit(2_200, "huruf", len, hashtags=30, mentions=20),
        "facebook": Limit(63_206, "huruf", len),
        "x": Limit(280, "bobot huruf", x_weight),
        "youtube": Limit(5_000, "bita", utf8_bytes, forbidden="<>"),
        "tiktok": Limit(2_200, "satuan UTF-16", utf16_units),
        "telegram": Limit(4_096, "satuan UTF-16", utf16_units, with_picture=1_024),
        "whatsapp": Limit(4_096, "huruf", len, with_picture=1_024),
    }
)


def measure(channel: str, text: str, *, picture: bool = False) -> Measured:
    """Count a text as its channel does; `picture` where it goes out under one. KeyError for others."""
    limit = LIMITS[channel]
    # A line ends in one character wherever it was typed.
    text = text.replace("\r\n", "\n")
    used, most, tags = limit.count(text), limit.most_of(picture=picture), len(_HASHTAG.findall(text))
    return Measured(channel, used, most, limit.unit, tags, tuple(_problems(limit, text, used, most, tags)))


def _problems(limit: Limit, text: str, used: int, most: int, tags: int) -> list[str]:
    found: list[str] = []
    if used > most:
        found.append(f"Terlalu panjang: {_count(used)} dari paling banyak {_count(most)} {limit.unit}.")
    if limit.hashtags and tags > limit.hashtags:
        found.append(f"Terlalu banyak tagar: {tags} dari paling banyak {limit.hashtags}.")
    mentions = len(_MENTION.findall(text))
    if limit.mentions and mentions > limit.mentions:
        found.append(f"Terlalu banyak sebutan @: {mentions} dari paling banyak {limit.mentions}.")
    if any(c in text for c in limit.forbidden):
        found.append(f"Tanda {' dan '.join(limit.forbidden)} tidak boleh dipakai di kanal ini.")
    return found


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")
