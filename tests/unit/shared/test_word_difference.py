"""What changed between two texts: both can always be read from it, and it is as short as a person would put it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.word_difference import Effort, Run, Words, matches, words

TEXTS = st.text(alphabet="ab .,\nيé🏠", max_size=40)


def older(pieces: Words) -> str:
    return "".join(run.text for run in pieces if run.mark != "new")


def newer(pieces: Words) -> str:
    return "".join(run.text for run in pieces if run.mark != "gone")


def longest(before: str, after: str) -> int:
    """The length of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(after) + 1)
    for b in before:
        above, row = row, [0]
        for n, a in enumerate(after):
            row.append(above[n] + 1 if a == b else max(above[n + 1], row[n]))
    return row[-1]


@given(TEXTS, TEXTS, st.integers(0, 60))
def test_both_texts_can_be_read_from_the_difference_whatever_effort_was_left(
    before: str, after: str, left: int
) -> None:
    told = words(before, after, Effort(left))
    assert (older(told), newer(told)) == (before, after)
    assert all(a.mark != b.mark for a, b in pairwise(told))


@given(TEXTS, TEXTS)
def test_the_difference_is_the_shortest_there_is(before: str, after: str) -> None:
    found = matches(before, after, Effort())
    assert sum(m.length for m in found) == longest(before, after)
    for m in found:
        assert before[m.before : m.before + m.length] == after[m.after : m.after + m.length]


def test_a_word_put_in_is_told_alone() -> None:
    told = words("Dinas memperbaiki rumah.", "Dinas Perkimtan memperbaiki rumah.")
    assert told == (Run("same", "Dinas "), Run("new", "Perkimtan "), Run("same", "memperbaiki rumah."))


def test_a_figure_with_its_point_is_one_word() -> None:
    told = words("Sebanyak 1.250 rumah, pukul 07.30.", "Sebanyak 1.350 rumah, pukul 07.30.")
    assert [run for run in told if run.mark != "same"] == [Run("gone", "1.250"), Run("new", "1.350")]


def test_a_sentence_is_not_torn_apart_by_a_little_word_that_stayed() -> None:
    told = words("Wali kota meresmikan dan meninjau lokasi.", "Wali kota membuka dan mengunjungi lokasi.")
    assert Run("gone", "meresmikan dan meninjau") in told


def test_a_text_written_anew_is_told_as_two_texts() -> None:
    before, after = "Bantuan rumah disalurkan hari ini", "Pelatihan tukang dibuka minggu depan"
    assert words(before, after) == (Run("gone", before), Run("new", after))


def test_what_costs_too_much_to_compare_is_told_as_replaced() -> None:
    before, after = (" ".join(f"{kata}{n}" for n in range(20_000)) for kata in "ab")
    effort = Effort(50_000)
    assert words("Awal. " + before, "Awal. " + after, effort)[0].text == "Awal. " + before
    assert -50_000 < effort.left <= 0
    same = words(before + " x", before + " y", effort)
    assert [run.text for run in same if run.mark != "same"] == ["x", "y"]  # what begins or ends alike costs nothing
