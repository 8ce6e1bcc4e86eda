"""The office's own words for a channel: set by the operator, used within seconds by the system and by people."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from deploy.cli.main import app
from tests.integration.publisher.medsos import Medsos
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content

OWN = "📢 {judul}\n{bidang}\n\n{teras}\n\n{tautan}"


@pytest.fixture
def run(desk: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operator's command, beside the publisher."""
    for name, value in desk.stack.environment("publisher").items():
        monkeypatch.setenv(name, value)

    async def command(*words: str) -> tuple[int, str]:
        answer = await asyncio.to_thread(CliRunner().invoke, app, ["channels", "template", *words])
        return answer.exit_code, answer.output

    return command


@pytest.fixture
def own(tmp_path: Path) -> str:
    (tmp_path / "naskah.txt").write_text(f"{OWN}\n")
    return str(tmp_path / "naskah.txt")


async def posting_page(desk: Office) -> str:
    """What the Admin copies who posts by hand."""
    desk.leave_to_people("instagram")
    whole = content("Rumah selesai", lead="Selasa pagi.", body=(), media=(), channels=("site", "instagram"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    await desk.publish(event)
    page = await desk.page("tono", f"/terbit/{event.story}/kanal/instagram/posting?version=1")
    return page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]


async def test_the_offices_own_template_is_what_the_admin_copies_and_the_default_comes_back(
    desk: Office, run: Any, own: str
) -> None:
    code, said = await run("instagram", "--file", own)
    assert (code, "The office's own template of instagram" in said) == (0, True), said
    assert "  | 📢 Wali Kota menyerahkan kunci" in said
    await desk.board.refresh(desk.desk.db, desk.at)
    text = await posting_page(desk)
    unit = desk.desk.rules.keeper.sop.unit_words("bidang-perumahan")
    assert text.startswith(f"📢 Rumah selesai\n{unit}\n\nSelasa pagi.\n\nhttp://warta.test/berita/")
    code, said = await run("instagram", "--default")
    assert (code, "The default template of instagram" in said) == (0, True)
    await desk.board.refresh(desk.desk.db, desk.at)
    assert (await posting_page(desk)).startswith("Rumah selesai\n\nSelasa pagi.")
    told = await desk.rows("SELECT action FROM publisher.audit WHERE item = 'instagram' ORDER BY id")
    assert [row["action"] for row in told] == ["channel.template", "channel.template-default"]


async def test_the_system_posts_by_it_too(desk: Office, run: Any, own: str) -> None:
    assert (await run("x", "--file", own))[0] == 0
    await desk.board.refresh(desk.desk.db, desk.at)
    desk.connect(Medsos(name="x"))
    event = approved(uuid4(), content=content("Rumah selesai", channels=("site", "x")), at=desk.at)
    await desk.hear(event)
    assert (await desk.start(event.story)).status_code == 202
    tasks = (await desk.deliveries.take(10)).tasks
    (text,) = [task.post.text for task in tasks if task.post.channel == "x"]
    assert text.startswith("📢 Rumah selesai\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [(("instagram", "--default"), "use {judul}"), (("mail",), "one of facebook"), (("x",), "no place {foto}")],
)
async def test_what_cannot_be_used_is_not_saved_and_says_why(
    run: Any, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "naskah.txt").write_text("{judul} {foto} {tautan}")
    code, told = await run(*words, "--file", str(tmp_path / "naskah.txt"))
    assert code == 2
    plain = " ".join(told.replace("│", " ").split())
    assert said in plain or "either --file or --default" in plain
    assert "The default template of x" in (await run("x"))[1]
