"""Where a Report stands, and whose time is running."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.intake.domain_progress import Progress
from services.intake.standing import standing
from shared import reasons
from shared.content import Reason
from shared.words import sisa
from tests.unit.intake.samples import KEEPER, NOON, hours, report

STORY = Progress(report().id)


def left(state: str = "received", *stories: Progress, now: datetime = NOON, **more: Any) -> tuple[str | None, str]:
    bahan = report(state, **more)
    opened = KEEPER.open("intake", item=str(bahan.id), cycle=1, at=hours(-4))
    last = KEEPER.close(opened, at=NOON, outcome="completed") if state == "received" else opened
    found = standing(bahan, stories, last, now=now, keeper=KEEPER)
    return found.stage, sisa(found.left)


def test_what_was_received_waits_for_the_admin_for_two_working_hours() -> None:
    assert left(now=hours(0.5)) == ("editing", "sisa 1 jam 30 menit jam kerja")
    assert left(now=hours(20)) == ("editing", "melewati batas waktu 2 jam 30 menit jam kerja")


def test_what_was_sent_back_waits_for_the_unit_by_its_own_clock() -> None:
    assert left("sent-back", now=hours(0))[0] == "intake"
    assert left("sent-back", now=hours(8))[1].endswith("dihitung mulai Selasa 07.30")


def test_a_submitted_story_waits_for_the_leader() -> None:
    story = Progress(STORY.story, submitted_version=1, submitted_at=hours(1))
    assert left("received", story, now=hours(2)) == ("review", "sisa 1 jam kerja")


def test_a_returned_story_is_the_admins_again_from_the_decision_on() -> None:
    story = Progress(STORY.story, submitted_version=1, decided_version=1, decision="returned", decided_at=hours(1))
    assert left("received", story, now=hours(1.5)) == ("editing", "sisa 1 jam 30 menit jam kerja")


def test_an_embargo_moves_the_publishing_clock() -> None:
    approved = Progress(STORY.story, submitted_version=1, decided_version=1, decision="approved", decided_at=hours(1))
    held = replace(approved, not_before=hours(2))
    assert left("received", approved, now=hours(1)) == ("publisher", "sisa 30 menit jam kerja")
    assert left("received", held, now=hours(1)) == ("publisher", "sisa 30 menit jam kerja, dihitung mulai 15.00")


def test_of_a_story_of_before_these_times_were_kept_only_the_stage_is_told() -> None:
    assert left("received", Progress(STORY.story, submitted_version=1)) == ("review", "")


@pytest.mark.parametrize("story", [Progress(STORY.story, published_version=1), Progress(STORY.story, abandoned=True)])
def test_where_nothing_more_happens_no_clock_runs(story: Progress) -> None:
    assert left("received", story) == (None, "")
    assert left("withdrawn") == (None, "")


def test_a_practice_report_has_no_clock() -> None:
    assert standing(report(), [], None, now=NOON + timedelta(hours=1), keeper=KEEPER).left is None


def test_a_reason_is_told_in_words_and_never_by_its_code() -> None:
    assert reasons.told(Reason(code="izin-foto")) == "Izin orang yang difoto belum jelas"
    assert (
        reasons.told(Reason(code="foto-kurang", note="Hanya satu.")) == "Foto belum ada atau belum cukup: Hanya satu."
    )
    assert reasons.told(Reason(code="lain", note="Salah Bidang.")) == "Salah Bidang."
    assert reasons.told(Reason(code="alasan-lama")) == "Alasan lama"
