"""The crossings that review takes part in (docs/crossings.md), each in both orders."""

from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import pytest

from shared.content import Official
from shared.events import (
    ApprovalRevoked,
    Event,
    MediaErased,
    ReportWithdrawn,
    StoryApproved,
    StoryPublished,
    StoryTakenDown,
)
from tests.integration.review.desk import Office, office
from tests.unit.review.samples import BAMBANG, PHOTO, REPORT, RINA, abandoned, hours, submitted

URLS = {"site": "https://contoh.go.id/berita/a"}


@pytest.fixture
async def desk() -> AsyncGenerator[Office]:
    async with office(hours(2)) as opened:
        yield opened


@pytest.fixture
def story() -> UUID:
    return uuid4()


async def approve(desk: Office, story: UUID, version: int = 1, status: int = 201) -> None:
    event = submitted(story, version)
    told = {"version": version, "content_sha256": event.content_sha256, "decision": "approved"}
    answer = await desk.call("bambang", "POST", f"/api/v1/reviews/{story}/decisions", json=told)
    assert answer.status_code == status, answer.text


async def revoked(desk: Office) -> list[tuple[int, str, list[str]]]:
    events: list[ApprovalRevoked] = await desk.events(ApprovalRevoked)
    return [(e.version, e.reason, [str(c.outcome) for c in e.clocks]) for e in events]


async def no_dead_letter(desk: Office) -> None:
    assert await desk.rows("SELECT 1 FROM review.dead_letters") == []
    assert await desk.rows("SELECT 1 FROM review.clocks WHERE closed_at IS NULL AND outcome IS NOT NULL") == []


async def test_the_decision_came_before_the_newer_version_which_voids_it(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story, 1))
    await approve(desk, story)
    await desk.hear(submitted(story, 2, at=hours(3)))
    assert await desk.states(story) == {1: "superseded", 2: "open"}
    assert await revoked(desk) == [(1, "superseded", [])]
    await no_dead_letter(desk)


async def test_the_newer_version_came_before_the_decision_which_is_then_refused(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story, 1), submitted(story, 2, at=hours(1)))
    await approve(desk, story, 1, status=409)
    assert await desk.states(story) == {1: "superseded", 2: "open"}
    assert await revoked(desk) == [(1, "superseded", ["revoked"])]
    assert await desk.events(StoryApproved) == []
    await no_dead_letter(desk)


async def test_the_decision_came_before_the_story_was_given_up(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    await desk.hear(abandoned(story, at=hours(3)))
    assert await desk.states(story) == {1: "abandoned"}
    assert await revoked(desk) == [(1, "abandoned", [])]
    await no_dead_letter(desk)


async def test_the_story_was_given_up_before_the_decision_which_is_then_refused(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story), abandoned(story, at=hours(1)))
    await approve(desk, story, status=409)
    assert await desk.states(story) == {1: "abandoned"}
    assert await revoked(desk) == [(1, "abandoned", ["abandoned"])]
    await no_dead_letter(desk)


async def test_a_revocation_by_the_leader_is_not_repeated_by_what_follows(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    path = f"/api/v1/reviews/{story}/revoke"
    assert (await desk.call("bambang", "POST", path, json={"version": 1, "note": "Keliru."})).status_code == 201
    await desk.hear(submitted(story, 2, at=hours(3)), abandoned(story, at=hours(4)))
    assert await desk.states(story) == {1: "revoked", 2: "abandoned"}
    assert await revoked(desk) == [(1, "official", []), (2, "abandoned", ["abandoned"])]


async def test_what_the_newer_version_superseded_the_leader_no_longer_takes_back(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    await desk.hear(submitted(story, 2, at=hours(3)))
    path = f"/api/v1/reviews/{story}/revoke"
    assert (await desk.call("bambang", "POST", path, json={"version": 1, "note": "Keliru."})).status_code == 409
    assert await revoked(desk) == [(1, "superseded", [])]


WITHDRAWN = ReportWithdrawn(report=REPORT, reason="Salah kirim.", at=hours(1))
ERASED = MediaErased(
    report=REPORT, media=PHOTO, sha256="c" * 64, renditions=("a" * 64,), reason="Permintaan yang difoto.",
    erased_by=RINA, approved_by=BAMBANG, at=hours(1),
)  # fmt: skip


@pytest.mark.parametrize("order", ["submitted first", "approved first", "notice first"])
@pytest.mark.parametrize("notice", [WITHDRAWN, ERASED], ids=["withdrawn", "erased"])
async def test_a_report_withdrawn_or_a_file_erased_is_a_finding_in_any_order(
    desk: Office, story: UUID, order: str, notice: Event
) -> None:
    if order == "notice first":
        await desk.hear(notice)
    await desk.hear(submitted(story))
    if order == "approved first":
        await approve(desk, story)
    if order != "notice first":
        await desk.hear(notice)
    shown = (await desk.call("bambang", "GET", f"/api/v1/reviews/{story}")).json()
    assert [(f["kind"], f["note"]) for f in shown["findings"]] == [
        ("report-withdrawn", "Salah kirim.") if notice is WITHDRAWN else ("media-erased", "Permintaan yang difoto.")
    ]
    assert (await desk.states(story))[1] == ("approved" if order == "approved first" else "open")
    await no_dead_letter(desk)


@pytest.mark.parametrize("published_first", [True, False])
async def test_published_and_a_newer_version_cross_with_the_same_end(
    desk: Office, story: UUID, published_first: bool
) -> None:
    public = StoryPublished(
        story=story, version=1, at=hours(3), title="Berita", urls=URLS,
        published_by=Official(account="tono", name="Tono", capacity="Admin"),
    )  # fmt: skip
    newer = submitted(story, 2, at=hours(3))
    await desk.hear(submitted(story))
    await approve(desk, story)
    await desk.hear(*([public, newer] if published_first else [newer, public]))
    assert await desk.states(story) == {1: "superseded", 2: "open"}
    assert await revoked(desk) == [(1, "superseded", [])]
    shown = (await desk.call("bambang", "GET", f"/api/v1/reviews/{story}")).json()
    assert (shown["version"], shown["published"]["version"], shown["published"]["urls"]) == (2, 1, URLS)
    await no_dead_letter(desk)


@pytest.mark.parametrize("publisher_first", [True, False])
async def test_what_publisher_tells_may_come_before_the_submission_is_known(
    desk: Office, story: UUID, publisher_first: bool
) -> None:
    public = StoryPublished(story=story, version=1, at=hours(3), title="Berita", urls=URLS, published_by=RINA)
    gone = StoryTakenDown(story=story, version=1, at=hours(4), reason="Keliru.")
    await desk.hear(*([public, gone, submitted(story)] if publisher_first else [submitted(story), public, gone]))
    shown = (await desk.call("bambang", "GET", f"/api/v1/reviews/{story}")).json()
    assert (shown["version"], shown["state"]) == (1, "open")
    assert shown["published"]["taken_down_at"] is not None
    assert [r["story"] for r in await desk.rows("SELECT story FROM review.stories")] == [story]
    await no_dead_letter(desk)
