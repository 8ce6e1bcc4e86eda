"""A record is understood, or the field that cannot be understood is named; nothing that arrives can raise."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.contracts.examples import OUTSIDE
from shared.envelope import Envelope, Malformed, Received, Record, headers_of, read
from shared.events import CATALOGUE, IntakeRequested, ReportWithdrawn, type_name

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
EVENT = ReportWithdrawn(report=UUID(int=7), reason="Ganda", at=AT)
ENVELOPE = Envelope("e-1", "/alurwarta/intake", type_name(ReportWithdrawn), EVENT.key, AT, 3, "c-1", "00-ab-cd-01")
REQUEST = next(e for e in OUTSIDE if isinstance(e, IntakeRequested))


def record(
    head: list[tuple[str, bytes]], body: bytes | None, *, key: bytes | None = None, topic: str = "reports"
) -> Record:
    return Record(topic, 0, 0, AT, key, body, head)


def binary(**changed: str | bytes | None) -> Record:
    head = dict(headers_of(ENVELOPE))
    for name, value in changed.items():
        if value is None:
            head.pop(name)
        else:
            head[name] = value if isinstance(value, bytes) else value.encode()
    return record(list(head.items()), EVENT.model_dump_json().encode(), key=EVENT.key.encode())


def structured(**changed: Any) -> Record:
    event = {
        "specversion": "1.0", "id": "r-1", "source": "simpeg", "type": type_name(IntakeRequested),
        "time": "2026-11-23T08:00:00Z", "datacontenttype": "application/json",
        "data": REQUEST.model_dump(mode="json"),
    } | changed  # fmt: skip
    body = json.dumps({k: v for k, v in event.items() if v is not None}).encode()
    return record([("content-type", b"application/cloudevents+json")], body, topic="intake-requests.simpeg")


def understood(r: Record) -> Received:
    found = read(r)
    assert isinstance(found, Received), found
    return found


def field_of(r: Record) -> str:
    found = read(r)
    assert isinstance(found, Malformed), found
    assert found.reason
    return found.problems[0].field


def test_what_is_written_in_binary_mode_is_read_back_the_same() -> None:
    found = understood(binary())
    assert found.envelope == replace(ENVELOPE, request=None)
    assert found.event == EVENT
    assert found.key == EVENT.key


def test_a_structured_cloudevent_is_understood_like_a_binary_one() -> None:
    found = understood(structured())
    assert found.event == REQUEST
    assert (found.envelope.id, found.envelope.source) == ("r-1", "simpeg")


@pytest.mark.parametrize("mode", ["application/cloudevents+json; charset=UTF-8", "application/cloudevents+json"])
def test_a_structured_cloudevent_may_name_its_character_set(mode: str) -> None:
    r = structured()
    assert isinstance(read(r._replace(headers=[("Content-Type", mode.encode())])), Received)


@pytest.mark.parametrize("missing", ["ce_specversion", "ce_id", "ce_source", "ce_type"])
def test_a_missing_required_attribute_is_named(missing: str) -> None:
    assert field_of(binary(**{missing: None})) == missing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", "0.3"),
        ("ce_type", "alurwarta.report.eaten.v1"),
        ("ce_type", "alurwarta.report.withdrawn.v2"),
        ("ce_sequence", "0"),
        ("ce_sequence", "-1"),
        ("ce_sequence", "٣"),
        ("ce_sequence", "9" * 19),
        ("ce_time", "yesterday"),
        ("ce_id", "x" * 201),
        ("ce_id", "a\x00b"),
        ("ce_source", b"\xff\xfe"),
    ],
)
def test_an_attribute_that_cannot_be_read_is_named(name: str, value: str | bytes) -> None:
    assert field_of(binary(**{name: value})) == name


def test_a_version_from_the_future_is_told_from_an_unknown_type() -> None:
    future, unknown = read(binary(ce_type="alurwarta.report.withdrawn.v2")), read(binary(ce_type="alurwarta.x.v1"))
    assert isinstance(future, Malformed)
    assert isinstance(unknown, Malformed)
    assert "version" in future.reason
    assert "catalogue" in unknown.reason


def test_a_field_that_is_wrong_is_named_without_its_value() -> None:
    body = json.dumps({"report": "3201-secret", "at": AT.isoformat()}).encode()
    found = read(binary()._replace(value=body))
    assert isinstance(found, Malformed)
    assert found.problems[0].field == "report"
    assert "3201-secret" not in found.reason


def test_our_own_readers_ignore_fields_that_they_do_not_know() -> None:
    body = json.dumps(EVENT.model_dump(mode="json") | {"later": 1}).encode()
    assert understood(binary()._replace(value=body)).event == EVENT


def test_a_typing_error_in_a_request_is_named() -> None:
    data = REQUEST.model_dump(mode="json") | {"tittle": "Serah terima"}
    assert field_of(structured(data=data)) == "tittle"


def test_a_tombstone_is_no_event() -> None:
    assert isinstance(read(binary()._replace(value=None)), Malformed)
    assert isinstance(read(record([], None)), Malformed)


@pytest.mark.parametrize("key", [None, b"", b"any", b"\xff\x00\xfe", b"k" * 5_000])
def test_a_request_may_have_any_key_or_none(key: bytes | None) -> None:
    assert understood(structured()._replace(key=key)).event == REQUEST


@pytest.mark.parametrize("number", ["1", "00042", "A-7"])
def test_a_request_stands_alone_whatever_sequence_its_sender_gives_it(number: str) -> None:
    assert understood(structured(sequence=number)).envelope.sequence is None


@pytest.mark.parametrize("key", [b"\xff", b"a\x00b", b"k" * 5_000])
def test_a_key_of_ours_that_could_not_be_kept_is_malformed(key: bytes) -> None:
    assert field_of(binary()._replace(key=key)) in ("", "key")


def test_half_a_surrogate_in_an_attribute_is_malformed() -> None:
    for name in ("id", "source", "type", "subject", "traceparent"):
        assert isinstance(read(structured(**{name: "\ud800"})), Malformed), name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_sequence", "ce_time", "ce_requestid", "content-type"]
) | st.text(max_size=12)
VALUES = st.sampled_from(
    [b"1.0", b"1", b"application/cloudevents+json", *(type_name(k).encode() for k in CATALOGUE.values())]
) | st.binary(max_size=30)


@given(
    head=st.lists(st.tuples(NAMES, VALUES), max_size=8),
    body=st.none() | st.binary(max_size=60) | JSON.map(lambda x: json.dumps(x).encode()),
    key=st.none() | st.binary(max_size=20),
)
def test_nothing_that_can_arrive_makes_the_reader_raise(
    head: list[tuple[str, bytes]], body: bytes | None, key: bytes | None
) -> None:
    read(record(head, body, key=key))


@given(st.dictionaries(st.sampled_from(["id", "source", "type", "time", "data", "sequence", "requestid"]), JSON))
def test_no_structured_event_makes_the_reader_raise(changed: dict[str, Any]) -> None:
    read(structured(**changed))


def test_json_as_deep_as_the_stack_is_malformed_and_nothing_worse() -> None:
    deep = b"[" * 200_000
    assert isinstance(read(binary()._replace(value=deep)), Malformed)
    head = [("content-type", b"application/cloudevents+json")]
    assert isinstance(read(record(head, deep)), Malformed)
