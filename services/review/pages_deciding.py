"""HTTP in, screens to decide: one answer on one named Version; whatever refuses it, what was typed stays."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from services.review import amending, anchors, marking, reading, web
from services.review.anchors import OTHER, Comment
from services.review.domain import Choice, DecidedAlready, NoSuchReview
from services.review.pages import pages_of, view
from services.review.register.rules import CLAUSES
from services.review.rulings import AMENDED, CHOICES, REASONS, REDACTED, SPECIAL, Ruling
from shared.accounts import Person
from shared.content import Clause, Code, Content, Reason, Sha256
from shared.refusal import Refused
from shared.typed_text import LINE, Typed, expect_within
from shared.web import desk_of, may, status_of

router = APIRouter(prefix="/saring", include_in_schema=False)
# The screens to answer from: the four answers, and the ways beside them.
Screen = Choice | Literal["amended", "emergency", "redacted"]
Leader = Annotated[Person, may("review.decide")]


class DecisionForm(BaseModel):
    """What the forms send; an input left empty is absent.

    `bagian`, `jenis` and `komentar` go together by place, and so do `foto` and the four edges of a region.
    """

    version: int
    content_sha256: Sha256
    decision: Choice
    reason: list[Code] = []
    note: Typed = ""
    legal_basis: Typed = ""
    until: Typed = ""
    not_before: Typed = ""
    bagian: list[Typed] = []
    jenis: list[Code] = []
    komentar: list[Typed] = []
    clause: Clause | Literal[""] = ""
    duration: Typed = ""
    capacity: Typed = ""
    cara: Literal["", "amended", "emergency", "redacted"] = ""
    tempat: list[Typed] = []
    perbaikan: list[Typed] = []
    samarkan: Typed = ""
    foto: list[Typed] = []
    kiri: list[Typed] = []
    atas: list[Typed] = []
    kanan: list[Typed] = []
    bawah: list[Typed] = []
    tambah: Typed = ""

    @property
    def screen(self) -> Screen:
        return self.cara or self.decision

    @property
    def words(self) -> dict[str, str]:
        """What the leader wrote in place of the Version's own words, by place."""
        return dict(zip(self.tempat, self.perbaikan, strict=False))

    @property
    def regions(self) -> list[tuple[str, marking.Row]]:
        """The parts of pictures that were marked, each with its file."""
        return list(marking.rows_of(self.foto, {side: getattr(self, side) for side in marking.SIDES}))

    @property
    def comments(self) -> tuple[Comment, ...]:
        kinds = self.jenis or [OTHER] * len(self.bagian)
        three = zip(self.bagian, kinds, self.komentar, strict=False)
        return tuple(Comment(place, code, note) for place, code, note in three if note)

    def expect_within_limits(self) -> None:
        expect_within("Catatan", self.note)
        expect_within("Dasar hukum", self.legal_basis, LINE)
        expect_within("Jangka waktu", self.duration, LINE)
        for comment in self.comments:
            expect_within("Komentar", comment.note)


class UnreadableDate(Refused):
    def __init__(self, field: str) -> None:
        super().__init__("unreadable-date", f"{field} tidak terbaca. Pilih tanggal dari kalender di isian itu.")


@router.get("/{story}/putuskan")
async def show_choice(
    request: Request, person: Leader, story: UUID, hasil: Screen | None = None, versi: int | None = None
) -> HTMLResponse:
    """The form of one answer on the newest Version; from an older one, with what changed since."""
    return await _asked(request, person, story, hasil, read=versi)


@router.post("/{story}/keputusan")
async def decide(request: Request, person: Leader, story: UUID, form: Annotated[DecisionForm, Form()]) -> Response:
    """Take the form's answer; the rules are those of the API."""
    desk = desk_of(request)
    if form.tambah:  # room for more regions, where no script gives it
        return await _asked(request, person, story, form.screen, read=form.version, form=form)
    try:
        form.expect_within_limits()
        found, _ = await web.dossier(desk, story, form.version)
        ruling = _ruling(form, found.content, desk.clock.calendar.zone)
        await web.decide(
            desk, story, ruling, person=person, capacity=form.capacity, emergency=_knows_emergency(request)
        )
    except NoSuchReview:
        raise
    except Refused as refusal:
        return await _asked(request, person, story, form.screen, read=form.version, form=form, refusal=refusal)
    return RedirectResponse(f"/saring/{story}", 303)


async def _asked(
    request: Request,
    person: Person,
    story: UUID,
    choice: Screen | None,
    *,
    read: int | None = None,
    form: DecisionForm | None = None,
    refusal: Refused | None = None,
) -> HTMLResponse:
    desk, limit = desk_of(request), request.app.state.settings.queue_limit
    opened = await reading.opened(desk, story, None, beside=None, person=person, limit=limit)
    newest = opened.found.review.version
    moved_on = read is not None and read < newest
    since = await reading.compared(desk, opened.found, read) if read and moved_on else None
    return pages_of(request).show(
        request,
        "putuskan.html",
        http=status_of(refusal) if refusal else 200,
        **view(opened, person),
        choice=choice,
        choices=CHOICES,
        reasons=REASONS,
        ticked={code: words for code, words in REASONS["returned"].items() if code not in SPECIAL},
        clauses=CLAUSES,
        capacities=person.capacities("review.decide"),
        capacity=form.capacity if form else "",
        emergency=_knows_emergency(request) and opened.found.review.state == "open" and person.may("review.decide"),
        words=_words(form, opened.found.content, moved_on=moved_on),
        pictures=marking.pictures(opened.found.content, form.regions if form else (), more=bool(form and form.tambah)),
        since=since,
        sentence=refusal and refusal.sentence,
        beaten=isinstance(refusal, DecidedAlready),
        typed=await _typed(request, story, form, opened.found.content, moved_on=moved_on),
    )


def _knows_emergency(request: Request) -> bool:
    return request.app.state.settings.emergency_bypass


def _words(form: DecisionForm | None, newest: Content, *, moved_on: bool) -> dict[str, str]:
    """What each place is filled with for a leader's own words: theirs, where it is the Version that they read."""
    standing = amending.written(newest)
    if form is None or moved_on:
        return standing
    return standing | {key: text for key, text in form.words.items() if key in standing}


async def _typed(
    request: Request, story: UUID, form: DecisionForm | None, newest: Content, *, moved_on: bool
) -> dict[str, Any]:
    """What to fill the form with: what was typed already, comments at their places, the rest in the note."""
    if form is None:
        return {
            "reason": [], "note": "", "legal_basis": "", "until": "", "not_before": "", "clause": "", "duration": "",
            "comments": {}, "listed": [], "samarkan": "",
        }  # fmt: skip
    kept, rest, read = form.comments, "", newest
    if moved_on:
        found, _ = await web.dossier(desk_of(request), story, form.version)
        read = found.content
        kept, rest = anchors.carried(form.comments, read, newest)
    words = anchors.places(read).all()
    kept_fields = {"reason", "legal_basis", "until", "not_before", "clause", "duration", "samarkan"}
    return form.model_dump(include=kept_fields) | {
        "note": "\n".join(filter(None, (form.note, rest))),
        "comments": {c.place: c for c in kept},
        "listed": [(words.get(c.place, "berita"), c.note) for c in form.comments],
    }


def _ruling(form: DecisionForm, content: Content, zone: ZoneInfo) -> Ruling:
    ways = {"amended": [AMENDED], "redacted": [REDACTED]}
    amends, redacts = form.cara == "amended", form.cara == "redacted"
    return Ruling(
        version=form.version,
        content_sha256=form.content_sha256,
        choice=form.decision,
        reasons=(*_reasons(ways.get(form.cara, form.reason), form.note), *anchors.reasons_of(form.comments, content)),
        legal_basis=form.legal_basis,
        until=_date(form.until),
        not_before=_moment(form.not_before, zone),
        clause=form.clause or None,
        duration=form.duration,
        proposal=amending.amended(content, form.words) if amends else None,
        redaction=marking.redaction(form.samarkan, form.regions, content) if redacts else None,
        basis="emergency" if form.cara == "emergency" else "regular",
    )


def _reasons(codes: list[str], note: str) -> tuple[Reason, ...]:
    """The ticked reasons; the note goes with the first, and alone it is a reason of its own kind."""
    chosen = codes or ([OTHER] if note else [])
    return tuple(Reason(code=code, note=note if n == 0 else "") for n, code in enumerate(chosen))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnreadableDate("Tanggal berakhirnya") from None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A form's local time, meant in the office's own zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None
    except ValueError:
        raise UnreadableDate("Waktu tayang paling awal") from None
