"""One town, one scene and one browser for all browser tests of a process, in one event loop."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.embedded.demo import password
from tests.browser import scene
from tests.browser.site import Site
from tests.support import chromium, networks
from tests.support.stack import stack
from tests.support.town import town

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in this folder share the loop in which the browser lives, without saying so each."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            for mark in networks.WITH_A_BROWSER:
                item.add_marker(mark)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    """The town at work, with the scene played. Do not end its items' states: make your own for what you change."""
    directory = tmp_path_factory.mktemp("town")
    async with chromium.running() as browser, stack() as servers, town(servers, directory) as house:
        secret = password()
        await scene.people(house, secret)
        yield Site(house, servers, secret, await scene.played(house, secret), browser)
