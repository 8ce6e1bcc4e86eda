"""A file that was erased for good (UU PDP): nothing of it is left before the leader but the place where it was."""

from uuid import uuid4

import pytest

from shared.events import StoryApproved
from tests.integration.review.desk import Office
from tests.integration.review.test_crossings import ERASED
from tests.unit.review.samples import content, submitted

TINY = "data:image/webp;base64,UklGRg=="


@pytest.mark.parametrize("erased_first", [False, True], ids=["submitted-first", "erased-first"])
async def test_an_erased_file_is_emptied_in_the_stored_version_and_its_hash_stays(
    desk: Office, erased_first: bool
) -> None:
    before = content()
    media = before.media[0].model_copy(update={"alt": "Bu Sari", "name": "Bu Sari.jpg", "placeholder": TINY})
    event = submitted(uuid4(), content=before.model_copy(update={"media": (media, *before.media[1:])}))
    erased = ERASED.model_copy(update={"media": media.id, "renditions": tuple(r.sha256 for r in media.renditions)})
    await desk.hear(*((erased, event) if erased_first else (event, erased)))
    (row,) = await desk.rows("SELECT content::text AS content, content_sha256 FROM review.reviews")
    assert row["content_sha256"] == event.content_sha256
    for trace in ("Sari", TINY, media.renditions[0].sha256):
        assert trace not in row["content"]
    shown = (await desk.call("bambang", "GET", f"/saring/{event.story}", headers={"Accept": "text/html"})).text
    assert "sudah dihapus permanen" in shown
    assert "Sari" not in shown
    told = (await desk.call("bambang", "GET", f"/api/v1/reviews/{event.story}")).json()
    assert told["content"]["media"][0]["renditions"] == []
    decision = {"version": 1, "content_sha256": event.content_sha256, "decision": "approved"}
    answer = await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=decision)
    assert answer.status_code == 201
    (approved,) = await desk.events(StoryApproved)
    assert approved.content_sha256 == event.content_sha256
    assert approved.content.media[0].renditions == ()
    assert "Sari" not in approved.model_dump_json()


async def test_erased_captions_are_not_reached_through_their_video(desk: Office) -> None:
    before = content(bucket=desk.stack.buckets.renditions)
    first = before.media[0]
    captions = first.renditions[0].model_copy(
        update={"label": "captions", "content_type": "text/vtt", "sha256": "d" * 64}
    )
    video = first.model_copy(update={"kind": "video", "renditions": (*first.renditions, captions)})
    event = submitted(uuid4(), content=before.model_copy(update={"media": (video,)}))
    await desk.hear(event, ERASED.model_copy(update={"media": uuid4(), "renditions": ("d" * 64,)}))
    path = f"/api/v1/reviews/{event.story}/media"
    assert (await desk.call("tono", "GET", f"{path}/{'d' * 64}")).status_code == 404
    assert (await desk.call("tono", "GET", f"{path}/{first.renditions[0].sha256}")).status_code == 303
