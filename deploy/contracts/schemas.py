"""JSON Schema 2020-12 of every event, in two forms: as it is written (closed) and as it is read (open). Pure."""

import json
from functools import cache
from typing import Any, Literal, cast

from pydantic.json_schema import GenerateJsonSchema

from deploy.contracts.meanings import event_meaning, meaning
from deploy.contracts.topics import key_of, topics_of
from shared.events import Event, type_name

Form = Literal["write", "read"]
Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Without pydantic's titles of fields, which only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(kind: type[Event], form: Form) -> Schema:
    """The schema of one event. `intake.requested` is closed in both forms, so that a typo is named."""
    return json.loads(_text(kind, form))


@cache
def _text(kind: type[Event], form: Form) -> str:
    return json.dumps(_made(kind, form))


def _made(kind: type[Event], form: Form) -> Schema:
    schema = kind.model_json_schema(schema_generator=_Untitled)
    _require_tags(schema, schema.get("$defs", {}))
    _explain(schema, kind.__name__, kind.name)
    if form == "read" and not kind.closed:
        schema = cast(Schema, _opened(schema))
    schema.pop("description", None)
    return {
        "$schema": DIALECT,
        "$id": f"urn:alurwarta:contracts:{kind.name}.v{kind.major}.{form}",
        "title": type_name(kind),
        "description": event_meaning(kind.name),
        "x-topics": list(topics_of(kind)),
        "x-key": key_of(kind),
        **{name: value for name, value in schema.items() if name != "title"},
    }


def file_name(kind: type[Event], form: Form) -> str:
    """The schema's file under `docs/contracts/schemas`."""
    return f"{kind.name}.v{kind.major}.{form}.json"


def _require_tags(node: Any, definitions: dict[str, Schema]) -> None:
    """Say in plain JSON Schema what pydantic's `discriminator` means: a branch must name its kind."""
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            _require_tags(item, definitions)
    if not isinstance(node, dict):
        return
    held = cast(Schema, node)
    tag = held.get("discriminator")
    if isinstance(tag, dict) and "oneOf" in held:
        tagging = cast(Schema, held.pop("discriminator"))
        for reference in tagging["mapping"].values():
            branch = definitions[reference.rpartition("/")[2]]
            branch["required"] = sorted({*branch.get("required", []), tagging["propertyName"]})
    for value in held.values():
        _require_tags(value, definitions)


def _explain(schema: Schema, owner: str, event: str) -> None:
    for name, field in schema.get("properties", {}).items():
        field["description"] = meaning(owner, name, event)
    for name, definition in schema.get("$defs", {}).items():
        _explain(definition, name, "")


def _opened(node: Any) -> Any:
    if isinstance(node, list):
        return [_opened(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    held = cast(Schema, node)
    closed = held.get("additionalProperties") is False and "properties" in held
    return {name: _opened(value) for name, value in held.items() if not (closed and name == "additionalProperties")}
