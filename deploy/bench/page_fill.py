"""Many published Stories at once, by SQL: as the services leave them, with the text and the picture that one has."""

import asyncpg

from shared.content import Content, Figure, Heading, Paragraph, Rendition, Span, StoryMedia

PICTURE = "0197a000-0000-7000-8000-000000000001"
SENTENCE = (
    "Dinas Perumahan, Kawasan Permukiman dan Pertanahan Kota Bekasi menyerahkan kunci rumah yang selesai diperbaiki "
    "kepada warga penerima bantuan di Kelurahan Jatirasa, disaksikan lurah dan pengurus rukun tetangga setempat. "
)
OTHER_WORDS = ("rusunawa", "drainase", "sertifikat", "taman", "jalan", "prasarana", "sanitasi", "penataan")
_STORIES = (
    "INSERT INTO stories (story, slug) SELECT md5(n::text)::uuid, 'berita-nomor-' || n FROM generate_series(1, $1) n"
)
_APPROVALS = """
    INSERT INTO approvals (story, version, cycle, content, content_sha256, origins, authors, decided_by, decided_at,
           urgency, practice, correction, basis, event_id, state)
       SELECT md5(n::text)::uuid, 1, 1,
              $2::jsonb || jsonb_build_object('topic', ($3::text[])[1 + n % 8],
                  'tags', jsonb_build_array('tahap ' || n),
                  'title', 'Penyerahan kunci ' || ($3::text[])[1 + n % 8] || ' tahap ' || n),
              md5(n::text), jsonb_build_array(jsonb_build_object('report', md5(n::text)::uuid, 'unit',
                  (ARRAY['perumahan', 'permukiman', 'pertanahan', 'sekretariat'])[1 + n % 4])),
              '[]', '{"account": "b", "name": "B", "capacity": "Sekretaris"}', now() - n * interval '20 minutes',
              'regular', false, false, 'regular', n, 'valid'
       FROM generate_series(1, $1) n"""
_REST = (
    """INSERT INTO publications (story, version, state, visible, shown_at, since, started_at, published_at)
       SELECT story, 1, 'published', true, decided_at, decided_at, decided_at, decided_at FROM approvals""",
    """INSERT INTO deliveries (story, version, channel, required, state, way, url)
       SELECT story, 1, 'site', true, 'live', 'fetched', 'http://warta.test/' FROM approvals""",
    """WITH shown AS (
           INSERT INTO pages (story, version, slug, title, lead, topic, tags, units, kinds, information_class,
               responsible, cover, corrections, first_shown_at, shown_at, modified_at, words)
           SELECT story, version, slug, title, lead, topic, tags, units, kinds, information_class, responsible, cover,
               corrections, first_shown_at, shown_at, shown_at, words FROM visible_stories
           RETURNING units, first_shown_at, shown_at, story)
       INSERT INTO page_units SELECT unnest(units), first_shown_at, story, shown_at FROM shown""",
    "INSERT INTO page_topics SELECT topic, first_shown_at, shown_at, story FROM pages WHERE topic IS NOT NULL",
)


def sample() -> Content:
    """A Story of the usual length: eight paragraphs, a heading, one picture in four widths."""
    words = tuple(Paragraph(spans=(Span(text=SENTENCE * 2),)) for _ in range(8))
    copies = tuple(
        Rendition(
            bucket="renditions", key=f"{width}.{form}", sha256=f"{width:032x}{form.encode().hex():0>32}", size=90_000,
            content_type=f"image/{form}", label=f"{form}-{width}", width=width, height=width * 3 // 4,
        )
        for width in (480, 960, 1440, 2048)
        for form in ("webp", "jpeg")
    )  # fmt: skip
    picture = StoryMedia.model_validate(
        {
            "id": PICTURE, "report": PICTURE, "name": "kunci.jpg", "kind": "image", "renditions": copies,
            "credit": "Humas", "alt": "Warga menerima kunci rumah.", "caption": "Penyerahan kunci di Jatirasa.",
        }
    )  # fmt: skip
    body = (*words[:4], Figure(media=picture.id), Heading(text="Tahap berikutnya"), *words[4:])
    return Content(title="-", lead=SENTENCE, body=body, media=(picture,))


async def fill(owner_dsn: str, stories: int) -> list[str]:
    """Publish so many Stories, twenty minutes apart; the addresses of their pages, the newest first."""
    conn = await asyncpg.connect(owner_dsn, timeout=30, server_settings={"search_path": "publisher"})
    try:
        await conn.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        await conn.execute(_STORIES, stories, timeout=1_800)
        await conn.execute(_APPROVALS, stories, sample().model_dump_json(), OTHER_WORDS, timeout=1_800)
        for statement in _REST:
            await conn.execute(statement, timeout=1_800)
        await conn.execute("SET session_replication_role = DEFAULT")
        await conn.execute("VACUUM ANALYZE", timeout=1_800)
    finally:
        await conn.close()
    return [f"/berita/berita-nomor-{n}" for n in range(1, stories + 1)]
