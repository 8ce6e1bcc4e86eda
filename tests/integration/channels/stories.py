"""Stories with real pictures, as a channel gets them; `Pictures` is the object store that they are fetched from."""

import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from services.publisher.channels import Capabilities, Former, Post
from services.publisher.domain import slug_of
from services.publisher.objects import PublicObject, objects_of
from services.publisher.posting import attached
from shared.content import Content, Figure, Heading, ItemList, Paragraph, Quote, Rendition, Span, StoryMedia
from shared.media.store import Missing

SITE_URL = "https://warta.contoh.test"
MEDIA_URL = "https://media.contoh.test/publik"
TITLE = 'Wali Kota serahkan 40 kunci rumah -- "rumah layak" 3x4 m & aman <asri>'


@dataclass
class Pictures:
    """Files in a folder, by the key of their source."""

    folder: Path

    async def fetch(self, found: PublicObject, to: Path) -> str:
        there = self.folder / found.source_key
        if not there.exists():
            raise Missing(found.source_key)
        shutil.copy(there, to)
        return hashlib.sha256(to.read_bytes()).hexdigest()

    def keep(self, data: bytes, content_type: str, **more: Any) -> Rendition:
        sha256 = hashlib.sha256(data).hexdigest()
        (self.folder / sha256).write_bytes(data)
        return Rendition(
            label="web", bucket="t-renditions", key=sha256, sha256=sha256, size=len(data), content_type=content_type,
            **more,
        )  # fmt: skip

    def photo(self, name: str = "kunci.jpg", *, width: int = 640, **words: Any) -> StoryMedia:
        """A JPEG that no other is equal to."""
        made = io.BytesIO()
        noise = Image.effect_noise((width // 8, 60), 80).convert("RGB").resize((width, 480))
        noise.save(made, "JPEG")
        rendition = self.keep(made.getvalue(), "image/jpeg", width=width, height=480)
        facts: dict[str, Any] = {
            "alt": 'Serah terima "kunci" <di> Jatiasih', "caption": "Wali Kota & warga.", "credit": "Humas [Dinas]",
        }  # fmt: skip
        return StoryMedia(id=uuid4(), report=uuid4(), name=name, kind="image", renditions=(rendition,), **facts | words)

    def file(self, kind: Any, content_type: str, data: bytes, **words: Any) -> StoryMedia:
        rendition = self.keep(data, content_type)
        facts: dict[str, Any] = {"id": uuid4(), "report": uuid4(), "name": f"berkas.{kind}", "kind": kind}
        return StoryMedia(renditions=(rendition,), **facts | words)


def content(*media: StoryMedia, title: str = TITLE, **more: Any) -> Content:
    """All kinds of blocks; the first file stands in the text, the others behind it."""
    body = (
        Heading(text="Serah terima"),
        Paragraph(spans=(Span(text="Warga menerima "), Span(text="40 rumah", bold=True), Span(text=" [gallery] <b>."))),
        ItemList(ordered=True, items=((Span(text="Jatiasih"),), (Span(text="Bekasi Timur", italic=True),))),
        Quote(spans=(Span(text="Alhamdulillah", href="https://contoh.test/?a=1&b=2"),), cite="Ibu Siti"),
        *([Figure(media=media[0].id)] if media else []),
    )
    facts: dict[str, Any] = {"title": title, "lead": "Selasa pagi, 40 keluarga pindah.", "body": body, "media": media}
    return Content(**facts | more)


def post_of(
    whole: Content, can: Capabilities, *, channel: str, version: int = 1, story: UUID | None = None,
    former: Former | None = None, slug: str = "",
) -> Post:  # fmt: skip
    """As the publisher makes it."""
    id_ = story or uuid4()
    url = f"{SITE_URL}/berita/{slug or slug_of('Kunci rumah', id_)}"
    return Post(
        id_, version, channel, 1, whole.title, url, whole, link=url, attached=attached(whole, can, MEDIA_URL),
        objects=objects_of(whole), former=former,
    )  # fmt: skip
