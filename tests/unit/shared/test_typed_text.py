"""What a person typed is measured as the browser measured it."""

import pytest

from shared.typed_text import LINE, NOTE, TypedTooLong, as_typed, expect_within


@pytest.mark.parametrize(
    ("sent", "typed"), [("a\r\nb\rc\nd", "a\nb\nc\nd"), (" a\x00b\t\r\n", "ab"), ("\x00", ""), ("a\tb", "a\tb")]
)
def test_a_lines_end_is_one_letter_and_a_nul_none(sent: str, typed: str) -> None:
    assert as_typed(sent) == typed


@pytest.mark.parametrize("most", [LINE, NOTE])
def test_what_is_too_long_is_named_with_its_limit(most: int) -> None:
    expect_within("Catatan", "a" * most, most)
    with pytest.raises(TypedTooLong, match=f"Catatan terlalu panjang \\(paling banyak {most} huruf\\)"):
        expect_within("Catatan", "a" * (most + 1), most)
