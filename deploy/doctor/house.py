"""What a service needs of its own machine: settings, files, disk, time zones, and the service beside it."""

import importlib
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from pydantic import ValidationError

from deploy.doctor import Finding, Looking, look, well, wrong
from shared.office_files import sop_of, text_of, work_calendar_of
from shared.settings import ServiceSettings

SETUP = "Run ./setup: it adds what .env lacks, and changes nothing that is there."
FULL = 0.9


def settings_of(service: str) -> ServiceSettings | list[Finding]:
    """This service's settings as it reads them, or what is wrong with each."""
    module = importlib.import_module(f"services.{service}.settings")
    try:
        found: ServiceSettings = module.Settings()
    except ValidationError as e:
        return [
            wrong("settings", f"ALURWARTA_{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}", SETUP)
            for error in e.errors(include_input=False)
        ]
    return found


async def looked_at(settings: ServiceSettings, service: str, address: str) -> Looking:
    yield well("settings", "complete, and no placeholder")
    yield _rules(settings)
    for finding in (_calendar(settings), _zone(), _disk(Path("/tmp"))):  # noqa: S108  (what services write to)
        yield finding
    yield _https(settings)
    yield await _beside(service, address)


def _rules(settings: ServiceSettings) -> Finding:
    try:
        rules = sop_of(text_of(settings.sop_file), str(settings.sop_file))
    except (OSError, ValueError) as e:
        return wrong("SOP", str(e), "Mend the file; `alurwarta clock check` tells file and line.")
    return well("SOP", f"version {rules.version}")


def _calendar(settings: ServiceSettings) -> Finding:
    if settings.calendar_file is None:
        return well("calendar", "the wall's")
    try:
        found = work_calendar_of(text_of(settings.calendar_file), str(settings.calendar_file))
    except (OSError, ValueError) as e:
        return wrong("calendar", str(e), "Mend the file; `alurwarta clock check` tells file and line.")
    return well("calendar", f"{found.version}, until {found.days.last}")


def _zone() -> Finding:
    try:
        ZoneInfo("Asia/Jakarta")
    except ZoneInfoNotFoundError:
        return wrong("time zones", "there are no time zone data", "Build the image anew: tzdata belongs in it.")
    return well("time zones", "there")


def _disk(folder: Path) -> Finding:
    used = shutil.disk_usage(folder)
    share = used.used / used.total if used.total else 0.0
    told = f"{folder} is {share:.0%} full"
    if share > FULL:
        return look("disk", told, "Make room, or nothing more can be taken soon.")
    return well("disk", told)


def _https(settings: ServiceSettings) -> Finding:
    plain = [u for u in (settings.staff_url, settings.public_url) if u.startswith("http://") and not _is_here(u)]
    if plain:
        return look(
            "addresses",
            f"{', '.join(plain)}: passwords go over it unencrypted",
            "Put a certificate in front: README, Operate it.",
        )
    return well("addresses", f"{settings.staff_url}, {settings.public_url}")


def _is_here(url: str) -> bool:
    return httpx.URL(url).host in ("127.0.0.1", "localhost", "::1")


async def _beside(service: str, address: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.get(f"{address}/health/ready")
        said = answer.json()
        problems, lag = said.get("problems", []), said.get("lag", {})
    except (httpx.HTTPError, ValueError) as e:
        return look("service", f"{address}: {type(e).__name__}", f"Is {service} running (docker compose ps {service})?")
    if problems:
        return wrong("service", "; ".join(map(str, problems)), f"docker compose logs {service}")
    behind = {name: n for name, n in lag.items() if n}
    return well("service", f"ready, behind by {behind}" if behind else "ready, with nothing unread")
