"""Every metric, declared once. Technical ones count in the process; those about items are read from the database."""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

PREFIX = "alurwarta_"

CONSUMED = Counter(f"{PREFIX}events_consumed", "Records taken off a topic and settled", ["consumer"])
SEEN = Counter(f"{PREFIX}events_seen_before", "Events passed over because they were applied before", ["consumer"])
FAILED = Counter(f"{PREFIX}events_failed", "Events that could not be applied and were set aside alone", ["consumer"])
RETRIED = Counter(f"{PREFIX}batches_retried", "Batches that failed for a passing reason and came again", ["consumer"])
DEAD_LETTERED = Counter(f"{PREFIX}events_dead_lettered", "Events set aside with a reason", ["consumer", "state"])
HANDLER_SECONDS = Histogram(f"{PREFIX}handler_seconds", "Time to apply one batch", ["consumer"])
LAG = Gauge(f"{PREFIX}consumer_lag_records", "Records behind the end of the assigned partitions", ["consumer"])
SILENT = Gauge(f"{PREFIX}consumer_silent_seconds", "Seconds since the broker last answered this consumer", ["consumer"])
RELAYED = Counter(f"{PREFIX}outbox_relayed", "Outbox rows that the broker has acknowledged")
RELAY_LEADER = Gauge(f"{PREFIX}outbox_relay_leader", "1 in the replica whose relay is active")
RELAY_FAILED = Counter(f"{PREFIX}outbox_relay_failures", "Times the relay had to start again")
WORKER_FAILED = Counter(f"{PREFIX}worker_failures", "Times a worker failed and started again", ["worker"])
CHANNEL_CALLS = Counter(
    f"{PREFIX}channel_calls", "Calls to a publication channel, by what became of them", ["channel", "outcome"]
)
CHANNEL_CHECKS = Counter(
    f"{PREFIX}channel_checks", "Live posts looked at again, by what was seen; of publisher alone", ["channel", "seen"]
)
CHANNEL_REMOVALS = Counter(
    f"{PREFIX}channel_removals",
    "Attempts to remove a post from a channel, by what became of them; of publisher alone",
    ["channel", "outcome"],
)
CHANNEL_REMOVAL_SECONDS = Gauge(
    f"{PREFIX}channel_removal_waiting_seconds",
    "How long the oldest post that has to be gone from a channel stands there, or may; of publisher alone",
    ["channel"],
)
CHANNEL_SECRET_LEFT = Gauge(
    f"{PREFIX}channel_secret_left_seconds",
    "How long what opens a channel's account is good; of publisher alone",
    ["channel"],
)
MEDIA_BYTES = Counter(f"{PREFIX}media_bytes", "Bytes of media read from or written to the object store", ["direction"])
MEDIA_WAITING = Gauge(f"{PREFIX}media_waiting", "Files of Reports that are still to be checked; of intake alone")
MEDIA_WAITING_SECONDS = Gauge(f"{PREFIX}media_waiting_seconds", "How long the oldest of them waits; of intake alone")
NOTICES = Counter(
    f"{PREFIX}notices", "Messages to people, by what became of an attempt; of intake alone", ["channel", "outcome"]
)
NOTICES_UNSENT_SECONDS = Gauge(
    f"{PREFIX}notices_unsent_seconds", "How long the oldest message to a person waits; of intake alone", ["channel"]
)

TECHNICAL = (
    CONSUMED, SEEN, FAILED, RETRIED, DEAD_LETTERED, HANDLER_SECONDS, LAG, SILENT, RELAYED, RELAY_LEADER, RELAY_FAILED,
    WORKER_FAILED, CHANNEL_CALLS, CHANNEL_CHECKS, CHANNEL_REMOVALS, CHANNEL_REMOVAL_SECONDS, CHANNEL_SECRET_LEFT,
    MEDIA_BYTES, MEDIA_WAITING, MEDIA_WAITING_SECONDS, NOTICES, NOTICES_UNSENT_SECONDS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """A metric read from the database at each scrape: equal in every replica, so that `max` aggregates them."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name of its series; a counter ends in `_total`."""
        return f"{PREFIX}{self.name}{'_total' if self.kind == 'counter' else ''}"


STAGE, LANE, KIND = "stage", "lane", "kind"
CLOSED = Family(
    "closed", "counter", "Clocks closed, whatever ended them", (STAGE, LANE, KIND, "outcome", "punctuality")
)
CLOSED_OUTSIDE_HOURS = Family(
    "closed_outside_hours",
    "counter",
    "Of the clocks that count, those closed with 0 working seconds (weekend work): in closed_total too, apart from all "
    "ratios",
    (STAGE, LANE, KIND),
)
USED_RATIO = Family(
    "used_ratio",
    "histogram",
    "Used time divided by the target, of the clocks that count and used working time; le=1 is in time",
    (STAGE, LANE, KIND),
)
WORKING_SECONDS = Family(
    "working_seconds", "counter", "Working seconds of the clocks in used_ratio", (STAGE, LANE, KIND)
)
COMPLIANCE_RATIO = Family(
    "compliance_ratio",
    "gauge",
    "In time divided by n, over the office's last 1, 7 or 30 dates, today included; NaN where n is 0",
    (STAGE, "window"),
)
COMPLIANCE_N = Family("compliance_n", "gauge", "How many clocks compliance_ratio is of", (STAGE, "window"))
UNIT_COMPLIANCE_RATIO = Family(
    "unit_compliance_ratio", "gauge", "compliance_ratio of one Unit", (STAGE, "window", "unit")
)
UNIT_COMPLIANCE_N = Family("unit_compliance_n", "gauge", "compliance_n of one Unit", (STAGE, "window", "unit"))
WORKING_HOURS_OPEN = Family(
    "working_hours_open", "gauge", "1 while the office's working time counts, cuti bersama considered"
)
TARGET_SECONDS = Family("target_seconds", "gauge", "The SOP's service time, of a clock that opens now", (STAGE, LANE))
OPEN_ITEMS = Family("open_items", "gauge", "Clocks running, corrections apart as in all compliance", (STAGE, LANE))
OLDEST_OPEN = Family(
    "oldest_open_working_seconds", "gauge", "Working seconds of the running clock that used most", (STAGE, LANE)
)
DUE_SOON = Family(
    "due_soon", "gauge", "Clocks running, in time, that used the SOP's share of their target", (STAGE, LANE)
)
BREACHED_OPEN = Family("breached_open", "gauge", "Clocks running beyond their target", (STAGE, LANE))
OUTBOX_DEPTH = Family(
    "outbox_depth",
    "gauge",
    "Events that wait to be sent; those that a refused one holds back wait for it, and are not here",
)
OUTBOX_AGE = Family("outbox_age_seconds", "gauge", "How long the oldest of them waits")
OUTBOX_SET_ASIDE = Family("outbox_set_aside", "gauge", "Events that the broker refused for good")
DEAD_LETTERS = Family("dead_letters", "gauge", "Dead letters that nobody has settled")
OFFICE_FILE_REFUSED = Family(
    "office_file_refused",
    "gauge",
    "1 where the calendar or SOP file could not be read at start and the last good one is in force",
    ("file",),
)
CALENDAR_WARNINGS = Family(
    "calendar_warnings",
    "gauge",
    "Dated rows missing for this year, from November for the next, and 1 where the calendar ends within 60 days",
)

ITEMS = (
    CLOSED, CLOSED_OUTSIDE_HOURS, USED_RATIO, WORKING_SECONDS, COMPLIANCE_RATIO, COMPLIANCE_N, UNIT_COMPLIANCE_RATIO,
    UNIT_COMPLIANCE_N, WORKING_HOURS_OPEN, TARGET_SECONDS, OPEN_ITEMS, OLDEST_OPEN, DUE_SOON, BREACHED_OPEN,
    OUTBOX_DEPTH, OUTBOX_AGE, OUTBOX_SET_ASIDE, DEAD_LETTERS, OFFICE_FILE_REFUSED, CALENDAR_WARNINGS,
)  # fmt: skip

__all__ = ["ITEMS", "REGISTRY", "TECHNICAL", "CollectorRegistry", "Family"]
