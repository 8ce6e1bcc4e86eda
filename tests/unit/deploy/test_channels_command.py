"""`alurwarta channels`: what each channel can do, and how long a text is as that channel counts it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.main import app
from shared.channel_text import LIMITS

RUN = CliRunner()


def counted(channel: str, text: str, *more: str) -> dict[str, Any]:
    answer = RUN.invoke(app, ["channels", "count", channel, "--json", *more], input=text)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_each_channel_is_listed_with_what_it_can_do() -> None:
    told = json.loads(RUN.invoke(app, ["channels", "--json"]).output)
    (site,) = [one for one in told if one["channel"] == "site"]
    assert {name: site[name] for name in ("max_text", "max_media", "edit", "take_down", "idempotency", "lookup")} == {
        "max_text": None, "max_media": None, "edit": True, "take_down": True, "idempotency": True, "lookup": True,
    }  # fmt: skip
    assert {one["proved_against"] for one in told} <= {"real", "fake"}
    assert "site" in RUN.invoke(app, ["channels"]).output


@pytest.mark.parametrize(
    ("channel", "text", "used", "fits"),
    [
        ("x", "https://contoh.go.id/berita/satu-alamat-yang-panjang-sekali " + "a" * 256, 280, True),
        ("x", "https://contoh.go.id/berita/satu-alamat-yang-panjang-sekali " + "a" * 257, 281, False),
        ("x", "漢" * 141, 282, False),
        ("telegram", "👩‍👩‍👧", 8, True),
        ("youtube", "é" * 2_500, 5_000, True),
        ("instagram", "a" * 2_201, 2_201, False),
        ("site", "a" * 70_000, 70_000, True),
    ],
)
def test_a_text_is_counted_as_its_channel_counts(channel: str, text: str, used: int, fits: bool) -> None:
    told = counted(channel, text)
    assert (told["used"], told["fits"], bool(told["problems"])) == (used, fits, not fits)


def test_under_a_picture_there_may_be_less_room() -> None:
    assert counted("telegram", "a" * 1_025)["fits"]
    assert not counted("telegram", "a" * 1_025, "--picture")["fits"]


def test_people_read_a_line_and_why_it_does_not_fit() -> None:
    told = RUN.invoke(app, ["channels", "count", "x"], input="a" * 300).output
    assert told.startswith("300 bobot huruf, at most 280: does not fit\nTerlalu panjang:")


def test_an_unknown_channel_is_told_which_there_are() -> None:
    answer = RUN.invoke(app, ["channels", "count", "gelap"], input="a")
    assert answer.exit_code == 2
    assert all(name in answer.output for name in LIMITS)
