"""When the access of a channel's account is renewed."""

from datetime import UTC, datetime, timedelta

import pytest

from services.publisher.channels.renewing import RENEWALS, is_due
from services.publisher.store_accounts import Account, AccountMode
from services.publisher.switchboard import LATE

NINE = datetime(2026, 11, 27, 2, tzinfo=UTC)


def an_account(channel: str, ends: datetime | None, mode: AccountMode = "connected") -> Account:
    return Account(channel, mode, {}, b"s", None, "operator", NINE, ends)


@pytest.mark.parametrize(
    ("channel", "left", "due"),
    [
        ("tiktok", timedelta(hours=2), False),
        ("tiktok", timedelta(minutes=59), True),
        ("tiktok", -timedelta(days=3), True),
        ("instagram", timedelta(days=31), False),
        ("instagram", timedelta(days=29), True),
        ("youtube", timedelta(0), False),
    ],
)
def test_access_is_renewed_before_it_ends(channel: str, left: timedelta, due: bool) -> None:
    assert is_due(an_account(channel, NINE + left), NINE) is due


def test_access_whose_end_nobody_told_is_renewed_at_once() -> None:
    assert is_due(an_account("tiktok", None), NINE)


@pytest.mark.parametrize("mode", ["off", "assisted"])
def test_an_account_that_the_system_does_not_use_is_left_alone(mode: AccountMode) -> None:
    assert not is_due(an_account("tiktok", None, mode), NINE)


def test_what_should_have_been_renewed_by_now_is_told_of_after_it_should() -> None:
    assert all(renewal.margin > LATE for renewal in RENEWALS.values())
