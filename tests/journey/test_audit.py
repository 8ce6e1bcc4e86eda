"""The audit after a journey through the four services: each told the others of its chain; evidence is whole."""

import asyncio
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import asyncpg
import pikepdf
import pypdfium2 as pdfium
import pytest
import pytest_asyncio

from deploy.embedded.demo import Walk, add_accounts, password, walk_all
from deploy.embedded.staff import Staff
from shared.topics import SERVICES
from tests.support.machinery import until
from tests.support.pipeline import until_quiet
from tests.support.stack import HOUSE, Stack, stack
from tests.support.town import operator, town

Journey = tuple[Stack, list[Walk], str]
HASH = re.compile(r"[0-9a-f]{64}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def journey(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Journey]:
    directory: Path = tmp_path_factory.mktemp("audit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALURWARTA_AUDIT_ANCHOR_SECONDS", "2")
        async with stack() as servers, town(servers, directory) as running:
            secret = password()
            await add_accounts(running, secret)
            walks = await walk_all(running, secret, lambda _: None)
            await take_down(running.staff_url, walks[1].story, secret)
            await until_quiet(servers)
            await until_anchored(servers)
            yield servers, walks, secret


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def take_down(site: str, story: str, secret: str) -> None:
    leader = await Staff.log_in(site, "sekretaris", secret)
    await leader.post(f"/api/v1/publications/{story}/take-down", {"reason": "Permintaan warga yang difoto."})
    await leader.close()


async def until_anchored(made: Stack) -> None:
    """Each of the four has sealed all that it wrote and told the head, and the three others keep it."""

    async def all_told() -> bool:
        conn = await asyncpg.connect(made.owner_dsn)
        try:
            heads = {s: await conn.fetchval(f"SELECT count(*) FROM {s}.audit") for s in SERVICES}
            return all(
                [
                    await conn.fetchval(f"SELECT max(sealed) FROM {h}.audit_anchors WHERE service = $1", s) == heads[s]
                    for s in SERVICES
                    for h in SERVICES
                ]
            )
        finally:
            await conn.close()

    await until(all_told, what="every service keeps every other's anchor")


async def alurwarta(made: Stack, *command: str) -> "subprocess.CompletedProcess[bytes]":
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.cli.main", "audit", *command],
        cwd=HOUSE,
        env=operator(made),
        capture_output=True,
        check=False,
    )


async def exported(made: Stack, item: str) -> dict[str, Any]:
    done = await alurwarta(made, "export", item)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_four_chains_are_whole_and_each_is_held_by_the_three_others(journey: Journey) -> None:
    made, _, _ = journey
    done = await alurwarta(made, "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    for service in json.loads(done.stdout)["services"]:
        assert service["sealed"] > 0
        assert service["last_anchor"]["seal"] == service["newest_seal"]
        assert sorted(service["last_anchor"]["held_by"]) == sorted(set(SERVICES) - {service["service"]})


async def test_the_evidence_tells_the_way_from_the_first_report_to_the_live_address(journey: Journey) -> None:
    made, walks, _ = journey
    walk = walks[0]
    told = await exported(made, walk.story)
    [report], [story] = told["reports"], told["stories"]
    assert (report["id"], report["sent_by_name"] is not None) == (walk.report, True)
    assert report["files"]
    assert all(HASH.fullmatch(f["sha256"]) and f["size"] > 0 for f in report["files"])
    assert [v["version"] for v in story["versions"]] == [1]
    assert story["versions"][0]["content_matches"]
    assert story["hashes_agree"]
    [decision] = story["decisions"]
    assert (decision["decision"], decision["decided_by"]["account"]) == ("approved", "sekretaris")
    assert decision["content_sha256"] == story["versions"][0]["content_sha256"]
    assert [(live["channel"], live["url"], live["way"]) for live in story["live"]] == [("site", walk.url, "fetched")]
    assert {c["stage"] for c in told["clocks"]} == set(SERVICES)
    assert told["verification"]["whole"]


async def test_every_row_of_the_item_is_sealed_and_says_from_where_it_came(journey: Journey) -> None:
    made, walks, _ = journey
    told = await exported(made, walks[0].report)
    rows = told["audit"]
    assert {row["service"] for row in rows} == set(SERVICES)
    assert all(row["seal"] and HASH.fullmatch(row["chain_hash"]) for row in rows)
    came = {(row["service"], row["action"]): row["origin"] for row in rows}
    assert came["intake", "report.received"] == "api"
    assert came["intake", "media.accepted"] == "worker"
    assert came["intake", "story.published"] == "event", "what became of its Reports is a change there too"
    assert came["editing", "report.received"] == "event"
    assert came["editing", "story.submitted"] == "api"
    assert came["publisher", "publication.published"] == "worker"
    assert None not in came.values()


async def test_a_log_in_on_the_screen_and_an_account_by_command_say_so(journey: Journey) -> None:
    made, _, _ = journey
    conn = await asyncpg.connect(made.owner_dsn)
    try:
        assert await conn.fetchval("SELECT count(*) FROM intake.audit WHERE origin = 'screen'") > 0
    finally:
        await conn.close()


async def test_an_item_is_found_by_its_report_its_story_and_its_address(journey: Journey) -> None:
    made, walks, _ = journey
    found = [await exported(made, asked) for asked in (walks[0].report, walks[0].story, walks[0].url)]
    assert {told["stories"][0]["id"] for told in found} == {walks[0].story}
    done = await alurwarta(made, "export", "tidak-ada")
    assert (done.returncode, done.stdout) == (2, b"")


async def test_what_was_taken_down_says_by_whom_and_why_and_is_live_nowhere(journey: Journey) -> None:
    made, walks, _ = journey
    [story] = (await exported(made, walks[1].story))["stories"]
    assert story["live"] == []
    assert story["taken_down_reason"] == "Permintaan warga yang difoto."
    assert story["publications"][0]["ended_by"]["account"] == "sekretaris"


async def test_the_pdf_carries_the_hash_of_the_json_beside_it(journey: Journey, tmp_path: Path) -> None:
    made, walks, _ = journey
    for number, walk in enumerate(walks[:2]):
        file = tmp_path / f"bukti-{number}.pdf"
        done = await alurwarta(made, "export", walk.story, "--pdf", str(file))
        assert done.returncode == 0, done.stderr
        sha256 = hashlib.sha256(file.with_suffix(".json").read_bytes()).hexdigest()
        with pikepdf.open(file) as made_pdf:
            assert len(made_pdf.pages) >= 2
        pages = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(file)]
        assert all(sha256 in page for page in pages), "in the footer of every page"
        assert "RANTAI BUKTI" in pages[0]
        assert walk.title in "".join(pages).replace("\r\n", " ")


async def test_every_command_of_the_document_does_what_it_says(journey: Journey, tmp_path: Path) -> None:
    made, walks, _ = journey
    lines = [line for line in (Path(HOUSE) / "docs/audit.md").read_text().splitlines() if line.startswith("alurwarta ")]
    assert len(lines) == 5
    for line in lines:
        words = [walks[0].story if word == "ITEM" else word for word in line.split()[2:]]
        words = [str(tmp_path / word) if "." in word else word for word in words]
        done = await alurwarta(made, *words)
        assert done.returncode == 0, (line, done.stderr)
    assert {file.name for file in tmp_path.iterdir()} == {"bukti.json", "bukti.pdf"}


async def test_a_rewrite_with_a_recomputed_chain_is_named_and_the_export_says_so(journey: Journey) -> None:
    """Last in this file, for it forges."""
    made, walks, _ = journey
    from shared import audit

    conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": "review"})
    try:
        async with conn.transaction():
            await conn.execute("SET LOCAL session_replication_role = replica")
            await conn.execute(
                "UPDATE audit SET actor = 'budi' WHERE action = 'review.decided' OR action LIKE '%approved%'"
            )
            await conn.execute("DELETE FROM audit_chain")
            await audit.seal(conn, 100_000)
    finally:
        await conn.close()
    done = await alurwarta(made, "verify")
    assert done.returncode == 1
    assert b"review's chain at seal" in done.stdout
    assert b"is not what publisher was told on" in done.stdout
    assert (await alurwarta(made, "export", walks[0].story)).returncode == 1
