"""What somebody had typed when they had to show who they are: kept in the page itself, and given back afterwards."""

from typing import Annotated

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from services.intake.front_door.door import HOME, door_of, give_cookie, local, show
from shared.accounts import Person, person_of
from shared.accounts.identities import MOST_KEPT
from shared.web import desk_of, typed_by_another

# The new session has a token of its own; passwords stand in no page, and are typed again.
NOT_KEPT = ("csrf", "password", "current", "again")
Path = Annotated[str, AfterValidator(local)]


class Kept(BaseModel):
    """A form: where it goes, from which page it is, its fields in order, and the token that tells whose it is.

    Files cannot be kept. `withheld` is what another gets of it: nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    to: Path
    back: Path = HOME
    fields: tuple[tuple[str, str], ...] = ()
    had_files: bool = False
    token: str = ""
    withheld: bool = False

    @property
    def is_too_long(self) -> bool:
        """Whether no page can carry it through a log-in: a field of a form is at most 1 MiB."""
        return len(self.model_dump_json().encode()) > MOST_KEPT

    def shown_to(self, person: Person) -> "Kept":
        """What this person may see of it: all, unless another account's page it was typed into."""
        return Kept(to=HOME, withheld=True) if typed_by_another(self.token, person) else self


async def keep(request: Request, ke: str, dari: str) -> Kept:
    """The form that a browser sent here instead of where it was to go."""
    sent = (await request.form()).multi_items()
    fields = tuple((name, value) for name, value in sent if isinstance(value, str) and name not in NOT_KEPT)
    files = any(not isinstance(value, str) and value.filename for _, value in sent)
    token = next((value for name, value in sent if isinstance(value, str) and name == "csrf"), "")
    return Kept(to=local(ke), back=local(dari), fields=fields, had_files=files, token=token)


def kept_in(text: str) -> Kept | None:
    """What a page of ours kept; None where it kept nothing."""
    try:
        return Kept.model_validate_json(text) if text else None
    except ValidationError:
        return None


async def arrive(request: Request, token: str, *, target: str, kept: Kept | None) -> Response:
    """Log-in is done: to where one was going, or with what one had typed back to it."""
    response: Response = RedirectResponse(local(target), 303)
    if kept is not None:
        async with desk_of(request).db.connection() as conn:
            request.state.person = person = await person_of(conn, token)
        if person is not None:
            response = show(request, "lanjutkan.html", kept=kept.shown_to(person))
    give_session(request, response, token)
    return response


def give_session(request: Request, response: Response, token: str) -> None:
    give_cookie(request, response, token, seconds=int(door_of(request).terms.lifetime.total_seconds()))
