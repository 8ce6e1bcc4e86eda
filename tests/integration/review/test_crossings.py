"""The crossings that review takes part in (docs/crossings.md), each in both orders."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.content import Official, Origin
from shared.events import (
    ApprovalRevoked,
    Event,
    MediaErased,
    Problem,
    ReportRefused,
    ReportWithdrawn,
    StoryApproved,
    StoryPublished,
    StoryTakenDown,
)
from tests.integration.review.desk import Office
from tests.unit.review.samples import BAMBANG, PHOTO, REPORT, RINA, abandoned, hours, submitted

URLS = {"site": "https://contoh.go.id/berita/a"}


@pytest.fixture
def story() -> UUID:
    return uuid4()


REASONS = [{"code": "lain", "note": "Lihat catatan."}]
GROUNDS: dict[str, dict[str, Any]] = {
    "approved": {}, "returned": {"reasons": REASONS}, "declined": {"reasons": REASONS},
    "withheld": {"legal_basis": "UU 14/2008 Pasal 17 huruf h"},
}  # fmt: skip


async def approve(
    desk: Office, story: UUID, version: int = 1, status: int = 201, *, decision: str = "approved"
) -> None:
    event = submitted(story, version)
    told = {"version": version, "content_sha256": event.content_sha256, "decision": decision} | GROUNDS[decision]
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


@pytest.mark.parametrize("decision", ["returned", "declined", "withheld"])
async def test_a_decision_that_approves_nothing_leaves_nothing_to_revoke(
    desk: Office, story: UUID, decision: str
) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story, decision=decision)
    await desk.hear(submitted(story, 2, at=hours(3)))
    assert await desk.states(story) == {1: decision, 2: "open"}
    assert await revoked(desk) == []
    await no_dead_letter(desk)


@pytest.mark.parametrize("decision", ["returned", "declined", "withheld"])
async def test_the_newer_version_came_before_any_other_decision(desk: Office, story: UUID, decision: str) -> None:
    await desk.hear(submitted(story, 1), submitted(story, 2, at=hours(1)))
    await approve(desk, story, 1, status=409, decision=decision)
    assert await desk.states(story) == {1: "superseded", 2: "open"}
    await no_dead_letter(desk)


@pytest.mark.parametrize("leader_first", [True, False])
async def test_the_leader_and_the_admin_take_a_story_back_at_once(
    desk: Office, story: UUID, leader_first: bool
) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    path, note = f"/api/v1/reviews/{story}/revoke", {"version": 1, "note": "Keliru."}
    if leader_first:
        assert (await desk.call("bambang", "POST", path, json=note)).status_code == 201
    await desk.hear(abandoned(story, at=hours(3)))
    if not leader_first:
        assert (await desk.call("bambang", "POST", path, json=note)).status_code == 409
    assert await desk.states(story) == {1: "revoked" if leader_first else "abandoned"}
    assert await revoked(desk) == [(1, "official" if leader_first else "abandoned", [])]
    await no_dead_letter(desk)


async def test_what_was_superseded_before_the_story_was_given_up_stays_superseded(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    await desk.hear(submitted(story, 2, at=hours(3)), abandoned(story, at=hours(4)))
    assert await desk.states(story) == {1: "superseded", 2: "abandoned"}
    assert await revoked(desk) == [(1, "superseded", []), (2, "abandoned", ["abandoned"])]


async def test_a_revocation_by_the_leader_is_not_repeated_by_what_follows(desk: Office, story: UUID) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    path = f"/api/v1/reviews/{story}/revoke"
    assert (await desk.call("bambang", "POST", path, json={"version": 1, "note": "Keliru."})).status_code == 201
    await desk.hear(submitted(story, 2, at=hours(3)), abandoned(story, at=hours(4)))
    assert await desk.states(story) == {1: "revoked", 2: "abandoned"}
    assert await revoked(desk) == [(1, "official", []), (2, "abandoned", ["abandoned"])]


async def test_what_the_newer_version_superseded_may_be_public_and_the_leader_takes_it_back(
    desk: Office, story: UUID
) -> None:
    await desk.hear(submitted(story))
    await approve(desk, story)
    await desk.hear(submitted(story, 2, at=hours(3)))
    path = f"/api/v1/reviews/{story}/revoke"
    assert (await desk.call("bambang", "POST", path, json={"version": 1, "note": "Keliru."})).status_code == 201
    assert await revoked(desk) == [(1, "superseded", []), (1, "official", [])]
    assert await desk.states(story) == {1: "revoked", 2: "open"}


REFUSED = ReportRefused(report=REPORT, problems=(Problem(field="", message="Rusak."),), at=hours(1))
WITHDRAWN = ReportWithdrawn(report=REPORT, reason="Salah kirim.", at=hours(1))
ERASED = MediaErased(
    report=REPORT, media=PHOTO, sha256="c" * 64, renditions=("a" * 64,), reason="Permintaan yang difoto.",
    erased_by=RINA, approved_by=BAMBANG, at=hours(1),
)  # fmt: skip


@pytest.mark.parametrize("order", ["submitted first", "approved first", "notice first"])
@pytest.mark.parametrize("notice", [WITHDRAWN, REFUSED, ERASED], ids=["withdrawn", "refused", "erased"])
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
        {
            "report.withdrawn": ("report-withdrawn", "Salah kirim."),
            "report.refused": ("report-refused", "Rusak."),
            "media.erased": ("media-erased", "Permintaan yang difoto."),
        }[notice.name]
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


async def test_an_older_version_cleared_away_late_leaves_the_newer_one_public(desk: Office, story: UUID) -> None:
    public = StoryPublished(story=story, version=2, at=hours(3), title="Berita", urls=URLS, published_by=RINA)
    gone = StoryTakenDown(story=story, version=1, at=hours(4), reason="Keliru.")
    await desk.hear(submitted(story), public, gone)
    page = (await desk.call("bambang", "GET", f"/saring/{story}")).text
    assert "Versi 2 sudah terbit" in page
    assert "Sudah diturunkan" not in page


def interleaved(*topics: list[Event]) -> Iterator[list[Event]]:
    """Every order in which the records of several topics may arrive, each topic in its own order."""
    if not any(topics):
        yield []
    for n, topic in enumerate(topics):
        if topic:
            rest = [*topics[:n], topic[1:], *topics[n + 1 :]]
            yield from ([topic[0], *more] for more in interleaved(*rest))


def life(story: UUID, report: UUID) -> tuple[list[Event], list[Event], list[Event]]:
    """What three topics tell of one Story."""
    origin = Origin(report=report, unit="bidang-perumahan", happened_at=hours(0), received_at=hours(0))
    return (
        [submitted(story, 1, origins=(origin,)), submitted(story, 2, at=hours(3), origins=(origin,))],
        [ReportWithdrawn(report=report, reason="Salah kirim.", at=hours(2))],
        [
            StoryPublished(story=story, version=1, at=hours(2), title="A", urls=URLS, published_by=RINA),
            StoryTakenDown(story=story, version=1, at=hours(4), reason="Keliru."),
        ],
    )


async def test_any_interleaving_of_the_topics_ends_in_the_same_rows(desk: Office) -> None:
    ends: list[list[object]] = []
    orders = list(interleaved(*life(uuid4(), uuid4())))
    for n in range(len(orders)):
        story, report = uuid4(), uuid4()
        await desk.hear(*list(interleaved(*life(story, report)))[n])
        ends.append([
            tuple(row) for row in await desk.rows(
                """SELECT s.newest_version, s.published_version, s.published_at, s.urls, s.taken_down_at, r.version,
                          r.state, c.closed_at, c.outcome, f.kind
                   FROM review.stories s JOIN review.reviews r USING (story)
                   JOIN review.clocks c ON c.story = r.story AND c.cycle = r.cycle
                   LEFT JOIN review.findings f ON f.story = r.story AND f.version = r.version
                   WHERE s.story = $1 ORDER BY r.version""",
                story,
            )
        ])  # fmt: skip
    assert len(ends) == 30
    assert all(end == ends[0] for end in ends)
    assert len(ends[0]) == 2
    await no_dead_letter(desk)
