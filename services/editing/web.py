"""What the API and the pages of editing both stand on: the desk's steps, and links to media."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse

from services.editing import views
from services.editing.steps import Steps
from shared.media import Store
from shared.refusal import NotFound
from shared.web import desk_of


@dataclass(frozen=True, slots=True)
class Office:
    """What one installation is told: how long a claim lasts, and where media lie."""

    claim_for: timedelta
    store: Store


def steps_of(request: Request) -> Steps:
    office: Office = request.app.state.office
    return Steps(desk_of(request), office.claim_for)


async def media_link(request: Request, report: UUID, media: UUID, *, original: bool) -> RedirectResponse:
    """Lead to a file of a Report: its rendition, or the original where asked for or where there is nothing else."""
    office: Office = request.app.state.office
    file = await views.report_file(desk_of(request), report)
    found = next((m for m in file.report.media if m.id == media), None)
    if found is None:
        raise NotFound("Berkas")
    shown = found.original if original or not found.renditions else found.renditions[0]
    return RedirectResponse(await office.store.download_url(shown.bucket, shown.key), 303)
