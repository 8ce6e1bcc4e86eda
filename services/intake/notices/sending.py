"""What a sender says of one message. One file each: mail.py, telegram.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple, Protocol
from uuid import UUID

from services.intake.notices.letters import Words
from services.intake.notices.rules import Channel


@dataclass(frozen=True, slots=True)
class Message:
    """The same `id` is the same message, however often it is tried; `at` is when it was made."""

    id: UUID
    address: str
    words: Words
    at: datetime


class Sent(NamedTuple):
    """The other side took it over."""


class Later(NamedTuple):
    """It was not taken now, or nobody knows; `seconds` where the other side said how long to wait."""

    why: str
    seconds: float | None = None


class Refusal(NamedTuple):
    """It will never be taken; `of` tells whether nothing will be at this address, or only this message."""

    why: str
    of: Literal["address", "message"]


Result = Sent | Later | Refusal


class Sender(Protocol):
    """One way to a person; never raises for what the other side says or fails to say."""

    channel: ClassVar[Channel]

    async def send(self, message: Message) -> Result: ...
