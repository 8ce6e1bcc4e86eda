"""What the declarations do not say: the values that a label can have, and the unit of a metric."""

from typing import get_args

from shared.item_metrics import WINDOWS
from shared.ledger import EDGES
from shared.office_files import KINDS
from shared.sla import Kind, Lane, Outcome, Punctuality
from shared.sop import JOINT, OTHER
from shared.topics import OWNED, SERVICES


def _words(*values: object) -> str:
    return ", ".join(f"`{value}`" for value in values)


LABELS = {
    "office": "`office_code` of `deploy/sop.toml`; on every series, so no table names it",
    "stage": _words(*SERVICES),
    "lane": f"{_words(*get_args(Lane))}; immediate is *serta merta*, measured 24 hours a day",
    "kind": f"{_words(*get_args(Kind))}; corrections are in no compliance figure",
    "seen": "of a live post that was looked at again: `there`, `gone`, `unknown`",
    "outcome": f"of a clock: {_words(*get_args(Outcome))}; of a channel call: "
    + _words("live", "unconfirmed", "not-sent", "limited", "rejected")
    + "; of a message to a person: "
    + _words("sent", "later", "refused", "dropped"),
    "punctuality": _words(*get_args(Punctuality)),
    "window": f"{_words(*WINDOWS)}: the office's last dates, today included",
    "unit": f"the codes under `[units]` of `deploy/sop.toml`, and {_words(JOINT, OTHER)}",
    "le": f"{_words(*map(float, EDGES), '+Inf')}; a histogram's upper edges",
    "consumer": f"{_words('intake-requests', *OWNED)}: what is read",
    "state": f"{_words('open', 'waiting')}: whether it could not be applied, or waits for an earlier event",
    "worker": "the name of a function in the code that goes on by itself",
    "channel": "`site`, and the names of the channels that the installation can reach; of messages to people "
    + _words("mail", "telegram"),
    "direction": _words("read", "written"),
    "file": _words(*KINDS),
}

UNITS = {"seconds": "seconds", "bytes": "bytes", "records": "records", "ratio": "ratio", "open": "0 or 1"}
# Where the name does not end in its unit.
UNIT_OF = {
    "breached_open": "count",
    "outbox_relay_leader": "0 or 1",
    "office_file_refused": "0 or 1",
    "used_ratio": "share of the target",
}


def unit_of(name: str) -> str:
    """The unit in which a metric (its name without prefix and `_total`) counts."""
    return UNIT_OF.get(name) or UNITS.get(name.rpartition("_")[2], "count")
