"""The gate: a change that breaks a reader of the same version is caught and named; a harmless one passes."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from deploy.contracts import compatibility
from deploy.contracts.compatibility import breaks, current
from deploy.contracts.difference import Break
from deploy.contracts.schemas import Schema

NOW = current()
SUBMITTED, REQUESTED, LIVE = "story.submitted.v1", "intake.requested.v1", "delivery.live.v1"
Edit = Callable[[Schema], object]


def changed(event: str, edit: Edit) -> dict[str, Schema]:
    """The catalogue with one event changed, in both of its forms."""
    new = deepcopy(NOW)
    for form in ("write", "read"):
        edit(new[f"{event}.{form}.json"])
    return new


def field(schema: Schema, path: str) -> Schema:
    """A field by its path, e.g. `urgency`, or `Content/title` for one of a value."""
    owner, _, name = path.rpartition("/")
    return (schema["$defs"][owner] if owner else schema)["properties"][name]


def put(path: str, **keywords: object) -> Edit:
    return lambda schema: field(schema, path).update(keywords)


def drop(owner: str, name: str) -> Edit:
    def edit(schema: Schema) -> None:
        held = schema["$defs"][owner] if owner else schema
        del held["properties"][name]
        held["required"] = [r for r in held["required"] if r != name]

    return edit


def rename(name: str, to: str) -> Edit:
    def edit(schema: Schema) -> None:
        schema["properties"][to] = schema["properties"].pop(name)
        schema["required"] = [to if r == name else r for r in schema["required"]]

    return edit


def add(name: str, *, owner: str = "", required: bool = False) -> Edit:
    def edit(schema: Schema) -> None:
        held = schema["$defs"][owner] if owner else schema
        held["properties"][name] = {"type": "string", "description": "New."}
        if required:
            held["required"].append(name)

    return edit


def new_block(schema: Schema) -> None:
    block: Schema = {"type": "object", "properties": {"kind": {"const": "table"}}, "required": ["kind"]}
    schema["$defs"]["Table"] = block
    field(schema, "Content/body")["items"]["oneOf"].append({"$ref": "#/$defs/Table"})


BREAKING: dict[str, tuple[str, Edit, str]] = {
    "a removed required field": (SUBMITTED, drop("", "version"), "version: was removed or renamed"),
    "a removed optional field": (SUBMITTED, drop("", "urgency"), "urgency: was removed or renamed"),
    "a removed field of a value": (SUBMITTED, drop("Span", "href"), "content.body[].spans[].href: was removed"),
    "a renamed field": (SUBMITTED, rename("version", "revision"), "version: was removed or renamed"),
    "a new required field": (SUBMITTED, add("mood", required=True), "mood: is required now"),
    "a new required field of a value": (SUBMITTED, add("mood", owner="Official", required=True), "submitted_by.mood:"),
    "an optional field made required": (SUBMITTED, lambda s: s["required"].append("urgency"), "urgency: is required"),
    "a required field made optional": (SUBMITTED, lambda s: s["required"].remove("version"), "version: is optional"),
    "a narrowed enumeration": (SUBMITTED, put("urgency", enum=["regular"]), "urgency: no longer allows immediate"),
    "a widened enumeration": (SUBMITTED, put("urgency", enum=["regular", "immediate", "x"]), "urgency: now allows x"),
    "a changed type": (SUBMITTED, put("version", type="string"), "version: its type changed from integer to string"),
    "a changed format": (SUBMITTED, put("submitted_at", format="date"), "submitted_at: its type changed"),
    "a format where there was none": (LIVE, put("url", format="uri"), "url: its type changed from string to uri"),
    "a changed pattern": (SUBMITTED, put("content_sha256", pattern="^[0-9a-f]{40}$"), "content_sha256: pattern"),
    "a tightened length": (SUBMITTED, put("Content/title", maxLength=200), "content.title: maxLength 300 became 200"),
    "a loosened length": (SUBMITTED, put("Content/title", maxLength=400), "content.title: maxLength 300 became 400"),
    "a raised minimum": (SUBMITTED, put("version", minimum=2), "version: minimum 1 became 2"),
    "a limit where there was none": (LIVE, put("url", maxLength=99), "url: maxLength (none) became 99"),
    "a tightened list": (SUBMITTED, put("authors", minItems=2), "authors: minItems 1 became 2"),
    "a kind of block more": (SUBMITTED, new_block, "content.body[]: may now be table too"),
    "a kind of block less": (
        SUBMITTED, lambda s: field(s, "Content/body")["items"]["oneOf"].pop(), "content.body[]: may no longer be",
    ),
    "no more null": (SUBMITTED, lambda s: field(s, "ClockRecord/unit")["anyOf"].pop(), "clocks[].unit: may no longer"),
    "a changed default": (SUBMITTED, put("urgency", default="immediate"), "urgency: its default changed"),
    "another key": (SUBMITTED, lambda s: s.update({"x-key": "version"}), "its key changed from story to version"),
    "another topic": (SUBMITTED, lambda s: s.update({"x-topics": ["reports"]}), "its topics changed"),
    "a request that may say less": (REQUESTED, put("media", maxItems=10), "media: maxItems 100 became 10"),
    "a request that must say more": (REQUESTED, lambda s: s["required"].append("unit"), "unit: is required now"),
}  # fmt: skip
HARMLESS: dict[str, tuple[str, Edit]] = {
    "nothing": (SUBMITTED, lambda _: None),
    "an optional field": (SUBMITTED, add("mood")),
    "an optional field of a value": (SUBMITTED, add("mood", owner="ClockRecord")),
    "an optional field of a kind of block": (SUBMITTED, add("mood", owner="Paragraph")),
    "other words": (SUBMITTED, put("urgency", description="Said better.")),
    "an optional field of a request": (REQUESTED, add("mood")),
    "a request that may say more": (REQUESTED, put("media", maxItems=200)),
    "a request with one more choice": (REQUESTED, put("urgency", enum=["regular", "immediate", "later"])),
}


@pytest.mark.parametrize(("event", "edit", "said"), BREAKING.values(), ids=list(BREAKING))
def test_a_breaking_change_is_caught_and_named(event: str, edit: Edit, said: str) -> None:
    found = breaks(NOW, changed(event, edit))
    assert any(sentence.startswith(f"{event}: {said}") for sentence in found), found


@pytest.mark.parametrize(("event", "edit"), HARMLESS.values(), ids=list(HARMLESS))
def test_a_harmless_change_passes(event: str, edit: Edit) -> None:
    assert breaks(NOW, changed(event, edit)) == []


def test_a_new_event_type_passes() -> None:
    new = {f"story.praised.v1.{form}.json": NOW[f"{SUBMITTED}.{form}.json"] for form in ("write", "read")}
    assert breaks(NOW, NOW | new) == []


def test_a_type_that_vanishes_is_caught() -> None:
    new = {name: schema for name, schema in NOW.items() if not name.startswith(SUBMITTED)}
    assert breaks(NOW, new) == [
        f"{SUBMITTED} is gone: its events stay in the topics; keep it and add a version beside it."
    ]


@pytest.mark.parametrize("name", ["a narrowed enumeration", "a widened enumeration", "a tightened length"])
def test_jsoncompat_catches_what_the_walk_would_not_know(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(*_: object) -> list[Break]:
        return []

    monkeypatch.setattr(compatibility, "differences", blind)
    event, edit, _ = BREAKING[name]
    assert "jsoncompat finds" in breaks(NOW, changed(event, edit))[0]
