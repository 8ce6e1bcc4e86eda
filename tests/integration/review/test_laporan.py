"""The page of compliance, the report that is made of it and signed, and the same figures wherever they are read."""

import asyncio
import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.review.compliance.words import percent, spent
from services.review.report.archive import MAX_SIGNED
from shared.office_files import text_of, work_calendar_of
from shared.sop import STAGES
from tests.integration.review.clocks import put, seen
from tests.integration.review.desk import Office
from tests.integration.review.test_kepatuhan import MONTH, NOVEMBER, say
from tests.support.integrator import expect_tools
from tests.unit.review.samples import DEPLOY

HTML = {"Accept": "text/html"}
LETTER = {
    "bulan": "2026-11", "nomor": "480/12/Set", "tempat": "Bekasi", "tanggal": "2026-12-01", "kapasitas": "an",
    "atas_nama": "Kepala Dinas", "jabatan": "Sekretaris", "nama": "Bambang Prasetyo, S.T.",
    "pangkat": "Pembina, IV/a", "nip": "19700101 199503 1 001",
}  # fmt: skip
LATE = MONTH[0].clock


async def page(desk: Office, who: str = "bambang", **asked: str) -> str:
    answer = await desk.call(who, "GET", "/kepatuhan", params={"bulan": "2026-11"} | asked, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(desk: Office, who: str, path: str, **form: str) -> httpx.Response:
    return await desk.call(who, "POST", path, data={"csrf": await desk.csrf(who)} | form, headers=HTML)


def words_of(html: str) -> str:
    """What a person reads of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def printed(pdf: bytes) -> str:
    """What a person reads of a PDF, on one line."""
    expect_tools("pdftotext")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


async def made(desk: Office, **otherwise: str) -> tuple[int, bytes]:
    sent = await send(desk, "bambang", "/kepatuhan/laporan", **LETTER | otherwise)
    assert (sent.status_code, sent.headers["location"]) == (303, "/kepatuhan?bulan=2026-11#laporan"), sent.text
    (row,) = await desk.rows("SELECT id FROM review.compliance_reports ORDER BY id DESC LIMIT 1")
    answer = await desk.call("bambang", "GET", f"/kepatuhan/laporan/{row['id']}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment")
    return row["id"], answer.content


async def command(desk: Office, *arguments: str, text: bool = True) -> Any:
    """Run `alurwarta report` as the operator does."""
    environment = os.environ | desk.stack.environment("review")
    words = [Path(sys.executable).parent / "alurwarta", "report", "--month", "2026-11", *arguments]
    return await asyncio.to_thread(
        subprocess.run, words, capture_output=True, text=text, env=environment, check=False, timeout=120
    )


async def test_the_figures_are_the_same_on_the_page_in_json_csv_pdf_and_terminal(desk: Office) -> None:
    await put(desk, *MONTH)
    told = (await desk.call("bambang", "GET", "/api/v1/compliance", params=NOVEMBER)).json()["stages"]
    screen, paper = words_of(await page(desk)), printed((await made(desk))[1])
    terminal = await command(desk)
    assert terminal.returncode == 0, terminal.stderr
    by_csv = await command(desk, "--csv")
    api = (await desk.call("bambang", "GET", "/api/v1/compliance", params=NOVEMBER | {"format": "csv"})).text
    assert list(csv.DictReader(io.StringIO(by_csv.stdout))) == list(csv.DictReader(io.StringIO(api)))
    rows = {
        "Selesai": "closed", "Tepat waktu": "in_time", "Terlambat": "late", "Di luar jam kerja": "outside_hours",
    }  # fmt: skip
    durations = {
        "Median waktu kerja": "median_working_seconds", "Median waktu berlalu": "median_elapsed_seconds",
        "P90 waktu kerja": "p90_working_seconds", "P90 waktu berlalu": "p90_elapsed_seconds",
        "Terlama (waktu kerja)": "worst_working_seconds", "Jumlah waktu kerja": "working_seconds",
    }  # fmt: skip
    expected = [(words, [str(row[name]) for row in told]) for words, name in rows.items()]
    expected += [(words, [spent(row[name]) for row in told]) for words, name in durations.items()]
    expected.append(("Kepatuhan", [percent(row["ratio"]) for row in told]))
    for words, cells in expected:
        line = " ".join([words, *cells])
        assert line in " ".join(terminal.stdout.split()), line
        assert line in paper, line
    for row in told:
        counts = " ".join(str(row[name]) for name in rows.values())
        assert f"{counts} {percent(row['ratio'])} {spent(row['median_working_seconds'])}" in screen


async def test_the_page_says_what_it_does_not_count_and_what_the_calendar_lacks(desk: Office) -> None:
    shown = words_of(await page(desk, bulan="2031-01"))
    assert "tidak pernah dilaporkan tidak tercatat" in shown
    assert "Tahun 2031 belum memuat hari libur dan cuti bersama" in shown
    assert "Belum ada pekerjaan yang selesai dalam Januari 2031" in shown


async def test_pictures_say_in_words_what_they_show(desk: Office) -> None:
    await put(desk, *MONTH)
    shown = await page(desk)
    assert shown.count('<svg xmlns="http://www.w3.org/2000/svg"') == 2
    assert '<title id="tahap-judul">Tepat waktu dan terlambat per tahap, November 2026</title>' in shown
    assert "Penyuntingan: 2 tepat waktu, 1 terlambat, 1 di luar jam kerja" in shown
    assert "3/11: 3 tepat waktu, 3 terlambat" in shown
    assert "style=" not in shown  # the Content-Security-Policy lets none through


async def test_a_late_item_is_explained_by_the_calendar_that_measured_it(desk: Office) -> None:
    await put(desk, *MONTH)
    shown = words_of(await page(desk))
    assert "Selasa, 3 November 2026, 07.30–10.00 WIB: 2 jam 30 menit" in shown
    assert "dihitung 9 jam 30 menit dari 7 jam 30 menit, lewat 2 jam" in shown


async def test_a_calendar_of_before_is_looked_up_and_one_that_is_unknown_is_said_to_be(desk: Office) -> None:
    body = text_of(DEPLOY / "calendar.toml").replace('ordinary = ["07:30-12:00"', 'ordinary = ["07:00-12:00"')
    before = work_calendar_of(body, "dahulu")
    assert before.days.hours.ordinary[0].opens.hour == 7
    await desk.owner.execute(
        "INSERT INTO review.office_files VALUES ('calendar', $1, $2, $3)", before.version, body, desk.at
    )
    await put(desk, *MONTH[:1], MONTH[6])
    for clock, version in ((LATE, before.version), (MONTH[6].clock, "hilang")):
        await desk.owner.execute(
            "UPDATE review.board_clocks SET calendar_version = $1 WHERE item = $2", version, clock.item
        )
    shown = words_of(await page(desk))
    assert "Selasa, 3 November 2026, 07.00–" in shown
    assert "Kalender versi hilang , yang mengukurnya, tidak tersimpan lagi" in shown.replace("hilang,", "hilang ,")


async def test_who_is_late_now_and_who_soon_will_be_is_seen(desk: Office) -> None:
    await put(
        desk,
        seen("intake", "18 08:00", None, title="Sudah lewat"),
        seen("review", "23 07:55", None, title="Segera lewat"),
        seen("editing", "23 09:00", None, title="Masih lama"),
        seen("review", "18 08:00", None, title="Hanya latihan", practice=True),
    )
    shown = words_of(await page(desk))
    assert "melewati batas waktu 1 " in shown
    assert "mendekati batas waktu 1 " in shown
    assert "Sudah lewat" in shown
    assert "Segera lewat" in shown
    assert "Masih lama" not in shown
    assert "latihan" not in shown


async def test_a_keterangan_is_written_on_the_page_and_printed_in_the_report(desk: Office) -> None:
    await put(desk, *MONTH)
    note = "Listrik *padam* #panic(1) $x$ <b>genset</b> rusak"
    form = {"stage": LATE.stage, "item": LATE.item, "cycle": "1", "note": note, "bulan": "2026-11"}
    sent = await send(desk, "dewi", "/kepatuhan/keterangan", **form)
    assert (sent.status_code, sent.headers["location"]) == (
        303, f"/kepatuhan?bulan=2026-11#terlambat-intake-{LATE.item}-1",
    )  # fmt: skip
    assert "Listrik *padam* #panic(1) $x$ &lt;b&gt;genset&lt;/b&gt; rusak" in await page(desk, "wati")
    assert f"Keterangan: {note} – Dewi Lestari (Bidang Perumahan)" in printed((await made(desk))[1])
    assert f"Keterangan: {note}" in (await command(desk)).stdout


async def test_a_bidang_reads_its_own_page_without_reports(desk: Office) -> None:
    await put(desk, *MONTH)
    shown = await page(desk, "dewi")
    assert "Bidang Perumahan" in shown
    assert "/kepatuhan/laporan" not in shown
    assert "Tambah keterangan" in shown
    assert (await desk.call("dewi", "GET", "/kepatuhan", params={"bidang": "pertanahan"})).status_code == 403
    assert "Tambah keterangan" not in await page(desk, "wati")


@pytest.mark.parametrize(
    ("asked", "said"), [({"bulan": "november"}, "2026-11"), ({"bidang": "tak-ada"}, "tidak dikenal")]
)
async def test_a_filter_that_cannot_be_read_is_said_to_be(desk: Office, asked: dict[str, str], said: str) -> None:
    answer = await desk.call("bambang", "GET", "/kepatuhan", params=asked, headers=HTML)
    assert answer.status_code == 422
    assert said in answer.text


async def test_the_report_has_what_a_letter_has_and_is_kept_with_its_hash(desk: Office) -> None:
    await put(desk, *MONTH)
    report, pdf = await made(desk)
    told = printed(pdf)
    for words in (
        "LAPORAN KEPATUHAN WAKTU LAYANAN", "KOTA BEKASI", "Nomor: 480/12/Set", "November 2026", "Semua Bidang",
        "tidak pernah dilaporkan tidak tercatat", "Bekasi, 1 Desember 2026", "a.n. Kepala Dinas", "Sekretaris,",
        "Bambang Prasetyo, S.T.", "Pembina, IV/a", "NIP 19700101 199503 1 001", "Halaman 1 dari",
    ):  # fmt: skip
        assert words in told, words
    (row,) = await desk.rows("SELECT sha256, account, at FROM review.compliance_reports")
    assert (row["sha256"], row["account"], row["at"]) == (hashlib.sha256(pdf).hexdigest(), "bambang", desk.at)
    (entry,) = await desk.rows("SELECT actor, action, item, after_hash FROM review.audit")
    assert tuple(entry) == ("bambang", "report.made", f"report/{report}", row["sha256"])
    assert (await made(desk))[1] == pdf  # the same month at the same time, to the byte


async def test_a_title_without_a_space_does_not_run_over_the_edge_of_the_paper(desk: Office) -> None:
    await put(desk, seen("review", "03 08:00", "03 12:00", title="panjang" * 40))
    _, pdf = await made(desk)
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    edges = [float(edge) for edge in re.findall(r'xMax="([0-9.]+)"', done.stdout.decode())]
    assert max(edges) < 595 - 50


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nama": " "}, "Nama"), ({"tanggal": "besok"}, "Tanggal tidak terbaca"), ({"tanggal": ""}, "Tanggal"),
        ({"atas_nama": ""}, "diatasnamakan"), ({"kapasitas": "plt"}, "diatasnamakan"), ({"nip": "123"}, "18 angka"),
    ],
)  # fmt: skip
async def test_a_letter_that_lacks_something_is_not_made(desk: Office, wrong: dict[str, str], said: str) -> None:
    answer = await send(desk, "bambang", "/kepatuhan/laporan", **LETTER | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert await desk.rows("SELECT 1 FROM review.compliance_reports") == []


async def upload(desk: Office, report: int, pdf: bytes, who: str = "tono") -> httpx.Response:
    form = {"csrf": await desk.csrf(who), "bulan": "2026-11"}
    path = f"/kepatuhan/laporan/{report}/bertanda"
    return await desk.call(who, "POST", path, data=form, files={"berkas": ("x.pdf", pdf)}, headers=HTML)


async def test_what_comes_back_signed_is_kept_beside_the_unsigned_and_never_overwritten(desk: Office) -> None:
    report, pdf = await made(desk)
    first, second = (pdf + b"\n% " + b"tanda" * n + b"\n%%EOF\n" for n in (300_000, 2))
    for n, back in enumerate((first, second), 1):
        assert (await upload(desk, report, back)).status_code == 303
        kept = await desk.call("bambang", "GET", f"/kepatuhan/laporan/{report}/bertanda/{n}")
        assert kept.content == back
    assert (await desk.call("bambang", "GET", f"/kepatuhan/laporan/{report}")).content == pdf
    audited = await desk.rows("SELECT action, before_hash, after_hash FROM review.audit ORDER BY id")
    unsigned = hashlib.sha256(pdf).hexdigest()
    assert [tuple(row) for row in audited[1:]] == [
        ("report.signed", unsigned, hashlib.sha256(back).hexdigest()) for back in (first, second)
    ]
    shown = await page(desk)
    assert f'href="/kepatuhan/laporan/{report}/bertanda/2"' in shown
    assert unsigned in shown
    async with desk.desk.db.connection() as conn:
        for table in ("compliance_reports", "signed_reports"):
            for sql in (f"UPDATE {table} SET sha256 = ''", f"DELETE FROM {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await conn.execute(sql)


async def test_what_is_no_signed_pdf_of_ours_is_refused(desk: Office) -> None:
    report, pdf = await made(desk)
    signed = pdf + b"\n%%EOF\n"
    assert (await upload(desk, report, signed)).status_code == 303
    wrong: list[tuple[bytes, int, str]] = [
        (b"PK\x03\x04", 422, "bukan PDF"), (b"%PDF-<html>%%EOF", 422, "bukan PDF"),
        (pdf[:-2000], 422, "bukan PDF"), (b"", 422, "bukan PDF"),
        (pdf, 422, "belum ditandatangani"), (signed, 422, "sudah tersimpan"),
        (b"%PDF-" + bytes(MAX_SIGNED) + b"%%EOF", 422, "8 MB"), (bytes(MAX_SIGNED + 200_000), 413, "8100 kB"),
    ]  # fmt: skip
    for body, status, said in wrong:
        answer = await upload(desk, report, body)
        assert answer.status_code == status, said
        assert said in answer.text
    assert (await upload(desk, report + 1, signed)).status_code == 404
    assert len(await desk.rows("SELECT 1 FROM review.signed_reports")) == 1


async def test_only_admin_and_leaders_have_reports(desk: Office) -> None:
    report, _ = await made(desk)
    for who in ("wati", "dewi"):
        assert (await send(desk, who, "/kepatuhan/laporan", **LETTER)).status_code == 403
        assert (await upload(desk, report, b"%PDF-", who)).status_code == 403
        for path in (f"/kepatuhan/laporan/{report}", f"/kepatuhan/laporan/{report}/bertanda/1"):
            assert (await desk.call(who, "GET", path)).status_code == 403
    assert (await desk.call("bambang", "GET", f"/kepatuhan/laporan/{report}/bertanda/1")).status_code == 404


async def test_the_command_writes_the_pdf_and_says_what_it_cannot_read(desk: Office, tmp_path: Path) -> None:
    await put(desk, *MONTH)
    assert (await command(desk, "--pdf", str(tmp_path / "laporan.pdf"))).returncode == 0
    assert "LAPORAN KEPATUHAN WAKTU LAYANAN" in printed((tmp_path / "laporan.pdf").read_bytes())
    given = await command(desk, "--pdf", "-", text=False)
    assert given.stdout.startswith(b"%PDF-")
    wrong = await command(desk, "--unit", "tak-ada")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "tidak dikenal" in wrong.stderr
    one = await command(desk, "--unit", "pertanahan")
    assert "Bidang: Bidang Pertanahan" in one.stdout


async def test_practice_is_nowhere(desk: Office) -> None:
    only = [seen(stage, "03 08:00", "05 08:00", practice=True, title="Latihan saja") for stage in STAGES]
    await put(desk, *only)
    told = (await desk.call("bambang", "GET", "/api/v1/compliance", params=NOVEMBER)).json()
    assert [row["closed"] for row in told["stages"]] == [0, 0, 0, 0]
    lines = await desk.call("bambang", "GET", "/api/v1/compliance/clocks", params=NOVEMBER | {"format": "csv"})
    assert len(lines.text.splitlines()) == 1
    for text in (await page(desk), printed((await made(desk))[1]), (await command(desk)).stdout):
        assert "Latihan saja" not in text
    assert (await say(desk, "tono", only[0].clock, "x")).status_code == 404


async def test_the_account_of_who_signs_fills_what_the_letter_leaves_empty_and_its_nip_stays_off_the_page(
    desk: Office,
) -> None:
    await desk.owner.execute("UPDATE accounts.accounts SET rank = 'Pembina, IV/b', nip = '197001011995031009' "
                             "WHERE account = 'bambang'")  # fmt: skip
    left = dict.fromkeys(("jabatan", "nama", "pangkat", "nip"), "")
    _, pdf = await made(desk, **left, penanda_tangan="bambang", kapasitas="", atas_nama="")
    assert "NIP 197001011995031009" in printed(pdf)
    assert "Pembina, IV/b" in printed(pdf)
    assert "197001011995031009" not in await page(desk)
    (kept,) = await desk.rows("SELECT letter::text AS letter FROM review.compliance_reports")
    assert "197001011995031009" not in kept["letter"]


async def test_what_was_typed_into_a_letter_stays_where_it_is_refused(desk: Office) -> None:
    for wrong, said in (({"penanda_tangan": "tono"}, "Pilih orang lain"), ({"nip": "12"}, "18 angka")):
        answer = await send(desk, "bambang", "/kepatuhan/laporan", **LETTER | wrong | {"nama": "Bambang <S.T.>"})
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="Bambang &lt;S.T.&gt;"' in answer.text


async def test_a_letter_asked_for_twice_is_one_report_though_a_second_lies_between(desk: Office) -> None:
    await put(desk, *MONTH)
    both = await asyncio.gather(*(send(desk, "bambang", "/kepatuhan/laporan", **LETTER) for _ in range(2)))
    assert [answer.status_code for answer in both] == [303, 303]
    desk.at += timedelta(seconds=1)
    await made(desk)
    assert len(await desk.rows("SELECT FROM review.compliance_reports")) == 1
    assert len(await desk.rows("SELECT FROM review.audit")) == 1
    await made(desk, nama="Siti Aminah, S.H.")
    note = {"stage": LATE.stage, "item": LATE.item, "cycle": "1", "note": "Listrik padam", "bulan": "2026-11"}
    assert (await send(desk, "dewi", "/kepatuhan/keterangan", **note)).status_code == 303
    await made(desk)  # which tells more than the first
    assert len(await desk.rows("SELECT FROM review.compliance_reports")) == 3


@pytest.mark.parametrize(
    ("wrong", "said", "again"),
    [
        ({"pangkat": "Pembina\tIV/b"}, "Pangkat/golongan memuat tab", 'value="Pembina IV/b"'),
        ({"nama": "x" * 201}, "Nama terlalu panjang", f'value="{"x" * 201}"'),
        ({"kapasitas": "zzz"}, "Pilih kapasitas", ""),
    ],
)
async def test_a_letter_whose_fields_do_not_fit_comes_back_filled(
    desk: Office, wrong: dict[str, str], said: str, again: str
) -> None:
    answer = await send(desk, "bambang", "/kepatuhan/laporan", **LETTER | wrong | {"jabatan": "Sekretaris Dinas"})
    assert answer.status_code == 422
    for words in (said, again, 'value="Sekretaris Dinas"'):
        assert words in answer.text
    assert await desk.rows("SELECT FROM review.compliance_reports") == []


async def test_a_keterangan_that_is_refused_stays_on_the_page(desk: Office) -> None:
    await put(desk, *MONTH)
    form = {"stage": LATE.stage, "item": LATE.item, "cycle": "1", "bulan": "2026-11"}
    for more, status, said in (
        ({"note": "PENTING" + "a" * 4_000}, 422, "terlalu panjang"),
        ({"note": "PENTING: genset", "item": MONTH[1].clock.item, "stage": MONTH[1].clock.stage}, 422, "terlambat"),
        ({"note": "PENTING: genset", "cycle": "7"}, 404, "tidak ditemukan"),
    ):
        answer = await send(desk, "bambang", "/kepatuhan/keterangan", **form | more)
        assert (answer.status_code, said in answer.text, more["note"] in answer.text) == (status, True, True)
    note = ("a" * 79 + "\n") * 49 + "b" * 80
    sent = await send(desk, "bambang", "/kepatuhan/keterangan", **form, note=note.replace("\n", "\r\n"))
    assert (len(note), sent.status_code) == (4_000, 303)
