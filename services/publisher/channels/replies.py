"""What a channel's answer says, read with care: only what is certain counts as a refusal."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

import httpx

from services.publisher.channels import Limited, Processing, Rejected, Rest
from services.publisher.channels.pausing import wait_of
from shared.channel_words import name_of
from shared.refusal import Transient

Body = dict[str, Any]
WORKS = timedelta(minutes=1)  # until a channel is asked again what became of a file


class Said(NamedTuple):
    """An answer, and who should rest for a while after it."""

    body: Body
    rest: tuple[Rest, ...] = ()


class Absent(Rejected):
    """The channel says that it has no such thing."""


class Disconnected(Rejected):
    """The channel does not know us any more."""


class Duplicate(Rejected):
    """The channel says that it has this very text already."""


def body_of(answer: httpx.Response) -> Body:
    """The JSON object that was answered; Transient where it is something else, after which nothing is known."""
    try:
        found: object = answer.json()
    except ValueError:
        raise Transient(f"not JSON, status {answer.status_code}") from None
    return part(found)


def part(found: object) -> Body:
    """A JSON object within an answer; Transient where there is something else."""
    if not isinstance(found, dict):
        raise Transient("an answer of another shape")
    return cast("Body", found)


def parts(found: object) -> list[Body]:
    """A JSON array of objects within an answer."""
    if not isinstance(found, list):
        raise Transient("an answer of another shape")
    return [part(one) for one in cast("list[object]", found)]


def word(found: object) -> str:
    """A name that was promised; Transient where it is missing."""
    if not isinstance(found, str | int) or found == "" or isinstance(found, bool):
        raise Transient("an answer without the name that it promises")
    return str(found)


def moment_of(found: object) -> datetime | None:
    """ISO 8601, as the channels write it (`+0000` and `Z` too)."""
    try:
        at = datetime.fromisoformat(str(found))
    except ValueError:
        return None
    return at if at.tzinfo else None


def disconnected(channel: str) -> Disconnected:
    return Disconnected(
        f"Akses ke {name_of(channel)} sudah tidak berlaku. Minta pengelola sistem menyambungkan lagi kanal ini."
    )


def forbidden(channel: str) -> Rejected:
    return Rejected(
        f"Akun {name_of(channel)} yang tersambung tidak berizin menayangkan kiriman. "
        "Minta pengelola sistem menyambungkan lagi kanal ini dengan izin yang lengkap."
    )


def refused(channel: str, code: object) -> Rejected:
    return Rejected(f"{name_of(channel)} menolak kiriman ini (kode {code}). Periksa teks dan berkasnya.")


def processing(channel: str, now: datetime) -> Processing:
    return Processing(f"{name_of(channel)} masih mengolah berkasnya; dilanjutkan nanti.", now + WORKS)


def limited(channel: str, until: datetime, *limits: str) -> Limited:
    """Asked for fewer calls: `limits` are the names of those that rest, the channel itself where none are told."""
    names = limits or (channel,)
    return Limited(f"{name_of(channel)} membatasi jumlah panggilan.", *(Rest(name, until) for name in names))


def retry_after(answer: httpx.Response, now: datetime, otherwise: timedelta) -> datetime:
    """Until when an answer asks to be left alone."""
    asked = wait_of(answer.headers.get("retry-after", ""), now)
    return now + (otherwise if asked is None else asked)
