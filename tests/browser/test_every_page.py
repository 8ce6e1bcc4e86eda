"""Every page that each role reaches by its links, on a phone and at a desk, with and without scripts."""

import re

import pytest

from tests.browser.site import Site
from tests.browser.tab import DESK, PHONE, UUID, Screen, Tab

# How many pages of one kind (such as one story each, in different states) are looked at.
OF_A_KIND = {True: 4, False: 1}
MOST = 80


def kind(path: str) -> str:
    """Pages of one template: their address without what differs from item to item."""
    return re.sub(r"\d+", "9", UUID.sub("x", re.sub(r"(/berita/)[^?/x][^?]*$", r"\1x", path.partition("?")[0])))


def is_download(path: str) -> bool:
    plain = path.partition("?")[0]
    return (
        plain.startswith(("/api/", "/aset/"))
        or plain.endswith((".xml", ".zip", ".pdf", ".csv", ".txt"))
        or "/laporan/" in plain
    )


async def walk(opened: Tab, starts: list[str], most_of_a_kind: int) -> list[str]:
    """Visit what is reached from `starts`; returns what is wrong, in words."""
    waiting, seen, kinds, wrong = list(starts), set(starts), dict[str, int](), list[str]()
    while waiting and sum(kinds.values()) < MOST:
        path = waiting.pop(0)
        if is_download(path) or kinds.get(kind(path), 0) >= most_of_a_kind:
            continue
        kinds[kind(path)] = kinds.get(kind(path), 0) + 1
        try:
            await opened.visit(path, f"{kind(path)} {kinds[kind(path)]}")
        except AssertionError as problem:
            wrong.append(str(problem))
        new = [link for link in await opened.links() if link not in seen]
        seen.update(new)
        waiting += new
    return wrong


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda s: s.name)
@pytest.mark.parametrize("who", ["bidang", "admin", "pimpinan", "pengawas", "operator"])
async def test_each_role_finds_nothing_wrong_on_any_page(site: Site, who: str, screen: Screen) -> None:
    async with site.tab(who, screen) as opened:
        wrong = await walk(opened, ["/beranda"], OF_A_KIND[screen.touched])
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("who", ["bidang", "admin", "pimpinan"])
async def test_pages_stand_without_scripts(site: Site, who: str) -> None:
    async with site.tab(who, PHONE, scripts=False) as opened:
        wrong = await walk(opened, ["/beranda"], 1)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("scripts", [True, False], ids=["skrip", "tanpa-skrip"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda s: s.name)
async def test_the_public_site_has_nothing_wrong(site: Site, screen: Screen, scripts: bool) -> None:
    async with site.tab("umum", screen, scripts=scripts) as opened:
        wrong = await walk(opened, ["/"], 3)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda s: s.name)
async def test_what_strangers_and_the_lost_see(site: Site, screen: Screen) -> None:
    async with site.tab("tamu", screen) as opened:
        await opened.visit("/masuk")
        await opened.visit("/beranda", "belum masuk")
    async with site.tab("admin", screen) as opened:
        for service in ("/bahan", "/meja/bahan", "/saring", "/terbit"):
            await opened.visit(f"{service}/00000000-0000-7000-8000-000000000000", status=404)
    async with site.tab("bidang", screen) as opened:
        await opened.visit("/meja", "tidak berwenang", status=403)
    async with site.tab("umum", screen) as opened:
        await opened.visit("/berita/tidak-ada", status=404)
        gone = site.scene.stories["taken-down"]
        assert gone
