"""A Report on the Admin's desk: claimed, released, sent back, compiled, withdrawn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.editing import reports
from services.editing.domain import REPORTS, ClaimedByOther, InLivingStory, NotNow, ReportState
from services.editing.reports import Report
from shared.refusal import Refused
from tests.unit.editing.parts import (
    DANI,
    RINA,
    TEN,
    erased,
    later,
    photo,
    received,
    refused,
    report,
    supplemented,
    withdrawn,
)

UNTIL = TEN + timedelta(hours=2)
STATES: tuple[ReportState, ...] = ("waiting", "claimed", "compiled", "sent-back", "withdrawn", "refused")
ACTIONS: dict[str, Callable[[Report], Report]] = {
    "claim": lambda r: reports.claim(r, by=RINA, at=later(1), until=UNTIL),
    "release": lambda r: reports.release(r, by=RINA, at=later(1)),
    "send-back": lambda r: reports.send_back(r, by=RINA, at=later(1), in_living_story=False),
    "compile": lambda r: reports.compile_into(r, by=RINA, at=later(1), split=True),
}


def claimed() -> Report:
    return reports.claim(report(), by=RINA, at=TEN, until=UNTIL)


def in_state(state: ReportState) -> Report:
    return claimed() if state == "claimed" else replace(report(), state=state)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_in_each_state_follows_the_declared_table(state: ReportState, action: str):
    targets = {row.to_state for row in REPORTS if (row.from_state, row.action) == (state, action)}
    if targets:
        assert ACTIONS[action](in_state(state)).state in targets
        return
    with pytest.raises(NotNow) as no:
        ACTIONS[action](in_state(state))
    assert no.value.sentence.endswith(".")


@pytest.mark.parametrize("state", STATES)
def test_what_other_services_say_moves_a_report_only_as_the_table_declares(state: ReportState):
    before = in_state(state)
    for event, after in (
        (withdrawn(), reports.leave(before, withdrawn())),
        (refused(), reports.leave(before, refused())),
        (supplemented(1), reports.supplement(before, supplemented(1))),
    ):
        declared = {row.to_state for row in REPORTS if (row.from_state, row.action) == (state, event.name)}
        assert after.state in (declared or {state})


def test_only_the_admin_may_act_on_the_desk():
    assert {row.roles for row in REPORTS if row.action in ACTIONS} == {("admin",)}


def test_a_claimed_report_is_one_persons_until_the_claim_runs_out():
    acts: tuple[Callable[[datetime], Report], ...] = (
        lambda at: reports.claim(claimed(), by=DANI, at=at, until=UNTIL),
        lambda at: reports.release(claimed(), by=DANI, at=at),
        lambda at: reports.send_back(claimed(), by=DANI, at=at, in_living_story=False),
        lambda at: reports.compile_into(claimed(), by=DANI, at=at, split=False),
    )
    for act in acts:
        with pytest.raises(ClaimedByOther, match="Rina Wulandari"):
            act(UNTIL - timedelta(seconds=1))
        now = act(UNTIL).claim
        assert now is None or now.account == "dani"


def test_claiming_again_prolongs_the_claim():
    again = reports.claim(claimed(), by=RINA, at=later(60), until=later(180))
    assert again.claim is not None
    assert again.claim.until == later(180)


def test_a_report_in_a_living_story_is_not_sent_back():
    with pytest.raises(InLivingStory):
        reports.send_back(replace(report(), state="compiled"), by=RINA, at=TEN, in_living_story=True)


def test_the_answer_to_a_report_sent_back_puts_it_on_the_desk_again():
    asked = reports.send_back(report(), by=RINA, at=later(5), in_living_story=False)
    assert (asked.state, asked.cycle) == ("sent-back", 2)
    answered = reports.supplement(asked, supplemented(2))
    assert (answered.state, answered.cycle, answered.opened_at) == ("waiting", 2, later(60))
    assert answered.facts.supplements[0].text == "Ada 42 rumah."


@pytest.mark.parametrize("cycle", [None, 1])
def test_an_addition_that_crosses_the_question_is_kept_and_does_not_answer_it(cycle: int | None):
    asked = reports.send_back(report(), by=RINA, at=later(5), in_living_story=False)
    after = reports.supplement(asked, supplemented(cycle))
    assert (after.state, len(after.facts.supplements)) == ("sent-back", 1)


def test_a_supplement_adds_its_files():
    second = photo("checking", media=withdrawn().report)
    after = reports.supplement(report(), supplemented(media=(second,)))
    assert [m.state for m in after.media] == ["accepted", "checking"]


def test_a_compiled_report_is_taken_into_another_story_only_where_a_split_is_meant():
    held = reports.compile_into(report(), by=RINA, at=TEN, split=False)
    with pytest.raises(NotNow):
        reports.compile_into(held, by=RINA, at=TEN, split=False)
    assert reports.compile_into(held, by=RINA, at=TEN, split=True).state == "compiled"


def test_the_result_of_a_check_replaces_the_file():
    waiting = reports.receive(received(media=(photo("checking"),)))
    assert reports.media_checked(waiting, photo()).media[0].renditions


def test_an_erased_file_is_dropped_and_a_late_check_does_not_bring_it_back():
    gone = reports.erase_media(report(), erased())
    assert gone.media == ()
    assert reports.media_checked(gone, photo()).media == ()


def test_a_report_that_left_stays_away():
    gone = reports.leave(report(), withdrawn())
    assert (gone.state, gone.facts.gone, gone.claim) == ("withdrawn", "Salah kirim.", None)
    assert reports.leave(gone, refused()) == gone
    assert reports.origins([gone]) == ()


def test_a_refusal_says_what_to_do_in_indonesian():
    with pytest.raises(Refused, match="Tunggu jawabannya"):
        reports.compile_into(replace(report(), state="sent-back"), by=RINA, at=TEN, split=False)
