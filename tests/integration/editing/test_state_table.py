"""Every state of a Report and a Story on the desk × every action × everybody: as declared, and no other thing.

The cases are made from services/editing/domain.py; below stand, as data, only the sentences by which people
are refused.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from shared import access
from shared.content import Words
from shared.content_hash import content_sha256
from shared.events import Event, StorySubmitted
from tests.integration.editing import office as offices
from tests.integration.editing.office import Office
from tests.support.state_table import No, Picture, changed, machine
from tests.unit.editing import parts

Item = Literal["report", "story"]
TABLES = {"report": machine("editing", "report"), "story": machine("editing", "story")}
# Rina and Dani are Admins; what somebody has in hand, in these tests, is Rina's.
ASKERS = {
    "bidang": "dewi", "admin": "rina", "pimpinan": "bambang", "pengawas": "wati", "operator": "joko", "nobody": "",
    "another admin": "dani",
}  # fmt: skip
NOBODY = No(401, "not-logged-in", "Silakan masuk lebih dahulu.")
FORBIDDEN = No(403, "forbidden", "Akun Anda tidak berwenang untuk tindakan ini. Hubungi Admin.")


def not_now(item: Item, state: str) -> No:
    """What the state alone says, whatever is asked."""
    return No(409, f"{item}-{state}", STANDS[item, state])


NOT_YET = "Tindakan ini belum dapat dilakukan sekarang."
STANDS: dict[tuple[Item, str], str] = {
    ("report", "waiting"): "Bahan ini tidak sedang Anda kerjakan. Ambil dahulu bahannya.",
    ("report", "compiled"): "Bahan ini sudah disusun menjadi berita. Buka beritanya dari meja penyuntingan.",
    ("report", "sent-back"): "Bahan ini sedang dikembalikan ke Bidang. Tunggu jawabannya.",
    ("report", "withdrawn"): "Bahan ini sudah ditarik oleh pengirimnya.",
    ("report", "refused"): "Bahan ini ditolak dalam pemeriksaan.",
    ("story", "draft"): NOT_YET,
    ("story", "submitted"): NOT_YET,
    ("story", "approved"): NOT_YET,
    ("story", "declined"): "Pimpinan memutuskan berita ini tidak dimuat. Susun berita baru bila bahannya masih perlu.",
    ("story", "withheld"): "Berita ini diusulkan dikecualikan, sehingga tidak dapat diubah lagi.",
    ("story", "abandoned"): "Berita ini sudah dihentikan. Susun berita baru bila bahannya masih perlu.",
    ("story", "taken-down"): "Berita ini sudah diturunkan. Susun berita baru bila bahannya masih perlu.",
    ("story", "published"): "Berita ini sudah terbit. Ajukan perbaikan, atau turunkan dari meja publikasi.",
}
CLAIMED = No(
    409, "claimed",
    "Bahan ini sedang dikerjakan Rina Wulandari sampai Senin, 6 Juli 2026 pukul 12.00 WIB. Pilih bahan lain.",
)  # fmt: skip
IN_STORY = No(
    409, "in-story", "Bahan ini masih dipakai dalam sebuah berita. Hentikan beritanya dahulu, atau minta tambahan."
)  # fmt: skip
SUBMITTED_BEFORE = No(409, "already-submitted", "Versi 1 sudah pernah diajukan. Simpan perbaikannya dahulu.")
NO_OFFER = No(409, "no-offer", "Tidak ada perbaikan pimpinan pada versi ini. Muat ulang halamannya.")
# An arrow that the table has, and that something more than the state forbids here: by situation or state, and by asker.
NARROWER: dict[tuple[str, str, str], No] = {
    ("claimed", "claim", "another admin"): CLAIMED,
    ("claimed", "release", "another admin"): CLAIMED,
    ("claimed", "send-back", "another admin"): CLAIMED,
    ("claimed", "compile", "another admin"): CLAIMED,
    ("compiled", "send-back", "*"): IN_STORY,
    ("submitted", "submit", "*"): SUBMITTED_BEFORE,
    ("approved", "submit", "*"): SUBMITTED_BEFORE,
    ("returned", "submit", "*"): SUBMITTED_BEFORE,
    ("published", "submit", "*"): SUBMITTED_BEFORE,
    ("returned", "accept", "*"): NO_OFFER,
    ("submitted as a correction", "submit", "*"): SUBMITTED_BEFORE._replace(
        sentence="Versi 2 sudah pernah diajukan. Simpan perbaikannya dahulu."
    ),
}


class Made(NamedTuple):
    """One item as it lies on the desk, its newest Version, the one that the leader was given, a Report beside it."""

    id: UUID
    version: int = 0
    submitted: int = 0
    other: UUID | None = None


class Situation(NamedTuple):
    state: str
    make: Callable[[Office], Awaitable[Made]]


async def report(desk: Office) -> Made:
    made = uuid4()
    await desk.hear(parts.received(made, received_at=desk.at[0], media=()))
    return Made(made)


async def post(desk: Office, path: str, body: Any = None) -> Any:
    answer = await desk.person("rina").post(f"/api/v1{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def claimed(desk: Office) -> Made:
    made = await report(desk)
    await post(desk, f"/inbox/{made.id}/claim")
    return made


async def compiled(desk: Office) -> Made:
    made = await report(desk)
    await desk.compile(made.id)
    return made


async def left_by_its_story(desk: Office) -> Made:
    """Compiled into a Story that was given up."""
    made = await report(desk)
    story = await desk.compile(made.id)
    await post(desk, f"/stories/{story}/abandon", {"reason": "Digabung."})
    return made


async def sent_back(desk: Office) -> Made:
    made = await report(desk)
    await post(desk, f"/inbox/{made.id}/send-back", {"reasons": [{"code": "lain", "note": "?"}]})
    return made


async def withdrawn(desk: Office) -> Made:
    return await heard(desk, await report(desk), parts.withdrawn())


async def refused_report(desk: Office) -> Made:
    return await heard(desk, await report(desk), parts.refused())


async def draft(desk: Office) -> Made:
    story = await desk.compile((await report(desk)).id)
    await desk.save(story, 0)
    return Made(UUID(story), 1, other=(await report(desk)).id)


async def submitted(desk: Office) -> Made:
    made = await draft(desk)
    await desk.submit(str(made.id), 1)
    return made._replace(submitted=1)


async def saved_since(desk: Office, made: Made) -> Made:
    """The same, with one more Version than the leader was given."""
    await desk.save(str(made.id), made.version)
    return made._replace(version=made.version + 1)


async def offered(desk: Office) -> Made:
    """Returned with the leader's own words."""
    made = await submitted(desk)
    told: StorySubmitted = (await desk.sent(StorySubmitted))[-1]
    words = Words.of(told.content).model_copy(update={"title": "42 rumah"})
    return await heard(
        desk, made, parts.returned().model_copy(
            update={
                "proposal": words, "content_sha256": told.content_sha256,
                "proposal_sha256": content_sha256(words.laid_over(told.content)),
            }
        ),
    )  # fmt: skip


async def heard(desk: Office, made: Made, *events: Event) -> Made:
    """After what another service told of this item."""
    for event in events:
        name = "report" if hasattr(event, "report") else "story"
        await desk.hear(event.model_copy(update={name: made.id}))
    return made


def after(
    *events: Event, before: Callable[[Office], Awaitable[Made]] = submitted
) -> Callable[[Office], Awaitable[Made]]:
    async def make(desk: Office) -> Made:
        return await heard(desk, await before(desk), *events)

    return make


def with_more(before: Callable[[Office], Awaitable[Made]]) -> Callable[[Office], Awaitable[Made]]:
    async def make(desk: Office) -> Made:
        return await saved_since(desk, await before(desk))

    return make


async def abandoned(desk: Office) -> Made:
    made = await draft(desk)
    await post(desk, f"/stories/{made.id}/abandon", {"reason": "Digabung."})
    return made


async def correcting(desk: Office) -> Made:
    """Public, and a newer Version lies before the leader."""
    made = await saved_since(desk, await after(*PUBLIC)(desk))
    await desk.submit(str(made.id), 2)
    return made._replace(submitted=2)


PUBLIC = (parts.approved(), parts.published())
SITUATIONS: dict[tuple[Item, str], Situation] = {
    ("report", "waiting"): Situation("waiting", report),
    ("report", "claimed"): Situation("claimed", claimed),
    ("report", "compiled"): Situation("compiled", compiled),
    ("report", "compiled into a Story that was given up"): Situation("compiled", left_by_its_story),
    ("report", "sent-back"): Situation("sent-back", sent_back),
    ("report", "withdrawn"): Situation("withdrawn", withdrawn),
    ("report", "refused"): Situation("refused", refused_report),
    ("story", "draft"): Situation("draft", draft),
    ("story", "submitted"): Situation("submitted", submitted),
    ("story", "submitted, saved since"): Situation("submitted", with_more(submitted)),
    ("story", "approved"): Situation("approved", after(parts.approved())),
    ("story", "approved, saved since"): Situation("approved", with_more(after(parts.approved()))),
    ("story", "returned"): Situation("returned", after(parts.returned())),
    ("story", "returned, saved since"): Situation("returned", with_more(after(parts.returned()))),
    ("story", "returned with words"): Situation("returned", offered),
    ("story", "declined"): Situation("declined", after(parts.declined())),
    ("story", "withheld"): Situation("withheld", after(parts.withheld())),
    ("story", "published"): Situation("published", after(*PUBLIC)),
    ("story", "published, saved since"): Situation("published", with_more(after(*PUBLIC))),
    ("story", "submitted as a correction"): Situation("submitted", correcting),
    ("story", "abandoned"): Situation("abandoned", abandoned),
    ("story", "taken-down"): Situation("taken-down", after(*PUBLIC, parts.taken_down())),
}
EXACTLY: dict[tuple[str, str], set[str]] = {("submitted as a correction", "abandon"): {"published"}}
# Where the situation tells more than its state.
FREE: frozenset[tuple[str, str]] = frozenset({
    ("compiled into a Story that was given up", "send-back"), ("submitted, saved since", "submit"),
    ("approved, saved since", "submit"), ("returned, saved since", "submit"), ("published, saved since", "submit"),
    ("returned with words", "accept"),
})  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncGenerator[tuple[Office, Picture]]:
    """One desk for all cases, where who runs the system has an account too; and a look at all that it holds."""
    patch = pytest.MonkeyPatch()
    patch.setitem(offices.PEOPLE, "joko", ("Joko", "operator"))
    async with offices.office() as desk:
        stranger = httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://staf.uji")
        desk.clients[""] = stranger
        owner = await asyncpg.connect(desk.stack.owner_dsn)
        yield desk, Picture(owner, "editing")
        await owner.close()
    patch.undo()


async def ask(desk: Office, who: str, made: Made, action: str) -> httpx.Response:
    """Do one action at the JSON API."""
    why: dict[str, Any] = {"reasons": [{"code": "lain", "note": "?"}], "question": "Berapa?"}
    save = {"expected_version": made.version, "reason": "uji", "content": {"title": "40 rumah", "lead": "Selesai."}}
    path, body = {
        "claim": (f"inbox/{made.id}/claim", None),
        "release": (f"inbox/{made.id}/release", None),
        "send-back": (f"inbox/{made.id}/send-back", why),
        "compile": ("stories", {"reports": [str(made.id)]}),
        "save": (f"stories/{made.id}/versions", save),
        "add-report": (f"stories/{made.id}/reports", {"report": str(made.other)}),
        "submit": (f"stories/{made.id}/submit", {"version": max(1, made.version)}),
        "accept": (f"stories/{made.id}/accept", {"version": max(1, made.version)}),
        "abandon": (f"stories/{made.id}/abandon", {"reason": "Digabung."}),
    }[action]
    return await desk.person(who).post(f"/api/v1/{path}", json=body)


async def state_of(desk: Office, item: Item, made: Made) -> str:
    table = {"report": "reports", "story": "stories"}[item]
    (row,) = await desk.rows(f"SELECT state FROM {table} WHERE id = $1", made.id)
    return row["state"]


def expected(item: Item, name: str, action: str, asker: str) -> No | None:
    """What the declared tables say of one case; None where it is to be done."""
    table, state = TABLES[item], SITUATIONS[item, name].state
    roles = next(arrow.roles for (_, done), arrow in table.arrows.items() if done == action and arrow.roles)
    if asker == "nobody":
        return NOBODY
    if asker.rpartition(" ")[2] not in roles:
        return FORBIDDEN
    if not table.after(state, action):
        return not_now(item, state)
    if (name, action) in FREE:
        return None
    keys = ((name, action, "*"), (state, action, asker), (state, action, "*"))
    return next((NARROWER[key] for key in keys if key in NARROWER), None)


async def refused(room: tuple[Office, Picture], made: Made, action: str, whom: Mapping[str, No]) -> list[str]:
    """Ask for all who are to be refused; returns who was told otherwise, and what changed all the same."""
    desk, picture = room
    wrong, before = list[str](), await picture.take()
    for asker, no in whom.items():
        answer = await ask(desk, ASKERS[asker], made, action)
        told = answer.json()
        said = No(answer.status_code, told.get("type", "").rpartition(":")[2], told.get("detail", ""))
        wrong += [] if said == no else [f"{action} by {asker}: {said}, not {no}"]
    touched = changed(before, await picture.take())
    return wrong + ([f"{action} was refused and changed {touched}"] if touched else [])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("item", "name"), SITUATIONS, ids=lambda told: str(told).replace(" ", "-"))
async def test_in_this_state_each_person_may_do_what_the_table_says_and_is_told_why_not(
    room: tuple[Office, Picture], item: Item, name: str
) -> None:
    desk, table, (state, make) = room[0], TABLES[item], SITUATIONS[item, name]
    wrong, made = list[str](), await make(desk)
    assert await state_of(desk, item, made) == state
    for action in table.by_hand:
        answers = {asker: expected(item, name, action, asker) for asker in ASKERS}
        wrong += await refused(room, made, action, {a: no for a, no in answers.items() if isinstance(no, No)})
        for asker in [asker for asker, no in answers.items() if no is None]:
            answer = await ask(desk, ASKERS[asker], made, action)
            now, to = await state_of(desk, item, made), EXACTLY.get((name, action)) or table.after(state, action)
            if not answer.is_success or now not in to:
                wrong.append(f"{action} by {asker}: {answer.status_code} {answer.text[:200]}, now {now}, of {set(to)}")
            made = await make(desk)
    assert not wrong, "\n" + "\n".join(wrong)


def told(action: str, made: Made) -> Event:
    """What another service tells from which this follows, of the Version that the leader was given."""
    version = max(1, made.submitted)
    whole: dict[str, Event] = {
        "report.supplemented": parts.supplemented(2), "report.withdrawn": parts.withdrawn(),
        "report.refused": parts.refused(), "story.approved": parts.approved(version),
        "story.returned": parts.returned(version), "story.declined": parts.declined(version),
        "story.withheld": parts.withheld(version), "approval.revoked": parts.revoked(version),
        "story.published": parts.published(version), "story.taken-down": parts.taken_down(version),
    }  # fmt: skip
    return whole[action]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("item", "name"), SITUATIONS, ids=lambda told: str(told).replace(" ", "-"))
async def test_in_this_state_what_other_services_tell_does_what_the_table_says_and_is_no_dead_letter(
    room: tuple[Office, Picture], item: Item, name: str
) -> None:
    desk, table, (state, make) = room[0], TABLES[item], SITUATIONS[item, name]
    wrong = list[str]()
    for action in table.by_event:
        made = await make(desk)
        await heard(desk, made, told(action, made))
        now, to = await state_of(desk, item, made), table.after(state, action)
        if now not in (to or {state}):
            wrong.append(f"{action}: now {now}, not one of {set(to or {state})}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert await desk.dead_letters() == []


LEFT: dict[str, tuple[Event, ...]] = {
    "declined": (parts.declined(),), "withheld": (parts.withheld(),), "taken down": (*PUBLIC, parts.taken_down()),
}  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("how", LEFT)
async def test_when_a_story_has_ended_no_clock_of_a_report_added_after_its_submission_runs_on(
    room: tuple[Office, Picture], how: str
) -> None:
    desk = room[0]
    made = await submitted(desk)
    assert (await ask(desk, "rina", made, "add-report")).is_success
    await heard(desk, made, *LEFT[how])
    assert await desk.rows("SELECT item FROM clocks WHERE story = $1 AND closed_at IS NULL", made.id) == []


def test_no_state_and_no_action_of_the_tables_is_without_a_case() -> None:
    for item, table in TABLES.items():
        assert {s.state for (of, _), s in SITUATIONS.items() if of == item} == set(table.states)
    assert {"claim", "release", "send-back", "compile"} == set(TABLES["report"].by_hand)
    assert {"save", "add-report", "submit", "accept", "abandon"} == set(TABLES["story"].by_hand)
    assert set(access.ROLES) <= {asker.rpartition(" ")[2] for asker in ASKERS}
