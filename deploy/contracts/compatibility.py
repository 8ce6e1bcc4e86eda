"""The gate: may code with these schemas read, and be read by, code with the baseline's, at the same version? Pure.

Two judges. `jsoncompat` proves containment of whole schemas (old reader and new event, new reader and old event), but
it only says yes or no, cannot follow `oneOf` between open objects, `$id` or `$ref`s with neighbours, takes any pattern
or format for any other, and rightly sees no harm in an optional field that vanishes. So `deploy.contracts.difference`
walks both schemas first and names the field; jsoncompat is the net under it, for what the walk does not know.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from deploy.contracts.difference import Break, Sides, differences
from deploy.contracts.schemas import Schema, file_name, schema_of
from shared.events import CATALOGUE

Forms = Mapping[str, Schema]


def current() -> dict[str, Schema]:
    """Both forms of every event of the catalogue, by file name."""
    forms = ("write", "read")
    return {file_name(kind, form): schema_of(kind, form) for kind in CATALOGUE.values() for form in forms}


def breaks(old: Forms, new: Forms) -> list[str]:
    """Sentences, one for each way in which `new` breaks readers or events of `old`. Empty: compatible."""
    found: list[str] = []
    for file in sorted(name for name in old if name.endswith(".write.json")):
        event = file.removesuffix(".write.json")
        reader = f"{event}.read.json"
        if file not in new or reader not in new:
            found.append(f"{event} is gone: its events stay in the topics; keep it and add a version beside it.")
            continue
        found += [f"{event}: {b.sentence}" for b in _of_one(old, new, file, reader)]
    return found


def _of_one(old: Forms, new: Forms, file: str, reader: str) -> list[Break]:
    # What a closed reader reads is written by others: they follow us, so only their old requests must stay readable.
    closed = old[reader].get("additionalProperties") is False
    sides = Sides.OLD_EVENTS if closed else Sides.BOTH
    named = [*_routing(old[file], new[file]), *differences(old[file], new[file], sides)]
    if named:
        return named
    found = _refused("an old event", old[file], "the new reader", new[reader])
    if not closed and not found:
        found = _refused("a new event", new[file], "the old reader", old[reader])
    return found


def _routing(old: Schema, new: Schema) -> list[Break]:
    moved = [name for name in ("x-topics", "x-key") if old.get(name) != new.get(name)]
    return [Break("", f"its {name[2:]} changed from {old.get(name)} to {new.get(name)}") for name in moved]


def _refused(which: str, event: Schema, whose: str, reader: Schema) -> list[Break]:
    import jsoncompat  # A development tool: the services' image has no need of it.

    try:
        if jsoncompat.check_compat(json.dumps(_plain(reader)), json.dumps(_plain(event)), "serializer"):
            return []
    except ValueError as e:
        return [Break("", f"jsoncompat cannot compare it: {e}")]
    return [Break("", f"jsoncompat finds {which} that {whose} would refuse: compare the two schemas")]


def _plain(node: Any) -> Any:
    """A schema in the part of the language that jsoncompat follows: tagged branches are disjoint, so anyOf is oneOf."""
    if isinstance(node, list):
        return [_plain(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    held = cast(Schema, node)
    if "$ref" in held:
        return {"$ref": held["$ref"]}
    plain = {"anyOf" if name == "oneOf" else name: _plain(value) for name, value in held.items()}
    for noise in ("$id", "description", "x-topics", "x-key"):
        if isinstance(plain.get(noise), (str, list)):
            del plain[noise]
    return plain
