"""The edit form: a Version as a person sees and types it, and back into a Manuscript. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.editing.manuscript import Manuscript, MediaChoice, may_be_chosen
from services.editing.marks import blocks_of, text_of
from services.editing.reports import Report
from shared.content import Content, Media, MediaRights
from shared.reasons import SENT_BACK
from shared.refusal import Refused

REASONS = SENT_BACK
CLASSES = {
    "berkala": "Berkala", "serta-merta": "Serta merta", "setiap-saat": "Setiap saat", "dikecualikan": "Dikecualikan",
}  # fmt: skip
CONSENTS = {
    "public-event": "Kegiatan yang terbuka untuk umum",
    "official-duty": "Orang dalam tugas kedinasan",
    "named": "Ada izin dari yang difoto",
}
SUBJECTS = {"children": "Anak-anak", "victims": "Korban", "aid-recipients": "Penerima bantuan"}
RIGHTS = tuple(MediaRights.model_fields)
FIELDS = {
    "title": "Judul", "lead": "Teras", "body": "Isi", "topic": "Topik", "tags": "Kata kunci", "media": "Berkas",
    "information_class": "Klasifikasi informasi",
}  # fmt: skip


class NotWellFilled(Refused):
    def __init__(self, error: ValidationError) -> None:
        named = {FIELDS.get(str(e["loc"][0]), str(e["loc"][0])) if e["loc"] else "isian" for e in error.errors()}
        listed = ", ".join(sorted(named))
        super().__init__("not-well-filled", f"Isian ini kosong, terlalu panjang, atau tidak dapat dibaca: {listed}.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One file that may be shown, at its place in the form; `[foto n]` in the text means the n-th."""

    report: UUID
    media: Media
    chosen: bool
    rights: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the edit form."""

    expected_version: int
    title: str
    lead: str
    body: str
    topic: str
    tags: str
    information_class: str
    reason: str
    choices: tuple[Choice, ...]

    @property
    def files(self) -> list[UUID]:
        return [c.media.id for c in self.choices]


def of_reports(reports: Sequence[Report]) -> Form:
    """A first draft from what the Units wrote, with every picture that passed or is being checked."""
    used = [r for r in reports if not r.left]
    texts = [text for r in used for text in (r.facts.text, *(s.text for s in r.facts.supplements)) if text.strip()]
    choices = tuple(replace(choice, chosen=choice.media.kind == "image") for choice in _choices(None, reports))
    figures = [f"[foto {n}]" for n, choice in enumerate(choices, 1) if choice.chosen]
    title = used[0].facts.title if used else ""
    return Form(0, title, "", "\n\n".join([*texts, *figures]), "", "", "berkala", "", choices)


def of_content(content: Content, version: int, reports: Sequence[Report]) -> Form:
    choices = _choices(content, reports)
    return Form(
        expected_version=version,
        title=content.title,
        lead=content.lead,
        body=text_of(content.body, [c.media.id for c in choices]),
        topic=content.topic or "",
        tags=", ".join(content.tags),
        information_class=content.information_class,
        reason="",
        choices=choices,
    )


def of_typed(typed: Mapping[str, str], content: Content | None, reports: Sequence[Report]) -> Form:
    """The form as it was sent, over the files as they are now."""

    def said(name: str) -> str:
        return typed.get(name, "").strip()

    version = said("expected_version")
    return Form(
        expected_version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        **{name: said(name) for name in ("title", "lead", "body", "topic", "tags", "information_class", "reason")},
        choices=tuple(_typed_choice(choice, typed) for choice in _choices(content, reports)),
    )


def manuscript(form: Form, before: Content | None) -> Manuscript:
    """What the form says; channels and their texts stay as they were. Raises Refused for what cannot be read."""
    chosen = [{"id": c.media.id, **c.rights} for c in form.choices if c.chosen]
    channels = {"channels": before.channels, "channel_texts": before.channel_texts} if before else {}
    try:
        return Manuscript(
            title=form.title,
            lead=form.lead,
            body=blocks_of(form.body, form.files),
            topic=form.topic or None,
            tags=tuple(tag.strip() for tag in form.tags.split(",") if tag.strip()),
            information_class=form.information_class,  # pyright: ignore[reportArgumentType]  (validated here)
            media=tuple(MediaChoice.model_validate(c) for c in chosen),
            **channels,  # pyright: ignore[reportArgumentType]
        )
    except ValidationError as error:
        raise NotWellFilled(error) from None


def _choices(content: Content | None, reports: Sequence[Report]) -> tuple[Choice, ...]:
    """The files in the order of the newest Version, then the others that may be shown."""
    there = {m.id: (r.id, m) for r in reports if not r.left for m in r.media}
    shown = {m.id: m for m in content.media if m.id in there} if content else {}
    first = [
        Choice(there[i][0], there[i][1], True, {name: getattr(m, name) for name in RIGHTS}) for i, m in shown.items()
    ]
    others = [
        Choice(report, m, False, {name: getattr(m, name) for name in RIGHTS})
        for i, (report, m) in there.items()
        if i not in shown and may_be_chosen(m)
    ]
    return (*first, *others)


def _typed_choice(choice: Choice, typed: Mapping[str, str]) -> Choice:
    file = choice.media.id
    rights: dict[str, Any] = {name: typed.get(f"{name}-{file}", "").strip() for name in RIGHTS}
    rights |= {
        "consent": rights["consent"] or None,
        "shows": tuple(code for code in SUBJECTS if f"shows-{code}-{file}" in typed),
    }
    return replace(choice, chosen=f"pilih-{file}" in typed, rights=rights)
