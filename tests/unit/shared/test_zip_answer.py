"""A ZIP that is downloaded: its name."""

import pytest

from shared.zip_answer import zip_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("40 Rumah, Selesai!", "40-rumah-selesai.zip"),
        ('"; x="', "x.zip"),
        ("🏠", "berita.zip"),
        ("Ä" * 200, "a" * 80 + ".zip"),
    ],
)
def test_the_zip_is_named_after_its_story(title: str, name: str):
    assert zip_name(title) == name
