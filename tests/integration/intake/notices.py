"""What the tests of notices share: an office in which something waits, its channels, and what was told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.intake.notices import steps, steps_own
from services.intake.notices.delivery import Delivery
from services.intake.notices.mail import Mail
from services.intake.notices.rules import Channel
from services.intake.notices.telegram import Telegram
from shared import accounts
from shared.accounts import Person
from shared.events import ReportReceived
from tests.integration.intake.desk import Office
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.mail_server import MailServer
from tests.unit.intake.samples import asked, record

BOTH: tuple[Channel, ...] = ("mail", "telegram")
SITE = "https://kerja.contoh.go.id"
TOPIC = "intake-requests.sim-rutilahu"


async def receive(desk: Office, title: str = "Serah terima kunci", n: int = 1, **more: Any) -> UUID:
    """Another system reports something, as of now."""
    if not desk.keys:
        await desk.source()
    await desk.take(record(asked(title=title, **more), id=f"r-{n}", topic=TOPIC, at=desk.at, offset=n))
    return (await desk.events(ReportReceived))[-1].report


async def tell(desk: Office) -> None:
    await steps.tell(desk.desk, BOTH)


async def told(desk: Office) -> list[tuple[str, str, str]]:
    rows = await desk.rows("SELECT account, stage, kind FROM notices ORDER BY id")
    return [tuple(row) for row in rows]


async def person(desk: Office, who: str) -> Person:
    token, _ = await desk.session(who)
    found = await accounts.person_of(desk.owner, token)
    assert found is not None
    return found


async def reached_by(desk: Office, who: str, address: str, channel: Channel = "mail") -> None:
    """A person whose address is confirmed, and whose code was sent long ago."""
    await steps_own.set_address(desk.desk, await person(desk, who), channel, address, ours=BOTH)
    await desk.owner.execute("UPDATE notice_addresses SET state = 'confirmed', code = NULL WHERE account = $1", who)
    await desk.owner.execute("UPDATE dispatches SET state = 'sent', settled_at = made_at WHERE purpose = 'code'")


def by_mail(desk: Office, server: MailServer, **more: Any) -> Delivery:
    sender = Mail("127.0.0.1", server.port, "none", "", "", "alurwarta@contoh.go.id", "Dinas Uji", SITE)
    return Delivery(desk.desk, sender, SITE, **more)


def by_telegram(desk: Office, server: FakeTelegram) -> Delivery:
    return Delivery(desk.desk, Telegram(TOKEN, server.address), SITE)


async def send(desk: Office, delivery: Delivery) -> int:
    """Let what gathers gather, and send it."""
    desk.at += timedelta(seconds=30)
    return await delivery.lane().once()


async def dispatches(desk: Office) -> list[tuple[str, int, str]]:
    rows = await desk.rows("SELECT state, attempts, problem FROM dispatches WHERE purpose = 'digest' ORDER BY id")
    return [tuple(row) for row in rows]
