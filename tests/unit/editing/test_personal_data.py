"""What in a text may tell who somebody is, and what only looks like it."""

import itertools
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from deploy.cli.main import app
from services.editing.checks.personal import personal_data


def kinds(text: str) -> list[str]:
    return [f.kind for f in personal_data(text)]


@pytest.mark.parametrize(
    ("text", "kind", "passage"),
    [
        ("NIK 3275011205800002.", "nik", "3275011205800002"),
        ("NIK 3275 0152 0580 0001", "nik", "3275 0152 0580 0001"),  # a woman: her day with 40 added
        ("(3275015202040003)", "nik", "3275015202040003"),  # 12 February 2004
        ("Hubungi 0812-3456-7890 segera", "phone", "0812-3456-7890"),
        ("WA +62 812 3456 7890", "phone", "+62 812 3456 7890"),
        ("Telepon (021) 8896 1234", "phone", "(021) 8896 1234"),
        ("Surel siti.aminah@contoh.go.id.", "email", "siti.aminah@contoh.go.id"),
        ("di Jalan Melati Raya No. 12A, Bekasi", "address", "Jalan Melati Raya No. 12A"),
        ("warga RT 03/RW 07 hadir", "address", "RT 03/RW 07"),
        ("warga RT/RW 003/007", "address", "RT/RW 003/007"),
        ("Motor B 1234 XYZ parkir", "plate", "B 1234 XYZ"),
        ("truk DK 812 AB", "plate", "DK 812 AB"),
    ],
)
def test_a_passage_that_tells_who_somebody_is_is_found_where_it_stands(text: str, kind: str, passage: str) -> None:
    (found,) = personal_data(text)
    assert (found.kind, found.passage, found.blocking) == (kind, passage, kind == "nik")
    assert text[found.start : found.end] == passage
    assert passage in found.sentence


@pytest.mark.parametrize(
    "text",
    [
        "NIP 197001011995031001",  # 18 digits
        "Nomor 3275013213800002",  # no such date
        "Nomor 9975011205800002",  # no such province
        "Anggaran Rp 3.275.014.105.800.001,00",
        "UU 14 Tahun 2008 Pasal 17 huruf h",
        "SK 12 TAHUN 2026",
        "Pada 12-05-2026 pukul 08.30 WIB",
        "Blok A dan Blok B, tipe 36",
        "Jalan lingkungan sepanjang 120 meter",
        "Rapat di ruang XX 12 AB",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert personal_data(text) == []


@given(st.text(max_size=300))
def test_any_text_is_read_and_no_two_findings_overlap(text: str) -> None:
    found = personal_data(text)
    assert all(text[f.start : f.end] == f.passage for f in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))


def test_the_command_prints_kind_passage_and_whether_it_blocks() -> None:
    done = CliRunner().invoke(app, ["check-text", "--json"], input="NIK 3275011205800002, telp 0812-3456-7890\n")
    assert [(f["kind"], f["blocking"]) for f in json.loads(done.stdout)] == [("nik", True), ("phone", False)]
    assert kinds("tanpa apa pun") == []


def test_a_long_list_is_read_in_little_time() -> None:
    begun = time.process_time()
    assert len(personal_data("0812-3456-7890\n" * 20_000)) == 20_000
    assert time.process_time() - begun < 5
