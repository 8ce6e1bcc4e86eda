"""How a person wants to be told: addresses proved by a code, choices, a number for WhatsApp."""

import re
from typing import Any

import httpx
import pytest

from tests.integration.intake.desk import Office
from tests.integration.intake.notices import BOTH, by_mail, receive, send, tell
from tests.support.mail_server import mail_server

HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def channels(desk: Office) -> None:
    desk.app.state.channels = BOTH


async def post(desk: Office, path: str, **fields: Any) -> httpx.Response:
    _, csrf = await desk.session("rina")
    return await desk.call("rina", "POST", f"/kabar/pengaturan{path}", data=fields | {"csrf": csrf}, headers=HTML)


async def page(desk: Office) -> str:
    return (await desk.call("rina", "GET", "/kabar/pengaturan", headers=HTML)).text


async def state(desk: Office) -> str | None:
    rows = await desk.rows("SELECT state FROM notice_addresses WHERE account = 'rina' AND channel = 'mail'")
    return rows[0]["state"] if rows else None


async def test_an_address_is_used_once_its_code_came_back(desk: Office) -> None:
    asked = await post(desk, "/mail", address=" rina@contoh.go.id ")
    assert (asked.status_code, asked.headers["location"]) == (303, "/kabar/pengaturan?tersimpan=kode")
    assert await state(desk) == "pending"
    async with mail_server() as server:
        await send(desk, by_mail(desk, server))
    assert server.recipients == ["rina@contoh.go.id"]
    (code,) = set(re.findall(r"\b\d{6}\b", server.mails[0].get_body(("plain",)).get_content()))  # pyright: ignore
    wrong = await post(desk, "/mail/kode", code="000000" if code != "000000" else "111111")
    assert wrong.status_code == 422
    assert "Kode ini salah" in wrong.text
    right = await post(desk, "/mail/kode", code=f" {code[:3]} {code[3:]} ")
    assert right.status_code == 303
    assert await state(desk) == "confirmed"
    assert "dikonfirmasi" in await page(desk)


async def test_a_code_ends_by_time_and_by_wrong_tries(desk: Office) -> None:
    await post(desk, "/mail", address="rina@contoh.go.id")
    (row,) = await desk.rows("SELECT code FROM notice_addresses")
    for _ in range(5):
        assert "salah" in (await post(desk, "/mail/kode", code="x")).text
    assert "tidak berlaku" in (await post(desk, "/mail/kode", code=row["code"])).text
    desk.later(hours=0.1)
    await post(desk, "/mail", address="rina@contoh.go.id")
    (row,) = await desk.rows("SELECT code FROM notice_addresses")
    desk.later(hours=0.6)
    assert "tidak berlaku" in (await post(desk, "/mail/kode", code=row["code"])).text


async def test_nobody_is_flooded_with_codes(desk: Office) -> None:
    await post(desk, "/mail", address="korban@contoh.go.id")
    again = await post(desk, "/mail", address="korban2@contoh.go.id")
    assert again.status_code == 422
    assert "Tunggu satu menit" in again.text
    assert 'value="korban2@contoh.go.id"' in again.text
    for _ in range(9):
        desk.later(hours=0.05)
        assert (await post(desk, "/mail", address="korban@contoh.go.id")).status_code == 303
    desk.later(hours=0.05)
    assert "besok" in (await post(desk, "/mail", address="korban@contoh.go.id")).text


@pytest.mark.parametrize(
    "typed", ["rina", "rina@", "a@b", "a@b.c\r\nBcc: x@y.id", "a b@c.id", "<a@b.id>", "é@b.id", "a@b.id,c@d.id"]
)
async def test_what_is_no_address_is_refused_and_kept_in_the_form(desk: Office, typed: str) -> None:
    answer = await post(desk, "/mail", address=typed)
    assert answer.status_code == 422
    assert "belum benar" in answer.text
    assert await state(desk) is None


async def test_an_address_left_empty_is_forgotten(desk: Office) -> None:
    await post(desk, "/mail", address="rina@contoh.go.id")
    await post(desk, "/mail", address="")
    assert await state(desk) is None


async def test_choices_are_kept_and_hold(desk: Office) -> None:
    assert len(re.findall("checked", await page(desk))) == 4
    await post(desk, "", wants=["mail/late", "mail/none"], whatsapp="0812-3456 7890")
    (row,) = await desk.rows("SELECT wants, whatsapp FROM notice_settings")
    assert (row["wants"], row["whatsapp"]) == (["mail/late"], "+6281234567890")
    assert 'value="+6281234567890"' in await page(desk)


async def test_a_number_that_is_none_is_refused_and_nothing_typed_is_lost(desk: Office) -> None:
    answer = await post(desk, "", wants=["mail/waits"], whatsapp="<b>12</b>")
    assert answer.status_code == 422
    assert "&lt;b&gt;12&lt;/b&gt;" in answer.text
    assert 'value="mail/waits" checked' in answer.text


async def test_a_channel_that_is_not_set_up_is_not_offered(desk: Office) -> None:
    desk.app.state.channels = ()
    assert "belum diatur" in await page(desk)
    assert "belum diatur" in (await post(desk, "/mail", address="rina@contoh.go.id")).text
    assert (await post(desk, "/surat", address="x")).status_code == 404


async def test_colleagues_are_reminded_by_whatsapp_with_an_address_and_no_content(desk: Office) -> None:
    report = await receive(desk, "Serah <terima>")
    await tell(desk)
    await post(desk, "", whatsapp="081234567890")
    text = (await desk.call("dewi", "GET", f"/bahan/{report}", headers=HTML)).text
    links = re.findall(r'href="(https://wa\.me/[^"]*)"', text)
    assert len(links) == 1
    assert links[0].startswith("https://wa.me/6281234567890?text=Mohon%20ditindaklanjuti%3A%20http")
    assert links[0].endswith(f"%2Fmeja%2Fbahan%2F{report}")
    assert "terima" not in links[0]
    listed = (await desk.call("dewi", "GET", "/bahan", headers=HTML)).text
    assert f"%2Fmeja%2Fbahan%2F{report}" in listed


async def test_the_address_of_the_account_is_offered_and_nothing_is_sent_there_by_that(desk: Office) -> None:
    await desk.session("rina")
    await desk.owner.execute("UPDATE accounts.accounts SET email = 'rina@dinas.test' WHERE account = 'rina'")
    assert 'value="rina@dinas.test"' in await page(desk)
    assert await desk.rows("SELECT FROM notice_addresses") == []
