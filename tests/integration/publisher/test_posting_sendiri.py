"""Posting by hand, as the Admin sees it: who does it, what to copy, which files, and the link that is pasted back."""

import re
from uuid import UUID, uuid4

from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content

LINK = "https://www.instagram.com/p/abc/"
WORDS = "Empat puluh rumah selesai <3 #RumahLayak"


async def begun(desk: Office, *, version: int = 1, story: UUID | None = None) -> UUID:
    whole = content(
        f"Rumah selesai {version}", body=(), media=(await desk.photo(),), channels=("site", "instagram"),
        channel_texts={"instagram": WORDS},
    )  # fmt: skip
    event = approved(story or uuid4(), version, content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story, version)
    await desk.work()
    return event.story


def path(story: UUID, what: str = "") -> str:
    return f"/terbit/{story}/kanal/instagram/posting{what}"


async def test_a_social_channel_without_a_token_waits_for_a_person(desk: Office) -> None:
    story = await begun(desk)
    assert await desk.delivery(story, channel="instagram") == "waiting"
    page = await desk.page("tono", f"/terbit/{story}")
    assert "Menunggu diposting oleh petugas di kanalnya." in page
    assert f"{path(story)}?version=1" in page
    assert "Rumah selesai 1" in await desk.page("tono", "/terbit?bagian=perlu")


async def test_the_page_has_the_approved_text_with_the_link_back_its_count_and_the_files(desk: Office) -> None:
    story = await begun(desk)
    page = await desk.page("tono", path(story))
    text = re.search(r'<textarea id="teks"[^>]*>(.*?)</textarea>', page, re.S)
    assert text
    assert "Empat puluh rumah selesai &lt;3 #RumahLayak" in text[1]
    assert "http://warta.test/berita/" in text[1]
    assert re.search(r"\d+ dari 2200 huruf", page)
    assert "Foto 1" in page
    assert "Serah terima kunci." in page


async def test_who_takes_it_on_is_seen_by_the_others_and_the_link_publishes_it(desk: Office) -> None:
    story = await begun(desk)
    assert (await desk.post("tono", path(story), version="1")).status_code == 303
    assert await desk.delivery(story, channel="instagram") == "sending"
    assert "Sedang diposting oleh Tono." in await desk.page("wati", f"/terbit/{story}")
    answer = await desk.post("tono", path(story, "/tautan"), version="1", tautan=LINK)
    assert answer.headers["location"] == f"/terbit/{story}?pesan=nyata"
    assert await desk.delivery(story, channel="instagram") == "live"
    page = await desk.page("tono", f"/terbit/{story}")
    assert LINK in page
    assert "dinyatakan oleh Tono" in page


async def test_a_link_of_another_place_is_refused_with_what_was_typed(desk: Office) -> None:
    story = await begun(desk)
    answer = await desk.post("tono", path(story, "/tautan"), version="1", tautan="https://lain.test/p/1")
    assert answer.status_code == 422
    assert "bukan tautan kiriman dari instagram.com" in answer.text
    assert "https://lain.test/p/1" in answer.text
    assert await desk.delivery(story, channel="instagram") == "waiting"


async def test_what_was_not_posted_after_all_is_let_go(desk: Office) -> None:
    story = await begun(desk)
    await desk.post("tono", path(story), version="1")
    await desk.post("tono", path(story, "/lepas"), version="1")
    assert await desk.delivery(story, channel="instagram") == "waiting"


async def test_a_correction_tells_where_the_older_version_stands(desk: Office) -> None:
    story = await begun(desk)
    await desk.post("tono", path(story, "/tautan"), version="1", tautan=LINK)
    await begun(desk, version=2, story=story)
    assert await desk.delivery(story, 1, "instagram") == "superseded"
    page = await desk.page("tono", f"{path(story)}?version=2")
    assert LINK in page
    assert "posting ralatnya" in page


async def test_a_leader_only_looks(desk: Office) -> None:
    story = await begun(desk)
    assert (await desk.call("bambang", "GET", path(story))).status_code == 403
    assert path(story) not in await desk.page("bambang", f"/terbit/{story}")


async def test_two_admins_on_one_post_is_seen_and_taken_over_knowingly(desk: Office) -> None:
    story = await begun(desk)
    await desk.post("tono", path(story), version="1")
    async with desk.desk.db.transaction() as conn:
        await conn.execute(
            """UPDATE deliveries SET held_by = '{"account": "sari", "name": "Sari", "capacity": "Admin"}'
               WHERE story = $1 AND channel = 'instagram'""",
            story,
        )
    answer = await desk.post("tono", path(story), version="1")
    assert (answer.status_code, "Sari sedang memposting ini" in answer.text) == (409, True)
    assert "saya ambil alih" in answer.text
    assert (await desk.post("tono", path(story), version="1", ambil="ya")).status_code == 303
    assert "Anda yang memposting ini" in await desk.page("tono", path(story))
