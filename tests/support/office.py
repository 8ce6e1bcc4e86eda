"""An office at work by itself: does every step that waits, from what the services say, whatever fails in between.

Each round looks at what waits and acts on it; a step whose answer was lost is found done, or still waiting, next time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import httpx

from deploy.embedded.staff import Staff, StepFailed

AT_ONCE = 6
Step = Callable[[Any], Awaitable[None]]


class Office:
    """One Admin and one leader, working until told to stop."""

    def __init__(self, admin: Staff, leader: Staff) -> None:
        self.admin = admin
        self.leader = leader

    async def work(self) -> None:
        """Do all four human steps for ever."""
        await asyncio.gather(
            self._desk(self._waiting_reports, self._compile),
            self._desk(self._drafts, self._edit),
            self._desk(self._open_reviews, self._approve),
            self._desk(self._ready, self._publish),
        )

    async def _desk(self, look: Callable[[], Awaitable[Iterable[Any]]], act: Step) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(item: Any) -> None:
            # A refusal or a lost answer is nothing to despair of: the next look tells what is true.
            async with limit:
                with suppress(StepFailed, httpx.HTTPError):
                    await act(item)

        while True:
            items: Iterable[Any] = ()
            with suppress(StepFailed, httpx.HTTPError):
                items = await look()
            await asyncio.gather(*(one(item) for item in items))
            await asyncio.sleep(0.2)

    async def _waiting_reports(self) -> list[Any]:
        rows = await self.admin.get("/api/v1/inbox")
        return [r["report"] for r in rows["reports"] if r["state"] in ("waiting", "claimed")]

    async def _compile(self, report: str) -> None:
        await self.admin.post("/api/v1/stories", {"reports": [report]})

    async def _drafts(self) -> list[Any]:
        rows = await self.admin.get("/api/v1/stories")
        return [s for s in rows["stories"] if s["state"] == "draft"]

    async def _edit(self, story: Any) -> None:
        path, version = f"/api/v1/stories/{story['story']}", story["version"]
        if version == 0:
            content = {"title": story["title"], "body": [{"kind": "paragraph", "spans": [{"text": "Isi berita."}]}]}
            saved = await self.admin.post(f"{path}/versions", {"expected_version": 0, "content": content})
            version = saved["version"]
        await self.admin.post(f"{path}/submit", {"version": version})

    async def _open_reviews(self) -> list[Any]:
        rows = await self.leader.get("/api/v1/reviews")
        return [r["line"]["story"] for r in rows["reviews"]]

    async def _approve(self, story: str) -> None:
        review = await self.leader.get(f"/api/v1/reviews/{story}")
        decision = {k: review[k] for k in ("version", "content_sha256")} | {"decision": "approved"}
        await self.leader.post(f"/api/v1/reviews/{story}/decisions", decision)

    async def _ready(self) -> list[Any]:
        rows = await self.admin.get("/api/v1/publications?state=at-work")
        return [r for r in rows["publications"] if r["state"] == "ready"]

    async def _publish(self, row: Any) -> None:
        await self.admin.post(f"/api/v1/publications/{row['story']}/publish", {"version": row["version"]})
