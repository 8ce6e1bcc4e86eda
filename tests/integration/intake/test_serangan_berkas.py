"""What a hostile or an unlucky sender tries with files, and does not get."""

import asyncio
import hashlib
import random
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from services.intake.files import store
from services.intake.files.lanes import held
from services.intake.files.limits import Limits
from services.intake.files.originals import Vault
from shared.events import IntakeRefused, ReportMediaChecked
from shared.media import sandbox
from shared.media.kinds import MEGABYTE
from shared.media.malware import Malware
from shared.media.sandbox import BROKEN, Crashed
from tests.corpus.making import made
from tests.integration.intake.desk import Office
from tests.integration.intake.test_berkas_kiriman import named, photo, send

LARGE = 17 * MEGABYTE


async def begin(desk: Office, who: str, size: int) -> dict[str, Any]:
    about = {"name": "rapat.wav", "content_type": "audio/wav", "size": size}
    answer = await desk.call(who, "POST", "/api/v1/uploads", json=about)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def head_of_put(url: str, size: int, headers: dict[str, str]) -> int:
    """Only the head of a request: for a copy the store waits for no body. Returns the status."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {size}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    await writer.drain()
    status = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    return int(status.split()[1])


async def test_the_url_of_a_part_copies_no_other_object(desk: Office) -> None:
    """Who knows no more than a file's SHA-256 must not get it by calling it a part of their own."""
    vault, secret = desk.vault, b"RAHASIA" * 1_000
    digest = hashlib.sha256(secret).hexdigest()
    await vault.store.put(vault.buckets.originals, digest, secret, "image/jpeg")
    given = await begin(desk, "agus", LARGE)
    for part in given["parts"]["urls"][:2]:
        size = min(given["parts"]["size"], LARGE - (part["number"] - 1) * given["parts"]["size"])
        for name in ("x-amz-copy-source", "X-Amz-Copy-Source"):
            source = {name: f"/{vault.buckets.originals}/{digest}"}
            assert await head_of_put(part["url"], size, source) == 403
            assert await head_of_put(part["url"], size, source | {f"{name}-range": "bytes=0-6999"}) == 403
    there = await desk.call("agus", "GET", f"/api/v1/uploads/{given['id']}")
    assert there.json()["parts"]["done"] == []


async def test_a_part_that_comes_again_while_the_upload_is_completed_is_no_error_of_ours(desk: Office) -> None:
    data = random.Random(1).randbytes(LARGE)
    given = await begin(desk, "dewi", LARGE)
    size = given["parts"]["size"]
    async with httpx.AsyncClient(timeout=60) as store:
        for part in given["parts"]["urls"]:
            at = (part["number"] - 1) * size
            assert (await store.put(part["url"], content=data[at : at + size])).status_code == 200

        async def again() -> None:
            for _ in range(4):
                with suppress(httpx.HTTPError):  # once it is complete, the store hears no more of its parts
                    await store.put(given["parts"]["urls"][0]["url"], content=data[:size])

        async def complete() -> int:
            path, body = f"/api/v1/uploads/{given['id']}/complete", {"sha256": hashlib.sha256(data).hexdigest()}
            return (await desk.call("dewi", "POST", path, json=body)).status_code

        _, *answers = await asyncio.gather(again(), *(complete() for _ in range(4)))
    assert set(answers) <= {200, 422}
    assert await complete() == 200


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 50_000, '{"files": ' + "[" * 50_000], ids=["lists", "objects", "files"]
)
async def test_a_body_that_is_too_deep_is_refused_in_words(desk: Office, body: str) -> None:
    answer = await desk.call(
        "dewi", "POST", "/api/v1/uploads", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_limit_of_a_report_counts_what_was_added_to_it_later(desk: Office) -> None:
    vault = desk.vault
    data = photo(256, exif=False)
    desk.app.state.vault = Vault(vault.store, vault.buckets, Limits(report=len(data) + 10))
    up = await desk.upload("dewi", data)
    form = {"title": "Serah terima", "text": "Kunci.", "happened_at": "2026-11-23T09:00:00+07:00"}
    file = {"upload": up["id"], "sha256": up["sha256"]}
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=form | {"media": [file]})
    assert answer.status_code == 201, answer.text
    more = await desk.upload("dewi", photo(64, exif=False))
    path = f"/api/v1/reports/{answer.json()['report']}/supplements"
    added = await desk.call(
        "dewi", "POST", path, json={"text": "Satu lagi.", "media": [{"upload": more["id"], "sha256": more["sha256"]}]}
    )
    assert (added.status_code, added.json()["title"]) == (422, "report-too-large")


async def test_another_system_names_as_origin_only_what_is_its_units(desk: Office) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()) | {"derived_from": "ab" * 32})
    await desk.look()
    (refused,) = await desk.events(IntakeRefused)
    assert [p.field for p in refused.problems] == ["media.0.derived_from"]


async def test_a_lease_is_renewed_again_after_a_renewal_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("services.intake.files.lanes.RENEW_SECONDS", 0.01)

    async def renew(_: Any) -> None:
        asked.append(1)
        if len(asked) == 1:
            raise OSError("the database is away")

    async with held(renew):
        await asyncio.sleep(0.1)
    assert len(asked) > 2


async def report_with(desk: Office, up: dict[str, Any], title: str = "Serah terima") -> None:
    form = {"title": title, "text": "Kunci.", "happened_at": "2026-11-23T09:00:00+07:00"}
    media = [{"upload": up["id"], "sha256": up["sha256"]}]
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=form | {"media": media})
    assert answer.status_code == 201, answer.text


async def test_a_refused_upload_is_refused_for_the_same_reason_in_every_report(desk: Office) -> None:
    up = await desk.upload("dewi", b"\xff\xd8\xff\xe0" + b"bukan gambar" * 100)
    for n in range(2):
        await report_with(desk, up, f"Ke-{n}")
        await desk.look()
    first, second = [c.media.reason for c in await desk.events(ReportMediaChecked)]
    assert first == second
    assert "utuh" in first


async def test_a_verdict_that_could_not_be_written_down_is_the_same_the_next_time(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = await desk.upload("dewi", b"\xff\xd8\xff\xe0" + b"bukan gambar" * 100)
    await report_with(desk, up)

    async def broken(*_: Any, **__: Any) -> bool:
        raise OSError("the database went away")

    with monkeypatch.context() as once:
        once.setattr(store, "settle", broken)
        await desk.look()
    assert await desk.events(ReportMediaChecked) == []
    desk.later(hours=1)
    await desk.look()
    (checked,) = await desk.events(ReportMediaChecked)
    assert "utuh" in checked.media.reason
    (row,) = await desk.rows("SELECT id, quarantine FROM media")
    assert row["quarantine"] == f"_karantina/{row['id']}"
    lying = set(await desk.vault.store.keys(desk.vault.buckets.incoming))
    assert row["quarantine"] in lying
    assert up["object"]["key"] not in lying


async def test_outages_are_no_crashes_of_a_file(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    up = await desk.upload("dewi", photo())
    await report_with(desk, up)
    desk.malware = Malware("tcp://127.0.0.1:1")
    for _ in range(4):
        await desk.look()
        desk.later(hours=1)
    desk.malware = None

    async def killed(*_: Any, **__: Any) -> Any:
        raise Crashed("ended with -9")

    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(sandbox, "judged", killed)
        for _ in range(2):
            await desk.look()
            desk.later(hours=1)
    await desk.look()
    assert [c.media.state for c in await desk.events(ReportMediaChecked)] == ["accepted"]


async def test_a_file_that_ends_its_process_each_time_is_refused_with_a_sentence(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: Any, **__: Any) -> Any:
        raise Crashed("ended with -11")

    monkeypatch.setattr(sandbox, "judged", killed)
    up = await desk.upload("dewi", photo())
    await report_with(desk, up)
    for _ in range(4):
        await desk.look()
        desk.later(hours=1)
    (checked,) = await desk.events(ReportMediaChecked)
    assert (checked.media.state, checked.media.reason) == ("refused", BROKEN)


async def test_a_video_that_is_called_a_photograph_does_not_hold_up_photographs(desk: Office, tmp_path: Path) -> None:
    up = await desk.upload("dewi", made("video", tmp_path), "foto.jpg")
    await report_with(desk, up)
    assert await desk.look_short() == 1
    assert await desk.look_short() == 0
    assert await desk.events(ReportMediaChecked) == []
    await desk.look()
    (checked,) = await desk.events(ReportMediaChecked)
    assert (checked.media.state, checked.media.kind) == ("accepted", "video")
