"""The board: the ledgers' clocks from the events alone, the same for any interleaving of the topics."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.board import fold, heading, openings
from services.review.board.fold import Item, Key, Row
from tests.unit.review import courses
from tests.unit.review.courses import TALES
from tests.unit.review.samples import KEEPER
from tests.unit.review.tales import Said, Tale

Course = Callable[[Tale], None]
# In these the board hears of the Admin's step before review does.
CROSSED = (courses.returned_while_given_up, courses.returned_while_a_newer_version_came)


def told(course: Course, *, practice: bool = False, immediate: bool = False) -> Tale:
    tale = Tale(practice=practice, lane="immediate" if immediate else "regular")
    course(tale)
    return tale


def read(said: Iterable[Said]) -> dict[UUID, Item]:
    items: dict[UUID, Item] = {}
    for event, sequence in said:
        for id_, kind in fold.touched(event).items():
            items[id_] = fold.fold(items.get(id_, fold.empty(id_, kind)), event, sequence)
    return items


def rows(items: dict[UUID, Item]) -> dict[Key, Row]:
    return {key: row for item in items.values() for key, row in openings.rows(item, KEEPER, {}).items()}


def shown(items: dict[UUID, Item]) -> object:
    """All that the board keeps of items, to compare."""
    return (
        rows(items),
        {id_: (item.facts, heading.heading(item), heading.total(item)) for id_, item in items.items()},
        {r for item in items.values() for r in heading.returns(item)},
    )


def streams(tale: Tale) -> list[list[Said]]:
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in tale.told:
        found[said.event.topic, said.event.key].append(said)
    return list(found.values())


@st.composite
def interleavings(draw: st.DrawFn, tale: Tale) -> list[Said]:
    """Each key of each topic in its order, and otherwise in any; now and then a stretch of one comes again."""
    left = [list(s) for s in streams(tale)]
    done: list[list[Said]] = [[] for _ in left]
    order: list[Said] = []
    while waiting := [n for n, stream in enumerate(left) if stream]:
        n = draw(st.sampled_from(waiting))
        done[n].append(left[n].pop(0))
        again = draw(st.integers(0, 2)) if draw(st.integers(0, 5)) == 0 else 0
        order += done[n][-again - 1 :] if again else [done[n][-1]]
    return order


@pytest.mark.parametrize("course", TALES)
@pytest.mark.parametrize("immediate", [False, True], ids=["regular", "immediate"])
def test_the_board_holds_the_ledgers_clocks(course: Course, immediate: bool) -> None:
    tale = told(course, immediate=immediate)
    assert rows(read(tale.told)) == tale.untaken()


@pytest.mark.parametrize("course", [c for c in TALES if c not in CROSSED])
def test_the_board_holds_the_ledgers_clocks_after_each_step(course: Course) -> None:
    tale = told(course)
    for said, ledgers in tale.steps:
        assert rows(read(tale.told[:said])) == ledgers


@pytest.mark.parametrize("course", TALES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_interleaving_of_the_topics_gives_the_same_board(course: Course, data: st.DataObject) -> None:
    tale = told(course)
    order = data.draw(interleavings(tale))
    assert shown(read(order)) == shown(read(tale.told))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_items_of_one_office_do_not_disturb_each_other(data: st.DataObject) -> None:
    tale = Tale()
    for course in data.draw(st.lists(st.sampled_from([c for c in TALES if "published" not in c.__name__]), max_size=4)):
        course(tale)
    assert shown(read(data.draw(interleavings(tale)))) == shown(read(tale.told))


@pytest.mark.parametrize("course", TALES)
def test_practice_has_no_clocks_and_no_returns(course: Course) -> None:
    items = read(told(course, practice=True).told)
    assert not rows(items)
    assert not [r for item in items.values() for r in heading.returns(item)]


@pytest.mark.parametrize("course", TALES)
def test_what_is_stored_of_an_item_reads_back_the_same(course: Course) -> None:
    for item in read(told(course).told).values():
        stored = item.facts.model_dump_json(exclude_defaults=True)
        assert type(item.facts).model_validate_json(stored) == item.facts


def test_a_running_clock_keeps_the_sop_under_which_it_opened() -> None:
    (item,) = read([*(s for s in told(courses.straight).told if s.event.topic == "reports")]).values()
    (running,) = [row for row in openings.rows(item, KEEPER, {}).values() if row.clock.is_open]
    older = openings.replace(running.clock, sop_version="0", target_seconds=60)
    again = openings.rows(item, KEEPER, {running.key: older})
    assert again[running.key].clock == older


def test_an_embargo_moves_the_opening_of_publishing() -> None:
    tale = told(courses.embargoed)
    found = rows(read(tale.told))
    (clock,) = [row.clock for (stage, _, _), row in found.items() if stage == "publisher"]
    assert clock.opened_at == tale.at + timedelta(hours=48)


def test_reasons_of_return_are_told_by_stage_and_cycle() -> None:
    items = read([*told(courses.two_reports_in_one).told, *told(courses.sent_back_and_supplemented).told])
    found = sorted(r for item in items.values() for r in heading.returns(item))
    assert [(r.stage, r.cycle, r.n, r.outcome, r.code, r.unit) for r in found] == [
        ("editing", 1, 1, "sent-back", "foto-kurang-jelas", "perumahan"),
        ("editing", 2, 1, "sent-back", "foto-kurang-jelas", "perumahan"),
        ("review", 1, 1, "returned", "foto-kurang-jelas", "gabungan"),
        ("review", 1, 2, "returned", "lain", "gabungan"),
    ]


def test_the_whole_way_is_that_to_the_first_publication() -> None:
    tale = told(courses.corrected)
    totals = [found for item in read(tale.told).values() if (found := heading.total(item))]
    (told_once,) = tale.totals.values()
    assert [(t.opened_at, t.closed_at, t.working_seconds, t.unit) for t in totals] == [
        (told_once.opened_at, told_once.closed_at, told_once.working_seconds, "perumahan")
    ]


@pytest.mark.parametrize(
    ("course", "state"),
    [
        (courses.straight, "published"), (courses.waiting_after_a_return, "returned"), (courses.declined, "declined"),
        (courses.withheld, "withheld"), (courses.abandoned_after_a_return, "abandoned"),
        (courses.corrected, "published"),
        (courses.abandoned_then_resubmitted, "submitted"), (courses.revoked_by_an_official, "revoked"),
        (courses.taken_down, "taken-down"), (courses.embargoed, "approved"),
    ],
)  # fmt: skip
def test_where_a_story_stands(course: Course, state: str) -> None:
    items = read(told(course).told)
    (story,) = [i for i in items.values() if i.kind == "story"]
    assert heading.heading(story).state == state


@pytest.mark.parametrize(
    ("course", "states"),
    [
        (courses.straight, {"compiled"}), (courses.sent_back_and_supplemented, {"sent-back"}),
        (courses.withdrawn, {"withdrawn"}), (courses.answered_and_compiled, {"compiled"}),
    ],
)  # fmt: skip
def test_where_a_report_stands(course: Course, states: set[str]) -> None:
    items = read(told(course).told)
    assert {heading.heading(i).state for i in items.values() if i.kind == "report"} == states
