"""What the Admin records for another: the SOP lets material come by WhatsApp and social media. Pure."""

from typing import NamedTuple

from pydantic import AwareDatetime

from services.intake.forms import AttachedFile
from shared.content import Code, Line, Value

VIA = {
    "whatsapp": "WhatsApp", "facebook": "Facebook", "x": "X (Twitter)", "instagram": "Instagram", "tiktok": "TikTok",
    "medsos": "Media sosial lain", "surel": "Surel", "lain": "Lainnya",
}  # fmt: skip


class Sending(Value):
    """How it came. `sent_at` closes the intake clock; who sent it stays here."""

    received_via: Code
    sent_at: AwareDatetime
    sender: Line
    contact: Line | None = None


class Recorded(NamedTuple):
    """How it came, with the picture of the conversation that proves it."""

    sending: Sending
    proof: AttachedFile | None = None
