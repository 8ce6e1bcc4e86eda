"""What waits on whom: the board's open clocks from the events alone, the same for any interleaving of the topics."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.notices.facts import FACTS, Facts, fold, touched
from services.intake.notices.waiting import Key, Waiting, rows
from services.review.board import fold as board
from services.review.board import openings
from tests.unit.review import courses
from tests.unit.review.courses import TALES
from tests.unit.review.samples import KEEPER
from tests.unit.review.tales import Said, Tale

Course = Callable[[Tale], None]


def told(course: Course, *, practice: bool = False, immediate: bool = False) -> Tale:
    tale = Tale(practice=practice, lane="immediate" if immediate else "regular")
    course(tale)
    return tale


def read(said: Iterable[Said]) -> dict[UUID, Facts]:
    items: dict[UUID, Facts] = {}
    for event, sequence in said:
        for item, kind in touched(event).items():
            items[item] = fold(item, items.get(item, FACTS[kind]()), event, sequence)
    return items


def waiting(said: Iterable[Said]) -> dict[Key, Waiting]:
    return {key: row for item, facts in read(said).items() for key, row in rows(item, facts, KEEPER, {}).items()}


def on_the_board(said: Iterable[Said]) -> set[board.Key]:
    items: dict[UUID, board.Item] = {}
    for event, sequence in said:
        for item, kind in board.touched(event).items():
            items[item] = board.fold(items.get(item, board.empty(item, kind)), event, sequence)
    found = (row for item in items.values() for row in openings.rows(item, KEEPER, {}).values())
    return {row.key for row in found if row.clock.is_open}


@pytest.mark.parametrize("course", TALES)
@pytest.mark.parametrize("immediate", [False, True], ids=["regular", "immediate"])
def test_what_waits_is_what_the_board_shows_as_running(course: Course, immediate: bool) -> None:
    tale = told(course, immediate=immediate)
    for said in range(len(tale.told) + 1):
        assert set(waiting(tale.told[:said])) == on_the_board(tale.told[:said])


@pytest.mark.parametrize("course", TALES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_interleaving_of_the_topics_and_any_repeat_gives_the_same(course: Course, data: st.DataObject) -> None:
    tale = told(course, practice=data.draw(st.booleans()))
    order = data.draw(interleavings(tale))
    assert (read(order), waiting(order)) == (read(tale.told), waiting(tale.told))


@st.composite
def interleavings(draw: st.DrawFn, tale: Tale) -> list[Said]:
    """Each key of each topic in its order, and otherwise in any; now and then the last one comes again."""
    left: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in tale.told:
        left[said.event.topic, said.event.key].append(said)
    order: list[Said] = []
    while streams := [key for key, rest in left.items() if rest]:
        said = left[draw(st.sampled_from(streams))].pop(0)
        order += [said] * draw(st.sampled_from([1, 1, 1, 2]))
    return order


@pytest.mark.parametrize("course", TALES)
def test_what_is_stored_of_an_item_reads_back_the_same(course: Course) -> None:
    for facts in read(told(course).told).values():
        assert type(facts).model_validate_json(facts.model_dump_json(exclude_defaults=True)) == facts


def test_practice_waits_on_people_as_all_else_does_and_says_so() -> None:
    found = waiting(told(courses.waiting_after_a_return, practice=True).told)
    assert [(w.clock.stage, w.practice) for w in found.values()] == [("editing", True)]


def test_the_authors_of_a_version_are_known_where_it_waits_for_the_leader() -> None:
    tale = Tale()
    tale.submit(tale.compile(tale.receive()))
    (one,) = waiting(tale.told).values()
    assert (one.clock.stage, one.authors, one.title) == ("review", ("rina",), "Berita versi 1")


def test_soon_lies_between_the_opening_and_the_due_time() -> None:
    for course in TALES:
        for one in waiting(told(course).told).values():
            assert one.clock.opened_at < one.soon_at < one.clock.due_at
            assert KEEPER.due_soon(one.clock, one.soon_at)
