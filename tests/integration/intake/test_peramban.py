"""In a real browser: photographs and a long video go up from the page, through a cut connection."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import uvicorn

from shared.events import ReportReceived
from tests.integration.intake.desk import Office
from tests.integration.intake.test_unggahan import PART, VIDEO, limit
from tests.support import networks
from tests.support.chromium import Page, page

pytestmark = networks.WITH_A_BROWSER
WORDS = "Array.from(document.querySelectorAll('[data-keadaan]'), (e) => e.textContent)"
SENT = "performance.getEntriesByType('resource').flatMap((e) => e.name.match(/(?<=partNumber=)[0-9]+/) || [])"
SHARE = "document.querySelector('[data-berkas] progress').value"


@pytest.fixture
async def site(desk: Office) -> AsyncGenerator[str]:
    """The service on a port of its own."""
    limit(desk, part=PART)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def tab(desk: Office, site: str, tmp_path: Path) -> AsyncGenerator[Page]:
    token, _ = await desk.session("dewi")
    async with page(tmp_path / "profil", {"alurwarta": token}, site) as opened:
        await opened.go(f"{site}/bahan/baru")
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {f"{n}.jpg": f"foto {n}".encode() for n in range(4)} | {"rekaman.mp4": VIDEO, "x.exe": b"MZ"}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in made}


async def fill(tab: Page) -> None:
    await tab.run(
        "title.value = 'Serah terima'; document.querySelector('#text').value = 'Kunci.'; tanggal.value = '2026-11-23'"
    )


async def hashes(desk: Office) -> dict[str, str]:
    (received,) = await desk.events(ReportReceived)
    return {m.name: m.original.sha256 for m in received.media}


async def test_chosen_files_go_up_at_once_and_the_form_names_them(
    desk: Office, site: str, tab: Page, files: dict[str, Path]
) -> None:
    await tab.choose("#berkas", [files["0.jpg"], files["1.jpg"], files["x.exe"], files["rekaman.mp4"]])
    await tab.until(f"{WORDS}.filter((w) => w === 'terkirim').length === 3")
    assert "Jenis berkas" in (await tab.run(WORDS))[2]
    for name in ("2.jpg", "0.jpg"):  # a camera gives one at a time; the second of them is chosen already
        await tab.choose("#kamera", [files[name]])
    await tab.until(f"{WORDS}.filter((w) => w === 'terkirim').length === 4")
    await fill(tab)
    await tab.run("document.querySelector('form[data-bahan] button:not([type=button])').click()")
    await tab.until("!document.querySelector('[data-pesan]').hidden")
    assert "x.exe tidak terkirim" in await tab.run("document.querySelector('[data-pesan]').textContent")
    cards = "document.querySelectorAll('[data-berkas]')"
    await tab.run(f"{cards}[2].querySelector('[data-hapus]').click()")
    await tab.run(f"{cards}[0].querySelector('[data-tampak=children]').click()")
    await tab.run(f"{cards}[0].querySelector('[data-isi=consent]').value = 'named'")
    await tab.run("document.querySelector('form[data-bahan] button:not([type=button])').click()")
    await tab.until("location.pathname.startsWith('/bahan/0')")
    names = ("0.jpg", "1.jpg", "rekaman.mp4", "2.jpg")
    assert await hashes(desk) == {n: hashlib.sha256(files[n].read_bytes()).hexdigest() for n in names}
    (received,) = await desk.events(ReportReceived)
    assert (received.media[0].shows, received.media[0].consent) == (("children",), "named")


async def test_a_video_goes_on_after_the_connection_was_lost(
    desk: Office, site: str, tab: Page, files: dict[str, Path]
) -> None:
    await tab.slow(2_500_000)
    await tab.choose("#berkas", [files["rekaman.mp4"]])
    await tab.until(f"{SHARE} > 20")
    await tab.online(False)
    await tab.until(f"{WORDS}[0].startsWith('sambungan terputus')")
    await tab.online(True)
    await tab.slow(2_500_000)
    await tab.until(f"{WORDS}[0] === 'sedang dikirim' && {SHARE} > 30")
    await tab.until(f"{WORDS}[0] === 'terkirim'")
    assert set(map(int, await tab.run(SENT))) == {1, 2, 3, 4, 5}
    assert len(await desk.rows("SELECT id FROM uploads")) == 1
    await fill(tab)
    await tab.run("document.querySelector('form[data-bahan] button:not([type=button])').click()")
    await tab.until("location.pathname.startsWith('/bahan/0')")
    assert await hashes(desk) == {"rekaman.mp4": hashlib.sha256(VIDEO).hexdigest()}


async def test_a_removed_file_is_taken_back_at_the_store(desk: Office, tab: Page, files: dict[str, Path]) -> None:
    await tab.choose("#berkas", [files["0.jpg"], files["1.jpg"]])
    await tab.until(f"{WORDS}.filter((w) => w === 'terkirim').length === 2")
    await tab.run("document.querySelector('[data-hapus]').click()")
    async with asyncio.timeout(20):
        while [r["name"] for r in await desk.rows("SELECT name FROM uploads")] != ["1.jpg"]:
            await asyncio.sleep(0.05)
