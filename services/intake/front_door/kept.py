"""What somebody had typed when they had to show who they are: kept in the page itself, and given back afterwards."""

from typing import Annotated

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from services.intake.front_door.door import HOME, door_of, give_cookie, local, show
from shared.accounts import person_of
from shared.web import desk_of

NOT_KEPT = ("csrf",)  # the new session has its own
Path = Annotated[str, AfterValidator(local)]


class Kept(BaseModel):
    """A form: where it goes, from which page it is, and its fields in order. Files cannot be kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    to: Path
    back: Path = HOME
    fields: tuple[tuple[str, str], ...] = ()
    had_files: bool = False


async def keep(request: Request, ke: str, dari: str) -> Kept:
    """The form that a browser sent here instead of where it was to go."""
    sent = (await request.form()).multi_items()
    fields = tuple((name, value) for name, value in sent if isinstance(value, str) and name not in NOT_KEPT)
    files = any(not isinstance(value, str) and value.filename for _, value in sent)
    return Kept(to=local(ke), back=local(dari), fields=fields, had_files=files)


def kept_in(text: str) -> Kept | None:
    """What a page of ours kept; None where it kept nothing."""
    try:
        return Kept.model_validate_json(text) if text else None
    except ValidationError:
        return None


async def arrive(request: Request, token: str, *, target: str, kept: Kept | None) -> Response:
    """Log-in is done: to where one was going, or with what one had typed back to it."""
    if kept is None:
        response: Response = RedirectResponse(local(target), 303)
    else:
        async with desk_of(request).db.connection() as conn:
            request.state.person = await person_of(conn, token)
        response = show(request, "lanjutkan.html", kept=kept)
    give_session(request, response, token)
    return response


def give_session(request: Request, response: Response, token: str) -> None:
    give_cookie(request, response, token, seconds=int(door_of(request).terms.lifetime.total_seconds()))
