"""The catalogue page: every topic, every event, every field, with a real example of each. Pure."""

from collections.abc import Iterable, Mapping

from deploy.contracts.examples import EXAMPLES, body, headers
from deploy.contracts.headers import ALL
from deploy.contracts.meanings import event_meaning
from deploy.contracts.schemas import Schema, file_name, schema_of
from deploy.contracts.topics import TOPICS, Topic, joined, key_of, topics_of
from deploy.contracts.type_words import type_words
from shared.events import CATALOGUE, OWNED_TOPIC, AuditAnchored, Event, type_name

INTRODUCTION = """# The event catalogue
Made by `alurwarta contracts write` from `shared/events.py`; do not edit. The same as
[AsyncAPI](asyncapi.json) and as JSON Schemas (`schemas/`): `*.write.json` is what is written (closed),
`*.read.json` what is read (open: ignore fields that you do not know). `intake.requested` alone is closed to its reader
too, so that a typo is named. New event types and optional fields may come at any time; nothing else changes at v1."""


def catalogue() -> str:
    """The page, in Markdown."""
    parts = [INTRODUCTION, _headers(), *(_topic(topic) for topic in TOPICS)]
    parts += ["## Events", *(_event(kind) for kind in CATALOGUE.values())]
    return "\n\n".join([*parts, _values()]) + "\n"


def _headers() -> str:
    rows = [(f"`{name}`", _cell(schema["description"])) for name, schema in ALL.items()]
    return "## Headers\n" + _table(("header", "meaning"), rows)


def _topic(topic: Topic) -> str:
    lines = f"## {topic.address}\n{topic.about}\n\nWritten by {topic.writer}; read by {joined(topic.readers)}; "
    lines += f"key: {topic.key}."
    if not topic.kinds:
        return lines
    rows = [(f"[{kind.name}](#{_anchor(kind.name)})", _cell(event_meaning(kind.name))) for kind in topic.kinds]
    return f"{lines}\n\n{_table(('event', 'meaning'), rows)}"


def _event(kind: type[Event]) -> str:
    schema = schema_of(kind, "write")
    event = EXAMPLES[kind.name]
    told = "\n".join(f"{name}: {value}" for name, value in headers(event))
    files = ", ".join(f"[{form}](schemas/{file_name(kind, form)})" for form in ("write", "read"))
    return "\n\n".join(
        (
            f"### {kind.name}\n{event_meaning(kind.name)}",
            _routing(kind) + f"\n- schemas: {files}",
            _fields(schema),
            f"Headers:\n```\n{told}\n```\nValue:\n```json\n{body(event)}\n```",
        )
    )


def _routing(kind: type[Event]) -> str:
    topics = [topic for topic in TOPICS if topic.name in topics_of(kind)]
    writers = joined(topic.writer for topic in topics)
    readers = dict.fromkeys(reader for topic in topics for reader in topic.readers)
    if kind is AuditAnchored:
        whom = "; ".join(
            f"{topic.name} by {joined(r for r in topic.readers if OWNED_TOPIC[r] != topic.name)}" for topic in topics
        )
    else:
        whom = joined(readers)
    where = joined(f"`{topic.address}`" for topic in topics)
    return (
        f"- type: `{type_name(kind)}`\n- topic: {where}\n- written by: {writers}\n- read by: {whom}\n"
        f"- key: {key_of(kind)}"
    )


def _values() -> str:
    shared: dict[str, Schema] = {}
    for kind in CATALOGUE.values():
        shared |= schema_of(kind, "write").get("$defs", {})
    parts = ["## Values"]
    for name, schema in sorted(shared.items()):
        parts.append(f"### {name}\n{schema.get('description', '')}".rstrip() + f"\n\n{_fields(schema)}")
    return "\n\n".join(parts)


def _fields(schema: Schema) -> str:
    required = schema.get("required", [])
    properties: Mapping[str, Schema] = schema.get("properties", {})
    rows = [
        (f"`{name}`", "yes" if name in required else "no", _cell(type_words(field)), _cell(field["description"]))
        for name, field in properties.items()
    ]
    return _table(("field", "required", "type", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _anchor(heading: str) -> str:
    return heading.replace(".", "")
