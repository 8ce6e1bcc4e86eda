"""The pictures of a Story in WordPress' library: brought once, described as approved, and gone when nothing shows them.

Their name is their hash and the Story, so that each is found again, and belongs to no other post. They are private:
strangers see the file where a page shows it, but find it in no list and on no page of its own.
"""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from uuid import UUID

from services.publisher.channels import Attached, NotSent, Post, Rejected, patience
from services.publisher.channels.wordpress_answers import MediaRow, Refused
from services.publisher.channels.wordpress_api import Api
from services.publisher.channels.wordpress_html import Uploaded, caption_of, copy_of
from services.publisher.objects import EXTENSIONS, PublicObject
from shared.content import StoryMedia
from shared.media.store import Missing
from shared.refusal import Transient

Fetch = Callable[[PublicObject, Path], Awaitable[str]]
"""Writes an object into a file; gives the SHA-256 of what it wrote. Raises Missing."""

_OURS = re.compile(r"([0-9a-f]{64})-([0-9a-f]{12})(?:-\d+)?")
_STAMP = re.compile(r"Alurwarta, versi (\d+)")
MISSING = "Salah satu berkas sudah tidak ada di penyimpanan. Ajukan versi baru tanpa berkas itu."
AWAY = "Penyimpanan media sedang tidak terjangkau; dikirim lagi."
CHANGED = "Salah satu berkas tidak sama dengan yang disetujui. Periksa berkasnya, lalu ajukan versi baru."


def tail_of(story: UUID) -> str:
    return story.hex[-12:]


async def of_story(api: Api, story: UUID, parent: int | None) -> list[MediaRow]:
    """What we brought for this Story; a file that somebody else attached to its post is theirs."""
    return [m for m in await api.media(tail_of(story), parent) if hash_in(m, story)]


def hash_in(media: MediaRow, story: UUID) -> str | None:
    found = _OURS.fullmatch(media.slug)
    return found[1] if found and found[2] == tail_of(story) else None


async def bring(
    api: Api, fetch: Fetch, post: Post, to: int, kept: Callable[[list[MediaRow]], Awaitable[None]]
) -> dict[str, Uploaded]:
    """Each picture of the post, uploaded where it is not there yet; `kept` hears what there is."""
    there = {hash_in(m, post.story) or "": m for m in reversed(await of_story(api, post.story, to))}
    await kept(list(there.values()))
    for media, copy in pictures_of(post):
        lying = there.get(copy.found.sha256)
        if lying is None or not lying.is_whole(copy.found.size):
            there[copy.found.sha256] = await _upload(api, fetch, post, to, media, copy)
            await kept(list(there.values()))
        elif lying.post != to:
            await api.describe(lying.id, {"post": to})
    return {sha256: Uploaded(m.id, m.source_url) for sha256, m in there.items()}


def pictures_of(post: Post) -> list[tuple[StoryMedia, Attached]]:
    """Each once, in the order of the Version."""
    found = [(m, c) for m in post.content.media if (c := copy_of(post.attached, m)) and c.kind == "image"]
    return list({c.found.sha256: (m, c) for m, c in found}.values())


async def tidy(api: Api, post: Post, parent: int, shown: Iterable[int]) -> None:
    """What no page shows any more goes; what is shown is described as this Version says.

    What a newer Version brought stays: it is about to be shown, while somebody looks after this one.
    """
    wanted = {c.found.sha256: m for m, c in pictures_of(post)}
    for media in await of_story(api, post.story, parent):
        described = wanted.get(hash_in(media, post.story) or "")
        if media.id not in shown or described is None:
            if brought_by(media) <= post.version:
                await api.delete("media", media.id)
        elif (media.alt_text, media.caption.raw) != (_kept(described.alt), caption_of(described)):
            await api.describe(media.id, _words(described))


async def _upload(api: Api, fetch: Fetch, post: Post, to: int, media: StoryMedia, copy: Attached) -> MediaRow:
    found = copy.found
    name = f"{found.sha256}-{tail_of(post.story)}{EXTENSIONS.get(found.content_type, '')}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        await _fetched(fetch, found, file)
        try:
            made = await api.upload(
                file, name=name, content_type=found.content_type,
                facts={"status": "private", "post": str(to), "description": _stamp(post.version), **_words(media)},
                seconds=patience(found),
            )  # fmt: skip
        except Refused as no:
            raise _explained(no, media) from no
    if not made.is_whole(found.size):
        await api.delete("media", made.id)
        raise NotSent(f"Berkas “{media.name}” tidak sampai utuh di WordPress; dikirim lagi.")
    return made


async def _fetched(fetch: Fetch, found: PublicObject, to: Path) -> None:
    try:
        async with asyncio.timeout(patience(found)):
            sha256 = await fetch(found, to)
    except Missing:
        raise Rejected(MISSING) from None
    except (Transient, TimeoutError) as e:
        raise NotSent(AWAY) from e
    if sha256 != found.sha256:
        raise Rejected(CHANGED)


def _explained(no: Refused, media: StoryMedia) -> Rejected:
    """Which file it is about."""
    if no.status in (401, 403) or no.code == "moved":
        return no
    return Rejected(
        f"WordPress tidak menerima berkas “{media.name}”: {no.told} Kecilkan atau ganti berkasnya dalam versi baru,"
        " atau minta pengelola WordPress mengizinkannya."
    )


def _stamp(version: int) -> str:
    return f"Alurwarta, versi {version}"


def brought_by(media: MediaRow) -> int:
    """The Version for which it was uploaded; 0 where somebody wrote something else."""
    found = _STAMP.fullmatch(media.description.raw)
    return int(found[1]) if found else 0


def _kept(text: str) -> str:
    """As WordPress keeps an alternative text: no tags, and one space between words."""
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def _words(media: StoryMedia) -> dict[str, str]:
    return {"alt_text": media.alt, "caption": caption_of(media)}
