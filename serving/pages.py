"""The console: static files, read once, with a policy that lets nothing else in."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serving.problems import NOT_FOUND, ProblemError

_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "view.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def console_router() -> APIRouter:
    """Return the routes of the console; they need no key, what they call does."""
    router = APIRouter()
    router.add_route("/console", _redirect, include_in_schema=False)
    router.add_route("/console/{name:path}", _page, include_in_schema=False)
    router.add_route("/favicon.ico", _icon, include_in_schema=False)
    return router


def _redirect(_request: Request) -> Response:
    return RedirectResponse("/console/")


def _page(request: Request) -> Response:
    name = request.path_params["name"] or "index.html"
    if name not in _TYPES:
        raise ProblemError(NOT_FOUND, "The console has no such file.")
    return Response(_read(name), media_type=_TYPES[name], headers=_HEADERS)


def _icon(_request: Request) -> Response:
    return Response(_read("icon.svg"), media_type=_TYPES["icon.svg"], headers=_HEADERS)


@cache
def _read(name: str) -> bytes:
    return files("serving").joinpath("console", name).read_bytes()
