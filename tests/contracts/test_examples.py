"""The examples that other people copy are true: to the models, to the schemas, and to the headers' rules."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from deploy.contracts.examples import EXAMPLES, body, headers
from deploy.contracts.schemas import Form, schema_of
from shared.content import ClockRecord
from shared.envelope import Received, Record, read
from shared.events import CATALOGUE, Event
from tests.contracts.validation import mistakes

EVENTS = pytest.mark.parametrize("event", EXAMPLES.values(), ids=list(EXAMPLES))
OURS = pytest.mark.parametrize("event", [e for e in EXAMPLES.values() if not e.closed], ids=lambda e: e.name)
MAPS = {"urls", "channels", "channel_texts", "waived"}


def errors(event: Event, form: Form, value: Any) -> list[str]:
    return mistakes(schema_of(type(event), form), value)


def with_unknown_fields(value: Any) -> Any:
    if isinstance(value, list):
        return [with_unknown_fields(v) for v in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    held = cast("dict[str, Any]", value)
    return {k: v if k in MAPS else with_unknown_fields(v) for k, v in held.items()} | {"from_the_future": 1}


def test_every_event_of_the_catalogue_has_its_example() -> None:
    assert EXAMPLES.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=list(CATALOGUE))
@pytest.mark.parametrize("form", ["write", "read"])
def test_every_schema_is_a_schema_with_an_id_and_a_title(kind: type[Event], form: Form) -> None:
    schema = schema_of(kind, form)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"{kind.name}.v1.{form}")
    assert schema["title"] == f"alurwarta.{kind.name}.v1"


@EVENTS
def test_every_example_is_what_its_writer_writes_and_its_reader_reads(event: Event) -> None:
    data = body(event).encode()
    assert type(event).model_validate_json(data) == event
    assert type(event).read(data) == event


@EVENTS
@pytest.mark.parametrize("form", ["write", "read"])
def test_every_example_is_valid_by_both_schemas(event: Event, form: Form) -> None:
    assert errors(event, form, json.loads(body(event))) == []


@EVENTS
def test_every_example_with_its_headers_is_understood_as_a_record(event: Event) -> None:
    pairs = [(name, value.encode()) for name, value in headers(event)]
    got = read(Record("t", 0, 0, datetime.now(UTC), event.key.encode(), body(event).encode(), pairs))
    assert isinstance(got, Received)
    assert got.event == event
    assert got.envelope.subject in (None, event.key)


@EVENTS
def test_every_closed_clock_of_an_example_is_judged_by_its_own_figures(event: Event) -> None:
    clocks: tuple[ClockRecord, ...] = getattr(event, "clocks", ())
    for clock in clocks:
        assert clock.opened_at <= clock.closed_at
        assert clock.elapsed_seconds == (clock.closed_at - clock.opened_at).total_seconds()
        assert clock.punctuality == ("in_time" if clock.working_seconds <= clock.target_seconds else "late")


@OURS
def test_a_reader_ignores_fields_that_it_does_not_know_on_our_own_topics(event: Event) -> None:
    value = with_unknown_fields(json.loads(body(event)))
    assert type(event).read(json.dumps(value).encode()) == event
    assert errors(event, "read", value) == []


@OURS
def test_a_writer_may_not_invent_fields(event: Event) -> None:
    value = with_unknown_fields(json.loads(body(event)))
    assert any("from_the_future" in message for message in errors(event, "write", value))
    with pytest.raises(ValueError, match="from_the_future"):
        type(event).model_validate_json(json.dumps(value))


@pytest.mark.parametrize(("path", "typo"), [((), "tittle"), (("media", 0), "captoin"), (("media", 0, "object"), "sha")])
def test_a_typo_in_a_request_is_named(path: tuple[Any, ...], typo: str) -> None:
    request = EXAMPLES["intake.requested"]
    value = json.loads(body(request))
    place = value
    for step in path:
        place = place[step]
    place[typo] = "x"
    assert any(typo in message for message in errors(request, "read", value))
    with pytest.raises(ValueError, match=".".join([*map(str, path), typo])):
        type(request).read(json.dumps(value).encode())


def test_a_block_that_does_not_name_its_kind_is_refused_by_schema_and_model_alike() -> None:
    event = EXAMPLES["story.submitted"]
    value = json.loads(body(event))
    del value["content"]["body"][0]["kind"]
    assert errors(event, "read", value)
    with pytest.raises(ValueError, match="kind"):
        type(event).read(json.dumps(value).encode())
