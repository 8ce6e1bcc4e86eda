"""The rules of EVENTS.md, "Events": seen before, gaps, malformed, requests; on real PostgreSQL."""

import asyncio
import random
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.contracts.examples import OUTSIDE
from shared import dead_letter
from shared.dead_letter_replay import Replayer
from shared.envelope import Record
from shared.events import Event, IntakeRequested
from shared.metrics import REGISTRY
from tests.support.machinery import Desk, Notebook, headers, now, withdrawn

REQUEST: Event = next(e for e in OUTSIDE if isinstance(e, IntakeRequested))


async def test_what_was_seen_before_is_passed_over(book: Notebook, desk: Desk) -> None:
    consumer, records = book.consumer(), [desk.record("a", n) for n in (1, 2, 3)]
    await consumer.handle(records)
    await consumer.handle(records)
    await consumer.handle([desk.record("a", 2)])
    assert await book.applied("a") == [1, 2, 3]
    assert await book.states() == []
    assert (REGISTRY.get_sample_value("alurwarta_events_seen_before_total", {"consumer": "reports"}) or 0) >= 4


async def test_the_same_number_twice_in_one_batch_is_applied_once(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record("a", n) for n in (1, 1, 2, 1, 2)])
    assert await book.applied("a") == [1, 2]
    assert await book.states() == []


async def test_a_gap_waits_as_a_dead_letter_and_goes_on_by_itself_when_it_is_filled(book: Notebook, desk: Desk) -> None:
    consumer = book.consumer()
    await consumer.handle([desk.record("a", 1), desk.record("a", 4), desk.record("a", 3), desk.record("b", 1)])
    assert await book.applied("a") == [1]
    assert await book.applied("b") == [1]
    assert sorted(await book.states()) == [(3, "waiting", "waiting for 2"), (4, "waiting", "waiting for 2")]
    await consumer.handle([desk.record("a", 2)])
    assert await book.applied("a") == [1, 2, 3, 4]
    assert {state for _, state, _ in await book.states()} == {"replayed"}


async def test_each_key_and_each_topic_has_a_sequence_of_its_own(book: Notebook, desk: Desk) -> None:
    records = [desk.record("a", n, topic=t) for n in (1, 2) for t in ("reports", "stories")]
    await book.consumer().handle(records)
    assert await book.applied("a") == [1, 2, 1, 2]


async def test_more_events_than_one_look_can_wait_and_all_go_on_by_themselves(
    book: Notebook, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letter, "LOOK", 10)
    consumer = book.consumer()
    await consumer.handle([desk.record("a", n) for n in range(2, 36)])
    await consumer.handle([desk.record("b", 2), desk.record("c", 2)])
    await consumer.handle([desk.record(key, 1) for key in ("c", "b", "a")])
    await _replay_all(book)
    assert await book.applied("a") == list(range(1, 36))
    assert await book.applied("b") == [1, 2]
    assert await book.applied("c") == [1, 2]


async def test_a_waiting_event_that_comes_again_with_a_refused_one_is_not_lost(book: Notebook, desk: Desk) -> None:
    """The process died between transaction and offset; now the gap's event is refused in the same batch."""
    consumer, third, second = book.consumer(), desk.record("a", 3), desk.record("a", 2, "refused")
    await consumer.handle([desk.record("a", 1), third])
    await consumer.handle([third, second])
    assert await book.applied("a") == [1]
    assert {n: state for n, state, _ in await book.states()} == {2: "open", 3: "waiting"}
    book.healed = True
    await _request(book, 2)
    await _replay_all(book)
    assert await book.applied("a") == [1, 2, 3]


async def test_a_waiting_event_whose_turn_comes_and_which_is_refused_says_so(book: Notebook, desk: Desk) -> None:
    consumer = book.consumer()
    await consumer.handle([desk.record("a", 2, "refused"), desk.record("a", 3)])
    await consumer.handle([desk.record("a", 1)])
    assert sorted(await book.states()) == [
        (2, "open", "not-now: Belum boleh."),
        (3, "waiting", "waiting for 2"),
    ]


async def test_a_copy_of_a_waiting_event_at_another_place_is_not_applied_twice(book: Notebook, desk: Desk) -> None:
    consumer = book.consumer()
    await consumer.handle([desk.record("a", 2)])
    await consumer.handle([desk.record("a", 2), desk.record("a", 3), desk.record("a", 1)])
    assert await book.applied("a") == [1, 2, 3]
    assert {state for _, state, _ in await book.states()} == {"replayed"}


async def test_a_redelivered_batch_with_every_kind_of_trouble_writes_nothing_twice(book: Notebook, desk: Desk) -> None:
    consumer = book.consumer()
    records = [
        desk.record("a", 1, "refused"), desk.record("a", 2), desk.record("b", 5), desk.raw([], b"?"),
        desk.record("c", 1),
    ]  # fmt: skip
    await consumer.handle(records)
    before = await book.states()
    await consumer.handle(records)
    assert await book.states() == before
    assert await book.applied("c") == [1]


def malformed(desk: Desk) -> dict[str, Record]:
    event = withdrawn("m")
    good, body = headers(event, 1), event.model_dump_json().encode()

    def changed(**more: bytes) -> list[tuple[str, bytes]]:
        return [*((n, more.get(n, v)) for n, v in good)]

    key = event.key.encode()
    return {
        "no CloudEvent": desk.raw([], b"hello", key=key),
        "no JSON": desk.raw(good, b"{", key=key),
        "not UTF-8 in the body": desk.raw(good, b'{"reason": "\xff"}', key=key),
        "an unknown type": desk.raw(changed(ce_type=b"alurwarta.report.eaten.v1"), body, key=key),
        "a version from the future": desk.raw(changed(ce_type=b"alurwarta.report.withdrawn.v9"), body, key=key),
        "a wrong field": desk.raw(good, b'{"report": 7}', key=key),
        "a header that is not UTF-8": desk.raw([*good, ("traceparent", b"\xff\xfe")], body, key=key),
        "a header's name with a NUL": desk.raw([*good, ("a\x00b", b"\xff")], body, key=key),
        "a key that is not UTF-8": desk.raw(good, body, key=b"\xff\xfe"),
        "a key with a NUL": desk.raw(good, body, key=b"a\x00b"),
        "a key beyond any index": desk.raw(good, body, key=random.Random(1).randbytes(9_000).hex().encode()),
        "a NUL in the type": desk.raw(changed(ce_type=b"a\x00b"), body, key=key),
        "a NUL in a text": desk.raw(good, event.model_dump_json().replace('""', '"\\u0000"').encode(), key=key),
        "half a surrogate": desk.raw(
            [("content-type", b"application/cloudevents+json")],
            b'{"specversion":"1.0","id":"\\ud800","source":"s","type":"\\ud800","data":{}}',
            key=key,
        ),
        "a tombstone": desk.raw(good, None, key=key),
        "a tombstone without headers": desk.raw([], None, key=key),
        "no number": desk.record("m", None),
        "an oversized body": desk.raw(good, b'{"reason":"' + b"x" * 3_000_000 + b'"}', key=key),
        "a body as deep as the stack": desk.raw(good, b"[" * 100_000, key=key),
    }


async def test_what_can_never_be_understood_is_dead_lettered_alone_with_its_reason(book: Notebook, desk: Desk) -> None:
    bad = malformed(desk)
    await book.consumer().handle([desk.record("a", 1), *bad.values(), desk.record("a", 2)])
    assert await book.applied("a") == [1, 2]
    letters = {x["offset"]: x for x in await book.letters()}
    for name, record in bad.items():
        letter = letters[record.offset]
        assert letter["state"] == "open", name
        assert letter["reason"], name
        assert (letter["body"], letter["key"]) == (record.value, record.key), name
    assert len(letters) == len(bad)


@pytest.mark.parametrize("which", sorted(malformed(Desk())))
async def test_each_kind_of_malformed_record_is_settled_when_it_comes_alone(book: Notebook, which: str) -> None:
    """One that cannot even be written down would hold back its partition for ever."""
    await book.consumer().handle([malformed(Desk())[which]])
    ((_, state, reason),) = await book.states()
    assert state == "open"
    assert reason


async def test_a_dead_letter_gives_back_exactly_the_record_that_came(book: Notebook, desk: Desk) -> None:
    record = desk.raw([("x", b"\xff\x00"), ("x", b""), ("y", b"2")], b"\x00\xff", key=b"\xfe", partition=2)
    await book.consumer().handle([record])
    (letter,) = await book.letters()
    assert dead_letter.record_of(letter) == record


async def test_requests_stand_alone_and_need_no_number(book: Notebook, desk: Desk) -> None:
    body = REQUEST.model_dump_json().encode()
    sequence_of_theirs = ("ce_sequence", b"41")
    records = [
        desk.raw([*headers(REQUEST, None), sequence_of_theirs], body, topic="intake-requests.simpeg", key=key)
        for key in (None, b"same", b"same", b"\xff")
    ]
    await book.consumer("intake-requests").handle(records)
    assert await book.count() == len(records)
    assert await book.states() == []


async def test_the_record_s_own_time_tells_a_topic_made_anew_from_the_old_one(book: Notebook, desk: Desk) -> None:
    consumer, first = book.consumer(), desk.raw([], b"old")
    await consumer.handle([first])
    await consumer.handle([desk.raw([], b"new")._replace(offset=first.offset)])
    assert [x["body"] for x in await book.letters()] == [b"old", b"new"]


async def _request(book: Notebook, number: int) -> None:
    async with book.db.connection() as conn:
        await conn.execute("UPDATE dead_letters SET state = 'requested' WHERE sequence = $1", number)


async def _replay_all(book: Notebook) -> None:
    replayer = Replayer(book.db, {"reports": book.consumer()}, now=now)
    for _ in range(50):
        if not await replayer.replay_requested():
            return
    raise AssertionError("replay does not come to an end")


STEPS = st.lists(st.sampled_from(["next", "again", "jump", "cut", "cut", "crash"]), min_size=1, max_size=60)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), keys=st.integers(1, 4), length=st.integers(1, 8), steps=STEPS)
async def test_any_interleaving_and_repetition_in_any_batches_applies_each_event_once_and_in_order(
    book: Notebook, seed: int, keys: int, length: int, steps: list[str]
) -> None:
    """Relays repeat, brokers redeliver, processes die between transaction and offset: the effect is the same."""
    chance, desk, names = random.Random(seed), Desk(), [str(uuid4()) for _ in range(keys)]
    desk.offset = uuid4().int % 2**28  # another example's place is another place
    book.healed = False
    log = [
        desk.record(n, i, chance.choice(["", "", "", "sql", "refused"])) for n in names for i in range(1, length + 1)
    ]
    chance.shuffle(log)
    log += [chance.choice(log)._replace(offset=desk.offset + 1 + i) for i in range(chance.randrange(8))]
    consumer, position = book.consumer(), 0
    for step in [*steps, *["cut"] * len(log)]:
        size = {"next": 1, "again": 2, "jump": 9, "cut": 4, "crash": 5}[step]
        await consumer.handle(log[position : position + size])
        # A crash comes after the transaction and before the offset: the same records come again, cut otherwise.
        position = min(len(log), position + (0 if step == "crash" else size))
        if position == len(log):
            break
    await consumer.handle(log[position:])
    book.healed = True
    async with book.db.connection() as conn:
        await conn.execute("UPDATE dead_letters SET state = 'requested' WHERE state = 'open'")
    await _replay_all(book)
    for name in names:
        assert await book.applied(name) == list(range(1, length + 1))
    assert {state for _, state, _ in await book.states()} <= {"replayed"}


async def test_replicas_that_get_the_same_records_at_once_apply_them_once(book: Notebook, desk: Desk) -> None:
    records = [desk.record(key, n) for n in range(1, 30) for key in "abcd"]
    await asyncio.gather(*(book.consumer().handle(records) for _ in range(6)))
    for key in "abcd":
        assert await book.applied(key) == list(range(1, 30))
