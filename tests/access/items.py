"""A few items on their way through the stages, so that whoever tries the services finds something there."""

from typing import Any
from uuid import uuid4

import httpx

from deploy.embedded.house import House
from deploy.embedded.staff import until
from tests.access.staff import Caller, client

HAPPENED = "2026-01-05T09:00+07:00"
CONTENT = {"title": "Pemeliharaan rusunawa", "body": [{"kind": "paragraph", "spans": [{"text": "Isi berita."}]}]}


async def begin(running: House, sender: Caller, admin: Caller, leader: Caller) -> dict[str, list[str]]:
    """Four Reports, a draft, a submitted and an approved Story; their ids by the names that paths give them."""
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


def naming(document: dict[str, Any], ids: dict[str, list[str]]) -> dict[str, Any]:
    """The OpenAPI document, its paths' ids mostly of items that are there; the headers alone say who asks."""
    for operations in document["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
            for place in operation.get("parameters", ()):
                if place["in"] == "path" and place["name"] in ids:
                    place["schema"] = {"enum": [*ids[place["name"]], str(uuid4())]}
    return document
