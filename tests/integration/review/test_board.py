"""The board in a real database: every course of the SOP, batches that cross, a new calendar."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.main import app
from deploy.prepare import HOUSE
from services.review.board import rebuild, store
from services.review.board.facts import ItemKind
from services.review.board.fold import Key, Row
from services.review.board.workers import BoardProjection
from shared.calendar import WorkCalendar
from shared.desk import Rules
from shared.envelope import Record
from shared.sla import Timekeeper
from tests.integration.review.desk import Office
from tests.unit.review import courses
from tests.unit.review.courses import TALES
from tests.unit.review.samples import KEEPER, record
from tests.unit.review.tales import Said, Tale


async def rows(desk: Office) -> dict[Key, Row]:
    found = await desk.rows("SELECT * FROM review.board_clocks")
    return {row.key: row for row in map(store.row_of, found)}


async def board(desk: Office) -> list[list[dict[str, Any]]]:
    """All rows of the board, to compare."""
    tables = {
        "board_items": "item", "board_clocks": "stage, item, cycle", "board_links": "report, story",
        "board_returns": "stage, item, cycle, n", "board_totals": "story",
    }  # fmt: skip
    return [[dict(r) for r in await desk.rows(f"SELECT * FROM review.{t} ORDER BY {by}")] for t, by in tables.items()]


def records(said: Sequence[Said]) -> list[Record]:
    return [record(s.event, s.sequence, offset=n) for n, s in enumerate(said)]


async def hear(desk: Office, said: Sequence[Said]) -> None:
    """Feed events in this order, each topic's neighbours as one batch."""
    batch: list[Record] = []
    for one in records(said):
        if batch and batch[0].topic != one.topic:
            await desk.consumers[batch[0].topic].handle(batch)
            batch = []
        batch.append(one)
    await desk.consumers[batch[0].topic].handle(batch)


def by_topic(said: Sequence[Said]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        found[one.event.topic].append(one)
    return found


def office_of(*seen: Any) -> Tale:
    tale = Tale()
    for course in seen:
        course(tale)
    return tale


@pytest.mark.parametrize("course", TALES)
async def test_the_board_holds_the_ledgers_clocks(desk: Office, course: Any) -> None:
    tale = office_of(course)
    await hear(desk, tale.told)
    assert await rows(desk) == tale.untaken()
    assert await desk.rows("SELECT 1 FROM review.dead_letters") == []


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_topics_read_one_after_another_and_at_once_give_the_same_board(desk: Office, seed: int) -> None:
    tale = office_of(*(c for c in TALES if "published" not in c.__name__))
    await hear(desk, tale.told)
    expected = await board(desk)
    await desk.rows("TRUNCATE review.board_items, review.board_clocks, review.board_links, review.board_returns")
    chance = random.Random(seed)

    async def apply(said: Sequence[Said]) -> None:
        left = records(said)
        while left:
            batch = [left.pop(0) for _ in range(min(len(left), chance.randint(1, 9)))]
            async with desk.desk.transaction() as conn:
                await store.apply(conn, KEEPER, [desk.read(r) for r in batch])
            await asyncio.sleep(chance.random() / 50)

    await asyncio.gather(*map(apply, by_topic(tale.told).values()))
    assert await board(desk) == expected


async def test_the_same_events_again_change_nothing(desk: Office) -> None:
    tale = office_of(courses.returned_twice, courses.taken_down, courses.two_reports_in_one)
    await hear(desk, tale.told)
    before = await board(desk)
    async with desk.desk.transaction() as conn:
        await store.apply(conn, KEEPER, [desk.read(r) for r in records(tale.told)])
    assert await board(desk) == before


async def test_what_review_refuses_the_board_does_not_take_in_nor_what_waits_behind_it(desk: Office) -> None:
    tale = office_of(courses.waiting_after_a_return)
    story = next(iter(tale.origins))
    submission = next(s for s in tale.told if s.event.name == "story.submitted")
    again = submission.event.model_copy(update={"clocks": ()})
    await hear(desk, [*tale.told, Said(again, 2), Said(again.model_copy(update={"version": 2, "cycle": 2}), 3)])
    facts = await desk.rows("SELECT facts->'submitted' AS s FROM review.board_items WHERE item = $1", story)
    assert '"2"' not in facts[0]["s"]
    assert [r["state"] for r in await desk.rows("SELECT state FROM review.dead_letters ORDER BY id")] == [
        "open",
        "waiting",
    ]


async def test_made_again_the_board_is_the_same_without_what_was_refused_or_is_still_to_come(desk: Office) -> None:
    tale = office_of(courses.waiting_after_a_return, courses.corrected, courses.sent_back_and_supplemented)
    first = next(s for s in tale.told if s.event.name == "story.submitted")
    refused = Said(first.event.model_copy(update={"clocks": ()}), 2)
    later = office_of(courses.straight)
    await hear(desk, [*tale.told, refused])
    before = await board(desk)
    await desk.owner.execute("SET search_path = review")
    await rebuild.empty(desk.owner)
    async with desk.desk.db.connection() as conn:
        counts = [
            await rebuild.again(conn, KEEPER, records(some))
            for some in (*by_topic([*tale.told, refused]).values(), later.told)
        ]
    assert await board(desk) == before
    assert sum(c.applied for c in counts) == len(tale.told)
    assert sum(c.left_out for c in counts) == 1 + len(later.told)


async def test_a_batch_and_a_decision_of_the_same_story_do_not_wait_for_each_other_for_ever(desk: Office) -> None:
    tales = [office_of(courses.corrected, courses.split_into_two) for _ in range(6)]
    said = [one for tale in tales for one in tale.told]
    topics = by_topic(said)
    # As the four consumers do: each its own topic, in batches, against the same items.
    await asyncio.gather(
        *(desk.consumers[t].handle(records(some)) for t, some in topics.items()),
    )
    assert await rows(desk) == {key: row for tale in tales for key, row in tale.untaken().items()}


async def test_running_clocks_are_laid_on_a_new_calendar_and_closed_ones_stay(desk: Office) -> None:
    tale = office_of(courses.waiting_after_a_return, courses.straight)
    await hear(desk, tale.told)
    before = await rows(desk)
    assert isinstance(KEEPER.calendar, WorkCalendar)
    free = KEEPER.calendar.days.first + timedelta(days=700)
    newer = WorkCalendar("baru", replace(KEEPER.calendar.days, last=free), KEEPER.calendar.zone)
    keeper = Timekeeper(KEEPER.sop, newer)
    projection = BoardProjection(replace(desk.desk, rules=Rules(keeper)))
    assert await projection.once() == 1
    assert await projection.once() == 0
    after = await rows(desk)
    changed = {key for key in before if before[key] != after[key]}
    assert {after[key].clock.calendar_version for key in changed} == {"baru"}
    assert all(before[key].clock.is_open for key in changed)
    assert len(changed) == 1


async def test_rows_are_locked_in_the_order_of_their_ids(desk: Office) -> None:
    ids = [next(iter(office_of(courses.straight).reports)) for _ in range(40)]
    kinds: dict[Any, ItemKind] = dict.fromkeys(ids, "report")

    async def hold(mixed: dict[Any, ItemKind]) -> None:
        for _ in range(10):
            async with desk.desk.transaction() as conn:
                await store.lock(conn, mixed)

    await asyncio.gather(hold(kinds), hold(dict(reversed(kinds.items()))))


async def test_a_rebuild_that_finds_no_kafka_leaves_the_board_as_it_was(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hear(desk, office_of(*TALES[:2]).told)
    sop, calendar = ((HOUSE / "deploy" / f"{name}.toml").read_text() for name in ("sop", "calendar"))
    await desk.rows(
        "INSERT INTO review.office_files VALUES ('sop', '1', $1, now()), ('calendar', '1', $2, now())", sop, calendar
    )
    before = await board(desk)
    monkeypatch.setenv("ALURWARTA_ADMIN_DSN", desk.stack.owner_dsn)
    monkeypatch.setenv("ALURWARTA_KAFKA", "127.0.0.1:1")
    told = await asyncio.to_thread(CliRunner().invoke, app, ["board", "rebuild", "--from-empty", "--yes"])
    assert (told.exit_code, "does not answer" in told.output) == (1, True)
    assert await board(desk) == before != [[], [], [], [], []]
