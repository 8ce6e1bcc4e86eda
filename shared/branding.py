"""The office's own name, logo and colour on every screen, and whether people can read what stands on that colour."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

HEX = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5  # WCAG 2.2, 1.4.3: text on its ground
WHITE, GROUND, DARK_PAPER = "#ffffff", "#f4f6f8", "#18222a"
DEFAULT_COLOUR = "#0b4f6c"
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
LOGO_MOST = 100 * 1024


class Unreadable(ValueError):
    """A colour on which, or in which, text could not be read."""


@dataclass(frozen=True, slots=True)
class Logo:
    body: bytes = field(repr=False)
    content_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Brand:
    """What `layout.html` shows. `css` is empty for the colour that the stylesheet has anyway."""

    name: str = "Alurwarta"
    short: str = "Alurwarta"
    notice: str = ""
    colour: str = DEFAULT_COLOUR
    logo: Logo | None = None

    @property
    def css(self) -> str:
        return "" if self.colour == DEFAULT_COLOUR else stylesheet(self.colour)

    @property
    def css_version(self) -> str:
        return hashlib.sha256(self.css.encode()).hexdigest()[:16]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21, of two colours `#rrggbb`."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str) -> str:
    """The colour, if text in it and on it can be read; raises Unreadable, which names the nearest that can."""
    if not HEX.fullmatch(colour):
        raise Unreadable("is no colour: write it as #rrggbb, e.g. #0b4f6c")
    found = contrast(colour, GROUND)
    if found < READABLE:
        nearest = _until_readable(colour, "#000000", GROUND)
        raise Unreadable(
            f"{colour} cannot be read on a light page: its contrast is {found:.2f} to 1 and must be {READABLE} to 1 "
            f"(WCAG 2.2 AA). The nearest darker one that can is {nearest}"
        )
    return colour.lower()


def stylesheet(colour: str) -> str:
    """The custom properties that give our stylesheet this colour, by day and by night."""
    dark, light = _mixed(colour, "#000000", 0.25), _until_readable(colour, WHITE, DARK_PAPER, least=6.0)
    day = f":root{{--brand:{colour};--brand-dark:{dark}}}"
    night = f":root{{--brand:{light};--brand-dark:{_mixed(light, WHITE, 0.25)}}}"
    return f"{day}@media screen and (prefers-color-scheme:dark){{{night}}}"


def read_logo(path: Path) -> Logo:
    """Raises ValueError for a file that is no picture that we serve, or is too large for every page to load."""
    kind = LOGO_TYPES.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"{path.name} is no {', '.join(LOGO_TYPES)} file")
    body = path.read_bytes()
    if len(body) > LOGO_MOST:
        raise ValueError(f"{path.name} has {len(body)} bytes; every page loads it: at most {LOGO_MOST}")
    return Logo(body, kind, hashlib.sha256(body).hexdigest()[:16])


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(colour: str, towards: str, share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(_parts(colour), _parts(towards), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _until_readable(colour: str, towards: str, ground: str, *, least: float = READABLE) -> str:
    """The first on the way from one colour to another that can be read on this ground."""
    steps = (_mixed(colour, towards, n / 100) for n in range(101))
    return next((step for step in steps if contrast(step, ground) >= least), towards)
