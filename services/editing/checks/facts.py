"""All that the checks look at: a Version, its Reports, and what was found out about it elsewhere. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.editing.checks.passages import Kind
from services.editing.manuscript import NO_CUTS, Cuts
from services.editing.reports import Report
from shared.content import Content, StoryMedia, Value
from shared.content_erasure import is_erased

# `away`: there is no way out from here, which says nothing of the link.
Trouble = Literal["", "gone", "failing", "silent", "unknown", "certificate", "inside", "circles", "away"]


class Spot(Value):
    """Where in a file something stands: its page, or the second of a recording. What stands there is not kept."""

    kind: Kind
    at: int


class Reading(Value):
    """What the text of a file tells; `silent` are pages without text, `cut_short` where the rest was not read."""

    spots: tuple[Spot, ...] = ()
    silent: tuple[int, ...] = ()
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking a link up; `status` is the last answer, where there was one."""

    trouble: Trouble
    status: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Twin:
    """Another Story that was submitted lately, and is like this one."""

    story: UUID
    title: str
    at: datetime
    same_picture: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """`readings` by the SHA-256 of the text that was read, `looks` by address."""

    content: Content
    reports: Sequence[Report] = ()
    cuts: Cuts = field(default_factory=lambda: NO_CUTS)
    readings: Mapping[str, Reading] = field(default_factory=dict[str, Reading])
    looks: Mapping[str, Look] = field(default_factory=dict[str, Look])
    twins: Sequence[Twin] = ()

    @property
    def shown(self) -> list[StoryMedia]:
        """The files but for those that were erased."""
        return [m for m in self.content.media if not is_erased(m)]
