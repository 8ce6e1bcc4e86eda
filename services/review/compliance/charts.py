"""Compliance as pictures: SVG that says the same to who cannot see it, and not by colour alone. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape

from services.review.compliance.figures import STAGE_WORDS, Compliance
from services.review.compliance.words import period_words

WIDTH = 480
IN_TIME, LATE, OUTSIDE, INK, GRID = "#17643a", "#a3230f", "#8295a3", "#16212b", "#cfd8df"
ROW, BAR, TOP = 46, 18, 34
HIGH, FOOT, LEFT = 120, 22, 30


def stages(found: Compliance, *, font: str = "sans-serif") -> str:
    """Draw a bar per stage, as long as what closed: in time, late, outside hours."""
    most = max((line.figures.closed for line in found.stages), default=0) or 1
    parts, told = [_legend("tahap")], list[str]()
    for n, line in enumerate(found.stages):
        f, y = line.figures, TOP + n * ROW
        words = f"{STAGE_WORDS[line.stage]}: {_counted(f.in_time, f.late, f.outside_hours)}"
        told.append(words)
        parts.append(_text(0, y + 13, words))
        x = 0.0
        for count, fill in zip((f.in_time, f.late, f.outside_hours), _fills("tahap"), strict=True):
            width = count / most * WIDTH
            parts.append(_rect(x, y + 19, width, BAR, fill))
            x += width
        parts.append(f'<line x1="0" x2="{WIDTH}" y1="{y + 19 + BAR}" y2="{y + 19 + BAR}" stroke="{GRID}"/>')
    title = f"Tepat waktu dan terlambat per tahap, {period_words(found.scope.period)}"
    return _picture("tahap", title, "; ".join(told), TOP + len(found.stages) * ROW, parts, font)


def days(found: Compliance, *, font: str = "sans-serif") -> str:
    """Draw a column per date of the period, over all stages: in time, late, outside hours."""
    by_day = {day: counts for day, *counts in found.by_day()}
    period = found.scope.period
    most = max((sum(counts) for counts in by_day.values()), default=0) or 1
    step = (WIDTH - LEFT) / period.days
    floor = TOP + HIGH
    parts = [_legend("hari"), *_scale(most, floor)]
    for n in range(period.days):
        day = period.first + timedelta(days=n)
        parts += _column(by_day.get(day, ()), LEFT + n * step, step, most, floor)
        if n % max(1, period.days // 6) == 0:
            last = n == period.days - 1  # else the edge of the picture cuts it
            x, anchor = (WIDTH, "end") if last else (LEFT + n * step, "start")
            parts.append(_text(x, floor + 15, f"{day.day}/{day.month}", size=11, anchor=anchor))
    title = f"Yang selesai per tanggal, semua tahap, {period_words(period)}"
    return _picture("hari", title, _told(by_day), floor + FOOT, parts, font)


def _column(counts: Sequence[int], x: float, step: float, most: int, floor: float) -> list[str]:
    parts, y = list[str](), floor
    for count, fill in zip(counts, _fills("hari"), strict=False):
        height = count / most * HIGH
        y -= height
        parts.append(_rect(x + step * 0.12, y, step * 0.76, height, fill))
    return parts


def _scale(most: int, floor: float) -> list[str]:
    parts: list[str] = []
    for share in sorted({0, most // 2, most}):
        y = floor - share / most * HIGH
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{_n(y)}" y2="{_n(y)}" stroke="{GRID}"/>')
        parts.append(_text(LEFT - 4, y + 4, str(share), size=11, anchor="end"))
    return parts


def _legend(name: str) -> str:
    items = zip((0, 130, 250), ("tepat waktu", "terlambat", "di luar jam kerja"), _fills(name), strict=True)
    return "".join(_rect(x, 4, 14, 14, fill) + _text(x + 20, 16, words) for x, words, fill in items)


def _fills(name: str) -> tuple[str, str, str]:
    return IN_TIME, f"url(#{name}-terlambat)", f"url(#{name}-luar)"


def _patterns(name: str) -> str:
    """Late is striped and outside hours dotted: they differ in black and white too."""
    box = 'width="6" height="6" patternUnits="userSpaceOnUse"'
    return (
        f'<defs><pattern id="{name}-terlambat" {box}><rect width="6" height="6" fill="#fbe3df"/>'
        f'<path d="M-1 5L1 7M-1 -1L7 7M5 -1L7 1" stroke="{LATE}" stroke-width="2"/></pattern>'
        f'<pattern id="{name}-luar" {box}><rect width="6" height="6" fill="#fff"/>'
        f'<circle cx="3" cy="3" r="1.4" fill="{OUTSIDE}"/></pattern></defs>'
    )


def _picture(name: str, title: str, told: str, height: float, parts: Iterable[str], font: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" width="{WIDTH}" '
        f'height="{_n(height)}" role="img" aria-labelledby="{name}-judul {name}-isi" font-family="{font}">'
        f'<title id="{name}-judul">{escape(title)}</title><desc id="{name}-isi">{escape(told)}</desc>'
        f"{_patterns(name)}{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, words: str, *, size: int = 13, anchor: str = "start") -> str:
    where = f'x="{_n(x)}" y="{_n(y)}" font-size="{size}" text-anchor="{anchor}" fill="{INK}"'
    return f"<text {where}>{escape(words)}</text>"


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    if not width or not height:
        return ""
    edge = "" if fill.startswith("#") else f' stroke="{LATE if "terlambat" in fill else OUTSIDE}"'
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"{edge}/>'


def _counted(in_time: int, late: int, outside: int) -> str:
    return f"{in_time} tepat waktu, {late} terlambat" + (f", {outside} di luar jam kerja" if outside else "")


def _told(by_day: dict[date, list[int]]) -> str:
    listed = [f"{day.day}/{day.month}: {_counted(*counts)}" for day, counts in by_day.items()]
    return "; ".join(listed) or "Tidak ada yang selesai."


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
