"""Erasing a file for good (UU PDP): who may order it, and what is left of it here. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.intake.files.store import Filed
from shared.content import Media, Note, Official, RequestRef
from shared.content_erasure import NAME
from shared.events import MediaErased
from shared.media.store import Buckets
from shared.refusal import Refused

MAY_ORDER = ("admin", "operator")
MAY_APPROVE = ("pimpinan",)
LONGEST_REASON = 4_000
GONE = "Berkas ini sudah dihapus permanen."
BY_ORDER = "Berkas ini pernah dihapus permanen atas perintah, jadi tidak diterima lagi. Hubungi Admin."


class Kept(NamedTuple):
    """A file with the key under which it lies in quarantine, where it was refused."""

    file: Filed
    quarantine: str | None


class Account(NamedTuple):
    """A person as the accounts know them."""

    official: Official
    roles: frozenset[str]
    disabled: bool


class Order(NamedTuple):
    """What was ordered, by whom, and who of the leaders approved of it."""

    sha256: str
    reason: Note
    by: Official
    approved_by: Official
    at: datetime


class Place(NamedTuple):
    """One object in the store."""

    bucket: str
    key: str


class NoSuchFile(Refused):
    def __init__(self, sha256: str) -> None:
        super().__init__("no-such-file", f"Tidak ada berkas dengan SHA-256 {sha256}. Periksa nomornya.")


class OnlyACopy(Refused):
    """These bytes are a copy that was made here: `originals` are the files that it belongs to."""

    def __init__(self, sha256: str, originals: Sequence[str]) -> None:
        super().__init__(
            "only-a-copy",
            f"SHA-256 {sha256} adalah salinan, bukan berkas asli. Hapus berkas aslinya: {', '.join(originals)}.",
        )
        self.originals = tuple(originals)


class NotTheirs(Refused):
    def __init__(self, account: str, what: str, roles: tuple[str, ...]) -> None:
        super().__init__("not-theirs", f"Akun {account} tidak berwenang {what}: perlu peran {' atau '.join(roles)}.")


class NoSuchAccount(Refused):
    def __init__(self, account: str) -> None:
        super().__init__("no-such-account", f"Akun {account} tidak ada atau sudah dinonaktifkan.")


class OnePerson(Refused):
    def __init__(self) -> None:
        super().__init__(
            "four-eyes", "Yang memerintahkan dan yang menyetujui penghapusan harus dua orang (empat mata)."
        )


class NoReason(Refused):
    def __init__(self) -> None:
        super().__init__("no-reason", f"Tulis alasan penghapusan, paling panjang {LONGEST_REASON} huruf.")


def order(
    sha256: str,
    *,
    reason: str,
    by: tuple[str, Account | None],
    approved_by: tuple[str, Account | None],
    at: datetime,
) -> Order:
    """An order that may be carried out; each person as named, and as the accounts know them."""
    reason = reason.strip().replace("\x00", "")
    if not 0 < len(reason) <= LONGEST_REASON:
        raise NoReason
    orders = _with_role(by, "memerintahkan penghapusan", MAY_ORDER)
    approves = _with_role(approved_by, "menyetujui penghapusan", MAY_APPROVE)
    if orders.account == approves.account:
        raise OnePerson
    return Order(sha256, reason, orders, approves, at)


def _with_role(named: tuple[str, Account | None], what: str, roles: tuple[str, ...]) -> Official:
    name, found = named
    if found is None or found.disabled:
        raise NoSuchAccount(name)
    if found.roles.isdisjoint(roles):
        raise NotTheirs(name, what, roles)
    return found.official


def emptied(media: Media) -> Media:
    """What is kept of a file: its id, its kind, its hash, and what it was derived from."""
    return Media(
        id=media.id, name=NAME, kind=media.kind, original=media.original, state="refused", reason=GONE,
        derived_from=media.derived_from,
    )  # fmt: skip


def places(kept: Iterable[Kept], buckets: Buckets) -> set[Place]:
    """Every object that these files have here."""
    found: set[Place] = set()
    for file, quarantine in kept:
        found.add(Place(buckets.originals, file.media.original.sha256))
        found |= {Place(r.bucket, r.key) for r in file.media.renditions}
        found |= {Place(buckets.incoming, key) for key in (file.incoming, quarantine) if key}
    return found


def event_of(file: Filed, order: Order, request: RequestRef | None) -> MediaErased:
    return MediaErased(
        report=file.report,
        request=request,
        media=file.media.id,
        sha256=order.sha256,
        renditions=tuple(r.sha256 for r in file.media.renditions),
        reason=order.reason,
        erased_by=order.by,
        approved_by=order.approved_by,
        at=order.at,
    )
