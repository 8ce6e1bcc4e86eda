"""The editing clocks: one per Report and Story, one per return of a Story."""

from dataclasses import replace

from services.editing import reports
from services.editing.clocks import Book
from services.editing.reports import Report
from shared.sla import Clock
from tests.unit.editing.parts import (
    KEEPER,
    OTHER,
    REPORT,
    RINA,
    STORY,
    TEN,
    later,
    report,
    story,
    submitted,
    supplemented,
)


def book(*of: Report) -> Book:
    made = Book(KEEPER, ())
    for one in of:
        made.open_report(one)
    return made


def told(clocks: list[Clock]) -> set[tuple[str, int, str | None]]:
    return {(c.item, c.cycle, c.outcome) for c in clocks}


def test_the_clock_opens_when_the_report_was_received():
    made = book(report())
    assert [(c.item, c.cycle, c.opened_at, c.report, c.story) for c in made.changed.values()] == [
        (str(REPORT), 1, TEN, REPORT, None)
    ]


def test_the_first_story_takes_the_reports_own_clock():
    made = book(report())
    made.enter_story(report(), story())
    closed = made.close_story(STORY, at=later(30), outcome="completed")
    assert told(closed) == {(str(REPORT), 1, "completed")}
    assert closed[0].punctuality == "in_time"


def test_a_split_opens_another_clock_with_the_same_start():
    made = book(report())
    made.enter_story(report(), story())
    second = replace(story(), id=OTHER)
    made.enter_story(report(), second)
    assert {(c.item, c.story, c.opened_at) for c in made.running.values()} == {
        (str(REPORT), STORY, TEN),
        (f"{REPORT}.{OTHER}", OTHER, TEN),
    }
    made.close_story(STORY, at=later(30), outcome="completed")
    assert [c.story for c in made.running.values()] == [OTHER]


def test_a_split_of_a_report_whose_clock_is_closed_starts_when_the_report_came():
    made = Book(KEEPER, ())
    made.enter_story(report(), story())
    assert [(c.item, c.opened_at) for c in made.running.values()] == [(f"{REPORT}.{STORY}", TEN)]


def test_a_report_added_later_brings_its_own_clock():
    made = book(report(), report(OTHER, received_at=later(20)))
    made.enter_story(report(), story())
    made.enter_story(report(OTHER, received_at=later(20)), story())
    closed = made.close_story(STORY, at=later(60), outcome="completed")
    assert {(c.item, c.opened_at) for c in closed} == {(str(REPORT), TEN), (str(OTHER), later(20))}


def test_a_return_opens_one_clock_for_the_story():
    made = Book(KEEPER, ())
    made.open_returned(submitted(), cycle=2, at=later(60), unit="perumahan")
    (clock,) = made.running.values()
    assert (clock.item, clock.cycle, clock.story, clock.report, clock.kind) == (str(STORY), 2, STORY, None, "regular")
    assert clock.unit == "perumahan"


def test_the_clocks_of_a_correction_are_a_kind_of_their_own():
    made = Book(KEEPER, ())
    made.open_returned(replace(submitted(), correction=True), cycle=3, at=later(60), unit=None)
    made.enter_story(report(), replace(story(), published_version=1))
    assert {c.kind for c in made.running.values()} == {"correction"}


def test_the_answer_to_a_report_sent_back_opens_its_next_cycle():
    made = book(report())
    asked = reports.send_back(report(), by=RINA, at=later(5), in_living_story=False)
    assert told(made.close_report(REPORT, at=later(5), outcome="sent-back")) == {(str(REPORT), 1, "sent-back")}
    made.open_report(reports.supplement(asked, supplemented(2)))
    assert [(c.item, c.cycle, c.opened_at) for c in made.running.values()] == [(str(REPORT), 2, later(60))]


def test_a_withdrawn_report_closes_all_its_clocks():
    made = book(report())
    made.enter_story(report(), story())
    made.enter_story(report(), replace(story(), id=OTHER))
    closed = made.close_report(REPORT, at=later(30), outcome="withdrawn")
    assert {c.outcome for c in closed} == {"withdrawn"}
    assert len(closed) == 2
    assert not made.running


def test_serta_merta_is_measured_by_the_wall():
    made = book(report(urgency="immediate"))
    (clock,) = made.running.values()
    assert (clock.lane, clock.due_at) == ("immediate", later(30))


def test_practice_is_never_counted():
    made = book(report(practice=True))
    made.enter_story(report(practice=True), story(report(practice=True)))
    made.open_returned(submitted(story(report(practice=True))), cycle=2, at=later(60), unit=None)
    assert not made.changed
