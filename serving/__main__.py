"""Start the service: ``python -m serving``.

Binds to loopback unless told otherwise, prints the address of the console and one ``curl`` line
as soon as a canary suggestion went through, and stops cleanly on SIGTERM and Ctrl-C.
"""

import os

os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
# Arrow's own pool keeps what reading a table took; the system's gives it back.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# Each thread's own heap keeps what one large request took.
os.environ.setdefault("MALLOC_ARENA_MAX", "2")

import argparse
import json
import logging
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from data.errors import DeskpilotError
from serving.reports import newest_report
from serving.settings import Settings, load_settings

_EXAMPLE = {"ticket": {"id": "1", "text": "Hello, where can I download the invoice of my order?"}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the settings, start BentoML and wait for the end; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m serving", description=__doc__)
    parser.add_argument("--config", help="TOML file with a [serving] table")
    parser.add_argument("--host", help="address to bind to (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to bind to (3000)")
    parser.add_argument("--workers", type=int, help="worker processes (one a core, 4 at most)")
    parser.add_argument("--state", help="folder of champions, store and secrets (.deskpilot)")
    given = vars(parser.parse_args(arguments))
    try:
        settings = _settings(given)
    except DeskpilotError as error:
        print(error, file=sys.stderr)
        return 2
    _serve(settings)
    return 0


def _settings(given: dict[str, str | int | None]) -> Settings:
    from serving.service import with_keys

    config = given.pop("config")
    options = {f"DESKPILOT_{name.upper()}": str(v) for name, v in given.items() if v is not None}
    settings = with_keys(
        load_settings(None if config is None else str(config), os.environ | options)
    )
    # The workers are processes of their own: this is how they get the same settings.
    os.environ.pop("DESKPILOT_CONFIG", None)
    os.environ.update(settings.environment())
    return settings


def _serve(settings: Settings) -> None:
    from serving.service import SupportService

    logging.getLogger("circus").setLevel(logging.WARNING)
    service: Any = SupportService
    service.config["workers"] = settings.workers
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    service.serve_http(host=settings.host, port=settings.port)


def _announce(settings: Settings) -> None:
    """Print how to reach the service once it can be reached, and until then why it cannot."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    base = f"http://{host}:{settings.port}"
    said: object = None
    while True:
        ready, told = _look(f"{base}/readyz")
        if ready:
            break
        problems = told.get("problems")
        if problems and problems != said:
            print(f"Not ready: {'; '.join(map(str, problems))}", file=sys.stderr, flush=True)
            said = problems
        time.sleep(0.2)
    client, keys = next(iter(settings.keys.items()))
    key = keys[0].get_secret_value()
    report = newest_report(settings.reports)
    print(
        f"\n  Console for {client}:  {base}/console/#key={key}\n\n"
        f"  curl -s {base}/v1/suggest -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{json.dumps(_EXAMPLE)}'\n"
        + ("" if report is None else f"\n  Report of the last night:  {report}\n"),
        flush=True,
    )


def _look(url: str) -> tuple[bool, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return True, json.load(reply)
    except urllib.error.HTTPError as error:
        return False, json.loads(error.read() or b"{}")
    except (OSError, ValueError):
        return False, {}


if __name__ == "__main__":
    raise SystemExit(main())
