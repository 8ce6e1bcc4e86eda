"""The routes as the services themselves hold them: nothing is listed by hand, so none can be left out."""

import importlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import SecretStr
from starlette.routing import Mount

from deploy.prepare import HOUSE
from shared import access
from shared.topics import SERVICES

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant

# Composed to be looked at and never run: nothing is connected to.
NOWHERE = {
    "postgres_dsn": SecretStr("postgresql://127.0.0.1:1/nowhere"),
    "kafka": "127.0.0.1:1",
    "s3_endpoint": "http://127.0.0.1:1",
    "s3_access_key": SecretStr("nobody"),
    "s3_secret_key": SecretStr("nothing"),
    "account_key": SecretStr(secrets.token_hex(32)),
    "channel_key": SecretStr(secrets.token_hex(32)),
    "sop_file": HOUSE / "deploy" / "sop.toml",
}


@dataclass(frozen=True, slots=True)
class ServedRoute:
    """One method of one path. `roles` is empty for the public ones alone, whose action is `public`."""

    service: str
    method: str
    path: str
    action: str
    roles: tuple[str, ...]


class NamesNoAction(Exception):
    """A route that says nothing of who may call it, or says two things."""


def compose(service: str) -> "FastAPI":
    """A service's app without a surrounding."""
    settings = importlib.import_module(f"services.{service}.settings").Settings
    return importlib.import_module(f"services.{service}.app").create_app(settings(**NOWHERE))


def served() -> list[ServedRoute]:
    """All routes by service, path and method. Raises NamesNoAction."""
    found = (
        route
        for service in SERVICES
        for context in iter_route_contexts(compose(service).routes)
        for route in _of(service, context)
    )
    return sorted(found, key=lambda r: (r.service, r.path, r.method))


def _of(service: str, context: RouteContext) -> Iterator[ServedRoute]:
    original = context.original_route
    if isinstance(original, Mount):  # stylesheets, scripts and pictures of the pages
        yield ServedRoute(service, "GET", f"{original.path}/{{path}}", access.PUBLIC, ())
        return
    if not isinstance(original, APIRoute) or context.path is None:
        raise NamesNoAction(f"{service}: {original!r} is served without a word on who may call it")
    said = set(named_by(context.dependant))
    if len(said) != 1:
        listed = ", ".join(sorted(action for action, _ in said)) or "nothing"
        raise NamesNoAction(f"{service}: {context.path} names {listed}: give it may(…), by_key(…) or public")
    action, roles = said.pop()
    for method in sorted(context.methods or ()):
        yield ServedRoute(service, method, context.path, action, roles)


def named_by(dependant: "Dependant") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The action and roles of each check that a route depends on, and of those on which these depend in turn."""
    action = getattr(dependant.call, "action", None)
    if action is not None:
        yield action, getattr(dependant.call, "roles")  # noqa: B009  (set beside it, by shared.web.named)
    for inner in dependant.dependencies:
        yield from named_by(inner)
