"""What readers are told of a Version that takes the place of one which they may have read. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from services.publisher.domain import Publication, Story
from shared.block_difference import BlockChange
from shared.content import Content, Figure, MediaKind, Paragraph
from shared.content_difference import Difference, MediaChange, difference
from shared.word_difference import Effort

UNCHANGED = "Isi yang tampil tidak berubah."
TEXTS = {
    "title": "judul", "lead": "ringkasan", "topic": "topik", "tags": "kata kunci",
    "information_class": "klasifikasi informasi",
}  # fmt: skip
FILES: dict[MediaKind, str] = {"image": "foto", "video": "video", "audio": "rekaman suara", "document": "dokumen"}
# Of a file readers see these; who consented, and on what basis, is no business of theirs.
SEEN = {"alt", "caption", "credit"}
# Only parts are counted, no word of them is shown: this is done while the Story is locked.
EFFORT = 100_000


class Correction(NamedTuple):
    """When a later Version was shown, and in words what differs from the one before."""

    at: datetime
    what: str


def shown_before(story: Story, p: Publication) -> Publication | None:
    """The last older Version that the public could read."""
    older = [o for o in story.publications if o.version < p.version and o.shown_at is not None]
    return older[-1] if older else None


def correction(story: Story, p: Publication) -> Correction | None:
    """What a Version that was shown changed of what the public had read; None where it had read nothing."""
    older = shown_before(story, p)
    if older is None or p.shown_at is None:
        return None
    return Correction(p.shown_at, account(older.approval.content, p.approval.content))


def account(before: Content, after: Content) -> str:
    """E.g. `Yang berubah: judul, isi (2 paragraf), foto (1 ditambahkan).` It names parts and quotes nothing."""
    found = difference(before, after, Effort(EFFORT))
    parts = [*_texts(found), *_body(found.body), *_files(found.media)]
    if found.reordered:
        parts.append("urutan berkas")
    return f"Yang berubah: {', '.join(parts)}." if parts else UNCHANGED


def _texts(found: Difference) -> Iterator[str]:
    changed = {change.field for change in found.texts}
    return (words for field, words in TEXTS.items() if field in changed)


def _body(blocks: tuple[BlockChange, ...]) -> Iterator[str]:
    changed = [b for b in blocks if b.fate != "same"]
    texts = [b.block for b in changed if not isinstance(b.block, Figure)]
    if texts:
        yield f"isi ({len(texts)} {'paragraf' if all(isinstance(b, Paragraph) for b in texts) else 'bagian'})"
    if any(b.fate == "moved" and isinstance(b.block, Figure) for b in changed):
        yield "letak foto"


def _files(changes: tuple[MediaChange, ...]) -> Iterator[str]:
    for kind, name in FILES.items():
        fates = [fate for c in changes if c.media.kind == kind and (fate := _fate(c))]
        counted = [f"{fates.count(fate)} {fate}" for fate in dict.fromkeys(fates)]
        if counted:
            yield f"{name} ({', '.join(counted)})"


def _fate(change: MediaChange) -> str:
    if change.fate != "changed":
        return {"added": "ditambahkan", "removed": "dihapus"}[change.fate]
    if change.looks:
        return "diganti"
    return "keterangannya diubah" if any(f.field in SEEN for f in change.fields) else ""
