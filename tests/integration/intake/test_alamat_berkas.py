"""Files named by their https address: fetched from allowed hosts on the open internet, and from nowhere else."""

import hashlib
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.intake.files.elsewhere import Elsewhere
from services.intake.files.fetching import Address, Fetcher, NotFetched, Resolve, is_public
from services.intake.files.limits import Limits
from services.intake.files.originals import Vault
from services.intake.files.requests import RequestChecks
from shared.events import IntakeRefused, ReportMediaChecked, ReportReceived
from shared.refusal import Transient
from tests.integration.intake.desk import Office
from tests.support.https_host import NAME, Answer, HttpsHost, https_host
from tests.support.stack import HOUSE
from tests.unit.intake.samples import asked, hours, record

PHOTO = (HOUSE / "deploy" / "embedded" / "samples" / "rumah.jpg").read_bytes()
MOST = 10_000_000


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HttpsHost]:
    with https_host(tmp_path) as made:
        made.answers["/foto.jpg"] = Answer(PHOTO, headers={"Content-Type": "image/jpeg"})
        yield made


def at(*addresses: str) -> Resolve:
    async def found(host: str, port: int) -> list[str]:
        return list(addresses)

    return found


def loopback(address: Address) -> bool:
    """The test's own host stands for the open internet."""
    return address == ipaddress.ip_address("127.0.0.1") or is_public(address)


def fetcher(host: HttpsHost, *more: str) -> Fetcher:
    return Fetcher(frozenset({f"{NAME}:{host.port}", *more}), loopback, at("127.0.0.1"), host.trusted)


async def test_a_file_on_an_allowed_host_is_fetched_and_hashed(host: HttpsHost, tmp_path: Path) -> None:
    found = await fetcher(host).fetch(host.url("/foto.jpg"), tmp_path / "f", most=MOST)
    assert (tmp_path / "f").read_bytes() == PHOTO
    assert (found.size, found.content_type) == (len(PHOTO), "image/jpeg")
    assert found.sha256 == hashlib.sha256(PHOTO).hexdigest()


@pytest.mark.parametrize(
    "url",
    ["http://{name}:{port}/foto.jpg", "https://lain.contoh.test/foto.jpg", "https://{name}/foto.jpg",
     "https://orang@{name}:{port}/foto.jpg", "https://{name}.jahat.test:{port}/foto.jpg", "https://[::1]:{port}/",
     "https://127.0.0.1:{port}/foto.jpg", "https://{name}:99999/", "file:///etc/passwd", "https://", "https://{name}:{port}\u3002x/"],
)  # fmt: skip
async def test_no_other_address_is_asked(host: HttpsHost, tmp_path: Path, url: str) -> None:
    with pytest.raises(NotFetched) as no:
        await fetcher(host).fetch(url.format(name=NAME, port=host.port), tmp_path / "f", most=MOST)
    assert str(no.value).endswith(".")
    assert host.asked == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["172.16.0.1"], ["192.168.1.1"], ["169.254.169.254"], ["100.64.0.1"], ["0.0.0.0"],
     ["::1"], ["fe80::1%eth0"], ["fd00::1"], ["::ffff:127.0.0.1"], ["2002:7f00:1::"], ["64:ff9b::a00:1"],
     ["224.0.0.1"], ["255.255.255.255"], ["93.184.216.34", "127.0.0.1"], []],
    ids=str,
)  # fmt: skip
async def test_a_name_that_leads_inside_the_house_is_not_followed(
    host: HttpsHost, tmp_path: Path, addresses: list[str]
) -> None:
    inside = Fetcher(frozenset({f"{NAME}:{host.port}"}), resolve=at(*addresses), tls=host.trusted)
    with pytest.raises(NotFetched):
        await inside.fetch(host.url("/foto.jpg"), tmp_path / "f", most=MOST)
    assert host.asked == []


@pytest.mark.parametrize(
    "to", ["https://127.0.0.1:{port}/rahasia", "http://{name}:{port}/foto.jpg", "https://lain.test/x", "/lagi", ""]
)
async def test_a_redirection_goes_only_where_the_first_address_might_go(
    host: HttpsHost, tmp_path: Path, to: str
) -> None:
    host.answers["/lagi"] = Answer(status=302, headers={"Location": to.format(name=NAME, port=host.port)})
    with pytest.raises(NotFetched):
        await fetcher(host).fetch(host.url("/lagi"), tmp_path / "f", most=MOST)
    assert set(host.asked) == {"/lagi"}
    assert len(host.asked) <= 4


async def test_a_redirection_on_the_same_host_is_followed(host: HttpsHost, tmp_path: Path) -> None:
    host.answers["/pindah"] = Answer(status=301, headers={"Location": "/foto.jpg"})
    assert (await fetcher(host).fetch(host.url("/pindah"), tmp_path / "f", most=MOST)).size == len(PHOTO)


@pytest.mark.parametrize("length", [True, False])
async def test_more_than_the_limit_is_not_taken_whatever_its_host_says(
    host: HttpsHost, tmp_path: Path, length: bool
) -> None:
    host.answers["/besar"] = Answer(b"x" * 3_000_000, length=length)
    with pytest.raises(NotFetched, match="2 MB"):
        await fetcher(host).fetch(host.url("/besar"), tmp_path / "f", most=2_000_000)
    assert (tmp_path / "f").stat().st_size <= 2_100_000 if (tmp_path / "f").exists() else True


async def test_a_host_that_is_away_is_tried_again_and_one_that_says_no_is_not(host: HttpsHost, tmp_path: Path) -> None:
    host.answers["/sibuk"] = Answer(status=503)
    with pytest.raises(Transient):
        await fetcher(host).fetch(host.url("/sibuk"), tmp_path / "f", most=MOST)
    with pytest.raises(NotFetched, match="404"):
        await fetcher(host).fetch(host.url("/tiada"), tmp_path / "f", most=MOST)
    away = Fetcher(frozenset({f"{NAME}:1"}), loopback, at("127.0.0.1"), host.trusted)
    with pytest.raises(Transient):
        await away.fetch(f"https://{NAME}:1/", tmp_path / "f", most=MOST)


async def test_a_host_without_a_valid_certificate_is_not_believed(host: HttpsHost, tmp_path: Path) -> None:
    strict = Fetcher(frozenset({f"{NAME}:{host.port}"}), loopback, at("127.0.0.1"))
    with pytest.raises(NotFetched, match="Sertifikat"):
        await strict.fetch(host.url("/foto.jpg"), tmp_path / "f", most=MOST)
    assert host.asked == []


async def send(desk: Office, host: HttpsHost, *files: dict[str, Any], rounds: int = 1) -> None:
    """A request of another system that names files by their addresses, looked at some times."""
    await desk.source()
    await desk.take(record(asked(media=files), id="r-1", topic="intake-requests.sim-rutilahu"))
    checks = RequestChecks(desk.desk, desk.vault, Elsewhere(desk.desk, desk.vault, fetcher(host)))
    for n in range(rounds):
        desk.at = hours(n * 2)
        await checks.lane(long=True).once()
    await desk.look()


async def test_a_report_may_name_a_file_by_its_address(desk: Office, host: HttpsHost) -> None:
    digest = hashlib.sha256(PHOTO).hexdigest()
    await send(desk, host, {"name": "rumah.jpg", "url": host.url("/foto.jpg"), "sha256": digest, "alt": "Rumah."})
    (received,) = await desk.events(ReportReceived)
    (file,) = received.media
    assert (file.original.sha256, file.original.key, file.alt) == (digest, digest, "Rumah.")
    (checked,) = await desk.events(ReportMediaChecked)
    assert checked.media.state == "accepted", checked.media.reason


@pytest.mark.parametrize(
    ("path", "more", "told"),
    [("/foto.jpg", {"sha256": "b" * 64}, "SHA-256"), ("/tiada.jpg", {}, "404"), ("/kosong.jpg", {}, "kosong"),
     ("/x.exe", {}, "tidak diterima")],
)  # fmt: skip
async def test_what_is_wrong_at_an_address_is_told_to_its_sender(
    desk: Office, host: HttpsHost, path: str, more: dict[str, Any], told: str
) -> None:
    host.answers |= {"/kosong.jpg": Answer(), "/x.exe": Answer(b"MZ")}
    await send(desk, host, {"name": path.removeprefix("/"), "url": host.url(path)} | more)
    (refused,) = await desk.events(IntakeRefused)
    (problem,) = refused.problems
    assert problem.field == "media.0.url"
    assert told in problem.message


async def test_a_host_that_stays_away_refuses_the_request_in_the_end(desk: Office, host: HttpsHost) -> None:
    host.answers["/sibuk.jpg"] = Answer(status=503)
    await send(desk, host, {"name": "sibuk.jpg", "url": host.url("/sibuk.jpg")}, rounds=3)
    assert await desk.events(IntakeRefused) == []
    checks = RequestChecks(desk.desk, desk.vault, Elsewhere(desk.desk, desk.vault, fetcher(host)))
    for n in range(3, 7):
        desk.at = hours(n * 2)
        await checks.lane(long=True).once()
    (refused,) = await desk.events(IntakeRefused)
    assert refused.problems[0].message.endswith(".")


async def test_nothing_is_fetched_where_the_office_allows_no_host(desk: Office, host: HttpsHost) -> None:
    await desk.source()
    file = {"name": "rumah.jpg", "url": host.url("/foto.jpg")}
    await desk.take(record(asked(media=[file]), id="r-1", topic="intake-requests.sim-rutilahu"))
    await desk.look()
    (refused,) = await desk.events(IntakeRefused)
    assert NAME in refused.problems[0].message
    assert host.asked == []


async def test_what_is_fetched_counts_for_what_its_sender_may_send_in_a_day(desk: Office, host: HttpsHost) -> None:
    vault = desk.vault
    desk.app.state.vault = Vault(vault.store, vault.buckets, Limits(unit_day=len(PHOTO) + 10))
    files = [{"name": f"{n}.jpg", "url": host.url("/foto.jpg")} for n in range(2)]
    await send(desk, host, *files)
    (refused,) = await desk.events(IntakeRefused)
    (problem,) = refused.problems
    assert problem.field == "media.1.url"
    assert "sehari" in problem.message
    assert len(await vault.store.keys(vault.buckets.incoming, "sim-rutilahu/")) == 1


async def test_a_file_is_fetched_once_however_often_its_request_is_looked_at(desk: Office, host: HttpsHost) -> None:
    host.answers["/sibuk.jpg"] = Answer(status=503)
    files = [{"name": f"{n}.jpg", "url": host.url(path)} for n, path in enumerate(("/foto.jpg", "/sibuk.jpg"))]
    await send(desk, host, *files, rounds=3)
    assert host.asked.count("/foto.jpg") == 1
    assert host.asked.count("/sibuk.jpg") == 3
