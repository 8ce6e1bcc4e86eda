"""How one channel stands, in words, and what a person can do about it now. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from services.publisher.answers import LOOKS, is_asked
from services.publisher.domain import UNDERWAY, UNKNOWN_CHANNEL, Delivery, Publication, Removal, Way
from services.publisher.removing import WITHDRAWN

Doable = Literal["retry", "look", "confirm", "waive", "removed", "remove-again", "post", "by-hand"]
# Which action of the table of access each needs.
ACTION_OF: dict[Doable, str] = {
    "retry": "publication.retry", "look": "publication.retry", "confirm": "publication.confirm",
    "waive": "publication.waive", "removed": "publication.take-down", "remove-again": "publication.take-down",
    "post": "publication.post", "by-hand": "publication.post",
}  # fmt: skip
REMOVE_IT = "Hapus di kanalnya, lalu tekan “Sudah saya hapus”."
WAYS: dict[Way, str] = {
    "fetched": "dibaca sistem sebagai orang luar",
    "api": "dibaca kembali dari kanalnya",
    "attested": "dinyatakan oleh petugas",
}


class Reach(NamedTuple):
    """What the system can see of a channel: the strongest `way` (None: not connected), and whether by a look-up.

    `by_hand` where a person may post there instead.
    """

    way: Way | None
    looks_up: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One delivery as a person reads it. `advice` says what happens next, or what to do; `doable` what can be done."""

    delivery: Delivery
    since: datetime | None
    advice: str
    doable: tuple[Doable, ...]

    @property
    def seen(self) -> str:
        """How it was seen that the public can read it."""
        found = self.delivery
        if found.state != "live" or found.way is None:
            return ""
        by = found.confirmed_by
        return f"dinyatakan oleh {by.name}, {by.capacity}" if by else WAYS[found.way]

    @property
    def shown(self) -> str:
        """Its state as a person reads it."""
        d = self.delivery
        removal = d.removal if d.removal is not None and d.removal.cause != "left-over" else None
        return shown_state(d.state, d.mode, removal.state if removal else None)

    @property
    def shows_link(self) -> bool:
        """Whether a person has to find it there, to remove it."""
        return self.delivery.removal is not None and self.delivery.removal.is_open

    def open_to(self, may: Callable[[str], bool]) -> tuple[Doable, ...]:
        """What of it a person with these rights can do."""
        return tuple(act for act in self.doable if may(ACTION_OF[act]))


def standing(publication: Publication, delivery: Delivery, *, reach: Reach, since: datetime | None) -> Standing:
    advice, doable = _next(publication, delivery, reach)
    waivable = publication.state == "publishing" and delivery.required and delivery.state != "live"
    if waivable and not delivery.is_waived:
        doable = (*doable, "waive")
    return Standing(delivery, since, advice, doable)


def shown_state(state: str, mode: str, removal: str | None) -> str:
    """A word of `shared.words.STATES`: what has to be gone is told as that, and never as live."""
    if removal in ("by-hand", "refused"):
        return "to-remove"
    if removal == "due":
        return "being-removed"
    return "posting" if state == "sending" and mode == "assisted" else state


def in_brief(state: str, told: Mapping[str, Any]) -> str:
    """What is to be done about one delivery, as a line of the desk's list says it; empty where nobody has to act."""
    if told["shown"] == "to-remove":
        return "Hapus kirimannya di kanal ini, lalu nyatakan sudah dihapus."
    if state not in UNDERWAY or told["removal"] is not None:
        return ""
    by_hand = told["mode"] == "assisted"
    match told["state"]:
        case "waiting" if by_hand:
            return "Posting di kanal ini, lalu tempelkan tautannya."
        case "sending" if by_hand and told["held_by"]:
            return f"Sedang diposting oleh {told['held_by']}."
        case "failed" if told["reason"] != UNKNOWN_CHANNEL:
            return "Kirim ulang, atau posting sendiri."
        case "unconfirmed" if told["next_at"] is None or told["looks"] >= LOOKS:
            return "Pastikan apakah sudah tayang di kanal ini."
        case _:
            return ""


def _next(p: Publication, d: Delivery, reach: Reach) -> tuple[str, tuple[Doable, ...]]:
    if d.removal is not None and d.removal.is_open and d.removal.cause != "left-over":
        return _removal(d, d.removal, reach)
    if p.state in UNDERWAY:
        return _underway(p, d, reach)
    return ("Sedang diturunkan." if p.state == "taking-down" and d.state in ("live", "unconfirmed") else ""), ()


def _removal(d: Delivery, removal: Removal, reach: Reach) -> tuple[str, tuple[Doable, ...]]:
    why = "Kiriman ini memuat berkas yang harus dihapus. " if removal.cause == "erased" else ""
    left = "masih ada" if d.state == "live" else "mungkin masih ada"
    match removal.state:
        case "refused":
            again: tuple[Doable, ...] = ("remove-again",) if reach.way is not None else ()
            return f"{why}Kiriman ini {left}. {removal.reason} {REMOVE_IT}", ("removed", *again)
        case "by-hand":
            return f"{why}Kiriman ini {left}: sistem tidak dapat menghapusnya. {REMOVE_IT}", ("removed",)
        case _ if removal.reason:
            tried = f" ({removal.tries} kali dicoba)" if removal.tries else ""
            return f"{why}Sedang dihapus dari kanal{tried}. {removal.reason} Dicoba lagi.", ("removed",)
        case _:
            return f"{why}Sedang dihapus dari kanal.", ("removed",)


def _underway(p: Publication, d: Delivery, reach: Reach) -> tuple[str, tuple[Doable, ...]]:
    by_hand: tuple[Doable, ...] = ("by-hand",) if reach.by_hand else ()
    match d.state:
        case "waiting" if d.is_by_hand:
            return "Menunggu diposting oleh petugas di kanalnya.", ("post",)
        case "waiting":
            return ("Akan dicoba lagi dengan sendirinya." if d.reason else "Menunggu giliran dikirim."), by_hand
        case "sending" if d.is_by_hand and d.held_by is not None:
            return f"Sedang diposting oleh {d.held_by.name}.", ("post",)
        case "sending":
            return "Sedang dikirim.", ()
        case "failed" if d.reason == UNKNOWN_CHANNEL and reach.way is None:
            return "Bila perlu, terbitkan sendiri di kanal itu.", by_hand
        case "failed" if d.reason == WITHDRAWN:
            return "", ("retry", *by_hand)
        case "failed":
            return "Perbaiki sebabnya, lalu kirim ulang.", ("retry", *by_hand)
        case "unconfirmed":
            return _unconfirmed(p, d, reach)
        case _:
            return "", ()


def _unconfirmed(p: Publication, d: Delivery, reach: Reach) -> tuple[str, tuple[Doable, ...]]:
    look: tuple[Doable, ...] = ("look",) if reach.looks_up and reach.way is not None else ()
    if is_asked(p, d, way=reach.way, looks_up=reach.looks_up):
        return "Buka kanalnya dan lihat sendiri, lalu nyatakan: sudah tayang, atau belum ada.", ("confirm", *look)
    if d.looks >= LOOKS:
        return "Sistem terus memeriksa. Bila tetap begini, hubungi pengelola sistem.", look
    return "Sistem memeriksanya lagi dengan sendirinya.", look
