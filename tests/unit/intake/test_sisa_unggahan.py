"""What in the incoming bucket may go, and how sentences about uploads are worded."""

from datetime import timedelta

import pytest

from services.intake.files.leftovers import kept_for, may_go
from services.intake.files.limits import DayLimit, PartsMissing, check_parts, listed
from shared.media.multipart import part_sizes

STAFF, SYSTEM, HELD = "_staf/1", "sim-rutilahu/1", "_karantina/1"

# key, state of its upload, in parts, after so many hours it may go (None: never)
KEPT: list[tuple[str, str | None, bool, float | None]] = [
    (STAFF, "open", False, 24),
    (STAFF, "open", True, 24),
    (STAFF, "complete", False, 7 * 24),
    (STAFF, "complete", True, 7 * 24),
    (STAFF, None, False, 24),
    (STAFF, None, True, 24),
    (STAFF, "swept", False, 0),
    (SYSTEM, "open", False, 90 * 24),
    (SYSTEM, "open", True, 24),
    (SYSTEM, "complete", False, 90 * 24),
    (SYSTEM, "complete", True, 90 * 24),
    (SYSTEM, None, False, 90 * 24),
    (SYSTEM, None, True, 24),
    (SYSTEM, "swept", True, 0),
    ("_staffel/1", None, False, 90 * 24),
    (HELD, None, False, None),
    (HELD, "open", True, None),
    (HELD, "swept", False, None),
]


@pytest.mark.parametrize(("key", "state", "in_parts", "hours"), KEPT)
def test_what_ended_nowhere_goes_after_its_time_and_what_is_needed_never(
    key: str, state: str | None, in_parts: bool, hours: float | None
) -> None:
    kept = kept_for(key, state, in_parts=in_parts)
    assert kept == (None if hours is None else timedelta(hours=hours))
    for age in (timedelta(0), timedelta(hours=hours or 0), timedelta(days=3_650)):
        assert not may_go(key, age, state, referenced=True, in_parts=in_parts)
        expected = hours is not None and age >= timedelta(hours=hours)
        assert may_go(key, age, state, referenced=False, in_parts=in_parts) == expected


def test_nothing_goes_a_moment_before_its_time() -> None:
    almost = timedelta(days=1) - timedelta(microseconds=1)
    assert not may_go(STAFF, almost, "open", referenced=False)


@pytest.mark.parametrize(("numbers", "words"), [([], ""), ([3], "3"), ([1, 2], "1–2"), ([1, 3, 4, 5, 9], "1, 3–5, 9")])
def test_parts_are_named_as_people_do(numbers: list[int], words: str) -> None:
    assert listed(numbers) == words


@pytest.mark.parametrize(("size", "sizes"), [(1, [1]), (4, [4]), (5, [4, 1]), (8, [4, 4])])
def test_all_parts_but_the_last_are_of_one_size(size: int, sizes: list[int]) -> None:
    assert part_sizes(size, 4) == sizes


def test_parts_must_all_be_there_as_they_were_to_be() -> None:
    check_parts("a.mp4", [4, 4, 1], {1: 4, 2: 4, 3: 1})
    check_parts("a.mp4", [4, 4, 1], {1: 4, 2: 4, 3: 1, 4: 9})  # no URL was given for it, and it is not taken
    with pytest.raises(PartsMissing) as no:
        check_parts("a.mp4", [4, 4, 1], {1: 3, 3: 1})
    assert no.value.sentence == (
        "Berkas a.mp4 belum lengkap: bagian 2 belum ada; bagian 1 ukurannya berbeda. "
        "Kirim bagian itu, lalu selesaikan lagi."
    )


def test_the_limit_of_a_day_is_told_with_what_is_left() -> None:
    sentence = DayLimit(20_000_000_000, 19_500_000_000, 600_000_001).sentence
    assert "20000 MB" in sentence
    assert "sisanya hari ini 500 MB" in sentence
    assert "601 MB" in sentence
