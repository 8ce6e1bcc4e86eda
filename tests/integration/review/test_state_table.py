"""Every state of a Version × every action × everybody who may ask: what the declared table says, and no other thing.

The cases are made from services/review/domain.py; below stand, as data, only the sentences by which people are refused.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from shared import access
from shared.content import Words
from shared.events import Event, StorySubmitted
from tests.integration.review import desk as desks
from tests.integration.review.absences import all_back, stands_in
from tests.integration.review.desk import Office
from tests.integration.review.test_crossings import GROUNDS
from tests.integration.review.test_putusan import exact
from tests.support.stack import Stack
from tests.support.state_table import No, Picture, changed, machine
from tests.unit.review.samples import abandoned, hours, submitted

TABLE = machine("review", "version")
WHY = [{"code": "lain", "note": "Warga harus tahu sekarang."}]
# Who asks, and their account. Rina wrote the Version and is a leader too; Agus stands in for Sari, who is away.
ASKERS: dict[str, str | None] = {
    "nobody": None, "bidang": "dewi", "admin": "tono", "pengawas": "wati", "operator": "joko", "pimpinan": "bambang",
    "plh": "agus", "author": "rina",
}  # fmt: skip
PEOPLE = {
    "joko": ("Joko", "Pengelola sistem", ["operator"]), "sari": ("Sari Dewanti", "Sekretaris lama", ["pimpinan"]),
}  # fmt: skip
ROLES: dict[str, tuple[str, ...]] = {"plh": ("bidang", "pimpinan"), "author": ("admin", "pimpinan"), "nobody": ()}
# By which line of shared/access.py an action is granted.
GRANTED_BY = {
    "approve": "review.decide", "return": "review.decide", "decline": "review.decide", "withhold": "review.decide",
    "hand-over": "review.hand-over", "withdraw-offer": "review.withdraw-offer", "confirm": "review.confirm",
    "revoke": "review.revoke",
}  # fmt: skip
EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(format('review.%I', tablename), ', ') || ' CASCADE'
        FROM pg_tables WHERE schemaname = 'review' AND tablename <> 'migrations');
    END $$"""
CHOICES = {"approve": "approved", "return": "returned", "decline": "declined", "withhold": "withheld"}

AGAIN = " Muat ulang halamannya."
FIRST = "oleh Kepala Dinas (Kepala Dinas), Senin, 23 November 2026 pukul 09.30 WIB. Keputusan pertama yang berlaku."
NEWER = No(
    409, "not-newest", "Yang menunggu penyaringan sekarang versi 2. Muat ulang lalu baca versi itu dahulu."
)  # fmt: skip


def not_open(sentence: str) -> No:
    return No(409, "not-open", sentence)


# In which situation a Version is; several are of one state where more than the state tells what may be done.
STATES = {
    "open": "open", "approved": "approved", "approved in an emergency": "approved", "confirmed": "approved",
    "returned": "returned", "returned with an offer": "returned", "offer withdrawn": "returned",
    "offer overtaken": "returned", "declined": "declined", "withheld": "withheld", "superseded": "superseded",
    "superseded after its approval": "superseded", "superseded after an emergency": "superseded",
    "abandoned": "abandoned",
    "abandoned after its approval": "abandoned", "revoked": "revoked",
}  # fmt: skip
# What a leader is told who decides on what is not open.
DECIDED: dict[str, No] = {
    "approved": not_open(f"Versi 1 sudah disetujui {FIRST}"),
    "approved in an emergency": not_open(f"Versi 1 sudah disetujui {FIRST}"),
    "confirmed": not_open(f"Versi 1 sudah disetujui {FIRST}"),
    "returned": not_open(f"Versi 1 sudah dikembalikan {FIRST}"),
    "returned with an offer": not_open(f"Versi 1 sudah dikembalikan {FIRST}"),
    "offer withdrawn": not_open(f"Versi 1 sudah dikembalikan {FIRST}"),
    "offer overtaken": NEWER,
    "declined": not_open(f"Versi 1 sudah diputuskan tidak dimuat {FIRST}"),
    "withheld": not_open(f"Versi 1 sudah diusulkan dikecualikan {FIRST}"),
    "superseded": NEWER,
    "superseded after its approval": NEWER,
    "superseded after an emergency": NEWER,
    "abandoned": not_open(f"Berita ini sudah dihentikan oleh Admin.{AGAIN}"),
    "abandoned after its approval": not_open(f"Berita ini sudah dihentikan oleh Admin.{AGAIN}"),
    "revoked": not_open(f"Persetujuan versi ini sudah dicabut.{AGAIN}"),
}
# What they are told who would hand over, confirm or revoke it: how it stands.
STANDS: dict[str, No] = {
    "open": not_open(f"Versi ini belum diputuskan.{AGAIN}"),
    "approved": not_open(f"Versi ini sudah disetujui.{AGAIN}"),
    "returned": not_open(f"Versi ini sudah dikembalikan untuk diperbaiki.{AGAIN}"),
    "declined": not_open(f"Versi ini sudah diputuskan tidak dimuat.{AGAIN}"),
    "withheld": not_open(f"Versi ini sudah diusulkan dikecualikan.{AGAIN}"),
    "superseded": not_open(f"Versi ini sudah diganti versi yang lebih baru.{AGAIN}"),
    "abandoned": not_open(f"Berita ini sudah dihentikan oleh Admin.{AGAIN}"),
    "revoked": not_open(f"Persetujuan versi ini sudah dicabut.{AGAIN}"),
}
# An arrow that the table has, and that something more than the state forbids here.
NO_EMERGENCY = No(422, "no-emergency", "Versi ini tidak disetujui secara darurat, jadi tidak perlu disahkan.")
NARROWER: dict[tuple[str, str], No] = {
    ("superseded", "confirm"): NO_EMERGENCY,
    ("superseded after its approval", "confirm"): NO_EMERGENCY,
    ("superseded", "revoke"): not_open(f"Versi ini sudah diganti versi yang lebih baru.{AGAIN}"),
    ("returned", "withdraw-offer"): No(
        422, "no-offer", "Pada versi ini tidak ada kalimat perbaikan pimpinan yang dapat ditarik."
    ),
    ("offer withdrawn", "withdraw-offer"): No(
        409, "withdrawn-already", "Perbaikan pimpinan pada versi ini sudah ditarik. Muat ulang halamannya."
    ),
    ("offer overtaken", "withdraw-offer"): No(
        409, "offer-over", "Perbaikan itu tidak menunggu lagi: Admin sudah mengajukan versi 2. Buka versi itu."
    ),
    ("offer overtaken", "hand-over"): NEWER,
    ("approved", "confirm"): NO_EMERGENCY,
    ("confirmed", "confirm"): No(
        409, "confirmed-already", "Persetujuan darurat ini sudah disahkan. Muat ulang halamannya."
    ),
}
# What the author is told who is a leader, where the table of access says `not-author`.
FOUR_EYES = No(
    422, "four-eyes", "Anda ikut menulis versi ini, jadi penyaringannya harus oleh pimpinan lain (empat mata)."
)  # fmt: skip
OWN: dict[str, No] = {
    "approve": FOUR_EYES, "return": FOUR_EYES, "decline": FOUR_EYES, "withhold": FOUR_EYES,
    "confirm": No(
        422, "own-emergency",
        "Persetujuan darurat disahkan oleh pimpinan lain: bukan yang memberikannya atau penulisnya.",
    ),
}  # fmt: skip
NOBODY = No(401, "not-logged-in", "Silakan masuk lebih dahulu.")
FORBIDDEN = No(403, "forbidden", "Akun Anda tidak berwenang untuk tindakan ini. Hubungi Admin.")


class Item(NamedTuple):
    """One Version, with what is needed to ask for anything of it."""

    story: UUID
    event: StorySubmitted


def sentence_for(situation: str, action: str) -> No | None:
    """What a leader is told who may do this; None where it is to be done."""
    if (situation, action) in NARROWER:
        return NARROWER[situation, action]
    if TABLE.after(STATES[situation], action):
        return None
    if action in CHOICES:
        return DECIDED[situation]
    if action == "hand-over" and STATES[situation] == "superseded":
        return NEWER
    return STANDS[STATES[situation]]


def expected(situation: str, action: str, asker: str) -> No | None:
    """What the declared tables say of one case."""
    if asker == "nobody":
        return NOBODY
    if not TABLE_ROLES[action] & set(ROLES.get(asker, (asker,))):
        return FORBIDDEN
    no = sentence_for(situation, action)
    condition = access.grants(GRANTED_BY[action])["pimpinan"]
    if no is None and asker == "author" and condition == "not-author":
        return OWN[action]
    # Who it is about is looked at before whether it was confirmed already.
    if asker == "author" and (situation, action) == ("confirmed", "confirm"):
        return OWN[action]
    return no


TABLE_ROLES: Mapping[str, frozenset[str]] = {action: arrow.roles for (_, action), arrow in TABLE.arrows.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(place: Stack) -> AsyncGenerator[Office]:
    """One desk for all cases; everybody is logged in, one leader is away, and approvals in an emergency are allowed."""
    patch = pytest.MonkeyPatch()
    for who, told in PEOPLE.items():
        patch.setitem(desks.PEOPLE, who, told)
    owner = await asyncpg.connect(place.owner_dsn)
    await owner.execute(EMPTY)
    async with desks.office(place, owner, hours(1.5)) as desk:
        desk.app.state.settings = desk.app.state.settings.model_copy(update={"emergency_bypass": True})
        await all_back(desk)
        await stands_in(desk, "agus", "sari", letter="800/9/2026")
        for who in (*filter(None, ASKERS.values()), "kadis"):
            await desk.session(who)
        yield desk
        await all_back(desk)
    await owner.close()
    patch.undo()


async def ask(desk: Office, who: str | None, item: Item, action: str, **more: Any) -> httpx.Response:
    """Do one action at the JSON API."""
    path, version = f"/api/v1/reviews/{item.story}", item.event.version
    if action in CHOICES:
        choice = CHOICES[action]
        return await desk.call(
            who, "POST", f"{path}/decisions", json=exact(item.event, choice) | GROUNDS[choice] | more
        )
    told: dict[str, Any] = {"version": version, "note": "Keliru."}
    if action == "hand-over":
        return await desk.call(who, "POST", f"{path}/dispositions", json=told | {"to": "kadis"})
    return await desk.call(who, "POST", f"{path}/{action}", json=told)


def following(item: Item, action: str) -> Event:
    """What editing tells, from which an action follows that nobody does by hand."""
    if action == "supersede":
        return submitted(item.story, item.event.version + 2, at=hours(5))
    assert action == "abandon", f"no event is known here from which {action} follows"
    return abandoned(item.story, at=hours(5))


async def opened(desk: Office) -> Item:
    event = submitted(uuid4())
    await desk.hear(event)
    return Item(event.story, event)


async def done(desk: Office, item: Item, action: str, who: str = "kadis", **more: Any) -> Item:
    answer = await ask(desk, who, item, action, **more)
    assert answer.status_code == 201, answer.text
    return item


async def in_an_emergency(desk: Office) -> Item:
    return await done(desk, await opened(desk), "approve", basis="emergency", reasons=WHY)


async def confirmed(desk: Office) -> Item:
    return await done(desk, await in_an_emergency(desk), "confirm", "bambang")


async def after(desk: Office, item: Item, event: Event) -> Item:
    await desk.hear(event)
    return item


async def superseded(desk: Office) -> Item:
    item = await opened(desk)
    return await after(desk, item, submitted(item.story, 2, at=hours(1)))


async def superseded_late(desk: Office) -> Item:
    item = await done(desk, await opened(desk), "approve")
    return await after(desk, item, submitted(item.story, 2, at=hours(2)))


async def superseded_after_an_emergency(desk: Office) -> Item:
    item = await in_an_emergency(desk)
    return await after(desk, item, submitted(item.story, 2, at=hours(2)))


async def offered(desk: Office) -> Item:
    item = await opened(desk)
    words = Words.of(item.event.content).model_copy(update={"title": "Judul pimpinan"})
    why = [{"code": "setuju-dengan-perbaikan"}]
    return await done(desk, item, "return", reasons=why, proposal=words.model_dump(mode="json"))


async def offer_withdrawn(desk: Office) -> Item:
    return await done(desk, await offered(desk), "withdraw-offer", "bambang")


async def offer_overtaken(desk: Office) -> Item:
    item = await offered(desk)
    return await after(desk, item, submitted(item.story, 2, at=hours(2)))


async def given_up(desk: Office) -> Item:
    item = await opened(desk)
    return await after(desk, item, abandoned(item.story, at=hours(1)))


async def given_up_late(desk: Office) -> Item:
    item = await done(desk, await opened(desk), "approve")
    return await after(desk, item, abandoned(item.story, at=hours(2)))


async def revoked(desk: Office) -> Item:
    return await done(desk, await done(desk, await opened(desk), "approve"), "revoke")


def by(action: str) -> Callable[[Office], Awaitable[Item]]:
    async def make(desk: Office) -> Item:
        return await done(desk, await opened(desk), action)

    return make


# How a Version really comes into each situation: by the service's own steps.
MADE: dict[str, Callable[[Office], Awaitable[Item]]] = {
    "open": opened, "approved": by("approve"), "approved in an emergency": in_an_emergency, "confirmed": confirmed,
    "returned": by("return"), "returned with an offer": offered, "offer withdrawn": offer_withdrawn,
    "offer overtaken": offer_overtaken, "declined": by("decline"), "withheld": by("withhold"),
    "superseded": superseded, "superseded after its approval": superseded_late,
    "superseded after an emergency": superseded_after_an_emergency, "abandoned": given_up,
    "abandoned after its approval": given_up_late, "revoked": revoked,
}  # fmt: skip


async def refused(desk: Office, item: Item, action: str, whom: Mapping[str, No]) -> list[str]:
    """Ask for all who are to be refused; returns who was told otherwise, and what changed all the same."""
    picture, wrong = Picture(desk.owner, "review"), list[str]()
    before = await picture.take()
    for asker, no in whom.items():
        answer = await ask(desk, ASKERS[asker], item, action)
        told = answer.json()
        said = No(answer.status_code, told.get("type", "").rpartition(":")[2], told.get("detail", ""))
        wrong += [] if said == no else [f"{action} by {asker}: {said}, not {no}"]
    touched = changed(before, await picture.take())
    return wrong + ([f"{action} was refused and changed {touched}"] if touched else [])


async def allowed(desk: Office, item: Item, situation: str, action: str, asker: str) -> list[str]:
    """Ask for somebody to whom the table grants it; returns what did not become as it says."""
    answer = await ask(desk, ASKERS[asker], item, action)
    state, to = (await desk.states(item.story))[1], TABLE.after(STATES[situation], action)
    told = await desk.rows(
        "SELECT 1 FROM review.audit WHERE item = $1 AND actor = $2 AND version = 1", str(item.story), ASKERS[asker]
    )
    right = answer.status_code == 201 and state in to and told
    return [] if right else [f"{action} by {asker}: {answer.status_code} {answer.text}, now {state}, of {set(to)}"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("situation", STATES)
async def test_in_this_state_each_person_may_do_what_the_table_says_and_is_told_why_not(
    office: Office, situation: str
) -> None:
    wrong, item = list[str](), await MADE[situation](office)
    for action in TABLE.by_hand:
        answers = {asker: expected(situation, action, asker) for asker in ASKERS}
        wrong += await refused(office, item, action, {asker: no for asker, no in answers.items() if no is not None})
        for asker in [asker for asker, no in answers.items() if no is None]:
            wrong += await allowed(office, item, situation, action, asker)
            item = await MADE[situation](office)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("situation", STATES)
async def test_in_this_state_what_editing_tells_does_what_the_table_says_and_is_no_dead_letter(
    office: Office, situation: str
) -> None:
    wrong = list[str]()
    for action in TABLE.by_event:
        item = await MADE[situation](office)
        await office.hear(following(item, action))
        state = (await office.states(item.story))[1]
        allowed = TABLE.after(STATES[situation], action) or {STATES[situation]}
        if state not in allowed:
            wrong.append(f"{action}: now {state}, not one of {set(allowed)}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert await office.rows("SELECT reason FROM review.dead_letters") == []


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_answer_of_the_same_leader_once_more_changes_nothing(office: Office) -> None:
    picture = Picture(office.owner, "review")
    for action in CHOICES:
        item = await done(office, await opened(office), action)
        before = await picture.take()
        await done(office, item, action)
        assert changed(before, await picture.take()) == []


def test_no_state_and_no_action_of_the_table_is_without_a_case() -> None:
    assert set(STATES.values()) == set(TABLE.states)
    assert set(MADE) == set(STATES)
    assert set(GRANTED_BY) == set(TABLE.by_hand)
    assert {"supersede", "abandon"} == set(TABLE.by_event)
    assert {r for roles in TABLE_ROLES.values() for r in roles} <= {*access.ROLES}
    assert set(access.ROLES) <= set(ASKERS)


def test_who_the_table_lets_through_is_who_the_table_of_access_does() -> None:
    for action, granted in GRANTED_BY.items():
        assert TABLE_ROLES[action] == frozenset(access.roles_of(granted)), action
