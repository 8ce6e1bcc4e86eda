"""Large files come in parts: cut off and resumed, each URL good for one thing alone, completed once, taken back."""

import asyncio
import hashlib
import random
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.files import uploads
from services.intake.files.passing import Given
from services.intake.forms import NewUpload
from shared.events import ReportReceived
from shared.media.multipart import part_sizes
from tests.integration.intake.desk import Office
from tests.unit.intake.samples import hours

PART = 5_500_000  # the store takes no smaller part, but the last
VIDEO = random.Random(5).randbytes(4 * PART + 700_000)
SHA256 = hashlib.sha256(VIDEO).hexdigest()
SIM = "sim-rutilahu"


@pytest.fixture
async def office(desk: Office) -> Office:
    """An office whose large files come in small parts."""
    limit(desk, part=PART)
    return desk


@pytest.fixture
async def store() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


def limit(desk: Office, *, lifetime: timedelta | None = None, **limits: int) -> None:
    vault = desk.vault
    desk.app.state.vault = replace(
        vault, limits=replace(vault.limits, **limits), form_lifetime=lifetime or vault.form_lifetime
    )


def about(size: int, name: str = "rekaman.mp4", kind: str = "video/mp4") -> dict[str, Any]:
    return {"name": name, "content_type": kind, "size": size}


async def begin(desk: Office, who: str = "dewi", file: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await desk.call(who, "POST", "/api/v1/uploads", json=file or about(len(VIDEO)))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def look(desk: Office, upload: str, who: str = "dewi", query: str = "") -> dict[str, Any]:
    answer = await desk.call(who, "GET", f"/api/v1/uploads/{upload}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def complete(desk: Office, upload: str, who: str = "dewi", sha256: str = SHA256) -> httpx.Response:
    return await desk.call(who, "POST", f"/api/v1/uploads/{upload}/complete", json={"sha256": sha256})


def piece(number: int) -> bytes:
    return VIDEO[(number - 1) * PART : number * PART]


async def send(store: httpx.AsyncClient, urls: Iterable[dict[str, Any]], numbers: Iterable[int]) -> None:
    by_number = {part["number"]: part["url"] for part in urls}
    for n in numbers:
        sent = await store.put(by_number[n], content=piece(n))
        assert sent.status_code == 200, sent.text


async def sent_whole(desk: Office, store: httpx.AsyncClient, who: str = "dewi") -> dict[str, Any]:
    given = await begin(desk, who)
    await send(store, given["parts"]["urls"], range(1, 6))
    return given


async def test_an_upload_cut_at_sixty_percent_goes_on_with_what_is_missing(
    office: Office, store: httpx.AsyncClient
) -> None:
    given = await begin(office)
    assert (given["parts"]["size"], given["parts"]["count"], len(given["parts"]["urls"])) == (PART, 5, 5)
    await send(store, given["parts"]["urls"], (1, 2, 3))
    office.at = hours(20)
    left = await look(office, given["id"])
    assert (left["state"], left["parts"]["done"]) == ("open", [1, 2, 3])
    assert [part["number"] for part in left["parts"]["urls"]] == [4, 5]
    await send(store, left["parts"]["urls"], (4, 5))
    assert (await look(office, given["id"]))["parts"]["urls"] == []
    done = await complete(office, given["id"])
    assert (done.status_code, done.json()["state"]) == (200, "checking")
    named = done.json()["object"]
    assert (named["key"], named["size"], named["content_type"]) == (given["key"], len(VIDEO), "video/mp4")
    assert await office.vault.store.hash_of(named["bucket"], named["key"]) == SHA256
    after = await look(office, given["id"])
    assert (after["state"], after["sha256"]) == ("complete", SHA256)


async def test_another_system_sends_large_files_in_the_same_way(office: Office, store: httpx.AsyncClient) -> None:
    await office.source()
    given = await sent_whole(office, store, SIM)
    assert given["key"].startswith(f"{SIM}/")
    assert (await complete(office, given["id"], SIM)).status_code == 200


async def test_urls_of_many_parts_come_a_hundred_at_a_time(office: Office) -> None:
    given = await begin(office, file=about(230 * PART))
    assert [p["number"] for p in given["parts"]["urls"]] == list(range(1, 101))
    later = await look(office, given["id"], query="?from=201")
    assert [p["number"] for p in later["parts"]["urls"]] == list(range(201, 231))


async def test_a_file_of_one_part_has_a_form_and_a_new_one_when_that_has_ended(
    office: Office, store: httpx.AsyncClient
) -> None:
    limit(office, lifetime=timedelta(seconds=1))
    given = await begin(office, file=about(PART, "kunci.jpg", "image/jpeg"))
    await asyncio.sleep(2.1)
    assert (await post(store, given, piece(1))).status_code == 403
    limit(office, lifetime=timedelta(hours=1))
    again = await look(office, given["id"])
    assert (again["state"], again["key"]) == ("open", given["key"])
    assert (await post(store, again, piece(1))).status_code == 204
    digest = hashlib.sha256(piece(1)).hexdigest()
    assert (await complete(office, given["id"], sha256=digest)).json()["state"] == "checking"


async def post(store: httpx.AsyncClient, given: dict[str, Any], data: bytes, **fields: str) -> httpx.Response:
    return await store.post(given["url"], data=given["fields"] | fields, files={"file": ("a", data)})


@pytest.mark.parametrize(
    ("fields", "size"),
    [({"key": "_staf/lain"}, 900), ({}, 901), ({}, 899), ({"Content-Type": "text/html"}, 900)],
    ids=["another key", "a larger file", "a smaller file", "another type"],
)
async def test_a_form_is_good_for_one_file_alone(
    office: Office, store: httpx.AsyncClient, fields: dict[str, str], size: int
) -> None:
    given = await begin(office, file=about(900, "kunci.jpg", "image/jpeg"))
    refused = await post(store, given, b"x" * size, **fields)
    assert refused.status_code in (400, 403), refused.text
    assert await office.vault.store.keys(office.vault.buckets.incoming, given["key"]) == []


# How a right request is made wrong: what is replaced in its URL, and by how many bytes its body is longer.
WRONG: dict[str, tuple[str, str, int]] = {
    "another part": ("partNumber=1&", "partNumber=2&", 0),
    "another key": ("/_staf/", "/_karantina/", 0),
    "a larger part": ("", "", 1),
    "a smaller part": ("", "", -1),
    "another lifetime": ("X-Amz-Expires=3600", "X-Amz-Expires=36000", 0),
    "less signed": ("content-length%3Bhost", "host", 1),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_url_is_good_for_one_part_of_one_size_alone(
    office: Office, store: httpx.AsyncClient, wrong: str
) -> None:
    given = await begin(office)
    right = given["parts"]["urls"][0]["url"]
    old, new, more = WRONG[wrong]
    assert old in right
    refused = await store.put(right.replace(old, new), content=VIDEO[: PART + more])
    assert refused.status_code == 403, refused.text
    assert (await look(office, given["id"]))["parts"]["done"] == []


async def test_a_part_without_its_length_is_refused(office: Office, store: httpx.AsyncClient) -> None:
    given = await begin(office)

    async def chunked() -> AsyncGenerator[bytes]:
        yield VIDEO[: PART + 1]

    refused = await store.put(given["parts"]["urls"][0]["url"], content=chunked())
    assert refused.status_code in (403, 411), refused.text


async def test_a_url_of_a_part_ends(office: Office, store: httpx.AsyncClient) -> None:
    limit(office, lifetime=timedelta(seconds=1))
    given = await begin(office)
    await asyncio.sleep(2.1)
    refused = await store.put(given["parts"]["urls"][0]["url"], content=piece(1))
    assert (refused.status_code, "expired" in refused.text) == (403, True)


async def test_what_has_not_come_is_named_and_can_still_come(office: Office, store: httpx.AsyncClient) -> None:
    given = await begin(office)
    await send(store, given["parts"]["urls"], (1, 3))
    refused = await complete(office, given["id"])
    assert (refused.status_code, refused.json()["title"]) == (422, "parts-missing")
    assert "rekaman.mp4 belum lengkap: bagian 2, 4–5 belum ada." in refused.json()["detail"]
    await send(store, given["parts"]["urls"], (2, 4, 5))
    assert (await complete(office, given["id"])).status_code == 200


async def test_a_part_of_a_wrong_size_is_named_and_sent_again(office: Office, store: httpx.AsyncClient) -> None:
    given = await begin(office)
    await send(store, given["parts"]["urls"], (1, 2, 4, 5))
    (row,) = await office.rows("SELECT key, parts_id FROM uploads")
    vault, sizes = office.vault, [(3, 7)]
    (forged,) = vault.store.multipart.urls(
        vault.buckets.incoming, row["key"], row["parts_id"], sizes, lifetime=timedelta(minutes=1)
    )
    assert (await store.put(forged.url, content=b"pendek.")).status_code == 200
    refused = await complete(office, given["id"])
    assert "bagian 3 ukurannya berbeda" in refused.json()["detail"]
    left = await look(office, given["id"])
    assert [part["number"] for part in left["parts"]["urls"]] == [3]
    await send(store, left["parts"]["urls"], (3,))
    assert (await complete(office, given["id"])).status_code == 200


async def test_to_complete_twice_or_two_at_once_is_to_complete_once(office: Office, store: httpx.AsyncClient) -> None:
    given = await sent_whole(office, store)
    both = await asyncio.gather(*(complete(office, given["id"]) for _ in range(4)))
    both.append(await complete(office, given["id"]))
    assert [(b.status_code, b.json()) for b in both] == [(200, both[0].json())] * 5
    other = await complete(office, given["id"], sha256="b" * 64)
    assert other.json()["title"] == "file-not-taken"


async def test_what_the_store_completed_before_our_answer_was_lost_is_complete(
    office: Office, store: httpx.AsyncClient
) -> None:
    given = await sent_whole(office, store)
    (row,) = await office.rows("SELECT key, parts_id FROM uploads")
    vault, place = office.vault, (office.vault.buckets.incoming, row["key"], row["parts_id"])
    await vault.store.multipart.complete(*place, await vault.store.multipart.parts(*place))
    found = await look(office, given["id"])
    assert (found["parts"]["done"], found["parts"]["urls"]) == ([1, 2, 3, 4, 5], [])
    assert (await complete(office, given["id"])).status_code == 200


async def test_an_upload_taken_back_leaves_nothing(office: Office, store: httpx.AsyncClient) -> None:
    vault = office.vault
    for whole in (False, True):
        given = await begin(office)
        await send(store, given["parts"]["urls"], range(1, 6) if whole else (1, 2))
        if whole:
            assert (await complete(office, given["id"])).status_code == 200
        assert (await office.call("agus", "DELETE", f"/api/v1/uploads/{given['id']}")).status_code == 404
        assert (await office.call("dewi", "DELETE", f"/api/v1/uploads/{given['id']}")).status_code == 204
        assert await vault.store.keys(vault.buckets.incoming, given["key"]) == []
        assert given["key"] not in {b.key for b in await vault.store.multipart.begun(vault.buckets.incoming)}
        assert (await office.call("dewi", "GET", f"/api/v1/uploads/{given['id']}")).status_code == 404
        assert (await complete(office, given["id"])).status_code == 404
        late = await store.put(given["parts"]["urls"][0]["url"], content=piece(1))
        assert late.status_code == 404
    assert await office.rows("SELECT FROM uploads") == []
    assert [row["bytes"] for row in await office.rows("SELECT bytes FROM upload_days")] == [0]


async def test_an_upload_in_use_cannot_be_taken_back(office: Office) -> None:
    up = await office.upload("dewi", b"%PDF-1.7 notulen", "notulen.pdf", "application/pdf")
    await report_of(office, {"upload": up["id"], "sha256": up["sha256"]})
    refused = await office.call("dewi", "DELETE", f"/api/v1/uploads/{up['id']}")
    assert (refused.status_code, refused.json()["title"]) == (422, "upload-in-use")
    assert await office.vault.store.hash_of(office.vault.buckets.incoming, up["object"]["key"]) == up["sha256"]


async def test_a_system_cannot_take_back_what_its_open_request_names(office: Office) -> None:
    await office.source()
    up = await office.upload(SIM, b"%PDF-1.7 notulen", "notulen.pdf", "application/pdf")
    facts = {
        "title": "A",
        "text": "B",
        "happened_at": "2026-11-23",
        "media": [{"name": "n.pdf", "object": up["object"]}],
    }
    sent = await office.call(SIM, "POST", "/api/v1/reports", json=facts, headers={"Idempotency-Key": "k"})
    assert sent.status_code == 202
    refused = await office.call(SIM, "DELETE", f"/api/v1/uploads/{up['id']}")
    assert refused.json()["title"] == "upload-in-use"


async def report_of(desk: Office, *files: dict[str, Any], who: str = "dewi") -> httpx.Response:
    facts = {"title": "Serah terima", "text": "40 rumah.", "happened_at": "2026-11-23", "media": files}
    return await desk.call(who, "POST", "/api/v1/reports", json=facts)


async def test_thirty_photographs_are_begun_in_one_request(office: Office, store: httpx.AsyncClient) -> None:
    files = [about(900 + n, f"{n}.jpg", "image/jpeg") for n in range(30)]
    files[7], files[9] = about(7, "x.exe", "application/x-msdownload"), about(2 * PART)
    answer = await office.call("dewi", "POST", "/api/v1/uploads", json={"files": files})
    assert answer.status_code == 201
    given = answer.json()["uploads"]
    assert len(given) == 30
    assert given[7]["problem"]["title"] == "file-not-taken"
    assert given[7]["problem"]["detail"].endswith(".")
    assert given[9]["parts"]["count"] == 2
    rows = {str(row["id"]): row["name"] for row in await office.rows("SELECT id, name FROM uploads")}
    assert [rows.get(g.get("id")) for g in given] == [None if n == 7 else f["name"] for n, f in enumerate(files)]
    assert (await post(store, given[3], b"x" * 903)).status_code == 204


@pytest.mark.parametrize("body", [{"files": []}, {"files": [about(1)] * 101}, {"files": 7}, [], about(-1), {}])
async def test_what_cannot_be_begun_says_why(office: Office, body: Any) -> None:
    answer = await office.call("dewi", "POST", "/api/v1/uploads", json=body)
    assert (answer.status_code, answer.json()["title"]) == (422, "invalid")
    assert await office.rows("SELECT FROM uploads") == []


async def test_a_unit_uploads_so_much_in_a_day_of_the_office(office: Office) -> None:
    limit(office, unit_day=10_000_000)
    await begin(office, file=about(4_000_000))
    refused = await office.call("dewi", "POST", "/api/v1/uploads", json=about(7_000_000))
    assert (refused.status_code, refused.json()["title"]) == (422, "day-limit")
    assert "paling banyak 10 MB; sisanya hari ini 6 MB" in refused.json()["detail"]
    (row,) = await office.rows("SELECT unit, bytes FROM upload_days")
    assert tuple(row) == ("perumahan", 4_000_000)
    await begin(office, "agus", about(9_000_000))  # another Bidang
    await begin(office, "rina", about(9_000_000))  # a person without one
    await office.source(SIM)
    await begin(office, SIM, about(9_000_000))
    assert (await office.call(SIM, "POST", "/api/v1/uploads", json=about(9_000_000))).json()["title"] == "day-limit"
    office.at = hours(10.9)  # 23:54 in Jakarta
    assert (await office.call("dewi", "POST", "/api/v1/uploads", json=about(7_000_000))).status_code == 422
    office.at = hours(11)
    await begin(office, file=about(7_000_000))


async def test_two_at_once_do_not_pass_the_limit_of_a_day_together(office: Office) -> None:
    limit(office, unit_day=10_000)
    await office.session("dewi")
    ten = await asyncio.gather(
        *(office.call("dewi", "POST", "/api/v1/uploads", json={"files": [about(1_000)] * 3}) for _ in range(10))
    )
    assert sorted(t.status_code for t in ten) == [201] * 3 + [422] * 7
    assert len(await office.rows("SELECT FROM uploads")) == 9


async def test_parts_begun_for_an_upload_that_is_refused_are_dropped(office: Office) -> None:
    store, bucket = office.vault.store.multipart, office.vault.buckets.incoming
    before = await store.begun(bucket)
    limit(office, unit_day=PART)
    refused = await office.call("dewi", "POST", "/api/v1/uploads", json=about(2 * PART))
    assert refused.json()["title"] == "day-limit"
    assert {b.upload for b in await store.begun(bucket)} <= {b.upload for b in before}
    assert await office.rows("SELECT FROM uploads") == []


async def test_a_file_made_from_another_names_one_that_its_sender_may_see(office: Office) -> None:
    of = {
        who: await office.upload(who, f"%PDF-1.7 {who}".encode(), "a.pdf", "application/pdf")
        for who in ("dewi", "agus")
    }
    for who, up in of.items():
        assert (await report_of(office, {"upload": up["id"], "sha256": up["sha256"]}, who=who)).status_code == 201
    made = await office.upload("dewi", b"%PDF-1.7 disunting", "sunting.pdf", "application/pdf")
    file = {"upload": made["id"], "sha256": made["sha256"], "shows": ["children"], "consent": "named"}
    for unknown in ("c" * 64, of["agus"]["sha256"]):
        refused = await report_of(office, file | {"derived_from": unknown})
        assert (refused.status_code, refused.json()["title"]) == (422, "unknown-origin")
        assert "tidak ditemukan" in refused.json()["detail"]
    sent = await report_of(office, file | {"derived_from": of["dewi"]["sha256"]})
    assert sent.status_code == 201, sent.text
    media = (await office.events(ReportReceived))[-1].media[0]
    assert (media.derived_from, media.shows) == (of["dewi"]["sha256"], ("children",))
    by_admin = await office.upload("rina", b"%PDF-1.7 admin", "admin.pdf", "application/pdf")
    facts = {"upload": by_admin["id"], "sha256": by_admin["sha256"], "derived_from": of["agus"]["sha256"]}
    body = {"title": "A", "text": "B", "happened_at": "2026-11-23", "unit": "perumahan", "media": [facts]}
    assert (await office.call("rina", "POST", "/api/v1/reports", json=body)).status_code == 201


async def test_the_steps_answer_each_file_in_order(office: Office) -> None:
    sender = uploads.Sender("dewi", "_staf", "perumahan")
    files = [NewUpload(**about(n)) for n in (0, 1, 0, 2)]
    given = await uploads.begin(office.desk, office.vault, sender, files)
    assert [g.upload.size if isinstance(g, Given) else None for g in given] == [None, 1, None, 2]
    assert part_sizes(10, 4) == [4, 4, 2]
