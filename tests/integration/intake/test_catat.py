"""Dicatat oleh Admin: what came by WhatsApp is recorded for its Unit; the time of sending closes its clock."""

import re
from typing import Any
from uuid import uuid4

import pytest

from shared.content_erasure import NAME
from shared.events import ReportMediaChecked, ReportReceived
from tests.integration.intake.desk import Office
from tests.integration.intake.test_layar import HTML

TOLD = {
    "title": "Banjir surut", "text": "Warga kembali.", "tanggal": "2026-11-23", "jam": "08:00", "unit": "permukiman",
    "lewat": "whatsapp", "pengirim": "Budi Santoso", "kontak": "0812-0000-0000", "tanggal_kirim": "2026-11-23",
    "jam_kirim": "09:00",
}  # fmt: skip


async def record(desk: Office, who: str = "rina", *, proof: bytes | None = None, **fields: Any) -> Any:
    _, csrf = await desk.session(who)
    files = {"bukti": ("wa.txt", proof, "text/plain")} if proof else None
    data = {"csrf": csrf, "kunci": str(uuid4())} | TOLD | fields
    return await desk.call(who, "POST", "/bahan/catat", data=data, files=files, headers=HTML)


async def shown(desk: Office, who: str, path: str) -> str:
    return (await desk.call(who, "GET", path, headers=HTML)).text


async def test_when_it_was_sent_closes_the_clock_and_the_delay_of_recording_is_shown(desk: Office) -> None:
    sent = await record(desk)
    assert sent.status_code == 303, sent.text
    (received,) = await desk.events(ReportReceived)
    assert received.received_at.isoformat() == "2026-11-23T09:00:00+07:00"
    assert received.recorded_at == desk.at
    assert (received.received_via, received.unit, received.recorded_by.account) == ("whatsapp", "permukiman", "rina")
    (clock,) = received.clocks
    assert (clock.working_seconds, clock.punctuality) == (3600, "in_time")
    page = await shown(desk, "rina", sent.headers["location"])
    assert "Dikirim lewat WhatsApp Senin, 23 November 2026 pukul 09.00 WIB" in page
    assert "Jeda pencatatan: 3 jam waktu kerja" in page


async def test_who_sent_it_stays_with_the_admin(desk: Office) -> None:
    sent = await record(desk, proof=b"Budi: banjir sudah surut")
    path = sent.headers["location"]
    await desk.look()
    for who, sees in (("rina", True), ("agus", False), ("bambang", False)):
        page = await shown(desk, who, path)
        assert ("Budi Santoso" in page, "0812-0000-0000" in page, "wa.txt" in page) == (sees,) * 3
        api = (await desk.call(who, "GET", f"/api/v1/reports{path.removeprefix('/bahan')}")).text
        assert ("Budi Santoso" in api, "wa.txt" in api) == (sees,) * 2
    bodies = b"".join(bytes(r["body"]) for r in await desk.rows("SELECT body FROM outbox"))
    assert b"Budi" not in bodies
    assert b"0812" not in bodies


async def test_the_proof_is_checked_and_told_to_no_other_stage(desk: Office) -> None:
    sent = await record(desk, proof=b"Budi: banjir sudah surut")
    await desk.look()
    (received,) = await desk.events(ReportReceived)
    assert received.media == ()
    assert await desk.events(ReportMediaChecked) == []
    (media,) = await desk.rows("SELECT id, state, private FROM media")
    assert (media["state"], media["private"]) == ("accepted", True)
    assert "bukti kiriman, tidak terbit" in await shown(desk, "rina", sent.headers["location"])
    assert (await desk.call("rina", "GET", f"/api/v1/media/{media['id']}")).status_code == 303
    assert (await desk.call("agus", "GET", f"/api/v1/media/{media['id']}")).status_code == 404
    assert NAME not in await shown(desk, "rina", sent.headers["location"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tanggal_kirim": "2026-11-23", "jam_kirim": "13:30"}, "lebih lambat daripada sekarang"),
        ({"jam_kirim": "07:00"}, "Waktu dikirim tidak dapat mendahului kegiatannya"),
        ({"tanggal": "2026-11-24", "jam": ""}, "Waktu dikirim tidak dapat mendahului"),
        ({"tanggal_kirim": "", "jam_kirim": ""}, "Waktu dikirim: wajib diisi"),
        ({"tanggal_kirim": "0001-01-01"}, "Waktu dikirim: harus berupa tanggal dan jam"),
        ({"tanggal_kirim": "kemarin"}, "Waktu dikirim"),
        ({"lewat": "merpati"}, "Dikirim lewat: wajib diisi"),
        ({"pengirim": " "}, "Nama pengirim: wajib diisi"),
        ({"kontak": "0" * 301}, "Kontak: terlalu panjang"),
        ({"unit": ""}, "Sebutkan Bidang/Sekretariat"),
        ({"pengirim": "<script>alert(1)</script>", "title": ""}, "Judul kegiatan: wajib diisi"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    desk: Office, fields: dict[str, str], words: str
) -> None:
    refused = await record(desk, proof=b"bukti", **fields)
    assert refused.status_code == 422
    assert words in refused.text
    assert "Warga kembali." in refused.text
    assert "<script>alert" not in refused.text
    assert await desk.emitted() == []
    kept = re.findall(r'name="bukti_ada" value="([^"]+)"', refused.text)
    assert len(kept) == 1  # the proof is not chosen again
    if fields.get("tanggal_kirim", "") != "0001-01-01":
        again = await record(desk, bukti_ada=kept[0].replace("&#34;", '"'))
        assert again.status_code == 303
        assert [r["private"] for r in await desk.rows("SELECT private FROM media")] == [True]


async def test_only_the_admin_records_for_others(desk: Office) -> None:
    for who in ("dewi", "bambang"):
        assert (await record(desk, who)).status_code == 403
        assert (await desk.call(who, "GET", "/bahan/catat", headers=HTML)).status_code == 403
    assert "/bahan/catat" not in await shown(desk, "dewi", "/bahan")


async def test_recorded_twice_is_recorded_once(desk: Office) -> None:
    key = str(uuid4())
    both = [await record(desk, kunci=key) for _ in range(2)]
    assert both[0].headers["location"] == both[1].headers["location"]
    assert len(await desk.rows("SELECT * FROM recordings")) == 1


async def test_a_recording_may_be_kept_as_a_draft(desk: Office) -> None:
    key = str(uuid4())
    saved = await record(desk, kunci=key, aksi="simpan", pengirim="Budi")
    assert saved.headers["location"] == f"/bahan/catat?draf={key}"
    assert 'value="Budi"' in await shown(desk, "rina", saved.headers["location"])
    other = await desk.call("rina", "GET", f"/bahan/baru?draf={key}", headers=HTML)
    assert other.headers["location"] == saved.headers["location"]
    assert (await record(desk, kunci=key, versi="1")).status_code == 303
    assert await desk.rows("SELECT * FROM drafts") == []


async def test_practice_that_was_recorded_is_marked_and_not_counted(desk: Office) -> None:
    sent = await record(desk, latihan="1")
    (received,) = await desk.events(ReportReceived)
    assert (received.practice, received.clocks) == (True, ())
    assert "LATIHAN" in await shown(desk, "rina", sent.headers["location"])
