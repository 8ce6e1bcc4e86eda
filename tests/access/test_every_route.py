"""Every route of the four services is called as every role and as nobody, and answers as the table says."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from deploy.access.routes import ServedRoute, served
from deploy.bench.callers import NOBODY, Caller, client, everyone
from deploy.embedded.house import House
from shared.access import PUBLIC, ROLES
from tests.support.stack import stack
from tests.support.town import town

ROUTES = served()
Office = tuple[House, str]
PLACES = {"stage": "intake", "number": "1", "cycle": "1", "n": "1", "sha256": "0" * 64, "channel": "site", "path": "x"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Office]:
    directory: Path = tmp_path_factory.mktemp("access")
    async with stack() as servers, town(servers, directory) as running:
        yield running, servers.owner_dsn


def address(route: ServedRoute) -> str:
    """The route's path with something in each place, of which no such item exists."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda m: PLACES.get(m[1], str(uuid4())), route.path)


async def status(running: House, route: ServedRoute, caller: Caller) -> int:
    async with client(running.service_urls[route.service]) as http:
        request = http.build_request(route.method, address(route), headers=caller.headers)
        answer = await http.send(request, stream=True)  # some never end
        await answer.aclose()
        return answer.status_code


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.service} {r.method} {r.path}")
async def test_a_route_lets_in_whom_the_table_lets_in(office: Office, route: ServedRoute) -> None:
    running, owner_dsn = office
    for caller in await everyone(owner_dsn):
        answered = await status(running, route, caller)
        if route.action == PUBLIC or caller.role in route.roles:
            assert answered not in (401, 403), f"{caller.role} is turned away: {answered}"
        else:
            assert answered == (401 if caller.role == NOBODY or not set(route.roles) & set(ROLES) else 403), caller.role
        assert answered < 500, f"{caller.role}: {answered}"


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.method not in ("GET", "HEAD") and set(r.roles) & set(ROLES)],
    ids=lambda r: f"{r.service} {r.method} {r.path}",
)  # fmt: skip
async def test_a_change_that_does_not_come_from_our_own_form_is_refused(office: Office, route: ServedRoute) -> None:
    running, owner_dsn = office
    able = next(c for c in await everyone(owner_dsn) if c.role in route.roles)
    assert await status(running, route, Caller(able.role, able.token, "forged")) == 403
