"""Errors as RFC 9457 problem documents.

``ProblemError`` is raised by the engine and the routes; one handler writes it down. The ``type`` of
a problem is a reference into ``/docs.json``, where its meaning is described.

References
----------
RFC 9457, Problem Details for HTTP APIs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


# Fields that may hold any JSON.
_FREE = frozenset({"context", "headers", "variables"})


@dataclass(frozen=True)
class Kind:
    """One kind of problem: its name in the OpenAPI document, status and meaning."""

    name: str
    status: int
    title: str


UNAUTHORIZED = Kind("Unauthorized", 401, "The key is missing or unknown")
FORBIDDEN = Kind("Forbidden", 403, "The key belongs to another client")
REPORT_CLOSED = Kind("ReportClosed", 403, "This key may not read the report of all clients")
NOT_FOUND = Kind("NotFound", 404, "There is nothing here")
METHOD_NOT_ALLOWED = Kind("MethodNotAllowed", 405, "The call does not take this method")
STALE = Kind("Stale", 409, "A newer version is known")
REFUSED = Kind("Refused", 409, "The shift board refuses this")
MODEL_VERSION = Kind("ModelVersion", 412, "Another model version is in force")
TOO_LARGE = Kind("TooLarge", 413, "The body is too large")
NO_JSON = Kind("UnsupportedMediaType", 415, "The body is not sent as JSON")
INVALID = Kind("Invalid", 422, "The body does not fit the call")
TOO_MANY = Kind("TooMany", 429, "Too many requests")
FAILED = Kind("Failed", 500, "The service failed")
UNAVAILABLE = Kind("Unavailable", 503, "The service cannot answer now")

KINDS = (
    UNAUTHORIZED,
    FORBIDDEN,
    REPORT_CLOSED,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    STALE,
    REFUSED,
    MODEL_VERSION,
    TOO_LARGE,
    NO_JSON,
    INVALID,
    TOO_MANY,
    FAILED,
    UNAVAILABLE,
)


class ProblemError(Exception):
    """A request that cannot be answered as asked.

    Parameters
    ----------
    kind : Kind
    detail : str
        A sentence for the caller: what was found and the way out. Never text of a ticket.
    headers : mapping of str to str, optional
        Response headers, such as ``Retry-After``.
    **extra
        More members of the document, such as ``errors``.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    def document(self, request_id: str | None = None) -> dict[str, Any]:
        """Return the members of the problem document."""
        body: dict[str, Any] = {
            "type": f"/docs.json#/components/responses/{self.kind.name}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if request_id:
            body["request_id"] = request_id
        return body | self.extra

    def response(self, request_id: str | None = None) -> Response:
        """Return the HTTP response."""
        return Response(
            to_json(self.document(request_id)),
            status_code=self.kind.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def kind_of(status: int) -> Kind:
    """Return the kind for a status, or a general one with the standard's own words."""
    for kind in KINDS:
        if kind.status == status:
            return kind
    title = HTTPStatus(status).phrase
    return Kind(title.title().replace(" ", ""), status, title)


def invalid(errors: Sequence[Mapping[str, Any]]) -> ProblemError:
    """Turn pydantic's errors into one problem; values of the request are not repeated."""
    found = [
        {
            "path": _dotted(error["loc"]),
            "pointer": "".join(f"/{_escaped(part)}" for part in _location(error["loc"])),
            "message": str(error["msg"]).removeprefix("Value error, "),
        }
        for error in errors[:20]
    ]
    first = found[0] if found else {"path": "", "message": "the body cannot be read"}
    where = f"The field '{first['path']}'" if first["path"] else "The body"
    return ProblemError(INVALID, f"{where} is wrong: {first['message']}.", errors=found)


def wrong_field(path: str, message: str) -> ProblemError:
    """Return the problem for one field that only the engine can judge."""
    return invalid([{"loc": tuple(path.split(".")), "msg": message}])


def no_json(text: str, error: Mapping[str, Any]) -> ProblemError:
    """Turn a body that cannot be parsed into a problem that names its line and column."""
    at = int(error["loc"][-1])
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    # The parser's own words name what it expects, never what it read.
    words = str(error.get("ctx", {}).get("error", "it cannot be read"))
    message = f"it is not valid JSON in line {line}, column {column}: {words}"
    return invalid([{"loc": (), "msg": message}])


def _location(loc: Sequence[Any]) -> list[str]:
    parts = [str(part) for part in loc]
    parts = parts[1:] if parts and parts[0] in {"body", "query", "header", "path"} else parts
    for at, part in enumerate(parts[:3]):
        if part in _FREE:
            # Before each step into such a value stands its type: "a", "dict", "b", "float".
            return parts[: at + 2] + parts[at + 3 :: 2]
    return parts


def _dotted(loc: Sequence[Any]) -> str:
    return ".".join(_location(loc))


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
