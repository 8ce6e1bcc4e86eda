"""What is wrong with a page as it stands: for people who hear it, who see little, who touch, who press keys."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOUCH = 44  # CSS pixels, WCAG 2.2 target size (enhanced), by which thumbs are safe

RUN = """async (tags) => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags}, rules: {"target-size": {enabled: true}}, resultTypes: ["violations"],
  });
  const where = (n) => `    ${n.target.join(" ")}\\n      ${n.html.slice(0, 200)}\\n      ${n.failureSummary}`;
  return found.violations.map(
    (v) => [`${v.id} (${v.impact}): ${v.help}`, ...v.nodes.slice(0, 4).map(where)].join("\\n"));
}"""

# What reaches beyond the right edge, and is not inside something that scrolls by itself.
WIDE = """(width) => {
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (e) => { for (; e; e = e.parentElement)
    if (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)) return true; return false; };
  const wide = [...document.querySelectorAll("body *")].filter(
    (e) => e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement));
  const names = wide.slice(0, 5).map((e) => `${e.tagName.toLowerCase()}.${e.className}: ${e.outerHTML.slice(0, 120)}`);
  return [`${document.documentElement.scrollWidth} px wide on ${width}`, ...names];
}"""

# Controls too small for a thumb. Links inside a sentence are as high as their line, which WCAG excepts.
SMALL = """(least) => [...document.querySelectorAll(
  "button, summary, select, textarea, input:not([type=hidden]), nav a, a.button, [role=button], [role=tab]"
)].filter((e) => {
  const label = e.closest("label") || (e.labels && e.labels[0]);
  const boxes = [e, label && /checkbox|radio/.test(e.type) ? label : null].filter(Boolean)
    .map((x) => x.getBoundingClientRect());
  return e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) && boxes[0].width
    && getComputedStyle(e).position !== "absolute"
    && !boxes.some((b) => b.height >= least - 0.5 && b.width >= 24);
}).slice(0, 8).map((e) => {
  const b = e.getBoundingClientRect();
  return `${Math.round(b.width)}×${Math.round(b.height)} ${e.outerHTML.slice(0, 120)}`;
})"""


@cache
def _axe() -> str:
    return AXE.read_text()


async def axe(page: Page) -> list[str]:
    """Every violation of WCAG 2.2 AA and of best practice that axe-core finds, in words."""
    await page.evaluate(_axe())
    return await page.evaluate(RUN, TAGS)


async def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    size: Any = page.viewport_size
    return await page.evaluate(WIDE, size["width"])


async def too_small(page: Page) -> list[str]:
    """Controls that a thumb misses."""
    return await page.evaluate(SMALL, TOUCH)
