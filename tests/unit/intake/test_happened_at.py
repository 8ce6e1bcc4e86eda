"""When an activity took place: what cannot be measured is refused with a sentence that says why."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.intake.domain_requests import BadField, measure
from shared.events import IntakeRequested
from tests.unit.intake.samples import KEEPER
from tests.unit.shared.offices import wib

REPORT = UUID(int=1)
RECEIVED = wib("2026-11-23T09:00")


def refusal(happened_at: datetime | date, received_at: datetime = RECEIVED) -> str:
    asked = IntakeRequested(title="A", text="B", happened_at=happened_at)
    with pytest.raises(BadField) as refused:
        measure(asked, received_at=received_at, report=REPORT, unit="perumahan", clock=KEEPER)
    return refused.value.sentence


def test_an_activity_in_the_future_is_refused_with_both_times():
    told = refusal(wib("2026-11-24T10:00"))
    assert "Waktu kegiatan (Selasa, 24 November 2026, 10.00 WIB) lebih lambat daripada waktu bahan diterima" in told
    assert "(Senin, 23 November 2026, 09.00 WIB)" in told


def test_a_date_in_the_future_is_refused():
    assert "Tanggal kegiatan (Selasa, 24 November 2026) lebih lambat" in refusal(date(2026, 11, 24))


def test_an_activity_after_the_material_was_sent_is_refused():
    """The Admin records what came by WhatsApp on Friday: nothing of it can have happened on Saturday."""
    assert "lebih lambat daripada waktu bahan diterima (Jumat, 20" in refusal(
        wib("2026-11-21T10:00"), wib("2026-11-20T16:00")
    )


@pytest.mark.parametrize("happened_at", [wib("2025-12-31T10:00"), date(2025, 12, 31)])
def test_an_activity_before_the_calendar_begins_is_refused_and_told_since_when_it_counts(happened_at: Any):
    assert "berada di luar kalender" in refusal(happened_at)
    assert "yang berlaku Kamis, 1 Januari 2026" in refusal(happened_at)


@pytest.mark.parametrize("text", ["2026-11-23T09:00", "2026-11-23T00:00:00", "1795420800"])
def test_a_time_without_its_zone_is_refused(text: str):
    with pytest.raises(ValidationError, match="a time with its zone"):
        IntakeRequested.model_validate({"title": "A", "text": "B", "happened_at": text})
