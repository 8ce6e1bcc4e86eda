"""The worker that calls a channel as services/publisher/sending.py does, without its database."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from services.publisher.channels import Channel, Limited, NotSent, Post, Receipt, Rejected, Rest
from tests.integration.channels.medsos_samples import Clock

# What one attempt came to, in the worker's words.
Outcome = Literal["live", "unseen", "not-sent", "limited", "rejected", "unknown", "there-not"]


class Crash(BaseException):
    """The process dies."""


@dataclass
class Notes:
    """The facts that a delivery keeps; `crash_at` is the step in which the process dies, before or after it is kept."""

    facts: dict[str, str] = field(default_factory=dict[str, str])
    submitted: int = 0
    crash_at: tuple[int, Literal["before", "after"]] | None = None
    steps: int = 0

    async def keep(self, **facts: str) -> None:
        self._crash("before")
        self.facts |= facts
        self._crash("after")
        self.steps += 1

    async def submit(self) -> None:
        self._crash("before")
        self.submitted += 1
        self._crash("after")
        self.steps += 1

    def _crash(self, side: Literal["before", "after"]) -> None:
        if self.crash_at == (self.steps, side):
            self.crash_at = None
            raise Crash


@dataclass
class Worker:
    """Sends, and where nobody knows how that ended, looks up before it sends again."""

    channel: Channel
    post: Post
    clock: Clock
    public: Callable[[], int] = lambda: 0
    crash_at: tuple[int, Literal["before", "after"]] | None = None
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    reasons: list[str] = field(default_factory=list[str])
    rests: list[Rest] = field(default_factory=list[Rest])
    receipt: Receipt | None = None
    notes: Notes = field(default_factory=Notes)

    async def run(self, rounds: int = 20) -> Outcome:
        """Until it is live or refused."""
        ended = await self.send()
        for _ in range(rounds):
            if ended in ("live", "rejected"):
                return ended
            self.clock.pass_(minutes=1)
            if ended == "limited":
                self.clock.at = max(r.until for r in self.rests)
            unclear = ended in ("unknown", "unseen")
            if unclear and not self.channel.capabilities.lookup:
                return ended
            ended = await (self.look() if unclear else self.send())
        return ended

    async def send(self) -> Outcome:
        self.notes.steps, before, there = 0, self.notes.submitted, self.public()
        self.notes.crash_at, self.crash_at = self.crash_at, None
        try:
            call = self.channel.edit if self.post.former and self.channel.capabilities.edit else self.channel.publish
            receipt = await call(self._now(), self.notes)
        except (Exception, Crash) as e:
            outcome = self._failed(e, submitted=self.notes.submitted > before)
        else:
            assert self.notes.submitted == before + 1 or there, "submitted exactly once, where it was not there"
            outcome = self._arrived(receipt)
        assert self.notes.submitted <= before + 1
        return self._told(outcome)

    async def look(self) -> Outcome:
        if not self.notes.submitted:
            return self._told("there-not")
        try:
            receipt = await self.channel.lookup(self._now())
        except Exception as e:
            self._limits(e)
            return self._told("unknown")
        return self._told("there-not" if receipt is None else self._arrived(receipt))

    def _now(self) -> Post:
        external = self.receipt.external_id if self.receipt else ""
        submitted = self.notes.submitted > 0
        return replace(self.post, facts=dict(self.notes.facts), submitted=submitted, external_id=external)

    def _failed(self, e: BaseException, *, submitted: bool) -> Outcome:
        self._limits(e)
        if isinstance(e, Limited):
            assert e.rest, "a limit without its time"
            return "limited"
        if isinstance(e, NotSent):
            return "not-sent"
        if isinstance(e, Rejected):
            return "rejected"
        return "unknown" if submitted or isinstance(e, Crash) else "not-sent"

    def _limits(self, e: BaseException) -> None:
        self.reasons.append(str(e))
        if isinstance(e, Limited):
            self.rests += e.rest

    def _arrived(self, receipt: Receipt) -> Outcome:
        self.receipt = receipt
        self.rests += receipt.rest
        return "live" if receipt.way else "unseen"

    def _told(self, outcome: Outcome) -> Outcome:
        """What is told is the truth; of a correction that is another question than how many posts there are."""
        self.outcomes.append(outcome)
        if self.post.former is not None:
            return outcome
        if outcome in ("not-sent", "limited", "rejected", "there-not"):
            assert self.public() == 0, f"told as {outcome}, and it is there"
        if outcome == "live":
            assert self.public() == 1, "told as live, and it is not there"
        return outcome
