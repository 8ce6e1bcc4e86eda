"""How long what lies in the incoming bucket is kept: uploads that ended nowhere go. Pure."""

from datetime import timedelta

from services.intake.files.limits import QUARANTINE, STAFF

UNFINISHED = timedelta(days=1)
UNUSED = timedelta(days=7)
# A request that names the object may lie in Kafka as long as a topic keeps it.
OTHERS = timedelta(days=90)


def kept_for(key: str, state: str | None, *, in_parts: bool = False) -> timedelta | None:
    """How long a key is kept since its upload was begun, or came to be complete; None is for ever.

    `state` is its upload's (open, complete, swept), None for an object without one; with `in_parts` what has come is
    no object yet.
    """
    if key.startswith(f"{QUARANTINE}/"):
        return None
    if state == "swept":  # its owner took it back, or its time was over
        return timedelta(0)
    if in_parts and state != "complete":
        return UNFINISHED
    if not key.startswith(f"{STAFF}/"):
        return OTHERS
    return UNUSED if state == "complete" else UNFINISHED


def may_go(key: str, age: timedelta, state: str | None, *, referenced: bool, in_parts: bool = False) -> bool:
    """Whether it may be removed; `referenced` where a file to be checked lies there or an open request names it."""
    kept = kept_for(key, state, in_parts=in_parts)
    return kept is not None and not referenced and age >= kept
