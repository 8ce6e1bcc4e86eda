"""Whom to tell of what waits, and when: within working hours, once, and never an author of their own Version."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.intake.notices import rules
from services.intake.notices.rules import Colleague, Kind
from services.intake.notices.waiting import Waiting, soon
from shared.sla import Stage
from tests.unit.intake.samples import KEEPER
from tests.unit.shared.offices import wib

MAIL = frozenset({"mail"})
DEWI = Colleague("dewi", frozenset({"bidang"}), "perumahan")
AGUS = Colleague("agus", frozenset({"bidang"}), "permukiman")
RINA = Colleague("rina", frozenset({"admin"}), None, reached_by=MAIL)
BAMBANG = Colleague("bambang", frozenset({"pimpinan"}), None)
SITI = Colleague("siti", frozenset({"pimpinan", "admin"}), None)
TONO = Colleague("tono", frozenset({"pengawas"}), None)
ALL = (DEWI, AGUS, RINA, BAMBANG, SITI, TONO)
MONDAY = wib("2026-11-23 08:00")


def waiting(stage: Stage = "editing", at: datetime = MONDAY, *, lane: Any = "regular", **more: Any) -> Waiting:
    clock = KEEPER.open(stage, item=str(uuid4()), cycle=1, at=at, lane=lane, unit="perumahan")
    facts: dict[str, Any] = {"about": "report", "title": "Serah terima", "practice": False, "authors": ()}
    return Waiting(clock, uuid4(), soon_at=soon(KEEPER, clock), **facts | more)


def told(one: Waiting, now: datetime, people: tuple[Colleague, ...] = ALL) -> list[tuple[str, Kind]]:
    return [(n.account, n.kind) for n in rules.notices(one, people, KEEPER, now, ("mail",))]


def course(one: Waiting, start: datetime, days: float = 14) -> list[tuple[datetime, Kind]]:
    """What is told from then on, each with its moment, as the worker comes to look when it was told to."""
    found: list[tuple[datetime, Kind]] = []
    now: datetime | None = start
    while now is not None and now < start + timedelta(days=days):
        kind = rules.reached(one, KEEPER, now)
        if kind and told(one, now) and kind not in [known for _, known in found]:
            found.append((now, kind))
        now = rules.next_look(one, KEEPER, now)
    return found


@pytest.mark.parametrize(
    ("stage", "who"),
    [("intake", ["dewi"]), ("editing", ["rina", "siti"]), ("review", ["bambang", "siti"]),
     ("publisher", ["rina", "siti"])],
)  # fmt: skip
def test_each_step_waits_on_those_whom_the_table_of_access_lets_take_it(stage: Stage, who: list[str]) -> None:
    assert [account for account, _ in told(waiting(stage), MONDAY)] == who


def test_a_bidang_without_an_account_is_asked_through_the_admin() -> None:
    assert told(waiting("intake"), MONDAY, (AGUS, RINA, BAMBANG)) == [("rina", "waits")]


def test_an_author_is_not_asked_to_review_their_own_story() -> None:
    assert told(waiting("review", authors=("siti",)), MONDAY) == [("bambang", "waits")]


def test_what_comes_in_the_night_is_told_when_the_office_opens() -> None:
    night = wib("2026-11-23 22:10")
    assert told(waiting(at=night), night) == []
    assert course(waiting(at=night), night)[0] == (wib("2026-11-24 07:30"), "waits")


def test_the_break_on_friday_is_not_disturbed() -> None:
    in_the_break = wib("2026-11-27 11:45")
    assert course(waiting(at=in_the_break), in_the_break)[0] == (wib("2026-11-27 13:00"), "waits")


def test_in_ramadan_the_office_opens_at_eight() -> None:
    before = wib("2026-03-02 07:31")
    assert KEEPER.calendar.is_open(wib("2026-03-02 08:00"))
    assert course(waiting(at=before), before)[0] == (wib("2026-03-02 08:00"), "waits")


def test_a_holiday_is_not_disturbed() -> None:
    christmas = wib("2026-12-25 09:00")
    assert not KEEPER.calendar.is_open(christmas)
    (first, *_) = course(waiting(at=christmas), christmas)
    assert first == (wib("2026-12-28 07:30"), "waits")


def test_one_is_told_that_it_waits_that_it_is_due_soon_and_that_it_is_late() -> None:
    one = waiting("review", MONDAY)
    found = course(one, MONDAY)
    assert [kind for _, kind in found] == ["waits", "due-soon", "late"]
    assert [at for at, _ in found[1:]] == [one.soon_at, one.clock.due_at + timedelta(seconds=1)]


def test_due_at_the_end_of_friday_is_not_late_before_monday() -> None:
    friday = wib("2026-11-27 14:30")
    one = waiting("review", friday)
    assert one.clock.due_at == wib("2026-11-27 16:30")
    late = next(at for at, kind in course(one, friday) if kind == "late")
    assert wib("2026-11-30 07:30") < late <= wib("2026-11-30 07:32")


def test_who_comes_back_to_three_days_of_work_is_told_the_latest_only() -> None:
    assert told(waiting("review", MONDAY), MONDAY + timedelta(days=3)) == [("bambang", "late"), ("siti", "late")]


def test_serta_merta_is_told_at_any_hour_to_admin_and_pimpinan_and_not_to_the_bidang() -> None:
    night = wib("2026-11-28 23:00")
    for stage in ("editing", "review", "publisher"):
        assert told(waiting(stage, night, lane="immediate"), night)
    assert not told(waiting("intake", night, lane="immediate"), night)


NIGHT = wib("2026-11-22 02:00")


def test_outside_office_hours_serta_merta_is_told_to_those_on_duty() -> None:
    siti = replace(SITI, on_duty=True)
    one = waiting("review", NIGHT, lane="immediate")
    assert told(one, NIGHT, (RINA, BAMBANG, siti)) == [("siti", "waits")]
    assert told(one, MONDAY, (RINA, BAMBANG, siti)) == [("bambang", "late"), ("siti", "late")]


@pytest.mark.parametrize(
    "siti", [SITI, replace(SITI, on_duty=True, away=True), replace(SITI, on_duty=True, roles=frozenset({"admin"}))]
)
def test_without_anybody_on_duty_who_can_decide_all_who_can_are_told(siti: Colleague) -> None:
    found = told(waiting("review", NIGHT, lane="immediate"), NIGHT, (BAMBANG, siti))
    assert ("bambang", "waits") in found


def test_what_was_late_in_the_night_is_told_to_the_others_when_the_office_opens() -> None:
    one = waiting("review", NIGHT, lane="immediate")
    late = NIGHT + timedelta(hours=3)
    assert rules.reached(one, KEEPER, late) == "late"
    assert rules.next_look(one, KEEPER, late) == wib("2026-11-23 07:30")
    assert rules.next_look(one, KEEPER, MONDAY) is None


def test_nothing_is_told_under_an_embargo() -> None:
    one = waiting("publisher", MONDAY + timedelta(days=1))
    assert told(one, MONDAY) == []
    assert rules.next_look(one, KEEPER, MONDAY) == one.clock.opened_at


def ways(one: Waiting, who: Colleague, now: datetime = MONDAY, channels: Any = ("mail", "telegram")) -> Any:
    return [n.channels for n in rules.notices(one, [who], KEEPER, now, channels)]


def test_mail_comes_when_it_is_due_soon_or_late_and_only_to_a_confirmed_address() -> None:
    one = waiting()
    late = one.clock.due_at + timedelta(hours=1)
    assert ways(one, RINA) == [()]
    assert ways(one, RINA, one.soon_at) == ways(one, RINA, late) == [("mail",)]
    assert ways(one, SITI, late) == ways(one, RINA, late, ()) == [()]


def test_each_chooses_what_is_told_by_which_way() -> None:
    both = Colleague("rina", RINA.roles, None, frozenset({"mail/waits"}), frozenset({"mail", "telegram"}))
    one = waiting()
    assert ways(one, both) == [("mail",)]
    assert ways(one, both, one.soon_at) == [()]


@pytest.mark.parametrize("practice", [True, False])
def test_practice_and_those_who_are_away_are_told_in_the_page_alone(practice: bool) -> None:
    one = waiting(practice=practice)
    who = Colleague("rina", RINA.roles, None, reached_by=MAIL, away=not practice)
    assert ways(one, who, one.soon_at) == [()]


def test_beyond_the_calendar_people_are_told_rather_than_not() -> None:
    beyond = wib("2070-01-01 10:00")
    assert rules.at_work(KEEPER.calendar, beyond)
    assert rules.opening(KEEPER.calendar, beyond) > beyond
