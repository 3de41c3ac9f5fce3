"""Whose key is this? And the gate every request passes first.

The gate is plain ASGI and stands before routing and before any body is read: request id, key,
rate, size, in that order.
"""

import hashlib
import hmac
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import TOO_LARGE, TOO_MANY, UNAUTHORIZED, ProblemError

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset(
    {"/", "/livez", "/readyz", "/healthz", "/metrics", "/docs.json", "/console", "/favicon.ico"}
)
_OPEN_FILE = re.compile(r"/console/[a-z.]*")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:\-]{1,128}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Keyring:
    """Which client a key belongs to.

    Only hashes are held. Every comparison takes the same time whatever the key.

    Parameters
    ----------
    keys : mapping of str to sequence of str
        Keys per client.
    """

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self._digests = [(_sha256(key), client) for client, own in keys.items() for key in own]

    def client(self, key: str | None) -> str | None:
        """Return the client of a key, or None."""
        asked = _sha256(key or "")
        found: str | None = None
        for digest, client in self._digests:
            if hmac.compare_digest(digest, asked):
                found = client
        return found if key else None

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients that have a key."""
        return tuple(dict.fromkeys(client for _, client in self._digests))


class RateLimiter:
    """One token bucket per client.

    Parameters
    ----------
    rate_per_second : float
        Tokens that come back each second.
    burst : int
        Tokens of a full bucket.
    clock : callable
        Seconds from a monotonic clock.
    """

    def __init__(
        self, rate_per_second: float, burst: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate_per_second = rate_per_second
        self.burst = burst
        self.clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait_seconds(self, client: str) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        with self._lock:
            now = self.clock()
            tokens, since = self._buckets.get(client, (float(self.burst), now))
            tokens = min(float(self.burst), tokens + (now - since) * self.rate_per_second)
            if tokens >= 1:
                self._buckets[client] = (tokens - 1, now)
                return 0.0
            self._buckets[client] = (tokens, now)
            return (1 - tokens) / self.rate_per_second


class Gate:
    """ASGI middleware: request id, key, rate and size, before anything else happens.

    A request that passes carries ``client`` and ``request_id`` in ``scope["state"]``.

    Parameters
    ----------
    app : ASGI application
    keyring : Keyring
    limiter : RateLimiter
    max_body_bytes : int
    """

    def __init__(
        self, app: ASGIApp, *, keyring: Keyring, limiter: RateLimiter, max_body_bytes: int
    ) -> None:
        self.app = app
        self.keyring = keyring
        self.limiter = limiter
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        labelled = _labelling(send, request_id)
        try:
            state["client"] = self._client(scope["path"], headers)
            receive = await self._limited(scope, headers, receive)
        except ProblemError as problem:
            await problem.response(request_id)(scope, receive, labelled)
            return
        await self.app(scope, receive, labelled)

    def _client(self, path: str, headers: Mapping[bytes, bytes]) -> str | None:
        if path in OPEN_PATHS or _OPEN_FILE.fullmatch(path):
            return None
        client = self.keyring.client(_key(headers))
        if client is None:
            raise ProblemError(
                UNAUTHORIZED,
                "Send the client's key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'.",
                headers={"WWW-Authenticate": 'Bearer realm="deskpilot"'},
            )
        wait = self.limiter.wait_seconds(client)
        if wait > 0:
            seconds = int(wait) + 1
            raise ProblemError(
                TOO_MANY,
                f"This client sends more than {self.limiter.rate_per_second:g} requests a "
                f"second; try again in {seconds} s.",
                headers={"Retry-After": str(seconds)},
            )
        return client

    async def _limited(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive
    ) -> Receive:
        """Read the body up to the limit and hand it on in one piece."""
        length = headers.get(b"content-length", b"0")
        empty = length == b"0" and b"transfer-encoding" not in headers
        if empty and scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return receive
        if length.isdigit() and int(length) > self.max_body_bytes:
            raise self._too_large()
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return _replaying(message, receive)
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.max_body_bytes:
                raise self._too_large()
            chunks.append(chunk)
            more = message.get("more_body", False)
        body: Message = {"type": "http.request", "body": b"".join(chunks), "more_body": False}
        return _replaying(body, receive)

    def _too_large(self) -> ProblemError:
        return ProblemError(
            TOO_LARGE,
            f"A body may have {self.max_body_bytes} bytes.",
            headers={"Connection": "close"},
            max_body_bytes=self.max_body_bytes,
        )


def generated_key(state: Path, client: str) -> str:
    """Return the key made for a client that has none configured; made once, kept in ``state``.

    The file is readable by its owner only.
    """
    name = hashlib.sha256(client.encode()).hexdigest()[:12]
    return _kept(state / f"key-{name}.secret", secrets.token_urlsafe(32))


def secret(state: Path) -> bytes:
    """Return the installation's secret for keyed hashes; made once, kept in ``state``."""
    return bytes.fromhex(_kept(state / "hash.secret", secrets.token_hex(32)))


def client_secret(own: bytes, client: str) -> bytes:
    """Derive a client's hash key, so that one person's digest differs between clients."""
    return hmac.new(own, client.encode(), hashlib.sha256).digest()


def digest(*parts: bytes) -> str:
    """Return one digest over several byte strings, each counted with its length."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()


def _kept(path: Path, new: str) -> str:
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sibling = path.with_name(f".{path.name}.{uuid4().hex}")
    handle = os.open(sibling, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(new + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        # A link never overwrites: of two processes that start at once, one value wins.
        os.link(sibling, path)
    except FileExistsError:
        logger.debug("%s was made by another process", path.name)
    finally:
        sibling.unlink()
    return path.read_text(encoding="ascii").strip()


def _key(headers: Mapping[bytes, bytes]) -> str | None:
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer" and token.strip():
        return token.strip().decode("latin-1")
    own = headers.get(b"x-api-key", b"").strip()
    return own.decode("latin-1") if own else None


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _labelling(send: Send, request_id: str) -> Send:
    async def labelled(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            headers.append((b"x-request-id", request_id.encode()))
            headers.extend(_HEADERS)
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await send(message)

    return labelled


def _replaying(first: Message, receive: Receive) -> Receive:
    waiting = [first]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _sha256(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
