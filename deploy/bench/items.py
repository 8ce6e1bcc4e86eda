"""A few items on their way through the stages, so that whoever tries the services finds something there."""

from typing import Any

import httpx

from deploy.bench.callers import Caller, client
from deploy.embedded.house import House
from deploy.embedded.staff import until

HAPPENED = "2026-01-05T09:00+07:00"
CONTENT = {"title": "Pemeliharaan rusunawa", "body": [{"kind": "paragraph", "spans": [{"text": "Isi berita."}]}]}


async def begin(running: House, sender: Caller, admin: Caller, leader: Caller) -> dict[str, list[str]]:
    """Four Reports; a draft, a submitted and an approved Story of the first three. Their ids, as paths name them."""
    urls = running.service_urls
    async with client(urls["intake"]) as intake, client(urls["editing"]) as editing, client(urls["review"]) as review:
        facts = {"text": "Kegiatan.", "happened_at": HAPPENED}
        reports = [
            str((await _post(intake, sender, "/api/v1/reports", facts | {"title": f"Kegiatan {n}"}))["report"])
            for n in range(4)
        ]
        stories = [await _story(editing, admin, report) for report in reports[:3]]
        submitted = stories[1:]
        for story in submitted:
            content = {"expected_version": 0, "content": CONTENT}
            await _post(editing, admin, f"/api/v1/stories/{story}/versions", content)
            await _post(editing, admin, f"/api/v1/stories/{story}/submit", {"version": 1})
        await _approve(review, leader, submitted[-1])
    async with client(urls["publisher"]) as publisher:
        await _there(publisher, admin, f"/api/v1/publications/{submitted[-1]}")
    return {"report": reports, "story": stories, "item": [*reports, *stories]}


async def finish(running: House, story: str, admin: Caller) -> str:
    """Publish an approved Story, and wait until the public reads it."""
    async with client(running.service_urls["publisher"]) as publisher:
        path = f"/api/v1/publications/{story}"
        await _post(publisher, admin, f"{path}/publish", {"version": 1})

        async def published() -> bool | None:
            answer = await publisher.get(path, headers=admin.headers)
            return answer.json()["publications"][0]["state"] == "published" or None

        await until("the story in public", published)
    async with client(running.service_urls["editing"]) as editing:

        async def heard() -> bool | None:
            answer = await editing.get(f"/api/v1/stories/{story}", headers=admin.headers)
            return answer.json()["state"] == "published" or None

        await until("the story as the Admin knows it", heard)
    return story


async def _story(editing: httpx.AsyncClient, admin: Caller, report: str) -> str:
    await _there(editing, admin, f"/api/v1/inbox/{report}")
    return str((await _post(editing, admin, "/api/v1/stories", {"reports": [report]}))["story"])


async def _approve(review: httpx.AsyncClient, leader: Caller, story: str) -> None:
    found = await _there(review, leader, f"/api/v1/reviews/{story}")
    decision = {name: found[name] for name in ("version", "content_sha256")} | {"decision": "approved"}
    await _post(review, leader, f"/api/v1/reviews/{story}/decisions", decision)


async def _there(http: httpx.AsyncClient, caller: Caller, path: str) -> Any:
    async def look() -> Any:
        answer = await http.get(path, headers=caller.headers)
        return answer.json() if answer.status_code == 200 else None

    return await until(path, look)


async def _post(http: httpx.AsyncClient, caller: Caller, path: str, body: Any) -> Any:
    answer = await http.post(path, json=body, headers=caller.headers)
    assert answer.status_code < 300, answer.text
    return answer.json()
