"""The screens of the editing desk, as an Admin uses them with a plain browser."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from uuid import UUID

import httpx
import pytest

from shared.events import ReportSentBack, StoryAbandoned, StorySubmitted
from tests.integration.editing.office import Office
from tests.unit.editing.parts import OTHER, PHOTO, REPORT, approved, photo, published, received, returned, withdrawn

PAGE = {"Accept": "text/html"}


class Browser:
    """Sends forms as a browser does: the token in the form, none in a header."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.csrf = client.headers.pop("X-CSRF-Token")
        self.client = client

    async def open(self, path: str, *, expect: int = 200) -> str:
        answer = await self.client.get(path, headers=PAGE)
        assert answer.status_code == expect, answer.text
        return answer.text

    async def send(self, path: str, fields: Mapping[str, str | list[str]], *, expect: int = 303) -> httpx.Response:
        answer = await self.client.post(path, data={"csrf": self.csrf, **fields}, headers=PAGE)
        assert answer.status_code == expect, answer.text
        return answer


def fields(page: str) -> dict[str, str | list[str]]:
    """What stands in the edit form of a page."""
    form = page[page.index("/simpan") :]
    form = form[: form.index("</form>")]
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = unescape(value.removeprefix("\n"))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    del found["csrf"]
    return found


@pytest.fixture
def rina(desk: Office) -> Browser:
    return Browser(desk.person("rina"))


async def begin(desk: Office, rina: Browser) -> str:
    await desk.hear(received())
    answer = await rina.send("/meja/susun", {"bahan": [str(REPORT)]})
    return answer.headers["location"]


async def test_an_empty_desk_says_so(rina: Browser):
    assert "Tidak ada bahan yang menunggu" in await rina.open("/meja")


async def test_the_admin_takes_reports_compiles_edits_and_submits(desk: Office, rina: Browser):
    await desk.hear(received(), received(OTHER, title="Kedua", media=()))
    page = await rina.open("/meja")
    assert "Serah terima kunci" in page
    assert "Batas waktu Senin, 6 Juli 2026 pukul 12.00 WIB" in page
    assert (await rina.send(f"/meja/bahan/{REPORT}/ambil", {})).headers["location"] == f"/meja/bahan/{REPORT}"
    assert "Dikerjakan Rina Wulandari" in await rina.open(f"/meja/bahan/{REPORT}")
    path = (await rina.send("/meja/susun", {"bahan": [str(REPORT), str(OTHER)]})).headers["location"]
    form = fields(await rina.open(path))
    assert form["title"] == "Serah terima kunci"
    assert f"pilih-{PHOTO}" in form
    body = "Isi **baru**.\n\n[foto 1]"
    answer = await rina.send(f"{path}/simpan", {**form, "title": "40 rumah", "body": body, "aksi": "ajukan"})
    assert answer.headers["location"] == "/meja"
    (event,) = await desk.sent(StorySubmitted)
    assert (event.content.title, [b.kind for b in event.content.body]) == ("40 rumah", ["paragraph", "figure"])
    assert "menunggu penyaringan" in await rina.open("/meja")


async def test_saving_keeps_what_was_typed_and_the_history_shows_it(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form = fields(await rina.open(path))
    await rina.send(f"{path}/simpan", {**form, "lead": "Pembuka", "reason": "Teras ditulis", "aksi": "simpan"})
    page = await rina.open(path)
    assert "Teras ditulis" in page
    assert fields(page)["lead"] == "Pembuka"
    assert "Pembuka" in await rina.open(f"{path}/versi/1")


async def test_a_second_click_saves_and_submits_nothing_twice(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form: dict[str, str | list[str]] = {**fields(await rina.open(path)), "aksi": "ajukan"}
    await rina.send(f"{path}/simpan", form)
    await rina.send(f"{path}/simpan", form)
    assert len(await desk.sent(StorySubmitted)) == 1
    assert len(await desk.rows("SELECT FROM versions")) == 1


async def test_two_clicks_on_compile_make_one_story(desk: Office, rina: Browser):
    await begin(desk, rina)
    await rina.send("/meja/susun", {"bahan": [str(REPORT)]}, expect=409)
    assert len(await desk.rows("SELECT FROM stories")) == 1
    await rina.send(f"/meja/bahan/{REPORT}/susun", {"lagi": "1"})
    assert len(await desk.rows("SELECT FROM stories")) == 2


async def test_a_stale_form_shows_both_texts_and_can_then_be_saved(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    form = fields(await rina.open(path))
    await desk.save(path.rsplit("/", 1)[1], 0, by="dani", title="Punya Dani")
    answer = await rina.send(f"{path}/simpan", {**form, "title": "Punya Rina", "aksi": "simpan"}, expect=409)
    assert "Punya Dani" in answer.text
    again = fields(answer.text)
    assert (again["title"], again["expected_version"]) == ("Punya Rina", "1")
    await rina.send(f"{path}/simpan", {**again, "aksi": "simpan"})
    assert [r["version"] for r in await desk.rows("SELECT version FROM versions ORDER BY 1")] == [1, 2]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Judul"),
        ("title", "\0", "Judul"),
        ("body", "[foto 9]", "foto yang tidak dipilih"),
        ("body", "x" * 100_001, "Isi"),
        ("reason", "x" * 4_001, "Alasan"),
    ],
)
async def test_what_is_refused_stays_in_the_form(desk: Office, rina: Browser, field: str, value: str, said: str):
    path = await begin(desk, rina)
    form: dict[str, str | list[str]] = {**fields(await rina.open(path)), "lead": "Tidak hilang", field: value}
    answer = await rina.send(f"{path}/simpan", {**form, "aksi": "ajukan"}, expect=422)
    assert said in answer.text
    assert fields(answer.text)["lead"] == "Tidak hilang"
    assert not await desk.rows("SELECT FROM versions")


async def test_a_refused_submission_keeps_the_version_that_was_saved(desk: Office, rina: Browser):
    await desk.hear(received(media=(photo("checking"),)))
    path = (await rina.send("/meja/susun", {"bahan": [str(REPORT)]})).headers["location"]
    form = fields(await rina.open(path))
    answer = await rina.send(f"{path}/simpan", {**form, "aksi": "ajukan"}, expect=422)
    assert "masih diperiksa" in answer.text
    assert fields(answer.text)["expected_version"] == "1"


async def test_markup_in_every_field_is_shown_and_never_run(desk: Office, rina: Browser):
    evil = '<script>alert("x")</script>'
    await desk.hear(received(title=evil, text=evil, place=evil, people=evil, reporter=evil))
    path = (await rina.send("/meja/susun", {"bahan": [str(REPORT)]})).headers["location"]
    form = fields(await rina.open(path))
    typed = dict.fromkeys(("title", "lead", "body", "reason", f"alt-{PHOTO}", f"caption-{PHOTO}"), evil)
    await rina.send(f"{path}/simpan", {**form, **typed, "aksi": "simpan"})
    for page in ("/meja", f"/meja/bahan/{REPORT}", path, f"{path}/versi/1"):
        assert "<script>" not in await rina.open(page)
    assert fields(await rina.open(path))["body"] == evil


async def test_a_report_is_sent_back_with_reasons(desk: Office, rina: Browser):
    await desk.hear(received())
    path = f"/meja/bahan/{REPORT}"
    assert "Kembalikan ke Bidang" in await rina.open(path)
    await rina.send(f"{path}/kembalikan", {"pertanyaan": "Berapa?"}, expect=422)
    await rina.send(f"{path}/kembalikan", {"alasan": ["foto-kurang-jelas", "lain"], "pertanyaan": "Berapa?"})
    (event,) = await desk.sent(ReportSentBack)
    assert [r.code for r in event.reasons] == ["foto-kurang-jelas", "lain"]
    assert "dikembalikan ke Bidang" in await rina.open("/meja")


async def test_the_leaders_answer_stands_above_the_form(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await rina.send(f"{path}/simpan", {**fields(await rina.open(path)), "aksi": "ajukan"})
    await desk.hear(returned().model_copy(update={"story": UUID(path.rsplit("/", 1)[1])}))
    page = await rina.open(path)
    assert "Cocokkan jumlahnya." in page
    same = {**fields(page), "aksi": "ajukan"}
    answer = await rina.send(f"{path}/simpan", same, expect=409)
    assert "sudah pernah diajukan" in answer.text


async def test_a_withdrawn_report_is_told_above_the_form(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await desk.hear(withdrawn())
    assert "ditarik oleh pengirimnya: Salah kirim." in await rina.open(path)


async def test_a_story_is_given_up_with_a_reason(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await rina.send(f"{path}/hentikan", {"alasan": " "}, expect=422)
    await rina.send(f"{path}/hentikan", {"alasan": "Sudah basi."})
    (event,) = await desk.sent(StoryAbandoned)
    assert event.reason == "Sudah basi."
    assert "/simpan" not in await rina.open(path)


async def test_a_report_is_added_to_a_story_at_work(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await desk.hear(received(OTHER, title="Kedua"))
    assert "Kedua" in await rina.open(path)
    await rina.send(f"{path}/bahan", {"bahan": "bukan"}, expect=422)
    await rina.send(f"{path}/bahan", {"bahan": str(OTHER)})
    assert "Kedua" in await rina.open(path)


async def test_those_who_only_read_see_the_story_and_no_form(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await rina.send(f"{path}/simpan", {**fields(await rina.open(path)), "lead": "Pembuka", "aksi": "simpan"})
    wati = Browser(desk.person("wati"))
    for page in ("/meja", f"/meja/bahan/{REPORT}", path, f"{path}/versi/1"):
        assert 'method="post" action="/meja' not in await wati.open(page)
    await wati.send(f"{path}/hentikan", {"alasan": "x"}, expect=403)
    dewi = Browser(desk.person("dewi"))
    await dewi.open("/meja", expect=403)


async def test_a_public_story_offers_a_correction_and_no_end(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    await rina.send(f"{path}/simpan", {**fields(await rina.open(path)), "aksi": "ajukan"})
    story = {"story": UUID(path.rsplit("/", 1)[1])}
    await desk.hear(approved().model_copy(update=story), published().model_copy(update=story))
    page = await rina.open(path)
    assert "/simpan" in page
    assert "/hentikan" not in page


async def test_without_a_session_the_desk_leads_to_the_front_door(desk: Office, rina: Browser):
    rina.client.cookies.clear()
    answer = await rina.client.get("/meja", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?ke=/meja")


async def test_what_is_not_there_is_told_on_a_page(rina: Browser):
    assert "Berita tidak ditemukan." in await rina.open(f"/meja/berita/{OTHER}", expect=404)
    assert "Bahan tidak ditemukan." in await rina.open(f"/meja/bahan/{OTHER}", expect=404)


async def test_a_channel_that_the_office_does_not_use_is_not_offered_but_stays_where_it_was_chosen(desk: Office):
    browser = Browser(desk.person("rina"))
    path = await begin(desk, browser)
    form = fields(await browser.open(path)) | {"kanal-tiktok": "1", "teks-tiktok": "Kunci rumah", "aksi": "simpan"}
    await browser.send(f"{path}/simpan", form)
    keeper = desk.desk.clock
    unused = frozenset({"tiktok", "x"})
    desk.desk.rules.keeper = replace(keeper, sop=replace(keeper.sop, unused_channels=unused))
    shown = fields(await browser.open(path))
    assert "teks-x" not in shown
    assert shown["teks-tiktok"] == "Kunci rumah"
    assert "teks-facebook" in shown


def of_another(page: str) -> dict[str, str]:
    """What stands in the form of a Report's page that compiles it."""
    form = page[page.index("/susun") :]
    return dict(re.findall(r'<input type="hidden" name="(lagi)" value="([^"]*)"', form[: form.index("</form>")]))


async def test_a_second_click_on_one_report_leads_to_the_story_that_the_first_made(desk: Office, rina: Browser):
    await desk.hear(received())
    path = f"/meja/bahan/{REPORT}"
    for stories in (1, 2):
        form = of_another(await rina.open(path))
        both = await asyncio.gather(*(rina.send(f"{path}/susun", form) for _ in range(2)))
        assert len({answer.headers["location"] for answer in both}) == 1
        assert len(await desk.rows("SELECT FROM stories")) == stories
    late = await rina.send(f"{path}/susun", {})  # from a page that knew of none
    assert late.headers["location"] == both[0].headers["location"]
    await rina.send(f"{path}/susun", {"lagi": "satu"}, expect=422)
    assert len(await desk.rows("SELECT FROM stories")) == 2


@pytest.mark.parametrize(
    ("sent", "meanwhile", "status"),
    [
        ({"pertanyaan": "PENTING: berapa?"}, False, 422),
        ({"pertanyaan": "PENTING" + "a" * 4_000, "alasan": "lain"}, False, 422),
        ({"pertanyaan": "PENTING: berapa?", "alasan": "lain"}, True, 409),
    ],
)
async def test_a_question_that_is_refused_stays_on_the_page(
    desk: Office, rina: Browser, sent: dict[str, str], meanwhile: bool, status: int
):
    await desk.hear(received())
    if meanwhile:
        await desk.hear(withdrawn())
    answer = await rina.send(f"/meja/bahan/{REPORT}/kembalikan", sent, expect=status)
    assert sent["pertanyaan"] in answer.text
    assert ('value="lain" checked' in answer.text) == ("alasan" in sent and not meanwhile)
    assert not await desk.sent(ReportSentBack)


async def test_a_question_is_as_long_as_the_browser_lets_it_be_whatever_its_lines_end_with(desk: Office, rina: Browser):
    await desk.hear(received())
    question = ("a" * 79 + "\n") * 49 + "b" * 80
    form = {"alasan": "lain", "pertanyaan": question.replace("\n", "\r\n")}
    await rina.send(f"/meja/bahan/{REPORT}/kembalikan", form)
    (event,) = await desk.sent(ReportSentBack)
    assert (len(question), event.question) == (4_000, question)


async def test_why_a_story_is_given_up_stays_on_the_page_where_it_is_refused(desk: Office, rina: Browser):
    path = await begin(desk, rina)
    long = await rina.send(f"{path}/hentikan", {"alasan": "PENTING" + "a" * 4_000}, expect=422)
    assert f'value="PENTING{"a" * 4_000}"' in long.text
    await rina.send(f"{path}/hentikan", {"alasan": "Sudah basi."})
    late = await rina.send(f"{path}/hentikan", {"alasan": "Sudah PENTING."}, expect=409)
    assert "Sudah PENTING." in late.text
