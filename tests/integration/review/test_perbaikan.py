"""Setujui dengan perbaikan: the leader's own words are approved by their hash, and by nothing else."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from services.review import amending
from services.review.anchors import places
from services.review.store_read import dossier
from shared.content import Content, Figure, Paragraph, Span, Words
from shared.content_hash import content_sha256
from shared.events import OfferWithdrawn, StoryApproved, StoryReturned, StorySubmitted
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import send
from tests.integration.review.test_putusan import FIRST, SECOND, exact, page, story, waiting, way
from tests.unit.review.samples import RINA, abandoned, hours, submitted

MENDED = "Ada 42 rumah yang selesai."


async def offer(desk: Office, event: StorySubmitted, words: dict[str, str], who: str = "bambang"):
    typed = amending.written(event.content) | words
    data = exact(event, "returned", cara="amended", note="Angkanya 42.") | {
        "csrf": await desk.csrf(who), "tempat": list(typed), "perbaikan": list(typed.values()),
    }  # fmt: skip
    return await desk.call(who, "POST", way(event.story), data=data, headers={"Accept": "text/html"})


async def offered(desk: Office, *, others: int = 0) -> tuple[StorySubmitted, Content]:
    event = await waiting(desk)
    first = places(event.content).blocks[0].key
    answer = await offer(desk, event, {first: MENDED})
    assert answer.status_code == 303, answer.text
    told = (await desk.events(StoryReturned))[others]
    assert told.proposal is not None
    proposal = told.proposal.laid_over(event.content)
    assert told.proposal_sha256 == content_sha256(proposal)
    return event, proposal


async def test_the_leaders_words_are_laid_over_the_version_and_the_rest_stands(desk: Office) -> None:
    event, proposal = await offered(desk)
    expected = event.content.model_copy(update={"body": (Paragraph(spans=(Span(text=MENDED),)), event.content.body[1])})
    assert proposal == expected
    shown = await page(desk, "bambang", f"/saring/{event.story}")
    assert "Setuju dengan perbaikan: Angkanya 42." in shown
    assert "Menunggu Admin menerima perbaikan itu persis." in shown


async def test_exactly_the_leaders_words_are_approved_as_they_come_in(desk: Office) -> None:
    event, proposal = await offered(desk)
    again = submitted(event.story, 2, at=hours(2), content=proposal)
    await desk.hear(again)
    assert await desk.states(event.story) == {1: "returned", 2: "approved"}
    (told,) = await desk.events(StoryApproved)
    assert (told.version, told.content_sha256, told.content) == (2, again.content_sha256, proposal)
    assert (told.decided_by.account, told.decided_at, told.authors) == ("bambang", hours(2), ("rina",))
    assert [(c.cycle, c.outcome, c.working_seconds) for c in told.clocks] == [(2, "completed", 0)]
    assert await desk.rows("SELECT 1 FROM review.clocks WHERE closed_at IS NULL") == []
    shown = await page(desk, "kadis", f"/saring/{event.story}")
    assert "Admin menerima perbaikan pimpinan tanpa mengubahnya" in shown


async def test_any_other_text_voids_what_was_offered_and_asks_the_leader_again(desk: Office) -> None:
    event, proposal = await offered(desk)
    other = proposal.model_copy(update={"title": "Judul Admin"})
    await desk.hear(submitted(event.story, 2, at=hours(1), content=other))
    assert await desk.states(event.story) == {1: "returned", 2: "open"}
    # The leader's words in a later Version are not those that were asked for next: they are read anew.
    await desk.hear(submitted(event.story, 3, at=hours(2), content=proposal))
    assert await desk.states(event.story) == {1: "returned", 2: "superseded", 3: "open"}
    assert await desk.events(StoryApproved) == []


async def test_a_leader_who_also_wrote_the_new_version_approves_nothing_by_it(desk: Office) -> None:
    event, proposal = await offered(desk)
    await desk.hear(submitted(event.story, 2, at=hours(1), content=proposal, authors=("rina", "bambang")))
    assert await desk.states(event.story) == {1: "returned", 2: "open"}


async def test_the_words_and_their_acceptance_in_one_batch_with_a_later_version(desk: Office) -> None:
    event, proposal = await offered(desk)
    await desk.hear(
        submitted(event.story, 2, at=hours(1), content=proposal),
        submitted(event.story, 3, at=hours(2), content=story(FIRST, SECOND)),
    )
    assert await desk.states(event.story) == {1: "returned", 2: "superseded", 3: "open"}
    assert [t.rsplit(".", 3)[-2] for t in await desk.emitted()] == ["returned", "approved", "revoked"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "nothing-amended"),
        ({"channel_texts": {"situs-lain": "Lain"}}, "more-than-words"),
        ({"body": (Figure(media=uuid4()),)}, "more-than-words"),
    ],
)
async def test_what_is_no_amendment_of_words_is_refused(desk: Office, changed: dict[str, object], code: str) -> None:
    event = await waiting(desk)
    proposal = Words.of(event.content).model_copy(update=changed)
    body = exact(event, "returned", reasons=[{"code": "setuju-dengan-perbaikan"}]) | {
        "proposal": proposal.model_dump(mode="json")
    }
    no = await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert (no.status_code, no.json()["type"]) == (422, f"urn:alurwarta:problem:{code}")
    assert await desk.states(event.story) == {1: "open"}


async def test_a_refused_form_keeps_every_word_that_was_typed(desk: Office) -> None:
    event = await waiting(desk)
    at = places(event.content)
    answer = await offer(desk, event, {at.title.key: "J" * 301, at.blocks[1].key: "Kalimat saya."})
    assert answer.status_code == 422
    assert "Kalimat perbaikan terlalu panjang" in answer.text
    assert "Kalimat saya." in answer.text
    assert "Angkanya 42." in answer.text


def test_a_heading_longer_than_any_reader_takes_is_refused_when_it_is_written() -> None:
    whole = submitted(uuid4()).content
    headed = Content.model_validate(whole.model_dump() | {"body": [{"kind": "heading", "text": "Judul bagian"}]})
    (place,) = places(headed).blocks
    with pytest.raises(amending.TooMuch):
        amending.amended(headed, {place.key: "J" * 301})


async def test_after_the_story_was_given_up_or_became_another_the_words_approve_nothing(desk: Office) -> None:
    event, proposal = await offered(desk)
    await desk.hear(submitted(event.story, 2, at=hours(1), content=proposal, urgency="immediate"))
    assert await desk.states(event.story) == {1: "returned", 2: "open"}
    event, proposal = await offered(desk, others=1)
    await desk.hear(abandoned(event.story), submitted(event.story, 2, at=hours(1), content=proposal))
    assert await desk.states(event.story) == {1: "returned", 2: "open"}


def test_a_passage_that_was_emptied_is_left_out_and_one_with_the_same_words_keeps_its_marks() -> None:
    whole = submitted(uuid4()).content
    bold = Content.model_validate(
        whole.model_dump() | {"body": [{"kind": "paragraph", "spans": [{"text": "a", "bold": True}]}] * 2}
    )
    first, second = (p.key for p in places(bold).blocks)
    made = amending.amended(bold, {first: "a\r\n", second: " "})
    assert made.body == bold.body[:1]


async def test_two_admins_offer_back_the_same_words_and_it_is_approved_once(desk: Office) -> None:
    event, proposal = await offered(desk)
    record = desk.numbered(submitted(event.story, 2, at=hours(1), content=proposal, submitted_by=RINA))
    for _ in range(2):
        await desk.consumers["stories"].handle([record])
    assert len(await desk.events(StoryApproved)) == 1


async def test_words_that_the_leader_took_back_are_accepted_no_more(desk: Office) -> None:
    event, proposal = await offered(desk)
    assert "Tarik perbaikan versi 1" in await page(desk, "kadis", f"/saring/{event.story}")
    done = await send(desk, "kadis", way(event.story, "tarik-perbaikan"), version=1, note="Datanya ternyata lain.")
    assert done.status_code == 303, done.text
    (told,) = await desk.events(OfferWithdrawn)
    assert (told.version, told.note, told.by.account) == (1, "Datanya ternyata lain.", "kadis")
    await desk.hear(submitted(event.story, 2, at=hours(2), content=proposal))
    assert await desk.states(event.story) == {1: "returned", 2: "open"}
    assert await desk.events(StoryApproved) == []
    shown = await page(desk, "wati", f"/saring/{event.story}?versi=1")
    assert ("Perbaikan itu ditarik" in shown, "Menunggu Admin menerima" in shown) == (True, False)


async def test_the_sheet_says_when_the_words_were_written_and_when_they_were_accepted(desk: Office) -> None:
    event, proposal = await offered(desk)
    await desk.hear(submitted(event.story, 2, at=hours(2), content=proposal))
    shown = await page(desk, "kadis", f"/saring/{event.story}")
    assert "Kalimat itu ditulis atas versi 1, " in shown
    async with desk.app.state.desk.db.connection() as conn:
        found = await dossier(conn, event.story, 2)
    assert found is not None
    assert found.decided is not None
    assert found.decided.offered is not None
    assert (found.decided.offered.version, found.decided.offered.at) < (2, found.decided.decided_at)


async def test_who_takes_back_and_the_admin_who_accepts_at_once_leave_one_of_the_two(desk: Office) -> None:
    event, proposal = await offered(desk)
    record = desk.numbered(submitted(event.story, 2, at=hours(1), content=proposal))
    body = {"version": 1, "note": ""}
    answer, _ = await asyncio.gather(
        desk.call("kadis", "POST", f"/api/v1/reviews/{event.story}/withdraw-offer", json=body),
        desk.consumers["stories"].handle([record]),
    )
    approved, withdrawn = await desk.events(StoryApproved), await desk.events(OfferWithdrawn)
    assert (len(approved) + len(withdrawn), answer.status_code) == (1, 201 if withdrawn else 409)


async def test_the_database_too_knows_of_words_that_were_taken_back(desk: Office) -> None:
    event, proposal = await offered(desk)
    await send(desk, "kadis", way(event.story, "tarik-perbaikan"), version=1, note="")
    await desk.hear(submitted(event.story, 2, at=hours(2), content=proposal))
    with pytest.raises(asyncpg.PostgresError, match="were taken back"):
        await desk.rows(
            """INSERT INTO review.decisions (story, version, content_sha256, decided_by, decided_at, decision, reasons,
                   legal_basis, basis)
               SELECT r.story, r.version, r.content_sha256, d.decided_by, now(), 'approved', '[]', '', 'amendment'
               FROM review.reviews r, review.decisions d WHERE r.version = 2 AND d.story = r.story RETURNING 1"""
        )
