"""Lembar penyaringan: what was decided on which exact Version, to be printed, signed and filed."""

import os
from pathlib import Path
from uuid import uuid4

import pypdfium2
import pytest

from tests.integration.review.desk import Office
from tests.integration.review.test_layar import send
from tests.integration.review.test_putusan import exact, page, waiting, way

HERE = "/saring/{}/lembar.pdf?versi={}"


async def printed(desk: Office, story: object, version: int = 1, name: str = "lembar") -> str:
    """The sheet's text; `ALURWARTA_PICTURES=<folder>` keeps a picture of each."""
    answer = await desk.call("wati", "GET", HERE.format(story, version))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    document = pypdfium2.PdfDocument(answer.content)
    if folder := os.environ.get("ALURWARTA_PICTURES"):
        for n, one in enumerate(document):
            one.render(scale=2).to_pil().save(Path(folder) / f"{name}-{n + 1}.png")
    return "\n".join(one.get_textpage().get_text_bounded() for one in document)


@pytest.mark.parametrize(
    ("decision", "form", "words"),
    [
        ("approved", {}, ["Disetujui", "penyaringan biasa"]),
        ("returned", {"reason": "foto-kurang-jelas", "note": "Wajah tidak terlihat."},
         ["Dikembalikan untuk diperbaiki", "Foto kurang jelas", "Wajah tidak terlihat."]),
        ("declined", {"reason": "sudah-pernah-dimuat"}, ["Tidak dimuat", "Sudah pernah dimuat"]),
        ("withheld", {"clause": "h", "legal_basis": "UU 27/2022 Pasal 4", "until": "2031-01-02"},
         ["Diusulkan dikecualikan", "huruf h: mengungkap rahasia pribadi", "UU 27/2022 Pasal 4", "2 Januari 2031"]),
    ],
)  # fmt: skip
async def test_the_sheet_tells_version_hash_reasons_and_capacity(
    desk: Office, decision: str, form: dict[str, str], words: list[str]
) -> None:
    event = await waiting(desk)
    assert (await send(desk, "bambang", way(event.story), **exact(event, decision), **form)).status_code == 303
    text = await printed(desk, event.story, name=f"lembar-{decision}")
    flat = " ".join(text.split())
    for expected in (
        *words,
        "LEMBAR PENYARINGAN",
        "Bambang Prasetyo (Sekretaris)",
        str(event.story),
        "1, pengajuan ke-1",
    ):
        assert expected in flat, expected
    assert event.content_sha256 in "".join(text.split())
    assert "lembar.pdf?versi=1" in await page(desk, "wati", f"/saring/{event.story}?versi=1")


async def test_a_sheet_of_what_no_longer_stands_says_so(desk: Office) -> None:
    event = await waiting(desk)
    await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    await send(desk, "bambang", way(event.story, "cabut"), version=1, note="Keliru.")
    assert "Tidak berlaku lagi: dicabut" in " ".join((await printed(desk, event.story)).split())


async def test_without_a_decision_there_is_no_sheet(desk: Office) -> None:
    event = await waiting(desk)
    assert (await desk.call("wati", "GET", HERE.format(event.story, 1))).status_code == 404
    assert (await desk.call("wati", "GET", HERE.format(uuid4(), 1))).status_code == 404
    assert (await desk.call("dewi", "GET", HERE.format(event.story, 1))).status_code == 403


async def test_printed_twice_it_is_the_same_sheet(desk: Office) -> None:
    event = await waiting(desk)
    await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    one, other = [await desk.call("wati", "GET", HERE.format(event.story, 1)) for _ in range(2)]
    assert one.content == other.content
