"""Before a Story is submitted its files are read, its links looked up, and its like of late is found."""

import asyncio
import hashlib
import os
import socket
import threading
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.editing.checks.facts import Look
from services.editing.checks.twins import Likeness
from services.editing.looking import Lookout
from services.editing.store_checks import due_links, find_twins
from services.editing.workers import Links
from shared.content import Media, Rendition
from shared.events import StorySubmitted
from shared.outgoing import Address
from tests.integration.editing.office import MORNING, Office, office
from tests.integration.editing.test_pages import Browser, fields
from tests.support.https_host import NAME, https_host
from tests.support.plans import Explaining
from tests.unit.editing.parts import OTHER, PHOTO, REPORT, copy, erased, pdf, received

NIK = "3275011205800002"
MANY = 1_000_000 if os.environ.get("ALURWARTA_LONG") else 100_000


def codes(file: Any, *, blocking: bool = False) -> list[str]:
    return [f["code"] for f in file["findings"] if f["blocking"] or not blocking]


# What files say.


@pytest.fixture
async def stored() -> AsyncGenerator[Office]:
    async with office(media=True) as made:
        yield made


async def said(desk: Office, words: str, *, there: bool = True) -> Rendition:
    """The text that intake made of a file, which lies in the store or does not."""
    data = words.encode()
    digest, bucket = hashlib.sha256(data).hexdigest(), desk.stack.buckets.renditions
    made = copy("text", "text/plain", sha256=digest, bucket=bucket, size=len(data))
    if there:
        await desk.app.state.office.store.put(bucket, made.key, data, "text/plain")
    return made


async def begin(desk: Office, file: Media) -> str:
    await desk.hear(received(media=(file,)))
    story = await desk.compile(REPORT)
    await desk.save(story, 0, media=[{"id": str(PHOTO)}])
    return story


async def test_a_nik_in_a_pdf_holds_the_story_up_with_its_page_and_nothing_of_the_text_is_kept(stored: Office):
    story = await begin(stored, pdf(await said(stored, f"Notulen\fDaftar hadir\fNIK {NIK}, telp 0812-3456-7890")))
    refused = await stored.submit(story, 1, expect=422)
    assert refused["title"] == "document-personal-data-nik"
    assert "halaman 3" in refused["detail"]
    found = await stored.get("rina", f"/stories/{story}")
    assert codes(found, blocking=True) == ["document-personal-data-nik"]
    assert "document-personal-data-phone" in codes(found)
    (row,) = await stored.rows("SELECT reading::text AS reading FROM readings")
    assert NIK not in row["reading"]
    await stored.hear(erased())
    assert not await stored.rows("SELECT FROM readings")


async def test_a_text_is_read_once_and_a_story_waits_for_one_that_cannot_be_had(stored: Office):
    text = await said(stored, "Rapat berjalan baik.", there=False)
    story = await begin(stored, pdf(text))
    assert (await stored.submit(story, 1, expect=422))["title"] == "document-not-read-yet"
    store = stored.app.state.office.store
    await store.put(text.bucket, text.key, b"Rapat berjalan baik.", "text/plain")
    await stored.submit(story, 1)
    assert len(await stored.sent(StorySubmitted)) == 1
    await store.remove(text.bucket, text.key)
    await stored.save(story, 1, media=[{"id": str(PHOTO)}], title="41 rumah")
    await stored.submit(story, 2)


# Links.


class _Site(BaseHTTPRequestHandler):
    """A site on loopback that answers by path, and notes what it was asked."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012  (one at a time)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.command, self.path))
        if self.path == "/diam":
            threading.Event().wait(3)
        if self.path == "/tanpa-head" and self.command == "HEAD":
            self.send_response(405)
        elif self.path.startswith("/ke/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/ke"))
        elif self.path == "/putar":
            self.send_response(302)
            self.send_header("Location", "/putar")
        elif self.path == "/dalam":
            self.send_response(302)
            self.send_header("Location", "http://10.1.2.3/rahasia")
        else:
            self.send_response({"/tiada": 404, "/rusak": 503, "/masuk": 403}.get(self.path, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def a_site() -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    _Site.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site() -> Iterator[str]:
    with a_site() as made:
        yield made


def loopback(address: Address) -> bool:
    """The test's own site stands for the open internet."""
    return str(address) == "127.0.0.1"


def lookout(**more: Any) -> Lookout:
    return Lookout(lambda: MORNING, loopback, **more)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("", 200)), ("/tiada", ("gone", 404)), ("/rusak", ("failing", 503)), ("/masuk", ("", 403)),
        ("/tanpa-head", ("", 200)), ("/ke/ada", ("", 200)), ("/ke/tiada", ("gone", 404)),
        ("/putar", ("circles", None)), ("/dalam", ("inside", None)), ("/é ?q=ü", ("", 200)), ("/#bagian", ("", 200)),
    ],
)  # fmt: skip
async def test_a_link_is_told_by_what_its_site_answers(site: str, path: str, expected: tuple[str, int | None]):
    address = site + path
    assert await lookout().look([address]) == {address: Look(*expected, MORNING)}  # pyright: ignore[reportArgumentType]


async def test_only_a_site_on_the_open_internet_is_asked(site: str):
    outside = Lookout(lambda: MORNING)
    addresses = [site, site.replace("127.0.0.1", "localhost"), "http://169.254.169.254/x", "http://[::1]/"]
    looks = await outside.look(addresses)
    assert {look.trouble for look in looks.values()} == {"inside"}
    assert _Site.asked == []


async def test_a_site_that_is_silent_unknown_or_without_a_certificate_is_told_apart(site: str, tmp_path: Path):
    async def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror({"tiada.id": -2, "nanti.id": -3}[host], host)

    assert (await lookout().look(["http://127.0.0.1:1/"]))["http://127.0.0.1:1/"].trouble == "silent"
    looks = await lookout(resolve=nowhere).look(["http://tiada.id/", "https://nanti.id/"])
    assert [look.trouble for look in looks.values()] == ["unknown", "away"]
    odd = ["http://", "http://x:99999/", f"http://{'a' * 70}.id/", "http://a b/"]
    assert {look.trouble for look in (await lookout().look(odd)).values()} == {"unknown"}

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with https_host(tmp_path) as host:
        address = f"https://{NAME}:{host.port}/"
        assert (await lookout(resolve=here).look([address]))[address].trouble == "certificate"
        assert (await lookout(resolve=here, tls=host.trusted).look([address]))[address].trouble == "gone"


async def test_a_slow_site_takes_no_longer_than_its_time(site: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.editing.looking.SECONDS", 0.3)
    begun = asyncio.get_running_loop().time()
    looks = await lookout().look([f"{site}/diam", f"{site}/ada"])
    assert [look.trouble for look in looks.values()] == ["silent", ""]
    assert asyncio.get_running_loop().time() - begun < 2


def linking(*addresses: str) -> dict[str, Any]:
    return {"body": [{"kind": "paragraph", "spans": [{"text": "kata", "href": a} for a in addresses]}]}


async def test_a_link_is_looked_up_after_saving_and_again_when_it_is_asked_for(desk: Office, site: str):
    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0, **linking(f"{site}/tiada", f"{site}/ada", "mailto:a@contoh.go.id"))
    dani = Browser(desk.person("dani"))
    path = f"/meja/berita/{story}"
    assert "2 tautan, belum diperiksa" in await dani.open(path)
    links = Links(desk.desk, lookout())
    assert await links.once()
    assert not await links.once()
    page = await dani.open(path)
    assert f"Tautan {site}/tiada tidak ditemukan (404)." in page
    assert "2 tautan, diperiksa Senin, 6 Juli 2026" in page
    before = len(_Site.asked)
    await desk.save(story, 1, **linking(f"{site}/tiada"))  # the word of a site is taken for a day
    assert not await links.once()
    answer = await dani.send(f"{path}/tautan", {})
    assert answer.headers["location"] == f"{path}#temuan"
    assert await links.once()
    assert len(_Site.asked) == before + 2
    await desk.submit(story, 2)


async def test_where_there_is_no_way_out_nothing_is_said_and_it_is_tried_later(desk: Office):
    async def away(host: str, port: int) -> list[str]:
        raise socket.gaierror(-3, host)

    await desk.hear(received())
    story = await desk.compile(REPORT)
    await desk.save(story, 0, **linking("https://contoh.go.id/"))
    assert await Links(desk.desk, lookout(resolve=away)).once()
    assert "link-unreachable" not in codes(await desk.get("rina", f"/stories/{story}"))
    async with desk.desk.db.connection() as conn:
        assert await due_links(conn, at=MORNING, limit=9) == []
    async with desk.desk.db.connection() as conn:
        assert await due_links(conn, at=desk.later(61), limit=9) == ["https://contoh.go.id/"]


# Twins.


async def submitted(desk: Office, report: UUID, title: str, *, minutes: int = 1, **more: Any) -> str:
    story = await desk.compile(report)
    await desk.save(story, 0, title=title, **more)
    await desk.submit(story, 1)
    desk.later(minutes)
    return story


async def test_a_story_like_one_of_late_is_pointed_out_with_the_way_to_it(desk: Office):
    await desk.hear(received(media=()), received(OTHER, media=()))
    first = await submitted(desk, REPORT, "Penyerahan kunci 40 rumah di Jatiasih")
    await submitted(desk, REPORT, "Rapat tata ruang di Jatiasih")
    story = await desk.compile(OTHER)
    await desk.save(story, 0, title="Penyerahan kunci 40 rumah Kelurahan Jatiasih")
    dani = Browser(desk.person("dani"))
    page = await dani.open(f"/meja/berita/{story}")
    assert "Judul yang mirip sudah ada dalam berita “Penyerahan kunci 40 rumah di Jatiasih”" in page
    assert f'href="/meja/berita/{first}"' in page
    assert page.count("Judul yang mirip") == 1
    await desk.submit(story, 1)  # it is advice
    desk.later(31 * 24 * 60)
    assert "Judul yang mirip" not in await dani.open(f"/meja/berita/{story}")


async def test_the_same_picture_in_a_story_of_late_is_pointed_out_and_one_given_up_is_not(desk: Office):
    await desk.hear(received(), received(OTHER))
    media = [{"id": str(PHOTO), "consent": "public-event"}]
    first = await submitted(desk, REPORT, "Serah terima", media=media)
    story = await desk.compile(OTHER)
    await desk.save(story, 0, title="Penataan kawasan", media=media)
    found = await desk.get("rina", f"/stories/{story}")
    assert "twin" in codes(found)
    await desk.post("rina", f"/stories/{first}/abandon", {"reason": "Dua kali."})
    assert "twin" not in codes(await desk.get("rina", f"/stories/{story}"))


FILL = """
INSERT INTO editing.stories (id, state, title, urgency, practice, version, submitted_version, taken_down, correction,
                     cycle, created_by, created_at)
SELECT md5('s' || n)::uuid, 'published', 'Berita ' || n || ' kelurahan ' || n % 997, 'regular', false, 1, 1, false,
       false, 1, 'rina', timestamptz '2026-07-06T03:00Z' - n * interval '1 hour'
FROM generate_series(1, {many}) n;
INSERT INTO editing.submissions (story, submitted_at, words, pictures)
SELECT md5('s' || n)::uuid, timestamptz '2026-07-06T03:00Z' - n * interval '1 hour',
       ARRAY['berita', n::text, 'kelurahan', (n % 997)::text], ARRAY[md5('p' || n)]
FROM generate_series(1, {many}) n;
ANALYZE editing.stories; ANALYZE editing.submissions
"""


@pytest.mark.timeout(600)
async def test_its_like_is_found_by_an_index_however_many_were_submitted(desk: Office):
    owner = await asyncpg.connect(desk.stack.owner_dsn)
    for statement in FILL.format(many=MANY).split(";"):
        await owner.execute(statement, timeout=280)
    await owner.close()
    like = Likeness(("berita", "kelurahan", "12", "koja"), ("8" * 32,))
    async with desk.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        begun = asyncio.get_running_loop().time()
        found = await find_twins(conn, UUID(int=1), like, practice=False, at=MORNING)
        took = asyncio.get_running_loop().time() - begun
    assert [t.title for t in found] == ["Berita 12 kelurahan 12"]
    assert conn.tables_read_whole() == set()
    assert {"submissions_newest", "stories_pkey"} <= conn.indexes()
    assert took < 1


# The page.


async def test_the_page_lists_all_findings_what_blocks_first_with_the_way_to_each_field(desk: Office):
    await desk.hear(received())
    rina = Browser(desk.person("rina"))
    path = (await rina.send("/meja/susun", {"bahan": [str(REPORT)]})).headers["location"]
    form = {
        **fields(await rina.open(path)), "lead": f"NIK {NIK}", f"alt-{PHOTO}": "", f"shows-children-{PHOTO}": "1",
        "aksi": "ajukan",
    }  # fmt: skip
    page = (await rina.send(f"{path}/simpan", form, expect=422)).text
    assert "Perbaiki dahulu, baru dapat diajukan (3)" in page
    for place in ("lead", f"alt-{PHOTO}", f"consent-{PHOTO}", f"credit-{PHOTO}"):
        assert f'href="#{place}"' in page
        assert f'id="{place}"' in page
    assert page.index("Data pribadi tidak boleh terbit") < page.index("Saran sebelum diajukan")
    whole = await desk.get("rina", path.replace("/meja/berita", "/stories"))
    assert codes(whole, blocking=True) == ["personal-data-nik", "consent-missing", "alt-missing"]
    read = await Browser(desk.person("wati")).open(path)
    assert "Perbaiki dahulu" in read
    assert 'href="#lead"' not in read
    mended = form | {"lead": "Selesai.", f"alt-{PHOTO}": "Kunci", f"consent-{PHOTO}": "named"}
    await rina.send(f"{path}/simpan", mended | {"expected_version": "1", "dasar": "1"})
    assert len(await desk.sent(StorySubmitted)) == 1
