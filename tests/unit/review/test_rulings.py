"""Penyaringan by the leader: one exact Version, four eyes, typed answers."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.review import domain, rulings
from services.review.domain import Case, Choice
from services.review.rulings import Ruling, Verdict
from shared.content import Official
from shared.events import StoryApproved, StoryDeclined, StoryReturned, StoryWithheld
from shared.refusal import NotFound, Refused, Stale
from tests.unit.review.samples import BAMBANG, BLURRED, MORNING, RINA, case_of, hours, ruling, submitted

STORY = uuid4()
FIRST = submitted(STORY)
EVENTS = {
    "approved": StoryApproved, "returned": StoryReturned, "declined": StoryDeclined, "withheld": StoryWithheld,
}  # fmt: skip
CHOICES: list[Choice] = ["approved", "returned", "declined", "withheld"]


def refused_with(code: str, case: Case, answer: Ruling, by: Official = BAMBANG) -> Refused:
    with pytest.raises(Refused) as refused:
        rulings.decide(case, answer, by=by)
    assert refused.value.code == code
    return refused.value


@pytest.mark.parametrize("choice", CHOICES)
def test_the_leader_answers_the_newest_version_once(choice: Choice) -> None:
    review = rulings.decide(case_of(FIRST), ruling(FIRST, choice), by=BAMBANG)
    assert (review.state, review.decision) == (choice, choice)
    again = case_of(FIRST).having([review])
    for other in CHOICES:
        assert isinstance(refused_with("not-open", again, ruling(FIRST, other)), Stale)


def test_a_version_that_is_no_longer_the_newest_is_not_decided() -> None:
    second = submitted(STORY, 2)
    case, _ = domain.submit(case_of(FIRST), case_of(second).reviews[0])
    answer = refused_with("not-newest", case, ruling(FIRST))
    assert isinstance(answer, Stale)
    assert "versi 2" in answer.sentence
    assert rulings.decide(case, ruling(second), by=BAMBANG).version == 2


def test_another_content_than_the_one_read_is_not_decided() -> None:
    assert isinstance(refused_with("other-content", case_of(FIRST), ruling(FIRST, content_sha256="b" * 64)), Stale)


@pytest.mark.parametrize("who", ["authors", "submitted_by"])
def test_who_wrote_the_version_does_not_decide_on_it(who: str) -> None:
    wrote: dict[str, Any] = {who: ("bambang", "rina") if who == "authors" else BAMBANG}
    case = case_of(submitted(STORY, **wrote))
    refused_with("four-eyes", case, ruling(FIRST))
    assert rulings.decide(case, ruling(FIRST), by=Official(account="x", name="X", capacity="Kepala Dinas"))


@pytest.mark.parametrize(
    ("code", "choice", "more"),
    [
        ("reason-missing", "returned", {"reasons": ()}),
        ("reason-missing", "declined", {"reasons": ()}),
        ("legal-basis-missing", "withheld", {"legal_basis": "  "}),
        ("does-not-belong", "approved", {"reasons": (BLURRED,)}),
        ("does-not-belong", "approved", {"legal_basis": "UU 14/2008"}),
        ("does-not-belong", "declined", {"until": date(2027, 1, 1)}),
        ("does-not-belong", "returned", {"not_before": MORNING}),
        ("does-not-belong", "withheld", {"not_before": MORNING}),
        ("does-not-belong", "approved", {"basis": "emergency", "not_before": MORNING, "reasons": (BLURRED,)}),
    ],
)
def test_each_answer_has_its_own_grounds(code: str, choice: Choice, more: dict[str, Any]) -> None:
    refused_with(code, case_of(FIRST), ruling(FIRST, choice, **more))


def test_of_an_unknown_story_nothing_is_decided() -> None:
    with pytest.raises(NotFound):
        rulings.decide(Case(STORY), ruling(FIRST), by=BAMBANG)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_decision_says_on_which_version_and_content_it_was_taken(choice: Choice) -> None:
    answer = ruling(FIRST, choice)
    review = rulings.decide(case_of(FIRST), answer, by=BAMBANG)
    event = rulings.decision_event(Verdict(review, answer, BAMBANG, hours(1)), FIRST.content, clocks=())
    assert isinstance(event, EVENTS[choice])
    assert (event.story, event.version, event.content_sha256, event.cycle) == (STORY, 1, FIRST.content_sha256, 1)
    assert (event.decided_by, event.decided_at, event.origins) == (BAMBANG, hours(1), FIRST.origins)


def test_an_approval_carries_the_whole_content_and_the_leaders_embargo() -> None:
    first = submitted(STORY, urgency="immediate", practice=True, correction=True)
    answer = ruling(first, not_before=hours(5))
    review = rulings.decide(case_of(first), answer, by=BAMBANG)
    event = rulings.decision_event(Verdict(review, answer, BAMBANG, hours(1)), first.content, clocks=())
    assert isinstance(event, StoryApproved)
    assert (event.content, event.authors, event.not_before) == (first.content, ("rina",), hours(5))
    assert (event.urgency, event.practice, event.correction) == ("immediate", True, True)


def test_reasons_read_as_words_and_others_stand_for_themselves() -> None:
    assert rulings.reason_words("sudah-pernah-dimuat") == "Sudah pernah dimuat"
    assert rulings.reason_words("kode-lain") == "kode-lain"
    assert RINA.account not in rulings.REASONS
