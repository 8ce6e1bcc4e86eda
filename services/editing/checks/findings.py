"""What a check says of a Version. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that says what to do; `blocking` holds the submission up, else it is advice.

    `place` is where that is done: the id of a field of the Story's page, or a path. `there` names it.
    """

    code: str
    sentence: str
    blocking: bool = False
    place: str = ""
    there: str = ""

    @property
    def href(self) -> str:
        return self.place if self.place.startswith("/") or not self.place else f"#{self.place}"


def field_of(name: str, media: object) -> str:
    """The id of a field of one file."""
    return f"{name}-{media}"
