"""What no database or clock can hold is answered with a sentence, and never with a crash."""

import base64

import pytest

from tests.integration.review.desk import Office

NOBODY = "019d0000-0000-7000-8000-000000000000"
FROM = "from=2026-11-01&to=2026-11-30"


@pytest.mark.parametrize(
    "path",
    [
        "/papan?bidang=%00",
        f"/api/v1/compliance?{FROM}&unit=%00",
        "/api/v1/compliance?from=0001-01-01&to=9999-12-31",
        "/api/v1/timeline/%00",
        "/kepatuhan?bulan=2026-11&bidang=%00",
    ],
)
async def test_a_question_that_cannot_be_meant_is_refused(desk: Office, path: str) -> None:
    answer = await desk.call("bambang", "GET", path)
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "cursor",
    [
        b'["0001-01-01T00:00:00+14:00", "review", "a", 1]',
        b'["9999-12-31T23:59:59-14:00", "review", "a", 1]',
        b'["2026-11-01T00:00:00+07:00", "review", "a", Infinity]',
        b'["2026-11-01T00:00:00+07:00", "review", "\\ud800", 1]',
        b"[" * 2_500,
    ],
)
async def test_a_place_in_the_pages_that_was_made_up_is_refused(desk: Office, cursor: bytes) -> None:
    after = base64.urlsafe_b64encode(cursor).decode()
    answer = await desk.call("bambang", "GET", f"/api/v1/compliance/clocks?{FROM}&after={after}")
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(("item", "cycle"), [("%00", 1), (NOBODY, 2**31), (NOBODY, 2**70)])
async def test_a_note_on_a_clock_that_cannot_be_is_refused(desk: Office, item: str, cycle: int) -> None:
    path = f"/api/v1/compliance/clocks/review/{item}/{cycle}/keterangan"
    answer = await desk.call("bambang", "POST", path, json={"note": "Listrik padam."})
    assert 400 <= answer.status_code < 500, answer.text
