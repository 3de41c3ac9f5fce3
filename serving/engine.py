"""The service without HTTP: one ticket in, a prepared answer out.

Usable in a notebook as it is; the web layer only reads requests and writes replies. It is
thread-safe: models are read from one snapshot per call, writes go through the store.
"""

import hmac
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import uuid4

from data.ticket import Ticket
from serving.agreeing import check_corrected, check_shown
from serving.articles import ArticleDesk, as_text, is_current
from serving.asked import Asked
from serving.hiding import Hidden, redacted
from serving.idempotency import Kept
from serving.problems import MODEL_VERSION, NOT_FOUND, STALE, ProblemError, wrong_field
from serving.recent import NewestVersions, RecentReplies
from serving.records import Shown, feedback_row, suggestion_rows
from serving.run import Costs, Run
from serving.schemas import (
    ArticleIn,
    FeedbackIn,
    Options,
    SuggestIn,
    TicketIn,
    TriageIn,
)
from serving.security import client_secret, digest, secret
from serving.settings import Settings
from serving.snapshot import Drafter, IntentModel, Knowledge, Search, Snapshot
from serving.store import Row, Store
from serving.suggesting import account, suggestion
from serving.tickets import ticket_of, weight
from serving.triaging import triage

if TYPE_CHECKING:
    from serving.reload import Reloader

logger = logging.getLogger(__name__)

_TRIES = 4
# How long another worker may take to write what it showed.
_OTHER_WORKER_SECONDS = (0.05, 0.1, 0.2, 0.4)


class _Made(NamedTuple):
    """The parts of one suggestion and the versions they come from."""

    run: Run
    models: dict[str, str]
    parts: dict[str, Any]
    features: Mapping[str, float]


class SupportEngine:
    """Suggests, triages, takes feedback and keeps a client's knowledge.

    Parameters
    ----------
    store : Store
    intent, index, retriever, drafter : optional
        Models; a part that is missing is named in each reply.
    versions : mapping of str to str, optional
        What replies call them, such as ``{"triage": "intent:12"}``.
    settings : Settings, optional
    clock : callable, optional
        Aware current time.
    hash_key : bytes, optional
        Secret of keyed hashes; from ``settings.state`` by default.

    Examples
    --------
    ``SupportEngine(store=Store("sqlite:///s.db"), intent=model).triage(body, Asked("lumen"))``
    """

    def __init__(
        self,
        *,
        store: Store,
        intent: IntentModel | None = None,
        index: Knowledge | None = None,
        retriever: Search | None = None,
        drafter: Drafter | None = None,
        versions: Mapping[str, str] | None = None,
        settings: Settings | None = None,
        clock: Callable[[], datetime] | None = None,
        hash_key: bytes | None = None,
    ) -> None:
        self.store = store
        self.settings = settings or Settings()
        self.clock = clock or (lambda: datetime.now(UTC))
        self.hash_key = secret(self.settings.state) if hash_key is None else hash_key
        self.desk = ArticleDesk(store)
        self.recent = RecentReplies()
        self.newest = NewestVersions()
        self.costs = Costs()
        self.problems: tuple[str, ...] = ()
        self.reloader: Reloader | None = None
        self._passed: Snapshot | None = None
        self._lock = threading.Lock()
        self._snapshot = Snapshot()
        self.use(Snapshot(intent, index, retriever, drafter, dict(versions or {})))

    @classmethod
    def from_champions(
        cls, settings: Settings, *, settled: Callable[[], None] = lambda: None
    ) -> Self:
        """Open the store and the models in force, and keep watching the pointer.

        Damaged models leave their part empty and are named in :meth:`status`.
        """
        from serving.reload import Reloader

        engine = cls(store=Store(settings.database), settings=settings)
        engine.reloader = Reloader(
            engine, settings.champions, settings.refresh_seconds, settled=settled
        )
        engine.reloader.start()
        return engine

    def close(self) -> None:
        """Stop watching and write what is queued."""
        if self.reloader is not None:
            self.reloader.stop()
        self.store.close()

    @property
    def snapshot(self) -> Snapshot:
        """The models in force now."""
        return self._snapshot

    def use(self, snapshot: Snapshot) -> None:
        """Put other models in force, after giving them the clients' own edits."""
        with self.desk.lock:
            self.desk.catch_up(snapshot.index)
            self._snapshot = snapshot

    # -- calls ---------------------------------------------------------------------------------

    def suggest(self, body: SuggestIn, asked: Asked) -> dict[str, Any]:
        """Answer ``POST /v1/suggest``.

        Raises
        ------
        ProblemError
            409 for a ticket version older than one seen before, 412 for another model version.
        """
        before: dict[str, Any] | None = self.recent.get(asked.client, asked.idempotency)
        if before is not None:
            return before
        snapshot = self._wanted(asked)
        hidden, truncated = self._ticket(body.ticket, asked.client)
        self._check_newest(hidden.ticket)
        shown_at = self.clock()
        made = self._made(snapshot, hidden, body.options, asked, shown_at)
        reply = {
            "suggestion_id": self._suggestion_id(asked, made.models),
            "ticket_version": hidden.ticket.version,
            "models": made.models,
            **made.parts,
            "truncated": truncated,
            **account(made.run, body.options.want),
        }
        kept: dict[str, Any] = self.recent.keep(asked.client, asked.idempotency, reply)
        if kept is reply and not self._told_elsewhere(asked, reply):
            self._keep(Shown(hidden, shown_at, reply, made.features))
        return kept

    def triage(self, body: TriageIn, asked: Asked) -> dict[str, Any]:
        """Answer ``POST /v1/triage`` for one ticket or a list.

        Raises
        ------
        ProblemError
            409, 412 as for :meth:`suggest`; 422 for more tickets than allowed.
        """
        snapshot = self._wanted(asked)
        given = body.tickets if body.ticket is None else [body.ticket]
        assert given is not None
        if len(given) > self.settings.max_batch:
            raise wrong_field("tickets", f"may hold {self.settings.max_batch} tickets at most")
        hidden = [self._ticket(item, asked.client)[0] for item in given]
        if body.ticket is not None:
            self._check_newest(hidden[0].ticket)
        # What a list takes says nothing of one ticket.
        run = Run(asked.request_id, Costs() if body.ticket is None else self.costs)
        found = triage(run, snapshot, hidden, redacted(run, hidden)) if hidden else []
        common = {"models": snapshot.models(asked.client), **account(run, ["triage"])}
        if body.ticket is not None:
            return {"ticket_version": hidden[0].ticket.version, "triage": found[0], **common}
        results = [
            {"ticket_id": ticket.ticket_id, "ticket_version": ticket.version, "triage": told}
            for ticket, told in zip((one.ticket for one in hidden), found, strict=True)
        ]
        return {"results": results, **common}

    def feedback(self, body: FeedbackIn, asked: Asked) -> Kept:
        """Answer ``POST /v1/feedback``; on disk when this returns.

        Raises
        ------
        ProblemError
            404 for a suggestion this client never got, 422 for a label or an article that does
            not exist and for a source that was not shown with the suggestion.
        """
        before = self.store.replayed(asked.client, asked.idempotency)
        if before is not None:
            return before
        suggested = self._suggested(asked.client, body.suggestion_id)
        if suggested is None:
            raise ProblemError(NOT_FOUND, "This client got no suggestion with this id.")
        snapshot = self._snapshot
        check_corrected(
            body.corrected,
            snapshot.intent,
            asked.client,
            lambda article: self.desk.knows(snapshot.index, asked.client, article),
        )
        check_shown(body, suggested, self.store.shown_with(body.suggestion_id))
        key = client_secret(self.hash_key, asked.client)
        row = feedback_row(body, suggested, at=self.clock(), key=key)
        names = ("suggestion_id", "decision", "edit_distance", "kept_share")
        return self.store.add_feedback(
            row,
            [(i, "opened") for i in body.opened] + [(i, "used") for i in body.used],
            reply=lambda number: {"feedback_id": number, **{name: row[name] for name in names}},
            idempotency=asked.idempotency,
        )

    def article(self, client: str, article_id: str, live: bool = False) -> Row:
        """Answer ``GET /v1/kb/{client}/articles/{id}``."""
        return self.desk.get(self._snapshot.index, client, article_id, live=live)

    def put_article(self, article_id: str, body: ArticleIn, asked: Asked) -> Kept:
        """Answer ``PUT /v1/kb/{client}/articles/{id}``: on disk and in the index on return."""
        body = as_text(body)
        # Under the desk's lock no swap comes between, and the edit goes to the index in force.
        with self.desk.lock:
            index, now = self._snapshot.index, self.clock()
            kept = self.desk.put(
                index, asked.client, article_id, body, now=now, idempotency=asked.idempotency
            )
        return self._with_index(kept, asked.client, article_id)

    def delete_article(self, article_id: str, asked: Asked) -> Kept:
        """Answer ``DELETE /v1/kb/{client}/articles/{id}``."""
        with self.desk.lock:
            index, now = self._snapshot.index, self.clock()
            kept = self.desk.delete(
                index, asked.client, article_id, now=now, idempotency=asked.idempotency
            )
        return self._with_index(kept, asked.client, article_id)

    # -- readiness -----------------------------------------------------------------------------

    def ready(self) -> bool:
        """Say whether a canary suggestion went through with the models in force."""
        snapshot = self._snapshot
        if snapshot.missing or not self.store.ping():
            return False
        if self._passed is snapshot:
            return True
        with self._lock:
            if self._passed is not snapshot and self._canary(snapshot):
                self._passed = snapshot
        return self._passed is snapshot

    def status(self) -> dict[str, Any]:
        """Return whether the service is ready, and the detail."""
        return {"ready": self.ready(), **self.detail()}

    def detail(self) -> dict[str, Any]:
        """Return what is in force and what is wrong; open to everyone, it names no client."""
        snapshot = self._snapshot
        problems = list(self.problems)
        problems += [f"no {part} is in force" for part in snapshot.missing]
        if self.store.writer.failures:
            problems.append("the store cannot write")
        return {
            "night": snapshot.night,
            "models": dict(snapshot.versions),
            "problems": problems,
            "store": {"waiting": self.store.writer.waiting, "dropped": self.store.writer.dropped},
        }

    def _canary(self, snapshot: Snapshot) -> bool:
        assert snapshot.index is not None
        client = next(iter(snapshot.index.clients), self.settings.client)
        body = TicketIn(id="canary", text="Where is my order? I have not received it yet.")
        hidden, _ = self._ticket(body, client)
        # The first call of a model also loads what it needs: no later one takes as long.
        run = Run("canary", Costs())
        suggestion(run, snapshot, hidden, Options(), now=self.clock())
        if run.degraded:
            logger.error("the canary came back without %s", run.degraded)
        return not run.degraded

    # -- helpers -------------------------------------------------------------------------------

    def _made(
        self, snapshot: Snapshot, hidden: Hidden, options: Options, asked: Asked, now: datetime
    ) -> "_Made":
        """Make the parts from one version of the client's knowledge.

        An edit puts a new version in place at any moment. Where one came in between, parts may
        come from both, so they are made again.
        """
        for _ in range(_TRIES):
            run = Run(asked.request_id, self.costs, options.max_ms)
            models = snapshot.models(asked.client)
            parts, features = suggestion(run, snapshot, hidden, options, now=now)
            if snapshot.models(asked.client) == models:
                break
        else:
            run.degrade("knowledge", "it changed while the answer was made")
        return _Made(run, models, parts, features)

    def _suggestion_id(self, asked: Asked, models: Mapping[str, str]) -> str:
        """Return a new id; for a repeated request the one that every worker would give."""
        if asked.idempotency is None:
            return uuid4().hex
        parts = (asked.idempotency.key, asked.idempotency.digest, *sorted(models.values()))
        named = digest(*(part.encode() for part in parts))
        return hmac.digest(
            client_secret(self.hash_key, asked.client), named.encode(), "sha256"
        ).hex()[:32]

    def _told_elsewhere(self, asked: Asked, reply: Mapping[str, Any]) -> bool:
        """Say whether another worker has answered the same request before."""
        return asked.idempotency is not None and self.store.holds(
            asked.client, str(reply["suggestion_id"])
        )

    def _wanted(self, asked: Asked) -> Snapshot:
        snapshot = self._snapshot
        in_force = set(snapshot.models(asked.client).values())
        for version in asked.model_versions:
            if version not in in_force:
                raise ProblemError(
                    MODEL_VERSION,
                    "X-Model-Version asks for a version that is not in force.",
                    models=snapshot.models(asked.client),
                )
        return snapshot

    def _keep(self, shown: Shown) -> None:
        ticket = shown.hidden.ticket
        self.newest.see(ticket.client_id, ticket.ticket_id, ticket.version)
        self.store.add_suggestion(lambda: suggestion_rows(shown), size=weight(ticket))

    def _suggested(self, client: str, suggestion_id: str) -> Row | None:
        found = self.store.suggestion(client, suggestion_id)
        for seconds in _OTHER_WORKER_SECONDS if self.settings.workers > 1 else ():
            if found is not None:
                break
            time.sleep(seconds)
            found = self.store.suggestion(client, suggestion_id)
        return found

    def _ticket(self, body: TicketIn, client: str) -> tuple[Hidden, bool]:
        ticket, cut = ticket_of(body, client, self.settings.max_text_characters)
        return Hidden(ticket, client_secret(self.hash_key, client)), cut

    def _check_newest(self, ticket: Ticket) -> None:
        newest = max(
            self.newest.get(ticket.client_id, ticket.ticket_id),
            self.store.newest_version(ticket.client_id, ticket.ticket_id),
        )
        if ticket.version < newest:
            raise ProblemError(
                STALE,
                f"Version {newest} of this ticket was seen already; read it again.",
                newest_version=newest,
            )

    def _with_index(self, kept: Kept, client: str, article_id: str) -> Kept:
        told = is_current(self._snapshot.index, client, article_id, kept.reply)
        return Kept(kept.status, kept.reply | told, kept.replayed)
