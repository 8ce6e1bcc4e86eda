"""Other systems report with clients that nobody here wrote: the examples of docs/integrating.md, run as they stand."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.embedded.demo import add_accounts, is_readable, password
from deploy.embedded.house import House
from deploy.embedded.staff import Staff
from tests.support.integrator import PAGE, Integrator, expect_tools, exported, id_in, outsider, shell
from tests.support.office import Office
from tests.support.stack import HOUSE, Stack, stack
from tests.support.town import operator, town

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
SENDING = ("http", "photograph", "large", "kcat", "kcat-key", "kcat-structured", "python", "java", "emit")


@dataclass(frozen=True)
class Place:
    """Four services at work, and a source that the page's own command added; `told` is what that printed."""

    servers: Stack
    running: House
    system: Integrator
    told: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Place]:
    expect_tools("curl", "jq", "kcat")
    folder: Path = tmp_path_factory.mktemp("sender")
    async with stack() as servers, town(servers, tmp_path_factory.mktemp("town")) as running:
        office = operator(servers) | {"ALURWARTA_STAFF_URL": running.staff_url}
        told = Integrator(folder, outsider(), office).run("add", by_operator=True)
        system = Integrator(folder, outsider() | exported(told), office)
        system.settle_in()
        yield Place(servers, running, system, told)


@pytest.fixture
def system(place: Place) -> Integrator:
    return place.system


@pytest.mark.parametrize("way", SENDING)
async def test_a_report_sent_as_the_page_says_is_accepted_and_the_api_tells_the_same(
    system: Integrator, way: str
) -> None:
    if way == "java":
        expect_tools("mvn", "javac")
    printed = system.run(way, by_operator=way == "emit")
    kind, body = await system.outcome(id_in(way))
    assert kind == "intake.accepted"
    fate = await system.fate(id_in(way))
    assert (fate["state"], fate["report"], fate["problems"]) == ("accepted", body["report"], [])
    if way in ("python", "emit"):
        assert json.loads(printed.splitlines()[-1]) == {"type": "alurwarta.intake.accepted.v1"} | body


async def test_its_fate_is_asked_as_the_page_says(system: Integrator) -> None:
    system.run("http")
    await system.outcome(id_in("http"))
    assert json.loads(system.run("fate"))["state"] == "accepted"


async def test_the_photograph_sent_lies_among_the_originals_byte_for_byte(place: Place) -> None:
    photograph(place.system)
    await place.system.outcome(id_in("photograph"))
    photo = (place.system.folder / "photo.jpg").read_bytes()
    store = place.servers.store()
    kept = await store.read(place.servers.buckets.originals, hashlib.sha256(photo).hexdigest())
    store.close()
    assert kept == photo


async def test_the_java_example_names_the_client_that_is_built() -> None:
    assert PAGE.parts["pom.xml"] in (HOUSE / "tests" / "support" / "java_client" / "pom.xml").read_text()


async def test_what_adding_a_source_prints_works_as_it_stands(place: Place) -> None:
    printed = dict(re.findall(r"^(\S.*):\n((?:  .*\n?)+)", place.told, re.MULTILINE))
    bare = outsider()
    for heading in ("Send a report by HTTP", "Send a report by Kafka"):
        sent = shell(printed[heading], place.system.folder, bare)
        assert sent.returncode == 0, sent.stderr
    for n in (1, 2):
        assert (await place.system.outcome(f"contoh-{n}"))[0] == "intake.accepted"
    fate = shell(printed["Ask what became of it"], place.system.folder, bare)
    assert json.loads(fate.stdout)["state"] == "accepted"
    told = shell(printed["Read what became of all reports"], place.system.folder, bare)
    assert "contoh-2 " in told.stdout


def photograph(system: Integrator, **otherwise: Any) -> dict[str, Any]:
    """The page's photograph as a report names it, or named otherwise than it is."""
    named = system.folder / "with-photo.json"
    if not named.exists():  # a second upload would be other data under the same id
        system.run("photograph")
    file = json.loads(named.read_text())["media"][0]
    return file | {"object": file["object"] | otherwise}


def timeless(text: str) -> str:
    """A text without what stands in brackets: the times of a sentence are each request's own."""
    return re.sub(r" \([^)]*\)", "", text)


BAD: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("unit-lain", {"unit": "pertanahan"}, {}, "unit"),
    ("unit-kosong", {"unit": None}, {}, "unit"),
    ("esok", {"happened_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, {}, "happened_at"),
    ("tiada", {}, {"key": "sim-rutilahu/tiada"}, "media.0.object"),
    ("hash-lain", {}, {"sha256": "0" * 64}, "media.0.object"),
    ("ukuran-lain", {}, {"size": 7}, "media.0.object"),
    ("wadah-lain", {}, {"key": "sistem-lain/foto"}, "media.0.object"),
]


@pytest.mark.parametrize("way", ["kafka", "http"])
@pytest.mark.parametrize(("name", "changes", "named", "field"), BAD, ids=[bad[0] for bad in BAD])
async def test_a_bad_report_is_refused_with_a_sentence_on_the_topic_and_through_the_api(
    system: Integrator, way: str, name: str, changes: dict[str, Any], named: dict[str, Any], field: str
) -> None:
    report = system.report(**changes, **({"media": [photograph(system, **named)]} if named else {}))
    request_id = f"{name}-{way}"
    if way == "kafka":
        system.produce(request_id, report)
    else:
        await send(system, request_id, report, expect=202)
    kind, body = await system.outcome(request_id)
    assert kind == "intake.refused"
    (problem,) = body["problems"]
    assert problem["field"] == field
    assert name == "wadah-lain" or timeless(problem["message"]) in timeless(PAGE.text)
    fate = await system.fate(request_id)
    assert (fate["state"], fate["report"], fate["problems"]) == ("refused", None, body["problems"])


async def test_a_typo_is_named_in_a_dead_letter_and_at_once_over_http(system: Integrator) -> None:
    report = system.report(titel="Salah ketik")
    system.produce("salah-ketik", report)
    assert await system.dead_letter("salah-ketik") == "titel: Extra inputs are not permitted"
    assert (await system.call("GET", "/api/v1/requests/salah-ketik")).status_code == 404
    assert await send(system, "salah-ketik", report, expect=422) == json.loads(PAGE.parts["problem"])
    assert not [of for of, _, _ in system.outcomes() if of == "salah-ketik"]


async def test_the_same_id_with_the_same_data_is_taken_once_whichever_way_it_comes(system: Integrator) -> None:
    report = system.report(title="Dikirim tiga kali")
    await send(system, "tiga-kali", report, expect=202)
    system.produce("tiga-kali", report)
    await send(system, "tiga-kali", report, expect=202)
    system.produce("sesudahnya", report)  # what came before it has been read when this is answered
    await system.outcome("sesudahnya")
    assert [kind for of, kind, _ in system.outcomes() if of == "tiga-kali"] == ["intake.accepted"]


async def test_the_same_id_with_other_data_is_never_taken(system: Integrator) -> None:
    first = system.report(title="Yang pertama")
    system.produce("dua-isi", first)
    _, body = await system.outcome("dua-isi")
    system.produce("dua-isi", system.report(title="Yang kedua"))
    assert "other data" in await system.dead_letter("dua-isi")
    problem = await send(system, "dua-isi", system.report(title="Yang ketiga"), expect=409)
    assert problem["title"] == "other-data"
    assert (await system.fate("dua-isi"))["report"] == body["report"]
    assert len([of for of, _, _ in system.outcomes() if of == "dua-isi"]) == 1


@pytest.mark.parametrize(
    ("changes", "source", "code", "said"),
    [
        ({"titel": "Salah ketik"}, "sim-rutilahu", 2, "titel: Extra inputs are not permitted"),
        ({}, "tak-dikenal", 2, "alurwarta sources add tak-dikenal"),
        ({"unit": "pertanahan"}, "sim-rutilahu", 1, "alurwarta.intake.refused.v1"),
    ],
)
async def test_the_command_says_what_is_wrong(
    system: Integrator, changes: dict[str, Any], source: str, code: int, said: str
) -> None:
    (system.folder / "salah.json").write_text(json.dumps(system.report(**changes)))
    done = shell(f"alurwarta emit salah.json --source {source}", system.folder, system.environment | system.operator)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr


async def test_http_errors_are_problems_with_the_codes_that_the_page_lists(system: Integrator) -> None:
    report = system.report()
    assert (await system.call("GET", "/api/v1/requests/tak-pernah")).status_code == 404
    stranger = {"Authorization": "Bearer aw_bukan"}
    assert (await system.call("POST", "/api/v1/reports", json=report, headers=stranger)).status_code == 401
    await send(system, "terlalu-besar", system.report(text="x" * 1_100_000), expect=413)
    await send(system, "x" * 201, report, expect=422)


async def test_the_api_describes_itself_to_other_systems(system: Integrator) -> None:
    document = (await system.call("GET", "/api/v1/openapi.json")).json()
    for path in ("/api/v1/uploads", "/api/v1/reports", "/api/v1/requests/{request_id}"):
        assert path in document["paths"]


async def test_a_disabled_source_is_refused_both_ways(place: Place) -> None:
    added = shell("alurwarta sources add sim-lama --units perumahan", place.system.folder, place.system.operator)
    old = Integrator(place.system.folder, outsider() | exported(added.stdout), place.system.operator)
    gone = shell("alurwarta sources disable sim-lama && alurwarta sources list", old.folder, old.operator)
    assert re.search(r"sim-lama +perumahan +disabled", gone.stdout), gone.stderr
    await send(old, "terlambat", old.report(), expect=401)
    old.produce("terlambat", old.report())
    kind, body = await old.outcome("terlambat")
    assert (kind, body["problems"][0]["field"]) == ("intake.refused", "source")


async def test_the_sender_is_told_where_the_public_reads_it(place: Place) -> None:
    system, secret = place.system, password()
    await add_accounts(place.running, secret)
    people = [await Staff.log_in(place.running.staff_url, name, secret) for name in ("admin", "sekretaris")]
    system.run("http")
    at_work = asyncio.create_task(Office(*people).work())
    _, body = await system.outcome(id_in("http"), "intake.published")
    at_work.cancel()
    with suppress(asyncio.CancelledError):
        await at_work
    fate = await system.fate(id_in("http"))
    assert (fate["fate"], fate["urls"]) == (["published"], body["urls"])
    assert await is_readable(body["urls"]["site"], system.report()["title"])


async def send(system: Integrator, request_id: str, report: dict[str, Any], *, expect: int) -> dict[str, Any]:
    answer = await system.call("POST", "/api/v1/reports", json=report, headers={"Idempotency-Key": request_id})
    assert answer.status_code == expect, answer.text
    assert answer.headers["content-type"] == ("application/json" if expect < 400 else "application/problem+json")
    return answer.json()
