"""Brings messages out: take with a lease, send outside any transaction, settle. Every replica may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.intake.files.lanes import Lane
from services.intake.notices import letters, rules, store_dispatches
from services.intake.notices.letters import Line, Words
from services.intake.notices.sending import Later, Message, Refusal, Result, Sender, Sent
from services.intake.notices.store_dispatches import Dispatch
from shared import metrics
from shared.consume import backoff
from shared.desk import Desk

log = structlog.get_logger(__name__)
# Longer than a sender ever takes, so that no two workers send the same.
LEASE = timedelta(minutes=5)
GIVE_UP = timedelta(days=3)
LONGEST_PAUSE = 3_600
AT_ONCE = 4
LEADING_NOWHERE = "alamat tidak dikonfirmasi lagi"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One channel's messages. `titles` is whether an item's title may leave the house."""

    desk: Desk
    sender: Sender
    site: str
    titles: bool = True

    def lane(self) -> Lane[Dispatch]:
        return Lane(self._take, self._work, AT_ONCE)

    async def _take(self, limit: int) -> Sequence[Dispatch]:
        async with self.desk.db.transaction() as conn:
            return await store_dispatches.take(conn, self.sender.channel, at=self.desk.now(), lease=LEASE, limit=limit)

    async def _work(self, dispatch: Dispatch) -> None:
        try:
            await self._one(dispatch)
        except Exception as e:  # its lease ends by itself
            log.warning("dispatch failed, will be tried again", dispatch=str(dispatch.id), error=type(e).__name__)

    async def _one(self, dispatch: Dispatch) -> None:
        async with self.desk.db.connection() as conn:
            lines = await store_dispatches.lines(conn, dispatch.id)
        if dispatch.address is None:
            await self._settle(dispatch, "dropped", LEADING_NOWHERE)
        elif dispatch.purpose != "code" and not lines:
            await self._settle(dispatch, "dropped")  # all was done meanwhile
        elif self._quiet(dispatch):
            await self._wait(dispatch)
        else:
            words = self._words(dispatch, lines)
            message = Message(dispatch.id, dispatch.address, words, dispatch.made_at)
            await self._after(dispatch, await self._send(message))

    async def _send(self, message: Message) -> Result:
        try:
            return await self.sender.send(message)
        except Exception as e:  # our bug or theirs: one message must not be tried without a pause, nor for ever
            log.exception("sender failed", channel=self.sender.channel)
            return Later(type(e).__name__)

    def _quiet(self, dispatch: Dispatch) -> bool:
        """Say whether it waits until the office opens: a code is awaited, and serta merta is told at any hour."""
        return dispatch.purpose == "digest" and not rules.at_work(self.desk.clock.calendar, self.desk.now())

    def _words(self, dispatch: Dispatch, lines: Sequence[Line]) -> Words:
        if dispatch.purpose == "code":
            return letters.code(dispatch.code or "", site=self.site)
        return letters.digest(lines, site=self.site, zone=self.desk.clock.calendar.zone.key, titles=self.titles)

    async def _after(self, dispatch: Dispatch, result: Result) -> None:
        match result:
            case Sent():
                await self._settle(dispatch, "sent")
            case Refusal():
                await self._settle(dispatch, "refused", result.why, dead=result.of == "address")
            case Later() if self.desk.now() - dispatch.made_at > GIVE_UP:
                await self._settle(dispatch, "refused", f"tidak berhasil selama tiga hari: {result.why}")
            case Later():
                await self._again(dispatch, result)

    async def _again(self, dispatch: Dispatch, result: Later) -> None:
        self._count("later")
        pause = result.seconds or backoff(dispatch.attempts, first=15, most=LONGEST_PAUSE)
        log.info(
            "message will be tried again", dispatch=str(dispatch.id), channel=dispatch.channel, why=_code(result.why)
        )
        async with self.desk.db.transaction() as conn:
            at = self.desk.now() + timedelta(seconds=pause)
            await store_dispatches.later(conn, dispatch, at=at, problem=result.why)

    async def _wait(self, dispatch: Dispatch) -> None:
        async with self.desk.db.transaction() as conn:
            at = rules.opening(self.desk.clock.calendar, self.desk.now())
            await store_dispatches.later(conn, dispatch, at=at, gather=dispatch.attempts == 1)

    async def _settle(self, dispatch: Dispatch, state: str, problem: str = "", *, dead: bool = False) -> None:
        async with self.desk.db.transaction() as conn:
            await store_dispatches.settle(conn, dispatch, state, problem, at=self.desk.now())
            if dead:
                await store_dispatches.refuse_address(conn, dispatch, problem)
        self._count(state)
        if problem:
            log.info(
                "message settled", dispatch=str(dispatch.id), channel=dispatch.channel, state=state, why=_code(problem)
            )

    def _count(self, outcome: str) -> None:
        metrics.NOTICES.labels(self.sender.channel, outcome).inc()


def _code(why: str) -> str:
    """What may stand in a log: the other side's own words may name a person's address."""
    return why.partition(" ")[0]
