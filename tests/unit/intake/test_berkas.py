"""Which files are taken, and paths of our own after log-in."""

import pytest

from services.intake.files.limits import Limits, problem_of
from services.intake.front_door.door import LOCAL
from services.intake.sources import BadName, add
from shared.content import StoredObject
from shared.media.kinds import FileLimits, canonical, declared, why_not
from tests.unit.intake.samples import NOON

LIMITS = Limits(FileLimits(image=1_000, video=10_000))


def file(
    bucket: str = "b-incoming", key: str = "sim/1", content_type: str = "image/jpeg", size: int = 7
) -> StoredObject:
    return StoredObject(bucket=bucket, key=key, sha256="a" * 64, size=size, content_type=content_type)


@pytest.mark.parametrize("content_type", ["image/jpeg", "video/mp4", "audio/x-m4a", "application/pdf", "text/csv"])
def test_photographs_recordings_and_office_documents_are_taken(content_type: str) -> None:
    assert why_not(canonical(content_type), 7, LIMITS.file) is None


@pytest.mark.parametrize(
    ("content_type", "size"),
    [("application/x-msdownload", 7), ("text/html", 7), ("image/svg+xml", 7), ("image/SVG+XML", 7),
     ("image/jpeg", 1_001), ("video/mp4", 10_001), ("image/jpeg", 0)],
)  # fmt: skip
def test_other_kinds_and_sizes_are_refused_with_a_sentence(content_type: str, size: int) -> None:
    assert (why_not(canonical(content_type), size, LIMITS.file) or "").endswith(".")


@pytest.mark.parametrize(
    ("name", "said", "type_"),
    [("00001.MTS", "video/vnd.dlna.mpeg-tts", "video/mp2t"), ("film.avi", "video/vnd.avi", "video/x-msvideo"),
     ("rapat.aac", "audio/vnd.dlna.adts", "audio/aac"), ("data.csv", "text/comma-separated-values", "text/csv"),
     ("surat.pdf", "application/x-pdf", "application/pdf"), ("IMG_1.HEIC", "", "image/heic"),
     ("IMG_1.HEIC", "application/octet-stream", "image/heic"), ("foto.jpg", "image/png", "image/png"),
     ("foto.zip", "application/x-zip-compressed", "application/x-zip-compressed"),
     ("x.exe", "", "application/octet-stream"), ("x.exe", "application/x-msdownload", "application/x-msdownload")],
)  # fmt: skip
def test_a_name_tells_the_type_where_a_browser_has_one_of_its_own(name: str, said: str, type_: str) -> None:
    assert declared(name, said) == type_


@pytest.mark.parametrize(
    ("bucket", "key"),
    [("b-originals", "sim/1"), ("b-incoming", "lain/1"), ("b-incoming", "sim2/1"), ("b-incoming", "sim")],
)
def test_a_request_may_name_only_its_own_senders_files(bucket: str, key: str) -> None:
    found = problem_of(2, "1.jpg", file(bucket, key), source="sim", bucket="b-incoming", limits=LIMITS)
    assert found is not None
    assert found.field == "media.2.object"


@pytest.mark.parametrize(
    "key", ["sim/../lain/1", "sim/./1", "sim//1", "sim/", "sim/" + "x" * 256, "sim" + ("/" + "é" * 80) * 12]
)
def test_a_key_that_no_object_can_have_is_answered_and_not_looked_up_for_ever(key: str) -> None:
    found = problem_of(0, "1.jpg", file(key=key), source="sim", bucket="b-incoming", limits=LIMITS)
    assert found is not None
    assert found.message.endswith(".")


def test_a_file_in_its_place_is_looked_into() -> None:
    assert problem_of(0, "1.jpg", file(), source="sim", bucket="b-incoming", limits=LIMITS) is None


@pytest.mark.parametrize("path", ["/beranda", "/bahan/baru?x=1", "/"])
def test_after_log_in_one_goes_on_to_a_page_of_ours(path: str) -> None:
    assert LOCAL.fullmatch(path)


@pytest.mark.parametrize(
    "path", ["//a.id", "/\\a.id", "https://a.id", "", "beranda", "/\t/a.id", "/a\n", "/ a", "/a\\b"]
)
def test_after_log_in_one_goes_nowhere_else(path: str) -> None:
    assert LOCAL.fullmatch(path) is None


@pytest.mark.parametrize("name", ["", "Sim", "_staf", "a/b", "x" * 64, "a\n"])
async def test_a_source_cannot_be_named_so_that_its_files_lie_elsewhere(name: str) -> None:
    with pytest.raises(BadName):
        await add(None, name, ["perumahan"], now=NOON)  # pyright: ignore[reportArgumentType]
