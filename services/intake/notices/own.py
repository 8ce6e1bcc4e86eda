"""What a person chooses for themself: addresses with their proof, numbers, what is told by which way. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.intake.notices.rules import CHANNELS, KINDS, Channel
from shared.refusal import NotFound, Refused

State = Literal["pending", "confirmed", "refused"]
# What any mail server takes and no header can be ended by; the code that arrives there is the proof.
MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}"
)
CHAT = re.compile(r"-?[1-9][0-9]{0,18}")
E164 = re.compile(r"\+[1-9][0-9]{7,14}")
VALID = timedelta(minutes=30)
BETWEEN_CODES = timedelta(minutes=1)
A_DAY = timedelta(days=1)
CODES_A_DAY = 10
TRIES = 5


class BadAddress(Refused):
    def __init__(self, channel: Channel) -> None:
        what = {
            "mail": "Alamat email belum benar. Tulis seperti nama@kantor.go.id.",
            "telegram": "Nomor chat Telegram hanya angka. Lihat petunjuk di bawah isian itu.",
        }
        super().__init__("bad-address", what[channel])


class BadNumber(Refused):
    def __init__(self) -> None:
        super().__init__("bad-number", "Nomor WhatsApp belum benar. Tulis seperti +62 812 3456 7890 atau 0812….")


class NoChannel(Refused):
    def __init__(self) -> None:
        super().__init__("no-channel", "Saluran ini belum diatur. Hubungi pengelola sistem.")


class TooManyCodes(Refused):
    def __init__(self) -> None:
        super().__init__("too-many-codes", "Kode baru saja dikirim. Tunggu satu menit lalu coba lagi.")


class NoMoreCodesToday(Refused):
    def __init__(self) -> None:
        super().__init__("no-more-codes", "Sudah terlalu banyak kode dikirim hari ini. Coba lagi besok.")


class WrongCode(Refused):
    def __init__(self) -> None:
        super().__init__("wrong-code", "Kode ini salah. Periksa pesan yang terakhir Anda terima.")


class CodeOver(Refused):
    def __init__(self) -> None:
        super().__init__("code-over", "Kode ini sudah tidak berlaku. Simpan alamatnya lagi untuk menerima kode baru.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is told by one channel; `problem` is why nothing arrives there."""

    account: str
    channel: Channel
    address: str
    state: State
    set_at: datetime
    code: str | None = None
    tries: int = 0
    problem: str = ""


def channel_of(typed: str, ours: Collection[Channel]) -> Channel:
    """Raises NotFound for what is no channel, NoChannel for one that the installation does not have."""
    found: Channel | None = next((c for c in CHANNELS if c == typed), None)
    if found is None:
        raise NotFound("Saluran")
    if found not in ours:
        raise NoChannel
    return found


def address(account: str, channel: Channel, typed: str, *, code: str, at: datetime) -> Address:
    """Take an address that is still to be proved by the code that is sent to it."""
    value = typed.strip()
    right = (MAIL if channel == "mail" else CHAT).fullmatch(value) and len(value) <= 254
    if not right:
        raise BadAddress(channel)
    return Address(account, channel, value, "pending", at, code)


def expect_patience(sent: Collection[datetime], *, at: datetime) -> None:
    """Refuse another code so soon, for the address may be a stranger's; `sent` is of the last day."""
    if any(at - before < BETWEEN_CODES for before in sent):
        raise TooManyCodes
    if len(sent) >= CODES_A_DAY:
        raise NoMoreCodesToday


def confirm(known: Address | None, typed: str, *, at: datetime) -> tuple[Address, Refused | None]:
    """Compare a code; the count of wrong ones is kept, so the refusal is returned beside it. Raises CodeOver."""
    if known is None or known.state != "pending" or known.code is None:
        raise CodeOver
    if at - known.set_at > VALID or known.tries >= TRIES:
        raise CodeOver
    if re.sub(r"\D", "", typed) != known.code:
        return replace(known, tries=known.tries + 1), WrongCode()
    return replace(known, state="confirmed", code=None, tries=0), None


def whatsapp(typed: str) -> str:
    """A number in E.164 from what people write, empty for none; 08… is an Indonesian one."""
    digits = re.sub(r"[\s().-]", "", typed)
    if not digits:
        return ""
    if digits.startswith("0"):
        digits = f"+62{digits[1:]}"
    if not E164.fullmatch(digits):
        raise BadNumber
    return digits


def wants(ticked: Iterable[str]) -> tuple[str, ...]:
    """The choices among those that there are."""
    given = set(ticked)
    return tuple(f"{c}/{k}" for c in CHANNELS for k in KINDS if f"{c}/{k}" in given)
