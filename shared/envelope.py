"""CloudEvents 1.0 on Kafka: read in binary or structured mode, written in binary mode. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import ValidationError

from shared.content import RequestRef
from shared.events import CATALOGUE, PREFIX, Event, Problem, type_name

Headers = Sequence[tuple[str, bytes]]
STRUCTURED = "application/cloudevents+json"


class Record(NamedTuple):
    """One raw Kafka record, as much of it as the inbox and a dead letter need. `timestamp` is the broker's."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds an event: who says it, about what, as which one in its key's sequence, because of what."""

    id: str
    source: str
    type: str
    subject: str | None
    time: datetime | None
    sequence: int | None
    causation: str | None = None
    traceparent: str | None = None
    request: RequestRef | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A record that is understood."""

    record: Record
    envelope: Envelope
    event: Event
    key: str

    @property
    def at(self) -> datetime:
        """The broker's own time of the record: never the sender's word."""
        return self.record.timestamp


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that can never be understood; `problems` name the fields."""

    record: Record
    problems: tuple[Problem, ...]
    envelope: Envelope | None = None

    @property
    def reason(self) -> str:
        return "; ".join(f"{p.field}: {p.message}" if p.field else p.message for p in self.problems)


class Unreadable(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(field=field, message=message)


# The branches of a union are pydantic's business, not the sender's.
UNION = ("datetime", "date")
BY_TYPE = {type_name(kind): kind for kind in CATALOGUE.values()}


def headers_of(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The `ce_*` headers of binary mode."""
    return [(name, value.encode()) for name, value in attributes_of(envelope).items()]


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The headers of binary mode as text, those that are there."""
    request = envelope.request
    pairs = (
        ("ce_specversion", "1.0"),
        ("ce_id", envelope.id),
        ("ce_source", envelope.source),
        ("ce_type", envelope.type),
        ("ce_subject", envelope.subject),
        ("ce_time", envelope.time.isoformat() if envelope.time else None),
        ("ce_sequence", None if envelope.sequence is None else str(envelope.sequence)),
        ("ce_causationid", envelope.causation),
        ("ce_traceparent", envelope.traceparent),
        ("ce_requestsource", request.source if request else None),
        ("ce_requestid", request.id if request else None),
        ("content-type", "application/json"),
    )
    return {name: value for name, value in pairs if value is not None}


def read(record: Record) -> Received | Malformed:
    """Understand one record, or say which field cannot be understood. Never raises."""
    envelope = None
    try:
        envelope, data = _open(record)
        kind = _kind(envelope.type)
        event = kind.read(data)
        return Received(record, envelope, event, _key(record, event))
    except Unreadable as e:
        return Malformed(record, (e.problem,), envelope)
    except ValidationError as e:
        return Malformed(record, problems_of(e), envelope)
    except (UnicodeDecodeError, RecursionError) as e:
        return Malformed(record, (Problem(field="", message=f"not readable: {e}"),), envelope)


def _key(record: Record, event: Event) -> str:
    """The key of the event's sequence. A request stands alone, whatever key (or none) its sender gives it."""
    if event.closed or not record.key:
        return event.key
    key = record.key.decode()
    if len(key) > 200 or "\x00" in key:
        raise Unreadable("key", "is longer than 200 characters, or contains a NUL character")
    return key


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Pydantic's findings as problems, at most twenty, without the offending values (they may be personal)."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    problems = [
        Problem(field=".".join(p for p in map(str, e["loc"]) if p not in UNION), message=e["msg"]) for e in found
    ]
    return tuple({p.field: p for p in reversed(problems)}.values())[::-1][:20]


def _kind(name: str) -> type[Event]:
    kind = BY_TYPE.get(name)
    if kind is not None:
        return kind
    stem = name.rpartition(".v")[0]
    known = {known.rpartition(".v")[0] for known in BY_TYPE}
    if stem in known:
        raise Unreadable("ce_type", f"version of {name[:200]} is not supported here: deploy its consumer first")
    raise Unreadable("ce_type", f"{name[:200]!r} is not in the catalogue of {PREFIX}* events")


def _open(record: Record) -> tuple[Envelope, bytes]:
    headers = _decoded(record.headers)
    if "ce_type" not in headers and "ce_specversion" not in headers:
        return _structured(record, headers.get("content-type", ""))
    if record.value is None:
        raise Unreadable("", "has no value: a tombstone is no event")
    for name in ("ce_specversion", "ce_id", "ce_source", "ce_type"):
        if not headers.get(name):
            raise Unreadable(name, "is missing: CloudEvents 1.0 requires it")
    if headers["ce_specversion"] != "1.0":
        raise Unreadable("ce_specversion", "only CloudEvents 1.0 is read here")
    return _envelope({name[3:]: value for name, value in headers.items() if name.startswith("ce_")}), record.value


def _decoded(headers: Headers) -> dict[str, str]:
    decoded: dict[str, str] = {}
    for name, value in headers:
        try:
            decoded[name.lower()] = value.decode() if value else ""
        except UnicodeDecodeError:
            raise Unreadable(name, "header is not UTF-8") from None
    return decoded


def _structured(record: Record, content_type: str) -> tuple[Envelope, bytes]:
    if not content_type.startswith(STRUCTURED):
        raise Unreadable("content-type", f"neither ce_* headers nor {STRUCTURED}: this is no CloudEvent")
    if record.value is None:
        raise Unreadable("", "has no value: a tombstone is no event")
    message = KafkaMessage(headers={}, key=None, value=record.value)
    try:
        event = from_structured(message, JSONFormat(), CloudEvent)
    except CloudEventValidationError as e:
        raise Unreadable("cloudevent", "; ".join(str(name) for name in e.errors) + " invalid or missing") from None
    except (ValueError, TypeError, KeyError, AttributeError) as e:
        raise Unreadable("cloudevent", f"not a structured CloudEvent: {type(e).__name__}") from None
    data: Any = event.get_data()
    if data is None:
        raise Unreadable("data", "is missing")
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    attributes = event.get_attributes()
    return _envelope({k: v for k, v in attributes.items() if v is not None}), body


def _envelope(attributes: dict[str, Any]) -> Envelope:
    source, request_id = attributes.get("requestsource"), attributes.get("requestid")
    try:
        request = RequestRef(source=source, id=request_id) if source and request_id else None
    except ValidationError:
        raise Unreadable("ce_requestsource", "is not a source name and id") from None
    for name, value in attributes.items():
        if not _is_text(str(value)):
            raise Unreadable(f"ce_{name}"[:200], "is not valid Unicode")
    for name in ("id", "source", "type"):
        if len(str(attributes[name])) > 200:
            raise Unreadable(f"ce_{name}", "is longer than 200 characters")
        if "\x00" in str(attributes[name]):
            raise Unreadable(f"ce_{name}", "contains a NUL character")
    kind = BY_TYPE.get(str(attributes["type"]))
    return Envelope(
        id=str(attributes["id"]),
        source=str(attributes["source"]),
        type=str(attributes["type"]),
        subject=_optional(attributes.get("subject")),
        time=_time(attributes.get("time")),
        # A request's `sequence`, a CloudEvents extension of its sender's, is none of ours.
        sequence=None if kind and kind.closed else _sequence(attributes.get("sequence")),
        causation=_optional(attributes.get("causationid")),
        traceparent=_optional(attributes.get("traceparent")),
        request=request,
    )


def _is_text(value: str) -> bool:
    """Whether it can be encoded: JSON may name half a surrogate, which no database stores."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _optional(value: Any) -> str | None:
    return None if value is None else str(value)[:200].replace("\x00", "")


def _time(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise Unreadable("ce_time", "is not an RFC 3339 time") from None


def _sequence(value: Any) -> int | None:
    if value is None:
        return None
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) < 1:
        raise Unreadable("ce_sequence", "is not a whole number from 1")
    return int(text)


def event_source(service: str) -> str:
    """The CloudEvents `source` of one of our services."""
    return f"/alurwarta/{service}"


def uuid_key(key: str) -> UUID | None:
    """A record's key as the id that it should be, or None."""
    try:
        return UUID(key)
    except ValueError:
        return None
