"""A time for publishing that the Admin sets after the approval: set, changed, cancelled, kept, or missed. Pure.

It never goes before the leader's embargo, and moves no clock.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from services.publisher import starting
from services.publisher.domain import Publication, Schedule, Story
from services.publisher.refusals import NothingScheduled, NotPossible, PastTime, TooEarly, TooFarAhead
from services.publisher.transitions import ended_schedule, move_schedule
from shared.audit import SYSTEM
from shared.content import Official

Missed = Literal["publish", "ask"]
FARTHEST = timedelta(days=366)


def set_time(story: Story, version: int, *, publish_at: datetime, by: Official, at: datetime, zone: str) -> Story:
    """Set or change when this Version is to be published; `zone` is the office's, for what a person is told."""
    found = starting.approved(story, version)
    if found.state != "ready":
        raise NotPossible("publication", found.state, "schedule")
    if publish_at <= at:
        raise PastTime
    if publish_at > at + FARTHEST:
        raise TooFarAhead(at + FARTHEST, zone)
    if found.approval.not_before is not None and publish_at < found.approval.not_before:
        raise TooEarly(found.approval.not_before)
    known = found.schedule
    if known is not None and known.state == "waiting" and known.at == publish_at:
        return story
    before = known or Schedule(publish_at, by, at, "none")
    return story.put(replace(found, schedule=replace(move_schedule(before, "set"), at=publish_at, by=by, set_at=at)))


def cancel(story: Story, version: int) -> Story:
    """The Version waits for a person again."""
    found = story.find(version)
    if found is None or found.schedule is None or not found.schedule.is_on:
        raise NothingScheduled
    return story.put(replace(found, schedule=move_schedule(found.schedule, "cancel")))


def is_due(publication: Publication, at: datetime) -> bool:
    schedule = publication.schedule
    return schedule is not None and schedule.state == "waiting" and schedule.at <= at


def keep(
    story: Story,
    version: int,
    *,
    at: datetime,
    missed: Missed,
    grace: timedelta,
    channels: Collection[str],
    required: Collection[str],
    by_hand: Collection[str] = (),
) -> Story:
    """Start a Version whose time has come, where its approval stands at this very moment.

    One that is later than `grace` (the system stood still, or its clock leapt) is asked about where `missed` says so.
    """
    found = story.find(version)
    if found is None or found.schedule is None or not is_due(found, at):
        return story
    if found.state != "ready" or found.approval.state != "valid" or found.approval.practice:
        return story.put(replace(found, schedule=ended_schedule(found, "void")))
    if missed == "ask" and at - found.schedule.at > grace:
        return story.put(replace(found, schedule=move_schedule(found.schedule, "miss")))
    return starting.publish(story, version, by=SYSTEM, at=at, channels=channels, required=required, by_hand=by_hand)
