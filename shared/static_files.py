"""Stylesheets, scripts and icons: read once, compressed once, at addresses that change with their content."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
# Not of the pages: what the vendored files are, for people who look after them.
NOT_SERVED = {".md", ".txt", ""}
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}
FOR_EVER = "public, max-age=31536000, immutable"
LAYER = re.compile(rb'@import url\("([^"]+)"\) layer\((\w+)\);')


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    squeezed: bytes | None
    content_type: str
    version: str

    @classmethod
    def of(cls, path: Path) -> "Asset":
        body = _inlined(path) if path.suffix == ".css" else path.read_bytes()
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        is_text = kind.startswith("text/") or kind.endswith(("json", "xml"))
        squeezed = gzip.compress(body, 9, mtime=0) if is_text else None
        kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        return cls(body, squeezed, kind, hashlib.sha256(body).hexdigest()[:16])


def _inlined(sheet: Path) -> bytes:
    """A stylesheet with those that it imports into a layer: one request instead of two, one after the other."""

    def whole(found: re.Match[bytes]) -> bytes:
        imported = (sheet.parent / found[1].decode()).read_text("utf-8-sig").removeprefix('@charset "UTF-8";')
        return b"@layer %s {%s}" % (found[2], imported.encode())

    return LAYER.sub(whole, sheet.read_bytes())


@cache
def assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """All that is served, by its path below the folder."""
    files = (p for p in folder.rglob("*") if p.is_file() and p.suffix not in NOT_SERVED)
    return {p.relative_to(folder).as_posix(): Asset.of(p) for p in files}


def address(name: str) -> str:
    """Where a page finds a file: this address is never used for other content. KeyError for what does not exist."""
    return f"/aset/{name}?v={assets()[name].version}"


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer below `/aset`. Only here is anything compressed: pages carry secrets beside what others wrote (BREACH)."""
    if scope["type"] != "http":
        return
    name = str(scope["path"]).removeprefix(str(scope.get("root_path", ""))).lstrip("/")
    found = assets().get(name)
    if found is None or scope["method"] not in ("GET", "HEAD"):
        raise HTTPException(404 if found is None else 405)
    await _answer(found, scope)(scope, receive, send)


def _answer(asset: Asset, scope: Scope) -> Response:
    asked, query = Headers(scope=scope), QueryParams(scope["query_string"])
    is_squeezed = asset.squeezed is not None and "gzip" in asked.get("accept-encoding", "")
    body = asset.squeezed if is_squeezed and asset.squeezed is not None else asset.body
    tag = f'"{asset.version}{"-gz" if is_squeezed else ""}"'
    headers = {
        "ETag": tag,
        "Vary": "Accept-Encoding",
        # Another version was asked for while replicas change: today's file, but not to be kept.
        "Cache-Control": FOR_EVER if query.get("v") == asset.version else "no-cache",
    }
    if tag in {t.strip().removeprefix("W/") for t in asked.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    if is_squeezed:
        headers["Content-Encoding"] = "gzip"
    return Response(b"" if scope["method"] == "HEAD" else body, headers=headers | {"Content-Length": str(len(body))},
                    media_type=asset.content_type)  # fmt: skip
