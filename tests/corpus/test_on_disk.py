"""`alurwarta media check` and `render` answer "why was my photo refused" without any server, as the table says."""

import json
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from deploy.prepare import HOUSE
from tests.corpus.making import SECRETS, made
from tests.corpus.table import Row, rows
from tests.support.clamd import clamd

DISK = [row for row in rows() if row.sent == "disk"]
ADVICE = re.compile(r"[A-Z].+\.$", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with clamd(tmp_path_factory.mktemp("clamd")) as address:
        yield address


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli.main", "media", *words],
        capture_output=True,
        text=True,
        cwd=HOUSE,
        check=False,
    )


def on_disk(row: Row, folder: Path, n: int) -> Path:
    """The file under the name that its sender gave it, without the folders in that."""
    own = folder / str(n)
    own.mkdir(exist_ok=True)
    file = own / Path(row.file).name
    file.write_bytes(made(row.made, folder))
    return file


@pytest.fixture(scope="module")
def told(folder: Path, scanner: str) -> "dict[int, dict[str, Any]]":
    """What one command says of all files, by the number of the row."""
    files = {n: on_disk(row, folder, n) for n, row in enumerate(DISK)}
    done = command("check", *map(str, files.values()), "--json", "--clamd", scanner)
    assert done.returncode == 1, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files.values()]
    return dict(zip(files, lines, strict=True))


@pytest.mark.parametrize("n", range(len(DISK)), ids=[f"{row.made} as {row.file}" for row in DISK])
def test_each_file_gets_the_verdict_of_the_table(told: dict[int, dict[str, Any]], n: int) -> None:
    row, line = DISK[n], told[n]
    assert line["verdict"] == row.verdict, line
    if row.made != "program":  # how a program is made differs from machine to machine
        assert line["type"] == row.type
    if row.verdict == "refused":
        assert row.says in line["reason"]
        assert ADVICE.fullmatch(line["reason"])
    else:
        assert line["reason"] == ""


def test_the_private_facts_of_a_photograph_are_told_to_who_asks(told: dict[int, dict[str, Any]]) -> None:
    (line,) = [told[n] for n, row in enumerate(DISK) if row.file == "rumah.jpg"]
    assert line["taken_at"] == "2026-11-20T10:15:00"
    assert line["place"] == [pytest.approx(-6.238271, abs=1e-4), pytest.approx(106.975573, abs=1e-4)]
    assert "RAHASIA" in line["device"]
    assert "RAHASIA" in line["author"]


def test_the_private_facts_of_a_video_too(told: dict[int, dict[str, Any]]) -> None:
    (line,) = [told[n] for n, row in enumerate(DISK) if row.made == "video"]
    assert line["place"] == [pytest.approx(-6.238271, abs=1e-4), pytest.approx(106.975573, abs=1e-4)]
    assert 2_900 <= line["duration_ms"] <= 3_200


@pytest.mark.parametrize("row", [row for row in DISK if row.secrets], ids=lambda row: f"{row.made} as {row.file}")
def test_no_place_and_no_author_survives_in_any_byte_that_may_become_public(
    row: Row, folder: Path, tmp_path: Path
) -> None:
    source = made(row.made, folder)
    assert any(secret in source for secret in SECRETS) or row.made == "docx"  # packed there
    file = on_disk(row, tmp_path, 0)
    done = command("render", str(file), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.splitlines()]
    assert bool(written) == (row.made != "docx")  # of which nothing is ever shown
    for path in written:
        data = path.read_bytes()
        assert not [secret for secret in SECRETS if secret in data], path.name
        if path.suffix == ".pdf":
            assert not [secret for secret in SECRETS if secret in unpacked(path)], path.name


def unpacked(file: Path) -> bytes:
    """All that a PDF holds, with every stream unpacked as far as it can be."""
    with pikepdf.open(file) as document:
        parts = [repr(found).encode() for found in document.objects]
        for stream in (found for found in document.objects if isinstance(found, pikepdf.Stream)):
            try:
                parts.append(stream.read_bytes())
            except pikepdf.PdfError:  # a picture
                parts.append(stream.read_raw_bytes())
        return b"\n".join(parts)


def test_a_file_that_is_not_there_is_told_and_the_others_are_looked_at(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rumah.jpg"
    file.write_bytes(made("photograph", folder))
    done = command("check", str(tmp_path / "tiada.jpg"), str(file))
    assert done.returncode == 2
    assert "tiada.jpg" in done.stderr
    assert done.stdout.startswith("diterima")


def test_a_refused_file_is_not_rendered_and_its_reason_is_told(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "bom.png"
    file.write_bytes(made("bomb", folder))
    done = command("render", str(file), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "megapiksel" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_scanner_that_is_away_is_told_and_no_verdict_is_given(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rumah.jpg"
    file.write_bytes(made("photograph", folder))
    done = command("check", str(file), "--clamd", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert done.stdout == ""
