"""Several channels, each with its own truth; what only a person can say of one; what an official may waive."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.publisher.answers import LOOKS
from shared.events import DeliveryLive, StoryApproved, StoryPublished, StoryTakenDown
from tests.integration.publisher.medsos import Medsos
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content, revoked

LINK = "https://medsos.test/p/1"


async def sent(desk: Office, medsos: Medsos, *, required: bool = True) -> StoryApproved:
    """A Version for the site and the second channel, sent to both."""
    desk.connect(medsos, required=required)
    whole = content("Rumah Selesai", body=(), media=(await desk.photo(),), channels=("site", "medsos"))
    event = approved(UUID(int=7), content=whole)
    await desk.hear(event)
    assert (await desk.start(event.story)).status_code == 202
    await desk.work()
    return event


async def answer(desk: Office, event: StoryApproved, what: str, who: str = "tono", **fields: str) -> Any:
    return await desk.post(who, f"/terbit/{event.story}/kanal/medsos/{what}", version="1", **fields)


async def test_each_channel_has_its_own_truth_and_the_version_is_published_when_all_required_are_live(
    desk: Office,
) -> None:
    event = await sent(desk, Medsos())
    assert [await desk.delivery(event.story, channel=c) for c in ("site", "medsos")] == ["live", "live"]
    assert (await desk.states(event.story))[1][0] == "published"
    page = await desk.page("tono", f"/terbit/{event.story}")
    assert "dibaca sistem sebagai orang luar" in page
    assert "dibaca kembali dari kanalnya" in page
    assert f'href="{LINK}"' in page


async def test_a_channel_that_says_no_fails_alone_with_its_reason_and_is_sent_again_by_hand(desk: Office) -> None:
    medsos = Medsos(mood="no")
    event = await sent(desk, medsos)
    assert await desk.delivery(event.story) == "live"
    page = await desk.page("tono", f"/terbit/{event.story}")
    assert "Token kanal kedaluwarsa. Sambungkan lagi akunnya." in page
    assert "Kirim ulang" in page
    assert "Rumah Selesai" in await desk.page("tono", "/terbit?bagian=perlu")
    medsos.mood = "well"
    for _ in range(2):
        assert (await desk.post("tono", f"/terbit/{event.story}/kanal/medsos/ulang")).status_code == 303
    await desk.work()
    assert await desk.delivery(event.story, channel="medsos") == "live"
    assert len(medsos.posts) == 1


async def test_where_the_system_cannot_look_a_person_attests_with_the_link_and_publishes(desk: Office) -> None:
    medsos = Medsos(mood="silent-after")
    event = await sent(desk, medsos)
    assert await desk.delivery(event.story, channel="medsos") == "unconfirmed"
    for _ in range(3):
        assert await desk.work(later=9999) == 0
    form = await desk.page("tono", f"/terbit/{event.story}/kanal/medsos/nyatakan?version=1")
    assert "medsos.test" in form
    assert (await answer(desk, event, "nyatakan", tautan=LINK)).status_code == 303
    assert (await desk.states(event.story))[1][0] == "published"
    live = [b for b in await desk.bodies(DeliveryLive) if b["channel"] == "medsos"]
    assert [(b["way"], b["url"], b["confirmed_by"]["account"]) for b in live] == [("attested", LINK, "tono")]
    rows = await desk.rows("SELECT actor FROM publisher.audit WHERE action = 'delivery.medsos.live'")
    assert [r["actor"] for r in rows] == ["tono"]
    assert "dinyatakan oleh Tono, Admin Publikasi" in await desk.page("tono", f"/terbit/{event.story}")
    assert await desk.clocks(event.story) == {1: "completed"}


@pytest.mark.parametrize("link", ["", "medsos.test/p/1", "http://medsos.test/p/1", "https://lain.test/<script>"])
async def test_a_link_of_elsewhere_is_refused_and_stands_in_the_form_again(desk: Office, link: str) -> None:
    event = await sent(desk, Medsos(mood="silent-after"))
    refused = await answer(desk, event, "nyatakan", tautan=link)
    assert refused.status_code == 422
    assert "diawali https://" in refused.text
    assert f'value="{link.replace("<", "&lt;").replace(">", "&gt;")}"' in refused.text
    assert await desk.delivery(event.story, channel="medsos") == "unconfirmed"


async def test_what_a_person_does_not_find_there_is_sent_again_once(desk: Office) -> None:
    medsos = Medsos(mood="silent")
    event = await sent(desk, medsos)
    medsos.mood = "well"
    first, second = await asyncio.gather(
        answer(desk, event, "nyatakan", jawab="belum"), answer(desk, event, "nyatakan", jawab="belum")
    )
    assert sorted([first.status_code, second.status_code]) == [303, 409]
    await desk.work()
    assert await desk.delivery(event.story, channel="medsos") == "live"
    assert len(medsos.posts) == 1


async def test_there_and_not_there_said_by_two_people_at_once_have_one_outcome(desk: Office) -> None:
    event = await sent(desk, Medsos(mood="silent-after"))
    there, not_there = await asyncio.gather(
        answer(desk, event, "nyatakan", tautan=LINK), answer(desk, event, "nyatakan", jawab="belum")
    )
    state = await desk.delivery(event.story, channel="medsos")
    assert (there.status_code, not_there.status_code, state) in ((303, 409, "live"), (409, 303, "waiting"))


async def test_a_channel_with_a_look_up_is_looked_up_and_a_person_asked_only_when_that_stays_unknown(
    desk: Office,
) -> None:
    medsos = Medsos(lookup_there=True, mood="unseen")
    event = await sent(desk, medsos)
    early = await answer(desk, event, "nyatakan", tautan=LINK)
    assert early.status_code == 409
    for _ in range(LOOKS):
        await desk.work(later=600)
    assert medsos.looks == LOOKS
    assert (await answer(desk, event, "nyatakan", tautan=LINK)).status_code == 303
    assert (await desk.states(event.story))[1][0] == "published"
    assert len(medsos.posts) == 1


async def test_the_site_is_never_taken_on_anybodys_word(desk: Office) -> None:
    event = await desk.approve()
    desk.road.away = True
    await desk.publish(event)
    for _ in range(6):
        await desk.work(later=600)
    path = f"/api/v1/publications/{event.story}/channels/site/confirm"
    refused = await desk.call("tono", "POST", path, json={"version": 1, "url": "https://warta.test/berita/x"})
    assert (refused.status_code, refused.json()["title"]) == (409, "not-asked")
    assert await desk.delivery(event.story) == "unconfirmed"


async def test_the_leader_waives_a_required_channel_with_a_reason_and_the_clock_closes_as_waived(desk: Office) -> None:
    event = await sent(desk, Medsos(mood="no"))
    assert await desk.clocks(event.story) == {1: None}
    assert "/bebaskan" not in await desk.page("tono", f"/terbit/{event.story}")
    assert (await answer(desk, event, "bebaskan", reason="Akun terkunci.")).status_code == 403
    form = await desk.page("bambang", f"/terbit/{event.story}/kanal/medsos/bebaskan?version=1")
    assert "dibebaskan" in form
    empty = await answer(desk, event, "bebaskan", "bambang", reason="  ")
    assert empty.status_code == 422
    assert "Alasan terlalu pendek" in empty.text
    for _ in range(2):
        assert (await answer(desk, event, "bebaskan", "bambang", reason="Akun terkunci.")).status_code == 303
    assert await desk.clocks(event.story) == {1: "waived"}
    (published,) = await desk.bodies(StoryPublished)
    assert published["waived"] == {"medsos": "Akun terkunci."}
    assert published["clocks"][0]["outcome"] == "waived"
    page = await desk.page("tono", f"/terbit/{event.story}")
    assert "Dibebaskan oleh <bdi>Bambang Prasetyo</bdi>" in page
    assert await desk.delivery(event.story, channel="medsos") == "failed"


async def test_a_take_down_tells_the_truth_per_channel_and_a_person_ends_what_the_system_cannot(desk: Office) -> None:
    event = await sent(desk, Medsos())
    sure = await desk.post("bambang", f"/terbit/{event.story}/turunkan", reason="Salah foto.")
    assert "sistem tidak dapat menghapusnya" in sure.text
    assert (await desk.post("bambang", f"/terbit/{event.story}/turunkan", reason="Salah foto.", yakin="ya")).is_redirect
    await desk.clear()
    (told,) = await desk.bodies(StoryTakenDown)
    assert told["channels"] == {"site": "done", "medsos": "impossible"}
    page = await desk.page("tono", f"/terbit/{event.story}")
    assert "Kiriman ini masih ada" in page
    for _ in range(2):
        assert (await answer(desk, event, "dihapus")).status_code == 303
    assert await desk.delivery(event.story, channel="medsos") == "taken-down"


async def test_taking_down_twice_has_one_effect_and_the_second_is_told(desk: Office) -> None:
    event = await desk.approve()
    await desk.publish(event)
    await desk.session("tono")
    path = f"/terbit/{event.story}/turunkan"
    first, second = await asyncio.gather(*(desk.post("tono", path, reason="Keliru.", yakin="ya") for _ in range(2)))
    messages = sorted(r.headers["location"].rpartition("=")[2] for r in (first, second))
    assert messages == ["sudah-turun", "turun"]
    rows = await desk.rows("SELECT FROM publisher.audit WHERE action = 'publication.taking-down'")
    assert len(rows) == 1


async def test_a_double_click_on_publish_has_one_effect_and_both_are_shown_the_state(desk: Office) -> None:
    event = await desk.approve()
    await desk.session("tono")
    path = f"/terbit/{event.story}/terbitkan"
    answers = await asyncio.gather(*(desk.post("tono", path, version="1") for _ in range(4)))
    assert {a.status_code for a in answers} == {303}
    rows = await desk.rows("SELECT FROM publisher.audit WHERE action = 'publication.publishing'")
    assert len(rows) == 1
    await desk.work()
    assert (await desk.post("tono", path, version="1")).status_code == 303
    assert (await desk.told()).count("story.published") == 1


async def test_a_revocation_while_a_channel_waits_for_a_word_takes_down_and_asks_no_more(desk: Office) -> None:
    event = await sent(desk, Medsos(mood="silent-after", can_remove=True))
    await desk.hear(revoked(event.story))
    assert (await answer(desk, event, "nyatakan", tautan=LINK)).status_code == 409
    await desk.clear()
    (told,) = await desk.bodies(StoryTakenDown)
    assert told["channels"] == {"site": "done", "medsos": "done"}


async def test_the_api_tells_of_each_channel_what_can_be_done_and_takes_the_same_steps(desk: Office) -> None:
    event = await sent(desk, Medsos(mood="silent-after"))
    path = f"/api/v1/publications/{event.story}"
    (row,) = (await desk.call("tono", "GET", path)).json()["publications"]
    by_name = {d["channel"]: d for d in row["deliveries"]}
    assert by_name["medsos"]["can"] == ["confirm", "waive"]
    assert by_name["site"]["can"] == []
    denied = await desk.call("tono", "POST", f"{path}/channels/medsos/deny", json={"version": 1})
    assert denied.status_code == 202
    assert {d["channel"]: d["state"] for d in denied.json()["publications"][0]["deliveries"]}["medsos"] == "waiting"
    unknown = await desk.call("tono", "POST", f"{path}/channels/lain/waive", json={"version": 1, "reason": "x"})
    assert unknown.status_code == 403


async def test_a_required_channel_that_is_not_connected_is_waited_for_until_the_leader_waives_it(desk: Office) -> None:
    keeper = desk.desk.rules.keeper
    both = frozenset({"site", "instagram"})
    desk.desk.rules.keeper = replace(keeper, sop=replace(keeper.sop, required_channels=both))
    whole = content("Rumah Selesai", body=(), media=(await desk.photo(),), channels=("site", "instagram"))
    event = approved(UUID(int=8), content=whole)
    await desk.hear(event)
    assert (await desk.start(event.story)).status_code == 202
    await desk.work()
    assert (await desk.states(event.story))[1][0] == "publishing"
    assert "story.published" not in await desk.told()
    assert "perlu" in (await desk.page("tono", "/terbit")).lower()
    path = f"/api/v1/publications/{event.story}/channels/instagram/waive"
    waived = await desk.call("bambang", "POST", path, json={"version": 1, "reason": "Belum tersambung"})
    assert waived.status_code < 300, waived.text
    assert (await desk.states(event.story))[1][0] == "published"


async def test_what_is_classified_as_exempt_is_never_published(desk: Office) -> None:
    whole = content("Data korban", body=()).model_copy(update={"information_class": "dikecualikan"})
    event = approved(UUID(int=9), content=whole)
    await desk.hear(event)
    answer = await desk.start(event.story)
    assert answer.status_code == 422
    assert "Dikecualikan" in answer.text
    assert (await desk.states(event.story))[1][0] == "ready"
