"""OpenAPI 3.1 of each service's whole JSON API, from its routes: for those who build on it, and for the fuzzer."""

from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from deploy.access.routes import compose, named_by
from services.intake.openapi import add_models
from shared import access

PROBLEM = "application/problem+json"
# What any route may answer, by whom it asks and what it does; what each says is in its own `detail`.
ASKS_WHO = {"401": "Nobody is logged in, or the key is unknown", "403": "The table of access does not grant this"}
CHANGES = {
    "409": "The item moved on meanwhile: nothing was changed",
    "413": "The body is longer than allowed",
    "400": "The body cannot be read at all",
    "404": "No such item, or none that the caller may know of",
}
ALWAYS = {
    "422": "What was sent is not right: `errors` names the fields",
    "429": "Too often: wait as long as `Retry-After` says",
    "503": "Something that is needed is away for a moment: try again",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def openapi(service: str) -> dict[str, Any]:
    """The document of one service: every route below /api, with each answer that it can give."""
    served = [c for c in iter_route_contexts(compose(service).routes) if (c.path or "").startswith("/api/")]
    asked = [c for c in served if isinstance(c.original_route, APIRoute) and c.include_in_schema]
    found = get_openapi(title=f"Alurwarta: {service}", version="1", routes=asked)
    for context in asked:
        for method in sorted(context.methods or ()):
            _tell_answers(found["paths"][context.path_format][method.lower()], context, method)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    if service == "intake":
        add_models(schemas)
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "alurwarta"},
        "form": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
        "key": {"type": "http", "scheme": "bearer"},
    }
    return found


def _tell_answers(operation: dict[str, Any], context: RouteContext, method: str) -> None:
    said = dict(ALWAYS)
    roles = _roles(context)
    if roles:
        said |= ASKS_WHO
        people, machines = set(roles) & set(access.ROLES), set(roles) & set(access.MACHINES)
        session = {"session": [], "form": []} if method not in ("GET", "HEAD") else {"session": []}
        operation["security"] = [session] * bool(people) + [{"key": []}] * bool(machines)
    if method not in ("GET", "HEAD"):
        said |= CHANGES
    elif "{" in str(context.path):
        said["404"] = CHANGES["404"]
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told = {code: {"description": words, "content": problem} for code, words in said.items()}
    operation["responses"] = dict(sorted((operation["responses"] | told).items()))


def _roles(context: RouteContext) -> tuple[str, ...]:
    return next((roles for _, roles in named_by(context.dependant)), ())
