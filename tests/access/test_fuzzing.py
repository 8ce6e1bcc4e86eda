"""An independent fuzzer at the JSON API of each service: nothing that it thinks of breaks a service, or is answered in
a way that the service's OpenAPI document does not tell.

Longer: ALURWARTA_FUZZ_EXAMPLES=500 pytest tests/access/test_fuzzing.py
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from deploy.bench.callers import person
from deploy.bench.items import begin
from deploy.contracts.http import openapi
from deploy.embedded.house import House
from shared.access import ROLES
from shared.topics import SERVICES
from tests.support.stack import stack
from tests.support.town import town

EXAMPLES = os.environ.get("ALURWARTA_FUZZ_EXAMPLES", "12")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
Office = tuple[House, str, dict[str, list[str]]]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Office]:
    directory: Path = tmp_path_factory.mktemp("fuzzing")
    async with stack() as servers, town(servers, directory) as running:
        callers = {role: await person(servers.owner_dsn, role, [role]) for role in ("bidang", "admin", "pimpinan")}
        yield running, servers.owner_dsn, await begin(running, *callers.values())


def naming(document: dict[str, Any], ids: dict[str, list[str]]) -> dict[str, Any]:
    """The OpenAPI document, its paths' ids mostly of items that are there; the headers alone say who asks."""
    for operations in document["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
            for place in operation.get("parameters", ()):
                if place["in"] == "path" and place["name"] in ids:
                    place["schema"] = {"enum": [*ids[place["name"]], str(uuid4())]}
    return document


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_is_sent_is_answered_as_documented(office: Office, service: str, tmp_path: Path) -> None:
    running, owner_dsn, ids = office
    caller = await person(owner_dsn, f"serba-bisa.{service}", ROLES)
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(naming(openapi(service), ids)))
    headers = [part for name, value in caller.headers.items() for part in ("--header", f"{name}: {value}")]
    run = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "run", str(document),
        "--url", running.service_urls[service], "--checks", CHECKS, "--max-examples", EXAMPLES,
        "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color", *headers,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await run.communicate()
    print(said.decode()[-3_000:])  # the seed and what was tried, kept by pytest for a failure
    assert run.returncode == 0, said.decode()[-20_000:]
