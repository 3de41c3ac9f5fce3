"""The web layer: read the request, ask the engine, write the reply."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from serving import metrics
from serving.articles import warnings_about
from serving.asked import Asked
from serving.engine import SupportEngine
from serving.failures import PART_FAILURES, STORE_FAILURES
from serving.gauges import Gauges
from serving.idempotency import Idempotency, Kept
from serving.openapi import RESPONSES, document
from serving.pages import console_router
from serving.planning import Planning, add_planning
from serving.problems import (
    FAILED,
    FORBIDDEN,
    INVALID,
    NO_JSON,
    UNAVAILABLE,
    ProblemError,
    invalid,
    kind_of,
    no_json,
)
from serving.reports import nightly_report, plan_report
from serving.run import place
from serving.samples import sample_tickets
from serving.schemas import (
    ArticleIn,
    ArticleOut,
    EditOut,
    FeedbackIn,
    FeedbackOut,
    Identifier,
    SuggestIn,
    SuggestOut,
    TriageIn,
    TriageReply,
)
from serving.security import Gate, Keyring, RateLimiter, digest
from serving.settings import Settings
from serving.writer import UnsureWriteError

logger = logging.getLogger(__name__)

T = TypeVar("T")
JSON = "application/json"
_UNSURE = (
    "It may or may not have been stored; repeat the request with the same Idempotency-Key, "
    "so that it is stored once."
)
# Without outer blanks, as tables keep it: " returns" and "returns" are one article.
ArticleId = Annotated[Identifier, Path()]


def create_app(engine: SupportEngine) -> ASGIApp:
    """Return the ASGI application over an engine: gate, then routes.

    Parameters
    ----------
    engine : SupportEngine
        Its settings hold the keys and limits; without any key nothing but the open pages
        can be reached.
    """
    settings = engine.settings
    keys = {c: [k.get_secret_value() for k in own] for c, own in settings.keys.items()}
    gate = Gate(
        _routes(engine),
        keyring=Keyring(keys),
        limiter=RateLimiter(
            settings.rate_per_second / settings.workers, -(-settings.burst // settings.workers)
        ),
        max_body_bytes=settings.max_body_bytes,
    )
    return metrics.Observed(gate)


def _routes(engine: SupportEngine) -> FastAPI:
    app = FastAPI(title="deskpilot", openapi_url=None, docs_url=None, redoc_url=None)
    calls = _Calls(engine)
    for path, method, call, reply, status in (
        ("/v1/suggest", "POST", calls.suggest, SuggestOut, 200),
        ("/v1/triage", "POST", calls.triage, TriageReply, 200),
        ("/v1/feedback", "POST", calls.feedback, FeedbackOut, 201),
        ("/v1/kb/{client}/articles/{article_id:path}", "GET", calls.article, ArticleOut, 200),
        ("/v1/kb/{client}/articles/{article_id:path}", "PUT", calls.put_article, EditOut, 200),
        ("/v1/kb/{client}/articles/{article_id:path}", "DELETE", calls.delete, EditOut, 200),
        ("/v1/reports/nightly", "GET", calls.report, None, 200),
        ("/v1/reports/plan", "GET", calls.plan_report, None, 200),
        ("/v1/samples", "GET", calls.samples, None, 200),
        ("/livez", "GET", calls.livez, None, 200),
        ("/readyz", "GET", calls.readyz, None, 200),
        ("/metrics", "GET", calls.metrics, None, 200),
    ):
        ours: dict[int | str, dict[str, Any]] = {} if reply is None else {status: {"model": reply}}
        app.add_api_route(
            path,
            call,
            methods=[method],
            status_code=status,
            responses={**RESPONSES.get((method, path), {}), **ours},
            response_class=Response,
            response_model=None,
        )
    app.include_router(console_router())
    settings = engine.settings
    add_planning(app, Planning(settings.plans, settings.board, clock=engine.clock))
    app.add_route("/docs.json", lambda _: _json(document(app)), include_in_schema=False)
    app.add_route("/", lambda _: RedirectResponse("/console/"), include_in_schema=False)
    _add_handlers(app)
    return app


class _Calls:
    """One method per call of the interface."""

    def __init__(self, engine: SupportEngine) -> None:
        self.engine = engine
        self.gauges = Gauges(engine)
        self._models: anyio.CapacityLimiter | None = None

    async def suggest(self, request: Request, body: SuggestIn) -> Response:
        """Prepare a ticket: triage, draft, articles and macros, with their sources."""
        asked = await _asked(request, body.client)
        reply = await self._thought(self.engine.suggest, body, asked)
        metrics.count_suggestion(reply)
        return _answer(reply)

    async def triage(self, request: Request, body: TriageIn) -> Response:
        """Say what one ticket, or each of a list, is about."""
        asked = await _asked(request, body.client)
        return _answer(await self._thought(self.engine.triage, body, asked))

    async def feedback(self, request: Request, body: FeedbackIn) -> Response:
        """Keep what the agent did with a suggestion; on disk before the reply."""
        asked = await _asked(request, body.client)
        kept = await self._run(self.engine.feedback, body, asked)
        if not kept.replayed:
            metrics.feedback_total().labels(body.decision).inc()
        return _kept(kept)

    async def article(
        self, request: Request, client: str, article_id: ArticleId, live: bool = False
    ) -> Response:
        """Read an article: its newest version, or with ``live`` the one that answers tickets."""
        await _asked(request, client)
        return _json(await self._run(self.engine.article, client, article_id, live))

    async def put_article(
        self, request: Request, client: str, article_id: ArticleId, body: ArticleIn
    ) -> Response:
        """Create or replace an article; on disk and in the index before the reply."""
        asked = await _asked(request, client)
        kept = await self._run(self.engine.put_article, article_id, body, asked)
        reply = kept.reply | {"warnings": warnings_about(body)}
        return _kept(Kept(kept.status, reply, kept.replayed))

    async def delete(self, request: Request, client: str, article_id: ArticleId) -> Response:
        """Take an article out of the knowledge."""
        asked = await _asked(request, client)
        return _kept(await self._run(self.engine.delete_article, article_id, asked))

    async def report(self, request: Request, format: str | None = None) -> Response:  # noqa: A002 - the query parameter is called so
        """Return the newest nightly report: HTML to a browser, JSON to anything else."""
        return await self._reported(nightly_report, request, format)

    async def plan_report(self, request: Request, format: str | None = None) -> Response:  # noqa: A002 - the query parameter is called so
        """Return the newest plan's report: HTML to a browser, JSON to anything else."""
        return await self._reported(plan_report, request, format)

    async def _reported(
        self, read: Callable[[Settings, str, str], Response], request: Request, form: str | None
    ) -> Response:
        asked = await _asked(request, None)
        wants_html = "text/html" in request.headers.get("accept", "")
        chosen = form or ("html" if wants_html else "json")
        return await self._run(read, self.engine.settings, asked.client, chosen)

    async def samples(self, request: Request) -> Response:
        """Return sample tickets for the console; empty for clients without any."""
        asked = await _asked(request, None)
        wanted = self.engine.settings.samples
        found = await self._run(sample_tickets, asked.client) if wanted else []
        return _json({"client": asked.client, "tickets": found})

    async def livez(self) -> Response:
        """Say that the process lives."""
        return Response("\n", media_type="text/plain")

    async def readyz(self) -> Response:
        """Say whether a canary suggestion went through."""
        status = await self._run(self.engine.status)
        return _json(status, 200 if status["ready"] else 503)

    async def metrics(self) -> Response:
        """Return counters and gauges in the Prometheus text format."""
        await self._run(self.gauges.tell)
        body, media_type = await self._run(metrics.exposition)
        return Response(body, media_type=media_type)

    async def _thought(self, call: Callable[..., T], *arguments: Any) -> T:
        """Run what asks the models: as many at a time as there is computing to share."""
        if self._models is None:
            self._models = anyio.CapacityLimiter(self.engine.settings.threads)
        work = partial(call, *arguments)
        return await anyio.to_thread.run_sync(work, limiter=self._models)

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        """Run what waits for the disk; a suggestion never queues behind it."""
        return await anyio.to_thread.run_sync(partial(call, *arguments))


async def _asked(request: Request, client: str | None) -> Asked:
    own = request.state.client
    if client is not None and client != own:
        raise ProblemError(FORBIDDEN, "This key belongs to another client.")
    wanted = request.headers.get("x-model-version", "")
    key = request.headers.get("idempotency-key", "").strip()
    idempotency = None
    if key:
        if len(key) > 255 or not key.isprintable():
            raise ProblemError(INVALID, "An Idempotency-Key has 1 to 255 printable characters.")
        parts = (request.method.encode(), request.url.path.encode(), await request.body())
        idempotency = Idempotency(key, digest(*parts))
    return Asked(
        client=own,
        request_id=request.state.request_id,
        model_versions=tuple(v.strip() for v in wanted.split(",") if v.strip()),
        idempotency=idempotency,
    )


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(to_json(body), status_code=status, headers=headers, media_type=JSON)


def _answer(reply: dict[str, Any]) -> Response:
    versions = ",".join(reply["models"].values())
    return _json(reply, headers={"X-Model-Version": versions} if versions else None)


def _kept(kept: Kept) -> Response:
    headers = {"Idempotent-Replayed": "true"} if kept.replayed else None
    return _json(kept.reply, kept.status, headers)


def _wrong_body(request: Request, error: RequestValidationError) -> ProblemError:
    """Say what is wrong with a body: how it was sent, its JSON, or its fields."""
    errors = error.errors()
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    whole = any(tuple(one["loc"]) == ("body",) for one in errors)
    # A body that says nothing of itself is not read; none at all is a missing field.
    told = sent or any(one["type"] != "missing" for one in errors)
    if whole and told and not sent.endswith(("/json", "+json")):
        return ProblemError(NO_JSON, "Send the body with 'Content-Type: application/json'.")
    if errors and errors[0]["type"] == "json_invalid" and isinstance(error.body, str):
        return no_json(error.body, errors[0])
    return invalid(errors)


def _add_handlers(app: FastAPI) -> None:
    """Turn every error into a problem document."""

    def answered(request: Request, problem: ProblemError) -> Response:
        return problem.response(getattr(request.state, "request_id", None))

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return answered(request, error)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answered(request, _wrong_body(request, error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = INVALID if error.status_code == 400 else kind_of(error.status_code)
        return answered(request, ProblemError(kind, f"{error.detail}.", headers=error.headers))

    async def on_store(request: Request, error: Exception) -> Response:
        logger.error("%s the store failed: %s", request.state.request_id, type(error).__name__)
        told = _UNSURE if isinstance(error, UnsureWriteError) else "Nothing was stored; try again."
        return answered(request, ProblemError(UNAVAILABLE, told, headers={"Retry-After": "2"}))

    async def on_failure(request: Request, error: Exception) -> Response:
        logger.error("%s failed: %s", request.state.request_id, place(error))
        return answered(request, ProblemError(FAILED, "Tell the operator the request_id."))

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for kind in PART_FAILURES:
        app.add_exception_handler(kind, on_failure)
    for kind in STORE_FAILURES:
        app.add_exception_handler(kind, on_store)
