"""The AsyncAPI document is valid, whole, and says the same as EVENTS.md."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from deploy.contracts.asyncapi import asyncapi
from deploy.contracts.headers import ALL
from shared.events import CATALOGUE, OWNED_TOPIC
from tests.contracts.validation import mistakes

DOCUMENT = asyncapi()
STANDARD = json.loads((Path(__file__).parent / "asyncapi-3.0.0.schema.json").read_text())
READERS = {
    "reports": {"editing", "review", "publisher"},
    "stories": {"review", "intake", "publisher"},
    "decisions": {"editing", "publisher", "intake", "review"},
    "publications": {"intake", "editing", "review", "publisher"},
    "intake-requests": {"intake"},
    "intake-outcomes": {"source"},
}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from references(item)
    elif isinstance(node, dict):
        for name, value in cast("dict[str, Any]", node).items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)


def found(reference: str) -> Any:
    node: Any = DOCUMENT
    assert reference.startswith("#/")
    for step in reference[2:].split("/"):
        node = node[step]
    return node


def test_it_is_valid_by_the_standards_own_schema() -> None:
    assert mistakes(STANDARD, DOCUMENT) == []


def test_the_standards_schema_would_find_a_mistake_in_a_kafka_binding() -> None:
    document = asyncapi()
    document["channels"]["reports"]["bindings"]["kafka"]["group"] = "x"
    assert mistakes(STANDARD, document)


def test_faststreams_own_models_read_it() -> None:
    assert ApplicationSchema.model_validate(DOCUMENT).asyncapi == "3.0.0"


def test_every_reference_leads_somewhere_inside_the_document() -> None:
    for reference in references(DOCUMENT):
        assert found(reference)


def test_every_topic_of_the_contract_is_a_channel() -> None:
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} == {
        "alurwarta.intake-requests.{source}",
        "alurwarta.intake-outcomes.{source}",
        "alurwarta.reports",
        "alurwarta.stories",
        "alurwarta.decisions",
        "alurwarta.publications",
        "alurwarta.dead-letter.{service}",
    }


def test_every_parameter_of_an_address_is_explained() -> None:
    for channel in DOCUMENT["channels"].values():
        _, _, parameter = channel["address"].partition("{")
        assert set(channel.get("parameters", {})) == ({parameter[:-1]} if parameter else set())


def test_every_event_is_carried_by_its_own_topic_and_the_anchors_by_every_owners() -> None:
    carried = {name: set(channel["messages"]) for name, channel in DOCUMENT["channels"].items()}
    for kind in CATALOGUE.values():
        on = {topic for topic, names in carried.items() if kind.name in names}
        assert on == (set(OWNED_TOPIC.values()) if kind.name == "audit.anchored" else {kind.topic})


@pytest.mark.parametrize("topic", READERS)
def test_every_topic_is_read_by_those_whom_the_contract_names(topic: str) -> None:
    operations = {name: op for name, op in DOCUMENT["operations"].items() if name.endswith(f".receive.{topic}")}
    assert {name.partition(".")[0] for name in operations} == READERS[topic]
    for name, operation in operations.items():
        who = name.partition(".")[0]
        if who != "source":
            groups = {f"alurwarta.{who}.{topic}"} - {"alurwarta.publisher.publications"}
            groups |= {"alurwarta.publisher.figures"} if who == "publisher" else set[str]()
            assert set(operation["bindings"]["kafka"]["groupId"]["enum"]) == groups


def test_only_the_owner_sends_on_its_topic() -> None:
    for service, topic in OWNED_TOPIC.items():
        senders = [name for name in DOCUMENT["operations"] if name.endswith(f".send.{topic}")]
        assert senders == [f"{service}.send.{topic}"]


def test_nobody_reads_its_own_anchor() -> None:
    own = DOCUMENT["operations"]["review.receive.decisions"]["messages"]
    assert not any(reference["$ref"].endswith("audit.anchored") for reference in own)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_message_has_a_key_headers_and_an_example_that_they_and_the_payload_allow(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    example = message["examples"][0]
    assert message["bindings"]["kafka"]["key"]["type"] == "string"
    assert set(example["headers"]) <= set(ALL)
    for part in ("headers", "payload"):
        schema = {"components": DOCUMENT["components"], "allOf": [message[part]]}
        assert mistakes(schema, example[part]) == []


def test_only_the_request_is_closed() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
    assert closed
    assert {name.partition(".")[0] for name in closed} == {"IntakeRequested"}
