"""What goes on by itself: links are looked up, old typing is forgotten, cuts of erased pictures are taken away."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.editing.cutting import PREFIX
from services.editing.looking import Lookout
from services.editing.store_checks import due_links, forget_links, save_looks
from services.editing.store_cuts import Erasing, erased, to_erase
from services.editing.store_typing import forget_old
from shared.desk import Desk
from shared.media.store import Store

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
LOCK = 0x6D656A61  # "meja": any constant of ours
TYPED_FOR, SEEN_FOR = timedelta(days=30), timedelta(hours=1)
LINKS_LOCK = 0x74617574  # "taut"
LINKS_EVERY, LINKS_AT_ONCE = timedelta(seconds=3), 20
NO_WAY_OUT_FOR = timedelta(hours=1)  # before it is tried again
ASKED_FOR = timedelta(days=90)
# A picture that was just being cut when its file was erased is put meanwhile at the latest.
LOOKED_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One process at a time; what fails is tried again in the next round."""

    desk: Desk
    store: Store

    async def run(self) -> None:
        await self.desk.db.rounds(LOCK, self.once, pause=EVERY.total_seconds())

    async def once(self) -> None:
        at = self.desk.now()
        async with self.desk.db.transaction() as conn:
            await forget_old(conn, typed_before=at - TYPED_FOR, seen_before=at - SEEN_FOR)
            await forget_links(conn, asked_before=at - ASKED_FOR)
            due = await to_erase(conn)
        for one in due:
            await self._take_away(one)

    async def _take_away(self, one: Erasing) -> None:
        keys = await self.store.keys(one.bucket, f"{PREFIX}/{one.media}/")
        for key in keys:
            await self.store.remove(one.bucket, key)
        if keys:
            log.info("cuts of an erased picture removed", media=str(one.media), count=len(keys))
        if self.desk.now() - one.since > LOOKED_AGAIN:
            async with self.desk.db.transaction() as conn:
                await erased(conn, one.media)


@dataclass(frozen=True, slots=True)
class Links:
    """Looks up the links that are due; one process at a time, so that no site is asked twice."""

    desk: Desk
    lookout: Lookout

    async def run(self) -> None:
        await self.desk.db.rounds(LINKS_LOCK, self.once, pause=LINKS_EVERY.total_seconds())

    async def once(self) -> bool:
        """Look some up, outside any transaction; whether there were any."""
        at = self.desk.now()
        async with self.desk.db.connection() as conn:
            due = await due_links(conn, at=at, limit=LINKS_AT_ONCE)
        if not due:
            return False
        looks = await self.lookout.look(due)
        again = {address: look.at + NO_WAY_OUT_FOR for address, look in looks.items() if look.trouble == "away"}
        async with self.desk.db.transaction() as conn:
            await save_looks(conn, looks, again=again)
        return True
