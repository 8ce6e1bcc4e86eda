"""The office's own template for a channel: what it says of a Story, how it is cut, and what is wrong with one."""

from dataclasses import replace

import pytest

from services.publisher.template import DEFAULT, EXAMPLE, Words, fill, problems, written
from shared.channel_text import LIMITS, measure

LINK = "https://warta.test/berita/x"
WORDS = Words("Judul", "Warga menerima kunci rumah.", LINK, ("#Rumah", "#Bekasi"), "Bidang Perumahan", "rumah layak")
OWN = "📢 {judul}\n{bidang} · {topik}\n\n{teras}\n\nSelengkapnya: {tautan}\n{tagar}"


def test_each_place_is_filled_where_it_stands() -> None:
    assert written("facebook", OWN, WORDS, picture=False) == (
        "📢 Judul\nBidang Perumahan · rumah layak\n\nWarga menerima kunci rumah.\n\n"
        f"Selengkapnya: {LINK}\n#Rumah #Bekasi"
    )


def test_a_line_whose_places_are_all_empty_is_left_out_with_the_gap_that_it_leaves() -> None:
    bare = Words("Judul", "", LINK)
    assert fill(OWN, bare) == f"📢 Judul\n\nSelengkapnya: {LINK}"
    assert fill(DEFAULT, bare) == f"Judul\n\n{LINK}"


def test_what_a_title_has_in_braces_is_no_place() -> None:
    assert fill("{judul}\n{tautan}", replace(WORDS, title="Rapat {teras}")) == f"Rapat {{teras}}\n{LINK}"


@pytest.mark.parametrize("channel", LIMITS)
def test_the_lead_is_shortened_first_as_little_as_the_channel_allows(channel: str) -> None:
    text = written(channel, DEFAULT, replace(WORDS, lead="kata " * 20_000), picture=True)
    assert measure(channel, text, picture=True).fits
    assert text.endswith(f"…\n\n{LINK}\n\n#Rumah #Bekasi")
    assert not measure(channel, text.replace("…", " kata…"), picture=True).fits


def test_a_lead_that_fits_is_left_as_it_was_written() -> None:
    lead = "Satu  baris.\nBaris kedua."
    assert lead in written("facebook", DEFAULT, replace(WORDS, lead=lead), picture=False)


def test_then_tags_are_dropped_the_last_first() -> None:
    many = tuple(f"#tagar{n:02d}" for n in range(40))
    text = written("x", DEFAULT, replace(WORDS, tags=many), picture=False)
    assert measure("x", text).fits
    assert text.startswith(f"Judul\n\n{LINK}\n\n#tagar00 #tagar01")
    assert "#tagar39" not in text


def test_too_many_tags_cost_the_lead_nothing_where_it_has_room() -> None:
    many = tuple(f"#t{n}" for n in range(40))
    text = written("instagram", DEFAULT, replace(WORDS, tags=many), picture=True)
    assert WORDS.lead in text
    assert text.count("#") == 30


def test_what_cannot_be_cut_is_told_by_title_and_link() -> None:
    assert written("x", "a" * 300 + "{judul}{tautan}", WORDS, picture=False) == f"Judul\n\n{LINK}"


@pytest.mark.parametrize("channel", LIMITS)
def test_the_default_can_be_used_at_every_channel(channel: str) -> None:
    assert problems(channel, DEFAULT, found_by_link=True) == []


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{judul} {foto} {tautan}", "there is no place {foto}: use {judul}, {teras}"),
        ("{judul} {tautan} {", "a brace stands alone"),
        ("{tautan}", "it says nothing of the Story: put {judul} or {teras} in"),
        ("{judul}", "put {tautan} in"),
        ("{judul} {tautan} " + "a" * 200, "does not fit: shorten its own words (Terlalu panjang"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(template: str, said: str) -> None:
    (found,) = problems("x", template, found_by_link=True)
    assert said in found


def test_where_no_post_is_looked_up_the_link_may_be_left_out() -> None:
    assert problems("whatsapp", "{judul}", found_by_link=False) == []


def test_the_example_shows_every_place() -> None:
    assert all(part for part in (EXAMPLE.title, EXAMPLE.lead, EXAMPLE.link, EXAMPLE.tags, EXAMPLE.units, EXAMPLE.topic))
