"""The screens: log in, home, send a Report without JavaScript, see it, answer, withdraw."""

import asyncio
import io
import re
from typing import Any

import pikepdf
import pytest

from shared.events import ReportReceived, ReportSupplemented
from tests.integration.intake.desk import PASSWORD, Office
from tests.unit.intake.samples import sent_back

HTML = {"Accept": "text/html"}
KEY = "019d0000-0000-7000-8000-000000000001"


async def post(desk: Office, who: str, path: str, **fields: Any) -> Any:
    _, csrf = await desk.session(who)
    headers = HTML | {"X-CSRF-Token": csrf}
    return await desk.call(who, "POST", path, data=fields | {"csrf": csrf}, headers=headers)


async def test_one_logs_in_comes_where_one_wanted_and_logs_out(desk: Office) -> None:
    await desk.account("dewi")
    async with desk.client() as client:
        asked = await client.get("/bahan", headers=HTML)
        assert (asked.status_code, asked.headers["location"]) == (303, "/masuk?ke=/bahan")
        assert 'value="/bahan"' in (await client.get("/masuk?ke=/bahan")).text
        wrong = await client.post("/masuk", data={"account": "dewi", "password": "salah", "ke": "/bahan"}, headers=HTML)
        assert wrong.status_code == 401
        assert "salah" in wrong.text
        nobody = await client.post("/masuk", data={"account": "de\x00wo", "password": "salah"}, headers=HTML)
        assert nobody.status_code == 401
        right = await client.post("/masuk", data={"account": " Dewi ", "password": PASSWORD, "ke": "/bahan"})
        assert (right.status_code, right.headers["location"]) == (303, "/bahan")
        cookie = right.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        home = await client.get("/beranda", headers=HTML)
        assert "Dewi Lestari" in home.text
        csrf = re.findall(r'name="csrf" value="([^"]+)"', home.text)[0]
        assert (await client.post("/keluar", data={"csrf": csrf})).headers["location"] == "/masuk"
        assert (await client.get("/api/v1/reports")).status_code == 401


@pytest.mark.parametrize("ke", ["//jahat.id", "https://jahat.id", "/\\jahat.id", "/\t/jahat.id"])
async def test_log_in_leads_to_no_other_host(desk: Office, ke: str) -> None:
    await desk.account("dewi")
    async with desk.client() as client:
        answer = await client.post("/masuk", data={"account": "dewi", "password": PASSWORD, "ke": ke})
    assert answer.headers["location"] == "/beranda"


async def test_a_log_in_form_of_another_site_is_refused(desk: Office) -> None:
    await desk.account("dewi")
    async with desk.client() as client:
        answer = await client.post(
            "/masuk", data={"account": "dewi", "password": PASSWORD}, headers={"Origin": "https://jahat.id"}
        )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_each_role_finds_its_desks_on_the_home_page(desk: Office) -> None:
    expected = {"dewi": {"/bahan"}, "rina": {"/bahan", "/meja", "/saring", "/terbit"},
                "bambang": {"/bahan", "/saring", "/terbit"}}  # fmt: skip
    for who, desks in expected.items():
        text = (await desk.call(who, "GET", "/beranda", headers=HTML)).text
        assert {d for d in ("/bahan", "/meja", "/saring", "/terbit") if f'<h3><a href="{d}"' in text} == desks


async def test_a_report_without_files_needs_no_javascript(desk: Office) -> None:
    page = await desk.call("dewi", "GET", "/bahan/baru", headers=HTML)
    assert "<noscript>" in page.text
    key = re.findall(r'name="kunci" value="([^"]+)"', page.text)[0]
    fields = {"title": "Serah <b>terima</b>", "text": "Satu.\r\n\r\nDua.", "tanggal": "2026-11-23", "jam": "09:00"}
    sent = [await post(desk, "dewi", "/bahan/baru", kunci=key, **fields) for _ in range(2)]
    (received,) = await desk.events(ReportReceived)
    assert [(s.status_code, s.headers["location"]) for s in sent] == [(303, f"/bahan/{received.report}")] * 2
    assert received.happened_at.isoformat() == "2026-11-23T09:00:00+07:00"
    assert received.text == "Satu.\n\nDua."
    shown = (await desk.call("dewi", "GET", f"/bahan/{received.report}", headers=HTML)).text
    assert "Serah &lt;b&gt;terima&lt;/b&gt;" in shown
    assert "tepat waktu" in shown
    assert str(received.report) in (await desk.call("dewi", "GET", "/bahan?keadaan=received", headers=HTML)).text
    assert "Belum ada bahan" in (await desk.call("agus", "GET", "/bahan", headers=HTML)).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "A", "text": "B", "tanggal": "2026-11-24"}, "lebih lambat"),
        ({"title": "A", "text": "", "tanggal": "2026-11-23"}, "Uraian"),
        ({"title": "A", "text": "B", "tanggal": "kemarin"}, "Waktu kegiatan"),
        ({"title": "A", "text": "B", "tanggal": "2026-11-23", "jam": "99:99"}, "Waktu kegiatan"),
        ({"title": "A", "text": "B", "tanggal": "2026-11-23", "media": "{}"}, "Berkas"),
    ],
)
async def test_a_form_that_is_not_right_comes_back_filled_with_a_sentence(
    desk: Office, fields: dict[str, str], words: str
) -> None:
    answer = await post(desk, "dewi", "/bahan/baru", kunci=KEY, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="A"' in answer.text
    assert await desk.emitted() == []


async def test_the_unit_answers_and_withdraws_on_the_reports_page(desk: Office) -> None:
    sent = await post(desk, "dewi", "/bahan/baru", kunci=KEY, title="A", text="B", tanggal="2026-11-23")
    path = sent.headers["location"]
    (received,) = await desk.events(ReportReceived)
    await desk.hear(sent_back(received.report))
    shown = (await desk.call("dewi", "GET", path, headers=HTML)).text
    assert "Berapa rumah?" in shown
    assert "Wajah penerima tidak terlihat." in shown
    assert "A" in (await desk.call("dewi", "GET", "/beranda", headers=HTML)).text
    assert (await post(desk, "dewi", f"{path}/lengkapi", text="12 rumah.")).headers["location"] == path
    assert [s.cycle for s in await desk.events(ReportSupplemented)] == [2]
    assert (await post(desk, "dewi", f"{path}/tarik", reason="Batal.")).status_code == 303
    again = await post(desk, "dewi", f"{path}/tarik", reason="Batal.")
    assert again.status_code == 422
    assert "sudah ditarik" in again.text


async def test_the_page_of_a_report_with_files_shows_them(desk: Office) -> None:
    notulen = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(notulen)
    up = await desk.upload("dewi", notulen.getvalue(), "notulen.pdf", "application/pdf")
    media = f'{{"upload": "{up["id"]}", "sha256": "{up["sha256"]}", "name": "notulen.pdf"}}'
    sent = await post(desk, "dewi", "/bahan/baru", kunci=KEY, title="A", text="B", tanggal="2026-11-23", media=media)
    assert sent.status_code == 303
    await desk.look()
    shown = (await desk.call("bambang", "GET", sent.headers["location"], headers=HTML)).text
    assert "notulen.pdf" in shown
    assert "lolos pemeriksaan" in shown
    assert "/lengkapi" not in shown


async def test_an_answer_sent_twice_is_one_and_other_words_of_the_same_form_are_kept(desk: Office) -> None:
    sent = await post(desk, "dewi", "/bahan/baru", kunci=KEY, title="A", text="B", tanggal="2026-11-23")
    path = sent.headers["location"]
    (received,) = await desk.events(ReportReceived)
    await desk.hear(sent_back(received.report))
    (key,) = re.findall(r'name="kunci" value="([^"]+)"', (await desk.call("dewi", "GET", path, headers=HTML)).text)
    both = await asyncio.gather(
        *(post(desk, "dewi", f"{path}/lengkapi", kunci=key, text="12 rumah.") for _ in range(2))
    )
    assert [(a.status_code, a.headers["location"]) for a in both] == [(303, path)] * 2
    assert [s.cycle for s in await desk.events(ReportSupplemented)] == [2]
    other = await post(desk, "dewi", f"{path}/lengkapi", kunci=key, text="13 rumah.")
    assert (other.status_code, "13 rumah." in other.text) == (422, True)
    (fresh,) = re.findall(r'name="kunci" value="([^"]+)"', other.text)
    assert (await post(desk, "dewi", f"{path}/lengkapi", kunci=fresh, text="13 rumah.")).status_code == 303
    assert len(await desk.events(ReportSupplemented)) == 2
    # The same key is another's own form.
    assert (await post(desk, "rina", f"{path}/lengkapi", kunci=key, text="Dari Admin.")).status_code == 303
    assert len(await desk.events(ReportSupplemented)) == 3


async def test_why_a_report_is_withdrawn_stays_on_the_page_where_it_is_refused(desk: Office) -> None:
    sent = await post(desk, "dewi", "/bahan/baru", kunci=KEY, title="A", text="B", tanggal="2026-11-23")
    path = sent.headers["location"]
    long = await post(desk, "dewi", f"{path}/tarik", reason="PENTING" + "a" * 4_000)
    assert (long.status_code, f'value="PENTING{"a" * 4_000}"' in long.text) == (422, True)
    assert (await post(desk, "dewi", f"{path}/tarik", reason="Batal.")).status_code == 303
    late = await post(desk, "dewi", f"{path}/lengkapi", kunci=KEY, text="Tidak PENTING.")
    assert (late.status_code, "Tidak PENTING." in late.text) == (422, True)
