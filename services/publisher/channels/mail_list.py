"""The office's e-mail lists by SMTP: one message to each list's address; the list's own server knows who reads it.

Nobody can look up what arrived, and nothing that was sent comes back: a correction is another message that says so.
"""

import hashlib
import html
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from services.publisher.channels import (
    ApprovalGone,
    Capabilities,
    Doubtful,
    NotSent,
    Post,
    Receipt,
    Rejected,
    Steps,
)

NAME = "mail"
# A second message with the same Message-ID is one for most readers' programs, but not for every list.
CAN = Capabilities(
    max_text=None, max_media=0, edit=False, take_down=False, idempotency=False, lookup=False, proved_against="real",
    way="api",
)  # fmt: skip
SECONDS = 30
AWAY = "Server surel tidak terjangkau; dikirim lagi."
LATER = "Server surel belum menerima pesan untuk {list}; dikirim lagi."
NO_LOGIN = "Server surel tidak menerima nama atau sandi kanal ini. Perbarui sandinya, lalu kirim ulang."
NO_SENDER = "Server surel tidak menerima alamat pengirim {sender}. Periksa alamatnya, lalu kirim ulang."
NO_LIST = "Alamat milis {list} ditolak server surel. Periksa alamatnya, lalu kirim ulang."
NO_MESSAGE = "Server surel menolak pesannya ({code}). Hubungi pengelola server surel, lalu kirim ulang."
UNSURE = "Belum pasti apakah {list} sudah menerima surel ini."
NO_APPROVAL = "Persetujuannya sudah tidak berlaku; tidak dikirim ke {list}."
FOR_GOOD = "Surel yang sudah terkirim tidak dapat ditarik. Kirim ralat lewat milisnya bila perlu."
DONE = "done:"  # the facts: which lists have it, and since when


@dataclass(frozen=True, slots=True)
class MailServer:
    """`sender` is the address in From, `office` its name; `unsubscribe` is where a reader leaves the list."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    office: str
    lists: tuple[str, ...]
    unsubscribe: str
    user: str = ""
    password: str = field(default="", repr=False)
    trusted: ssl.SSLContext | None = None


@dataclass(slots=True)
class MailList:
    server: MailServer
    now: Callable[[], datetime]
    name: str = NAME
    capabilities: Capabilities = CAN

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        done = [name for name in self.server.lists if DONE + name in post.facts]
        if len(done) < len(self.server.lists):
            try:
                await self._send_all(post, steps, done)
            except (NotSent, Rejected, Doubtful) as no:
                raise type(no)(self._told(str(no), done)) from no
        return Receipt(post.link or post.url, "api", message_id(post, self.server.sender))

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        return await self.publish(post, steps)

    async def lookup(self, post: Post) -> Receipt | None:
        raise NotImplementedError("nobody can look into all mail boxes")

    async def take_down(self, post: Post) -> None:
        """Only of what no list has is there nothing to remove."""
        done = [name.removeprefix(DONE) for name in post.facts if name.startswith(DONE)]
        if done or post.submitted:
            raise Rejected(self._told(FOR_GOOD, done))

    async def _send_all(self, post: Post, steps: Steps, done: list[str]) -> None:
        """To each list that is not `done`, which grows; whether it still may is asked before each."""
        client = await self._connect()
        try:
            for address in [name for name in self.server.lists if name not in done]:
                try:
                    await steps.submit()
                except ApprovalGone:
                    if not done:
                        raise
                    raise Doubtful(NO_APPROVAL.format(list=address)) from None
                await self._send(client, post, address)
                done.append(address)
                await steps.keep(**{DONE + address: self.now().isoformat()})
        finally:
            client.close()

    def _told(self, reason: str, done: list[str]) -> str:
        """The reason, and where a part was sent, which."""
        left = [name for name in self.server.lists if name not in done]
        more = f" Belum: {', '.join(left)}." if left else ""
        return f"{reason} Sudah menerima: {', '.join(done)}.{more}" if done else reason

    async def _connect(self) -> aiosmtplib.SMTP:
        """Connected and logged in; nothing is sent until then."""
        s = self.server
        client = aiosmtplib.SMTP(
            hostname=s.host, port=s.port, timeout=SECONDS, use_tls=s.security == "tls",
            start_tls=s.security == "starttls", tls_context=s.trusted, username=s.user or None,
            password=s.password or None,
        )  # fmt: skip
        try:
            await client.connect()
        except SMTPAuthenticationError as no:
            raise (Rejected(NO_LOGIN) if no.code >= 500 else NotSent(AWAY)) from no
        except (SMTPException, OSError, TimeoutError) as e:
            raise NotSent(AWAY) from e
        return client

    async def _send(self, client: aiosmtplib.SMTP, post: Post, address: str) -> None:
        letter = letter_of(post, self.server, to=address, at=self.now())
        try:
            await client.send_message(letter, sender=self.server.sender, recipients=[address])
        except (SMTPRecipientsRefused, SMTPResponseException) as no:
            raise self._refused(no, address) from no
        except (SMTPException, OSError, TimeoutError) as e:
            raise Doubtful(UNSURE.format(list=address)) from e

    def _refused(self, no: SMTPRecipientsRefused | SMTPResponseException, address: str) -> Exception:
        """The server took nothing over, and said so."""
        code = no.recipients[0].code if isinstance(no, SMTPRecipientsRefused) else no.code
        if code < 500:
            return NotSent(LATER.format(list=address))
        match no:
            case SMTPRecipientsRefused():
                return Rejected(NO_LIST.format(list=address))
            case SMTPSenderRefused():
                return Rejected(NO_SENDER.format(sender=self.server.sender))
            case SMTPDataError():
                return Rejected(NO_MESSAGE.format(code=code))
            case _:
                return NotSent(LATER.format(list=address))


def message_id(post: Post, sender: str) -> str:
    """The same for each attempt of the same intent."""
    digest = hashlib.sha256(post.key.encode()).hexdigest()[:16]
    return f"<{post.story.hex}.{post.version}.{digest}@{sender.rpartition('@')[2]}>"


def letter_of(post: Post, server: MailServer, *, to: str, at: datetime) -> EmailMessage:
    """The message to one list: what was approved for it, as text and as a page."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(display_name=server.office[:100], addr_spec=server.sender)
    letter["To"] = Address(addr_spec=to)
    letter["Subject"] = ("Perbaikan: " if post.former else "") + " ".join(post.title.split())
    letter["Date"] = at
    letter["Message-ID"] = message_id(post, server.sender)
    letter["List-Unsubscribe"] = f"<{server.unsubscribe}>"
    letter["Auto-Submitted"] = "auto-generated"
    text = post.text or "\n\n".join(filter(None, (post.title, post.content.lead, post.link or post.url)))
    leave = f"Berhenti berlangganan: {server.unsubscribe.removeprefix('mailto:')}"
    letter.set_content(f"{text}\n\n-- \n{server.office}\n{leave}\n", cte="quoted-printable")
    letter.add_alternative(_page(post, text, server), subtype="html", cte="quoted-printable")
    return letter


def _page(post: Post, text: str, server: MailServer) -> str:
    link = html.escape(post.link or post.url)
    parts = [html.escape(part).replace("\n", "<br>") for part in text.split("\n\n") if part.strip()]
    linked = f'<a href="{link}">{link}</a>'
    paragraphs = "".join(f"<p>{part.replace(link, linked)}</p>" for part in parts)
    leave = html.escape(server.unsubscribe)
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{html.escape(post.title)}</title></head>'
        f'<body>{paragraphs}<hr><p>{html.escape(server.office)}. <a href="{leave}">Berhenti berlangganan</a></p>'
        "</body></html>"
    )
