"""Courses of the SOP as the four services tell them, beside the clocks that their ledgers then hold."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

from services.review.board.fold import Holder, Key, Row
from shared.content import Origin, Reason, TotalRecord
from shared.content_hash import content_sha256
from shared.events import (
    ApprovalRevoked,
    DeliveryLive,
    Event,
    ReportReceived,
    ReportSentBack,
    ReportSupplemented,
    ReportWithdrawn,
    StoryAbandoned,
    StoryApproved,
    StoryDeclined,
    StoryPublished,
    StoryReturned,
    StorySubmitted,
    StoryTakenDown,
    StoryWithheld,
)
from shared.sla import Outcome
from shared.sop import unit_of
from tests.unit.review.ledgers import Ledgers, Report, bambang, kind, rina
from tests.unit.review.samples import BAMBANG, BLURRED, KEEPER, MORNING, RINA, content

RULINGS = {
    "approved": StoryApproved, "returned": StoryReturned, "declined": StoryDeclined, "withheld": StoryWithheld,
}  # fmt: skip
OUTCOMES: dict[str, Outcome] = {"approved": "completed"}
Choice = Literal["approved", "returned", "declined", "withheld"]


class Said(NamedTuple):
    """One event with its number in its key's sequence."""

    event: Event
    sequence: int


@dataclass
class Tale(Ledgers):
    """What is said, in the order in which it happened, and the ledgers' clocks after it. Time goes on by itself."""

    told: list[Said] = field(default_factory=list[Said])
    reports: dict[UUID, Report] = field(default_factory=dict[UUID, Report])
    origins: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict[UUID, tuple[UUID, ...]])
    cycles: dict[UUID, int] = field(default_factory=dict[UUID, int])
    steps: list[tuple[int, dict[Key, Row]]] = field(default_factory=list[tuple[int, dict[Key, Row]]])
    totals: dict[UUID, TotalRecord] = field(default_factory=dict[UUID, TotalRecord])
    at: datetime = MORNING
    minutes: int = 17

    def now(self) -> datetime:
        """Begin the next step; until then, so much was said and the ledgers stood so."""
        self.steps.append((len(self.told), self.untaken()))
        self.at += timedelta(minutes=self.minutes)
        return self.at

    # Stage 1

    def receive(self, unit: str = "perumahan") -> UUID:
        at = self.now()
        report = Report(uuid4(), unit, at - timedelta(hours=3), at, opened_at=at)
        self.reports[report.id] = report
        self.open("intake", report.id, 1, report.happened_at, report=report.id, unit=unit)
        self.say(
            ReportReceived(
                report=report.id, unit=unit, title=f"Bahan {unit}", text="Kegiatan.", happened_at=report.happened_at,
                received_at=at, recorded_by=RINA, urgency=self.lane, practice=self.practice,
                clocks=self.close([("intake", str(report.id), 1)], at, "completed", Holder(RINA.name, RINA.capacity)),
            )
        )  # fmt: skip
        self.open("editing", report.id, 1, at, report=report.id, unit=unit)
        return report.id

    def send_back(self, report: UUID) -> None:
        at, one = self.now(), self.reports[report]
        one.cycle += 1
        running = self.running(lambda c: c.stage == "editing" and c.report == report)
        closed = self.close(running, at, "sent-back", rina())
        self.say(ReportSentBack(report=report, cycle=one.cycle, reasons=(BLURRED,), by=RINA, at=at, clocks=closed))
        self.open("intake", report, one.cycle, at, report=report, unit=one.unit)

    def supplement(self, report: UUID, *, answer: bool = True) -> None:
        at, one = self.now(), self.reports[report]
        cycle = one.cycle if answer else None
        closed = self.close([("intake", str(report), one.cycle)], at, "completed", rina()) if answer else ()
        self.say(ReportSupplemented(report=report, cycle=cycle, text="Lagi.", received_at=at, by=RINA, clocks=closed))
        if answer:
            one.opened_at = at
            self.open("editing", report, one.cycle, at, report=report, unit=one.unit)

    def withdraw(self, report: UUID) -> None:
        at = self.now()
        closed = self.close(self.running(lambda c: c.stage == "intake" and c.report == report), at, "withdrawn", rina())
        self.say(ReportWithdrawn(report=report, reason="Keliru.", by=RINA, at=at, clocks=closed))
        # Editing closes its own without an event to carry it.
        self.forget(self.running(lambda c: c.stage == "editing" and c.report == report))

    # Stage 2

    def compile(self, *reports: UUID) -> UUID:
        story = uuid4()
        self.origins[story] = reports
        for report in reports:
            own: Key = ("editing", str(report), self.reports[report].cycle)
            row = self.clocks.get(own)
            if row is not None and row.clock.is_open and row.clock.story is None:
                self.clocks[own] = row._replace(clock=replace(row.clock, story=story))
            elif not self.practice:
                self.open(
                    "editing", f"{report}.{story}", 1, self.reports[report].opened_at or self.at, report=report,
                    story=story, unit=self.reports[report].unit,
                )  # fmt: skip
        return story

    def submit(self, story: UUID, *, correction: bool = False, heard: bool = True) -> int:
        """Submit the next Version; its number is its cycle here. Review may hear of it later."""
        at, cycle = self.now(), self.cycles.get(story, 0) + 1
        self.cycles[story] = cycle
        whole = content(f"Berita versi {cycle}")
        closed = self.close(self.running(lambda c: c.stage == "editing" and c.story == story), at, "completed", rina())
        self.say(
            StorySubmitted(
                story=story, version=cycle, cycle=cycle, content=whole, content_sha256=content_sha256(whole),
                authors=("rina",), origins=self.come_from(story), urgency=self.lane, practice=self.practice,
                correction=correction, submitted_by=RINA, submitted_at=at, clocks=closed,
            )
        )  # fmt: skip
        if heard:
            self.hear(story, correction=correction)
        return cycle

    def hear(self, story: UUID, *, correction: bool = False) -> None:
        """Review takes the newest Version in: its clock starts when it was submitted."""
        at = next(s.event.submitted_at for s in reversed(self.told) if isinstance(s.event, StorySubmitted))
        cycle = self.cycles[story]
        self.open("review", story, cycle, at, story=story, unit=self.unit(story), kind=kind(correction))

    def supersede(self, story: UUID, version: int, why: Literal["superseded", "abandoned"] = "superseded") -> None:
        """Review's word on an older Version, after a newer one or the end of the Story."""
        outcome: Outcome = "abandoned" if why == "abandoned" else "revoked"
        closed = self.close(self.open_only(("review", str(story), version)), self.at, outcome, rina())
        self.say(ApprovalRevoked(story=story, version=version, reason=why, by=RINA, at=self.at, clocks=closed))

    def abandon(self, story: UUID) -> None:
        at = self.now()
        running = self.running(lambda c: c.stage == "editing" and c.story == story)
        closed = self.close(running, at, "abandoned", rina())
        self.say(
            StoryAbandoned(story=story, reason="Batal.", origins=self.come_from(story), by=RINA, at=at, clocks=closed)
        )

    # Stage 3

    def rule(
        self,
        story: UUID,
        choice: Choice,
        *,
        version: int = 0,
        correction: bool = False,
        embargo: int = 0,
        crossed: bool = False,
    ) -> None:
        """The leader's answer; one that crossed with a newer Version, or the Story's end, opens nothing in editing."""
        at, cycle = self.now(), version or self.cycles[story]
        whole = content(f"Berita versi {cycle}")
        closed = self.close(self.open_only(("review", str(story), cycle)), at, OUTCOMES.get(choice, choice), bambang())  # pyright: ignore
        facts: dict[str, Any] = {
            "story": story, "version": cycle, "cycle": cycle, "content_sha256": content_sha256(whole),
            "origins": self.come_from(story), "decided_by": BAMBANG, "decided_at": at, "clocks": closed,
        }  # fmt: skip
        opens = at + timedelta(hours=embargo)
        extra: dict[Choice, dict[str, Any]] = {
            "approved": {"content": whole, "authors": ("rina",), "urgency": self.lane, "practice": self.practice,
                         "correction": correction, "not_before": opens if embargo else None},
            "returned": {"reasons": (BLURRED, Reason(code="lain", note="Lihat judul."))},
            "declined": {"reasons": (Reason(code="bukan-kewenangan"),)},
            "withheld": {"legal_basis": "UU 14/2008 Pasal 17 huruf h"},
        }  # fmt: skip
        self.say(RULINGS[choice](**facts, **extra[choice]))
        if choice == "returned" and not crossed:
            self.open("editing", story, cycle + 1, at, story=story, unit=self.unit(story), kind=kind(correction))
        if choice == "approved":
            self.open("publisher", story, cycle, opens, story=story, unit=self.unit(story), kind=kind(correction))

    def revoke(self, story: UUID, version: int) -> None:
        """An official's revocation before anything is out: publisher voids it without an event."""
        at = self.now()
        self.say(ApprovalRevoked(story=story, version=version, reason="official", note="Keliru.", by=BAMBANG, at=at))
        self.forget(self.open_only(("publisher", str(story), version)))

    # Stage 4

    def void(self, story: UUID, version: int) -> None:
        self.forget(self.open_only(("publisher", str(story), version)))

    def live(self, story: UUID, version: int) -> None:
        url = "https://contoh.go.id/berita/a"
        self.say(DeliveryLive(story=story, version=version, at=self.now(), channel="site", url=url, way="fetched"))

    def publish(self, story: UUID, version: int, *, replacing: Iterable[int] = ()) -> None:
        at = self.now()
        closed = self.close([("publisher", str(story), version)], at, "completed", rina())
        for older in replacing:
            closed += self.close([("publisher", str(story), older)], at, "revoked", rina())
        urls = {"site": "https://contoh.go.id/berita/a"}
        self.say(
            StoryPublished(
                story=story, version=version, at=at, origins=self.come_from(story), title="Berita", urls=urls,
                published_by=RINA, clocks=closed, total=None if story in self.totals else self.total(story, at),
            )
        )  # fmt: skip

    def total(self, story: UUID, at: datetime) -> TotalRecord:
        """The whole way of a Story that is new to the public."""
        whole = KEEPER.total(min(o.happened_at for o in self.come_from(story)), at)
        self.totals[story] = TotalRecord(**asdict(whole))
        return self.totals[story]

    def take_down(self, story: UUID, version: int) -> None:
        at = self.now()
        open_ones = self.open_only(("publisher", str(story), version))
        closed = self.close(open_ones, at, "taken-down", rina())
        self.say(StoryTakenDown(story=story, version=version, at=at, reason="Keliru.", by=RINA, clocks=closed))

    def say(self, event: Event) -> None:
        earlier = [s for s in self.told if (s.event.topic, s.event.key) == (event.topic, event.key)]
        self.told.append(Said(event, len(earlier) + 1))

    def come_from(self, story: UUID) -> tuple[Origin, ...]:
        return tuple(self.reports[r].origin for r in self.origins[story])

    def unit(self, story: UUID) -> str | None:
        return unit_of(o.unit for o in self.come_from(story))
