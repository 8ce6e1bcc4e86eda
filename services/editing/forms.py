"""The edit form: a Version as a person sees and types it, and back into a Manuscript. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.editing.domain import FigureWithoutMedia
from services.editing.forms_media import Choice, as_shown, choices, in_order, media_choice, typed_choice
from services.editing.manuscript import Manuscript
from services.editing.marks import blocks_of, normal, text_of
from services.editing.reports import Report
from shared.channel_text import LIMITS
from shared.channel_words import CHOOSABLE
from shared.content import Block, Content
from shared.refusal import Refused

CLASSES = {
    "berkala": "Berkala", "serta-merta": "Serta merta", "setiap-saat": "Setiap saat", "dikecualikan": "Dikecualikan",
}  # fmt: skip
FIELDS = {
    "title": "Judul", "lead": "Teras", "body": "Isi", "topic": "Topik", "tags": "Kata kunci", "media": "Berkas",
    "information_class": "Klasifikasi informasi", "channels": "Kanal", "channel_texts": "Teks kanal",
}  # fmt: skip
SITE = "site"
WORDS = ("title", "lead", "body", "topic", "tags", "information_class", "reason")
BLOCKS: TypeAdapter[tuple[Block, ...]] = TypeAdapter(tuple[Block, ...])


class NotWellFilled(Refused):
    def __init__(self, fields: set[str]) -> None:
        listed = ", ".join(sorted(fields))
        super().__init__("not-well-filled", f"Isian ini kosong, terlalu panjang, atau tidak dapat dibaca: {listed}.")


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the edit form. `unread` is what the editor sent as the body, where that cannot be read."""

    expected_version: int
    title: str
    lead: str
    body: str
    topic: str
    tags: str
    information_class: str
    reason: str
    choices: tuple[Choice, ...]
    channels: tuple[str, ...] = (SITE,)
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    unread: str = ""
    base: int | None = None

    @property
    def typed_on(self) -> int:
        """The Version that its author had before them; `expected_version` is the newest that they have been shown."""
        return self.expected_version if self.base is None else self.base

    @property
    def files(self) -> list[UUID]:
        return [c.media.id for c in self.choices]

    @property
    def offered(self) -> list[str]:
        """The channels beside the site that the form names, in one order."""
        return [*CHOOSABLE, *(c for c in self.channels if c != SITE and c not in CHOOSABLE)]

    @property
    def editor(self) -> str:
        """The body as the editor takes it, in JSON; empty where it cannot be read as blocks."""
        if self.unread:
            return self.unread
        try:
            return BLOCKS.dump_json(self.written).decode()
        except (FigureWithoutMedia, ValidationError):
            return ""

    @property
    def written(self) -> tuple[Block, ...]:
        """The body. Raises FigureWithoutMedia, ValidationError."""
        return blocks_of(self.body, self.files)


def of_reports(reports: Sequence[Report]) -> Form:
    """A first draft from what the Units wrote, with every picture that passed or is being checked."""
    used = [r for r in reports if not r.left]
    texts = [text for r in used for text in (r.facts.text, *(s.text for s in r.facts.supplements)) if text.strip()]
    found = tuple(replace(choice, chosen=choice.media.kind == "image") for choice in choices(None, reports))
    figures = [f"[foto {n}]" for n, choice in enumerate(found, 1) if choice.chosen]
    title = used[0].facts.title if used else ""
    return Form(0, title, "", "\n\n".join([*texts, *figures]), "", "", "berkala", "", found)


def of_content(content: Content, version: int, reports: Sequence[Report]) -> Form:
    found = choices(content, reports)
    return Form(
        expected_version=version,
        title=content.title,
        lead=content.lead,
        body=text_of(content.body, [c.media.id for c in found]),
        topic=content.topic or "",
        tags=", ".join(content.tags),
        information_class=content.information_class,
        reason="",
        choices=found,
        channels=content.channels,
        texts=content.channel_texts,
    )


def of_typed(typed: Mapping[str, str], content: Content | None, reports: Sequence[Report]) -> Form:
    """The form as it was sent, over the files as they are now."""
    found = [typed_choice(choice, typed) for choice in as_shown(choices(content, reports), typed)]
    words = {name: _lines(typed.get(name, "")).strip() for name in WORDS}
    before = content.channels if content else (SITE,)
    form = Form(
        expected_version=_version(typed.get("expected_version", "")),
        **words,
        choices=tuple(found),
        channels=_channels(typed, before),
        texts=_texts(typed, content),
        base=_version(typed["dasar"]) if "dasar" in typed else None,
    )
    return _ordered(_edited(form, typed.get("blocks", "")), typed)


def manuscript(form: Form) -> Manuscript:
    """What the form says. Raises Refused for what cannot be read."""
    if form.unread:
        raise NotWellFilled({FIELDS["body"]})
    media = tuple(media_choice(c) for c in form.choices if c.chosen)
    try:
        return Manuscript(
            title=form.title,
            lead=form.lead,
            body=form.written,
            topic=form.topic or None,
            tags=tuple(tag.strip() for tag in form.tags.split(",") if tag.strip()),
            information_class=form.information_class,  # pyright: ignore[reportArgumentType]  (validated here)
            media=media,
            channels=form.channels,
            channel_texts={code: text for code, text in form.texts.items() if text.strip()},
        )
    except ValidationError as error:
        raise NotWellFilled(_named(error)) from None


def _edited(form: Form, sent: str) -> Form:
    """The body of the editor in the place of the marks, as text with marks: both ways save the same."""
    if not sent:
        return form
    try:
        blocks = normal(BLOCKS.validate_json(sent))
    except ValidationError:
        return replace(form, unread=sent)
    return replace(form, body=text_of(blocks, form.files))


def _ordered(form: Form, typed: Mapping[str, str]) -> Form:
    """The files in the order that was typed, and `[foto n]` with its new number."""
    found = in_order(form.choices, typed)
    if found == form.choices:
        return form
    try:
        body = text_of(form.written, [c.media.id for c in found])
    except (FigureWithoutMedia, ValidationError):
        return form  # it is refused for that, with the numbers as they were
    return replace(form, choices=found, body=body)


def _channels(typed: Mapping[str, str], before: Sequence[str]) -> tuple[str, ...]:
    if "ada-kanal" not in typed:
        return tuple(before)
    known = [*CHOOSABLE, *(c for c in before if c not in CHOOSABLE and c != SITE)]
    return (SITE, *(code for code in known if f"kanal-{code}" in typed))


def _texts(typed: Mapping[str, str], content: Content | None) -> dict[str, str]:
    before = content.channel_texts if content else {}
    if "ada-kanal" not in typed:
        return before
    kept = {code: text for code, text in before.items() if f"teks-{code}" not in typed}
    found = {name.removeprefix("teks-"): text for name, text in typed.items() if name.startswith("teks-")}
    known = {code: _lines(text).strip() for code, text in found.items() if code in LIMITS or code in before}
    return {code: text for code, text in (kept | known).items() if text}


def _named(error: ValidationError) -> set[str]:
    if error.title != Manuscript.__name__:
        return {FIELDS["body"]}  # one of its blocks
    return {FIELDS.get(str(e["loc"][0]), str(e["loc"][0])) if e["loc"] else FIELDS["body"] for e in error.errors()}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _version(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
