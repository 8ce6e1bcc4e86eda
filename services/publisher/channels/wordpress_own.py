"""Which of the posts that WordPress shows us is a Story's own. Pure."""

import re
from collections.abc import Iterable

from services.publisher.channels import Post
from services.publisher.channels.wordpress_answers import PostRow
from services.publisher.channels.wordpress_html import mark_of, slug_of

PUBLIC = "publish"


def of_story(post: Post, found: Iterable[PostRow]) -> list[PostRow]:
    marks = ((p, mark_of(p.content.raw)) for p in found)
    return [p for p, mark in marks if mark is not None and mark[0] == post.story]


def version_of(found: PostRow) -> int:
    mark = mark_of(found.content.raw)
    return mark[1] if mark else 0


def best(post: Post, found: Iterable[PostRow]) -> PostRow | None:
    """The one that strangers see, else the one under our slug, else the oldest."""
    return min(of_story(post, found), key=lambda p: (p.status != PUBLIC, p.slug != slug_of(post), p.id), default=None)


def is_numbered(found: PostRow, post: Post) -> bool:
    """WordPress gave it another slug, as somebody else's post stands under ours."""
    return re.fullmatch(re.escape(slug_of(post)) + r"-\d+", found.slug) is not None
