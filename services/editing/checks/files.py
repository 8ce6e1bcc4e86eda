"""The Reports and files that a Version stands on: still there, checked, and shown as they are now. Pure."""

from collections.abc import Iterable

from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding, field_of
from services.editing.manuscript import MediaChoice, MediaRefused, copies_of, cut_of, media_of
from services.editing.reports import Report
from shared.content import Media, StoryMedia
from shared.refusal import Refused


class MediaStillChecking(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("media-checking", f"Berkas {name} masih diperiksa. Tunggu sebentar, lalu ajukan lagi.")


class MediaCheckedSince(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "media-checked-since",
            f"Berkas {name} atau takarirnya berubah sesudah versi ini disimpan. Simpan sekali lagi, lalu ajukan.",
        )


def left(reports: Iterable[Report]) -> list[Finding]:
    """Reports that may no longer be used; whether the Story can do without is the Admin's to say."""
    return [_left(r) for r in reports if r.left]


def withdrawn(facts: Facts) -> list[Finding]:
    return left(facts.reports)


def unchecked(facts: Facts) -> list[Finding]:
    """Files that the leader could not judge yet, or would judge as they no longer are."""
    return [found for shown in facts.content.media for found in _unready(shown, facts)]


def _left(report: Report) -> Finding:
    done = "ditarik oleh pengirimnya" if report.state == "withdrawn" else "ditolak dalam pemeriksaan"
    why = f": {report.facts.gone}" if report.facts.gone else "."
    sentence = f"Bahan “{report.facts.title}” {done}{why} Pastikan berita tidak lagi memuat isinya."
    return Finding(f"report-{report.state}", sentence, False, f"/meja/bahan/{report.id}", "Bahan ini")


def _unready(shown: StoryMedia, facts: Facts) -> list[Finding]:
    try:
        _expect_ready(shown, facts)
    except Refused as no:
        return [Finding(no.code, no.sentence, True, field_of("berkas", shown.id), shown.name)]
    return []


def _expect_ready(shown: StoryMedia, facts: Facts) -> None:
    _, media = media_of(shown.id, facts.reports)
    if media.state == "refused":
        raise MediaRefused(media)
    if media.state == "checking":
        raise MediaStillChecking(media.name)
    if not _as_it_is(shown, media, facts):
        raise MediaCheckedSince(media.name)


def _as_it_is(shown: StoryMedia, media: Media, facts: Facts) -> bool:
    if shown.crop is None and not shown.redacted:
        return copies_of(media, facts.reports) == shown.renditions
    key = cut_of(MediaChoice(id=shown.id, crop=shown.crop), facts.reports, shown.redacted)
    own = facts.cuts.get(key) if key else None
    return own is not None and own.renditions == shown.renditions
