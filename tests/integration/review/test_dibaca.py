"""What is new to a leader: each sees by words what changed since the Version that they read last."""

from uuid import uuid4

from shared.content import Paragraph, Span
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import HTML, send
from tests.integration.review.test_putusan import exact, page, story, way
from tests.unit.review.samples import hours, submitted


async def test_the_immediate_lane_comes_first_whatever_its_time(desk: Office) -> None:
    old = submitted(uuid4(), content=story("Biasa.", title="Biasa"))
    fast = submitted(uuid4(), content=story("Segera.", title="Segera"), at=hours(1.4), urgency="immediate")
    await desk.hear(old, fast)
    shown = await page(desk, "bambang", "/saring")
    assert shown.index("Segera</a>") < shown.index("Biasa</a>")


async def test_the_queue_says_what_is_new_to_this_leader_alone(desk: Office) -> None:
    first = submitted(uuid4(), content=story("Satu."))
    await desk.hear(first)
    assert '<span class="tag baru">baru</span>' in await page(desk, "bambang", "/saring")
    await page(desk, "bambang", f"/saring/{first.story}")
    assert "sudah Anda buka" in await page(desk, "bambang", "/saring")
    assert '<span class="tag baru">baru</span>' in await page(desk, "kadis", "/saring")
    await desk.hear(submitted(first.story, 2, at=hours(1), content=story("Dua.")))
    assert "diubah sejak versi 1" in await page(desk, "bambang", "/saring")


async def test_what_changed_since_the_version_that_was_read_last_stands_before_the_story(desk: Office) -> None:
    one = submitted(uuid4(), content=story("Ada 40 rumah di Bekasi.", "Tetap."))
    await desk.hear(one)
    await page(desk, "bambang", f"/saring/{one.story}")
    await desk.hear(submitted(one.story, 2, at=hours(1), content=story("Ada 42 rumah di Bekasi.", "Tetap.")))
    await desk.hear(submitted(one.story, 3, at=hours(1.2), content=story("Ada 45 rumah di Bekasi.", "Tetap.")))
    for _ in range(2):  # opening it does not use it up
        shown = await page(desk, "bambang", f"/saring/{one.story}")
        assert "Yang berubah sejak versi 1, yang terakhir Anda baca" in shown
        assert "40<span" in shown
        assert "45<span" in shown
        assert shown.index("Yang berubah") < shown.index('class="story"')
    other = await page(desk, "kadis", f"/saring/{one.story}")
    assert "Yang berubah dari versi 2" in other
    chosen = await page(desk, "kadis", f"/saring/{one.story}?banding=1")
    assert "Yang berubah dari versi 1" in chosen
    assert "Yang berubah" not in await page(desk, "kadis", f"/saring/{one.story}?banding=7")
    assert "Yang berubah" not in await page(desk, "kadis", f"/saring/{one.story}?versi=1")


async def test_who_only_watches_leaves_no_trace_of_reading(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    await page(desk, "tono", f"/saring/{event.story}")
    assert not await desk.rows("SELECT FROM review.seen")
    await page(desk, "bambang", f"/saring/{event.story}")
    assert [r["account"] for r in await desk.rows("SELECT account FROM review.seen")] == ["bambang"]


async def test_from_one_that_waits_one_goes_to_the_next_and_back_and_after_the_decision_on(desk: Office) -> None:
    events = [submitted(uuid4(), at=hours(n / 10), content=story(f"Isi {n}.", title=f"Judul {n}")) for n in range(3)]
    await desk.hear(*events)
    shown = await page(desk, "bambang", f"/saring/{events[1].story}")
    assert "2 dari 3" in shown
    assert f'href="/saring/{events[0].story}" rel="prev"' in shown
    assert f'href="/saring/{events[2].story}" rel="next"' in shown
    await send(desk, "bambang", way(events[1].story), **exact(events[1], "approved"))
    after = await page(desk, "bambang", f"/saring/{events[1].story}")
    assert "Berikutnya yang menunggu" in after
    assert f'href="/saring/{events[0].story}"' in after


async def test_hostile_words_stand_as_they_were_written(desk: Office) -> None:
    hostile = '<script>alert(1)</script> "مرحبا" 🏘️ ' + "x" * 200
    before = story(hostile, title=hostile)
    after = before.model_copy(update={"body": (Paragraph(spans=(Span(text=hostile + " baru"),)),)})
    first = submitted(uuid4(), content=before)
    await desk.hear(first, submitted(first.story, 2, at=hours(1), content=after))
    for path in ("/saring", f"/saring/{first.story}", way(first.story, "putuskan?hasil=returned&versi=1")):
        shown = await page(desk, "bambang", path)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown
    assert (await desk.call("bambang", "GET", "/saring/bukan-nomor", headers=HTML)).status_code == 422
