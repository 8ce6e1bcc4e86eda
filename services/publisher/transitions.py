"""Every transition between the states of approvals, publications, deliveries and schedules. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, NamedTuple, cast

from services.publisher.domain import (
    NO_SCHEDULE,
    SENT,
    Approval,
    ApprovalState,
    Delivery,
    DeliveryState,
    Publication,
    Schedule,
    ScheduleState,
    State,
)
from services.publisher.refusals import NotPossible
from shared.access import roles_of


class Transition(NamedTuple):
    """One arrow; `roles` are who may cause it by hand, none where only the system does."""

    item: Literal["approval", "publication", "delivery", "schedule"]
    before: str
    action: str
    after: str
    roles: tuple[str, ...] = ()


TRANSITIONS = (
    Transition("approval", "valid", "void", "void"),
    Transition("approval", "valid", "overtake", "superseded"),
    Transition("approval", "valid", "revoke", "revoked"),
    Transition("approval", "superseded", "revoke", "revoked"),
    Transition("publication", "ready", "publish", "publishing", roles_of("publication.publish")),
    Transition("publication", "ready", "void", "void"),
    Transition("publication", "publishing", "void", "void"),
    Transition("publication", "publishing", "complete", "published"),
    Transition("publication", "publishing", "waive", "published", roles_of("publication.waive")),
    Transition("publication", "publishing", "replace", "superseded"),
    Transition("publication", "published", "replace", "superseded"),
    Transition("publication", "publishing", "take-down", "taking-down", roles_of("publication.take-down")),
    Transition("publication", "published", "take-down", "taking-down", roles_of("publication.take-down")),
    Transition("publication", "taking-down", "clear", "taken-down"),
    Transition("publication", "taking-down", "void", "void"),
    Transition("delivery", "waiting", "send", "sending"),
    Transition("delivery", "waiting", "void", "void"),
    # By hand: one person at a time takes it on, posts it on the channel, and comes back with its link.
    Transition("delivery", "waiting", "take-on", "sending", roles_of("publication.post")),
    Transition("delivery", "sending", "give-back", "waiting", roles_of("publication.post")),
    Transition("delivery", "waiting", "attest", "live", roles_of("publication.confirm")),
    Transition("delivery", "sending", "attest", "live", roles_of("publication.confirm")),
    Transition("delivery", "failed", "by-hand", "waiting", roles_of("publication.post")),
    Transition("delivery", "waiting", "by-hand", "waiting", roles_of("publication.post")),
    # A look-up that was under way when a person said "not there", and found it.
    Transition("delivery", "waiting", "confirm", "live"),
    Transition("delivery", "failed", "void", "void"),
    Transition("delivery", "sending", "put-back", "waiting"),
    Transition("delivery", "sending", "doubt", "unconfirmed"),
    Transition("delivery", "sending", "confirm", "live"),
    Transition("delivery", "sending", "fail", "failed"),
    Transition("delivery", "sending", "void", "void"),
    # Sent while a newer page took the place: it stands there, and is known.
    Transition("delivery", "sending", "replace", "superseded"),
    Transition("delivery", "unconfirmed", "doubt", "unconfirmed"),
    Transition("delivery", "unconfirmed", "confirm", "live"),
    Transition("delivery", "unconfirmed", "attest", "live", roles_of("publication.confirm")),
    Transition("delivery", "unconfirmed", "deny", "waiting", roles_of("publication.confirm")),
    Transition("delivery", "unconfirmed", "put-back", "waiting"),
    Transition("delivery", "unconfirmed", "fail", "failed"),
    Transition("delivery", "unconfirmed", "void", "void"),
    Transition("delivery", "failed", "retry", "waiting", roles_of("publication.retry")),
    Transition("delivery", "unconfirmed", "retry", "unconfirmed", roles_of("publication.retry")),
    Transition("delivery", "unconfirmed", "replace", "superseded"),
    # Looked at again later, and not there any more.
    Transition("delivery", "live", "vanish", "failed"),
    Transition("delivery", "live", "replace", "superseded"),
    Transition("delivery", "unconfirmed", "take-down", "taken-down", roles_of("publication.take-down")),
    Transition("delivery", "live", "take-down", "taken-down", roles_of("publication.take-down")),
    Transition("delivery", "superseded", "take-down", "taken-down", roles_of("publication.take-down")),
    # It showed a file that was erased since, and was removed: it is sent anew without that, or a person decides.
    Transition("delivery", "live", "redo", "waiting"),
    Transition("delivery", "unconfirmed", "redo", "waiting"),
    Transition("delivery", "live", "withdraw", "failed"),
    Transition("delivery", "unconfirmed", "withdraw", "failed"),
    Transition("schedule", NO_SCHEDULE, "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "waiting", "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "missed", "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "cancelled", "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "waiting", "cancel", "cancelled", roles_of("publication.schedule")),
    Transition("schedule", "missed", "cancel", "cancelled", roles_of("publication.schedule")),
    Transition("schedule", "waiting", "miss", "missed"),
    Transition("schedule", "waiting", "start", "started", roles_of("publication.publish")),
    Transition("schedule", "missed", "start", "started", roles_of("publication.publish")),
    Transition("schedule", "waiting", "void", "void"),
    Transition("schedule", "missed", "void", "void"),
)
_ARROWS: dict[tuple[str, str, str], Transition] = {(t.item, t.before, t.action): t for t in TRANSITIONS}


def move_approval(approval: Approval, action: str) -> Approval:
    return replace(approval, state=cast("ApprovalState", _after("approval", approval.state, action)))


def move_publication(publication: Publication, action: str) -> Publication:
    return replace(publication, state=cast("State", _after("publication", publication.state, action)))


def move_delivery(delivery: Delivery, action: str) -> Delivery:
    after = cast("DeliveryState", _after("delivery", delivery.state, action))
    # What is sent again is another post: nothing is to be looked up under the name of the one before.
    made = delivery.made
    if after == "waiting":
        facts = {name: fact for name, fact in made.facts.items() if not name.startswith(SENT)}
        made = replace(made, submitted=False, external_id="", facts=facts)
    return replace(delivery, state=after, looks=delivery.looks if after == "unconfirmed" else 0, made=made)


def move_schedule(schedule: Schedule, action: str) -> Schedule:
    return replace(schedule, state=cast("ScheduleState", _after("schedule", schedule.state, action)))


def ended_schedule(publication: Publication, action: Literal["start", "void"]) -> Schedule | None:
    """The schedule of a Publication that starts, or never will; one that was cancelled stays so."""
    schedule = publication.schedule
    return move_schedule(schedule, action) if schedule is not None and schedule.is_on else schedule


def _after(item: str, before: str, action: str) -> str:
    arrow = _ARROWS.get((item, before, action))
    if arrow is None:
        raise NotPossible(item, before, action)
    return arrow.after


def let_go(delivery: Delivery) -> Delivery:
    """What a person has in hand when the Publication ends may be on the channel by now: it is unconfirmed."""
    if not delivery.is_by_hand or delivery.state != "sending":
        return delivery
    return replace(move_delivery(delivery, "doubt"), held_by=None)


def settled(deliveries: Iterable[Delivery], action: Literal["void", "replace", "take-down"]) -> tuple[Delivery, ...]:
    """Each delivery when its Publication ends. One that is being sent is left to its worker, who finds out."""
    ended: list[Delivery] = []
    for delivery in map(let_go, deliveries):
        chosen = "void" if delivery.state in ("waiting", "failed") else action
        can = ("delivery", delivery.state, chosen) in _ARROWS and delivery.state != "sending"
        ended.append(replace(move_delivery(delivery, chosen), next_at=None, check_at=None) if can else delivery)
    return tuple(ended)
