"""Draws the PNG icons of the web manifest from ikon.svg: `uv run python -m deploy.icons.make`. Needs a Chromium."""

import shutil
from pathlib import Path

import shared

STATIC = Path(shared.__file__).parent / "static"
WHOLE, SAFE = 1.0, 0.7  # of a maskable icon the outer fifth may be cut off
DRAWN = (("ikon-192.png", 192, WHOLE), ("ikon-512.png", 512, WHOLE), ("ikon-penuh-512.png", 512, SAFE))


def page(size: int, part: float) -> str:
    """One icon as a page; where only a part is safe, its ground goes to the edge."""
    picture = (STATIC / "ikon.svg").read_text(encoding="utf-8")
    ground = "#0b4f6c" if part < 1 else "transparent"
    inner, edge = round(size * part), round(size * (1 - part) / 2)
    return (
        f"<body style='margin:0;background:{ground}'><div style='width:{inner}px;height:{inner}px;margin:{edge}px'>"
        f"{picture}</div>"
    )


def main() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"))
        for name, size, part in DRAWN:
            tab = browser.new_page(viewport={"width": size, "height": size})
            tab.set_content(page(size, part))
            tab.screenshot(path=STATIC / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
