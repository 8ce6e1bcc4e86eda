"""The type of a field in words, from its JSON Schema. Pure."""

import json

from deploy.contracts.schemas import Schema

FORMATS = {"date-time": "time with its zone", "date": "date", "uuid": "UUID"}
PATTERNS = {
    "^[0-9a-f]{64}$": "SHA-256 in hex",
    "^[a-z0-9][a-z0-9-]{0,62}$": "code (a-z, 0-9 and -, at most 63)",
}
PLAIN = {"boolean": "true or false", "integer": "whole number", "string": "text"}
BOUNDS = (
    ("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " entries"),
)  # fmt: skip


def type_words(field: Schema) -> str:
    """Say what a field may hold; null is left out, because an optional field may be absent or null."""
    if reference := field.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    branches: list[Schema] = field.get("anyOf") or field.get("oneOf") or []
    if branches:
        return " or ".join(type_words(branch) for branch in branches if branch.get("type") != "null")
    if "const" in field or "enum" in field:
        return " or ".join(f"`{json.dumps(v).strip(chr(34))}`" for v in field.get("enum", [field.get("const")]))
    return _simple(field) + _bounds(field)


def _simple(field: Schema) -> str:
    kind = field.get("type")
    if kind == "array":
        return f"list of {type_words(field['items'])}"
    if kind == "object":
        return f"{type_words(field['additionalProperties'])}, by name"
    if pattern := field.get("pattern"):
        return PATTERNS.get(pattern, f"text like `{pattern}`")
    return FORMATS.get(field.get("format", ""), PLAIN.get(str(kind), str(kind)))


def _bounds(field: Schema) -> str:
    for low, high, what in BOUNDS:
        least, most = field.get(low), field.get(high)
        if least is not None and most is not None:
            return f", {least} to {most}{what}"
        if least is not None:
            return f", at least {least}{what}"
        if most is not None:
            return f", at most {most}{what}"
    return ""
