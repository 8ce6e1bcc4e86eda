"""The topics of EVENTS.md: who writes each, who reads it, under which key. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.events import CATALOGUE, OWNED_TOPIC, PREFIX, AuditAnchored, Event, IntakeRequested

OUTSIDE = "another system"
SERVICES = tuple(OWNED_TOPIC)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, or a family of them with one `parameter` in the address."""

    name: str
    writer: str
    readers: tuple[str, ...]
    key: str
    about: str
    parameter: str | None = None

    @property
    def address(self) -> str:
        return f"{PREFIX}{self.name}" + (f".{{{self.parameter}}}" if self.parameter else "")

    @property
    def kinds(self) -> tuple[type[Event], ...]:
        """The events that it carries, in the catalogue's order."""
        return tuple(kind for kind in CATALOGUE.values() if self.name in topics_of(kind))


def topics_of(kind: type[Event]) -> tuple[str, ...]:
    """The names of the topics that carry an event: one, but `audit.anchored` is on every owner's."""
    return tuple(OWNED_TOPIC.values()) if kind is AuditAnchored else (kind.topic,)


def key_of(kind: type[Event]) -> str:
    """What the record's key is, in words."""
    if kind is IntakeRequested:
        return "any or none"
    return {"request_id": "the request's id", "service": "the service's name"}.get(kind.key_field, kind.key_field)


def groups_of(service: str, topic: str) -> tuple[str, ...]:
    """The last part of the consumer groups by which a service reads a topic: of its own name, and for the figures."""
    own = () if service == "publisher" and topic == OWNED_TOPIC[service] else (topic,)
    return (*own, "figures") if service == "publisher" else own


def joined(names: Iterable[str]) -> str:
    """Names as a phrase for a page."""
    return ", ".join(names)


TOPICS = (
    Topic(
        "intake-requests", OUTSIDE, ("intake",), "any or none",
        "Requests of one other system, in binary or structured mode. Closed: an unknown field is refused by its name. "
        "A request is claimed by its source and ce_id: the same id with other data is a dead letter.",
        parameter="source",
    ),
    Topic(
        "intake-outcomes", "intake", (OUTSIDE,), "the request's id",
        "What became of the requests of one other system.",
        parameter="source",
    ),
    Topic(
        "reports", "intake", ("editing", "review", "publisher"), "report",
        "Stage 1: bahan informasi, received, checked, supplemented, refused or withdrawn.",
    ),
    Topic(
        "stories", "editing", ("review", "intake", "publisher"), "story; report for report.sent-back",
        "Stage 2: berita as submitted, whole, and questions back to the Unit. Publisher reads it for the "
        "anchors of editing's audit chain and the closed clocks alone.",
    ),
    Topic(
        "decisions", "review", ("editing", "publisher", "intake", "review"), "story",
        "Stage 3: hasil penyaringan on one exact Version. Review reads its own topic for the board.",
    ),
    Topic(
        "publications", "publisher", ("intake", "editing", "review", "publisher"), "story",
        "Stage 4: deliveries per channel, and what the public can read. Publisher reads its own topic for "
        "closed clocks.",
    ),
    Topic(
        "dead-letter", "each service", ("operators",), "as it came",
        "Copies, for other eyes, of records that one service could not process, cut short if too large. "
        "The service's own table is the truth: `alurwarta dead-letter list`.",
        parameter="service",
    ),
)  # fmt: skip
