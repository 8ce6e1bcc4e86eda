"""Which of the posts that WordPress shows us is a Story's own. Pure."""

import re
from collections.abc import Iterable

from services.publisher.channels import Post
from services.publisher.channels.wordpress_answers import PostRow
from services.publisher.channels.wordpress_html import mark_of, slug_of

PUBLIC = "publish"


def of_story(post: Post, found: Iterable[PostRow]) -> list[PostRow]:
    """Those with the Story's mark, and under its slug the one that we made, should somebody have taken the mark out."""
    marks = ((p, mark_of(p.content.raw)) for p in found)
    return [p for p, mark in marks if (mark[0] == post.story if mark else _is_known(p, post))]


def _is_known(found: PostRow, post: Post) -> bool:
    known = (post.external_id, post.facts.get("post", ""), post.former.external_id if post.former else "")
    return found.slug == slug_of(post) and str(found.id) in known


def version_of(found: PostRow) -> int:
    mark = mark_of(found.content.raw)
    return mark[1] if mark else 0


def best(post: Post, found: Iterable[PostRow]) -> PostRow | None:
    """The one that strangers see, else the one under our slug, else the oldest."""
    return min(of_story(post, found), key=lambda p: (p.status != PUBLIC, p.slug != slug_of(post), p.id), default=None)


def is_twin(found: PostRow, post: Post) -> bool:
    """Made by us, beside another; what somebody copied on purpose has a slug of its own."""
    return found.slug == slug_of(post) or is_numbered(found, post)


def is_numbered(found: PostRow, post: Post) -> bool:
    """WordPress gave it another slug, as somebody else's post stands under ours."""
    return re.fullmatch(re.escape(slug_of(post)) + r"-\d+", found.slug) is not None
