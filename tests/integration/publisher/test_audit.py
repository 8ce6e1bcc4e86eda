"""The audit of what changes here beside a Story's own states."""

from tests.integration.publisher.office import Office
from tests.integration.publisher.test_files import erasure
from tests.unit.publisher.samples import TONO


async def test_an_erasure_is_written_down_though_no_version_shows_the_file(desk: Office) -> None:
    [media, *_] = await desk.files()
    await desk.hear(erasure(media))
    rows = await desk.rows(
        "SELECT actor, before_hash, origin FROM publisher.audit WHERE action = 'media.erased' AND item = $1",
        str(media.report),
    )
    assert [tuple(row) for row in rows] == [(TONO.account, "c" * 64, "event")]
