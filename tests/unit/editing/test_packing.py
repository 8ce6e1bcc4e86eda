"""All files of a Story in one ZIP: safe names, each once."""

from uuid import UUID

import pytest

from services.editing.packing import LONGEST, originals, packed, safe_name
from tests.unit.editing.parts import photo, report


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("kunci.jpg", "kunci.jpg"),
        ("Rumah 🏠 siap 👨‍👩‍👧.jpg", "Rumah 🏠 siap 👨‍👩‍👧.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Users\\dewi\\foto.jpg", "C__Users_dewi_foto.jpg"),
        ("/mutlak.jpg", "_mutlak.jpg"),
        ("baris\nbaru\x00\x07.jpg", "barisbaru.jpg"),
        ("gnp.\u202egpj.exe", "gnp.gpj.exe"),
        ("nama. ", "nama"),
        (".tersembunyi", "tersembunyi"),
        ("con.txt", "_con.txt"),
        ("...", "berkas"),
        ("///", "berkas"),
    ],
)
def test_a_name_in_the_zip_leads_nowhere_and_shows_what_it_is(name: str, safe: str):
    assert safe_name(name) == safe


def test_a_long_name_is_cut_between_letters_and_keeps_its_ending():
    name = safe_name("é" * 200 + ".jpeg")
    assert name.endswith("é.jpeg")
    assert len(name.encode()) <= LONGEST


def test_two_files_of_one_name_have_two_names_on_every_system():
    names = ["foto.jpg", "FOTO.JPG", "foto.jpg", "foto (2).jpg"]
    found = packed(photo(name=name, media=UUID(int=n)) for n, name in enumerate(names))
    assert [p.name for p in found] == ["foto.jpg", "FOTO (2).JPG", "foto (3).jpg", "foto (2) (2).jpg"]


def test_only_files_that_passed_and_lie_in_reports_that_are_there_are_packed():
    refused, checking = photo("refused", media=UUID(int=1)), photo("checking", media=UUID(int=2))
    assert [m.id for m in originals([report(media=(refused, checking, photo()))])] == [photo().id]
