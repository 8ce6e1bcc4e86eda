"""The catalogue of sentences: what the templates say, as Jinja itself reads them, beside what has been translated."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from deploy.prepare import HOUSE
from shared.language import CATALOGUES, DOMAIN
from shared.web import Pages

FILE = CATALOGUES / "en" / "LC_MESSAGES" / f"{DOMAIN}.po"
SHARED = HOUSE / "shared" / "templates"
# What must be in the translation as it is in the sentence: %(name)s, and tags.
FIXED = re.compile(r"%\(\w+\)[sd]|</?\w+[^>]*>")
Places = Mapping[str, list[str]]


def extracted(house: Path = HOUSE) -> dict[str, list[str]]:
    """Every sentence that a template says, and where. Both forms of a plural stand for themselves."""
    found: dict[str, list[str]] = {}
    for folder in sorted([*house.glob("services/*/templates"), house / "shared" / "templates"]):
        environment = Pages.of(folder).environment
        for page in sorted(folder.glob("*.html")):
            # The extension reads with the settings by which the page is shown, so both see the same sentence.
            read = environment.extract_translations(page.read_text())  # pyright: ignore[reportAttributeAccessIssue]
            for _, _, said in read:
                for sentence in said if isinstance(said, tuple) else (said,):
                    if sentence:
                        found.setdefault(sentence, []).append(page.relative_to(house).as_posix())
    return found


def catalogue(file: Path = FILE) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale="en", domain=DOMAIN)


def write(known: Catalog, said: Places, file: Path = FILE) -> tuple[int, int]:
    """Bring the catalogue up to what is said; returns how many sentences are new and how many gone."""
    before = {str(m.id) for m in known if m.id}
    for sentence in before - said.keys():
        known.delete(sentence)
    for sentence in said.keys() - before:
        known.add(sentence)
    for message in known:
        message.locations = [(page, 0) for page in sorted(set(said.get(str(message.id), [])))]
    file.write_bytes(_written(known))
    return len(said.keys() - before), len(before - said.keys())


def problems(known: Catalog, said: Places) -> Iterator[str]:
    """What a reader of English would meet, in words."""
    for sentence, pages in sorted(said.items()):
        message = known.get(sentence)
        if message is None or not message.string or message.fuzzy:
            yield f"no English ({pages[0]}): {sentence}"
        elif sorted(FIXED.findall(sentence)) != sorted(FIXED.findall(str(message.string))):
            yield f"not the same names or tags ({pages[0]}): {sentence}"
    for message in known:
        if message.id and str(message.id) not in said:
            yield f"no page says this: {message.id}"


def _written(known: Catalog) -> bytes:
    """Sorted and without dates, so that only what changed is changed."""
    made = BytesIO()
    write_po(made, known, width=120, sort_output=True, omit_header=True, include_lineno=False)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n\n'
    return head.encode() + made.getvalue()
