"""`./setup && docker compose up -d --build --wait` with the project's own files on a real engine, seen from outside."""

import hashlib
import json
import re
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from deploy.embedded.demo import SAMPLES, STAGES, Walk, password, people, samples, walk
from deploy.embedded.staff import until
from shared.media.store import Buckets
from shared.topics import SERVICES
from tests.compose.engine import engine
from tests.compose.project import ComposeFailed, Project, copied, living
from tests.support import networks

# The first time on a machine, engine, base image and stand-ins take many minutes.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(1800)]

SECRET_NAMES = re.compile(r"PASSWORD|SECRET|DSN")
SCRAPE_SECONDS = 60


@dataclass(frozen=True)
class Town:
    """A running installation and the report that was taken through it."""

    project: Project
    settings: dict[str, str]
    sample: dict[str, Any]
    walked: Walk

    def site(self, which: str) -> str:
        return self.settings[f"ALURWARTA_{which}_URL"]


@contextmanager
def ready(folder: Path) -> Generator[Project]:
    """An installation that is up, on an engine that may have to be made first."""
    engine()
    with living(copied(folder)) as project:
        yield project


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Town]:
    with networks.changing(), ready(tmp_path_factory.mktemp("compose")) as project:
        secret, sample = password(), next(s for s in samples() if s["media"][0]["name"] == "rumah.jpg")
        for account, name, capacity, role, unit in people():
            if unit in (None, sample["unit"]):
                project.add_account(account, secret, name=name, capacity=capacity, role=role, unit=unit)
        settings = project.settings()
        walked = await walk(settings["ALURWARTA_STAFF_URL"], sample, secret, lambda _: None)
        yield Town(project, settings, sample, walked)


async def test_a_report_with_a_photograph_becomes_a_page_that_a_stranger_can_read(town: Town) -> None:
    assert town.walked.readable
    assert town.walked.url.startswith(f"{town.site('PUBLIC')}/berita/")
    async with httpx.AsyncClient() as stranger:
        for path in ("/", "/umpan.xml"):
            assert town.walked.title in (await stranger.get(town.site("PUBLIC") + path)).text


async def test_its_picture_loads_from_the_media_address_without_what_the_camera_wrote(town: Town) -> None:
    async with httpx.AsyncClient() as stranger:
        page = await stranger.get(town.walked.url)
        pictures = re.findall(r'<img[^>]+src="(http[^"]+)"', page.text)
        assert pictures
        assert all(url.startswith(f"{town.site('MEDIA')}/{Buckets().public}/") for url in pictures)
        assert town.site("MEDIA") in page.headers["content-security-policy"]
        picture = await stranger.get(pictures[0])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert b"Exif" in (SAMPLES / "rumah.jpg").read_bytes()
    assert b"Exif" not in picture.content


async def test_prometheus_reaches_the_four_services(town: Town) -> None:
    async def all_up() -> set[str] | None:
        rows = town.project.prometheus('up{job="alurwarta"}==1')
        found = {row["metric"]["service"] for row in rows}
        return found if found == set(SERVICES) else None

    assert await until("four targets that are up", all_up, SCRAPE_SECONDS)


async def test_the_time_of_each_stage_is_in_prometheus(town: Town) -> None:
    expected = dict.fromkeys(STAGES, 1.0)

    async def closed() -> dict[str, float] | None:
        rows = town.project.prometheus('sum+by(stage,service)(alurwarta_closed_total{outcome="completed"})')
        found = {row["metric"]["stage"]: float(row["value"][1]) for row in rows}
        return found if found == expected else None

    assert await until("four closed clocks", closed, SCRAPE_SECONDS)


async def test_the_dead_mans_switch_reaches_alertmanager(town: Town) -> None:
    async def heard() -> set[str] | None:
        url = "http://127.0.0.1:9093/api/v2/alerts"
        answer = town.project.compose("exec", "-T", "alertmanager", "wget", "-q", "-O", "-", url)
        return {alert["labels"]["alertname"] for alert in json.loads(answer)} or None

    assert "Watchdog" in await until("an alert in Alertmanager", heard, SCRAPE_SECONDS)


async def test_no_event_was_set_aside_and_none_waits_to_be_sent(town: Town) -> None:
    async def quiet() -> bool | None:
        query = "sum+by(service)(alurwarta_outbox_depth)+%2B+sum+by(service)(alurwarta_dead_letters)"
        rows = town.project.prometheus(query)
        return {row["metric"]["service"]: row["value"][1] for row in rows} == dict.fromkeys(SERVICES, "0") or None

    assert await until("nothing that waits", quiet, SCRAPE_SECONDS)


async def test_the_private_buckets_are_refused_to_a_stranger(town: Town) -> None:
    original = hashlib.sha256((SAMPLES / "rumah.jpg").read_bytes()).hexdigest()
    buckets = Buckets()
    async with httpx.AsyncClient() as stranger:
        for bucket in (buckets.incoming, buckets.originals, buckets.renditions):
            for path in (f"/{bucket}/{original}", f"/{bucket}/", f"/{bucket}/?list-type=2"):
                assert (await stranger.get(town.site("MEDIA") + path)).status_code == 403, path
        assert (await stranger.put(f"{town.site('MEDIA')}/{buckets.public}/x", content=b"x")).status_code == 403
        assert (await stranger.get(f"{town.site('MEDIA')}/{buckets.public}/?list-type=2")).status_code == 403


async def test_what_is_for_operators_and_staff_is_not_shown_to_the_public(town: Town) -> None:
    async with httpx.AsyncClient() as stranger:
        for path in ("/terbit", "/metrics", "/health/ready", "/api/v1/publications", "/meja", "/masuk"):
            assert (await stranger.get(town.site("PUBLIC") + path)).status_code == 404, path
        for path in ("/metrics", "/health/ready"):
            assert (await stranger.get(town.site("STAFF") + path)).status_code == 404, path


async def test_only_the_gateway_publishes_ports_and_only_on_loopback(town: Town) -> None:
    published: dict[str, list[tuple[str, str]]] = {}
    for container in town.project.containers():
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        for bound in container["NetworkSettings"]["Ports"].values():
            published.setdefault(service, []).extend((b["HostIp"], b["HostPort"]) for b in bound or ())
    ports = [("127.0.0.1", town.settings[f"ALURWARTA_{name}_PORT"]) for name in ("STAFF", "PUBLIC", "MEDIA")]
    assert {service: sorted(bound) for service, bound in published.items() if bound} == {"gateway": sorted(ports)}


async def test_every_secret_comes_from_setup(town: Town) -> None:
    made = {value for name, value in town.settings.items() if SECRET_NAMES.search(name)}
    assert len(made) == 7
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in made)
    secrets = 0
    for container in town.project.containers():
        for line in container["Config"]["Env"]:
            name, _, value = line.partition("=")
            # The images have names of files of their own, which are not there.
            if value and SECRET_NAMES.search(name) and not name.endswith("_FILE"):
                secrets += 1
                assert any(secret in value for secret in made), name
    assert secrets >= len(made) - 1  # Grafana's is not used: it has no stand-in, so its profile stays off


async def test_without_setup_nothing_starts_and_the_operator_is_told_why(town: Town) -> None:
    env_file = town.project.folder / ".env"
    for name, value in town.settings.items():
        if SECRET_NAMES.search(name) or name == "KAFKA_CLUSTER_ID":
            other = env_file.with_suffix(".other")
            other.write_text(env_file.read_text().replace(f"{name}={value}\n", ""))
            with pytest.raises(ComposeFailed, match=rf"{name}.*run \./setup"):
                town.project.compose("--env-file", str(other), "config", "--quiet")


async def test_no_log_holds_a_secret(town: Town) -> None:
    async with httpx.AsyncClient() as stranger:
        await stranger.get(f"{town.site('MEDIA')}/{Buckets().originals}/x?X-Amz-Signature=5ec12e7")
    logs = town.project.compose("logs", "--no-color")
    assert all(re.search(rf"^{service}-1 ", logs, re.MULTILINE) for service in SERVICES)
    assert "5ec12e7" not in logs
    for name, value in town.settings.items():
        assert not SECRET_NAMES.search(name) or value not in logs, name


async def test_setup_and_up_again_change_nothing(town: Town) -> None:
    before = {c["Id"] for c in town.project.containers()}
    assert "nothing changed" in town.project.run("./setup")
    town.project.up()
    assert {c["Id"] for c in town.project.containers()} == before
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(town.walked.url)).status_code == 200
