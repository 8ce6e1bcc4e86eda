"""What is found out about a file: refused with a sentence, or its facts and the copies made of it. Pure."""

from typing import Annotated, Literal

from pydantic import Field

from shared.content import Code, MediaKind, Note, Value

INFECTED = "Pemindai menemukan program berbahaya di dalam berkas ini. Jangan buka berkasnya; hubungi Pengelola sistem."


class Undecodable(Exception):
    """The file is not what it says, or cannot be opened safely; the sentence is for the sender, in Bahasa Indonesia."""


class Facts(Value):
    """What a file tells about itself. Private: none of it goes into an event or in public.

    `taken_at` is ISO 8601 as the device wrote it, with its zone only where it says one.
    """

    taken_at: str = ""
    device: str = ""
    latitude: float | None = None
    longitude: float | None = None
    author: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    pages: int | None = None


class Made(Value):
    """A copy made of a file, without anything that the file tells about itself; `file` is its name in the folder.

    Sizes in pixels.
    """

    label: Code
    file: str
    content_type: str
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


class Examined(Value):
    """A file that was opened whole. `placeholder` is a tiny blurred picture as a `data:` address.

    `content_type` is its true type where only opening it could tell (what a container holds).
    """

    content_type: str = ""
    facts: Facts = Facts()
    made: tuple[Made, ...] = ()
    placeholder: Annotated[str, Field(max_length=1_000)] = ""


class Verdict(Value):
    """The answer on one file. `type` is its true type, as far as it was found out.

    `later` where only a quick look was asked for, and the file is a recording.
    """

    verdict: Literal["accepted", "refused", "later"]
    type: str
    kind: MediaKind = "document"
    reason: Note = ""
    facts: Facts = Facts()
    made: tuple[Made, ...] = ()
    placeholder: str = ""
