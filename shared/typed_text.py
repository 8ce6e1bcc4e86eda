"""What a person typed into a form, measured as the browser measured it: a line's end is one letter. Pure."""

from typing import Annotated

from pydantic import AfterValidator

from shared.refusal import Refused

NOTE, LINE = 4_000, 300  # the most letters of content.Note and content.Line


class TypedTooLong(Refused):
    def __init__(self, field: str, most: int) -> None:
        super().__init__("too-long", f"{field} terlalu panjang (paling banyak {most} huruf). Ringkas, lalu kirim lagi.")


def as_typed(text: str) -> str:
    """A browser sends a line's end as two characters, and counts it as one; a NUL nobody types."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def expect_within(field: str, text: str, most: int = NOTE) -> None:
    """Raises TypedTooLong. The form is taken whole before, so that its page can show it again."""
    if len(text) > most:
        raise TypedTooLong(field, most)


# A field of a form without a limit of its own: what refuses it shows the page again with all that was typed.
Typed = Annotated[str, AfterValidator(as_typed)]
