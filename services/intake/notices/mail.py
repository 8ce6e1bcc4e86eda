"""E-mail by SMTP: one message, one connection, and what the server said of it."""

import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import ClassVar, Literal

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from services.intake.notices.rules import Channel
from services.intake.notices.sending import Later, Message, Refusal, Result, Sent

Security = Literal["starttls", "tls", "none"]
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Mail:
    """The office's mail server; `site` is the staff's address, under whose host messages are named."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str
    office: str
    site: str
    trusted: ssl.SSLContext | None = None
    channel: ClassVar[Channel] = "mail"

    async def send(self, message: Message) -> Result:
        letter = letter_of(message, sender=self.sender, office=self.office, site=self.site)
        client = aiosmtplib.SMTP(
            hostname=self.host, port=self.port, timeout=TIMEOUT_SECONDS, use_tls=self.security == "tls",
            start_tls=self.security == "starttls", tls_context=self.trusted,
            username=self.user or None, password=self.password or None,
        )  # fmt: skip
        try:
            async with client:
                await client.send_message(letter, sender=self.sender, recipients=[message.address])
        except SMTPRecipientsRefused as no:
            return _refused_recipient(no)
        except SMTPResponseException as no:
            return _answered(no)
        except (SMTPException, OSError, TimeoutError) as e:
            return Later(type(e).__name__)  # also where the answer was lost: the same Message-ID is the same mail
        return Sent()


def letter_of(message: Message, *, sender: str, office: str, site: str) -> EmailMessage:
    """Make the mail; of the same message it is the same to the last header."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(display_name=f"Alurwarta {office}"[:100], addr_spec=sender)
    letter["To"] = Address(addr_spec=message.address)
    letter["Subject"] = message.words.subject
    letter["Date"] = message.at
    letter["Message-ID"] = f"<{message.id}@{host_of(site)}>"
    letter["List-Unsubscribe"] = f"<{site}/kabar/pengaturan>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.words.text, cte="quoted-printable")
    letter.add_alternative(message.words.html, subtype="html", cte="quoted-printable")
    # A boundary of its own making, not of chance, so that a second attempt is the same bytes.
    letter.set_boundary(f"alurwarta-{message.id}")
    return letter


def host_of(site: str) -> str:
    return site.partition("://")[2].partition("/")[0].partition(":")[0] or "alurwarta.invalid"


def _refused_recipient(no: SMTPRecipientsRefused) -> Result:
    (first, *_) = no.recipients
    return _permanent(first.code, first.message, of="address")


def _answered(no: SMTPResponseException) -> Result:
    # What a server says for good before it has seen the message (log-in, sender) is the operator's to mend.
    if isinstance(no, aiosmtplib.SMTPDataError):
        return _permanent(no.code, no.message, of="message")
    return Later(f"{no.code} {type(no).__name__}")


def _permanent(code: int, said: str, *, of: Literal["address", "message"]) -> Result:
    return Refusal(f"{code} {said}"[:300], of) if 500 <= code < 600 else Later(f"{code} {said}"[:300])
