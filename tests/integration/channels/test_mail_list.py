"""A Story sent to the office's e-mail lists, by real SMTP."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from services.publisher.channels import Former, Post
from services.publisher.channels.mail_list import CAN, MailList, MailServer, message_id
from tests.integration.channels.stories import content, post_of
from tests.integration.channels.worker import Delivery, Steps
from tests.support.mail_server import MailServer as Server
from tests.support.mail_server import mail_server

LISTS = ("warta@milis.contoh.test", "rt-rw@milis.contoh.test")


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with mail_server() as made:
        yield made


def channel(server: Server, *, port: int = 0, lists: tuple[str, ...] = LISTS) -> MailList:
    told = MailServer(
        "127.0.0.1", port or server.port, "none", "warta@contoh.test", "Dinas Perumahan", lists,
        "mailto:berhenti@milis.contoh.test",
    )  # fmt: skip
    return MailList(told, lambda: datetime.now(UTC))


def a_post(version: int = 1, *, former: Former | None = None) -> Post:
    return post_of(content(title="40 kunci <rumah>\nlayak"), CAN, channel="mail", version=version, former=former)


async def test_each_list_gets_one_message_with_text_and_page_and_the_way_out_of_the_list(server: Server) -> None:
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    assert (delivery.state, delivery.url) == ("live", delivery.post.link)
    assert (server.recipients, [m["To"] for m in server.mails]) == (list(LISTS), list(LISTS))
    mail = server.mails[0]
    assert mail["Subject"] == "40 kunci <rumah> layak"
    assert mail["Message-ID"] == delivery.external_id == message_id(delivery.post, "warta@contoh.test")
    assert mail["List-Unsubscribe"] == "<mailto:berhenti@milis.contoh.test>"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert delivery.post.link in text.get_content()
    assert f'<a href="{delivery.post.link}">' in page.get_content()
    assert "&lt;rumah&gt;" in page.get_content()


async def test_each_attempt_of_one_intent_has_the_same_name_and_another_version_another(server: Server) -> None:
    post = a_post()
    assert message_id(post, "a@x.test") == message_id(post, "a@x.test")
    second = Post(post.story, 2, post.channel, 1, post.title, post.url, post.content)
    assert message_id(post, "a@x.test") != message_id(second, "a@x.test")


async def test_a_correction_is_a_message_that_says_so(server: Server) -> None:
    delivery = Delivery(a_post(2, former=Former(1, "", "")))
    await delivery.step(channel(server))
    assert server.mails[0]["Subject"].startswith("Perbaikan: ")


async def test_while_the_server_is_away_nothing_was_submitted(server: Server) -> None:
    delivery = Delivery(a_post())
    await delivery.step(channel(server, port=1))
    assert (delivery.state, delivery.submitted, server.mails) == ("waiting", False, [])


@pytest.mark.parametrize(
    ("at", "answer", "state", "said"),
    [
        ("of_recipients", "550 no such list", "failed", LISTS[0]),
        ("of_recipients", "450 greylisted", "waiting", LISTS[0]),
        ("of_data", "554 spam", "failed", "554"),
        ("of_data", "451 later", "waiting", LISTS[0]),
    ],
)
async def test_what_the_server_refuses_went_to_nobody_and_a_person_is_told(
    server: Server, at: str, answer: str, state: str, said: str
) -> None:
    getattr(server, at).append(answer)
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    assert (delivery.state, server.mails) == (state, [])
    assert said in delivery.reason


async def test_an_answer_that_was_lost_is_unclear_and_another_attempt_has_the_same_name(server: Server) -> None:
    server.of_data.append("cut")
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    assert delivery.state == "unconfirmed"
    await delivery.step(channel(server))
    await delivery.step(channel(server))
    assert delivery.state == "live"
    assert [m["To"] for m in server.mails] == [LISTS[0], *LISTS]
    assert len({m["Message-ID"] for m in server.mails}) == 1


async def test_what_one_list_has_does_not_go_to_it_again_when_another_refused(server: Server) -> None:
    server.of_data.extend(["250 OK", "451 later"])
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    assert (delivery.state, delivery.facts["sent"]) == ("unconfirmed", LISTS[0])
    await delivery.step(channel(server))
    await delivery.step(channel(server))
    assert delivery.state == "live"
    assert server.recipients == list(LISTS)


async def test_a_process_that_dies_before_it_submits_has_sent_nothing(server: Server) -> None:
    delivery = Delivery(a_post())
    await delivery.step(channel(server), Steps(delivery, dies_at=1))
    assert server.mails == []


def test_the_password_is_in_no_text_that_could_be_logged() -> None:
    told = MailServer("h", 25, "tls", "a@x.test", "D", (), "", user="u", password="rahasia")
    assert "rahasia" not in repr(MailList(told, lambda: datetime.now(UTC)))
