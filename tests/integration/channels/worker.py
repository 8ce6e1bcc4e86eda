"""What the publisher's worker does with one delivery, step by step: sends, notes, looks up, and sometimes dies."""

from dataclasses import dataclass, field
from typing import Literal

from services.publisher.channels import ApprovalGone, Channel, Limited, NotSent, Post, Receipt, Rejected

State = Literal["waiting", "sending", "unconfirmed", "live", "failed"]

A_PERSON_SAYS_NO = "a-person-says-no"


class Died(BaseException):
    """The process is no more: nothing catches this."""


@dataclass
class Steps:
    """`dies_at` counts the calls from 1: it dies just before that one is written down, or just after."""

    delivery: "Delivery"
    dies_at: int = 0
    written: bool = False
    gone_at: int = 0
    calls: int = 0

    async def keep(self, **facts: str) -> None:
        self._step()
        self.delivery.facts |= facts
        self._written()

    async def submit(self) -> None:
        self._step()
        self.delivery.submitted = True
        self._written()

    def _step(self) -> None:
        self.calls += 1
        if self.calls == self.gone_at:
            raise ApprovalGone
        if self.calls == self.dies_at and not self.written:
            raise Died

    def _written(self) -> None:
        if self.calls == self.dies_at:
            raise Died


@dataclass
class Delivery:
    """One delivery and all that is known of it; `ends` are how its calls ended, `rests` the pauses that were asked."""

    post: Post
    state: State = "waiting"
    facts: dict[str, str] = field(default_factory=dict[str, str])
    submitted: bool = False
    external_id: str = ""
    url: str = ""
    reason: str = ""
    ends: list[str] = field(default_factory=list[str])
    rests: list[Limited] = field(default_factory=list[Limited])

    async def step(self, channel: Channel, steps: Steps | None = None, *, dies: bool = False) -> None:
        """Send what waits, look up what is unclear. `dies`: an error of the channel's call ends the process."""
        if self.state == "waiting":
            await self._send(channel, steps or Steps(self), dies=dies)
        elif self.state in ("sending", "unconfirmed"):
            await self._look(channel)

    async def _send(self, channel: Channel, steps: Steps, *, dies: bool) -> None:
        self.state = "sending"
        post = self._post()
        try:
            receipt = await (channel.edit if post.former else channel.publish)(post, steps)
        except Died:
            self.ends.append("died")
        except Exception as e:
            if dies:
                self.ends.append("died")
            else:
                self._failed(e)
        else:
            self._arrived(receipt)

    def _failed(self, e: Exception) -> None:
        self.reason = str(e)
        if isinstance(e, Rejected):
            self._end("failed", "rejected")
        elif isinstance(e, NotSent | ApprovalGone) or not self.submitted:
            self.rests += [e] if isinstance(e, Limited) else []
            self._end("waiting", "limited" if isinstance(e, Limited) else "not-sent")
        else:
            self._end("unconfirmed", "unknown")

    async def _look(self, channel: Channel) -> None:
        """What was never submitted is not there; of the rest the channel is asked."""
        if not self.submitted:
            self._end("waiting", "never-submitted")
            return
        if not channel.capabilities.lookup:
            self._end("waiting", A_PERSON_SAYS_NO)  # whether or not it is there: it must not matter
            return
        try:
            receipt = await channel.lookup(self._post())
        except Exception as e:
            self.reason = str(e)
            self._end("unconfirmed", "no-look")
            return
        if receipt is None:
            self._end("waiting", "not-there")
        else:
            self._arrived(receipt)

    def _arrived(self, receipt: Receipt) -> None:
        self.url, self.external_id = receipt.url, receipt.external_id or self.external_id
        self._end("live" if receipt.way else "unconfirmed", receipt.way or "unseen")

    def _end(self, state: State, how: str) -> None:
        self.state = state
        self.ends.append(how)

    def _post(self) -> Post:
        p = self.post
        return Post(
            p.story, p.version, p.channel, len(self.ends) + 1, p.title, p.url, p.content, p.text, p.link, p.attached,
            p.objects, p.former, dict(self.facts), self.submitted, self.external_id,
        )  # fmt: skip

    @property
    def known(self) -> Post:
        """The post with all that was written down, for a take-down."""
        return self._post()
