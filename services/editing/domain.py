"""The states of a Report on the Admin's desk and of a Story, the declared transitions, and the refusals. Pure."""

from datetime import datetime
from typing import Literal, NamedTuple

from shared.access import roles_of
from shared.refusal import Refused, Stale
from shared.words import moment

Item = Literal["report", "story"]
ReportState = Literal["waiting", "claimed", "compiled", "sent-back", "withdrawn", "refused"]
StoryState = Literal[
    "draft", "submitted", "approved", "returned", "declined", "withheld", "published", "abandoned", "taken-down"
]

ADMIN = roles_of("story.edit")
BY_EVENT: tuple[str, ...] = ()  # no person here: another service's event
OPEN: tuple[StoryState, ...] = ("draft", "submitted", "approved", "returned", "published")
LEFT: tuple[ReportState, ...] = ("withdrawn", "refused")


class Transition(NamedTuple):
    """One row: in which state, what is done, what it becomes, who may. Several rows where the outcome depends."""

    from_state: str
    action: str
    to_state: str
    roles: tuple[str, ...]
    item: Item


def _rows(item: Item, action: str, roles: tuple[str, ...], **moves: str) -> tuple[Transition, ...]:
    """Rows of one action, `from=to` (or `from="to1 to2"`), with `_` for `-`."""
    return tuple(
        Transition(state.replace("_", "-"), action, to, roles, item)
        for state, targets in moves.items()
        for to in targets.split()
    )


REPORTS = (
    *_rows("report", "claim", ADMIN, waiting="claimed", claimed="claimed"),
    *_rows("report", "release", ADMIN, claimed="waiting"),
    *_rows("report", "send-back", ADMIN, waiting="sent-back", claimed="sent-back", compiled="sent-back"),
    *_rows("report", "compile", ADMIN, waiting="compiled", claimed="compiled", compiled="compiled"),
    *_rows("report", "report.supplemented", BY_EVENT, sent_back="waiting"),
    *(
        row
        for state in ("waiting", "claimed", "compiled", "sent_back")
        for to in LEFT
        for row in _rows("report", f"report.{to}", BY_EVENT, **{state: to})
    ),
)
STORIES = (
    *_rows("story", "save", ADMIN, **{state: state for state in OPEN}),
    *_rows("story", "add-report", ADMIN, **{state: state for state in OPEN}),
    *_rows("story", "submit", ADMIN, **dict.fromkeys(OPEN, "submitted")),
    *_rows("story", "accept", ADMIN, returned="submitted"),
    *_rows(
        "story", "abandon", ADMIN, draft="abandoned",
        submitted="abandoned published", approved="abandoned published", returned="abandoned published",
    ),
    *_rows("story", "story.approved", BY_EVENT, submitted="approved"),
    *_rows("story", "story.returned", BY_EVENT, submitted="returned"),
    *_rows("story", "story.declined", BY_EVENT, submitted="declined published taken-down"),
    *_rows("story", "story.withheld", BY_EVENT, submitted="withheld published taken-down"),
    *_rows("story", "approval.revoked", BY_EVENT, approved="draft published taken-down"),
    *_rows(
        "story", "story.published", BY_EVENT,
        submitted="published", approved="published", draft="published", declined="published", withheld="published",
        published="published", taken_down="published",
    ),
    *_rows(
        "story", "story.taken-down", BY_EVENT,
        submitted="taken-down", approved="taken-down", published="taken-down", draft="taken-down",
        declined="taken-down", withheld="taken-down",
    ),
)  # fmt: skip
TRANSITIONS = (*REPORTS, *STORIES)
_MOVES = {(row.item, row.from_state, row.action, row.to_state) for row in TRANSITIONS}
_ALLOWED = {(row.item, row.from_state, row.action) for row in TRANSITIONS}

_WHY_NOT: dict[tuple[Item, str], str] = {
    ("report", "waiting"): "Bahan ini tidak sedang Anda kerjakan. Ambil dahulu bahannya.",
    ("report", "claimed"): "Bahan ini sedang dikerjakan.",
    ("report", "compiled"): "Bahan ini sudah disusun menjadi berita. Buka beritanya dari meja penyuntingan.",
    ("report", "sent-back"): "Bahan ini sedang dikembalikan ke Bidang. Tunggu jawabannya.",
    ("report", "withdrawn"): "Bahan ini sudah ditarik oleh pengirimnya.",
    ("report", "refused"): "Bahan ini ditolak dalam pemeriksaan.",
    ("story", "declined"): "Pimpinan memutuskan berita ini tidak dimuat. Susun berita baru bila bahannya masih perlu.",
    ("story", "withheld"): "Berita ini diusulkan dikecualikan, sehingga tidak dapat diubah lagi.",
    ("story", "abandoned"): "Berita ini sudah dihentikan. Susun berita baru bila bahannya masih perlu.",
    ("story", "taken-down"): "Berita ini sudah diturunkan. Susun berita baru bila bahannya masih perlu.",
    ("story", "published"): "Berita ini sudah terbit. Ajukan perbaikan, atau turunkan dari meja publikasi.",
}


def allowed(item: Item, state: str, action: str) -> None:
    """Raise NotNow unless the table has a row for this action in this state."""
    if (item, state, action) not in _ALLOWED:
        raise NotNow(item, state)


def permits(item: Item, state: str, action: str, to: str) -> bool:
    """Whether the table has exactly this row."""
    return (item, state, action, to) in _MOVES


class NotNow(Stale):
    """The item's state does not allow this."""

    def __init__(self, item: Item, state: str) -> None:
        super().__init__(f"{item}-{state}", _WHY_NOT.get((item, state), "Tindakan ini belum dapat dilakukan sekarang."))


class ClaimedByOther(Stale):
    def __init__(self, name: str, until: datetime) -> None:
        super().__init__("claimed", f"Bahan ini sedang dikerjakan {name} sampai {moment(until)}. Pilih bahan lain.")


class InLivingStory(Stale):
    def __init__(self) -> None:
        super().__init__(
            "in-story", "Bahan ini masih dipakai dalam sebuah berita. Hentikan beritanya dahulu, atau minta tambahan."
        )


class StaleVersion(Stale):
    """Somebody saved a newer Version meanwhile; nothing was overwritten."""

    def __init__(self, newest: int) -> None:
        super().__init__(
            "stale-version", f"Versi terbaru berita ini sekarang {newest}. Muat ulang, lalu ulangi perubahan Anda."
        )
        self.newest = newest


class AlreadySubmitted(Stale):
    def __init__(self, version: int) -> None:
        super().__init__("already-submitted", f"Versi {version} sudah pernah diajukan. Simpan perbaikannya dahulu.")


class NothingSaved(Refused):
    def __init__(self) -> None:
        super().__init__("nothing-saved", "Belum ada versi yang disimpan. Simpan dahulu, lalu ajukan.")


class MixedPractice(Refused):
    def __init__(self) -> None:
        super().__init__("mixed-practice", "Bahan latihan tidak dapat disusun bersama bahan sungguhan.")


class AlreadyInStory(Refused):
    def __init__(self) -> None:
        super().__init__("already-in-story", "Bahan ini sudah ada dalam berita ini.")


class NoReportLeft(Refused):
    def __init__(self) -> None:
        super().__init__("no-report-left", "Semua bahan berita ini sudah ditarik atau ditolak. Hentikan beritanya.")


class FigureWithoutMedia(Refused):
    def __init__(self) -> None:
        super().__init__(
            "figure-without-media", "Isi menunjuk foto yang tidak dipilih. Pilih fotonya, atau hapus tandanya."
        )
