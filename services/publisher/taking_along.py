"""What a person takes along to a channel: its files under names in the order of the post, and the words. Pure."""

from typing import NamedTuple

from services.publisher.channels import Attached, Post
from services.publisher.objects import EXTENSIONS
from shared.content import MediaKind

KINDS: dict[MediaKind, str] = {"image": "Foto", "video": "Video", "audio": "Rekaman suara", "document": "Dokumen"}
TEXT, ALTS = "teks.txt", "alt.txt"
NO_ALT = "(tanpa teks alternatif)"


class Along(NamedTuple):
    """One file of a post, as it is called on a person's own device."""

    name: str
    words: str
    file: Attached


def files_of(post: Post) -> tuple[Along, ...]:
    """Named so that any device sorts them as they are posted."""
    return tuple(
        Along(f"{n:02}-{_plain(KINDS[a.kind])}{EXTENSIONS.get(a.found.content_type, '')}", f"{KINDS[a.kind]} {n}", a)
        for n, a in enumerate(post.attached, start=1)
    )


def texts_of(post: Post) -> dict[str, str]:
    """The text exactly, and what stands for each file where it cannot be seen."""
    alts = "\n\n".join(f"{one.name}\n{one.file.alt or NO_ALT}" for one in files_of(post))
    return {TEXT: post.text} | ({ALTS: f"{alts}\n"} if alts else {})


def _plain(words: str) -> str:
    return words.lower().replace(" ", "-")
