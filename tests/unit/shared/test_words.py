"""How findings, times and spans read to people."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, Field, ValidationError

from shared.words import finding, moment, span


class Form(BaseModel):
    pages: int = Field(ge=1)
    title: str = Field(max_length=5)


def test_a_person_reads_in_bahasa_indonesia_what_is_wrong_with_a_field() -> None:
    with pytest.raises(ValidationError) as wrong:
        Form.model_validate({"pages": 0, "title": "terlalu panjang"})
    assert [finding(dict(e)) for e in wrong.value.errors()] == [
        "sedikitnya 1",
        "terlalu panjang (paling banyak 5 huruf)",
    ]


def test_what_has_no_words_of_its_own_is_said_plainly() -> None:
    assert finding({"type": "never_heard_of"}) == "belum sesuai; periksa lagi"


def test_a_moment_is_told_in_the_offices_zone() -> None:
    assert moment(datetime(2026, 11, 23, 0, 30, tzinfo=UTC)) == "Senin, 23 November 2026 pukul 07.30 WIB"


@pytest.mark.parametrize(("seconds", "words"), [(59, "59 detik"), (3900, "1 jam 5 menit"), (27000, "7 jam 30 menit")])
def test_a_span_is_told_in_hours_and_minutes(seconds: int, words: str) -> None:
    assert span(seconds) == words
