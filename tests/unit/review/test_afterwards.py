"""After the Decision: an approval is taken back or let stand, words that were offered are taken back."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.review import domain, rulings
from services.review.afterwards import rules
from services.review.domain import Case, Offer
from services.review.handlers import review_of
from shared.events import ApprovalRevoked
from shared.refusal import NotFound, Refused, Stale
from tests.unit.review.samples import BAMBANG, MORNING, case_of, hours, ruling, submitted

STORY = uuid4()
FIRST = submitted(STORY)
OFFER = Offer("b" * 64, BAMBANG)


def approved() -> Case:
    return case_of(FIRST).having([rulings.decide(case_of(FIRST), ruling(FIRST), by=BAMBANG)])


def overtaken(case: Case) -> Case:
    after, _ = domain.submit(case, review_of(submitted(STORY, 2, at=hours(3))))
    return after


def test_the_leader_takes_an_approval_back_with_a_reason_and_in_which_capacity() -> None:
    with pytest.raises(Refused, match="alasan"):
        rules.revoke(approved(), 1, by=BAMBANG, at=hours(2), note=" ")
    review, ended = rules.revoke(approved(), 1, by=BAMBANG, at=hours(2), note="Datanya keliru.", mandate="800/1")
    assert (review.state, review.decision) == ("revoked", "approved")
    assert rulings.revocation_event(ended, ()) == ApprovalRevoked(
        story=STORY, version=1, reason="official", note="Datanya keliru.", by=BAMBANG, mandate="800/1", at=hours(2)
    )


def test_only_an_approval_can_be_taken_back() -> None:
    with pytest.raises(Stale, match="belum diputuskan"):
        rules.revoke(case_of(FIRST), 1, by=BAMBANG, at=MORNING, note="Keliru.")
    with pytest.raises(NotFound):
        rules.revoke(Case(STORY), 1, by=BAMBANG, at=MORNING, note="Keliru.")


def test_an_approval_that_a_newer_version_overtook_can_still_be_taken_back_for_it_may_be_public() -> None:
    review, ended = rules.revoke(overtaken(approved()), 1, by=BAMBANG, at=hours(4), note="Keliru.")
    assert (review.state, ended.was) == ("revoked", "superseded")
    with pytest.raises(Stale, match="lebih baru"):
        rules.revoke(overtaken(case_of(FIRST)), 1, by=BAMBANG, at=hours(4), note="Keliru.")


def test_words_that_were_taken_back_approve_nothing_any_more() -> None:
    last = replace(case_of(FIRST).reviews[0], state="returned", decision="returned")
    new = review_of(submitted(STORY, 2))
    case = Case(STORY, (replace(last, offer=replace(OFFER, content_sha256=new.content_sha256)),))
    assert domain.accepted(case, new) is not None
    assert rules.withdraw_offer(case, 1).state == "returned"
    assert case.newest is not None
    assert case.newest.offer is not None
    gone = case.having([replace(case.newest, offer=replace(case.newest.offer, withdrawn=True))])
    assert domain.accepted(gone, new) is None
    with pytest.raises(Stale, match="sudah ditarik"):
        rules.withdraw_offer(gone, 1)


def test_only_words_that_wait_can_be_taken_back() -> None:
    returned = replace(case_of(FIRST).reviews[0], state="returned", decision="returned")
    with pytest.raises(Refused, match="tidak ada kalimat perbaikan"):
        rules.withdraw_offer(Case(STORY, (returned,)), 1)
    with pytest.raises(Stale, match="sudah mengajukan versi 2"):
        rules.withdraw_offer(overtaken(Case(STORY, (replace(returned, offer=OFFER),))), 1)
    with pytest.raises(Stale, match="sudah disetujui"):
        rules.withdraw_offer(approved(), 1)
