"""A service that is killed again and again, and clients that remember what it promised them."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from serving_desk import KEYS
from sqlalchemy import create_engine, select

from serving import tables

PATIENCE = 120


@dataclass(frozen=True)
class Promise:
    """One change a client asked for; kept once the service answered 2xx."""

    kind: str
    key: str
    method: str
    path: str
    body: dict[str, Any]
    number: int
    article: str = ""


@dataclass
class Ledger:
    """What all clients were told.

    Parameters
    ----------
    accepted : list of Promise
        Answered with 2xx.
    replayed : int
        How many of them a repeated request found stored already.
    forgotten : int
        Suggestions that went with their process before feedback came; never promised.
    refused : list of (Promise, status)
        Anything else: there should be none.
    """

    accepted: list[Promise] = field(default_factory=list)
    replayed: int = 0
    forgotten: int = 0
    refused: list[tuple[Promise, int]] = field(default_factory=list)


class Talker(threading.Thread):
    """One agent: asks for suggestions, says what became of them, edits articles of its own.

    A request that got no answer is repeated with the same Idempotency-Key until it gets one.
    """

    def __init__(self, base: str, name: int, ledger: Ledger) -> None:
        super().__init__(daemon=True)
        headers = {"Authorization": f"Bearer {KEYS['lumen']}"}
        self.http = httpx.Client(base_url=base, headers=headers, timeout=30)
        self.number = name * 1_000_000
        self.ledger = ledger
        self.ended = threading.Event()
        self.random = random.Random(name)

    def run(self) -> None:
        """Talk until told to end; a promise that is under way is seen through."""
        while not self.ended.is_set():
            wanted = self._edit() if self.random.random() < 0.2 else self._feedback()
            if wanted is not None:
                self._insist(wanted)
        self.http.close()

    def _insist(self, wanted: Promise) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            headers = {"Idempotency-Key": wanted.key}
            reply = self._ask(wanted.method, wanted.path, wanted.body, headers)
            if reply is None or reply.status_code == 503:
                time.sleep(0.02)
                continue
            if reply.is_success:
                self.ledger.replayed += "idempotent-replayed" in reply.headers
                self.ledger.accepted.append(wanted)
            elif reply.status_code == 404 and wanted.kind == "feedback":
                self.ledger.forgotten += 1
            else:
                self.ledger.refused.append((wanted, reply.status_code))
            return
        self.ledger.refused.append((wanted, 0))

    def _feedback(self) -> Promise | None:
        text = self.random.choice(("How do I send the blanket back?", "Where is my invoice?"))
        body = {"ticket": {"id": f"t{self.number}", "text": text}, "options": {"want": ["triage"]}}
        reply = self._ask("POST", "/v1/suggest", body, {})
        if reply is None or not reply.is_success:
            time.sleep(0.02)
            return None
        self.number += 1
        said = {
            "suggestion_id": reply.json()["suggestion_id"],
            "decision": "edited",
            "sent_text": "Send it back within thirty days.",
            # Nothing else of a feedback is the caller's to choose: this number names it.
            "seconds": self.number % 1_000_000 + self.number // 1_000_000 / 64,
        }
        return Promise("feedback", f"k{self.number}", "POST", "/v1/feedback", said, self.number)

    def _edit(self) -> Promise:
        self.number += 1
        article = f"own-{self.number // 1_000_000}-{self.number % 3}"
        path = f"/v1/kb/lumen/articles/{article}"
        body = {
            "title": f"Note {self.number}",
            "text": f"Say zq{self.number} to open the box.",
            "language": "en",
            "version": self.number % 1_000_000,
        }
        return Promise("article", f"k{self.number}", "PUT", path, body, self.number, article)

    def _ask(
        self, method: str, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response | None:
        try:
            return self.http.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            return None


@dataclass
class Found:
    """What a check after a restart found.

    Parameters
    ----------
    lost : list of Promise
        Answered with 2xx and gone.
    duplicated : int
        Feedback that stands there twice.
    """

    lost: list[Promise] = field(default_factory=list)
    duplicated: int = 0
    checked: int = 0


class Auditor:
    """Looks for every promise: in the database, by GET, in the index and by a search."""

    def __init__(self, base: str, database: str) -> None:
        self.base = base
        self.engine = create_engine(database)
        self.checked = 0

    def check(self, ledger: Ledger) -> Found:
        """Check what was accepted since the last time."""
        new = ledger.accepted[self.checked :]
        self.checked += len(new)
        found = Found(checked=len(new))
        with self.engine.connect() as connection:
            told = Counter(connection.execute(select(tables.feedback.c.seconds)).scalars())
            columns = tables.article_edits.c
            pairs = connection.execute(select(columns.article_id, columns.version))
            edits = {(article, version) for article, version in pairs}
        found.duplicated = sum(count - 1 for count in told.values())
        last: dict[str, Promise] = {}
        for promise in new:
            if promise.kind == "feedback":
                kept = promise.body["seconds"] in told
            else:
                kept = (promise.article, promise.body["version"]) in edits
                last[promise.article] = promise
            if not kept:
                found.lost.append(promise)
        found.lost += [p for p in last.values() if not self._serves(p)]
        return found

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _serves(self, promise: Promise) -> bool:
        """Tell whether an article is answered by GET, from the index, and found by its word."""
        headers = {"Authorization": f"Bearer {KEYS['lumen']}"}
        ask: dict[str, Any] = {"ticket": {"id": "audit", "text": f"zq{promise.number} open box"}}
        ask["options"] = {"want": ["articles"], "k": 20}
        with httpx.Client(base_url=self.base, headers=headers, timeout=30) as http:
            newest = http.get(promise.path).json()
            # Another worker learns of an edit within refresh_seconds.
            until = time.monotonic() + PATIENCE
            while True:
                live = http.get(promise.path, params={"live": True}).json()
                if live.get("version", 0) >= promise.body["version"] or time.monotonic() > until:
                    break
                time.sleep(0.05)
            articles = http.post("/v1/suggest", json=ask).json()["articles"]
        wanted = promise.body["version"]
        versions = (newest.get("version", 0), live.get("version", 0))
        return min(versions) >= wanted and promise.article in {a["id"] for a in articles}


@dataclass
class Outcome:
    """All rounds together."""

    rounds: int = 0
    accepted: int = 0
    replayed: int = 0
    forgotten: int = 0
    lost: list[Promise] = field(default_factory=list)
    duplicated: int = 0
    refused: list[tuple[Promise, int]] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)


def endure(
    server: Any,
    database: str,
    rounds: int,
    *,
    talkers: int = 2,
    first: int = 1,
    longest_seconds: float = 0.5,
    seed: int = 0,
    watch: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Kill a server ``rounds`` times at random moments and look for what it had accepted.

    Parameters
    ----------
    server : object
        With ``base``, ``start()`` that returns once it answers, and ``kill()``.
    database : str
        URL of its store.
    rounds, talkers : int
    first : int
        Number of the first talker; no two that share a database may have the same.
    longest_seconds : float
        A round lasts up to this long.
    seed : int
    watch : callable
        Called after each round.
    """
    moments, outcome = random.Random(seed), Outcome()
    ledger = outcome.ledger
    auditor = Auditor(server.base, database)
    server.start()
    threads = [Talker(server.base, name, ledger) for name in range(first, first + talkers)]
    for thread in threads:
        thread.start()
    for number in range(rounds):
        time.sleep(moments.uniform(0.0, longest_seconds))
        if number == rounds - 1:
            for thread in threads:
                thread.ended.set()
        server.kill()
        server.start()
        found = auditor.check(ledger)
        outcome.rounds += 1
        outcome.lost += found.lost
        watch(number)
    for thread in threads:
        thread.join()
    found = auditor.check(ledger)
    auditor.close()
    outcome.lost += found.lost
    outcome.duplicated = found.duplicated
    outcome.accepted, outcome.replayed = len(ledger.accepted), ledger.replayed
    outcome.forgotten, outcome.refused = ledger.forgotten, ledger.refused
    return outcome
