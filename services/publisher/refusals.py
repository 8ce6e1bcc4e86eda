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
