"""The corpus through the service: uploaded by a Bidang, checked, and each with the verdict of the table."""

import hashlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from shared.events import ReportMediaChecked, ReportReceived
from shared.media.malware import Malware
from shared.media.store import Missing
from tests.corpus.making import SECRETS, made
from tests.corpus.table import Row, rows
from tests.integration.intake.desk import Office
from tests.support.clamd import clamd

DECLARED = {"jpg": "image/jpeg", "mp4": "video/mp4", "png": "image/png", "pdf": "application/pdf", "mp3": "audio/mpeg"}
# An empty file, and what no browser takes for a photograph or a document, are refused before they are uploaded.
UPLOADED = [row for row in rows() if row.made not in ("nothing", "svg")]


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with clamd(tmp_path_factory.mktemp("clamd")) as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


async def upload(desk: Office, row: Row, data: bytes) -> dict[str, Any]:
    """One file as a browser sends it: by its name, of the type that its name tells."""
    kind = DECLARED.get(row.file.rpartition(".")[2].lower(), "application/octet-stream")
    if row.sha256 == "other":
        return await desk.upload("dewi", data, row.file, kind, sha256=hashlib.sha256(b"lain").hexdigest())
    return await desk.upload("dewi", data, row.file, kind)


async def test_every_file_of_a_report_gets_its_own_verdict_and_the_rest_goes_on(
    desk: Office, folder: Path, scanner: str
) -> None:
    desk.malware = Malware(scanner)
    up = [await upload(desk, row, made(row.made, folder)) for row in UPLOADED]
    files = [{"upload": u["id"], "sha256": u["sha256"]} for u in up]
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=report(files))
    assert answer.status_code == 201, answer.text
    (received,) = await desk.events(ReportReceived)
    assert {m.state for m in received.media} == {"checking"}
    await desk.look()
    checked = {c.media.id: c.media for c in await desk.events(ReportMediaChecked)}
    for row, before in zip(UPLOADED, received.media, strict=True):
        media = checked[before.id]
        assert media.state == row.verdict, (row.file, media.reason)
        assert (row.says in media.reason) if row.verdict == "refused" else (media.original.content_type == row.type)
        assert media.name == row.file.strip()
    assert await desk.state(received.report) == "received"
    page = await desk.call("dewi", "GET", f"/bahan/{received.report}")
    assert "berbahaya" in page.text
    assert "kode halaman web" in page.text
    await no_secret_may_become_public(desk, list(checked.values()))
    await the_refused_lie_in_quarantine(desk)


def report(files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": "Ragam berkas",
        "text": "Serah terima.",
        "happened_at": "2026-11-23T09:00:00+07:00",
        "media": files,
    }


async def no_secret_may_become_public(desk: Office, media: list[Any]) -> None:
    store = desk.vault.store
    for one in media:
        for copy in one.renditions:
            data = await store.read(copy.bucket, copy.key)
            assert hashlib.sha256(data).hexdigest() == copy.sha256
            assert not [secret for secret in SECRETS if secret in data], (one.name, copy.label)
        assert (one.state == "accepted") == (one.original.key in await store.keys(desk.vault.buckets.originals))


async def the_refused_lie_in_quarantine(desk: Office) -> None:
    """Under keys of our own: no name that a sender chose is part of one."""
    held = await desk.rows("SELECT id, quarantine FROM media WHERE state = 'refused'")
    incoming = set(await desk.vault.store.keys(desk.vault.buckets.incoming))
    assert {row["quarantine"] for row in held} == {f"_karantina/{row['id']}" for row in held}
    assert {row["quarantine"] for row in held} <= incoming
    assert not any(".." in key or "passwd" in key for key in incoming)


async def test_while_the_scanner_is_away_files_wait_and_none_is_waved_through(
    desk: Office, folder: Path, tmp_path: Path
) -> None:
    desk.malware = Malware("tcp://127.0.0.1:1")
    up = await desk.upload("dewi", made("photograph", folder))
    await desk.call("dewi", "POST", "/api/v1/reports", json=report([{"upload": up["id"], "sha256": up["sha256"]}]))
    await desk.look()
    assert await desk.events(ReportMediaChecked) == []
    (row,) = await desk.rows("SELECT state, attempts FROM media")
    assert (row["state"], row["attempts"]) == ("checking", 1)
    with clamd(tmp_path) as address:
        desk.malware = Malware(address)
        desk.later(hours=1)
        await desk.look()
    assert [c.media.state for c in await desk.events(ReportMediaChecked)] == ["accepted"]


async def test_a_file_larger_than_the_scanners_window_is_scanned_to_its_end(scanner: str, tmp_path: Path) -> None:
    file = tmp_path / "besar.bin"
    for at in (0, 1_000_000 - 30, 2_500_000):
        file.write_bytes(b"\0" * at + made("eicar", tmp_path) + b"\0" * (3_000_000 - at))
        assert await Malware(scanner, window=1_000_000).scan(file), at
    file.write_bytes(b"\0" * 3_000_000)
    assert await Malware(scanner, window=1_000_000).scan(file) is None


async def test_the_same_upload_in_two_reports_is_checked_once_and_accepted_twice(desk: Office, folder: Path) -> None:
    up = await desk.upload("dewi", made("photograph", folder))
    file = {"upload": up["id"], "sha256": up["sha256"], "alt": "Rumah."}
    for n in range(2):
        answer = await desk.call("dewi", "POST", "/api/v1/reports", json=report([file]) | {"title": f"Ke-{n}"})
        assert answer.status_code == 201, answer.text
        await desk.look()
    first, second = [c.media for c in await desk.events(ReportMediaChecked)]
    assert (first.state, first.renditions) == (second.state, second.renditions)
    assert second.state == "accepted"
    with pytest.raises(Missing):
        await desk.vault.store.stat(desk.vault.buckets.incoming, up["object"]["key"])


async def test_one_who_uploads_other_bytes_gains_no_file_of_another(desk: Office, folder: Path) -> None:
    theirs = await desk.upload("agus", made("photograph", folder))
    await desk.call(
        "agus", "POST", "/api/v1/reports", json=report([{"upload": theirs["id"], "sha256": theirs["sha256"]}])
    )
    await desk.look()
    other = made("rotated", folder)
    size = len(made("photograph", folder))
    mine = await desk.upload("dewi", other[:size].ljust(size, b"\0"), sha256=theirs["sha256"])
    for _ in range(2):
        answer = await desk.call(
            "dewi", "POST", "/api/v1/reports", json=report([{"upload": mine["id"], "sha256": theirs["sha256"]}])
        )
        assert answer.status_code == 201, answer.text
        await desk.look()
    states = [c.media.state for c in await desk.events(ReportMediaChecked)]
    assert states == ["accepted", "refused", "refused"]


async def test_a_short_report_does_not_wait_for_a_long_video(desk: Office, folder: Path) -> None:
    for row in (r for r in rows() if r.file in ("kegiatan.mp4", "rumah.jpg")):
        up = await upload(desk, row, made(row.made, folder))
        await desk.call("dewi", "POST", "/api/v1/reports", json=report([{"upload": up["id"], "sha256": up["sha256"]}]))
    assert await desk.look_short() == 1
    assert [c.media.name for c in await desk.events(ReportMediaChecked)] == ["rumah.jpg"]
    await desk.look()
    assert len(await desk.events(ReportMediaChecked)) == 2
