"""The record headers of CloudEvents in Kafka's binary mode, as schemas. Pure."""

from typing import Any

Schema = dict[str, Any]


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


REQUIRED: dict[str, Schema] = {
    "ce_specversion": {"const": "1.0", "type": "string", "description": "CloudEvents' version."},
    "ce_id": _text("The event's id, at most 200 characters; with the source it is unique.", maxLength=200),
    "ce_source": _text("Who says it: `/alurwarta/<service>`, or the other system's name.", maxLength=200),
    "ce_type": _text("The type with its version, e.g. `alurwarta.story.approved.v1`.", maxLength=200),
}
OPTIONAL: dict[str, Schema] = {
    "ce_time": _text("When it was written, RFC 3339.", format="date-time"),
    "ce_subject": _text("The item's id, the same as the record's key."),
    "ce_traceparent": _text("W3C trace context, passed on from event to event."),
    "content-type": _text("`application/json`; a structured request has `application/cloudevents+json`."),
}
OURS: dict[str, Schema] = {
    "ce_sequence": _text(
        "The event's place among those of its topic and key: 1, 2, 3, without gaps.", pattern=r"^[1-9][0-9]{0,17}$"
    ),
    "ce_causationid": _text("The ce_id of the event that caused it."),
    "ce_requestsource": _text("The source of the request that it all began with, if there was one."),
    "ce_requestid": _text("The ce_id of that request."),
}
DEAD_LETTER: dict[str, Schema] = {
    "topic": _text("The topic that it was read from, without the namespace."),
    "partition": _text("Its partition there."),
    "offset": _text("Its offset there."),
    "reason": _text("Why it could not be processed, with the field."),
    "state": _text("What is to become of it."),
    "event_id": _text("Its ce_id, empty if it could not be read."),
    "type": _text("Its ce_type, empty if it could not be read."),
}
ALL = REQUIRED | OPTIONAL | OURS


def header_schemas() -> dict[str, Schema]:
    """The headers of our own events, of another system's request, which need less, and of dead letters."""
    needed = list(REQUIRED)
    return {
        "Headers": {
            "type": "object",
            "properties": ALL,
            "required": [*needed, "ce_time", "ce_subject", "ce_sequence", "content-type"],
        },
        "RequestHeaders": {"type": "object", "properties": REQUIRED | OPTIONAL, "required": needed},
        "DeadLetterHeaders": {"type": "object", "properties": DEAD_LETTER, "required": list(DEAD_LETTER)},
    }
