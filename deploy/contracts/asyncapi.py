"""The AsyncAPI 3.0.0 document: channels, who sends and receives, Kafka bindings, headers, payloads. Pure."""

import json
from typing import Any, cast

from deploy.contracts.examples import EXAMPLES, body, headers
from deploy.contracts.headers import header_schemas
from deploy.contracts.meanings import event_meaning
from deploy.contracts.schemas import Schema, schema_of
from deploy.contracts.topics import OUTSIDE, SERVICES, TOPICS, Topic, groups_of
from shared.events import CATALOGUE, OWNED_TOPIC, PREFIX, AuditAnchored, Event, IntakeRequested, type_name

BINDING = {"bindingVersion": "0.5.0"}
RETENTION_MS = 60 * 24 * 3600 * 1000
SOURCE_NAME = "source"


def asyncapi() -> Schema:
    """The whole document. It needs nothing outside itself: every `$ref` is local."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:alurwarta:contracts",
        "info": {
            "title": "Alurwarta",
            "version": "1",
            "description": "The course of the news: intake, editing, review and publisher on Kafka. CloudEvents 1.0 in "
            "binary mode. Readers ignore fields that they do not know; only intake.requested is closed.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "messages": {kind.name: _message(kind) for kind in CATALOGUE.values()} | {"dead-letter": _dead_letter()},
            "schemas": header_schemas() | _payloads(),
        },
    }


def _channel(topic: Topic) -> Schema:
    # Received is the broker's time of a request, never the sender's word.
    stamp = {"message.timestamp.type": "LogAppendTime"} if topic.name == IntakeRequested.topic else {}
    configuration: Schema = {"cleanup.policy": ["delete"], "retention.ms": RETENTION_MS, **stamp}
    channel: Schema = {
        "address": topic.address,
        "title": topic.name,
        "description": topic.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _carried(topic)},
        "bindings": {"kafka": {"topicConfiguration": configuration, **BINDING}},
    }
    if topic.parameter == SOURCE_NAME:
        channel["parameters"] = {
            SOURCE_NAME: {"description": "The name of one other system's source.", "examples": ["sim-rutilahu"]}
        }
    elif topic.parameter:
        channel["parameters"] = {topic.parameter: {"description": "The service's name.", "enum": list(SERVICES)}}
    return channel


def _carried(topic: Topic) -> list[str]:
    return [kind.name for kind in topic.kinds] or ["dead-letter"]


def _operations(topic: Topic) -> dict[str, Schema]:
    writers = SERVICES if topic.writer not in (*SERVICES, OUTSIDE) else (topic.writer,)
    operations = {f"{_slug(w)}.send.{topic.name}": _operation("send", w, topic) for w in writers}
    readers = topic.readers if topic.kinds else ()
    return operations | {f"{_slug(r)}.receive.{topic.name}": _operation("receive", r, topic) for r in readers}


def _operation(action: str, who: str, topic: Topic) -> Schema:
    carried = _carried(topic)
    if action == "receive" and OWNED_TOPIC.get(who) == topic.name:
        carried = [name for name in carried if name != AuditAnchored.name]
    operation: Schema = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{who} {action}s {topic.name}",
        "tags": [{"name": who}],
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in carried],
    }
    if action == "receive" and who != OUTSIDE:
        group = {"type": "string", "enum": [f"{PREFIX}{who}.{group}" for group in groups_of(who, topic.name)]}
        operation["bindings"] = {"kafka": {"groupId": group, **BINDING}}
    return operation


def _slug(who: str) -> str:
    return SOURCE_NAME if who == OUTSIDE else who


def _message(kind: type[Event]) -> Schema:
    event = EXAMPLES[kind.name]
    base = "RequestHeaders" if kind.closed else "Headers"
    return {
        "name": type_name(kind),
        "title": kind.name,
        "summary": event_meaning(kind.name),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{base}"},
                {"type": "object", "properties": {"ce_type": {"const": type_name(kind)}}},
            ]
        },
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "bindings": {"kafka": {"key": _key(kind), **BINDING}},
        "examples": [{"name": kind.name, "headers": dict(headers(event)), "payload": json.loads(body(event))}],
    }


def _key(kind: type[Event]) -> Schema:
    if kind is IntakeRequested:
        return {"type": "string", "description": "Any or none."}
    field: Schema = schema_of(kind, "read")["properties"][kind.key_field]
    return {name: value for name, value in field.items() if name != "$ref"}


def _dead_letter() -> Schema:
    return {
        "name": "dead-letter",
        "title": "dead-letter",
        "summary": "The bytes of a record that could not be processed, as they came, or their beginning.",
        "contentType": "application/octet-stream",
        "headers": {"$ref": "#/components/schemas/DeadLetterHeaders"},
        "payload": {"description": "Anything: it need not be JSON."},
    }


def _payloads() -> dict[str, Schema]:
    """The readers' schemas with their definitions side by side; those of a closed event keep its name before theirs."""
    schemas: dict[str, Schema] = {}
    for kind in CATALOGUE.values():
        prefix = f"{kind.__name__}." if kind.closed else ""
        schema = schema_of(kind, "read")
        parts: dict[str, Schema] = schema.pop("$defs", {})
        for name in ("$schema", "$id", "x-topics", "x-key"):
            del schema[name]
        schemas[kind.__name__] = _moved(schema, prefix)
        schemas |= {f"{prefix}{name}": _moved(part, prefix) for name, part in parts.items()}
    return schemas


def _moved(node: Any, prefix: str) -> Any:
    if isinstance(node, list):
        return [_moved(item, prefix) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    held = cast(Schema, node)
    if isinstance(reference := held.get("$ref"), str):
        return {"$ref": f"#/components/schemas/{prefix}{reference.rpartition('/')[2]}"}
    return {name: _moved(value, prefix) for name, value in held.items()}
