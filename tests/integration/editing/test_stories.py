"""Compiling, versions, submission: stage 2 from the Report to the leader."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.content import Content
from shared.content_hash import content_sha256
from shared.events import ReportMediaChecked, StoryAbandoned, StorySubmitted
from tests.integration.editing.office import Office
from tests.unit.editing.parts import (
    OTHER,
    PHOTO,
    REPORT,
    TEN,
    approved,
    declined,
    erased,
    photo,
    published,
    received,
    returned,
    revoked,
    supplemented,
    taken_down,
    withdrawn,
)

MEDIA: list[dict[str, Any]] = [{"id": str(PHOTO), "caption": "Di RW 05"}]


def of(story: str, event: Any) -> Any:
    """The event of another service, about this Story."""
    return event.model_copy(update={"story": UUID(story)})


async def test_a_report_is_compiled_edited_and_submitted_whole(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    saved = await desk.save(story, 0, media=MEDIA, channel_texts={"site": "b", "instagram": "a"})
    desk.later(90)
    assert (await desk.submit(story, saved["version"]))["state"] == "submitted"
    (event,) = await desk.sent(StorySubmitted)
    assert (event.version, event.cycle, event.authors, event.correction) == (1, 1, ("rina",), False)
    assert event.content_sha256 == saved["content_sha256"] == content_sha256(event.content)
    assert event.content.media[0].renditions == photo().renditions
    assert [(o.report, o.unit) for o in event.origins] == [(REPORT, "perumahan")]
    (clock,) = event.clocks
    assert (clock.stage, clock.item, clock.story) == ("editing", str(REPORT), event.story)
    assert (clock.outcome, clock.punctuality, clock.working_seconds) == ("completed", "in_time", 5400)


async def test_what_is_stored_has_the_hash_that_was_told(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    saved = await desk.save(story, 0, media=MEDIA, channel_texts={"site": "b", "instagram": "aa", "x": "c"})
    found = await desk.get("bambang", f"/stories/{story}/versions/1")
    assert content_sha256(Content.model_validate(found["content"])) == saved["content_sha256"]


async def test_several_reports_become_one_story_and_each_clock_closes_with_it(desk: Office):
    await desk.hear(received(), received(OTHER, received_at=desk.later(10)))
    story = await desk.compile(REPORT, OTHER)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    (event,) = await desk.sent(StorySubmitted)
    assert [o.report for o in event.origins] == [REPORT, OTHER]
    assert {c.item for c in event.clocks} == {str(REPORT), str(OTHER)}


async def test_one_report_becomes_two_stories_with_a_clock_each(desk: Office):
    await desk.hear(received())
    one, two = await desk.compile(REPORT), await desk.compile(REPORT)
    assert await desk.clocks() == {(str(REPORT), 1, None), (f"{REPORT}.{two}", 1, None)}
    await desk.save(two, 0)
    await desk.submit(two, 1)
    assert await desk.clocks() == {(str(REPORT), 1, None), (f"{REPORT}.{two}", 1, "completed")}
    await desk.post("rina", f"/stories/{one}/abandon", {"reason": "Cukup satu."})
    assert await desk.clocks() == {(str(REPORT), 1, "abandoned"), (f"{REPORT}.{two}", 1, "completed")}


async def test_a_report_added_later_brings_its_own_clock_and_its_files(desk: Office):
    second = photo(media=OTHER)
    await desk.hear(received(media=()), received(OTHER, received_at=desk.later(10), media=(second,)))
    story = await desk.compile(REPORT)
    await desk.save(story, 0, media=[{"id": str(OTHER)}], expect=422)
    added = await desk.post("rina", f"/stories/{story}/reports", {"report": str(OTHER)})
    assert added["reports"] == [str(REPORT), str(OTHER)]
    await desk.save(story, 0, media=[{"id": str(OTHER)}])
    await desk.submit(story, 1)
    (event,) = await desk.sent(StorySubmitted)
    assert {(c.item, c.opened_at) for c in event.clocks} == {(str(REPORT), TEN), (str(OTHER), desk.at[0])}
    await desk.post("rina", f"/stories/{story}/reports", {"report": str(OTHER)}, expect=422)


async def test_a_report_claimed_by_another_is_not_compiled(desk: Office):
    await desk.hear(received())
    await desk.post("dani", f"/inbox/{REPORT}/claim")
    await desk.post("rina", "/stories", {"reports": [str(REPORT)]}, expect=409)
    await desk.post("rina", "/stories", {"reports": [str(OTHER)]}, expect=404)
    await desk.post("rina", "/stories", {"reports": []}, expect=422)


async def test_a_stale_version_is_refused_with_the_newest_and_nothing_is_lost(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0, title="Rina")
    refusal = await desk.save(story, 0, by="dani", title="Dani", expect=409)
    assert (refusal["newest_version"], refusal["title"]) == (1, "stale-version")
    await desk.save(story, 1, by="dani", title="Dani")
    found = await desk.get("wati", f"/stories/{story}")
    assert [(v["version"], v["author"]) for v in found["versions"]] == [(2, "dani"), (1, "rina")]
    stale = await desk.submit(story, 1, expect=409)
    assert stale["newest_version"] == 2
    await desk.submit(story, 2)
    (event,) = await desk.sent(StorySubmitted)
    assert event.authors == ("rina", "dani")


async def test_of_many_who_save_at_once_one_has_the_version(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    body = {"expected_version": 0, "content": {"title": "40 rumah"}}
    tries = [desk.person(w).post(f"/api/v1/stories/{story}/versions", json=body) for w in ("rina", "dani") * 10]
    codes = [a.status_code for a in await asyncio.gather(*tries)]
    assert (codes.count(201), codes.count(409)) == (1, 19)


async def test_two_clicks_on_submit_submit_once(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    click = f"/api/v1/stories/{story}/submit"
    answers = await asyncio.gather(*(desk.person("rina").post(click, json={"version": 1}) for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409]
    assert len(await desk.sent(StorySubmitted)) == 1


async def test_a_story_with_a_picture_being_checked_waits_for_the_check(desk: Office):
    await desk.hear(received(media=(photo("checking"),)))
    story = await desk.compile(REPORT)
    await desk.save(story, 0, media=MEDIA)
    assert (await desk.submit(story, 1, expect=422))["title"] == "media-checking"
    await desk.hear(ReportMediaChecked(report=REPORT, media=photo(), at=TEN))
    assert (await desk.submit(story, 1, expect=422))["title"] == "media-checked-since"
    assert (await desk.get("rina", f"/stories/{story}"))["findings"][0]["code"] == "media-checked-since"
    await desk.save(story, 1, media=MEDIA)
    await desk.submit(story, 2)
    (event,) = await desk.sent(StorySubmitted)
    assert event.content.media[0].renditions == photo().renditions


async def test_an_erased_file_stops_a_submission_and_the_version_keeps_its_hash(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    saved = await desk.save(story, 0, media=MEDIA)
    await desk.hear(erased())
    assert (await desk.submit(story, 1, expect=422))["title"] == "media-not-in-story"
    found = await desk.get("rina", f"/stories/{story}")
    assert found["content_sha256"] == saved["content_sha256"]


async def test_a_story_whose_only_report_was_withdrawn_is_abandoned_not_submitted(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.hear(withdrawn())
    assert (await desk.submit(story, 1, expect=422))["title"] == "no-report-left"
    assert (await desk.get("rina", f"/stories/{story}"))["findings"][0]["code"] == "report-withdrawn"
    await desk.post("rina", f"/stories/{story}/abandon", {"reason": "Bahan ditarik."})
    (event,) = await desk.sent(StoryAbandoned)
    assert (event.reason, event.clocks) == ("Bahan ditarik.", ())
    assert await desk.clocks() == {(str(REPORT), 1, "withdrawn")}


async def test_a_story_that_is_too_large_for_one_event_is_refused_when_it_is_saved(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    spans = [{"text": "x" * 95_000}]
    body = [{"kind": "paragraph", "spans": spans} for _ in range(9)]
    assert (await desk.save(story, 0, body=body, expect=422))["title"] == "too-large"


async def test_returned_work_opens_the_storys_next_clock_and_its_submission_closes_it(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(of(story, returned()))
    found = await desk.get("rina", f"/stories/{story}")
    assert (found["state"], found["answer"]["reasons"][0]["note"]) == ("returned", "Cocokkan jumlahnya.")
    assert (story, 2, None) in await desk.clocks()
    await desk.submit(story, 1, expect=409)
    await desk.save(story, 1)
    desk.later(120)
    await desk.submit(story, 2)
    last = (await desk.sent(StorySubmitted))[-1]
    assert (last.cycle, [(c.item, c.cycle, c.outcome) for c in last.clocks]) == (2, [(story, 2, "completed")])


async def test_a_decision_on_an_older_version_changes_nothing(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    for version in (1, 2):
        await desk.save(story, version - 1)
        await desk.submit(story, version)
    await desk.hear(of(story, returned(1, 1)))
    assert (await desk.get("rina", f"/stories/{story}"))["state"] == "submitted"
    assert not {c for c in await desk.clocks() if c[2] is None}
    assert not await desk.dead_letters()


async def test_a_public_story_is_corrected_and_a_declined_correction_leaves_it_public(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(of(story, published()), of(story, approved()))
    assert (await desk.get("rina", f"/stories/{story}"))["state"] == "published"
    await desk.post("rina", f"/stories/{story}/abandon", {"reason": "x"}, expect=409)
    await desk.save(story, 1)
    await desk.submit(story, 2)
    assert (await desk.sent(StorySubmitted))[-1].correction
    await desk.hear(of(story, declined(2, 2)))
    found = await desk.get("rina", f"/stories/{story}")
    assert (found["state"], found["published_version"]) == ("published", 1)
    await desk.hear(of(story, taken_down()))
    assert (await desk.get("rina", f"/stories/{story}"))["state"] == "taken-down"
    await desk.save(story, 2, expect=409)


async def test_the_clock_of_a_returned_correction_is_of_its_own_kind(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(of(story, approved()), of(story, published()))
    await desk.save(story, 1)
    await desk.submit(story, 2)
    await desk.hear(of(story, returned(2, 2)))
    (row,) = await desk.rows("SELECT item, cycle, kind FROM clocks WHERE closed_at IS NULL")
    assert tuple(row) == (story, 3, "correction")


async def test_a_revoked_approval_gives_the_story_back(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(of(story, approved()), of(story, revoked()))
    found = await desk.get("rina", f"/stories/{story}")
    assert (found["state"], found["answer"]["kind"]) == ("draft", "revoked")


async def test_a_decision_about_a_story_that_is_not_ours_is_a_dead_letter(desk: Office):
    await desk.hear(approved())
    (reason,) = await desk.dead_letters()
    assert reason.startswith("unknown-story")


async def test_versions_are_only_ever_added(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    for statement in ("UPDATE versions SET reason = ''", "DELETE FROM versions", "DELETE FROM story_reports"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.rows(statement)


async def test_every_change_is_audited_with_who_did_it(desk: Office):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    saved = await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(of(story, approved()))
    rows = await desk.rows("SELECT action, actor, version, after_hash FROM audit ORDER BY id")
    digest = saved["content_sha256"]
    assert [tuple(r) for r in rows] == [
        ("report.received", "sistem", None, None),
        ("story.compiled", "rina", None, None),
        ("story.saved", "rina", 1, digest),
        ("story.submitted", "rina", 1, digest),
        ("story.approved", "bambang", 1, None),
    ]


async def test_a_check_and_a_submission_at_the_same_time_do_not_lock_each_other_out(desk: Office):
    reports = [received(desk.desk.new_id(), media=(photo(media=desk.desk.new_id()),)) for _ in range(10)]
    await desk.hear(*reports)
    stories = [await desk.compile(r.report) for r in reports]
    for story in stories:
        await desk.save(story, 0)
    checks = [ReportMediaChecked(report=r.report, media=r.media[0], at=TEN) for r in reports]
    await asyncio.gather(desk.hear(*checks), *(desk.submit(s, 1) for s in stories))
    assert len(await desk.sent(StorySubmitted)) == 10


async def test_a_newer_replica_may_write_more_than_this_one_knows(desk: Office):
    await desk.hear(received(media=(photo(),), place="Bekasi"))
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(of(story, returned()))
    newer = await asyncpg.connect(desk.stack.owner_dsn, server_settings={"search_path": "editing"})
    for update in (
        "reports SET media = jsonb_set(media, '{0,newer}', '1'), facts = jsonb_set(facts, '{newer}', '1')",
        "stories SET answer = jsonb_set(answer, '{newer}', '1')",
        "versions SET content = jsonb_set(content, '{newer}', '1')",
    ):
        assert await newer.execute(f"UPDATE {update}") == "UPDATE 1"
    await newer.close()
    assert (await desk.get("rina", f"/inbox/{REPORT}"))["place"] == "Bekasi"
    assert (await desk.get("rina", f"/stories/{story}"))["answer"]["kind"] == "returned"
    assert (await desk.get("rina", f"/stories/{story}/versions/1"))["content"]["lead"] == "Selesai."
    await desk.hear(supplemented())
    await desk.save(story, 1)
    await desk.submit(story, 2)
    assert not await desk.dead_letters()
