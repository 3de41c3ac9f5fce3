"""Counters for ``/metrics``, and one log line per request: ids and numbers, never text."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.gauges import forget_dead

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

logger = logging.getLogger(__name__)

T = TypeVar("T")
_LOCK = Lock()
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_QUIET = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """Make a metric at its first use, once: a second one of its name is an error."""
    kept = cache(make)

    @wraps(make)
    def made() -> T:
        with _LOCK:
            return kept()

    return made


# prometheus_client decides at import whether it counts over processes, from a variable that
# the server sets for its workers: it is imported at first use.
@_once
def requests_total() -> "Counter":
    """Count requests by call and status."""
    from prometheus_client import Counter

    return Counter("deskpilot_requests_total", "Requests by call and status", ["call", "status"])


@_once
def request_seconds() -> "Histogram":
    """Seconds per request by call."""
    from prometheus_client import Histogram

    return Histogram(
        "deskpilot_request_seconds", "Seconds per request by call", ["call"], buckets=_BUCKETS
    )


@_once
def outcomes_total() -> "Counter":
    """Count suggestions by outcome and by what they went without."""
    from prometheus_client import Counter

    return Counter(
        "deskpilot_suggestions_total", "Suggestions by outcome", ["outcome", "abstained"]
    )


@_once
def degraded_total() -> "Counter":
    """Count parts that answers went without."""
    from prometheus_client import Counter

    return Counter("deskpilot_degraded_total", "Parts that answers went without", ["part"])


@_once
def feedback_total() -> "Counter":
    """Count feedback by decision."""
    from prometheus_client import Counter

    return Counter("deskpilot_feedback_total", "Feedback by decision", ["decision"])


def count_suggestion(reply: Mapping[str, Any]) -> None:
    """Count one suggestion by what it holds."""
    outcome = (reply.get("draft") or {}).get("outcome", "not_wanted")
    abstained = (reply.get("triage") or {}).get("reason") or "no"
    outcomes_total().labels(outcome, abstained).inc()
    for part in reply["degraded"]:
        degraded_total().labels(part).inc()


def exposition() -> tuple[bytes, str]:
    """Return the metrics of all worker processes and their media type."""
    import prometheus_client as client

    registry = client.REGISTRY
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        from prometheus_client import multiprocess

        forget_dead(Path(folder))
        registry = client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return client.generate_latest(registry), client.CONTENT_TYPE_LATEST


class Observed:
    """ASGI middleware: counts, times and logs each request under its route's name.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and account for it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            _account(scope, status, time.perf_counter() - began)


def _account(scope: Scope, status: int, seconds: float) -> None:
    # A path may name an article or be made up: only the route's own pattern becomes a label.
    call = f"{scope['method']} {getattr(scope.get('route'), 'path', '-')}"
    requests_total().labels(call, str(status)).inc()
    request_seconds().labels(call).observe(seconds)
    if scope["path"] in _QUIET:
        return
    state = scope.get("state", {})
    logger.info(
        "%s client=%s %s %s %.1f ms",
        state.get("request_id", "-"),
        state.get("client") or "-",
        call,
        status,
        seconds * 1000,
    )
