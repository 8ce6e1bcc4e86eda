"""Telegram by its Bot API (sendMessage): https://core.telegram.org/bots/api#sendmessage"""

from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from services.intake.notices.rules import Channel
from services.intake.notices.sending import Later, Message, Refusal, Result, Sent

TIMEOUT_SECONDS = 30
LONGEST = 4096
# The bot was blocked, the chat is gone or was never begun: nothing will arrive there.
NOBODY = {400: "chat not found", 403: ""}


@dataclass(frozen=True, slots=True)
class Telegram:
    """The office's bot. The token stands in the address, which therefore is never logged."""

    token: str
    api: str = "https://api.telegram.org"
    channel: ClassVar[Channel] = "telegram"

    async def send(self, message: Message) -> Result:
        body = {
            "chat_id": message.address,
            "text": shortened(message.words.text),
            "link_preview_options": {"is_disabled": True},
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
                answer = await client.post(f"{self.api}/bot{self.token}/sendMessage", json=body)
            said: Any = answer.json()
        except (httpx.HTTPError, ValueError) as e:
            return Later(type(e).__name__)
        return _understood(answer.status_code, said if isinstance(said, dict) else {})


def shortened(text: str) -> str:
    """As much as one message holds, counted in UTF-16 as Telegram does."""
    while len(text.encode("utf-16-le")) // 2 > LONGEST:
        text = text[: LONGEST * len(text) // (len(text.encode("utf-16-le")) // 2) - 1] + "…"
    return text


def _understood(status: int, said: dict[str, Any]) -> Result:
    if status == 200 and said.get("ok") is True:
        return Sent()
    why = f"{status} {said.get('description', '')}"[:300]
    if status == 429:
        wait = said.get("parameters", {}).get("retry_after")
        return Later(why, float(wait) if isinstance(wait, int) else None)
    if status in NOBODY and NOBODY[status] in str(said.get("description", "")):
        return Refusal(why, "address")
    # 401 and 404 are a wrong token, which the operator mends; 5xx passes.
    return Refusal(why, "message") if status == 400 else Later(why)
