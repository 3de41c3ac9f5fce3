"""The OpenAPI document: what FastAPI derives from the routes, with keys and problems added."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from serving.problems import KINDS, MEDIA_TYPE
from serving.schemas import ProblemOut

Responses = dict[int | str, dict[str, Any]]

_KNOWLEDGE = "/v1/kb/{client}/articles/{article_id:path}"
_DONE: Responses = {201: {"description": "Created"}}

_REPORT: Responses = {
    200: {"description": "The report", "content": {"text/html": {}, "application/json": {}}}
}

RESPONSES: dict[tuple[str, str], Responses] = {
    ("PUT", _KNOWLEDGE): _DONE,
    ("GET", "/v1/reports/nightly"): _REPORT,
    ("GET", "/v1/reports/plan"): _REPORT,
    ("GET", "/v1/samples"): {200: {"description": "Tickets", "content": {"application/json": {}}}},
    ("GET", "/livez"): {200: {"description": "Alive", "content": {"text/plain": {}}}},
    ("GET", "/readyz"): {
        200: {"description": "Ready", "content": {"application/json": {}}},
        503: {"description": "Not ready; the body says why"},
    },
    ("GET", "/metrics"): {200: {"description": "Counters", "content": {"text/plain": {}}}},
}
_HEADERS = (
    ("X-Request-Id", "Comes back with the reply and stands in the log; made up if not given"),
    ("X-Model-Version", "Answer only with these versions, such as intent:12; 412 otherwise"),
    (
        "Idempotency-Key",
        "For a week the same key and request get the same reply, and do nothing twice",
    ),
)


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the application; built once."""
    if app.openapi_schema is None:
        built = get_openapi(
            title="deskpilot",
            version="1",
            summary="Prepares customer-support tickets before an agent opens them.",
            routes=app.routes,
        )
        _describe(built)
        app.openapi_schema = built
    return app.openapi_schema


def _describe(built: dict[str, Any]) -> None:
    parts = built["components"]
    parts["schemas"]["Problem"] = ProblemOut.model_json_schema()
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    parts["responses"] = {
        kind.name: {
            "description": kind.title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for kind in KINDS
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    for path, operations in built["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            if path.startswith("/v1/"):
                _protect(operation)


def _protect(operation: dict[str, Any]) -> None:
    """Say that a call needs a key, which headers it honours and how it may fail."""
    operation["security"] = [{"bearer": []}, {"header": []}]
    for kind in KINDS:
        reference = {"$ref": f"#/components/responses/{kind.name}"}
        operation["responses"].setdefault(str(kind.status), reference)
    operation.setdefault("parameters", []).extend(
        {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in _HEADERS
    )
