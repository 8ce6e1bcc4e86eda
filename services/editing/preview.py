"""What was typed as its readers would see it, channel by channel, each text counted as its channel counts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.editing import forms
from services.editing.forms import SITE, Form
from services.editing.manuscript import NO_REGIONS, CutKey, Cuts, Manuscript, MediaChoice, Regions, compose, cut_of
from services.editing.reports import Report
from shared.channel_text import LIMITS, Measured, measure
from shared.content import Content, StoryMedia
from shared.refusal import Refused


@dataclass(frozen=True, slots=True)
class Card:
    """A channel's post: its text, its picture, and how long it is there (None where no limit is known)."""

    channel: str
    text: str
    picture: StoryMedia | None
    measured: Measured | None


@dataclass(frozen=True, slots=True)
class Preview:
    """`refused` says why there is nothing to show; `uncut` that some pictures are cut only when it is saved."""

    content: Content | None
    cards: tuple[Card, ...]
    refused: str = ""
    uncut: bool = False


def preview(form: Form, reports: Sequence[Report], cuts: Cuts, redacted: Regions = NO_REGIONS) -> Preview:
    try:
        written = forms.manuscript(form)
        shown = _without(written, reports, cuts, redacted)
        content = compose(shown, reports, cuts, redacted)
    except Refused as no:
        return Preview(None, (), refused=no.sentence)
    picture = next((m for m in content.media if m.kind == "image"), None)
    cards = tuple(_card(c, content.channel_texts.get(c, ""), picture) for c in content.channels if c != SITE)
    return Preview(content, cards, uncut=shown != written)


def _without(written: Manuscript, reports: Sequence[Report], cuts: Cuts, redacted: Regions) -> Manuscript:
    """The manuscript without those cuts that have not been made."""
    keys = [cut_of(m, reports, redacted.get(m.id, ())) for m in written.media]
    pairs = zip(written.media, keys, strict=True)
    media = tuple(m if key is None or key in cuts else _as_made(m, key, cuts) for m, key in pairs)
    return written.model_copy(update={"media": media})


def _as_made(choice: MediaChoice, wanted: CutKey, cuts: Cuts) -> MediaChoice:
    """The whole picture; of a redacted one whichever cut is there, for its whole may not be."""
    whole = wanted._replace(crop=None)
    there = [key.crop for key in cuts if wanted.redacted and key._replace(crop=None) == whole]
    return choice.model_copy(update={"crop": there[-1] if there else None})


def _card(channel: str, text: str, picture: StoryMedia | None) -> Card:
    measured = measure(channel, text, picture=picture is not None) if channel in LIMITS else None
    return Card(channel, text, picture, measured)
