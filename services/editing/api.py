"""The JSON API of the editing desk: `/api/v1/inbox`, `/api/v1/stories`."""

from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from pydantic import Field

from services.editing import lists, views
from services.editing.domain import StaleVersion
from services.editing.lists import Timed
from services.editing.manuscript import Manuscript
from services.editing.reports import Report
from services.editing.stories import Story
from services.editing.views import ReportFile, StoryFile
from services.editing.web import cut_link, media_link, media_zip, read_files, scissors_of, steps_of
from shared.accounts import Person
from shared.content import Note, Official, Reason, Sha256, Value
from shared.web import desk_of, may, problem

router = APIRouter(prefix="/api/v1")
Admin = Annotated[Person, may("story.edit")]
Reader = Annotated[Person, may("story.read")]
InboxReader = Annotated[Person, may("inbox.read")]
InboxWorker = Annotated[Person, may("inbox.work")]
Why = Annotated[Note, Field(min_length=1)]


class SendBack(Value):
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    question: Note = ""


class Compile(Value):
    reports: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]


class AddReport(Value):
    report: UUID


class SaveVersion(Value):
    expected_version: Annotated[int, Field(ge=0)]
    reason: Note = ""
    content: Manuscript


class Submit(Value):
    version: Annotated[int, Field(ge=1)]


class Abandon(Value):
    reason: Why


@router.get("/inbox")
async def inbox(request: Request, person: InboxReader) -> dict[str, Any]:
    found = await lists.inbox(desk_of(request))
    return {"reports": [report_line(x.report) | timed_line(x.timed) for x in found]}


@router.get("/inbox/{report}")
async def one_report(request: Request, report: UUID, person: Reader) -> dict[str, Any]:
    return report_whole(await views.report_file(desk_of(request), report))


@router.get("/inbox/{report}/media/{media}")
async def media(
    request: Request, report: UUID, media: UUID, person: Reader, asli: bool = False, utuh: bool = False
) -> RedirectResponse:
    return await media_link(request, report, media, original=asli, whole=utuh)


@router.get("/stories/{story}/media/{media}/cuts/{sha256}")
async def cut(request: Request, story: UUID, media: UUID, sha256: Sha256, person: Reader) -> RedirectResponse:
    """One copy of a picture that was cut for this Story."""
    await views.expect_media(desk_of(request), story, media)
    return await cut_link(request, media, sha256)


@router.post("/inbox/{report}/claim")
async def claim(request: Request, report: UUID, person: InboxWorker) -> dict[str, Any]:
    return report_line(await steps_of(request).claim(report, by=person.official))


@router.post("/inbox/{report}/release")
async def release(request: Request, report: UUID, person: InboxWorker) -> dict[str, Any]:
    return report_line(await steps_of(request).release(report, by=person.official))


@router.post("/inbox/{report}/send-back")
async def send_back(request: Request, report: UUID, body: SendBack, person: InboxWorker) -> dict[str, Any]:
    steps = steps_of(request)
    done = await steps.send_back(report, reasons=body.reasons, question=body.question, by=person.official)
    return report_line(done) | {"cycle": done.cycle}


@router.post("/stories", status_code=201)
async def compile_story(request: Request, body: Compile, person: Admin) -> dict[str, Any]:
    return story_line(await steps_of(request).compile(body.reports, by=person.official))


@router.get("/stories")
async def stories(request: Request, person: Reader) -> dict[str, Any]:
    desk = desk_of(request)
    found = [*await lists.stories(desk, at_work=True), *await lists.stories(desk, at_work=False)]
    return {"stories": [story_line(x.story) | timed_line(x.timed) for x in found]}


@router.get("/stories/{story}")
async def one_story(request: Request, story: UUID, person: Reader) -> dict[str, Any]:
    return story_whole(await views.story_file(desk_of(request), story))


@router.get("/stories/{story}/versions/{number}")
async def one_version(request: Request, story: UUID, number: int, person: Reader) -> dict[str, Any]:
    saved = await views.version(desk_of(request), story, number)
    return {
        "story": saved.story,
        "version": saved.version,
        "content": saved.content.model_dump(mode="json"),
        "content_sha256": saved.content_sha256,
        "author": saved.author.model_dump(),
        "reason": saved.reason,
        "saved_at": saved.saved_at,
    }


@router.get("/stories/{story}/media.zip", response_class=StreamingResponse)
async def all_media(request: Request, story: UUID, person: Admin) -> StreamingResponse:
    """The originals of all its Reports' files, to be worked on elsewhere."""
    return await media_zip(request, story)


@router.post("/stories/{story}/reports")
async def add_report(request: Request, story: UUID, body: AddReport, person: Admin) -> dict[str, Any]:
    return story_line(await steps_of(request).add_report(story, body.report, by=person.official))


@router.post("/stories/{story}/versions", status_code=201, response_model=None)
async def save_version(
    request: Request, story: UUID, body: SaveVersion, person: Admin
) -> dict[str, Any] | JSONResponse:
    file = await views.story_file(desk_of(request), story)
    await scissors_of(request).make(body.content, file.reports, file.redacted)
    try:
        saved = await steps_of(request).save(
            story, body.content, expected_version=body.expected_version, reason=body.reason, by=person.official
        )
    except StaleVersion as stale:
        return problem(409, stale.code, stale.sentence, newest_version=stale.newest)
    await read_files(request, story)
    return {"story": story, "version": saved.version, "content_sha256": saved.content_sha256}


@router.post("/stories/{story}/submit", response_model=None)
async def submit(request: Request, story: UUID, body: Submit, person: Admin) -> dict[str, Any] | JSONResponse:
    return await _before_the_leader(request, story, steps_of(request).submit, body.version, person)


@router.post("/stories/{story}/accept", response_model=None)
async def accept(request: Request, story: UUID, body: Submit, person: Admin) -> dict[str, Any] | JSONResponse:
    """Take the leader's words for the returned Version exactly, and submit them."""
    return await _before_the_leader(request, story, steps_of(request).accept, body.version, person)


class Submits(Protocol):
    """A step that ends with a Story before the leader."""

    async def __call__(self, story_id: UUID, *, version: int, by: Official) -> Story: ...


async def _before_the_leader(
    request: Request, story: UUID, step: Submits, version: int, person: Person
) -> dict[str, Any] | JSONResponse:
    """Take such a step, with what the files say read; a stale one is told the newest Version."""
    await read_files(request, story)
    try:
        return story_line(await step(story, version=version, by=person.official))
    except StaleVersion as stale:
        return problem(409, stale.code, stale.sentence, newest_version=stale.newest)


@router.post("/stories/{story}/abandon")
async def abandon(request: Request, story: UUID, body: Abandon, person: Admin) -> dict[str, Any]:
    return story_line(await steps_of(request).abandon(story, reason=body.reason, by=person.official))


def timed_line(timed: Timed) -> dict[str, Any]:
    due = timed.clock.due_at if timed.clock else None
    return {"due_at": due, "overdue": timed.overdue, "due_soon": timed.due_soon}


def report_line(report: Report) -> dict[str, Any]:
    facts, claim = report.facts, report.claim
    return {
        "report": report.id,
        "state": report.state,
        "unit": report.unit,
        "title": facts.title,
        "urgency": facts.urgency,
        "practice": facts.practice,
        "happened_at": facts.happened_at,
        "received_at": facts.received_at,
        "media": len(report.media),
        "claimed_by": claim.account if claim else None,
        "claimed_name": claim.name if claim else None,
        "claim_expires_at": claim.until if claim else None,
    }


def report_whole(file: ReportFile) -> dict[str, Any]:
    facts = file.report.facts.model_dump(mode="json", exclude={"title", "urgency", "practice"})
    return {
        **facts,
        **report_line(file.report),
        **timed_line(file.timed),
        "cycle": file.report.cycle,
        "media": [m.model_dump(mode="json") for m in file.report.media],
        "stories": [{"story": s["id"], "title": s["title"], "state": s["state"]} for s in file.stories],
    }


def story_line(story: Story) -> dict[str, Any]:
    return {
        "story": story.id,
        "state": story.state,
        "title": story.title,
        "urgency": story.urgency,
        "practice": story.practice,
        "version": story.version,
        "submitted_version": story.submitted_version or None,
        "published_version": story.published_version,
        "cycle": story.cycle,
        "reports": list(story.reports),
        "created_by": story.created_by,
        "created_at": story.created_at,
    }


def story_whole(file: StoryFile) -> dict[str, Any]:
    newest = file.newest
    return {
        **story_line(file.story),
        **timed_line(file.timed),
        "correction": file.story.is_correction,
        "answer": file.story.answer.model_dump(mode="json") if file.story.answer else None,
        "content": newest.content.model_dump(mode="json") if newest else None,
        "content_sha256": newest.content_sha256 if newest else None,
        "versions": [dict(row) for row in file.history],
        "findings": [{"code": f.code, "sentence": f.sentence, "blocking": f.blocking} for f in file.findings],
        "media": [m.model_dump(mode="json") | {"report": r.id} for r in file.reports if not r.left for m in r.media],
    }
