"""Texts, tables and captions: what is taken, and what is written anew of them."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.prepare import HOUSE
from shared.media.kinds import FileLimits
from shared.media.sandbox import judged
from shared.media.texts.examine import examine
from shared.media.verdict import Undecodable

CAPTIONS = """WEBVTT - dibuat Budi di C:/Users/budi
X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000

STYLE
::cue { background: url(https://pelacak.example/a.png) }

REGION
id:bawah

NOTE ditulis oleh Budi Rahasia

pembuka
00:01.000 --> 00:03.500 align:start region:bawah position:10%,line-left onclick:x
<v.keras Kepala Dinas>Selamat <b>pagi</b> &amp; salam</v>
<00:00:02.000><c.kuning>warga</c> <font color="red">Bekasi</font> 1 < 2

00:00:03.500 --> 01:00:00.000
<img src=x onerror=alert(1)>Perbaikan rumah<a href="javascript:alert(1)">klik</a>
"""
WRITTEN = """WEBVTT

00:00:01.000 --> 00:00:03.500 align:start position:10%,line-left
<v.keras Kepala Dinas>Selamat <b>pagi</b> &amp; salam</v>
<c.kuning>warga</c> Bekasi 1 &lt; 2

00:00:03.500 --> 01:00:00.000
Perbaikan rumahklik
"""


def copy_of(tmp_path: Path, content: bytes, content_type: str = "text/plain") -> str:
    path, out = tmp_path / "asli", tmp_path / "salinan"
    path.write_bytes(content)
    out.mkdir(exist_ok=True)
    found = examine(path, out, content_type)
    assert [made.label for made in found.made] == ["captions" if content_type == "text/vtt" else "text"]
    return (out / found.made[0].file).read_bytes().decode("utf-8")


def refused(tmp_path: Path, content: bytes, content_type: str = "text/plain") -> str:
    path = tmp_path / "asli"
    path.write_bytes(content)
    with pytest.raises(Undecodable) as no:
        examine(path, None, content_type)
    return str(no.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_the_way_it_was_written_and_copied_as_utf_8(tmp_path: Path, encoding: str) -> None:
    words = "Rp 50.000 – “Perbaikan” rumah\r\nJatiasih\r\n" * 100
    assert copy_of(tmp_path, words.encode(encoding)) == words.replace("\r\n", "\n")


def test_utf_16_the_other_way_round_is_read_too(tmp_path: Path) -> None:
    assert copy_of(tmp_path, b"\xfe\xff" + "Berita".encode("utf-16-be")) == "Berita"


def test_a_table_is_copied_as_it_stands(tmp_path: Path) -> None:
    assert copy_of(tmp_path, b'nama;unit\n"Rumah, Jatiasih";3\n\x1a', "text/csv") == 'nama;unit\n"Rumah, Jatiasih";3\n'


@pytest.mark.parametrize("content", [b"abc\0def", b"\x7fELF\x01", b"\x81\x8d\xff", "tanpa tanda".encode("utf-16-le")])
def test_what_is_no_text_is_refused_and_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    assert "UTF-8" in refused(tmp_path, content)


@pytest.mark.parametrize("code", ["<script>alert(1)</script>", "<!DOCTYPE html><p>", "<svg onload=x>", "<?php x ?>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_code_of_a_web_page_is_refused_however_it_is_written(tmp_path: Path, code: str, encoding: str) -> None:
    far_in = "x" * (1024 * 1024 - 3) + code
    assert "halaman web" in refused(tmp_path, far_in.encode(encoding))


def test_captions_are_written_anew_from_their_words_alone(tmp_path: Path) -> None:
    assert copy_of(tmp_path, CAPTIONS.replace("\n", "\r\n").encode(), "text/vtt") == WRITTEN
    assert copy_of(tmp_path, WRITTEN.encode(), "text/vtt") == WRITTEN


def test_captions_tell_how_long_they_last(tmp_path: Path) -> None:
    path = tmp_path / "asli"
    path.write_text(CAPTIONS)
    assert examine(path, None, "text/vtt").facts.duration_ms == 3_600_000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nsrt\n", "bukan WebVTT"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx\n", "bukan WebVTT"),
        ("WEBVTT\n\nNOTE kosong\n", "tidak berisi"),
        ("WEBVTT\n\n00:05.000 --> 00:02.000\nmundur\n", "ke-1"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\nb\n", "ke-2"),
        ("WEBVTT\n\n00:01.000 --> 999:00:00.000\nterlalu lama\n", "ke-1"),
    ],
)
def test_captions_without_sane_times_are_refused(tmp_path: Path, content: str, sentence: str) -> None:
    assert sentence in refused(tmp_path, content.encode(), "text/vtt")


def test_a_caption_cannot_smuggle_a_block_of_its_own(tmp_path: Path) -> None:
    content = "WEBVTT\n\n00:01.000 --> 00:02.000\na&#10;&#10;STYLE&NewLine;x --&gt; y\n00:02.000 --> 00:03.000\nb\n"
    assert copy_of(tmp_path, content.encode(), "text/vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na  STYLE x --&gt; y\n\n00:00:02.000 --> 00:00:03.000\nb\n"
    )


def test_any_damage_gives_an_answer_and_nothing_else(tmp_path: Path) -> None:
    chance, path, out = random.Random(5), tmp_path / "asli", tmp_path / "salinan"
    out.mkdir()
    for number in range(400):
        data = bytearray(CAPTIONS.encode(("utf-8", "utf-16")[number % 2]))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data[: chance.randint(1, len(data))]))
        try:
            examine(path, out, ("text/vtt", "text/plain")[number % 3 == 0])
        except Undecodable as no:
            assert str(no).endswith(".")


async def test_the_judge_takes_captions_in_a_process_of_its_own(tmp_path: Path) -> None:
    path, out = tmp_path / "asli.vtt", tmp_path / "salinan"
    path.write_text(WRITTEN)
    out.mkdir()
    verdict = await judged(path, declared="text/vtt", limits=FileLimits(), out=out)
    assert (verdict.verdict, verdict.type, verdict.reason) == ("accepted", "text/vtt", "")
    assert (out / "captions.vtt").read_text() == WRITTEN


@pytest.mark.parametrize(
    ("name", "content"),
    [("daftar.csv", b"No;Nama\r\n1;Ani\x1a"), ("satu.txt", b"1"), ("laporan.txt", b"P1 10 20\nLaporan\n")],
)
async def test_a_text_is_taken_whatever_its_first_words_look_like(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    declared = "text/csv" if name.endswith("csv") else "text/plain"
    verdict = await judged(path, declared=declared, limits=FileLimits(), out=None)
    assert (verdict.verdict, verdict.type, verdict.reason) == ("accepted", declared, "")


@pytest.mark.parametrize(("content_type", "name"), [("text/plain", "text.txt"), ("text/vtt", "captions.vtt")])
def test_a_full_disk_refuses_no_text(tmp_path: Path, content_type: str, name: str) -> None:
    path = tmp_path / "asli"
    path.write_text(WRITTEN)
    (tmp_path / name).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        examine(path, tmp_path, content_type)


def test_the_first_look_at_a_file_has_bounds_of_its_own() -> None:
    program = (
        "import resource, signal\nfrom pathlib import Path\nfrom shared.media import judge, sniff\n"
        "def look(*_):\n    print(resource.getrlimit(resource.RLIMIT_AS)[0], signal.alarm(0))\n    return 'text/x'\n"
        "sniff.true_type = look\n"
        "judge.judge(Path('README.md'), declared='text/plain', limits=judge.FileLimits(), out=None)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(1024**3), "120"]
