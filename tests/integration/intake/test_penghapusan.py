"""Erasing a file by order (UU PDP): gone from the database at once, from the store soon, told to every reader."""

import asyncio
import hashlib
import io
import shlex
from typing import Any

import asyncpg
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from deploy.cli import media_erase
from services.intake.files import store_erasing
from services.intake.files.checks import MediaChecks
from services.intake.files.erasures import Erasures
from services.intake.files.originals import Vault
from shared.events import MediaErased, ReportMediaChecked
from shared.media.store import Missing, Store
from shared.refusal import Transient
from tests.integration.intake.desk import Office
from tests.integration.intake.test_berkas_kiriman import send
from tests.unit.intake.samples import hours

COMMAND = typer.Typer()
COMMAND.command()(media_erase.erase)
RIGHTS = {"alt": "Bu Sari di rumahnya", "caption": "Bu Sari", "credit": "Dewi", "consent_note": "Bu Sari, lisan"}


def photo(colour: str = "teal", *, about: str = "di rumah Bu Sari") -> bytes:
    picture, out, exif = Image.new("RGB", (64, 48), colour), io.BytesIO(), Image.Exif()
    exif[0x010E] = about
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def sent(desk: Office, data: bytes, *, who: str = "dewi", **more: Any) -> str:
    """A Report of this Bidang with one file, as it came in; returns its id."""
    up = await desk.upload(who, data, "Bu Sari.jpg")
    file = {"upload": up["id"], "sha256": up["sha256"], **RIGHTS, **more}
    facts = {"title": "Serah terima", "text": "40 rumah.", "happened_at": "2026-11-23", "media": [file]}
    answer = await desk.call(who, "POST", "/api/v1/reports", json=facts)
    assert answer.status_code == 201, answer.text
    return answer.json()["report"]


async def erase(desk: Office, data: bytes, *, expect: int = 0, **said: str) -> str:
    """Run the operator's command as it is run; returns what it prints."""
    for account in {"rina", "bambang", "dewi"} - desk.sessions.keys():  # a password set anew would end their sessions
        await desk.account(account)
    told = {"reason": "Permintaan yang difoto.", "by": "rina", "approved-by": "bambang"} | {
        name.replace("_", "-"): value for name, value in said.items()
    }
    options = [part for name, value in told.items() for part in (f"--{name}", value)]
    args = [hashlib.sha256(data).hexdigest(), *options]
    environment = desk.stack.environment("intake")
    done = await asyncio.to_thread(CliRunner().invoke, COMMAND, args, env=environment)
    assert done.exit_code == expect, done.output
    return done.output


async def delete(desk: Office) -> int:
    return await Erasures(desk.desk, desk.vault).lane().once()


async def lying(desk: Office) -> set[str]:
    """All keys of the three private buckets."""
    buckets = desk.vault.buckets
    found = [await desk.vault.store.keys(b) for b in (buckets.incoming, buckets.originals, buckets.renditions)]
    return {key for keys in found for key in keys}


@pytest.fixture(autouse=True)
async def empty_buckets(desk: Office) -> None:
    for bucket in desk.vault.buckets.all():
        for key in await desk.vault.store.keys(bucket):
            await desk.vault.store.remove(bucket, key)


async def test_an_erased_file_is_gone_here_and_every_reader_is_told(desk: Office) -> None:
    data = photo()
    reports = {await sent(desk, data), await sent(desk, data, who="agus")}
    await desk.look()
    checked = [c.media for c in await desk.events(ReportMediaChecked)]
    assert await lying(desk)
    said = await erase(desk, data)
    assert "2 Reports (2 files)" in said
    rows = await desk.rows("SELECT state, data, facts, incoming, quarantine FROM media")
    assert {r["state"] for r in rows} == {"erased"}
    for row in rows:
        assert "Sari" not in str(dict(row))
        assert row["facts"] is row["incoming"] is row["quarantine"] is None
    assert "Sari" not in str([dict(r) for r in await desk.rows("SELECT name FROM uploads")])
    told = await desk.events(MediaErased)
    assert {str(t.report) for t in told} == reports
    assert {t.media for t in told} == {m.id for m in checked}
    for t in told:
        assert set(t.renditions) == {r.sha256 for r in checked[0].renditions}
        assert (t.erased_by.account, t.approved_by.account) == ("rina", "bambang")
    audited = [a for a in await desk.audited() if a[0].startswith("media.eras")]
    assert sorted(audited) == sorted([("media.erased", "rina"), ("media.erasure-approved", "bambang")] * 2)
    assert "Permintaan" not in str([dict(r) for r in await desk.rows("SELECT * FROM audit")])
    assert await delete(desk) == 1
    assert await lying(desk) == set()
    (order,) = await desk.rows("SELECT done_at, reason FROM erasures")
    assert order["done_at"] is not None
    assert await delete(desk) == 0


async def test_its_report_still_shows_that_there_was_a_file_and_nothing_of_it(desk: Office) -> None:
    report = await sent(desk, photo())
    await desk.look()
    await erase(desk, photo())
    whole = (await desk.call("dewi", "GET", f"/api/v1/reports/{report}")).json()
    (file,) = whole["media"]
    assert (file["name"], file["readable"], file["renditions"]) == ("berkas yang dihapus", False, [])
    assert "Sari" not in str(file)
    answer = await desk.call("dewi", "GET", f"/api/v1/media/{file['id']}")
    assert answer.status_code == 422
    assert "dihapus permanen" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": " "}, "alasan"),
        ({"by": "dewi"}, "tidak berwenang"),
        ({"by": "hantu"}, "tidak ada"),
        ({"approved_by": "rina"}, "tidak berwenang"),
        ({"approved_by": "hantu"}, "tidak ada"),
    ],
)
async def test_without_a_reason_or_two_people_who_may_nothing_is_erased(
    desk: Office, said: dict[str, str], sentence: str
) -> None:
    await sent(desk, photo())
    await desk.look()
    assert sentence in await erase(desk, photo(), expect=1, **said)
    assert [r["state"] for r in await desk.rows("SELECT state FROM media")] == ["accepted"]
    assert await desk.events(MediaErased) == []


async def test_an_unknown_file_is_told_and_one_that_is_no_hash_too(desk: Office) -> None:
    assert "Tidak ada berkas" in await erase(desk, b"belum pernah ada", expect=1)
    done = await asyncio.to_thread(
        CliRunner().invoke, COMMAND, ["abc", "--reason", "x", "--by", "a", "--approved-by", "b"]
    )
    assert done.exit_code == 2


async def test_erasing_again_is_safe(desk: Office) -> None:
    await sent(desk, photo())
    await desk.look()
    await erase(desk, photo())
    assert "still deleting" in await erase(desk, photo())
    await delete(desk)
    assert "nothing is left to delete" in await erase(desk, photo())
    assert len(await desk.events(MediaErased)) == 1
    assert len(await desk.rows("SELECT FROM erasures")) == 1


async def test_a_copy_that_another_file_has_too_stays_until_that_one_goes(desk: Office) -> None:
    one, other = photo(about="satu"), photo(about="dua")  # the same picture, told of in other words
    await sent(desk, one)
    await sent(desk, other)
    await desk.look()
    copies = {r.key for c in await desk.events(ReportMediaChecked) for r in c.media.renditions}
    await erase(desk, one)
    await delete(desk)
    assert copies <= await lying(desk)
    assert hashlib.sha256(one).hexdigest() not in await lying(desk)
    await erase(desk, other)
    await delete(desk)
    assert await lying(desk) == set()


async def test_the_same_bytes_are_refused_when_they_come_again_and_not_kept(desk: Office) -> None:
    await sent(desk, photo())
    await desk.look()
    await erase(desk, photo())
    await delete(desk)
    await sent(desk, photo())
    await desk.look()
    again = (await desk.events(ReportMediaChecked))[-1].media
    assert (again.state, again.renditions) == ("refused", ())
    assert "dihapus permanen atas perintah" in again.reason
    assert await lying(desk) == set()


async def test_a_file_is_erased_while_it_is_checked(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await sent(desk, photo())
    checks = MediaChecks(desk.desk, desk.vault, None)
    look = MediaChecks._settle

    async def erased_meanwhile(self: MediaChecks, *given: Any) -> None:
        await erase(desk, photo())
        await delete(desk)  # before what the check has made is known
        await look(self, *given)

    with monkeypatch.context() as crossing:
        crossing.setattr(MediaChecks, "_settle", erased_meanwhile)
        await checks.lane(long=False).once()
    assert [r["state"] for r in await desk.rows("SELECT state FROM media")] == ["erased"]
    assert await desk.events(ReportMediaChecked) == []
    assert await delete(desk) == 1
    assert await lying(desk) == set()


async def test_a_file_that_was_accepted_just_as_it_was_ordered_erased_is_erased_too(desk: Office) -> None:
    await sent(desk, photo())
    await desk.look()
    await erase(desk, photo())
    await sent(desk, photo(), who="agus")
    # Its check had begun before the order was written down.
    await desk.owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM erasures; DELETE FROM erasures")
    await desk.look()
    await desk.owner.execute("INSERT INTO erasures OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept")
    assert sorted(r["state"] for r in await desk.rows("SELECT state FROM media")) == ["accepted", "erased"]
    await delete(desk)
    assert {r["state"] for r in await desk.rows("SELECT state FROM media")} == {"erased"}
    assert len(await desk.events(MediaErased)) == 2
    assert await lying(desk) == set()


async def test_a_refused_file_in_quarantine_is_erased(desk: Office) -> None:
    data = bytes(range(256)) * 9
    await sent(desk, data)
    await desk.look()
    assert any(key.startswith("_karantina/") for key in await lying(desk))
    await erase(desk, data)
    await delete(desk)
    assert await lying(desk) == set()


class Away(Store):
    """An object store that removes nothing for a while."""

    async def remove(self, bucket: str, key: str) -> None:
        raise Transient("away")


async def test_while_the_store_is_away_the_order_stands_and_is_carried_out_later(desk: Office) -> None:
    await sent(desk, photo())
    await desk.look()
    await erase(desk, photo())
    away = Vault(Away(desk.stack.s3_endpoint, "a", "b"), desk.vault.buckets, desk.vault.limits)
    assert await Erasures(desk.desk, away).lane().once() == 1
    assert await delete(desk) == 0  # not before its time
    desk.at = hours(1)
    assert await delete(desk) == 1
    with pytest.raises(Missing):
        await desk.vault.store.stat(desk.vault.buckets.originals, hashlib.sha256(photo()).hexdigest())


async def test_a_report_that_came_while_the_order_waited_is_not_missed(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await sent(desk, photo())
    await desk.look()
    for account in ("rina", "bambang", "agus"):
        await desk.account(account)
    other = await asyncpg.connect(desk.stack.owner_dsn, server_settings={"search_path": "intake"})
    held = other.transaction()
    await held.start()
    await other.execute("SELECT FROM reports WHERE id = $1::uuid FOR UPDATE", report)
    number = await other.fetchval("SELECT pg_current_xact_id()::text")

    async def waits(transaction: str) -> bool:
        async with desk.desk.db.connection() as conn:
            query = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid::text = $1)"
            return bool(await conn.fetchval(query, transaction))

    ordered = asyncio.create_task(erase(desk, photo()))
    while not await waits(number):
        await asyncio.sleep(0.05)
    await sent(desk, photo(), who="agus")
    look = MediaChecks._settle

    async def erased_meanwhile(self: MediaChecks, *given: Any) -> None:
        await held.rollback()
        await ordered
        await delete(desk)
        await look(self, *given)

    with monkeypatch.context() as crossing:
        crossing.setattr(MediaChecks, "_settle", erased_meanwhile)
        await desk.look_short()
    await other.close()
    rows = await desk.rows("SELECT state, data FROM media")
    assert [r["state"] for r in rows] == ["erased", "erased"]
    assert "Sari" not in str([r["data"] for r in rows])
    assert len(await desk.events(MediaErased)) == 2
    assert len([a for a in await desk.audited() if a[0] == "media.erased"]) == 2
    assert len(await desk.events(ReportMediaChecked)) == 1  # nothing is told of it but that it was erased
    assert await delete(desk) == 1
    assert await lying(desk) == set()


async def test_of_a_file_erased_with_its_copies_while_another_report_had_it_checked_nothing_is_left(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent(desk, photo())
    await desk.look()
    await sent(desk, photo(), who="agus")
    await _settled_after_erasing(desk, photo(), monkeypatch)
    assert {r["state"] for r in await desk.rows("SELECT state FROM media")} == {"erased"}
    assert await delete(desk) == 1
    assert await lying(desk) == set()


async def test_copies_that_a_check_has_put_are_made_again_where_an_erasure_took_them(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = photo(about="satu"), photo(about="dua")
    await sent(desk, one)
    await desk.look()
    await sent(desk, other)
    await _settled_after_erasing(desk, one, monkeypatch)
    assert len(await desk.events(ReportMediaChecked)) == 1
    desk.at = hours(1)
    await desk.look()
    accepted = (await desk.events(ReportMediaChecked))[-1].media
    assert accepted.state == "accepted"
    assert {r.key for r in accepted.renditions} | {hashlib.sha256(other).hexdigest()} == await lying(desk)


async def test_no_copy_is_named_while_an_erasure_deletes_those_that_nobody_named(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = photo(about="satu"), photo(about="dua")
    await sent(desk, one)
    await desk.look()
    await sent(desk, other)
    await erase(desk, one)
    asked, put = asyncio.Event(), asyncio.Event()
    settle, used = MediaChecks._settle, store_erasing.still_used

    async def settle_then(self: MediaChecks, *given: Any) -> None:
        put.set()
        await asked.wait()
        await settle(self, *given)

    async def slowly(*given: Any) -> Any:
        await put.wait()
        found = await used(*given)
        asked.set()
        await asyncio.sleep(1)
        return found

    with monkeypatch.context() as crossing:
        crossing.setattr(MediaChecks, "_settle", settle_then)
        crossing.setattr(store_erasing, "still_used", slowly)
        await asyncio.gather(desk.look_short(), delete(desk))
    desk.at = hours(1)
    await desk.look()
    accepted = (await desk.events(ReportMediaChecked))[-1].media
    assert accepted.state == "accepted"
    assert {r.key for r in accepted.renditions} <= await lying(desk)


async def test_what_was_put_again_while_it_was_deleted_is_deleted_again(desk: Office) -> None:
    await sent(desk, photo())
    await desk.look()
    await erase(desk, photo())
    at, lease = desk.desk.now(), hours(1) - desk.at
    (taken,) = await store_erasing.take(desk.desk.db, at=at, lease=lease, limit=1)
    await store_erasing.add_places(desk.owner, taken.order.sha256, taken.places, at=at)
    await store_erasing.done(desk.owner, taken, at=at)
    assert await delete(desk) == 1
    assert await delete(desk) == 0
    assert await lying(desk) == set()


async def _settled_after_erasing(desk: Office, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check what is due, and erase a file between the moment its copies are put and the one they are named."""
    settle = MediaChecks._settle

    async def erased_meanwhile(self: MediaChecks, *given: Any) -> None:
        await erase(desk, data)
        await delete(desk)
        await settle(self, *given)

    with monkeypatch.context() as crossing:
        crossing.setattr(MediaChecks, "_settle", erased_meanwhile)
        await desk.look_short()


KEY = "sim-rutilahu/foto-hari-ini.jpg"


async def _request(desk: Office, data: bytes, request_id: str, *, answered: bool = True) -> None:
    """Another system puts a file at the key that it always uses, and names it."""
    bucket = desk.vault.buckets.incoming
    await desk.vault.store.put(bucket, KEY, data, "image/jpeg")
    stored = {"bucket": bucket, "key": KEY, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    file = {"name": "x.jpg", "alt": "x", "object": stored | {"content_type": "image/jpeg"}}
    await send(desk, file, request_id=request_id)
    if answered:
        await desk.request_checks.lane(long=False).once()


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered-yet"])
async def test_other_bytes_at_a_key_that_was_used_again_are_not_deleted(desk: Office, answered: bool) -> None:
    one, other = photo("teal"), photo("red")
    await desk.source()
    await _request(desk, one, "r-1")
    await desk.look()
    await _request(desk, other, "r-2", answered=answered)
    await erase(desk, one)
    await delete(desk)
    await desk.look()
    assert sorted(r["state"] for r in await desk.rows("SELECT state FROM media")) == ["accepted", "erased"]
    assert KEY not in await lying(desk)
    assert hashlib.sha256(one).hexdigest() not in await lying(desk)


async def test_a_barred_file_takes_nothing_from_another_that_lies_at_its_key_by_now(desk: Office) -> None:
    one, other = photo("teal"), photo("red")
    await desk.source()
    await _request(desk, one, "r-1")
    await desk.look()
    await erase(desk, one)
    await delete(desk)
    await _request(desk, one, "r-2")
    await _request(desk, other, "r-3")
    await desk.look()
    assert sorted(r["state"] for r in await desk.rows("SELECT state FROM media")) == ["accepted", "erased", "refused"]


async def test_a_file_that_no_report_has_yet_is_erased_and_barred(desk: Office) -> None:
    await desk.upload("dewi", photo(), "Bu Sari.jpg")
    assert "0 Reports (0 files); 1 uploads ended" in await erase(desk, photo())
    assert await delete(desk) == 1
    assert await lying(desk) == set()
    assert "Sari" not in str([dict(r) for r in await desk.rows("SELECT name FROM uploads")])
    audited = [a for a in await desk.audited() if a[0].startswith("media.eras")]
    assert audited == [("media.erased", "rina"), ("media.erasure-approved", "bambang")]
    assert "nothing is left to delete" in await erase(desk, photo())
    await sent(desk, photo())
    await desk.look()
    (again,) = await desk.events(ReportMediaChecked)
    assert (again.media.state, "dihapus permanen atas perintah" in again.media.reason) == ("refused", True)


async def test_files_made_of_it_and_files_with_the_same_copies_stay_and_are_named(desk: Office) -> None:
    one, same, cut = photo(about="satu"), photo(about="dua"), photo("red")
    origin = hashlib.sha256(one).hexdigest()
    for data in (one, same):
        await sent(desk, data)
    await sent(desk, cut, derived_from=origin)
    await sent(desk, photo("blue"))
    await desk.look()
    stay = {hashlib.sha256(data).hexdigest() for data in (same, cut)}
    said = await erase(desk, one, reason="Surat 12/2026, butir 'a'")
    commands = [line for line in said.splitlines() if "alurwarta media erase" in line]
    assert {shlex.split(c)[3] for c in commands} == stay
    assert shlex.split(commands[0])[4:] == [
        "--reason", "Surat 12/2026, butir 'a'", "--by", "rina", "--approved-by", "bambang",
    ]  # fmt: skip
    await delete(desk)
    assert len(await desk.rows("SELECT FROM media WHERE state = 'accepted'")) == 3
    again = await erase(desk, one)
    assert all(sha256 in again for sha256 in stay)
    await erase(desk, same)
    await erase(desk, cut)
    assert "stay" not in await erase(desk, one)


async def test_of_a_copy_its_originals_are_named_and_nothing_is_erased(desk: Office) -> None:
    one, same = photo(about="satu"), photo(about="dua")
    await sent(desk, one)
    await sent(desk, same)
    await desk.look()
    copy = (await desk.events(ReportMediaChecked))[0].media.renditions[0].sha256
    for account in {"rina", "bambang", "dewi"} - desk.sessions.keys():  # a password set anew would end their sessions
        await desk.account(account)
    args = [copy, "--reason", "Surat 12/2026", "--by", "rina", "--approved-by", "bambang"]
    done = await asyncio.to_thread(CliRunner().invoke, COMMAND, args, env=desk.stack.environment("intake"))
    assert done.exit_code == 1
    assert "Nothing was erased" in done.output
    for data in (one, same):
        assert f"alurwarta media erase {hashlib.sha256(data).hexdigest()} --reason 'Surat 12/2026'" in done.output
    assert await desk.rows("SELECT FROM erasures") == []
    assert {r["state"] for r in await desk.rows("SELECT state FROM media")} == {"accepted"}
