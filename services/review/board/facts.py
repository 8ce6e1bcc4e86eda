"""What the events told of one item, as sets by cycle, Version or number, so that their order does not matter. Pure."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.content import Reason, RequestRef, Urgency

ItemKind = Literal["report", "story"]
Ruled = Literal["approved", "returned", "declined", "withheld"]
Gone = Literal["withdrawn", "refused"]
When = dict[int, AwareDatetime]


class Fact(BaseModel):
    """A frozen value that an older build reads from a newer one's row."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def having(self, **changed: Any) -> Self:
        return self.model_copy(update=changed)


class Told(Fact):
    """What `report.received` says."""

    unit: str
    title: str
    practice: bool
    urgency: Urgency
    happened_at: AwareDatetime
    received_at: AwareDatetime
    request: RequestRef | None = None


class Asked(Fact):
    """A Report sent back; its key is the intake cycle that this opens."""

    at: AwareDatetime
    reasons: tuple[Reason, ...]
    question: str = ""


class ReportFacts(Fact):
    """`answered` by intake cycle; `compiled_at` is the first submission of a Story with this Report."""

    told: Told | None = None
    asked: dict[int, Asked] = {}
    answered: When = {}
    gone: dict[Gone, AwareDatetime] = {}
    compiled_at: AwareDatetime | None = None


class Submission(Fact):
    """One pass before the leader. `sequence` tells what came before and after it on its own topic."""

    version: int
    at: AwareDatetime
    sequence: int
    title: str
    urgency: Urgency
    correction: bool
    practice: bool
    units: tuple[str, ...]
    happened_at: AwareDatetime


class Ruling(Fact):
    """The leader's Decision of one cycle; what only an approval carries is None for the others."""

    version: int
    ruled: Ruled
    at: AwareDatetime
    units: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    opens_at: AwareDatetime | None = None
    urgency: Urgency = "regular"
    correction: bool = False
    practice: bool = False
    emergency: bool = False


class Whole(Fact):
    """The whole way of a Story to the public, as publisher measured it for one Version."""

    version: int
    units: tuple[str, ...]
    opened_at: AwareDatetime
    closed_at: AwareDatetime
    working_seconds: int
    elapsed_seconds: int
    calendar_version: str


class StoryFacts(Fact):
    """Submissions and Decisions by cycle, `abandoned` by number in its topic, all else by Version."""

    submitted: dict[int, Submission] = {}
    ruled: dict[int, Ruling] = {}
    abandoned: When = {}
    revoked: dict[int, dict[str, AwareDatetime]] = {}
    live: When = {}
    published: When = {}
    taken_down: When = {}
    whole: Whole | None = None

    @property
    def practice(self) -> bool:
        """LATIHAN, as far as any event said so."""
        return any(s.practice for s in self.submitted.values()) or any(r.practice for r in self.ruled.values())

    @property
    def units(self) -> frozenset[str]:
        """Every Unit whose Reports were in any Version."""
        return frozenset(u for told in (*self.submitted.values(), *self.ruled.values()) for u in told.units)


Facts = ReportFacts | StoryFacts
FACTS: dict[ItemKind, type[ReportFacts] | type[StoryFacts]] = {"report": ReportFacts, "story": StoryFacts}


def earliest(*times: datetime | None) -> datetime | None:
    """Give the first of those that are known."""
    return min((t for t in times if t is not None), default=None)
