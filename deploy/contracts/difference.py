"""What differs between two schemas of one event, said by its field, as far as it breaks a reader. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, cast

from deploy.contracts.schemas import Schema

UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
WALKED = {"properties", "required", "items", "additionalProperties", "anyOf", "oneOf", "$ref", "$defs"}
WORDS = {"title", "description", "examples", "$comment", "$id", "$schema", "x-topics", "x-key", "default"}
SHAPES = {"type", "format", "enum", "const"}


class Sides(Enum):
    """Who must stay able to read whom."""

    BOTH = auto()
    OLD_EVENTS = auto()


@dataclass(frozen=True, slots=True)
class Break:
    """One breaking change: the field's path (empty for the whole event) and what happened to it."""

    path: str
    what: str

    @property
    def sentence(self) -> str:
        return f"{self.path}: {self.what}." if self.path else f"{self.what}."


def differences(old: Schema, new: Schema, sides: Sides) -> list[Break]:
    """Every breaking change from one closed schema to the other, in the order of the old one's fields."""
    walk = _Walk(old.get("$defs", {}), new.get("$defs", {}), sides)
    return list(dict.fromkeys(walk.node(old, new, "")))


@dataclass(slots=True)
class _Walk:
    old_defs: Schema
    new_defs: Schema
    sides: Sides
    seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def node(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(pair):
            if pair in self.seen:
                return
            self.seen.add(pair)
        if "default" in old and "default" in new and old["default"] != new["default"]:
            yield Break(
                path, f"its default changed from {old['default']!r} to {new['default']!r}: absent means another"
            )
        before, after = _branches(old, self.old_defs), _branches(new, self.new_defs)
        yield from self._kinds(list(before), list(after), path)
        for name in before:
            if name in after:
                yield from self._same_kind(before[name], after[name], path)

    def _kinds(self, old: list[str], new: list[str], path: str) -> Iterator[Break]:
        gone, come = [k for k in old if k not in new], [k for k in new if k not in old]
        if gone and come:
            yield Break(path, f"its type changed from {' or '.join(old)} to {' or '.join(new)}")
        elif gone:
            yield Break(path, f"may no longer be {' or '.join(gone)}, so a new reader refuses old events")
        elif come and self.sides is Sides.BOTH:
            yield Break(path, f"may now be {' or '.join(come)} too, so an old reader refuses new events")

    def _same_kind(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        yield from self._values(old, new, path)
        for name in sorted((UPPER | LOWER) & (old.keys() | new.keys())):
            yield from self._limit(name, old.get(name), new.get(name), path)
        for name in sorted((old.keys() | new.keys()) - UPPER - LOWER - WALKED - WORDS - SHAPES):
            if old.get(name) != new.get(name):
                yield Break(path, f"{name} changed from {old.get(name)!r} to {new.get(name)!r}")
        yield from self._fields(old, new, path)
        yield from self._required(old, new, path)
        for name, sign in (("items", "[]"), ("additionalProperties", ".*")):
            yield from self._inside(old.get(name), new.get(name), f"{path}{sign}")

    def _values(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, after = _values(old), _values(new)
        if before == after:
            return
        if after is not None and (before is None or set(before) - set(after)):
            lost = "anything but " + ", ".join(after) if before is None else ", ".join(sorted(set(before) - set(after)))
            yield Break(path, f"no longer allows {lost}, so a new reader refuses old events")
        elif self.sides is Sides.BOTH:
            more = "anything" if after is None else ", ".join(sorted(set(after) - set(before or ())))
            yield Break(path, f"now allows {more}, so an old reader refuses new events")

    def _limit(self, name: str, old: float | None, new: float | None, path: str) -> Iterator[Break]:
        if old == new:
            return
        said = f"{name} {'(none)' if old is None else old} became {'(none)' if new is None else new}"
        if new is not None and (old is None or (new < old if name in UPPER else new > old)):
            yield Break(path, f"{said}, so a new reader refuses old events")
        elif self.sides is Sides.BOTH:
            yield Break(path, f"{said}, so an old reader refuses new events")

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            at = f"{path}.{name}" if path else name
            if name in after:
                yield from self.node(schema, after[name], at)
            else:
                yield Break(at, "was removed or renamed: what an old event says in it, or an old reader needs, is lost")

    def _required(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, after = set(old.get("required", [])), set(new.get("required", []))
        prefix = f"{path}." if path else ""
        for name in sorted(after - before):
            yield Break(f"{prefix}{name}", "is required now, so a new reader refuses old events without it")
        if self.sides is Sides.BOTH:
            for name in sorted((before - after) & new.get("properties", {}).keys()):
                yield Break(f"{prefix}{name}", "is optional now, so an old reader refuses new events without it")

    def _inside(self, old: Any, new: Any, path: str) -> Iterator[Break]:
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.node(cast(Schema, old), cast(Schema, new), path)
        elif old != new:
            yield Break(path, f"what it may hold changed from {old!r} to {new!r}")


def _branches(node: Schema, definitions: Schema) -> dict[str, Schema]:
    """The forms that a value may take, each under a name that the next version will have too."""
    forms: list[Schema] = []
    for form in node.get("anyOf") or node.get("oneOf") or [node]:
        reference = form.get("$ref")
        held = definitions[reference.rpartition("/")[2]] if reference else form
        nested = "anyOf" in held or "oneOf" in held
        forms += _branches(held, definitions).values() if nested else [held]
    named: dict[str, Schema] = {}
    for form in forms:
        name = _name(form)
        named[name if name not in named else f"{name} ({len(named)})"] = form
    return named


def _name(form: Schema) -> str:
    tag = form.get("properties", {}).get("kind", {}).get("const")
    return tag or form.get("format") or str(form.get("type", "anything"))


def _values(form: Schema) -> list[str] | None:
    values = [form["const"]] if "const" in form else form.get("enum")
    return None if values is None else [_word(value) for value in values]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
