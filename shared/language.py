"""The languages of screens: sentences are written in Bahasa Indonesia, and the catalogue has them in English."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "locale"
WRITTEN_IN = "id"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
DOMAIN = "alurwarta"

_language: ContextVar[str] = ContextVar("language", default=WRITTEN_IN)


def say(sentence: str) -> str:
    """A sentence in the language of whoever reads; as it was written where the catalogue has none."""
    return _catalogue(_language.get()).get(sentence, sentence)


def say_many(one: str, many: str, n: int) -> str:
    """Bahasa Indonesia has one form for all numbers; a catalogue may have two."""
    return say(one if n == 1 else many)


def spoken() -> str:
    return _language.get()


@contextmanager
def speaking(language: str) -> Generator[None]:
    """Answer in one of LANGUAGES while this lasts; any other is Bahasa Indonesia."""
    token = _language.set(language if language in LANGUAGES else WRITTEN_IN)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language == WRITTEN_IN:
        return {}
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        found = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in found if m.id and m.string and not m.fuzzy}
