"""Folding what the other stages say into our Reports and the progress of their Stories. Pure but for its own state."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from services.intake.domain import Asked, Report, send_back
from services.intake.domain_progress import Progress, follow, origins_of, outcome
from shared.audit import SYSTEM, Entry
from shared.content import Official
from shared.envelope import Received
from shared.events import Event, IntakeSentBack, ReportSentBack
from shared.outbox import Draft
from shared.sla import Clock, Timekeeper


@dataclass(slots=True)
class Following:
    """One batch: the locked Reports and Stories, and all that follows from its events."""

    clock: Timekeeper
    reports: dict[UUID, Report]
    stories: dict[UUID, Progress]
    links: set[tuple[UUID, UUID]] = field(default_factory=set[tuple[UUID, UUID]])
    clocks: list[Clock] = field(default_factory=list[Clock])
    entries: list[Entry] = field(default_factory=list[Entry])
    drafts: list[Draft] = field(default_factory=list[Draft])
    touched: set[UUID] = field(default_factory=set[UUID])

    def take(self, e: Received) -> None:
        """Take in one event; what is about no Report of ours changes nothing."""
        if isinstance(e.event, ReportSentBack):
            self._sent_back(e, e.event)
        else:
            self._story(e, e.event)

    def changed_reports(self) -> Iterable[Report]:
        return [self.reports[report] for report in sorted(self.touched)]

    def _sent_back(self, e: Received, event: ReportSentBack) -> None:
        before = self.reports.get(event.report)
        if before is None:
            return
        asked = Asked(reasons=event.reasons, question=event.question, by=event.by.name, at=event.at)
        after = send_back(before, cycle=event.cycle, asked=asked)
        if after is before:  # it crossed with a withdrawal
            return
        self.reports[event.report] = after
        self.touched.add(event.report)
        item = str(event.report)
        if not before.practice:
            self.clocks.append(
                self.clock.open(
                    "intake",
                    item=item,
                    cycle=event.cycle,
                    at=event.at,
                    lane=before.urgency,
                    report=event.report,
                    unit=before.unit,
                )
            )
        self.entries.append(Entry("report.sent-back", item, event.by, event_id=e.envelope.id))
        if request := after.request:
            told = IntakeSentBack(
                request_id=request.id,
                at=event.at,
                report=event.report,
                cycle=event.cycle,
                reasons=event.reasons,
                question=event.question,
            )
            self.drafts.append(Draft(told, e.envelope, request, suffix=request.source))

    def _story(self, e: Received, event: Event) -> None:
        story: UUID = getattr(event, "story")  # noqa: B009  (every followed event is a Story's)
        before = self.stories[story]
        self.stories[story] = after = follow(before, event)
        if after != before:
            version: int | None = getattr(event, "version", None)
            self.entries.append(Entry(event.name, str(story), _who(event), version, event_id=e.envelope.id))
        for origin in origins_of(event):
            report = self.reports.get(origin.report)
            if report is None:
                continue
            self.links.add((report.id, story))
            request = report.request
            told = outcome(before, event, report=report.id, request=request) if request else None
            if request and told:
                self.drafts.append(Draft(told, e.envelope, request, suffix=request.source))


def _who(event: Event) -> Official:
    """The person who did what an event tells; each names them by what they did."""
    named = (getattr(event, name, None) for name in ("submitted_by", "decided_by", "published_by", "by"))
    return next((person for person in named if isinstance(person, Official)), SYSTEM)
