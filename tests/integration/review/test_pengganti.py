"""Plh and Plt: a stand-in decides in the capacity that a letter gives, and nobody else's work is lost."""

from collections.abc import AsyncGenerator
from datetime import date
from uuid import uuid4

import pytest

from shared.events import ApprovalRevoked, StoryApproved, StoryHandedOver
from tests.integration.review.absences import all_back, stands_in
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import HTML, send
from tests.integration.review.test_putusan import exact, page, waiting, way
from tests.unit.review.samples import RINA, submitted


@pytest.fixture(autouse=True)
async def everybody_comes_back(desk: Office) -> AsyncGenerator[None]:
    await all_back(desk)
    yield
    await all_back(desk)


async def test_a_stand_in_decides_as_plh_and_the_decision_names_the_letter(desk: Office) -> None:
    event = await waiting(desk)
    before = await desk.call("dewi", "GET", "/saring", headers=HTML)
    assert before.status_code == 403
    await stands_in(desk, "dewi", "kadis", letter="800/77/2026")
    asked = await page(desk, "dewi", way(event.story, "putuskan?versi=1&hasil=approved"))
    assert "Anda bertindak sebagai Plh. Kepala Dinas, surat 800/77/2026." in asked
    done = await send(desk, "dewi", way(event.story), **exact(event, "approved"), capacity="Plh. Kepala Dinas")
    assert done.status_code == 303, done.text
    (told,) = await desk.events(StoryApproved)
    assert (told.decided_by.account, told.decided_by.capacity, told.mandate) == (
        "dewi", "Plh. Kepala Dinas", "800/77/2026",
    )  # fmt: skip
    (row,) = await desk.rows("SELECT actor, capacity FROM review.audit WHERE action = 'story.approved'")
    assert tuple(row) == ("dewi", "Plh. Kepala Dinas")
    shown = await page(desk, "bambang", f"/saring/{event.story}?versi=1")
    assert "Bertindak dengan surat 800/77/2026." in shown


async def test_who_is_a_leader_and_stands_in_chooses_the_capacity(desk: Office) -> None:
    event = await waiting(desk)
    await stands_in(desk, "bambang", "kadis", kind="plt", letter="800/78/2026")
    asked = await page(desk, "bambang", way(event.story, "putuskan?versi=1&hasil=approved"))
    assert 'value="Sekretaris" checked' in asked
    assert 'value="Plt. Kepala Dinas"' in asked
    body = exact(event, "approved", capacity="Plt. Kepala Dinas")
    done = await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert done.status_code == 201
    (told,) = await desk.events(StoryApproved)
    assert (told.decided_by.capacity, told.mandate) == ("Plt. Kepala Dinas", "800/78/2026")


async def test_whoever_takes_back_or_hands_over_does_so_in_a_capacity_too_and_the_letter_is_kept(desk: Office) -> None:
    await stands_in(desk, "bambang", "kadis", kind="plt", letter="800/78/2026")
    by = RINA.model_copy(update={"account": "tono"})
    first, second = submitted(uuid4()), submitted(uuid4(), authors=("tono",), submitted_by=by)
    await desk.hear(first, second)
    await desk.session("rina")
    await send(desk, "bambang", way(first.story), **exact(first, "approved"))
    asked = await page(desk, "bambang", f"/saring/{first.story}?versi=1")
    assert 'value="Plt. Kepala Dinas"' in asked
    done = await send(
        desk, "bambang", way(first.story, "cabut"), version=1, note="Keliru.", capacity="Plt. Kepala Dinas"
    )
    assert done.status_code == 303, done.text
    (told,) = await desk.events(ApprovalRevoked)
    assert told.by is not None
    assert (told.by.capacity, told.mandate) == ("Plt. Kepala Dinas", "800/78/2026")
    assert "(surat 800/78/2026): Keliru." in await page(desk, "wati", f"/saring/{first.story}?versi=1")
    body = {"version": 1, "to": "rina", "note": "Mohon dilihat.", "capacity": "Plt. Kepala Dinas"}
    answer = await desk.call("bambang", "POST", f"/api/v1/reviews/{second.story}/dispositions", json=body)
    assert (answer.status_code, answer.json().get("mandate")) == (201, "800/78/2026"), answer.text
    (handed,) = await desk.events(StoryHandedOver)
    assert (handed.by.capacity, handed.mandate) == ("Plt. Kepala Dinas", "800/78/2026")


async def test_a_capacity_that_is_not_ones_own_is_refused_and_nothing_is_decided(desk: Office) -> None:
    event = await waiting(desk)
    body = exact(event, "approved", capacity="Plh. Kepala Dinas")
    no = await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:not-your-capacity")
    assert await desk.states(event.story) == {1: "open"}


async def test_the_last_of_a_chain_acts_for_all_and_the_middle_for_nobody(desk: Office) -> None:
    event = await waiting(desk)
    await stands_in(desk, "dewi", "kadis")
    await stands_in(desk, "agus", "dewi")
    assert (await desk.call("dewi", "GET", "/saring", headers=HTML)).status_code == 403
    done = await send(desk, "agus", way(event.story), **exact(event, "approved"))
    assert done.status_code == 303
    (told,) = await desk.events(StoryApproved)
    assert told.decided_by.capacity == "Plh. Kepala Dinas"


async def test_who_wrote_the_version_may_not_decide_on_it_as_a_stand_in_either(desk: Office) -> None:
    await stands_in(desk, "tono", "kadis")
    by = RINA.model_copy(update={"account": "tono"})
    event = submitted(uuid4(), authors=("tono",), submitted_by=by)
    await desk.hear(event)
    no = await desk.call("tono", "POST", f"/api/v1/reviews/{event.story}/decisions", json=exact(event, "approved"))
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:four-eyes")


async def test_once_the_official_is_back_the_stand_in_decides_nothing_more(desk: Office) -> None:
    await stands_in(desk, "dewi", "kadis", days=(date(2026, 11, 1), date(2026, 11, 22)))
    assert (await desk.call("dewi", "GET", "/saring", headers=HTML)).status_code == 403
