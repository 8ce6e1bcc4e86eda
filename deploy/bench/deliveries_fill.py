"""Stories whose page is public and whose deliveries to other channels wait, by SQL: as the services leave them."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from deploy.bench.installation import CHANNEL_KEY, Installation
from deploy.bench.page_fill import PICTURE, SENTENCE
from services.publisher import store_accounts
from services.publisher.channels import connecting
from services.publisher.store_accounts import Account
from shared.content import Content, Paragraph, Rendition, Span, StoryMedia

if TYPE_CHECKING:
    import asyncpg

PICTURE_BYTES = 60_000
_STORIES = """
    INSERT INTO stories (story, slug)
       SELECT md5(n::text)::uuid, 'berita-nomor-' || n FROM generate_series($1::int, $2) n"""
_APPROVALS = """
    INSERT INTO approvals (story, version, cycle, content, content_sha256, origins, authors, decided_by, decided_at,
           urgency, practice, correction, basis, event_id, state)
       SELECT md5(n::text)::uuid, 1, 1, jsonb_set($3::jsonb || jsonb_build_object('title', 'Kunci tahap ' || n),
                  '{media,0,renditions,0,sha256}', to_jsonb(md5(n::text) || md5(n::text))), md5(n::text),
              jsonb_build_array(jsonb_build_object('report', md5(n::text)::uuid, 'unit', 'perumahan',
                  'happened_at', now(), 'received_at', now())),
              '[]', '{"account": "b", "name": "B", "capacity": "Sekretaris"}', now(), 'regular', false, false,
              'regular', n, 'valid'
       FROM generate_series($1::int, $2) n"""
_REST = (
    """INSERT INTO publications (story, version, state, visible, shown_at, started_at, published_at)
       SELECT md5(n::text)::uuid, 1, 'published', true, now(), now(), now() FROM generate_series($1::int, $2) n""",
    """INSERT INTO deliveries (story, version, channel, required, state, way, url)
       SELECT md5(n::text)::uuid, 1, 'site', true, 'live', 'fetched', 'http://warta.test/'
       FROM generate_series($1::int, $2) n""",
)
_WAITING = """
    INSERT INTO deliveries (story, version, channel, required, state, next_at)
       SELECT md5(n::text)::uuid, 1, c, false, 'waiting', now()
       FROM generate_series($1::int, $2) n, unnest($3::text[]) c"""


@dataclass(frozen=True)
class Batch:
    """Stories of the numbers `first` to `last`, each for all of `channels`."""

    first: int
    last: int
    channels: Sequence[str]

    @property
    def stories(self) -> int:
        return self.last - self.first + 1

    @property
    def deliveries(self) -> int:
        return self.stories * len(self.channels)


async def picture(made: Installation) -> Rendition:
    """One JPEG's worth of bytes, where the publisher takes them from."""
    data = random.Random(1).randbytes(PICTURE_BYTES)  # noqa: S311  (no secret)
    digest, bucket = hashlib.sha256(data).hexdigest(), made.buckets.renditions
    store = made.store()
    await store.put(bucket, f"{digest}.jpg", data, "image/jpeg")
    store.close()
    return Rendition(
        bucket=bucket, key=f"{digest}.jpg", sha256=digest, size=len(data), content_type="image/jpeg", label="web",
        width=1200, height=900,
    )  # fmt: skip


async def connect(conn: "asyncpg.Connection[Any]", accounts: dict[str, Any]) -> None:
    """These channels, as an operator connects them."""
    for name, given in accounts.items():
        sealed = connecting.sealed(CHANNEL_KEY, name, given["secret"])
        account = Account(name, "connected", given["settings"], sealed, None, "bench", datetime.now(UTC))
        await store_accounts.save(conn, account)


async def fill(conn: "asyncpg.Connection[Any]", batch: Batch, shown: Rendition) -> None:
    """All of the batch, and nothing due yet."""
    words = tuple(Paragraph(spans=(Span(text=SENTENCE * 2),)) for _ in range(4))
    photo = StoryMedia.model_validate(
        {
            "id": PICTURE,
            "report": PICTURE,
            "name": "kunci.jpg",
            "kind": "image",
            "renditions": (shown,),
            "alt": "Kunci.",
        }
    )
    content = Content(title="-", lead=SENTENCE, body=words, media=(photo,), tags=("rumah layak",))
    await conn.execute(_STORIES, batch.first, batch.last)
    await conn.execute(_APPROVALS, batch.first, batch.last, content.model_dump_json())
    for statement in _REST:
        await conn.execute(statement, batch.first, batch.last)
    await conn.execute("ANALYZE")


async def make_due(conn: "asyncpg.Connection[Any]", batch: Batch) -> None:
    """From here on the publisher delivers them."""
    await conn.execute(_WAITING, batch.first, batch.last, list(batch.channels))
