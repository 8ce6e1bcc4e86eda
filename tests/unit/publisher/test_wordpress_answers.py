"""What a WordPress answers, and what that means."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.publisher.channels import Limited, Rejected
from services.publisher.channels.wordpress_answers import NO_RIGHT, NOT_LOGGED_IN, Refused, Unclear, read

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def answer(status: int, json: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        httpx.Response(status, json=json, headers=named) if json is not None else httpx.Response(status, headers=named)
    )


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("Fri, 27 Nov 2026 09:05:00 GMT", 300), ("", 60), ("nanti", 60), ("0", 1), ("999999", 21_600)],
)
def test_a_pause_is_kept_as_it_was_asked_within_reason(told: str, seconds: int) -> None:
    with pytest.raises(Limited) as no:
        read(answer(429, Retry_After=told), now=NOW)
    assert no.value.rest[0].until == NOW + timedelta(seconds=seconds)


def test_a_site_under_maintenance_asks_for_a_pause_but_says_nothing_of_a_call_that_may_have_arrived() -> None:
    with pytest.raises(Limited):
        read(answer(503, Retry_After="600"), now=NOW)
    with pytest.raises(Unclear):
        read(answer(503, Retry_After="600"), now=NOW, once=True)


@pytest.mark.parametrize(
    ("status", "json", "sentence"),
    [
        (401, {"code": "incorrect_password"}, NOT_LOGGED_IN),
        (400, {"code": "rest_invalid_param", "data": {"details": {"status": {"code": "rest_forbidden_status"}}}},
         NOT_LOGGED_IN),
        (403, {"code": "rest_cannot_publish"}, NO_RIGHT),
        (403, None, NO_RIGHT),
        (400, {"code": "x", "message": "Tidak <b>cocok</b>."}, "WordPress menolak: Tidak cocok."),
        (500, {"code": "rest_upload_unknown_error", "message": "Jenis berkas."}, "WordPress menolak: Jenis berkas."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(status: int, json: Any, sentence: str) -> None:
    with pytest.raises(Rejected) as no:
        read(answer(status, json), now=NOW)
    assert str(no.value) == sentence


def test_a_site_that_moved_is_told_with_its_new_address_and_without_its_query() -> None:
    with pytest.raises(Refused, match=r"pindah ke https://baru\.test/wp-json/\. "):
        read(answer(301, Location="https://baru.test/wp-json/?a=1"), now=NOW)


@pytest.mark.parametrize("odd", [answer(500, {"code": "internal_server_error"}), answer(200), answer(502), answer(408)])
def test_what_is_neither_yes_nor_no_stays_unclear(odd: httpx.Response) -> None:
    with pytest.raises(Unclear):
        read(odd, now=NOW)
