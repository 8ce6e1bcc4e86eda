"""What an editor typed before they logged in again in another tab is not lost, and not saved by itself."""

import pytest

from tests.integration.editing.office import Office
from tests.integration.editing.test_pages import PAGE, Browser, begin, fields


@pytest.mark.parametrize(("origin", "status"), [("http://staf.uji", 307), ("https://jahat.id", 403)])
async def test_an_editor_s_form_of_an_earlier_session_is_shown_again_unless_another_site_sent_it(
    desk: Office, origin: str, status: int
) -> None:
    rina = Browser(desk.person("rina"))
    path = await begin(desk, rina)
    typed = fields(await rina.open(path)) | {"title": "PENTING judul"}
    headers = PAGE | {"Origin": origin, "Referer": f"{origin}{path}"}
    answer = await rina.client.post(f"{path}/simpan", data={"csrf": "dari-sesi-lain", **typed}, headers=headers)
    assert answer.status_code == status
    if status == 307:
        assert answer.headers["location"] == f"/masuk/lanjut?ke={path}/simpan&dari={path}"
    assert "PENTING" not in answer.text
    assert "PENTING" not in await rina.open(path)
