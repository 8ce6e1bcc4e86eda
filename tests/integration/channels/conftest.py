"""The counterparts that the tests of channels share."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import pytest

from tests.support.faulty_proxy import faulty_proxy
from tests.support.wordpress import WordPress, wordpress

pytest.register_assert_rewrite("tests.integration.channels.faults", "tests.integration.channels.faults_of_looking")

from tests.integration.channels.at_wordpress import SECONDS, USER, AtWordPress, pictures  # noqa: E402


@pytest.fixture(scope="session")
def site() -> Generator[WordPress]:
    with wordpress() as made:
        yield made


@pytest.fixture
async def at_wordpress(site: WordPress, tmp_path: Path) -> AsyncGenerator[AtWordPress]:
    password = site.password(USER)
    admin = httpx.BasicAuth("webmaster", site.password("webmaster"))
    async with (
        faulty_proxy(site.port) as proxy,
        httpx.AsyncClient(auth=admin, timeout=60) as webmaster,
        httpx.AsyncClient(timeout=60) as stranger,
        httpx.AsyncClient(timeout=SECONDS) as client,
    ):
        yield AtWordPress(site, proxy, pictures(tmp_path / "objects"), password, webmaster, stranger, client)
