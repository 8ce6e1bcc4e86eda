"""A real SMTP server over a socket (aiosmtpd), which keeps what it takes and answers as it was told to."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class MailServer:
    """`mails` are those that it took over; each answer is used once, then all is well. "cut" ends after DATA."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    recipients: list[str] = field(default_factory=list[str])
    of_recipients: deque[str] = field(default_factory=deque[str])
    of_data: deque[str] = field(default_factory=deque[str])

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.of_recipients.popleft() if self.of_recipients else "250 OK"
        if answer[0] == "2":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.of_data.popleft() if self.of_data else "250 OK"
        if answer[0] in "2c":
            mail = message_from_bytes(envelope.content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
        if answer == "cut":
            server.transport.abort()  # it has the mail, and nobody hears so
        return answer


@asynccontextmanager
async def mail_server() -> AsyncGenerator[MailServer]:
    """Listen on a free port of the loopback."""
    made = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(made, hostname="surat.uji", loop=loop), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
