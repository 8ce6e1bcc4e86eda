"""The audit of what changes at intake beside a Report's own states."""

from tests.integration.intake.desk import Office
from tests.integration.intake.test_berkas_kiriman import named, photo, send


async def test_a_request_whose_files_are_looked_at_first_is_written_down_when_it_comes(desk: Office) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()))
    told = "SELECT action, item, actor FROM audit WHERE item LIKE 'sim-rutilahu/%' ORDER BY id"
    rows = await desk.rows(told)
    assert [tuple(row) for row in rows] == [("request.waits-for-files", "sim-rutilahu/r-1", "sumber:sim-rutilahu")]
