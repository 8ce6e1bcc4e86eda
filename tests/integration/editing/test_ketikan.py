"""What is typed is kept for its person, becomes no Version by itself, and never takes the place of a newer one."""

from typing import Any

import pytest

from tests.integration.editing.office import Office
from tests.integration.editing.test_pages import PAGE, Browser, begin, fields
from tests.unit.editing.parts import PHOTO, erased

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def rina(desk: Office) -> Browser:
    return Browser(desk.person("rina"))


async def keep(browser: Browser, path: str, form: dict[str, Any], *, expect: int = 200) -> Any:
    data = {"csrf": browser.csrf, **form}
    answer = await browser.client.post(f"{path}/ketikan", data=data, headers=SCRIPT)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_what_was_typed_is_there_again_and_saving_ends_it(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form = fields(await rina.open(path))
    told = await keep(rina, path, {**form, "lead": "Belum selesai"})
    assert (told["newest_version"], told["others"]) == (0, [])
    assert not await desk.rows("SELECT FROM versions")
    page = await rina.open(path)
    assert "tulisan Anda yang belum disimpan" in page
    assert fields(page)["lead"] == "Belum selesai"
    dani = Browser(desk.person("dani"))
    assert fields(await dani.open(path))["lead"] == ""
    await rina.send(f"{path}/simpan", {**fields(page), "aksi": "simpan"})
    assert not await desk.rows("SELECT FROM working_copies")
    assert "belum disimpan" not in (await rina.open(path)).replace("belum ada versi yang disimpan", "")


async def test_it_can_be_thrown_away(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await keep(rina, path, {**fields(await rina.open(path)), "title": "Salah"})
    await rina.send(f"{path}/ketikan/buang", {})
    assert fields(await rina.open(path))["title"] == "Serah terima kunci"


async def test_a_newer_version_stands_beside_what_was_typed_until_both_are_joined(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await keep(rina, path, {**fields(await rina.open(path)), "title": "Punya Rina"})
    await desk.save(path.rsplit("/", 1)[1], 0, by="dani", title="Punya Dani")
    told = await keep(rina, path, {**fields(await rina.open(path)), "title": "Rina lagi"})
    assert (told["newest_version"], told["newest_by"]) == (1, "Dani Saputra")
    page = await rina.open(path)  # opened again: still not joined
    assert "disimpan Dani Saputra" in page
    assert "Punya Dani" in page
    form = fields(page)
    assert (form["title"], form["expected_version"], form["dasar"]) == ("Rina lagi", "1", "0")
    await rina.send(f"{path}/simpan", {**form, "aksi": "simpan"})
    page = await rina.open(path)
    assert "disimpan Dani Saputra" not in page
    rows = await desk.rows("SELECT content ->> 'title' AS t FROM versions ORDER BY version")
    assert [r["t"] for r in rows] == ["Punya Dani", "Rina lagi"]


async def test_a_form_that_was_opened_before_cannot_overwrite_however_often_it_is_sent(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    old = fields(await rina.open(path))
    await desk.save(path.rsplit("/", 1)[1], 0, by="dani", title="Punya Dani")
    for _ in range(2):
        answer = await rina.send(f"{path}/simpan", {**old, "title": "Punya Rina", "aksi": "simpan"}, expect=409)
        assert "Bedanya dengan tulisan Anda" in answer.text
        assert "<del>" in answer.text
    assert len(await desk.rows("SELECT FROM versions")) == 1


async def test_of_two_tabs_of_one_person_the_older_one_is_told(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form = fields(await rina.open(path))
    first = await keep(rina, path, {**form, "lead": "Tab pertama"})
    desk.later(1)
    await keep(rina, path, {**form, "lead": "Tab kedua", "cap": first["kept_at"]})
    refusal = await keep(rina, path, {**form, "lead": "Tab pertama lagi", "cap": first["kept_at"]}, expect=409)
    assert refusal["title"] == "typed-elsewhere"
    assert fields(await rina.open(path))["lead"] == "Tab kedua"


async def test_who_has_it_open_is_named_for_a_minute(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    dani = Browser(desk.person("dani"))
    await dani.open(path)
    assert "Dani Saputra juga sedang membuka" in await rina.open(path)
    answer = await dani.client.post(f"{path}/hadir", headers={**SCRIPT, "X-CSRF-Token": dani.csrf})
    assert answer.json()["others"] == ["Rina Wulandari"]
    desk.later(2)
    assert "Dani Saputra juga" not in await rina.open(path)


async def test_those_who_only_read_are_not_present_and_keep_nothing(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    wati = Browser(desk.person("wati"))
    await wati.open(path)
    await keep(wati, path, {"dasar": "0"}, expect=403)
    assert "Wati" not in (await rina.open(path)).split("<main")[1]


async def test_after_the_session_ended_a_script_is_told_so(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    rina.client.cookies.clear()
    answer = await rina.client.post(f"{path}/ketikan", data={"csrf": rina.csrf, "dasar": "0"}, headers=SCRIPT)
    assert answer.status_code == 401


async def test_what_was_typed_about_an_erased_file_goes_with_it(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await keep(rina, path, {**fields(await rina.open(path)), f"alt-{PHOTO}": "Ibu Sari"})
    await desk.hear(erased())
    (row,) = await desk.rows("SELECT fields::text AS f FROM working_copies")
    assert "Sari" not in row["f"]
    assert "title" in row["f"]


@pytest.mark.parametrize("bad", ["", "x", "-1", "9" * 20])
async def test_a_page_that_does_not_know_its_version_is_asked_to_load_again(desk: Office, rina: Browser, bad: str):
    path = await begin(desk, rina)
    await keep(rina, path, {"dasar": bad}, expect=422)


async def test_the_preview_shows_what_is_typed_and_saves_nothing(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form = {**fields(await rina.open(path)), "title": "Judul <b>baru</b>", "kanal-x": "1", "teks-x": "住" * 141}
    answer = await rina.send(f"{path}/pratinjau", form, expect=200)
    assert "Judul &lt;b&gt;baru" in answer.text
    assert "282 dari 280 bobot huruf" in answer.text
    assert fields(answer.text)["teks-x"] == "住" * 141
    part = await rina.client.post(
        f"{path}/pratinjau?bagian=1", data={"csrf": rina.csrf, **form, "title": ""}, headers=PAGE
    )
    assert "<html" not in part.text
    assert "Judul" in part.text
    assert not await desk.rows("SELECT FROM versions")


async def test_a_text_that_its_channel_does_not_take_is_saved_but_not_submitted(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form = {**fields(await rina.open(path)), "kanal-x": "1", "teks-x": "a" * 281, "aksi": "ajukan"}
    answer = await rina.send(f"{path}/simpan", form, expect=422)
    assert "Teks untuk X: Terlalu panjang: 281 dari paling banyak 280" in answer.text
    again = {**fields(answer.text), "teks-x": "a" * 280, "aksi": "ajukan"}
    await rina.send(f"{path}/simpan", again)
    (row,) = await desk.rows("SELECT content FROM versions WHERE version = 2")
    assert '"channels": ["site", "x"]' in row["content"]


async def test_an_older_version_is_brought_back_as_a_new_one(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    story = path.rsplit("/", 1)[1]
    rina.client.headers["X-CSRF-Token"] = rina.csrf  # the API takes it from there
    await desk.save(story, 0, title="Pertama", lead="Empat puluh rumah selesai.")
    await desk.save(story, 1, title="Kedua", lead="Empat puluh dua rumah selesai.")
    page = await rina.open(f"{path}/versi/2")
    assert "Yang berubah dari versi 1" in page
    assert "<ins>" in page
    assert "Pulihkan" not in page
    form = {"expected_version": "2"}
    assert "Pulihkan" in await rina.open(f"{path}/versi/1")
    await rina.send(f"{path}/versi/1/pulihkan", form)
    await rina.send(f"{path}/versi/1/pulihkan", form, expect=409)  # a second click
    page = await rina.open(path)
    assert fields(page)["title"] == "Pertama"
    assert "Dipulihkan dari versi 1." in page
    wati = Browser(desk.person("wati"))
    await wati.send(f"{path}/versi/1/pulihkan", form, expect=403)


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "مرحبا " * 400, "🏘️" * 500, "J" * 10_000])
async def test_whatever_is_typed_into_every_field_is_kept_shown_and_never_run(desk: Office, rina: Browser, evil: str):
    path = await begin(desk, rina)
    form = fields(await rina.open(path))
    hostile = {name: evil for name in form if name not in ("expected_version", "dasar", "cap", "berkas")}
    await keep(rina, path, {**form, **hostile, "blocks": evil})
    page = await rina.open(path)
    assert "<script>alert" not in page
    assert fields(page)["title"] == evil.strip()
    await rina.send(f"{path}/simpan", {**form, **hostile, "aksi": "ajukan"}, expect=422)
    await rina.send(f"{path}/pratinjau", {**form, **hostile, "blocks": evil}, expect=200)


async def test_the_desk_is_searched_by_words_by_bidang_and_by_who_works(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    for query in ("q=kun", "q=SERAH+terima", "bidang=perumahan", "milik=1", "q=kunci&bidang=perumahan&milik=1"):
        assert path in await rina.open(f"/meja?{query}"), query
    for query in ("q=jalan", "bidang=pertanahan", "q=%F0%9F%8F%98", "q=%27%3A*%26"):
        assert path not in await rina.open(f"/meja?{query}"), query
    dani = Browser(desk.person("dani"))
    assert path not in await dani.open("/meja?milik=1")


async def test_bringing_an_older_version_back_keeps_what_was_typed_and_not_saved(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    story = path.rsplit("/", 1)[1]
    rina.client.headers["X-CSRF-Token"] = rina.csrf  # the API takes it from there
    await desk.save(story, 0, title="Pertama")
    await desk.save(story, 1, title="Kedua")
    await keep(rina, path, {**fields(await rina.open(path)), "title": "Ketikan satu jam"})
    await rina.send(f"{path}/versi/1/pulihkan", {"expected_version": "2"})
    page = await rina.open(path)
    assert fields(page)["title"] == "Ketikan satu jam"
    assert "Pertama" in page[page.index('id="versi-lain"') :]
