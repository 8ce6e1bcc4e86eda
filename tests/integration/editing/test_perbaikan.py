"""Setujui dengan perbaikan at the desk: the leader's words are taken exactly, or the Version goes its usual way."""

import asyncio
from typing import Any
from uuid import UUID

from shared.content import Words
from shared.content_hash import content_sha256
from shared.events import OfferWithdrawn, StoryReturned, StorySubmitted
from tests.integration.editing.office import Office
from tests.integration.editing.test_stories import MEDIA
from tests.unit.editing.parts import REPORT, erased, received, returned

MENDED = {"title": "42 rumah", "lead": "Selesai pekan ini."}


async def offered(desk: Office, by: str = "bambang", **content: Any) -> tuple[str, StoryReturned]:
    """A submitted Story that a leader returned with words of their own."""
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0, **content)
    await desk.submit(story, 1)
    (told,) = await desk.sent(StorySubmitted)
    words = Words.of(told.content).model_copy(update=MENDED)
    event = returned().model_copy(
        update={
            "story": UUID(story), "proposal": words, "content_sha256": told.content_sha256,
            "proposal_sha256": content_sha256(words.laid_over(told.content)),
        }
    )  # fmt: skip
    event = event.model_copy(update={"decided_by": event.decided_by.model_copy(update={"account": by})})
    await desk.hear(event)
    return story, event


async def accept(desk: Office, story: str, version: int = 1, *, by: str = "rina", expect: int = 200) -> Any:
    return await desk.post(by, f"/stories/{story}/accept", {"version": version}, expect=expect)


async def test_the_leaders_words_are_saved_and_submitted_exactly(desk: Office) -> None:
    story, event = await offered(desk)
    page = await desk.person("rina").get(f"/meja/berita/{story}", headers={"Accept": "text/html"})
    assert "Terima persis dan ajukan" in page.text
    assert "pekan ini" in page.text
    desk.later(5)
    assert (await accept(desk, story))["state"] == "submitted"
    told = (await desk.sent(StorySubmitted))[-1]
    assert (told.version, told.cycle, told.content_sha256, told.authors) == (2, 2, event.proposal_sha256, ("rina",))
    assert (told.content.title, told.submitted_by.account) == ("42 rumah", "rina")
    assert [(c.cycle, c.outcome) for c in told.clocks] == [(2, "completed")]
    assert await desk.dead_letters() == []


async def test_taken_by_a_form_and_clicked_twice_it_is_submitted_once(desk: Office) -> None:
    story, _ = await offered(desk)
    person = desk.person("rina")
    form = {"csrf": person.headers["X-CSRF-Token"], "version": "1"}
    both = await asyncio.gather(*(person.post(f"/meja/berita/{story}/terima", data=form) for _ in range(2)))
    assert [a.status_code for a in both] == [303, 303]
    assert len(await desk.sent(StorySubmitted)) == 2


async def test_after_an_edit_the_words_can_no_longer_be_taken(desk: Office) -> None:
    story, _ = await offered(desk)
    await desk.save(story, 1, title="Kalimat Admin")
    no = await accept(desk, story, expect=409)
    assert no["newest_version"] == 2
    assert len(await desk.sent(StorySubmitted)) == 1
    page = await desk.person("rina").get(f"/meja/berita/{story}", headers={"Accept": "text/html"})
    assert "Terima persis" not in page.text


async def test_without_words_there_is_nothing_to_take(desk: Office) -> None:
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0)
    await desk.submit(story, 1)
    await desk.hear(returned().model_copy(update={"story": UUID(story)}))
    assert (await accept(desk, story, expect=409))["type"].endswith("no-offer")
    assert (await accept(desk, story, 7, expect=409))["newest_version"] == 1


async def test_who_wrote_the_words_as_a_leader_does_not_take_them_as_an_admin(desk: Office) -> None:
    story, _ = await offered(desk, by="rina")
    assert (await accept(desk, story, expect=422))["type"].endswith("own-offer")


async def test_where_a_file_was_erased_since_nothing_is_approved_by_the_words(desk: Office) -> None:
    story, _ = await offered(desk, media=MEDIA)
    await desk.hear(erased())
    assert (await accept(desk, story, expect=422))["type"].endswith("offer-no-longer-fits")
    assert len(await desk.sent(StorySubmitted)) == 1


async def test_words_that_the_leader_took_back_are_taken_no_more_and_the_admin_reads_why(desk: Office) -> None:
    story, event = await offered(desk)
    gone = OfferWithdrawn(
        story=event.story, version=1, note="Datanya ternyata lain.", by=event.decided_by, at=event.decided_at
    )
    await desk.hear(gone)
    page = await desk.person("rina").get(f"/meja/berita/{story}", headers={"Accept": "text/html"})
    assert ("Terima persis" in page.text, "Datanya ternyata lain." in page.text) == (False, True)
    assert (await accept(desk, story, expect=409))["type"].endswith("offer-withdrawn")
    assert len(await desk.sent(StorySubmitted)) == 1
    await desk.save(story, 1, title="Kalimat Admin")
    await desk.submit(story, 2)
    assert len(await desk.sent(StorySubmitted)) == 2


async def test_only_an_admin_takes_them(desk: Office) -> None:
    story, _ = await offered(desk)
    await accept(desk, story, by="bambang", expect=403)
