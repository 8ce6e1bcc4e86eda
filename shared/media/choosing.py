"""Which copy of a file to take: those that may be public, and the one that fits a place. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from shared.content import Rendition, is_public

CAPTIONS = "captions"
PICTURE = ("image/jpeg", "image/")
WHOLE = ("video/", "audio/", "application/pdf", *PICTURE)


def publishable(renditions: Iterable[Rendition]) -> tuple[Rendition, ...]:
    """All but what only those who edit and filter may read."""
    return tuple(r for r in renditions if is_public(r.label))


def choose(renditions: Iterable[Rendition], types: tuple[str, ...] = PICTURE, width: int = 0) -> Rendition | None:
    """The copy of the first of these types (by how they begin) that there is.

    Of several that one which is just wide enough (in pixels), else the widest.
    """
    there = tuple(renditions)
    for begin in types:
        found = [r for r in there if r.content_type.startswith(begin)]
        wide = [r for r in found if (r.width or 0) >= width]
        if found:
            return min(wide, key=_width) if wide else max(found, key=_width)
    return None


# For templates.
FILTERS: dict[str, Callable[..., Any]] = {"choose": choose}


def _width(rendition: Rendition) -> int:
    return rendition.width or 0
