"""A Report's states and rules: received, sent back, supplemented, withdrawn. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime

from shared.content import Note, Reason, RequestRef, Urgency, Value
from shared.refusal import Refused, Stale

State = Literal["received", "sent-back", "withdrawn"]
Action = Literal["receive", "send-back", "supplement", "withdraw"]
MAX_MEDIA = 100


class Transition(NamedTuple):
    """A permitted step; `sumber` is another system, acting for its Units."""

    from_state: State | None
    action: Action
    to_state: State
    roles: tuple[str, ...]


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, "receive", "received", ("sumber", "bidang", "admin")),
    Transition("received", "send-back", "sent-back", ("admin",)),
    Transition("received", "supplement", "received", ("sumber", "bidang", "admin")),
    Transition("sent-back", "supplement", "received", ("sumber", "bidang", "admin")),
    Transition("received", "withdraw", "withdrawn", ("bidang", "admin")),
    Transition("sent-back", "withdraw", "withdrawn", ("bidang", "admin")),
)
_NEXT: dict[tuple[State | None, str], State] = {(t.from_state, t.action): t.to_state for t in TRANSITIONS}
IMPOSSIBLE: dict[tuple[State, Action], str] = {
    ("withdrawn", "supplement"): "Bahan ini sudah ditarik. Kirim sebagai bahan baru.",
    ("withdrawn", "withdraw"): "Bahan ini sudah ditarik.",
    ("withdrawn", "send-back"): "Bahan ini sudah ditarik.",
    ("sent-back", "send-back"): "Bahan ini sudah dikembalikan dan menunggu jawaban.",
}


class NotNow(Refused):
    """The Report's state does not permit this step."""

    def __init__(self, state: State, action: Action) -> None:
        super().__init__(f"{action}-when-{state}", IMPOSSIBLE[state, action])


class AlreadyPublished(Refused):
    def __init__(self) -> None:
        super().__init__(
            "already-published", "Bahan ini sudah terbit sebagai berita. Minta Admin menurunkan beritanya lebih dahulu."
        )


class NotYourUnit(Refused):
    def __init__(self) -> None:
        super().__init__("not-your-unit", "Bahan hanya dapat dikirim atas nama Bidang/Sekretariat Anda sendiri.")


class UnitMissing(Refused):
    def __init__(self) -> None:
        super().__init__("unit-missing", "Sebutkan Bidang/Sekretariat pengirim bahan ini.")


class SentBefore(Stale):
    def __init__(self) -> None:
        super().__init__(
            "sent-before", "Formulir ini sudah terkirim dengan isi yang lain. Buka bahannya, lalu tambahkan keterangan."
        )


class NotFoundForSource(Refused):
    def __init__(self) -> None:
        super().__init__("unknown-report", "Bahan yang dilengkapi tidak ditemukan di antara bahan kiriman sistem ini.")


class Report(NamedTuple):
    """What a Unit sent in. `facts` is the JSON of what was told; `source` and `request_id` where a system sent it."""

    id: UUID
    unit: str
    title: str
    state: State
    cycle: int
    facts: str
    happened_at: datetime
    received_at: datetime
    urgency: Urgency = "regular"
    source: str | None = None
    request_id: str | None = None
    created_by: str | None = None
    idempotency_key: str | None = None
    sent_back: str | None = None

    @property
    def practice(self) -> bool:
        """LATIHAN: never counted, so it has no clock."""
        return json.loads(self.facts).get("practice") is True

    @property
    def request(self) -> RequestRef | None:
        if self.source is None or self.request_id is None:
            return None
        return RequestRef(source=self.source, id=self.request_id)


class Asked(Value):
    """What the Admin asks of the Unit, as it is kept with a Report sent back."""

    reasons: tuple[Reason, ...]
    question: Note = ""
    by: str
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Supplement:
    """An answer to a Report sent back, whose intake cycle it closes, or an addition, which closes none."""

    id: UUID
    report: UUID
    cycle: int | None
    text: str
    received_at: datetime
    sent_by: str


def step(state: State, action: Action) -> State:
    """Give the state after a step, or refuse it."""
    to = _NEXT.get((state, action))
    if to is None:
        raise NotNow(state, action)
    return to


def send_back(report: Report, *, cycle: int, asked: Asked) -> Report:
    """The Admin asks the Unit. Unchanged where it crossed with a withdrawal, or was known before."""
    if report.state != "received" or cycle <= report.cycle:
        return report
    return report._replace(state=step(report.state, "send-back"), cycle=cycle, sent_back=asked.model_dump_json())


def supplement(
    report: Report,
    *,
    new_id: UUID,
    text: str,
    received_at: datetime,
    sent_by: str,
) -> tuple[Report, Supplement]:
    """The Unit answers, or adds."""
    closes = report.cycle if report.state == "sent-back" else None
    after = report._replace(state=step(report.state, "supplement"))
    return after, Supplement(new_id, report.id, closes, text, received_at, sent_by)


def withdraw(report: Report, *, published: bool) -> Report:
    """The Unit takes its Report back, which is too late once the public has read it."""
    after = report._replace(state=step(report.state, "withdraw"))
    if published:
        raise AlreadyPublished
    return after


def unit_for(asked: str | None, *, own: str | None, any_unit: bool) -> str:
    """The Unit in whose name a person reports: their own, or for the Admin the one that they name."""
    if any_unit and (asked or own):
        return asked or own or ""
    if own is None:
        raise UnitMissing
    if asked is not None and asked != own:
        raise NotYourUnit
    return own
