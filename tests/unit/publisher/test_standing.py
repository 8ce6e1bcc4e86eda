"""How a delivery reads: what has to be gone is never told as live, and nobody is told to mend what is not broken."""

from dataclasses import replace
from typing import Any

import pytest

from services.publisher.domain import Delivery, Publication, Removal, RemovalCause, RemovalState
from services.publisher.removing import WITHDRAWN
from services.publisher.standing import Reach, Standing, in_brief, shown_state, standing
from shared.words import STATES
from tests.unit.publisher.samples import live, ready, the

BY_HAND = Reach(None, looks_up=True, by_hand=True)
POST = Delivery("instagram", required=False, state="live", mode="assisted", url="https://instagram.com/p/1")


def of(delivery: Delivery) -> Standing:
    publication: Publication = the(live(ready()))
    return standing(publication, delivery, reach=BY_HAND, since=None)


@pytest.mark.parametrize(
    ("state", "cause", "shown"),
    [
        ("by-hand", "taken-down", "to-remove"), ("refused", "erased", "to-remove"),
        ("due", "taken-down", "being-removed"), ("done", "taken-down", "live"), ("refused", "left-over", "live"),
    ],
)  # fmt: skip
def test_what_has_to_be_gone_is_told_as_that(state: RemovalState, cause: RemovalCause, shown: str) -> None:
    assert of(replace(POST, removal=Removal(cause, state))).shown == shown
    assert shown in STATES


def test_a_person_who_posts_is_not_told_as_the_system_that_sends() -> None:
    assert [shown_state("sending", mode, None) for mode in ("assisted", "connected")] == ["posting", "sending"]


def test_what_came_down_for_an_erased_file_is_no_failure_to_mend() -> None:
    found = of(replace(POST, state="failed", mode="connected", reason=WITHDRAWN))
    assert (found.advice, found.doable) == ("", ("retry", "by-hand"))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": "waiting"}, "Posting di kanal ini"),
        ({"state": "sending", "held_by": "Sari"}, "Sedang diposting oleh Sari."),
        ({"state": "failed", "mode": "connected"}, "Kirim ulang"),
        ({"state": "unconfirmed", "mode": "connected"}, "Pastikan"),
        ({"state": "unconfirmed", "mode": "connected", "next_at": "2026-11-23"}, ""),
        ({"state": "live"}, ""),
        ({"state": "live", "shown": "to-remove", "removal": "by-hand"}, "Hapus kirimannya"),
        ({"state": "waiting", "of": "superseded"}, ""),
    ],
)
def test_a_line_of_the_list_says_what_a_person_has_to_do(facts: dict[str, Any], words: str) -> None:
    told = {"mode": "assisted", "held_by": None, "removal": None, "reason": "", "next_at": None, "looks": 0}
    told |= {"shown": facts["state"]} | facts
    found = in_brief(facts.get("of", "published"), told)
    assert found.startswith(words) if words else not found
