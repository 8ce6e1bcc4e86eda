"""OpenAPI for other systems: uploads, reports and requests, and nothing else of this service."""

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from services.intake import api
from services.intake.files import api as api_uploads
from services.intake.forms import NewUpload, NewUploads
from shared.events import IntakeRequested
from shared.web import public

router = APIRouter()
DESCRIPTION = (
    "Report activities to the office's publication desk. Send `Authorization: Bearer <api key>`; every report has an "
    "`Idempotency-Key` of your own, under which its fate is told. Errors are `application/problem+json` (RFC 9457)."
)


@router.get("/api/v1/openapi.json", include_in_schema=False, dependencies=[public])
async def openapi() -> dict[str, Any]:
    return document()


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document, from the routes and the contract's own model."""
    served = (*api.router.routes, *api_uploads.router.routes)
    routes = [r for r in served if isinstance(r, APIRoute) and api.INTEGRATOR in r.tags]
    found = get_openapi(title="Alurwarta: intake", version="1", description=DESCRIPTION, routes=routes)
    components = found.setdefault("components", {})
    add_models(components.setdefault("schemas", {}))
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"key": []}]
    return found


def add_models(schemas: dict[str, Any]) -> None:
    """The bodies that are read by hand, so that a closed model names what is wrong, among a document's schemas."""
    for model in (IntakeRequested, NewUpload, NewUploads):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}) | {model.__name__: schema})
