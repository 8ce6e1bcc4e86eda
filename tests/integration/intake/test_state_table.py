"""Every state of a Report × every action × everybody who may ask: what the declared table says, and no other thing.

The cases are made from services/intake/domain.py; below stand, as data, only the sentences by which people are refused.
A Report is sent back at the editing desk, of which intake hears: here it is that event, and nobody's request.
"""

import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio

from shared import access
from tests.integration.intake import desk as desks
from tests.integration.intake.desk import Office
from tests.support.stack import Stack
from tests.support.state_table import No, Picture, changed, machine
from tests.unit.intake.samples import NOON, hours, published, sent_back

TABLE = machine("intake", "report")
SUMBER = "sim-rutilahu"
# Agus is of another Bidang than the Report.
ASKERS: dict[str, str | None] = {
    "nobody": None, "bidang": "dewi", "another bidang": "agus", "admin": "rina", "pimpinan": "bambang",
    "pengawas": "tono", "operator": "joko", "sumber": SUMBER,
}  # fmt: skip
GRANTED_BY = {"receive": "report.send", "supplement": "report.change", "withdraw": "report.change"}
BY_EVENT = "send-back"
TELLING = ("audit", "outbox", "outbox_streams", "requests")  # where it is written down that a system was refused
EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' CASCADE'
        FROM pg_tables WHERE schemaname IN ('intake', 'accounts') AND tablename <> 'migrations');
    END $$"""

NOBODY = No(401, "not-logged-in", "Silakan masuk lebih dahulu.")
FORBIDDEN = No(403, "forbidden", "Akun Anda tidak berwenang untuk tindakan ini. Hubungi Admin.")
NOT_SEEN = No(404, "not-found", "Bahan tidak ditemukan.")
NOT_YOURS = No(422, "not-your-unit", "Bahan hanya dapat dikirim atas nama Bidang/Sekretariat Anda sendiri.")
WITHDRAWN = "Bahan ini sudah ditarik."
AS_NEW = "Bahan ini sudah ditarik. Kirim sebagai bahan baru."
NOT_OF_SYSTEM = "Bahan yang dilengkapi tidak ditemukan di antara bahan kiriman sistem ini."
OUT = "Bahan ini sudah terbit sebagai berita. Minta Admin menurunkan beritanya lebih dahulu."
# What somebody is told who may do it, where the state does not allow it, or something more than the state forbids it.
REFUSED: dict[tuple[str, str], No] = {
    ("withdrawn", "supplement"): No(422, "supplement-when-withdrawn", AS_NEW),
    ("withdrawn", "withdraw"): No(422, "withdraw-when-withdrawn", WITHDRAWN),
    ("received, and public", "withdraw"): No(422, "already-published", OUT),
    ("sent-back, and public", "withdraw"): No(422, "already-published", OUT),
}
# What another system is told, whose answer comes as an outcome.
REFUSED_SYSTEM: dict[str, str] = {"withdrawn": AS_NEW, "received of a person": NOT_OF_SYSTEM}


class Situation(NamedTuple):
    state: str
    make: Callable[[Office], Awaitable[UUID]]


NUMBER = itertools.count()


def told(**more: Any) -> dict[str, Any]:
    return {"title": "Serah terima", "text": "Empat puluh rumah.", "happened_at": hours(-4).isoformat(), **more}


async def by_system(desk: Office, **more: Any) -> tuple[str, httpx.Response]:
    """What another system asks, each time by an id of its own."""
    key = f"uji-{next(NUMBER)}"
    body = told(unit="perumahan") | more
    return key, await desk.call(SUMBER, "POST", "/api/v1/reports", json=body, headers={"Idempotency-Key": key})


async def outcome(desk: Office, key: str) -> Any:
    return (await desk.call(SUMBER, "GET", f"/api/v1/requests/{key}")).json()


async def received(desk: Office) -> UUID:
    """Of another system, in the name of Dewi's Bidang."""
    key, answer = await by_system(desk)
    assert answer.status_code == 202, answer.text
    return UUID((await outcome(desk, key))["report"])


async def of_a_person(desk: Office) -> UUID:
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=told())
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["report"])


async def asked(desk: Office) -> UUID:
    report = await received(desk)
    await desk.hear(sent_back(report))
    return report


def public(make: Callable[[Office], Awaitable[UUID]]) -> Callable[[Office], Awaitable[UUID]]:
    async def made(desk: Office) -> UUID:
        report = await make(desk)
        await desk.hear(published(desk.desk.new_id(), report))
        return report

    return made


async def withdrawn(desk: Office) -> UUID:
    report = await received(desk)
    answer = await ask(desk, "dewi", report, "withdraw")
    assert answer.status_code == 200, answer.text
    return report


SITUATIONS: dict[str, Situation] = {
    "received": Situation("received", received),
    "received of a person": Situation("received", of_a_person),
    "received, and public": Situation("received", public(received)),
    "sent-back": Situation("sent-back", asked),
    "sent-back, and public": Situation("sent-back", public(asked)),
    "withdrawn": Situation("withdrawn", withdrawn),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(place: Stack) -> AsyncGenerator[Office]:
    """One desk for all cases, with another system, and an account of the one who runs ours."""
    patch = pytest.MonkeyPatch()
    patch.setitem(desks.PEOPLE, "joko", ("Joko", "Pengelola sistem", ["operator"], None))
    owner = await asyncpg.connect(place.owner_dsn, server_settings={"search_path": "intake"})
    await owner.execute(EMPTY)
    async with desks.office(place, owner, NOON) as desk:
        await desk.source(SUMBER, "perumahan")
        yield desk
    await owner.close()
    patch.undo()


async def ask(desk: Office, who: str | None, report: UUID, action: str) -> httpx.Response:
    """Do one action of a person at the JSON API."""
    if action == "receive":
        return await desk.call(who, "POST", "/api/v1/reports", json=told(unit="perumahan"))
    path = {"supplement": "supplements", "withdraw": "withdraw"}[action]
    body = {"text": "Jumlahnya 42."} if action == "supplement" else {"reason": "Salah kirim."}
    return await desk.call(who, "POST", f"/api/v1/reports/{report}/{path}", json=body)


def expected(situation: str, action: str, asker: str) -> No | None:
    """What the declared tables say of one person's case; None where it is to be done."""
    roles = next(arrow.roles for (_, name), arrow in TABLE.arrows.items() if name == action)
    if asker == "nobody":
        return NOBODY
    if asker.rpartition(" ")[2] not in roles:
        return FORBIDDEN
    if asker == "another bidang":
        return NOT_YOURS if action == "receive" else NOT_SEEN
    return REFUSED.get((situation, action))


async def refused(desk: Office, report: UUID, action: str, whom: Mapping[str, No]) -> list[str]:
    """Ask for all who are to be refused; returns who was told otherwise, and what changed all the same."""
    picture, wrong = Picture(desk.owner, "intake"), list[str]()
    before = await picture.take()
    for asker, no in whom.items():
        answer = await ask(desk, ASKERS[asker], report, action)
        found = answer.json()
        said = No(answer.status_code, found.get("type", "").rpartition(":")[2], found.get("detail", ""))
        wrong += [] if said == no else [f"{action} by {asker}: {said}, not {no}"]
    touched = changed(before, await picture.take())
    return wrong + ([f"{action} was refused and changed {touched}"] if touched else [])


PEOPLE = [asker for asker in ASKERS if asker != "sumber"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_in_this_state_each_person_may_do_what_the_table_says_and_is_told_why_not(
    office: Office, situation: str
) -> None:
    state, make = SITUATIONS[situation]
    wrong, report = list[str](), await make(office)
    assert await office.state(report) == state
    for action in ("supplement", "withdraw"):
        answers = {asker: expected(situation, action, asker) for asker in PEOPLE}
        wrong += await refused(office, report, action, {asker: no for asker, no in answers.items() if no is not None})
        for asker in [asker for asker, no in answers.items() if no is None]:
            answer = await ask(office, ASKERS[asker], report, action)
            now, to = await office.state(report), TABLE.after(state, action)
            if not answer.is_success or now not in to:
                wrong.append(f"{action} by {asker}: {answer.status_code} {answer.text[:200]}, now {now}, of {set(to)}")
            report = await make(office)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_in_this_state_another_system_may_add_what_the_table_says_and_is_told_why_not(
    office: Office, situation: str
) -> None:
    state, make = SITUATIONS[situation]
    report, picture = await make(office), Picture(office.owner, "intake", without=TELLING)
    before = await picture.take()
    key, answer = await by_system(office, supplements=str(report))
    assert answer.status_code == 202, answer.text
    said = await outcome(office, key)
    if (no := REFUSED_SYSTEM.get(situation)) is not None:
        assert (said["state"], [p["message"] for p in said["problems"]]) == ("refused", [no])
        assert changed(before, await picture.take()) == []
        return
    assert said["state"] == "accepted", said
    assert await office.state(report) in TABLE.after(state, "supplement")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_in_this_state_the_editing_desk_asks_back_as_the_table_says_and_it_is_no_dead_letter(
    office: Office, situation: str
) -> None:
    state, make = SITUATIONS[situation]
    report = await make(office)
    await office.hear(sent_back(report, cycle=3))
    assert await office.state(report) in (TABLE.after(state, BY_EVENT) or {state})
    assert await office.letters() == []


@pytest.mark.asyncio(loop_scope="module")
async def test_each_person_and_system_begins_a_report_where_the_table_says_and_is_told_why_not(office: Office) -> None:
    answers = {asker: expected("", "receive", asker) for asker in PEOPLE}
    no = {asker: answer for asker, answer in answers.items() if answer is not None}
    assert await refused(office, UUID(int=1), "receive", no) == []
    for asker in answers.keys() - no.keys():
        answer = await ask(office, ASKERS[asker], UUID(int=1), "receive")
        assert answer.status_code == 201, answer.text
        assert await office.state(answer.json()["report"]) in TABLE.after("", "receive")
    assert await office.state(await received(office)) in TABLE.after("", "receive")


def test_no_state_and_no_action_of_the_table_is_without_a_case() -> None:
    assert {"", *(s.state for s in SITUATIONS.values())} == set(TABLE.states)
    assert {*GRANTED_BY, BY_EVENT} == {*TABLE.by_hand, *TABLE.by_event}
    assert set(access.ROLES) <= set(ASKERS)
    for situation, (state, _) in SITUATIONS.items():
        for action in ("supplement", "withdraw"):
            assert TABLE.after(state, action) or (situation, action) in REFUSED


def test_who_the_table_lets_through_is_who_the_table_of_access_does() -> None:
    for action, granted in GRANTED_BY.items():
        machines = {"sumber"} if "system" in access.machines_of(granted) else set[str]()
        roles = {r for (_, name), arrow in TABLE.arrows.items() if name == action for r in arrow.roles}
        allowed = {*access.roles_of(granted), *machines}
        # A system supplements by a request, for which `report.send` asks.
        assert roles - {"sumber"} == allowed - {"sumber"}, action
