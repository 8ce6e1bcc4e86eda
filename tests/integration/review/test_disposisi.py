"""Disposisi: handed over to the other leader with a note; the clock runs on and the first decision wins."""

from uuid import uuid4

import pytest

from shared.events import StoryHandedOver
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import send
from tests.integration.review.test_putusan import exact, page, waiting, way
from tests.unit.review.samples import submitted


async def test_a_leader_hands_over_with_a_note_and_the_other_one_sees_it(desk: Office) -> None:
    await desk.session("kadis")
    event = await waiting(desk)
    shown = await page(desk, "bambang", f"/saring/{event.story}")
    assert "Disposisi ke pimpinan lain" in shown
    done = await send(
        desk, "bambang", way(event.story, "disposisi"), version=1, to="kadis", note="Mohon periksa angkanya."
    )
    assert done.status_code == 303, done.text
    (told,) = await desk.events(StoryHandedOver)
    assert (told.to.account, told.by.account, told.note) == ("kadis", "bambang", "Mohon periksa angkanya.")
    queue = await page(desk, "kadis", "/saring")
    assert "disposisi untuk Anda" in queue
    assert "Mohon periksa angkanya." in queue
    (clock,) = await desk.rows("SELECT closed_at FROM review.clocks")
    assert clock["closed_at"] is None
    (row,) = await desk.rows("SELECT actor, version FROM review.audit WHERE action = 'story.handed-over'")
    assert tuple(row) == ("bambang", 1)


async def test_after_it_either_leader_decides_and_the_first_wins(desk: Office) -> None:
    await desk.session("kadis")
    event = await waiting(desk)
    await send(desk, "bambang", way(event.story, "disposisi"), version=1, to="kadis", note="")
    assert (await send(desk, "bambang", way(event.story), **exact(event, "approved"))).status_code == 303
    late = await send(desk, "bambang", way(event.story, "disposisi"), version=1, to="kadis", note="Lagi.")
    assert (late.status_code, "sudah disetujui" in late.text, "Lagi." in late.text) == (409, True, True)


async def test_sent_twice_it_is_one_disposisi(desk: Office) -> None:
    await desk.session("kadis")
    event = await waiting(desk)
    for _ in range(2):
        await send(desk, "bambang", way(event.story, "disposisi"), version=1, to="kadis", note="Mohon.")
    assert len(await desk.events(StoryHandedOver)) == 1


@pytest.mark.parametrize(
    ("to", "words"),
    [("rina", "ikut menulis versi ini"), ("bambang", "tidak (lagi) dapat menyaring"), ("dewi", "Pilih pimpinan lain")],
)
async def test_only_a_leader_who_may_decide_is_an_addressee(desk: Office, to: str, words: str) -> None:
    for who in ("rina", "dewi"):
        await desk.session(who)
    event = submitted(uuid4())
    await desk.hear(event)
    no = await send(desk, "bambang", way(event.story, "disposisi"), version=1, to=to, note="Mohon dilihat.")
    assert (no.status_code, words in no.text, "Mohon dilihat." in no.text) == (422, True, True)
    assert await desk.events(StoryHandedOver) == []
