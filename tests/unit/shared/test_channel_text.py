"""A text is as long as its channel says it is."""

import pytest

from shared.channel_text import LIMITS, measure, utf8_bytes, utf16_units, x_weight


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Selamat pagi", 12),
        ("é", 1),
        ("e\u0301", 1),  # the same letter in two code points
        ("住宅", 4),
        ("😀", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇮🇩", 2),
        ("1️⃣", 2),
        ("1 2 3", 5),
        ("©", 1),
        ("“kutip”", 7),
        ("a—b", 3),
        ("€", 2),
        ("https://bekasikota.go.id/berita/serah-terima-kunci-40-rumah", 23),
        ("Baca https://x.id/a.", 5 + 23 + 1),
        ("Lihat bekasikota.go.id ya", 6 + 23 + 3),
        ("admin@bekasikota.go.id", 22),  # an address is no link
        ("pukul 07.30", 11),
        ("dll.Maka", 8),
        ("https://a.id https://b.id", 23 + 1 + 23),
    ],
)
def test_x_weighs_letters_links_and_emoji(text: str, weight: int):
    assert x_weight(text) == weight


def test_telegram_and_tiktok_count_units_of_utf16_and_youtube_bytes():
    assert (utf16_units("a😀é"), utf8_bytes("a😀é")) == (4, 7)


@pytest.mark.parametrize("channel", LIMITS)
def test_a_text_of_just_the_limit_fits_and_one_letter_more_does_not(channel: str):
    most = LIMITS[channel].most
    assert measure(channel, "a" * most).fits
    over = measure(channel, "a" * (most + 1))
    assert (over.fits, over.left) == (False, -1)
    assert "Terlalu panjang" in over.problems[0]


@pytest.mark.parametrize(("channel", "most"), [("telegram", 1_024), ("whatsapp", 1_024), ("x", 280)])
def test_under_a_picture_some_channels_take_less(channel: str, most: int):
    assert measure(channel, "a", picture=True).most == most


def test_instagram_takes_thirty_hashtags_and_twenty_mentions():
    assert measure("instagram", " ".join(f"#t{n}" for n in range(30))).fits
    many = measure("instagram", " ".join([*(f"#t{n}" for n in range(31)), *(f"@a{n}" for n in range(21))]))
    assert (many.hashtags, len(many.problems)) == (31, 2)
    assert measure("instagram", "#1 &#39; a#b").hashtags == 0


def test_youtube_takes_no_angle_brackets():
    assert not measure("youtube", "a < b").fits


def test_a_line_typed_in_a_form_counts_as_one_character():
    assert measure("instagram", "a\r\nb").used == 3
