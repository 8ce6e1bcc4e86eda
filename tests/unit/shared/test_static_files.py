"""Stylesheets and scripts: kept for ever at an address that changes with them, compressed, and told apart."""

import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from shared import static_files

BROWSER = {"accept-encoding": "gzip, deflate, br"}


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = Starlette(routes=[Mount("/aset", static_files.serve)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


async def test_the_address_that_pages_name_is_kept_for_ever(client: httpx.AsyncClient) -> None:
    found = await client.get(static_files.address("gaya.css"), headers=BROWSER)
    assert (found.status_code, found.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in found.headers["cache-control"]


async def test_another_version_gets_todays_file_and_does_not_keep_it(client: httpx.AsyncClient) -> None:
    for path in ("/aset/gaya.css", "/aset/gaya.css?v=of-yesterday"):
        found = await client.get(path)
        assert found.status_code == 200
        assert found.headers["cache-control"] == "no-cache"


async def test_it_is_compressed_for_who_can_read_that(client: httpx.AsyncClient) -> None:
    plain = await client.get("/aset/gaya.css", headers={"accept-encoding": "identity"})
    squeezed = await client.get("/aset/gaya.css", headers=BROWSER)
    assert "content-encoding" not in plain.headers
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != squeezed.headers["etag"]
    assert int(squeezed.headers["content-length"]) < len(plain.content) / 4
    assert plain.content == squeezed.content


async def test_what_a_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/aset/gaya.css", headers=BROWSER)
    again = await client.get("/aset/gaya.css", headers=BROWSER | {"if-none-match": f"W/{first.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/aset/vendor/README.md", "/aset/../settings.py", "/aset/", "/aset/tidak-ada.css"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
    assert (await client.post("/aset/gaya.css")).status_code == 405


def test_the_base_comes_with_the_stylesheet_and_below_it(tmp_path: Path) -> None:
    (tmp_path / "base.css").write_text('@charset "UTF-8";a{color:red}')
    (tmp_path / "ours.css").write_text('@import url("base.css") layer(base);\na{color:blue}')
    made = static_files.assets(tmp_path)["ours.css"]
    assert made.body == b"@layer base {a{color:red}}\na{color:blue}"
    assert made.squeezed is not None
    assert gzip.decompress(made.squeezed) == made.body
    assert b"Pico CSS" in static_files.assets()["gaya.css"].body


def test_no_template_loads_anything_from_elsewhere_or_inline() -> None:
    house = Path(static_files.__file__).parents[1]
    pages = [*house.glob("services/*/templates/*.html"), *house.glob("shared/templates/*.html")]
    assert len(pages) > 20
    for page in pages:
        text = page.read_text()
        assert not re.search(r'<(script|link|img)[^>]+(src|href)="(https?:)?//', text), page
        assert not re.search(r"<style|<script>|\sstyle=|\son[a-z]+=", text), page
