"""`alurwarta clock`: a deadline explained, and the office's files checked."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.main import app

DEPLOY = Path(__file__).parents[3] / "deploy"
RAMADAN = ("clock", "explain", "--start", "2026-03-17T15:00+07:00", "--budget", "2h")


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_the_due_time_and_each_interval_are_printed():
    told = run("clock", "explain", "--start", "2026-12-23T15:00+07:00", "--budget", "2 jam")
    assert "Rabu, 23 Desember 2026, 15.00–16.00 WIB: 1 jam" in told
    assert "Kamis, 24 Desember 2026: tidak dihitung, Cuti Bersama" in told
    assert "Senin, 28 Desember 2026, 07.30–08.30 WIB: 1 jam" in told
    assert "Batas waktu: Senin, 28 Desember 2026, 08.30 WIB" in told


def test_what_the_dates_of_ramadan_change_is_said():
    told = run(*RAMADAN)
    assert "Batas waktu: Rabu, 25 Maret 2026, 09.30 WIB" in told
    assert "Tanpa tanggal Ramadan dalam kalender, batas waktunya Rabu, 25 Maret 2026, 08.30 WIB." in told


def test_other_programs_read_it_as_json():
    told = json.loads(run(*RAMADAN, "--json"))
    assert (told["due"], told["working_seconds"]) == ("2026-03-25T09:30:00+07:00", 7_200)
    assert told["intervals"] == [
        {"opens": "2026-03-25T07:30:00+07:00", "closes": "2026-03-25T09:30:00+07:00", "seconds": 7_200}
    ]
    assert told["due_without_ramadan"] == "2026-03-25T08:30:00+07:00"


@pytest.mark.parametrize(("budget", "seconds"), [("1d", 27_000), ("1 hari", 27_000), ("30m", 1_800), ("45s", 45)])
def test_a_budget_is_read_as_people_write_it(budget: str, seconds: int):
    told = run("clock", "explain", "--start", "2026-11-23T08:00+07:00", "--budget", budget, "--json")
    assert json.loads(told)["working_seconds"] == seconds


def test_a_year_without_dated_rows_is_a_warning():
    told = run("clock", "explain", "--start", "2029-11-23T08:00+07:00", "--budget", "2h")
    assert "Peringatan: Tahun 2029 belum memuat tanggal Ramadan" in told


@pytest.mark.parametrize(
    ("start", "budget", "sentence"),
    [
        ("2026-12-23T15:00", "2h", "tidak menyebut zona waktu"),
        ("kemarin", "2h", "tidak terbaca; tulis seperti"),
        ("2026-12-23T15:00+07:00", "2 pekan", "Waktu baku '2 pekan' tidak terbaca"),
        ("2019-12-23T15:00+07:00", "2h", "berada di luar kalender"),
        ("2035-12-31T15:00+07:00", "20h", "berada di luar kalender"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(start: str, budget: str, sentence: str):
    assert sentence in run("clock", "explain", "--start", start, "--budget", budget, code=2)


def test_a_mistake_in_the_calendar_is_found_before_a_service_starts_with_it(tmp_path: Path):
    bad = tmp_path / "calendar.toml"
    bad.write_text((DEPLOY / "calendar.toml").read_text().replace("first = 2027-02-08", "first = 2026-03-01"))
    assert f"{bad} baris 26: Ramadan 2026-03-01 bertumpang tindih" in run(
        "clock", "check", "--calendar", str(bad), code=2
    )
    assert "Hari libur dan Ramadan termuat untuk tahun 2026, 2027." in run("clock", "check")
