"""Posts, files and a clock for the tests of social channels."""

import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.publisher.channels import Attached, Former, Post
from services.publisher.objects import EXTENSIONS, PublicObject
from shared.content import MediaKind
from tests.unit.publisher.samples import content

LINK = "https://warta.test/berita/rumah-selesai"
TEXT = f"40 rumah selesai diperbaiki\n\nWarga menerima kunci Selasa pagi.\n\n{LINK}\n\n#Bekasi"
STORY = UUID("01930000-0000-7000-8000-000000000001")
NINE = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Time goes on only where a test says so."""

    at: datetime = NINE

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **more: float) -> None:
        self.at += timedelta(**more)


@dataclass
class Files:
    """The public bucket: what a channel fetches."""

    held: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def __call__(self, found: PublicObject) -> AsyncGenerator[bytes]:
        data = self.held[found.key]
        for start in range(0, len(data), 65_536):
            yield data[start : start + 65_536]

    def add(self, data: bytes, content_type: str = "image/jpeg") -> PublicObject:
        sha256 = hashlib.sha256(data).hexdigest()
        key = sha256 + EXTENSIONS[content_type]
        self.held[key] = data
        return PublicObject(key, "renditions", f"r/{key}", sha256, len(data), content_type)

    def picture(self, alt: str = "Serah terima kunci.", *, size: int = 300_000, seed: int = 0) -> Attached:
        found = self.add(bytes([seed]) * size)
        return _attached("image", found, alt, 1200, 900, None)

    def video(self, *, size: int = 700_000) -> Attached:
        found = self.add(b"v" * size, "video/mp4")
        return _attached("video", found, "Serah terima kunci.", 1280, 720, 12_000)


def _attached(
    kind: MediaKind, found: PublicObject, alt: str, width: int, height: int, duration: int | None
) -> Attached:
    url = f"https://media.test/{found.key}"
    return Attached(kind, found, url, width, height, duration, alt, "Wali Kota menyerahkan kunci.")


def a_post(channel: str, *attached: Attached, text: str = TEXT, link: str = LINK, version: int = 1) -> Post:
    return Post(
        STORY, version, channel, 1, "40 rumah selesai diperbaiki", LINK, content(), text, link, attached,
        tuple(a.found for a in attached),
    )  # fmt: skip


def a_correction(post: Post, text: str, *, external_id: str = "", url: str = "", link: str = LINK) -> Post:
    """Version 2 of the same Story, where `post` stands."""
    return replace(post, version=post.version + 1, text=text, link=link, former=Former(post.version, external_id, url))
