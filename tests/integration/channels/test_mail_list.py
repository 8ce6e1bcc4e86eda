"""A Story sent to the office's e-mail lists, by real SMTP."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.publisher.channels import Former, Post, Rejected
from services.publisher.channels.mail_list import CAN, MailList, MailServer, message_id
from tests.integration.channels.stories import content, post_of
from tests.integration.channels.worker import Delivery, Steps
from tests.support.mail_server import MailServer as Server
from tests.support.mail_server import mail_server

HAS_ONE = "Sudah menerima: warta@milis.contoh.test. Belum: rt-rw@milis.contoh.test."
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
    assert (delivery.state, list(delivery.facts)) == ("waiting", [f"done:{LISTS[0]}"])
    assert delivery.reason == f"Server surel belum menerima pesan untuk {LISTS[1]}; dikirim lagi. {HAS_ONE}"
    await delivery.step(channel(server))
    assert delivery.state == "live"
    assert server.recipients == list(LISTS)


async def test_a_list_that_refuses_fails_it_and_a_person_reads_who_has_it(server: Server) -> None:
    server.of_recipients.extend(["250 OK", "550 no such list"])
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    assert delivery.state == "failed"
    assert delivery.reason.startswith(f"Alamat milis {LISTS[1]} ditolak")
    assert delivery.reason.endswith(HAS_ONE)


async def test_who_sends_again_what_failed_sends_it_to_nobody_twice(server: Server) -> None:
    server.of_recipients.extend(["250 OK", "550 no such list"])
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    delivery.state, delivery.submitted = "waiting", False
    delivery.facts = {name: fact for name, fact in delivery.facts.items() if name.startswith("done:")}
    await delivery.step(channel(server))
    assert (delivery.state, server.recipients) == ("live", list(LISTS))


async def test_an_answer_that_was_lost_after_one_list_says_who_has_it_and_who_perhaps(server: Server) -> None:
    server.of_data.extend(["250 OK", "cut"])
    delivery = Delivery(a_post())
    await delivery.step(channel(server))
    assert delivery.state == "unconfirmed"
    assert delivery.reason == f"Belum pasti apakah {LISTS[1]} sudah menerima surel ini. {HAS_ONE}"


async def test_the_approval_is_asked_before_each_list(server: Server) -> None:
    delivery = Delivery(a_post())
    # submit, keep, and the second list's submit
    await delivery.step(channel(server), Steps(delivery, gone_at=3))
    assert server.recipients == [LISTS[0]]
    assert delivery.state == "unconfirmed"
    assert delivery.reason == f"Persetujuannya sudah tidak berlaku; tidak dikirim ke {LISTS[1]}. {HAS_ONE}"


async def test_an_approval_that_fell_before_any_list_has_it_is_nothing_but_that(server: Server) -> None:
    delivery = Delivery(a_post())
    await delivery.step(channel(server), Steps(delivery, gone_at=1))
    assert (delivery.state, delivery.ends, server.mails) == ("waiting", ["not-sent"], [])


async def test_while_the_server_is_away_it_is_told_who_has_it_already(server: Server) -> None:
    delivery = Delivery(a_post(), facts={f"done:{LISTS[0]}": "2026-11-27T02:00:00+00:00"})
    await delivery.step(channel(server, port=1))
    assert delivery.state == "waiting"
    assert delivery.reason == f"Server surel tidak terjangkau; dikirim lagi. {HAS_ONE}"


async def test_when_all_lists_have_it_no_server_is_called(server: Server) -> None:
    delivery = Delivery(a_post(), facts={f"done:{name}": "2026-11-27T02:00:00+00:00" for name in LISTS})
    await delivery.step(channel(server, port=1))
    assert (delivery.state, server.mails) == ("live", [])


async def test_what_was_mailed_does_not_come_back(server: Server) -> None:
    await channel(server).take_down(a_post())
    sent = replace(a_post(), facts={f"done:{LISTS[0]}": "2026-11-27T02:00:00+00:00"})
    with pytest.raises(Rejected, match=LISTS[0]):
        await channel(server).take_down(sent)
    with pytest.raises(Rejected, match="ditarik"):
        await channel(server).take_down(replace(a_post(), submitted=True))


async def test_a_process_that_dies_before_it_submits_has_sent_nothing(server: Server) -> None:
    delivery = Delivery(a_post())
    await delivery.step(channel(server), Steps(delivery, dies_at=1))
    assert server.mails == []


def test_the_password_is_in_no_text_that_could_be_logged() -> None:
    told = MailServer("h", 25, "tls", "a@x.test", "D", (), "", user="u", password="rahasia")
    assert "rahasia" not in repr(MailList(told, lambda: datetime.now(UTC)))
