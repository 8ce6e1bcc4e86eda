"""Files: uploaded straight to the store, verified before anything uses them, pictures made fit to be shown."""

import asyncio
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from services.intake import store_requests
from services.intake.files.lanes import LEASE
from services.intake.files.originals import Vault
from shared.events import IntakeAccepted, IntakeRefused, ReportMediaChecked, ReportReceived, ReportSupplemented
from shared.refusal import Transient
from tests.integration.intake.desk import Office
from tests.support.stack import HOUSE
from tests.unit.intake.samples import asked, hours, record, sent_back

TOPIC = "intake-requests.sim-rutilahu"


def photo(side: int = 64, *, exif: bool = True) -> bytes:
    picture, out = Image.new("RGB", (side, side * 2), "teal"), io.BytesIO()
    about = Image.Exif()
    if exif:
        about[0x0112], about[0x010E] = 6, "di rumah Bu Sari"
    picture.save(out, "JPEG", exif=about)
    return out.getvalue()


async def named(desk: Office, data: bytes, **wrong: Any) -> dict[str, Any]:
    """A file of the source as its request names it, with something wrong about it where told."""
    up = await desk.upload("sim-rutilahu", data)
    return {"name": "kunci.jpg", "alt": "Kunci.", "object": up["object"] | wrong}


async def send(desk: Office, *files: dict[str, Any], request_id: str = "r-1", **more: Any) -> None:
    await desk.take(record(asked(media=files, **more), id=request_id, topic=TOPIC, offset=int(request_id[2:])))


async def request_state(desk: Office, request_id: str = "r-1") -> dict[str, Any]:
    return (await desk.call("sim-rutilahu", "GET", f"/api/v1/requests/{request_id}")).json()


async def test_a_request_with_files_is_accepted_once_they_are_verified(desk: Office) -> None:
    await desk.source()
    data = photo()
    await send(desk, await named(desk, data))
    assert await desk.emitted() == []
    assert (await request_state(desk))["state"] == "checking"
    await desk.look()
    (received,), (accepted,) = await desk.events(ReportReceived), await desk.events(IntakeAccepted)
    (file,) = received.media
    digest = hashlib.sha256(data).hexdigest()
    assert (file.state, file.alt, file.kind) == ("checking", "Kunci.", "image")
    assert (file.original.bucket, file.original.key) == (desk.vault.buckets.originals, digest)
    assert await desk.vault.store.hash_of(file.original.bucket, digest) == digest
    assert accepted.report == received.report
    assert (await request_state(desk))["report"] == str(received.report)
    (row,) = await desk.rows("SELECT body, envelope FROM requests")
    assert row["body"] is row["envelope"] is None
    assert [kind for _, kind in await desk.emitted()] == ["report.received", "intake.accepted", "report.media-checked"]


async def test_a_checked_picture_has_an_upright_rendition_without_metadata(desk: Office) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()))
    await desk.look()
    (checked,) = await desk.events(ReportMediaChecked)
    assert (checked.media.state, checked.media.placeholder[:23]) == ("accepted", "data:image/webp;base64,")
    assert [r.label for r in checked.media.renditions] == ["webp-128", "jpeg-128"]
    for copy in checked.media.renditions:
        assert (copy.bucket, copy.key) == (desk.vault.buckets.renditions, f"intake/{copy.sha256}")
        assert (copy.width, copy.height) == (128, 64)
        made = await desk.vault.store.read(copy.bucket, copy.key)
        assert hashlib.sha256(made).hexdigest() == copy.sha256
        with Image.open(io.BytesIO(made)) as picture:
            assert not picture.getexif()


@pytest.mark.parametrize(
    "wrong",
    [{"sha256": "b" * 64}, {"size": 1}, {"key": "sim-rutilahu/tidak-ada"}, {"key": "lain/1"}, {"bucket": "milik-lain"}],
    ids=["other bytes", "other size", "not there", "another sender's", "another bucket"],
)  # fmt: skip
async def test_a_file_that_is_not_as_declared_refuses_the_request_with_a_sentence(
    desk: Office, wrong: dict[str, Any]
) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()), await named(desk, photo(), **wrong))
    await desk.look()
    (refused,) = await desk.events(IntakeRefused)
    (problem,) = refused.problems
    assert problem.field == "media.1.object"
    assert problem.message.endswith(".")
    assert await desk.events(ReportReceived) == []
    state = await request_state(desk)
    assert (state["state"], state["problems"][0]["message"]) == ("refused", problem.message)
    assert await desk.letters() == []


class Away:
    """An object store that does not answer for a while."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    async def stat(self, bucket: str, key: str) -> None:
        raise Transient("the object store is away")


async def test_while_the_store_is_away_nothing_is_refused_and_later_all_goes_on(desk: Office) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()))
    vault = desk.vault
    desk.app.state.vault = Vault(Away(vault), vault.buckets, vault.limits)  # pyright: ignore[reportArgumentType]
    await desk.look()
    assert (await request_state(desk))["state"] == "checking"
    desk.app.state.vault = vault
    await desk.look()
    assert await desk.emitted() == []  # not before its time
    desk.at = hours(1)
    await desk.look()
    assert (await request_state(desk))["state"] == "accepted"


async def test_two_workers_answer_a_request_once(desk: Office) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()))
    checks = desk.request_checks
    taken = [await store_requests.take(desk.desk.db, at=hours(n), lease=LEASE, limit=9, long=False) for n in range(2)]
    (first,), (second,) = taken  # the lease of the first ended while it was at work
    await asyncio.gather(checks.one(first), checks.one(second))
    assert len(await desk.events(ReportReceived)) == 1


async def test_a_file_that_is_no_picture_is_refused_by_itself_and_the_report_goes_on(desk: Office) -> None:
    await desk.source()
    await send(desk, await named(desk, photo()), await named(desk, b"not a picture at all"))
    await desk.look()
    checked = {c.media.state: c.media for c in await desk.events(ReportMediaChecked)}
    assert set(checked) == {"accepted", "refused"}
    assert checked["refused"].reason.endswith(".")
    (received,) = await desk.events(ReportReceived)
    assert await desk.state(received.report) == "received"


async def test_a_document_is_accepted_with_a_copy_that_may_be_shown_and_its_text(desk: Office) -> None:
    minutes = (HOUSE / "deploy" / "embedded" / "samples" / "notulen.pdf").read_bytes()
    up = await desk.upload("dewi", minutes, "notulen.pdf", "application/pdf")
    await report_of(desk, {"upload": up["id"], "sha256": up["sha256"]})
    await desk.look()
    (checked,) = await desk.events(ReportMediaChecked)
    assert (checked.media.state, checked.media.kind) == ("accepted", "document"), checked.media.reason
    assert {r.label for r in checked.media.renditions} == {"pdf", "preview-webp", "preview-jpeg", "text"}


async def report_of(desk: Office, *files: dict[str, Any], who: str = "dewi") -> Any:
    facts = {"title": "Serah terima", "text": "40 rumah.", "happened_at": "2026-11-23", "media": files}
    return await desk.call(who, "POST", "/api/v1/reports", json=facts)


async def test_a_persons_report_is_received_at_once_and_its_files_are_checked_after(desk: Office) -> None:
    up = await desk.upload("dewi", photo())
    answer = await report_of(desk, {"upload": up["id"], "sha256": up["sha256"], "alt": "Kunci."})
    assert answer.status_code == 201, answer.text
    (received,) = await desk.events(ReportReceived)
    (file,) = received.media
    assert (file.state, file.name, file.original.key) == ("checking", "kunci.jpg", up["sha256"])
    early = await desk.call("dewi", "GET", f"/api/v1/media/{file.id}")
    assert early.json()["title"] == "still-checking"
    await desk.look()
    assert [c.media.state for c in await desk.events(ReportMediaChecked)] == ["accepted"]
    for path in (f"/api/v1/media/{file.id}", f"/api/v1/media/{file.id}?rendition=web"):
        found = await desk.call("dewi", "GET", path)
        assert found.status_code == 303
        assert "X-Amz-Signature" in found.headers["location"]
        assert (await desk.call("agus", "GET", path)).status_code == 404
    assert (await desk.call("bambang", "GET", f"/api/v1/media/{file.id}")).status_code == 303
    assert (await desk.call("dewi", "GET", f"/api/v1/media/{file.id}?rendition=kartu")).status_code == 404


async def test_a_file_replaced_after_its_upload_is_refused(desk: Office) -> None:
    up = await desk.upload("dewi", photo())
    await report_of(desk, {"upload": up["id"], "sha256": up["sha256"]})
    other = bytes(reversed(photo()))
    await desk.vault.store.put(desk.vault.buckets.incoming, up["object"]["key"], other, "image/jpeg")
    await desk.look()
    (checked,) = await desk.events(ReportMediaChecked)
    assert (checked.media.state, checked.media.renditions) == ("refused", ())


async def test_an_upload_of_another_or_unfinished_cannot_be_attached(desk: Office) -> None:
    up = await desk.upload("agus", photo())
    answer = await report_of(desk, {"upload": up["id"], "sha256": up["sha256"]})
    assert (answer.status_code, answer.json()["title"]) == (422, "upload-incomplete")
    form = await desk.call(
        "dewi", "POST", "/api/v1/uploads", json={"name": "a.jpg", "content_type": "image/jpeg", "size": 7}
    )
    answer = await report_of(desk, {"upload": form.json()["id"], "sha256": "a" * 64})
    assert answer.json()["title"] == "upload-incomplete"
    done = await desk.call("dewi", "POST", f"/api/v1/uploads/{form.json()['id']}/complete", json={"sha256": "a" * 64})
    assert done.json()["title"] == "upload-incomplete"
    assert await desk.emitted() == []


@pytest.mark.parametrize(
    ("content_type", "size"), [("application/x-msdownload", 7), ("image/jpeg", 60_000_000), ("image/svg+xml", 7)]
)
async def test_no_form_is_given_for_a_file_that_is_not_taken(desk: Office, content_type: str, size: int) -> None:
    answer = await desk.call(
        "dewi", "POST", "/api/v1/uploads", json={"name": "a", "content_type": content_type, "size": size}
    )
    assert (answer.status_code, answer.json()["title"]) == (422, "file-not-taken")


async def test_files_may_come_with_the_answer_to_a_report_sent_back(desk: Office) -> None:
    await desk.source()
    await desk.take(record(asked(), id="r-1", topic=TOPIC, offset=1))
    (received,) = await desk.events(ReportReceived)
    await desk.hear(sent_back(received.report))
    desk.at = hours(2)
    file = await named(desk, photo())
    await desk.take(
        record(asked(media=(file,), supplements=received.report), id="r-2", topic=TOPIC, offset=2, at=hours(2))
    )
    await desk.look()
    (added,) = await desk.events(ReportSupplemented)
    assert (added.cycle, [m.state for m in added.media]) == (2, ["checking"])
    assert [c.media.state for c in await desk.events(ReportMediaChecked)] == ["accepted"]
    assert [a.request_id for a in await desk.events(IntakeAccepted)] == ["r-1", "r-2"]


async def test_a_request_that_grows_beyond_what_an_event_carries_is_refused_with_a_sentence(desk: Office) -> None:
    await desk.source()
    file = await named(desk, photo(exif=False))
    words = dict.fromkeys(("alt", "caption", "credit", "consent_note"), "a" * 4_000)
    await send(desk, *[file | words] * 55)  # 890 kB: the broker takes the request, and not the event made of it
    await desk.look()
    (refused,) = await desk.events(IntakeRefused)
    assert "900 kB" in refused.problems[0].message
    assert (await request_state(desk))["state"] == "refused"
    assert await desk.events(ReportReceived) == []
