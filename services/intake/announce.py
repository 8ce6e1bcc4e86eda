"""The words of stage 1's own events, from its Reports and their clocks."""

from datetime import datetime

from services.intake.domain import Report
from shared import ledger
from shared.content import Media, Official, RequestRef
from shared.events import IntakeRequested, ReportReceived
from shared.sla import Clock


def received(
    asked: IntakeRequested,
    report: Report,
    clock: Clock,
    media: tuple[Media, ...],
    *,
    request: RequestRef | None = None,
    recorded_by: Official | None = None,
    recorded_at: datetime | None = None,
) -> ReportReceived:
    """`report.received` of a Report as it was just made; `recorded_at` where it had come by another way before."""
    return ReportReceived(
        report=report.id,
        request=request,
        practice=asked.practice,
        unit=report.unit,
        title=asked.title,
        text=asked.text,
        happened_at=report.happened_at,
        received_at=report.received_at,
        place=asked.place,
        people=asked.people,
        reporter=asked.reporter,
        recorded_by=recorded_by,
        recorded_at=recorded_at,
        media=media,
        urgency=asked.urgency,
        received_via=asked.received_via,
        assigned_at=asked.assigned_at,
        nota_dinas=asked.nota_dinas,
        archive_code=asked.archive_code,
        clocks=() if asked.practice else (ledger.record(clock),),
    )
