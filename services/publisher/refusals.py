"""What the publisher refuses, in sentences that a person can act on. Pure."""

from datetime import datetime

from shared.refusal import Refused, Stale
from shared.words import moment


class NotPossible(Stale):
    def __init__(self, item: str, before: str, action: str) -> None:
        super().__init__("moved-on", "Keadaan berita ini sudah berubah. Muat ulang halamannya lalu periksa lagi.")
        self.move = (item, before, action)


class NotApproved(Refused):
    def __init__(self, version: int) -> None:
        super().__init__("not-approved", f"Versi {version} belum disetujui pimpinan, jadi tidak dapat diterbitkan.")


class ApprovalFell(Stale):
    def __init__(self, version: int) -> None:
        super().__init__(
            "approval-fell", f"Persetujuan atas versi {version} tidak berlaku lagi. Muat ulang halamannya."
        )


class NeverPublic(Refused):
    def __init__(self) -> None:
        super().__init__("practice", "Berita ini LATIHAN, jadi tidak pernah diterbitkan.")


class Exempt(Refused):
    def __init__(self) -> None:
        super().__init__(
            "exempt", "Versi ini diklasifikasikan “Dikecualikan”, jadi tidak diterbitkan. Minta pimpinan mencabutnya."
        )


class TooEarly(Refused):
    def __init__(self, not_before: datetime) -> None:
        super().__init__("too-early", f"Pimpinan menetapkan terbit paling cepat {moment(not_before)}.")


class NothingToTakeDown(Stale):
    def __init__(self) -> None:
        super().__init__("nothing-public", "Tidak ada versi berita ini yang sedang terbit.")


class OtherContent(Refused):
    """Two approvals of one Version with different contents: never applied, and nobody's crossing."""

    def __init__(self, version: int) -> None:
        super().__init__("other-content", f"Versi {version} sudah disetujui dengan isi yang lain.")


class NoLookUp(Refused):
    def __init__(self) -> None:
        super().__init__(
            "no-look-up",
            "Sistem tidak dapat memeriksa kanal ini. Buka kanalnya, lalu nyatakan sudah tayang atau belum ada.",
        )


class PastTime(Refused):
    def __init__(self) -> None:
        super().__init__("past-time", "Waktu itu sudah lewat. Pilih waktu yang akan datang, atau terbitkan sekarang.")


class TooFarAhead(Refused):
    def __init__(self, latest: datetime, zone: str) -> None:
        super().__init__("too-far-ahead", f"Jadwal paling jauh setahun ke depan: {moment(latest, zone)}.")


class NothingScheduled(Stale):
    def __init__(self) -> None:
        super().__init__("nothing-scheduled", "Tidak ada jadwal yang menunggu untuk versi ini. Muat ulang halamannya.")


class NotAsked(Stale):
    """The channel is looked up by the system, which has not given up yet, or it is clear already."""

    def __init__(self) -> None:
        super().__init__(
            "not-asked", "Kanal ini masih diperiksa oleh sistem, atau keadaannya sudah jelas. Muat ulang halamannya."
        )


class NotALink(Refused):
    def __init__(self, hosts: tuple[str, ...]) -> None:
        where = f" dari {' atau '.join(hosts)}" if hosts else ""
        super().__init__(
            "not-a-link", f"Alamat itu bukan tautan kiriman{where}. Salin tautannya, yang diawali https://, dari kanal."
        )


class NotWaivable(Stale):
    def __init__(self) -> None:
        super().__init__(
            "not-waivable", "Hanya kanal wajib yang belum tayang, selama penerbitan berjalan, yang dapat dibebaskan."
        )


class NothingReadable(Refused):
    def __init__(self) -> None:
        super().__init__(
            "nothing-readable",
            "Belum ada kanal tempat umum dapat membaca berita ini, jadi kanal wajib terakhir tidak dapat dibebaskan.",
        )


class NotByHand(Refused):
    def __init__(self) -> None:
        super().__init__(
            "not-by-hand", "Kiriman ini dikirim oleh sistem. Muat ulang halamannya untuk melihat keadaannya."
        )


class HeldByOther(Stale):
    """Somebody else is posting it at this moment."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "held-by-other",
            f"{name} sedang memposting ini. Lihat dulu kanalnya; bila memang belum ada, ambil alih.",
        )
