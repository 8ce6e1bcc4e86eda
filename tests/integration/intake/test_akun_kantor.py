"""The Admin lets people in, helps them back in, and lets them go, on the office's own screens; all of it audited."""

import re
from typing import Any

import pytest

from tests.integration.intake.desk import Office

HTML = {"Accept": "text/html"}
NEW = {
    "account": "Sari.Dewi", "name": "Sari Dewi", "capacity": "Kepala Dinas", "role-pimpinan": "on",
    "rank": "Pembina, IV/a", "nip": "19700101 199503 1 001",
}  # fmt: skip
PASSWORD = "kuda baterai staples benar"


async def post(desk: Office, who: str, path: str, **fields: Any) -> Any:
    _, csrf = await desk.session(who)
    return await desk.call(who, "POST", path, data=fields | {"csrf": csrf}, headers=HTML)


async def test_a_new_official_is_invited_by_a_link_that_is_shown_once_and_chooses_a_password(desk: Office) -> None:
    answer = await post(desk, "rina", "/pengaturan/akun/baru", **NEW)
    assert answer.status_code == 200, answer.text
    (path,) = set(re.findall(r"/undangan/[\w-]+", answer.text))
    assert 'src="data:image/svg+xml' in answer.text
    (row,) = await desk.rows("SELECT * FROM accounts.accounts WHERE account = 'sari.dewi'")
    assert (row["nip"], row["roles"], row["password_hash"]) == ("197001011995031001", ["pimpinan"], "")
    assert path not in (await desk.call("rina", "GET", "/pengaturan/akun", headers=HTML)).text
    async with desk.client() as client:
        chosen = await client.post(path, data={"password": PASSWORD, "again": PASSWORD})
        assert chosen.status_code == 303
        assert (await client.post(path, data={"password": PASSWORD, "again": PASSWORD})).status_code != 303
    assert {"account.added", "account.invited"} <= {action for action, _ in await desk.audited()}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nip": "123"}, "18 angka"),
        ({"role-bidang": "on"}, "Pilih Bidang"),
        ({"name": ""}, "nama"),
        ({"email": "bukan surel"}, "surel"),
    ],
)
async def test_what_cannot_be_is_told_and_what_was_typed_stays(desk: Office, wrong: dict[str, str], said: str) -> None:
    answer = await post(desk, "rina", "/pengaturan/akun/baru", **NEW | {"capacity": "<b>Kepala</b>"} | wrong)
    assert answer.status_code == 422, answer.text
    assert said.lower() in answer.text.lower()
    assert "&lt;b&gt;Kepala&lt;/b&gt;" in answer.text
    assert not await desk.rows("SELECT FROM accounts.accounts WHERE account = 'sari.dewi'")


async def test_an_account_that_is_there_is_not_overwritten_by_a_new_one(desk: Office) -> None:
    await desk.account("bambang")
    answer = await post(desk, "rina", "/pengaturan/akun/baru", **NEW | {"account": "bambang"})
    assert answer.status_code == 422
    (row,) = await desk.rows("SELECT name FROM accounts.accounts WHERE account = 'bambang'")
    assert row["name"] == "Bambang Prasetyo"


async def test_nobody_gives_themselves_a_role_or_closes_their_own_account(desk: Office) -> None:
    own = {"name": "Rina", "capacity": "Admin", "role-admin": "on"}
    assert (await post(desk, "rina", "/pengaturan/akun/rina", **own)).status_code == 303
    more = await post(desk, "rina", "/pengaturan/akun/rina", **own | {"role-pimpinan": "on"})
    assert more.status_code == 422
    assert "Minta Admin lain" in more.text
    assert (await post(desk, "rina", "/pengaturan/akun/rina/tutup")).status_code == 422
    (row,) = await desk.rows("SELECT roles, disabled FROM accounts.accounts WHERE account = 'rina'")
    assert (row["roles"], row["disabled"]) == (["admin"], False)


async def test_a_closed_account_is_out_at_once_and_can_be_opened_again(desk: Office) -> None:
    assert (await desk.call("dewi", "GET", "/bahan", headers=HTML)).status_code == 200
    assert (await post(desk, "rina", "/pengaturan/akun/dewi/tutup")).status_code == 303
    assert (await desk.call("dewi", "GET", "/bahan", headers=HTML)).status_code == 303
    assert (await post(desk, "rina", "/pengaturan/akun/dewi/undang")).status_code == 422
    assert (await post(desk, "rina", "/pengaturan/akun/dewi/buka")).status_code == 303
    reset = await post(desk, "rina", "/pengaturan/akun/dewi/atur-ulang")
    assert "/undangan/" in reset.text


async def test_a_nip_is_seen_by_who_keeps_the_accounts_alone_and_looking_is_audited(desk: Office) -> None:
    await post(desk, "rina", "/pengaturan/akun/baru", **NEW)
    assert "197001011995031001" in (await desk.call("rina", "GET", "/pengaturan/akun/sari.dewi", headers=HTML)).text
    assert ("account.nip-read", "rina") in await desk.audited()
    listed = await desk.call("tono", "GET", "/pengaturan/akun", headers=HTML)
    assert "Sari Dewi" in listed.text
    assert "197001011995031001" not in listed.text
    for who in ("tono", "bambang", "dewi"):
        assert (await desk.call(who, "GET", "/pengaturan/akun/sari.dewi", headers=HTML)).status_code == 403


async def test_who_showed_who_they_are_long_ago_is_asked_again_before_a_change(desk: Office) -> None:
    await desk.session("rina")
    await desk.rows("UPDATE accounts.sessions SET fresh_at = now() - interval '1 hour' RETURNING account")
    answer = await post(desk, "rina", "/pengaturan/akun/baru", **NEW)
    assert answer.status_code in (303, 307)
    assert "/akun/konfirmasi" in answer.headers["location"]
    assert not await desk.rows("SELECT FROM accounts.accounts WHERE account = 'sari.dewi'")


async def test_an_account_that_is_not_there_is_said_to_be_missing(desk: Office) -> None:
    assert (await desk.call("rina", "GET", "/pengaturan/akun/siapa", headers=HTML)).status_code == 404
    assert (await post(desk, "rina", "/pengaturan/akun/siapa/tutup")).status_code == 404
