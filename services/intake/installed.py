"""What makes the staff's site an application of a phone: its manifest, its service worker, and what is shared to it."""

import hashlib
import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.intake.sending import saving
from services.intake.sending.drafts import DraftBody
from services.intake.sending.fields import parse, posted, sent_up
from services.intake.web import show
from shared.accounts import Person
from shared.guard import MAX_BODY
from shared.refusal import Refused
from shared.static_files import assets
from shared.web import PersonOf, desk_of, public

router = APIRouter(include_in_schema=False)
SHELL, WORKER = (".css", ".js", ".svg"), "pekerja.js"
COLOUR = "#0b4f6c"
ICONS = (("ikon-192.png", 192, "any"), ("ikon-512.png", 512, "any"), ("ikon-penuh-512.png", 512, "maskable"))
TAKEN = ["image/*", "video/*", "audio/*", "application/pdf", ".docx", ".xlsx", ".pptx", ".odt"]
SHARED_TO = "/bahan/berbagi"


@router.get("/manifes.webmanifest", dependencies=[public])
async def manifest(request: Request) -> JSONResponse:
    return JSONResponse(_manifest(desk_of(request).clock.sop.office), media_type="application/manifest+json")


@router.get("/pekerja.js", dependencies=[public])
async def worker() -> Response:
    """The service worker, with the version and names of what it keeps; a browser looks for a newer one by itself."""
    return Response(_worker(), media_type="text/javascript", headers={"Service-Worker-Allowed": "/"})


@router.get("/luring", dependencies=[public])
async def offline(request: Request) -> Response:
    """What is shown where there is no connection: the same for everybody, for it is kept on the device."""
    return show(request, "luring.html", person=None)


@router.post(SHARED_TO, dependencies=[public])
async def shared_in(request: Request, person: PersonOf) -> Response:
    """Photographs and words from another application, where no service worker took them.

    The phone's own sharing carries no token of our forms. A browser tells by `Sec-Fetch-Site` that no other site sent
    it; of anything else only words are taken, into the address of a form that nobody has sent yet.
    """
    if not _is_read(request, person):
        return RedirectResponse("/bahan/baru", 303)
    form = await request.form()
    words = {name: text.strip() for name in ("title", "text", "url") if isinstance(text := form.get(name), str)}
    if person is not None and person.may("report.send") and _is_own(request):
        return await _kept(request, person, words)
    query = urlencode({name: text[:2_000] for name, text in words.items() if text})
    return RedirectResponse(f"/bahan/baru?{query}" if query else "/bahan/baru", 303)


def _is_read(request: Request, person: Person | None) -> bool:
    """Of somebody who is not logged in no more than a form of words is read."""
    length = request.headers.get("content-length", "")
    return person is not None or (length.isdigit() and int(length) <= MAX_BODY)


def _is_own(request: Request) -> bool:
    return request.headers.get("sec-fetch-site", "") in ("none", "same-origin")


async def _kept(request: Request, person: Person, words: dict[str, str]) -> Response:
    """A draft with all that was shared, opened in its form."""
    form = await posted(request)
    files, refusal = await sent_up(request, person, form.fresh) if form.fresh else ([], None)
    text = "\n\n".join(words[name] for name in ("text", "url") if words.get(name))
    fields = {"title": words.get("title", "")[:300], "text": text, "reporter": person.name}
    try:
        body = parse(DraftBody, {"fields": fields, "files": tuple(files)})
        await saving.save(desk_of(request), person, form.key, body)
    except Refused as no:
        return show(request, "berbagi.html", http=422, sentence=no.sentence, kept=None)
    if refusal is not None:
        return show(request, "berbagi.html", http=422, sentence=refusal.sentence, kept=form.key)
    return RedirectResponse(f"/bahan/baru?draf={form.key}", 303)


def _manifest(office: str) -> dict[str, Any]:
    return {
        "id": "/beranda",
        "name": f"Alurwarta – {office}" if office else "Alurwarta",
        "short_name": "Alurwarta",
        "description": "Kirim bahan informasi, dan ikuti sampai terbit.",
        "lang": "id",
        "start_url": "/beranda",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f6f8",
        "theme_color": COLOUR,
        "icons": [
            {"src": f"/aset/{name}", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, size, purpose in ICONS
        ],
        "shortcuts": [{"name": "Kirim bahan", "url": "/bahan/baru"}, {"name": "Bahan saya", "url": "/bahan"}],
        "share_target": {
            "action": SHARED_TO,
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "berkas", "accept": TAKEN}],
            },
        },
    }


@cache
def _worker() -> str:
    """Read once: a new version of ours is a new process."""
    shell = {n: a.version for n, a in assets().items() if n.endswith(SHELL) and "/" not in n and n != WORKER}
    version = hashlib.sha256(f"{shell} {assets()[WORKER].version}".encode()).hexdigest()[:16]
    names = json.dumps([f"/aset/{name}" for name in sorted(shell)])
    return f'const VERSION = "{version}";\nconst SHELL = {names};\n{assets()[WORKER].body.decode()}'
