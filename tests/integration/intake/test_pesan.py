"""Messages to people: e-mail by real SMTP over a socket, Telegram by a fake made from its documents."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from services.intake.notices.delivery import GIVE_UP, LEASE, Delivery
from services.intake.notices.mail import Mail
from services.intake.notices.telegram import Telegram
from tests.integration.intake.desk import Office
from tests.integration.intake.notices import (
    BOTH,
    SITE,
    by_mail,
    by_telegram,
    dispatches,
    reached_by,
    receive,
    send,
    tell,
)
from tests.support.fake_telegram import BLOCKED, NO_CHAT, SLOWER, TOKEN, FakeTelegram, fake_telegram
from tests.support.mail_server import MailServer, mail_server
from tests.unit.intake.samples import sent_back

ADDRESS = "rina@contoh.go.id"


@pytest.fixture
async def post() -> AsyncGenerator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with fake_telegram() as server:
        yield server


async def rina_wants(desk: Office, *wants: str, channel: str = "mail", address: str = ADDRESS) -> None:
    await reached_by(desk, "rina", address, channel)  # pyright: ignore[reportArgumentType]
    await desk.owner.execute(
        """INSERT INTO notice_settings (account, wants) VALUES ('rina', $1)
           ON CONFLICT (account) DO UPDATE SET wants = $1""",
        list(wants or ("mail/waits", "telegram/waits")),
    )


async def test_what_waits_together_comes_in_one_mail_with_titles_and_links_alone(
    desk: Office, post: MailServer
) -> None:
    await rina_wants(desk)
    reports = [await receive(desk, f"Bahan {n}", n) for n in range(1, 4)]
    await tell(desk)
    assert await send(desk, by_mail(desk, post)) == 1
    (mail,) = post.mails
    assert (post.recipients, mail["Subject"]) == ([ADDRESS], "3 hal menunggu Anda")
    assert mail["List-Unsubscribe"] == f"<{SITE}/kabar/pengaturan>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None
        text = body.get_content()
        assert all(f"{SITE}/meja/bahan/{report}" in text for report in reports)
        assert "Bahan 2" in text
        assert "Empat puluh rumah." not in text
    assert await dispatches(desk) == [("sent", 1, "")]
    assert await send(desk, by_mail(desk, post)) == 0


async def test_a_server_that_is_busy_gets_the_mail_later(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk)
    await tell(desk)
    post.of_recipients.append("451 4.3.0 Mailbox busy")
    post.of_data.append("452 4.2.2 Full")
    assert await send(desk, by_mail(desk, post)) == 1
    assert await send(desk, by_mail(desk, post)) == 1
    assert post.mails == []
    desk.later(hours=0.1)
    assert await send(desk, by_mail(desk, post)) == 1
    assert len(post.mails) == 1
    assert [(state, attempts) for state, attempts, _ in await dispatches(desk)] == [("sent", 3)]


async def test_an_address_that_is_refused_for_good_is_told_to_its_owner(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk)
    await tell(desk)
    post.of_recipients.append("550 5.1.1 No such user <here>")
    await send(desk, by_mail(desk, post))
    assert await dispatches(desk) == [("refused", 1, "550 5.1.1 No such user <here>")]
    desk.app.state.channels = BOTH
    page = await desk.call("rina", "GET", "/kabar/pengaturan", headers={"Accept": "text/html"})
    assert "550 5.1.1 No such user &lt;here&gt;" in page.text
    await receive(desk, "Lagi", 2)
    await tell(desk)
    assert len(await dispatches(desk)) == 1


async def test_a_mail_that_is_refused_for_what_it_says_leaves_the_address(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk)
    await tell(desk)
    post.of_data.append("554 5.7.1 Looks like spam")
    await send(desk, by_mail(desk, post))
    assert await dispatches(desk) == [("refused", 1, "554 5.7.1 Looks like spam")]
    (row,) = await desk.rows("SELECT state FROM notice_addresses")
    assert row["state"] == "confirmed"


async def test_a_mail_whose_fate_is_unknown_comes_again_as_the_very_same_mail(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    report = await receive(desk)
    await receive(desk, "Dua", 2)
    await tell(desk)
    post.of_data.append("cut")
    await send(desk, by_mail(desk, post))
    await desk.hear(sent_back(report))  # what was said once is said again, whatever happened meanwhile
    desk.later(hours=0.1)
    await send(desk, by_mail(desk, post))
    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert [(state, attempts) for state, attempts, _ in await dispatches(desk)] == [("sent", 2)]


async def test_a_server_that_is_away_for_days_is_given_up(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk)
    await tell(desk)
    away = Delivery(desk.desk, Mail("127.0.0.1", 1, "none", "", "", "a@contoh.go.id", "Uji", SITE), SITE)
    await send(desk, away)
    assert [(state, attempts) for state, attempts, _ in await dispatches(desk)] == [("sending", 1)]
    desk.at += GIVE_UP
    await send(desk, away)
    ((state, attempts, problem),) = await dispatches(desk)
    assert (state, attempts) == ("refused", 2)
    assert problem.startswith("tidak berhasil selama tiga hari")


async def test_two_workers_at_once_send_one_mail_and_a_dead_one_gives_it_up(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk)
    await tell(desk)
    desk.at += timedelta(seconds=30)
    delivery = by_mail(desk, post)
    await asyncio.gather(*(delivery.lane().once() for _ in range(5)))
    assert len(post.mails) == 1
    await receive(desk, "Dua", 2)
    await tell(desk)
    desk.at += timedelta(seconds=30)
    assert len(await delivery.lane().take(5)) == 1  # and then its process dies
    assert await delivery.lane().once() == 0
    desk.at += LEASE
    assert await delivery.lane().once() == 1
    assert len(post.mails) == 2


async def test_what_was_done_meanwhile_is_not_sent(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    report = await receive(desk)
    await tell(desk)
    await desk.hear(sent_back(report))
    await desk.owner.execute("DELETE FROM waiting WHERE stage = 'editing'")
    await send(desk, by_mail(desk, post))
    assert post.mails == []
    assert await dispatches(desk) == [("dropped", 1, "")]


async def test_a_mail_that_did_not_leave_before_the_office_closed_waits_until_it_opens(
    desk: Office, post: MailServer
) -> None:
    await rina_wants(desk)
    await receive(desk)
    await tell(desk)
    desk.later(hours=8)
    delivery = by_mail(desk, post)
    await send(desk, delivery)
    assert post.mails == []
    assert await send(desk, delivery) == 0
    desk.later(hours=11)
    await receive(desk, "Pagi", 2)
    await tell(desk)
    await send(desk, delivery)
    assert [mail["Subject"] for mail in post.mails] == ["2 hal menunggu Anda"]


async def test_serta_merta_is_mailed_at_night(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    desk.later(hours=10)
    await receive(desk, "Banjir", urgency="immediate")
    await tell(desk)
    await send(desk, by_mail(desk, post))
    assert [mail["Subject"] for mail in post.mails] == ["Menunggu anda: Banjir"]


async def test_practice_never_leaves_the_page(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk, practice=True)
    await tell(desk)
    assert len(await desk.rows("SELECT 1 FROM notices WHERE practice")) == 1
    assert await dispatches(desk) == []


async def test_hostile_titles_stay_text_in_a_mail(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk, "<script>alert(1)</script> \u202egnalab\u0007 \U0001f3e0 " + "x" * 200)
    await tell(desk)
    await send(desk, by_mail(desk, post))
    (mail,) = post.mails
    assert "\u202e" not in mail["Subject"]
    assert len(mail["Subject"]) < 160
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


async def test_titles_stay_in_the_house_where_the_office_says_so(desk: Office, post: MailServer) -> None:
    await rina_wants(desk)
    await receive(desk, "Rahasia")
    await tell(desk)
    await send(desk, by_mail(desk, post, titles=False))
    assert b"Rahasia" not in post.mails[0].as_bytes()
    assert "/meja/bahan/" in post.mails[0].as_string()


async def test_telegram_takes_the_same_words(desk: Office, telegram: FakeTelegram) -> None:
    await rina_wants(desk, channel="telegram", address="987654321")
    report = await receive(desk)
    await tell(desk)
    await send(desk, by_telegram(desk, telegram))
    (said,) = telegram.messages
    assert said["chat_id"] == "987654321"
    assert f"{SITE}/meja/bahan/{report}" in said["text"]


async def test_telegram_is_asked_again_when_it_said_and_not_before(desk: Office, telegram: FakeTelegram) -> None:
    await rina_wants(desk, channel="telegram", address="987654321")
    await receive(desk)
    await tell(desk)
    telegram.answers.append(SLOWER)
    delivery = by_telegram(desk, telegram)
    await send(desk, delivery)
    desk.at += timedelta(seconds=46)  # and the 30 that `send` lets pass: one too few
    assert await send(desk, delivery) == 0
    desk.at += timedelta(seconds=1)
    assert await delivery.lane().once() == 1
    assert len(telegram.messages) == 1


@pytest.mark.parametrize("answer", [BLOCKED, NO_CHAT], ids=["blocked", "no chat"])
async def test_a_chat_where_nobody_is_gets_nothing_more(
    desk: Office, telegram: FakeTelegram, answer: tuple[int, dict[str, object]]
) -> None:
    await rina_wants(desk, channel="telegram", address="987654321")
    await receive(desk)
    await tell(desk)
    telegram.answers.append(answer)
    await send(desk, by_telegram(desk, telegram))
    (row,) = await desk.rows("SELECT state, problem FROM notice_addresses")
    assert (row["state"], row["problem"]) == ("refused", f"{answer[0]} {answer[1]['description']}")


async def test_a_wrong_token_refuses_nobody(desk: Office, telegram: FakeTelegram) -> None:
    await rina_wants(desk, channel="telegram", address="987654321")
    await receive(desk)
    await tell(desk)
    await send(desk, Delivery(desk.desk, Telegram(f"{TOKEN}x", telegram.address), SITE))
    assert [(state, attempts) for state, attempts, _ in await dispatches(desk)] == [("sending", 1)]
