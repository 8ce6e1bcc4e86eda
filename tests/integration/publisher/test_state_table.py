"""Every state of a Publication, a Delivery and a schedule × every action × everybody: as declared, and no other thing.

The cases are made from services/publisher/transitions.py; below stand, as data, only the sentences by which people are
refused, and where an action that is asked for twice, or is another item's as well, is no refusal.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.publisher.domain import NO_SCHEDULE, SITE
from shared import access
from shared.events import Event
from tests.integration.publisher import office as offices
from tests.integration.publisher.medsos import Medsos, Mood
from tests.integration.publisher.office import Office
from tests.support.stack import Stack
from tests.support.state_table import No, Picture, changed, machine
from tests.unit.publisher.samples import approved, content, revoked

Item = Literal["publication", "delivery", "schedule", "approval"]
TABLES = {item: machine("publisher", item) for item in ("publication", "delivery", "schedule", "approval")}
ASKERS: dict[str, str | None] = {
    "nobody": None, "bidang": "dewi", "admin": "tono", "pimpinan": "bambang", "pengawas": "wati", "operator": "joko",
}  # fmt: skip
LINK = "https://medsos.test/p/1"
NUMBER = count()  # so that no time is set twice
NOBODY = No(401, "not-logged-in", "Silakan masuk lebih dahulu.")
FORBIDDEN = No(403, "forbidden", "Akun Anda tidak berwenang untuk tindakan ini. Hubungi Admin.")

Answer = No | Literal["same", "stays"]

# Asked for twice: it is answered as if it was done, and nothing changes.
SAME = "same"
# It is done, to another item: this one stays as it is.
STAYS = "stays"
MOVED_ON = No(409, "moved-on", "Keadaan berita ini sudah berubah. Muat ulang halamannya lalu periksa lagi.")
FELL = No(409, "approval-fell", "Persetujuan atas versi 1 tidak berlaku lagi. Muat ulang halamannya.")
NOTHING_OUT = No(409, "nothing-public", "Tidak ada versi berita ini yang sedang terbit.")
NOT_WAIVABLE = No(
    409, "not-waivable", "Hanya kanal wajib yang belum tayang, selama penerbitan berjalan, yang dapat dibebaskan."
)  # fmt: skip
NOT_ASKED = No(
    409, "not-asked", "Kanal ini masih diperiksa oleh sistem, atau keadaannya sudah jelas. Muat ulang halamannya."
)  # fmt: skip
NOT_BY_HAND = No(
    422, "not-by-hand", "Kiriman ini dikirim oleh sistem. Muat ulang halamannya untuk melihat keadaannya."
)  # fmt: skip
NO_LOOK_UP = No(
    422, "no-look-up",
    "Sistem tidak dapat memeriksa kanal ini. Buka kanalnya, lalu nyatakan sudah tayang atau belum ada.",
)  # fmt: skip
NO_SCHEDULE_ON = No(
    409, "nothing-scheduled", "Tidak ada jadwal yang menunggu untuk versi ini. Muat ulang halamannya."
)  # fmt: skip


class Situation(NamedTuple):
    """How an item comes to its state, and what is answered there to what is not simply done."""

    state: str
    make: Callable[[Office], Awaitable[UUID]]
    answers: dict[str, Answer]


async def approve(
    desk: Office, story: UUID | None = None, version: int = 1, mood: Mood = "well", *, looks_up: bool = False
) -> UUID:
    """A Version that waits for the Admin, for the site and a second channel that behaves so."""
    desk.connect(Medsos(mood=mood, lookup_there=looks_up))
    whole = content(f"Berita {version}", body=(), media=(), channels=("site", "medsos"))
    event = approved(story or uuid4(), version, content=whole, at=desk.at)
    await desk.hear(event)
    return event.story


async def start(desk: Office, story: UUID, version: int = 1) -> UUID:
    assert (await desk.start(story, version)).status_code == 202
    return story


async def out(desk: Office, mood: Mood = "well") -> UUID:
    """Sent to both channels."""
    story = await start(desk, await approve(desk, mood=mood))
    await desk.work()
    return story


async def ready(desk: Office) -> UUID:
    return await approve(desk)


async def publishing(desk: Office) -> UUID:
    return await out(desk, "no")


async def hidden(desk: Office, mood: Mood = "well") -> UUID:
    """Its take-down has begun."""
    story = await out(desk, mood)
    answer = await desk.call("tono", "POST", f"/api/v1/publications/{story}/take-down", json={"reason": "Keliru."})
    assert answer.status_code == 202
    return story


async def taken_down(desk: Office, mood: Mood = "well") -> UUID:
    story = await hidden(desk, mood)
    await desk.clear()
    return story


async def void(desk: Office) -> UUID:
    story = await approve(desk)
    await desk.hear(revoked(story, at=desk.at))
    return story


async def replaced(desk: Office) -> UUID:
    """Corrected by a newer Version, which stands."""
    story = await out(desk)
    await approve(desk, story, 2)
    await start(desk, story, 2)
    await desk.work()
    return story


async def replaced_and_gone(desk: Office) -> UUID:
    """Corrected by a newer Version, which was taken down since."""
    story = await replaced(desk)
    await desk.call("tono", "POST", f"/api/v1/publications/{story}/take-down", json={"reason": "Keliru."})
    await desk.clear()
    return story


async def for_a_person(desk: Office) -> UUID:
    """Its second channel is posted to by hand."""
    story = await approve(desk)
    desk.leave_to_people("medsos")
    await start(desk, story)
    desk.connect(Medsos())
    return story


async def in_hand(desk: Office) -> UUID:
    """The Admin is posting it."""
    story = await for_a_person(desk)
    assert (await ask(desk, "tono", story, "delivery", "take-on")).status_code == 200
    return story


async def waiting(desk: Office) -> UUID:
    return await start(desk, await approve(desk))


async def sending(desk: Office) -> UUID:
    story = await waiting(desk)
    await desk.deliveries.take(100)
    return story


async def void_delivery(desk: Office) -> UUID:
    story = await waiting(desk)
    await desk.hear(revoked(story, at=desk.at))
    return story


async def removed(desk: Office) -> UUID:
    story = await taken_down(desk)
    path = f"/api/v1/publications/{story}/channels/medsos/removed"
    assert (await desk.call("tono", "POST", path, json={"version": 1})).status_code == 200
    return story


async def looked_up(desk: Office) -> UUID:
    """Unconfirmed on a channel that the system looks up by itself."""
    story = await start(desk, await approve(desk, mood="unseen", looks_up=True))
    await desk.work()
    return story


async def scheduled(desk: Office) -> UUID:
    story = await approve(desk)
    assert (await ask(desk, "tono", story, "schedule", "set")).status_code == 200
    return story


async def missed(desk: Office) -> UUID:
    story = await scheduled(desk)
    desk.at += timedelta(hours=9)
    await desk.schedules.round()
    return story


async def cancelled(desk: Office) -> UUID:
    story = await scheduled(desk)
    assert (await ask(desk, "tono", story, "schedule", "cancel")).status_code == 200
    return story


async def started(desk: Office) -> UUID:
    return await start(desk, await scheduled(desk))


async def void_schedule(desk: Office) -> UUID:
    story = await scheduled(desk)
    await desk.hear(revoked(story, at=desk.at))
    return story


def by_mood(mood: Mood, make: Callable[[Office, Mood], Awaitable[UUID]] = out) -> Callable[[Office], Awaitable[UUID]]:
    return lambda desk: make(desk, mood)


def by_system(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Of what the system sends, nobody has anything in hand."""
    return {"take-on": NOT_BY_HAND, "give-back": NOT_BY_HAND, **answers}


SITUATIONS: dict[tuple[Item, str], Situation] = {
    ("publication", "ready"): Situation("ready", ready, {"waive": NOT_WAIVABLE, "take-down": NOTHING_OUT}),
    ("publication", "publishing"): Situation("publishing", publishing, {"publish": SAME}),
    ("publication", "published"): Situation("published", out, {"publish": SAME, "waive": NOT_WAIVABLE}),
    ("publication", "superseded"): Situation(
        "superseded", replaced_and_gone, {"publish": FELL, "waive": NOT_WAIVABLE, "take-down": NOTHING_OUT}
    ),
    ("publication", "superseded by one that stands"): Situation(
        "superseded", replaced, {"publish": FELL, "waive": NOT_WAIVABLE, "take-down": STAYS}
    ),
    ("publication", "void"): Situation(
        "void", void, {"publish": FELL, "waive": NOT_WAIVABLE, "take-down": NOTHING_OUT}
    ),
    ("publication", "taking-down"): Situation(
        "taking-down", hidden, {"publish": MOVED_ON, "waive": NOT_WAIVABLE, "take-down": NOTHING_OUT}
    ),
    ("publication", "taken-down"): Situation(
        "taken-down", taken_down, {"publish": MOVED_ON, "waive": NOT_WAIVABLE, "take-down": NOTHING_OUT}
    ),
    ("delivery", "waiting"): Situation(
        "waiting", waiting,
        by_system({"attest": NOT_ASKED, "deny": NOT_ASKED, "retry": SAME, "take-down": MOVED_ON}),
    ),
    ("delivery", "sending"): Situation(
        "sending", sending,
        by_system({"by-hand": MOVED_ON, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": SAME, "take-down": MOVED_ON}),
    ),
    ("delivery", "unconfirmed, without a look-up"): Situation(
        "unconfirmed", by_mood("silent-after"),
        by_system({"by-hand": MOVED_ON, "retry": NO_LOOK_UP, "take-down": MOVED_ON}),
    ),
    ("delivery", "unconfirmed, looked up"): Situation(
        "unconfirmed", looked_up,
        by_system({"by-hand": MOVED_ON, "attest": NOT_ASKED, "deny": NOT_ASKED, "take-down": MOVED_ON}),
    ),
    ("delivery", "unconfirmed after the take-down"): Situation(
        "unconfirmed", by_mood("silent-after", taken_down),
        by_system({"by-hand": FELL, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": MOVED_ON}),
    ),
    ("delivery", "failed"): Situation(
        "failed", by_mood("no"),
        by_system({"attest": NOT_ASKED, "deny": NOT_ASKED, "take-down": MOVED_ON}),
    ),
    ("delivery", "live"): Situation(
        "live", out,
        by_system({"by-hand": MOVED_ON, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": SAME, "take-down": MOVED_ON}),
    ),
    ("delivery", "live after the take-down"): Situation(
        "live", taken_down,
        by_system({"by-hand": FELL, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": MOVED_ON}),
    ),
    ("delivery", "void"): Situation(
        "void", void_delivery,
        by_system({"by-hand": FELL, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": MOVED_ON, "take-down": MOVED_ON}),
    ),
    ("delivery", "superseded"): Situation(
        "superseded", replaced,
        by_system({"by-hand": FELL, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": SAME, "take-down": MOVED_ON}),
    ),
    ("delivery", "taken-down"): Situation(
        "taken-down", removed,
        by_system({"by-hand": FELL, "attest": NOT_ASKED, "deny": NOT_ASKED, "retry": MOVED_ON, "take-down": SAME}),
    ),
    ("delivery", "waiting, by hand"): Situation(
        "waiting", for_a_person,
        {"deny": MOVED_ON, "retry": SAME, "take-down": MOVED_ON, "give-back": SAME, "by-hand": SAME},
    ),
    ("delivery", "sending, by hand"): Situation(
        "sending", in_hand,
        {"deny": MOVED_ON, "retry": SAME, "take-down": MOVED_ON, "take-on": SAME, "by-hand": MOVED_ON},
    ),
    ("schedule", "none"): Situation("", ready, {"cancel": NO_SCHEDULE_ON, "start": STAYS}),
    ("schedule", "waiting"): Situation("waiting", scheduled, {}),
    ("schedule", "missed"): Situation("missed", missed, {}),
    ("schedule", "cancelled"): Situation("cancelled", cancelled, {"cancel": NO_SCHEDULE_ON, "start": STAYS}),
    ("schedule", "started"): Situation("started", started, {"set": MOVED_ON, "cancel": NO_SCHEDULE_ON, "start": SAME}),
    ("schedule", "void"): Situation("void", void_schedule, {"set": FELL, "cancel": NO_SCHEDULE_ON, "start": FELL}),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(publisher_house: Stack) -> AsyncGenerator[Office]:
    """One publisher for all cases, with a second, required channel."""
    patch = pytest.MonkeyPatch()
    patch.setitem(offices.PEOPLE, "joko", ("Joko", "Pengelola sistem", ["operator"]))
    async with offices.office(publisher_house) as desk:
        desk.connect(Medsos())
        yield desk
    patch.undo()


async def ask(desk: Office, who: str | None, story: UUID, item: str, action: str) -> Any:
    """Do one action at the JSON API."""
    of_version, why = {"version": 1}, {"reason": "Keliru sekali."}
    later = {"at": (desk.at + timedelta(hours=1, seconds=next(NUMBER))).isoformat()}
    path, body = {
        ("publication", "publish"): ("publish", of_version),
        ("publication", "waive"): ("channels/medsos/waive", of_version | why),
        ("publication", "take-down"): ("take-down", why),
        ("delivery", "attest"): ("channels/medsos/confirm", of_version | {"url": LINK}),
        ("delivery", "deny"): ("channels/medsos/deny", of_version),
        ("delivery", "take-on"): ("channels/medsos/take-on", of_version),
        ("delivery", "give-back"): ("channels/medsos/give-back", of_version),
        ("delivery", "by-hand"): ("channels/medsos/by-hand", of_version),
        ("delivery", "retry"): ("channels/medsos/retry", {}),
        ("delivery", "take-down"): ("channels/medsos/removed", of_version),
        ("schedule", "set"): ("schedule", of_version | later),
        ("schedule", "cancel"): ("unschedule", of_version),
        ("schedule", "start"): ("publish", of_version),
    }[item, action]
    return await desk.call(who, "POST", f"/api/v1/publications/{story}/{path}", json=body)


async def state_of(desk: Office, item: str, story: UUID) -> str:
    """The state of Version 1's item; of a delivery that on the second channel; '' where there is none."""
    table = {"publication": "publications", "delivery": "deliveries", "schedule": "schedules", "approval": "approvals"}
    channel = "AND channel = 'medsos'" if item == "delivery" else ""
    rows = await desk.rows(
        f"SELECT state FROM publisher.{table[item]} WHERE story = $1 AND version = 1 {channel}", story
    )
    return rows[0]["state"] if rows else ""


async def refused(desk: Office, story: UUID, action: str, whom: Mapping[str, No], item: Item) -> list[str]:
    """Ask for all who are to be refused; returns who was told otherwise, and what changed all the same."""
    picture, wrong = Picture(desk.owner, "publisher"), list[str]()
    before = await picture.take()
    for asker, no in whom.items():
        answer = await ask(desk, ASKERS[asker], story, item, action)
        told = answer.json()
        said = No(answer.status_code, told.get("type", "").rpartition(":")[2], told.get("detail", ""))
        wrong += [] if said == no else [f"{action} by {asker}: {said}, not {no}"]
    touched = changed(before, await picture.take())
    return wrong + ([f"{action} was refused and changed {touched}"] if touched else [])


async def done(desk: Office, story: UUID, action: str, asker: str, item: Item, situation: Situation) -> list[str]:
    """Ask for somebody who is not refused; returns what did not become as the table says."""
    picture, expected = Picture(desk.owner, "publisher"), situation.answers.get(action)
    before = await picture.take()
    answer = await ask(desk, ASKERS[asker], story, item, action)
    state, touched = await state_of(desk, item, story), changed(before, await picture.take())
    to = TABLES[item].after(situation.state, action) if expected is None else {situation.state}
    right = answer.is_success and state in to and bool(touched) is (expected != SAME)
    return [] if right else [f"{action} by {asker}: {answer.status_code} {answer.text[:200]}, now {state}, {touched}"]


def answer_of(item: Item, situation: Situation, action: str, asker: str) -> Answer | None:
    """What the declared tables say of one case; None where it is to be done."""
    if asker == "nobody":
        return NOBODY
    roles = next(arrow.roles for (_, name), arrow in TABLES[item].arrows.items() if name == action and arrow.roles)
    if asker not in roles:
        return FORBIDDEN
    return situation.answers.get(action)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("item", "name"), SITUATIONS, ids=lambda told: str(told).replace(" ", "-"))
async def test_in_this_state_each_person_may_do_what_the_table_says_and_is_told_why_not(
    shop: Office, item: Item, name: str
) -> None:
    wrong, situation = list[str](), SITUATIONS[item, name]
    story = await situation.make(shop)
    assert await state_of(shop, item, story) == situation.state
    for action in TABLES[item].by_hand:
        answers = {asker: answer_of(item, situation, action, asker) for asker in ASKERS}
        no = {asker: answer for asker, answer in answers.items() if isinstance(answer, No)}
        wrong += await refused(shop, story, action, no, item)
        for asker in answers.keys() - no.keys():
            wrong += await done(shop, story, action, asker, item, situation)
            story = await situation.make(shop)
    assert not wrong, "\n" + "\n".join(wrong)


def decisions(desk: Office, story: UUID) -> dict[str, Event]:
    """All that the leaders' desk may tell of a Story that has a Version 1."""
    whole = content("Berita 3", body=(), media=(), channels=("site", "medsos"))
    return {
        "a newer approval": approved(story, 3, content=whole, at=desk.at),
        "taken back by an official": revoked(story, at=desk.at),
        "overtaken": revoked(story, 1, "superseded", at=desk.at),
        "given up": revoked(story, 1, "abandoned", at=desk.at),
    }


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("item", "name"), SITUATIONS, ids=lambda told: str(told).replace(" ", "-"))
async def test_in_this_state_what_the_leaders_desk_tells_moves_each_item_by_one_arrow_or_none(
    shop: Office, item: Item, name: str
) -> None:
    wrong = list[str]()
    for told in decisions(shop, uuid4()):
        story = await SITUATIONS[item, name].make(shop)
        before = {each: await state_of(shop, each, story) for each in TABLES}
        await shop.hear(decisions(shop, story)[told])
        for each, arrows in TABLES.items():
            now = await state_of(shop, each, story)
            to = {after for (state, _), arrow in arrows.arrows.items() if state == before[each] for after in arrow.to}
            if now not in {before[each], *to}:
                wrong.append(f"{told}: the {each} went from {before[each]} to {now}, of {to}")
        await shop.deliveries.take(100)
        await shop.clear()
    assert not wrong, "\n" + "\n".join(wrong)
    assert await shop.rows("SELECT reason FROM publisher.dead_letters") == []


APPROVALS: dict[str, tuple[Callable[[Office], Awaitable[UUID]], dict[str, str]]] = {
    "valid": (ready, dict.fromkeys(("a newer approval", "taken back by an official", "overtaken", "given up"), "void")),
    "valid, and public": (
        out, {
            "a newer approval": "superseded", "taken back by an official": "revoked", "overtaken": "superseded",
            "given up": "revoked",
        },
    ),
    "superseded": (
        replaced, {
            "a newer approval": "superseded", "taken back by an official": "revoked", "overtaken": "superseded",
            "given up": "revoked",
        },
    ),
    "void": (void, dict.fromkeys(("a newer approval", "taken back by an official", "overtaken", "given up"), "void")),
}  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", APPROVALS)
async def test_what_becomes_of_an_approval_when_the_leaders_desk_tells_more(shop: Office, name: str) -> None:
    make, expected = APPROVALS[name]
    for told, to in expected.items():
        story = await make(shop)
        before = await state_of(shop, "approval", story)
        assert before == name.partition(",")[0]
        await shop.hear(decisions(shop, story)[told])
        now = await state_of(shop, "approval", story)
        assert (told, now) == (told, to)
        arrows = TABLES["approval"].arrows.items()
        assert now == before or any(state == before and now in arrow.to for (state, _), arrow in arrows)


def test_no_state_and_no_action_of_the_tables_is_without_a_case() -> None:
    for item in ("publication", "delivery", "schedule"):
        made = {situation.state for (of, _), situation in SITUATIONS.items() if of == item}
        assert made == set(TABLES[item].states), item
        for (of, name), situation in SITUATIONS.items():
            if of != item:
                continue
            assert set(situation.answers) <= set(TABLES[item].by_hand), name
            for action in TABLES[item].by_hand:
                done = action not in situation.answers
                assert not done or TABLES[item].after(situation.state, action), f"{item} {name}: {action}"
    assert set(access.ROLES) <= set(ASKERS)
    assert (NO_SCHEDULE, SITE) == ("none", "site")
