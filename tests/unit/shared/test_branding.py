"""The office's own colour and logo: taken where people can read, refused with a word that helps where they cannot."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.branding import DARK_PAPER, GROUND, READABLE, Brand, Unreadable, contrast, read_logo, readable
from shared.settings import ServiceSettings

COLOURS = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@given(COLOURS)
def test_a_refused_colour_names_one_that_is_taken(colour: str) -> None:
    try:
        readable(colour)
    except Unreadable as no:
        assert readable(str(no)[-7:])


@given(COLOURS)
def test_what_is_taken_can_be_read_by_day_and_by_night(colour: str) -> None:
    if contrast(colour, GROUND) < READABLE:
        return
    css = Brand(colour=readable(colour)).css
    night = css.rpartition("--brand:")[2][:7]
    assert contrast(colour, "#ffffff") >= READABLE
    assert contrast(night, DARK_PAPER) >= READABLE
    assert contrast(night, "#0c1318") >= READABLE


def test_the_offices_own_colour_may_be_the_one_that_stands_there_anyway() -> None:
    assert Brand().css == ""


@pytest.mark.parametrize("value", ["kuning", "#fff", "red; }", "#0b4f6c;}"])
def test_what_is_no_colour_is_refused(value: str) -> None:
    with pytest.raises(Unreadable, match="rrggbb"):
        readable(value)


def test_a_service_does_not_start_with_a_colour_that_cannot_be_read() -> None:
    with pytest.raises(ValidationError, match=r"#ffd400 cannot be read .* The nearest darker one that can is #"):
        TypeAdapter(ServiceSettings).validate_python({"brand_colour": "#ffd400"})


def test_a_logo_is_a_small_picture(tmp_path: Path) -> None:
    for name, size in (("logo.exe", 10), ("logo.png", 101 * 1024)):
        (tmp_path / name).write_bytes(b"x" * size)
        with pytest.raises(ValueError, match=r"logo\."):
            read_logo(tmp_path / name)
    (tmp_path / "logo.svg").write_text("<svg/>")
    assert read_logo(tmp_path / "logo.svg").content_type == "image/svg+xml"
