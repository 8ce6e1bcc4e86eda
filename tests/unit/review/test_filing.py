"""A batch of stories being decided: clocks, events and audit rows of each step, without a database."""

from uuid import uuid4

import pytest

from services.review.handlers import fate_after, notice_of
from services.review.store import Fate
from shared.events import (
    ApprovalRevoked,
    MediaErased,
    Problem,
    ReportRefused,
    ReportWithdrawn,
    StoryPublished,
    StoryTakenDown,
)
from shared.refusal import Refused
from tests.unit.review.samples import (
    BAMBANG,
    MORNING,
    PHOTO,
    REPORT,
    RINA,
    abandoned,
    filing,
    hours,
    received,
    submitted,
)

STORY = uuid4()


def test_a_submitted_version_opens_the_leaders_clock_at_its_submission() -> None:
    desk = filing(STORY)
    desk.decide(received(submitted(STORY, at=MORNING)))
    (clock,) = desk.clocks.values()
    assert (clock.stage, clock.item, clock.cycle, clock.story) == ("review", str(STORY), 1, STORY)
    assert (clock.opened_at, clock.due_at, clock.lane, clock.kind) == (MORNING, hours(2), "regular", "regular")
    assert not desk.drafts
    assert [e.action for e in desk.entries] == ["review.opened"]


def test_serta_merta_runs_in_its_own_lane_and_a_correction_is_a_kind_of_its_own() -> None:
    desk = filing(STORY)
    desk.decide(received(submitted(STORY, urgency="immediate", correction=True)))
    (clock,) = desk.clocks.values()
    assert (clock.lane, clock.kind) == ("immediate", "correction")


def test_practice_is_never_counted() -> None:
    desk = filing(STORY)
    desk.decide(received(submitted(STORY, practice=True)))
    desk.decide(received(submitted(STORY, 2, practice=True), 2))
    assert not desk.clocks
    assert [d.event.clocks for d in desk.drafts if isinstance(d.event, ApprovalRevoked)] == [()]


def test_a_newer_version_closes_the_clock_of_the_one_that_waited_and_tells_it() -> None:
    desk = filing(STORY)
    desk.decide(received(submitted(STORY, 1)))
    desk.decide(received(submitted(STORY, 2, at=hours(1)), 2))
    (draft,) = desk.drafts
    event = draft.event
    assert isinstance(event, ApprovalRevoked)
    assert (event.version, event.reason, event.by, event.at) == (1, "superseded", RINA, hours(1))
    (closed,) = event.clocks
    assert (closed.cycle, closed.outcome, closed.working_seconds) == (1, "revoked", 3600)
    assert draft.because is not None
    assert draft.because.id == "e2"
    assert [c.is_open for c in desk.clocks.values()] == [False, True]


def test_giving_a_story_up_closes_its_clock_with_that_outcome() -> None:
    desk = filing(STORY)
    desk.decide(received(submitted(STORY, 1)))
    desk.decide(received(abandoned(STORY, at=hours(1)), 2))
    (draft,) = desk.drafts
    assert isinstance(draft.event, ApprovalRevoked)
    assert (draft.event.reason, draft.event.clocks[0].outcome) == ("abandoned", "abandoned")


def test_giving_up_what_was_never_submitted_changes_nothing() -> None:
    desk = filing(STORY)
    desk.decide(received(abandoned(STORY)))
    assert (desk.drafts, desk.clocks, desk.cases[STORY].reviews) == ([], {}, ())


def test_a_refused_event_leaves_everything_as_it_was() -> None:
    desk = filing(STORY)
    desk.decide(received(submitted(STORY, 2)))
    before = dict(desk.cases), dict(desk.clocks)
    with pytest.raises(Refused):
        desk.decide(received(submitted(STORY, 1), 2))
    assert (desk.cases, desk.clocks) == before
    assert (len(desk.submitted), desk.drafts) == (1, [])


def test_what_became_of_reports_and_files_is_noted() -> None:
    withdrawn = notice_of(received(ReportWithdrawn(report=REPORT, reason="Salah kirim.", at=MORNING)))
    assert withdrawn is not None
    assert (withdrawn.kind, withdrawn.subject, withdrawn.note) == ("report-withdrawn", REPORT, "Salah kirim.")
    problem = Problem(field="media.0", message="Bukan gambar.")
    refused = notice_of(received(ReportRefused(report=REPORT, problems=(problem,), at=MORNING)))
    assert refused is not None
    assert (refused.kind, refused.note) == ("report-refused", "Bukan gambar.")
    erased = notice_of(
        received(
            MediaErased(
                report=REPORT, media=PHOTO, sha256="c" * 64, renditions=("a" * 64,), reason="Permintaan.",
                erased_by=RINA, approved_by=BAMBANG, at=MORNING,
            )
        )
    )  # fmt: skip
    assert erased is not None
    assert (erased.kind, erased.subject, erased.renditions) == ("media-erased", PHOTO, ("c" * 64, "a" * 64))
    assert notice_of(received(submitted(STORY))) is None


def test_the_last_word_of_publisher_counts() -> None:
    urls = {"site": "https://contoh.go.id/berita/a"}
    published = received(StoryPublished(story=STORY, version=1, at=hours(3), title="A", urls=urls, published_by=RINA))
    gone = received(StoryTakenDown(story=STORY, version=1, at=hours(4), reason="Keliru."))
    fate = fate_after({}, published)
    assert fate == Fate(STORY, 1, hours(3), urls)
    assert fate_after({STORY: fate}, gone) == Fate(STORY, 1, hours(3), urls, 1, hours(4))
