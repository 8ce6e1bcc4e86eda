"""A post is found again among those of its channel: by its link, else by its very words. Pure but for the reading.

"It is not there" is only said where all was read since it may have been sent, and where the channel had time to show
it. So an attempt keeps when it sent (`marks`).
"""

import re
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from services.publisher.channels import Post
from services.publisher.channels.replies import moment_of
from shared.refusal import Transient

T = TypeVar("T")

BEGAN, SENT = "began", "sent"  # the facts: when the first attempt sent, and the last
SKEW = timedelta(minutes=5)  # clocks of a channel and ours
SETTLED = timedelta(seconds=30)  # what was sent may be shown so much later
MOST_PAGES, FEW_PAGES = 20, 3
# What may not follow a link: then it is another one. A full stop, a comma and the like end a sentence.
_NO_MORE = r"(?![\w/?#&=%~+@-]|[.,:;!][\w/?#&=%~+@-])"


class Early(Transient):
    """What was sent may not be shown yet."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as its channel shows it; `links` where they are not in its text as they were written."""

    id: str
    url: str
    text: str
    public: bool
    at: datetime | None = None
    links: tuple[str, ...] = ()


def marks(post: Post, now: datetime) -> dict[str, str]:
    """What an attempt keeps just before it submits."""
    return {BEGAN: post.facts.get(BEGAN) or now.isoformat(), SENT: now.isoformat()}


def plain(text: str) -> str:
    """A text as it is compared: channels trim, and fold white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def same_words(seen: Seen, post: Post) -> bool:
    return bool(post.text) and plain(seen.text) == plain(post.text)


def has_link(seen: Seen, link: str) -> bool:
    if not link:
        return False
    return link in seen.links or re.search(re.escape(link) + _NO_MORE, seen.text) is not None


def began(post: Post) -> datetime | None:
    return moment_of(post.facts.get(BEGAN))


async def read_back(reading: Awaitable[T | None]) -> T | None:
    """What was just posted, read again: it is there also where that does not succeed."""
    try:
        return await reading
    except Exception:
        return None


async def find(
    post: Post, pages: AsyncIterator[Sequence[Seen]], now: datetime, *, settled: timedelta = SETTLED
) -> Seen | None:
    """Look through pages, the newest first. Raises Transient where it is not found and yet may be there."""
    since = began(post)
    worded: Seen | None = None
    count = 0
    async for page in pages:
        count += 1
        fresh = [s for s in page if since is None or s.at is None or s.at >= since - SKEW]
        linked = next((s for s in fresh if has_link(s, post.link)), None)
        if linked is not None:
            return linked
        worded = worded or next((s for s in fresh if same_words(s, post)), None)
        if len(fresh) < len(page):
            break  # what follows is older than the first attempt
        if count == MOST_PAGES:
            if worded is None:
                raise Transient("too many posts to read them all")
            break
    if worded is None:
        settle(post, now, settled)
    return worded


async def find_newest(
    post: Post, pages: AsyncIterator[Sequence[Seen]], now: datetime, *, settled: timedelta = SETTLED
) -> Seen | None:
    """What is to be removed. What was never submitted is there by a person's hand alone: among the newest."""
    return await find(post, pages if post.submitted else _few(pages), now, settled=settled)


async def _few(pages: AsyncIterator[Sequence[Seen]]) -> AsyncGenerator[Sequence[Seen]]:
    count = 0
    async for page in pages:
        yield page
        count += 1
        if count == FEW_PAGES:
            return


def settle(post: Post, now: datetime, settled: timedelta = SETTLED) -> None:
    """Raises Early while what was sent may not be shown yet."""
    sent = moment_of(post.facts.get(SENT))
    if sent is not None and now < sent + settled:
        raise Early("too early to say that it is not there")
