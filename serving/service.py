"""The BentoML service: starts the engine and puts the web layer in front of it.

BentoML supervises the workers and owns ``/livez``, ``/healthz`` and ``/readyz``, whose hook runs
the canary. Everything else goes straight to our own ASGI application: the bodies are flat, a
missing key is answered before a body is read, and one call never re-enters another.
"""

import os

os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
# Arrow's own pool keeps what reading a table took; the system's gives it back.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# Threads of linear algebra would fight those of the requests for the same cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import logging
import warnings
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.security import generated_key
from serving.settings import Settings, can_have_key, load_settings
from serving.snapshot import known_clients

# The process that starts the workers reads this module as well. It answers nothing, and would
# import all that answering takes before the first worker starts: a quarter of a cold start.
if TYPE_CHECKING:
    from serving.engine import SupportEngine

with warnings.catch_warnings():
    # BentoML's own imports use what their libraries will drop.
    warnings.simplefilter("ignore", DeprecationWarning)
    from bentoml import on_shutdown, server_context, service

logger = logging.getLogger(__name__)

_BENTOML_PATHS = frozenset({"/livez", "/healthz"})


class Door:
    """The way to our application, which exists only once the service has started."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.engine: SupportEngine | None = None

    def open(self, engine: "SupportEngine") -> None:
        """Build the application over an engine."""
        from serving.app import create_app
        from serving.balance import balanced

        settings = engine.settings
        self.engine = engine
        self.app = balanced(
            create_app(engine),
            settings.state,
            port=settings.port,
            # BentoML counts its workers from 1; outside of them there is one.
            worker=(server_context.worker_index or 1) - 1,
            workers=settings.workers if server_context.worker_index else 1,
        )


class Front:
    """ASGI middleware: health to BentoML, everything else to our application.

    Parameters
    ----------
    app : ASGI application
        BentoML's own.
    door : Door
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        ours = self.door.app
        if scope["type"] != "http" or ours is None or scope["path"] in _BENTOML_PATHS:
            await self.app(scope, receive, send)
        elif scope["path"] == "/readyz":
            await self.app(scope, receive, _explained(self.door, send))
        else:
            await ours(scope, receive, send)


DOOR = Door()


@service(
    name="SupportService",
    metrics={"enabled": False},  # its labels hold whole paths: article ids would pile up
    logging={"access": {"enabled": False}},  # ours names the client and the request id
    http={"host": "127.0.0.1"},
)
class SupportService:
    """Prepares customer-support tickets before an agent opens them."""

    def __init__(self) -> None:
        from serving.engine import SupportEngine
        from serving.reload import settle

        self.settings = with_keys(load_settings())
        logging.getLogger("serving").setLevel(logging.INFO)
        # Only a process of its own may take its objects out of the garbage collector's rounds.
        settled = settle if server_context.worker_index else lambda: None
        self.engine = SupportEngine.from_champions(self.settings, settled=settled)
        DOOR.open(self.engine)

    def __is_ready__(self) -> bool:
        """Say whether a canary suggestion went through."""
        return self.engine.ready()

    @on_shutdown
    def close(self) -> None:
        """Write what is queued."""
        self.engine.close()

    def suggest(self, body: dict[str, Any], client: str) -> dict[str, Any]:
        """Answer one ticket, without HTTP."""
        from serving.asked import Asked
        from serving.schemas import SuggestIn

        return self.engine.suggest(SuggestIn.model_validate(body), Asked(client))

    def triage(self, body: dict[str, Any], client: str) -> dict[str, Any]:
        """Say what tickets are about, without HTTP."""
        from serving.asked import Asked
        from serving.schemas import TriageIn

        return self.engine.triage(TriageIn.model_validate(body), Asked(client))

    def feedback(self, body: dict[str, Any], client: str) -> dict[str, Any]:
        """Keep what an agent did, without HTTP."""
        from serving.asked import Asked
        from serving.schemas import FeedbackIn

        return self.engine.feedback(FeedbackIn.model_validate(body), Asked(client)).reply


_service: Any = SupportService
_service.add_asgi_middleware(Front, door=DOOR)


def with_keys(settings: Settings) -> Settings:
    """Return the settings with generated keys where none is configured.

    Each client that has knowledge gets one; before the first night, the one in the settings.
    """
    if settings.keys:
        return settings
    clients = []
    for client in known_clients(settings.champions):
        if can_have_key(client):
            clients.append(client)
        else:
            logger.error(
                "client %r gets no key: its name must be printable, without : and ,", client
            )
    clients = clients or [settings.client]
    # The first one is what is printed.
    ordered = sorted(clients, key=lambda client: client != settings.client)
    keys = {client: [generated_key(settings.state, client)] for client in ordered}
    return Settings.model_validate(settings.model_dump() | {"keys": keys})


def _explained(door: Door, send: Send) -> Send:
    """Keep the status of BentoML's answer and say why in its body."""
    started: list[Message] = []

    async def explained(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        if message.get("more_body"):
            return
        status = {} if door.engine is None else door.engine.detail()
        code = started[0]["status"]
        body = to_json({"ready": code == 200, **status})
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": code, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return explained
