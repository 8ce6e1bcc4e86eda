"""How the figures of compliance read on the page, in the report and in the terminal. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from services.review.compliance.figures import STAGE_WORDS, Compliance, Figures, Period
from services.review.rulings import reason_words
from shared.calendar_words import duration_words
from shared.sop import Sop, Stage
from shared.words import MONTHS

NONE = "–"
OUTCOMES: Mapping[str, str] = MappingProxyType({
    "completed": "selesai", "returned": "dikembalikan", "sent-back": "dikembalikan ke Bidang",
    "declined": "tidak dimuat", "withheld": "diusulkan dikecualikan", "waived": "dikecualikan dari syarat",
})  # fmt: skip
# As the Admin's form names them; the leader's are services.review.rulings.REASONS.
SENT_BACK: Mapping[str, str] = MappingProxyType({
    "foto-kurang": "Foto belum ada atau belum cukup",
    "data-kurang-lengkap": "Data belum lengkap (apa, kapan, di mana, siapa)",
    "izin-foto": "Izin orang yang difoto belum jelas",
})  # fmt: skip


def percent(ratio: float | None) -> str:
    """Write a share: "87,5 %"; a dash where there is nothing to share."""
    return NONE if ratio is None else f"{ratio * 100:.1f} %".replace(".", ",")


def spent(seconds: int | None) -> str:
    """Write a duration to the second; a dash where nothing was measured."""
    return NONE if seconds is None else duration_words(seconds)


def date_words(day: date) -> str:
    """Write a date: "3 November 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def period_words(period: Period) -> str:
    """Write a whole month as "November 2026", any other period by its dates."""
    if period == Period.month(period.month_code):
        return f"{MONTHS[period.first.month - 1]} {period.first.year}"
    return f"{date_words(period.first)} sampai {date_words(period.last)}"


def unit_words(found: Compliance, sop: Sop) -> str:
    unit = found.scope.unit
    return sop.unit_words(unit) if unit else "Semua Bidang"


def stage_words(stage: Stage) -> str:
    return STAGE_WORDS[stage]


def return_words(code: str) -> str:
    """A reason for sending back, the Admin's or the leader's, as people read it."""
    return SENT_BACK.get(code) or reason_words(code)


def again_words(stage: Stage, cycle: int) -> str:
    """Name the pass through the stage as the timeline does; nothing for the first."""
    if cycle == 1 or stage == "publisher":
        return ""
    return f"pengajuan ke-{cycle}" if stage == "review" else f"perbaikan ke-{cycle - 1}"


def outcome_words(code: str) -> str:
    return OUTCOMES.get(code, code)


def first_pass_words(figures: Figures) -> str:
    """Write a first-pass rate with what it is of: "80,0 % (4 dari 5)"."""
    if not figures.first_pass_of:
        return NONE
    return f"{percent(figures.first_pass_rate)} ({figures.first_pass} dari {figures.first_pass_of})"


filters: dict[str, Callable[..., str]] = {
    "percent": percent, "spent": spent, "date_words": date_words, "stage": stage_words, "outcome": outcome_words,
    "first_pass": first_pass_words, "returned": return_words,
    "again": again_words,
}  # fmt: skip
