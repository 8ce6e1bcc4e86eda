"""The Admin's list: what is due first, in its groups, found by its title; what is done, page by page."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.publisher.store_desk import Place, UnknownPlace
from tests.integration.publisher.medsos import Medsos
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import MORNING, approved, content, minutes

API = "/api/v1/publications"


async def listed(desk: Office, **asked: str) -> list[str]:
    found = (await desk.call("tono", "GET", API, params={"state": "at-work", **asked})).json()
    return [row["title"] for row in found["publications"]]


async def filled(desk: Office) -> dict[str, UUID]:
    """One of each: ready, scheduled, under embargo, being published, asking for a person, practice, done."""
    desk.connect(Medsos(mood="no"), required=True)
    each: dict[str, dict[str, Any]] = {
        "Siap Terbit": {}, "Terjadwal": {}, "Ditahan Pimpinan": {"not_before": minutes(600)}, "Sedang Berjalan": {},
        "Latihan": {"practice": True}, "Sudah Selesai": {},
    }  # fmt: skip
    stories = {
        title: (await desk.approve(title, at=minutes(n), **more)).story for n, (title, more) in enumerate(each.items())
    }
    body = content("Medsos Gagal", body=(), media=(), channels=("site", "medsos"))
    stories["Medsos Gagal"] = UUID(int=9)
    await desk.hear(approved(UUID(int=9), content=body, at=minutes(9)))
    for title in ("Sudah Selesai", "Medsos Gagal"):
        await desk.start(stories[title])
    await desk.work()
    await desk.start(stories["Sedang Berjalan"])
    waktu = minutes(240).replace(tzinfo=None).isoformat(timespec="minutes")
    await desk.post("tono", f"/terbit/{stories['Terjadwal']}/jadwal", version="1", waktu=waktu)
    return stories


async def test_the_list_groups_what_is_at_work_and_counts_each_group(desk: Office) -> None:
    await filled(desk)
    answer = (await desk.call("tono", "GET", API)).json()
    assert answer["counts"] == {"asking": 1, "ready": 1, "later": 2, "under-way": 1, "practice": 1}
    assert await listed(desk) == [
        "Siap Terbit", "Sedang Berjalan", "Medsos Gagal", "Terjadwal", "Ditahan Pimpinan", "Latihan",
    ]  # fmt: skip
    assert await listed(desk, group="later") == ["Terjadwal", "Ditahan Pimpinan"]
    assert await listed(desk, group="asking") == ["Medsos Gagal"]
    page = await desk.page("tono", "/terbit")
    assert "Perlu tindakan (1)" in page
    assert "Menunggu waktunya (2)" in page
    assert "Token kanal kedaluwarsa" in await desk.page("tono", "/terbit?bagian=perlu")


async def test_the_list_is_searched_by_the_beginnings_of_words_in_the_title(desk: Office) -> None:
    await filled(desk)
    assert await listed(desk, q="terja") == ["Terjadwal"]
    assert await listed(desk, q="pimpinan DITAHAN") == ["Ditahan Pimpinan"]
    assert await listed(desk, q="jadwal") == []
    assert "Sudah Selesai" in await desk.page("tono", "/terbit/selesai?q=selesai")
    assert "Tidak ada judul yang cocok" in await desk.page("tono", "/terbit/selesai?q=kosong")


async def test_each_line_tells_the_working_time_that_is_left(desk: Office) -> None:
    event = await desk.approve("Siap")
    for at, left, pace in (
        (minutes(0), "sisa 30 menit jam kerja", "in-time"),
        (minutes(25), "sisa 5 menit jam kerja", "due-soon"),
        (minutes(45), "melewati batas waktu 15 menit jam kerja", "overdue"),
        (MORNING + timedelta(hours=-1), "sisa 30 menit jam kerja, dihitung mulai 08.00", "in-time"),
    ):
        desk.at = at
        assert left in await desk.page("tono", "/terbit"), at
        (row,) = (await desk.call("tono", "GET", f"{API}/{event.story}")).json()["publications"]
        assert row["pace"] == pace


async def test_what_is_done_goes_on_page_by_page_and_misses_or_repeats_nothing(desk: Office) -> None:
    for n in range(7):
        await desk.publish(await desk.approve(f"Berita {n}"))
        desk.at += timedelta(minutes=n % 2)  # some at the same moment
    seen: list[str] = []
    after = ""
    while True:
        answer = (await desk.call("tono", "GET", API, params={"state": "done", "after": after, "limit": 3})).json()
        seen += [row["title"] for row in answer["publications"]]
        after = answer["next"]
        if after is None:
            break
        if len(seen) == 3:
            await desk.publish(await desk.approve("Datang Kemudian"))
    assert sorted(seen) == [f"Berita {n}" for n in range(7)]
    assert set(seen[-2:]) == {"Berita 0", "Berita 1"}
    assert "Datang Kemudian" in await desk.page("tono", "/terbit/selesai")


@pytest.mark.parametrize("place", ["x", "~~", "2026-01-01~x~1", f"2026-01-01~{UUID(int=1)}~1", "a" * 300])
async def test_a_place_that_nobody_gave_out_is_refused(desk: Office, place: str) -> None:
    with pytest.raises(UnknownPlace):
        Place.of(place)
    answer = await desk.call("tono", "GET", "/terbit/selesai", params={"sesudah": place})
    assert answer.status_code == 422


async def test_what_has_no_clock_has_no_time_left(desk: Office) -> None:
    event = await desk.approve("Siap", practice=True)
    assert "Siap" in await desk.page("tono", "/terbit")
    assert (await desk.call("tono", "GET", f"{API}/{event.story}")).json()["publications"][0]["left"] is None


async def test_what_is_public_and_the_correction_that_waits_stand_side_by_side(desk: Office) -> None:
    event = await desk.approve("Judul lama")
    await desk.publish(event)
    assert "Yang dibaca umum sekarang: versi 1" in await desk.page("tono", f"/terbit/{event.story}")
    await desk.approve("Judul baru", story=event.story, version=2, correction=True)
    page = await desk.page("tono", f"/terbit/{event.story}")
    assert "Perbaikan yang menunggu: versi 2" in page
    assert f'href="/meja/berita/{event.story}"' in page
    assert "/meja/berita" not in await desk.page("bambang", f"/terbit/{event.story}")


async def test_pages_weigh_little(desk: Office) -> None:
    for n in range(60):
        await desk.hear(approved(UUID(int=100 + n), content=content("J" * 290 + str(n), body=(), media=())))
    for path in ("/terbit", "/terbit/selesai", f"/terbit/{UUID(int=100)}"):
        assert len(await desk.page("tono", path)) < 100 * 1024
