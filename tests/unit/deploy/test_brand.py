"""The office's own look on the pages of each service, at addresses that anybody may ask for."""

import importlib
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from deploy.access.routes import NOWHERE
from shared.topics import SERVICES


def composed(service: str, **settings: object) -> FastAPI:
    made = importlib.import_module(f"services.{service}.settings").Settings
    return importlib.import_module(f"services.{service}.app").create_app(made(**NOWHERE, **settings))


@pytest.mark.parametrize("service", SERVICES)
async def test_each_service_answers_for_colour_and_logo(service: str, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    app = composed(service, brand_colour="#7a1f2b", logo_file=logo)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        colours, picture = await client.get("/merek.css"), await client.get("/merek-logo")
    assert "--brand:#7a1f2b" in colours.text
    assert colours.headers["content-type"].startswith("text/css")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in picture.headers["content-security-policy"]
    for answer in (colours, picture):
        assert "immutable" in answer.headers["cache-control"]


async def test_without_a_logo_there_is_none() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(composed("intake")), base_url="http://x") as client:
        assert (await client.get("/merek-logo")).status_code == 404


async def test_pages_name_the_office_and_tell_what_the_operator_says(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG")
    app = composed("intake", office_short="DPKPP", brand_colour="#7a1f2b", logo_file=logo)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        page = (await client.get("/masuk", headers={"Accept": "text/html"})).text
    assert "DPKPP" in page
    assert 'href="/merek.css?v=' in page
    assert 'src="/merek-logo?v=' in page
