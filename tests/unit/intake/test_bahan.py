"""A Report's steps: each transition of the table, and each refusal."""

from itertools import product
from typing import get_args
from uuid import uuid4

import pytest

from services.intake import api
from services.intake.domain import (
    IMPOSSIBLE,
    TRANSITIONS,
    Action,
    AlreadyPublished,
    Asked,
    NotNow,
    NotYourUnit,
    Report,
    State,
    UnitMissing,
    send_back,
    step,
    supplement,
    unit_for,
    withdraw,
)
from tests.unit.intake.samples import BLURRED, NOON, hours, report

ASKED = Asked(reasons=(BLURRED,), question="Berapa rumah?", by="Rina", at=hours(1))


@pytest.mark.parametrize("row", [t for t in TRANSITIONS if t.from_state is not None], ids=str)
def test_every_declared_transition_leads_where_it_says(row: tuple[State, Action, State, tuple[str, ...]]) -> None:
    assert step(row[0], row[1]) == row[2]


def test_every_other_step_is_refused_with_a_sentence() -> None:
    declared = {(t.from_state, t.action) for t in TRANSITIONS}
    others = {
        (s, a) for s, a in product(get_args(State), get_args(Action)) if (s, a) not in declared and a != "receive"
    }
    assert others == set(IMPOSSIBLE)
    for state, action in others:
        with pytest.raises(NotNow) as no:
            step(state, action)
        assert no.value.sentence.endswith(".")


def test_the_routes_of_a_persons_steps_admit_the_roles_of_the_table() -> None:
    admitted = set(get_args(api.Sender)[1].dependency.roles)
    for t in TRANSITIONS:
        if t.action in ("supplement", "withdraw"):
            assert admitted == set(t.roles) - {"sumber"}


def test_a_report_sent_back_waits_for_its_answer_in_the_next_cycle() -> None:
    after = send_back(report(), cycle=2, asked=ASKED)
    assert (after.state, after.cycle) == ("sent-back", 2)
    assert Asked.model_validate_json(after.sent_back or "") == ASKED


@pytest.mark.parametrize(
    ("before", "cycle"),
    [(report("withdrawn"), 2), (report("sent-back", cycle=2), 2), (report("received", cycle=2), 2)],
    ids=["it was withdrawn meanwhile", "it was sent back already", "its answer is there already"],
)
def test_sending_back_changes_nothing_when(before: Report, cycle: int) -> None:
    assert send_back(before, cycle=cycle, asked=ASKED) is before


def test_the_answer_to_a_report_sent_back_closes_the_cycle_that_was_opened() -> None:
    after, added = supplement(
        report("sent-back", cycle=3), new_id=uuid4(), text="12 rumah.", received_at=NOON, sent_by="Dewi"
    )
    assert (after.state, after.cycle, added.cycle) == ("received", 3, 3)


def test_an_addition_to_a_received_report_closes_no_cycle() -> None:
    after, added = supplement(report(), new_id=uuid4(), text="Tambahan.", received_at=NOON, sent_by="Dewi")
    assert (after.state, added.cycle) == ("received", None)


def test_a_withdrawn_report_takes_no_supplement() -> None:
    with pytest.raises(NotNow):
        supplement(report("withdrawn"), new_id=uuid4(), text="x", received_at=NOON, sent_by="Dewi")


def test_a_report_may_be_withdrawn_until_the_public_reads_it() -> None:
    assert withdraw(report(), published=False).state == "withdrawn"
    assert withdraw(report("sent-back"), published=False).state == "withdrawn"
    with pytest.raises(AlreadyPublished):
        withdraw(report(), published=True)


def test_a_bidang_reports_in_its_own_name_and_no_others() -> None:
    assert unit_for(None, own="perumahan", any_unit=False) == "perumahan"
    assert unit_for("perumahan", own="perumahan", any_unit=False) == "perumahan"
    with pytest.raises(NotYourUnit):
        unit_for("permukiman", own="perumahan", any_unit=False)
    with pytest.raises(UnitMissing):
        unit_for("permukiman", own=None, any_unit=False)


def test_the_admin_names_the_unit_for_which_they_record() -> None:
    assert unit_for("permukiman", own=None, any_unit=True) == "permukiman"
    with pytest.raises(UnitMissing):
        unit_for(None, own=None, any_unit=True)
