"""JSON Schema validation as a list of sentences, for schemas of either draft."""

from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator


def mistakes(schema: dict[str, Any], value: Any) -> list[str]:
    """What the schema finds wrong with the value, formats included. AsyncAPI's schemas are of draft 7."""
    draft: Any = Draft202012Validator if "2020-12" in schema.get("$schema", "") else Draft7Validator
    return [e.message for e in draft(schema, format_checker=draft.FORMAT_CHECKER).iter_errors(value)]
