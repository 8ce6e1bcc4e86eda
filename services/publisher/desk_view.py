"""What the desk's screens and the API show of Publications: rows with their time left, channels with what can be done.

Read from the database, put together here, and given to templates as plain data.
"""

from typing import Any
from uuid import UUID

from fastapi import Request

from services.publisher import steps, store, store_desk
from services.publisher.domain import UNDERWAY, Publication, Story
from services.publisher.standing import Reach, Standing, in_brief, shown_state, standing
from services.publisher.store_desk import Group, Place
from services.publisher.switchboard import Switchboard
from shared.refusal import NotFound
from shared.remaining import Remaining, remaining
from shared.sla import Timekeeper
from shared.web import desk_of

AT_ONCE = 200
PER_PAGE = 50


async def at_work(request: Request, *, group: Group | None, words: str) -> list[dict[str, Any]]:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        rows = await store_desk.at_work(conn, desk.now(), group=group, words=words, limit=AT_ONCE)
    return [told(request, row) for row in rows]


async def counts(request: Request) -> dict[Group, int]:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        return await store_desk.counts(conn, desk.now())


async def done(
    request: Request, *, after: Place | None, words: str, limit: int = PER_PAGE
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of what is done, and where the next one goes on (None at the end)."""
    async with desk_of(request).db.connection() as conn:
        rows = await store_desk.done(conn, after=after, words=words, limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    place = str(Place(last["since"], last["story"], last["version"])) if last else None
    return [told(request, row) for row in rows[:limit]], place


async def whole(request: Request, id_: UUID) -> tuple[Story, list[dict[str, Any]]]:
    """A Story and its Versions, the newest first, each with its channels as they stand under `channels`."""
    async with desk_of(request).db.connection() as conn:
        rows = await store_desk.story(conn, id_)
        story = await store.read(conn, id_)
    if story is None or not rows:
        raise NotFound("Berita ini")
    versions: list[dict[str, Any]] = []
    for row in rows:
        publication = story.find(row["version"])
        if publication is not None:
            versions.append(told(request, row) | {"channels": channels_of(request, publication, row)})
    return story, versions


def channels_of(request: Request, publication: Publication, row: dict[str, Any]) -> list[Standing]:
    """In the order of the row: the site first."""
    board = steps.office_of(request).board
    found = ((publication.delivery(d["channel"]), d["since"]) for d in row["deliveries"])
    return [
        standing(publication, d, reach=_reach(board, d.channel), since=since) for d, since in found if d is not None
    ]


def _reach(board: Switchboard, channel: str) -> Reach:
    return Reach(board.way(channel), board.looks_up(channel), by_hand=board.capabilities(channel).assisted)


def told(request: Request, row: dict[str, Any]) -> dict[str, Any]:
    """A row with its public address and what is left of its clock."""
    desk = desk_of(request)
    slug = row.pop("slug")
    url = f"{steps.office_of(request).public_url}/berita/{slug}" if slug else None
    for delivery in row["deliveries"]:
        removal = delivery["removal"] if delivery["removal_cause"] != "left-over" else None
        delivery["shown"] = shown_state(delivery["state"], delivery["mode"], removal)
        delivery["advice"] = in_brief(row["state"], delivery)
    return {**row, "url": url, **_time_left(row, desk.clock, desk.now())}


def _time_left(row: dict[str, Any], keeper: Timekeeper, now: Any) -> dict[str, Any]:
    if row["due_at"] is None or row["closed_at"] is not None:
        return {"left": None, "pace": None}
    calendar = keeper.calendar_of(row["urgency"])
    left = remaining(row["due_at"], now=now, calendar=calendar, opened_at=row["opened_at"])
    return {"left": left, "pace": _pace(left, row["target_seconds"], keeper.sop.due_soon_percent)}


def _pace(left: Remaining, target: int, percent: int) -> str:
    if left.overdue:
        return "overdue"
    return "due-soon" if (target - left.seconds) * 100 >= target * percent else "in-time"


def public_now(story: Story) -> Publication | None:
    """The Version that the public reads at this moment."""
    return next((p for p in story.publications if p.visible), None)


def may_come_down(story: Story) -> list[Publication]:
    """The Versions of which something is, or is on its way, in public."""
    return [p for p in story.publications if p.state in UNDERWAY]
