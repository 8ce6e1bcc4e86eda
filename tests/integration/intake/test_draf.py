"""Drafts: kept on the server, never overwritten by another device, gone when they are sent or old."""

import asyncio
import json
import re
from typing import Any
from uuid import uuid4

import pytest

from services.intake.files.sweep import Sweep
from services.intake.sending.drafts import MOST
from shared.events import ReportReceived
from tests.integration.intake.desk import Office
from tests.integration.intake.test_layar import HTML, post

TYPED = {"title": "Serah terima", "text": "Kunci.", "tanggal": "2026-11-23"}


async def put(desk: Office, who: str, draft: str, **body: Any) -> Any:
    return await desk.call(who, "PUT", f"/api/v1/drafts/{draft}", json={"fields": TYPED} | body)


async def form(desk: Office, who: str, path: str) -> str:
    return (await desk.call(who, "GET", path, headers=HTML)).text


async def test_a_draft_is_saved_without_javascript_and_goes_on_where_it_was(desk: Office) -> None:
    key = str(uuid4())
    saved = await post(desk, "dewi", "/bahan/baru", kunci=key, aksi="simpan", title="Setengah", place="Bekasi")
    assert (saved.status_code, saved.headers["location"]) == (303, f"/bahan/baru?draf={key}")
    shown = await form(desk, "dewi", saved.headers["location"])
    assert 'value="Setengah"' in shown
    assert 'name="versi" value="1"' in shown
    assert "Draf tersimpan" in shown
    assert await desk.emitted() == []


async def test_sending_a_draft_removes_it_in_the_same_transaction(desk: Office) -> None:
    key = str(uuid4())
    assert (await put(desk, "dewi", key)).json()["version"] == 1
    sent = await post(desk, "dewi", "/bahan/baru", kunci=key, versi="1", **TYPED)
    assert sent.status_code == 303
    assert (await desk.call("dewi", "GET", "/api/v1/drafts")).json() == {"drafts": []}
    late = await put(desk, "dewi", key, version=1)
    (received,) = await desk.events(ReportReceived)
    assert (late.status_code, late.json()["title"]) == (409, "already-sent")
    assert late.json()["report"] == str(received.report)
    back = await desk.call("dewi", "GET", f"/bahan/baru?draf={key}", headers=HTML)
    assert back.headers["location"].startswith(f"/bahan/{received.report}")


async def test_a_refused_sending_keeps_the_draft(desk: Office) -> None:
    key = str(uuid4())
    await put(desk, "dewi", key)
    refused = await post(desk, "dewi", "/bahan/baru", kunci=key, versi="1", title="A" * 10_000, text="B")
    assert refused.status_code == 422
    assert "Judul kegiatan: terlalu panjang (paling banyak 300 huruf)" in refused.text
    assert "A" * 10_000 in refused.text
    assert len((await desk.call("dewi", "GET", "/api/v1/drafts")).json()["drafts"]) == 1


async def test_what_another_device_wrote_is_never_overwritten(desk: Office) -> None:
    key = str(uuid4())
    await put(desk, "dewi", key, writer="ponsel")
    pc = await put(desk, "dewi", key, writer="pc", version=1, fields={"title": "Dari PC"})
    assert pc.json()["version"] == 2
    stale = await put(desk, "dewi", key, writer="ponsel", version=1, fields={"title": "Dari ponsel"})
    assert (stale.status_code, stale.json()["title"]) == (409, "newer-draft")
    assert stale.json()["draft"]["fields"] == {"title": "Dari PC"}
    chosen = await put(desk, "dewi", key, writer="ponsel", version=2, fields={"title": "Dari ponsel"})
    assert chosen.json()["version"] == 3


async def test_a_saving_whose_answer_was_lost_may_be_repeated(desk: Office) -> None:
    key = str(uuid4())
    assert [(await put(desk, "dewi", key)).json()["version"] for _ in range(2)] == [1, 1]
    lost = [await put(desk, "dewi", key, writer="w", version=1, fields={"title": str(n)}) for n in range(3)]
    assert [answer.status_code for answer in lost] == [200, 200, 200]


async def test_without_javascript_both_writings_are_shown_and_one_is_chosen(desk: Office) -> None:
    key = str(uuid4())
    await put(desk, "dewi", key, fields={"title": "Dari PC"})
    for action in ("simpan", ""):
        both = await post(desk, "dewi", "/bahan/baru", kunci=key, versi="0", aksi=action, **TYPED)
        assert both.status_code == 409
        assert "Dari PC" in both.text
        assert "Serah terima" in both.text
    keys = re.findall(r'name="kunci" value="([^"]+)"', both.text)
    assert keys[0] == key
    mine = await post(desk, "dewi", "/bahan/baru", kunci=keys[1], versi="0", aksi="simpan", **TYPED)
    assert mine.status_code == 303
    titles = {d["fields"]["title"] for d in (await desk.call("dewi", "GET", "/api/v1/drafts")).json()["drafts"]}
    assert titles == {"Dari PC", "Serah terima"}


async def test_a_draft_is_nobody_elses(desk: Office) -> None:
    key = str(uuid4())
    await put(desk, "dewi", key)
    assert (await desk.call("agus", "GET", f"/api/v1/drafts/{key}")).status_code == 404
    assert (await put(desk, "agus", key, fields={"title": "Agus"})).json()["version"] == 1
    assert "Serah terima" not in await form(desk, "agus", f"/bahan/baru?draf={key}")
    await desk.call("agus", "DELETE", f"/api/v1/drafts/{key}")
    assert (await desk.call("dewi", "GET", f"/api/v1/drafts/{key}")).json()["fields"] == TYPED


async def test_a_person_keeps_a_few_drafts(desk: Office) -> None:
    for _ in range(MOST):
        assert (await put(desk, "dewi", str(uuid4()))).status_code == 200
    no = await put(desk, "dewi", str(uuid4()))
    assert (no.status_code, no.json()["title"]) == (422, "too-many-drafts")
    kept = await post(desk, "dewi", "/bahan/baru", kunci=str(uuid4()), aksi="simpan", **TYPED)
    assert kept.status_code == 422
    assert "Serah terima" in kept.text


@pytest.mark.parametrize("body", [{"fields": {"lain": "x"}}, {"version": -1}, {"files": [{"upload": "x"}]}, {"a": 1}])
async def test_a_draft_that_is_none_is_refused_and_named(desk: Office, body: dict[str, Any]) -> None:
    assert (await put(desk, "dewi", str(uuid4()), **body)).status_code == 422


async def test_files_of_a_draft_are_kept_as_long_as_it_is_and_go_with_it(desk: Office) -> None:
    up = await desk.upload("dewi", b"foto")
    key = str(uuid4())
    await put(desk, "dewi", key, files=[{"upload": up["id"], "sha256": up["sha256"], "name": "kunci.jpg"}])
    desk.later(hours=24 * 10)
    await Sweep(desk.desk, desk.vault).once()
    assert [r["state"] for r in await desk.rows("SELECT state FROM uploads")] == ["complete"]
    assert "kunci.jpg" in await form(desk, "dewi", f"/bahan/baru?draf={key}")
    await post(desk, "dewi", f"/bahan/draf/{key}/hapus")
    assert await desk.rows("SELECT * FROM uploads") == []
    assert await desk.rows("SELECT * FROM drafts") == []


async def test_a_draft_that_nobody_goes_on_with_is_forgotten_after_thirty_days(desk: Office) -> None:
    await put(desk, "dewi", str(uuid4()))
    desk.later(hours=24 * 29)
    await Sweep(desk.desk, desk.vault).once()
    assert len(await desk.rows("SELECT * FROM drafts")) == 1
    desk.later(hours=24 * 2)
    await Sweep(desk.desk, desk.vault).once()
    assert await desk.rows("SELECT * FROM drafts") == []


async def test_files_come_with_the_form_where_there_is_no_javascript(desk: Office) -> None:
    _, csrf = await desk.session("dewi")
    fields = {"csrf": csrf, "kunci": str(uuid4()), **TYPED}
    files = [("berkas", ("a.jpg", b"foto a", "image/jpeg")), ("berkas", ("b.exe", b"MZ", "application/x-msdownload"))]
    refused = await desk.call("dewi", "POST", "/bahan/baru", data=fields, files=files, headers=HTML)
    assert refused.status_code == 422
    assert "a.jpg" in refused.text  # it is there already, and is not chosen again
    media = re.findall(r'name="media" value="([^"]+)"', refused.text)
    assert len(media) == 1
    named = media[0].replace("&#34;", '"')
    sent = await post(desk, "dewi", "/bahan/baru", media=named, **fields)
    assert sent.status_code == 303
    (received,) = await desk.events(ReportReceived)
    assert [(m.name, m.credit) for m in received.media] == [("a.jpg", "Dewi Lestari")]


async def test_a_file_of_a_form_may_be_left_out_again(desk: Office) -> None:
    up = await desk.upload("dewi", b"foto")
    media = json.dumps({"upload": up["id"], "sha256": up["sha256"], "name": "kunci.jpg"})
    await post(desk, "dewi", "/bahan/baru", kunci=str(uuid4()), media=media, buang=up["id"], **TYPED)
    (received,) = await desk.events(ReportReceived)
    assert received.media == ()


async def test_a_file_still_on_its_way_is_named_when_the_form_is_sent(desk: Office) -> None:
    media = json.dumps({"upload": str(uuid4()), "name": "rekaman.mp4"})
    refused = await post(desk, "dewi", "/bahan/baru", kunci=str(uuid4()), media=media, **TYPED)
    assert refused.status_code == 422
    assert "Berkas rekaman.mp4 belum selesai diunggah" in refused.text


async def test_sent_and_saved_at_once_no_draft_is_left(desk: Office) -> None:
    for _ in range(5):
        key = str(uuid4())
        await put(desk, "dewi", key, writer="w")
        await asyncio.gather(
            post(desk, "dewi", "/bahan/baru", kunci=key, versi="9", **TYPED),
            *(put(desk, "dewi", key, writer="w", version=1) for _ in range(3)),
        )
    assert await desk.rows("SELECT * FROM drafts") == []


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "مرحبا \u202eبكسي", "🏠🔑👨‍👩‍👧‍👦", "'\"><img src=x onerror=1>"]
)
async def test_whatever_is_typed_is_shown_as_it_was_typed(desk: Office, text: str) -> None:
    key = str(uuid4())
    fields = dict.fromkeys(("title", "text", "place", "people", "reporter"), text)
    await put(desk, "dewi", key, fields=fields)
    drafted = await form(desk, "dewi", f"/bahan/baru?draf={key}")
    sent = await post(desk, "dewi", "/bahan/baru", kunci=key, versi="1", tanggal="2026-11-23", **fields)
    pages = [drafted, await form(desk, "dewi", sent.headers["location"]), await form(desk, "dewi", "/bahan")]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    (received,) = await desk.events(ReportReceived)
    assert (received.title, received.place) == (text, text)
