"""The whole evidence chain of an item, from the first Report to the live addresses, as one JSON document."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deploy.audit import tables, verifying
from deploy.audit.items import Scope, scope_of
from deploy.audit.tables import Row
from shared.content import Content
from shared.content_erasure import NAME
from shared.content_hash import content_sha256

if TYPE_CHECKING:
    from deploy.audit.verifying import Reach
    from shared.db import Connection

FORMAT = "alurwarta.evidence.v1"


async def gather(reach: "Reach", asked: str, *, by: str, at: datetime) -> dict[str, Any]:
    """Read one item out of the four schemas as they stood at one moment, then walk the four chains.

    Raises NoSuchItem. The keys are told in docs/audit.md.
    """
    async with reach("accounts") as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.execute("SET LOCAL timezone = 'UTC'")
        scope = await scope_of(conn, asked)
        told = await _told(conn, scope)
    checked = [verifying.as_json(c) async for c in verifying.walk(reach)]
    return {
        "format": FORMAT,
        "asked": asked,
        "made_at": at.isoformat(),
        "made_by": by,
        **told,
        "verification": {"whole": all(c["whole"] for c in checked), "services": checked},
    }


def text(document: dict[str, Any]) -> str:
    """The document as it is written, and as its SHA-256 is of."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def sha256(document: dict[str, Any]) -> str:
    return hashlib.sha256(text(document).encode()).hexdigest()


async def _told(conn: "Connection", scope: Scope) -> dict[str, Any]:
    reports, files = await _reports(conn, scope)
    stories = await _stories(conn, scope)
    clocks = await tables.clocks(conn, scope.stories, scope.reports)
    items = [*map(str, scope.stories), *map(str, scope.reports)]
    keterangan = await tables.keterangan(conn, sorted({*items, *(c["item"] for c in clocks)}))
    named = {
        *items,
        *(f["id"] for f in files),
        *(f"{r['source']}/{r['request_id']}" for r in reports if r["source"]),
        *(f"{c['stage']}/{c['item']}/{c['cycle']}" for c in clocks),
    }
    return {
        "reports": reports,
        "erasures": await tables.erasures(conn, sorted({f["sha256"] for f in files})),
        "stories": stories,
        "clocks": [
            c | {"keterangan": _of(keterangan, stage=c["stage"], item=c["item"], cycle=c["cycle"])} for c in clocks
        ],
        "audit": await tables.audit(conn, sorted(named)),
    }


async def _reports(conn: "Connection", scope: Scope) -> tuple[list[Row], list[Row]]:
    files = await tables.files(conn, scope.reports)
    supplements = await tables.supplements(conn, scope.reports)
    return [
        r | {"files": _of(files, report=r["id"]), "supplements": _of(supplements, report=r["id"])}
        for r in await tables.reports(conn, scope.reports)
    ], files


async def _stories(conn: "Connection", scope: Scope) -> list[Row]:
    ids = scope.stories
    parts = {
        "reports": await tables.compiled(conn, ids),
        "versions": [_checked(v) for v in await tables.versions(conn, ids)],
        "submissions": await tables.submissions(conn, ids),
        "decisions": await tables.decisions(conn, ids),
        "dispositions": await tables.dispositions(conn, ids),
        "confirmations": await tables.confirmations(conn, ids),
        "offer_withdrawals": await tables.offer_withdrawals(conn, ids),
        "ppid_decisions": await tables.ppid_decisions(conn, ids),
        "revocations": await tables.revocations(conn, ids),
        "publications": await tables.publications(conn, ids),
        "deliveries": await tables.deliveries(conn, ids),
    }
    found = [
        s | {name: _of(rows, story=s["id"]) for name, rows in parts.items()} for s in await tables.stories(conn, ids)
    ]
    return [s | {"hashes_agree": _agree(s), "live": list(_live(s))} for s in found]


def _of(rows: Iterable[Row], **of: Any) -> list[Row]:
    return [{k: v for k, v in row.items() if k not in of} for row in rows if all(row[k] == v for k, v in of.items())]


def _checked(version: Row) -> Row:
    """The Version without its content, but with whether that is what its hash is of; an erased file changes it too."""
    content = version.pop("content")
    erased = [m["id"] for m in content["media"] if m["name"] == NAME]
    matches = content_sha256(Content.model_validate(content)) == version["content_sha256"]
    return version | {"content_matches": matches, "erased_files": erased}


def _agree(story: Row) -> bool:
    """Whether submission, Decision and Publication of each Version name the hash of that Version."""
    hashes = {v["version"]: v["content_sha256"] for v in story["versions"]}
    later = (*story["submissions"], *story["decisions"], *story["publications"])
    return all(hashes.get(x["version"]) == x["content_sha256"] for x in later)


def _live(story: Row) -> Iterable[Row]:
    shown = {p["version"] for p in story["publications"] if p["state"] in ("publishing", "published")}
    for d in story["deliveries"]:
        if d["state"] == "live" and d["version"] in shown:
            yield {name: d[name] for name in ("channel", "version", "url", "way", "confirmed_by", "since")}


def title(document: dict[str, Any]) -> str:
    """What the evidence is about, as people call it."""
    return str(next((x["title"] for x in (*document["stories"], *document["reports"])), document["asked"]))
