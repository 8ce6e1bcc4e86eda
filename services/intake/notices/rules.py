"""Whom to tell of what waits, when, and by which way. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from services.intake.notices.waiting import Waiting
from shared import access
from shared.calendar import Calendar, OutsideCalendar
from shared.sla import LATER_REVIEW, Stage, Timekeeper

Kind = Literal["waits", "due-soon", "late"]
Channel = Literal["mail", "telegram"]
Purpose = Literal["digest", "urgent"]
KINDS: tuple[Kind, ...] = ("waits", "due-soon", "late")
CHANNELS: tuple[Channel, ...] = ("mail", "telegram")
# Who takes the step that a stage waits for.
ACTIONS: dict[Stage, str] = {
    "intake": "report.change", "editing": "inbox.work", "review": "review.decide", "publisher": "publication.publish",
}  # fmt: skip
USUAL = frozenset({"mail/due-soon", "mail/late", "telegram/due-soon", "telegram/late"})
MOMENT = timedelta(seconds=1)
LOOK_AGAIN = timedelta(minutes=1)
BEYOND_THE_CALENDAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Colleague:
    """One account. `wants` holds `<channel>/<kind>`, `reached_by` the channels with a confirmed address."""

    account: str
    roles: frozenset[str]
    unit: str | None
    wants: frozenset[str] = USUAL
    reached_by: frozenset[str] = frozenset()
    away: bool = False
    on_duty: bool = False


class Notice(NamedTuple):
    """One person is told of one step that waits; `channels` are the ways beside the page."""

    account: str
    kind: Kind
    waiting: Waiting
    channels: tuple[Channel, ...]


def reached(waiting: Waiting, keeper: Timekeeper, now: datetime) -> Kind | None:
    """Give what is to be told now; None under an embargo. Of what was passed by, only the latest."""
    if now < waiting.clock.opened_at:
        return None
    if _late(waiting, keeper, now):
        return "late"
    return "due-soon" if now >= waiting.soon_at else "waits"


def _late(waiting: Waiting, keeper: Timekeeper, now: datetime) -> bool:
    try:
        return keeper.overdue(waiting.clock, now)
    except OutsideCalendar:
        return now > waiting.clock.due_at


def any_hour(waiting: Waiting) -> bool:
    """Serta merta is told at any hour to those who publish it, and an emergency approval; a Bidang in office hours."""
    if is_later_review(waiting):
        return True
    return waiting.clock.lane == "immediate" and waiting.clock.stage != "intake"


def is_later_review(waiting: Waiting) -> bool:
    """Whether it is an emergency approval: every leader and Admin is told of it, whoever may look at it later."""
    return waiting.clock.item.endswith(LATER_REVIEW)


def quiet(waiting: Waiting, keeper: Timekeeper, now: datetime) -> bool:
    """Say whether nobody is told of this before the office opens again."""
    return not any_hour(waiting) and not at_work(keeper.calendar, now)


def at_work(calendar: Calendar, now: datetime) -> bool:
    """Say whether the office works; where the calendar ends, people are told rather than not."""
    try:
        return calendar.is_open(now)
    except OutsideCalendar:
        return True


def opening(calendar: Calendar, now: datetime) -> datetime:
    """Give the moment at which the office works again."""
    try:
        return calendar.due(now, 1) - MOMENT
    except OutsideCalendar:
        return now + BEYOND_THE_CALENDAR


def next_look(waiting: Waiting, keeper: Timekeeper, now: datetime) -> datetime | None:
    """Give when to look at this again; None when there is nothing more to tell."""
    if now < waiting.clock.opened_at:
        return waiting.clock.opened_at
    if quiet(waiting, keeper, now):
        return opening(keeper.calendar, now)
    kind = reached(waiting, keeper, now)
    # Those who are not on duty hear of what was late in the night when the office opens.
    if kind == "late":
        return opening(keeper.calendar, now) if any_hour(waiting) and not at_work(keeper.calendar, now) else None
    # Late is what used more than its target, which the first second after the due time does where it is worked.
    at = waiting.soon_at if kind == "waits" else waiting.clock.due_at + MOMENT
    return max(at, now + MOMENT) if at > now else now + LOOK_AGAIN


def notices(
    waiting: Waiting, people: Iterable[Colleague], keeper: Timekeeper, now: datetime, channels: Collection[Channel]
) -> list[Notice]:
    """Give who is told of one step now, by those of our channels that they chose."""
    kind = reached(waiting, keeper, now)
    if kind is None or quiet(waiting, keeper, now):
        return []
    return [
        Notice(who.account, kind, waiting, tuple(_ways(waiting, who, kind, channels)))
        for who in awake(waiting, addressees(waiting, people), keeper, now)
    ]


def awake(waiting: Waiting, people: Sequence[Colleague], keeper: Timekeeper, now: datetime) -> Sequence[Colleague]:
    """Outside office hours those of them who are on duty, all where none is; of an emergency approval always all."""
    if is_later_review(waiting) or at_work(keeper.calendar, now):
        return people
    return [who for who in people if who.on_duty and not who.away] or people


def addressees(waiting: Waiting, people: Iterable[Colleague]) -> list[Colleague]:
    """Those on whom a step waits: for a Report sent back its Bidang, and those of all where it has no account."""
    if is_later_review(waiting):
        return [who for who in people if access.may("inbox.work", who.roles) or access.may("review.decide", who.roles)]
    action = ACTIONS[waiting.clock.stage]
    able = [
        who for who in people
        if access.reaches(action, who.roles, own=who.unit, unit=waiting.clock.unit)
        and who.account not in waiting.authors
    ]  # fmt: skip
    if waiting.clock.stage != "intake":
        return able
    own = [who for who in able if not access.everywhere(action, who.roles)]
    return own or able


def _ways(waiting: Waiting, who: Colleague, kind: Kind, channels: Collection[Channel]) -> Iterator[Channel]:
    if waiting.practice or who.away:
        return
    for channel in CHANNELS:
        if channel in channels and channel in who.reached_by and f"{channel}/{kind}" in who.wants:
            yield channel
