"""A small service for tests: real models on the sample shop, trained in seconds."""

from datetime import UTC, datetime
from functools import cache

from starlette.testclient import TestClient

from data.encoders import HashingEncoder
from data.synthetic import small_knowledge, small_tickets
from serving.app import create_app
from serving.engine import SupportEngine
from serving.settings import Settings
from serving.store import Store
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from triage.intents import IntentClassifier

KEYS = {"lumen": "lumen-key-0123456789", "verdant": "verdant-key-0123456789"}
NOW = datetime(2026, 3, 2, 18, 41, tzinfo=UTC)


@cache
def intent_model():
    tickets = small_tickets()
    # So few tickets cannot show the shipped precision.
    model = IntentClassifier(encoder=HashingEncoder(), target_precision=0.9)
    return model.fit(tickets["text"], tickets["intent"])


def knowledge():
    return KnowledgeIndex(encoder=HashingEncoder()).fit(small_knowledge())


def drafter_over(index):
    # Hashed words support little; what is shipped is set for the default encoder.
    return ReplyDrafter(index, threshold=0.02, least_acceptance=0.0)


def engine(folder, **parts):
    """Return an engine over real models; a part may be replaced or taken out."""
    options = parts.pop("settings", {})
    settings = Settings(**{"state": folder, "keys": KEYS, "workers": 1, **options})
    index = parts.pop("index") if "index" in parts else knowledge()
    drafter = parts.pop("drafter") if "drafter" in parts else drafter_over(index)
    return SupportEngine(
        store=parts.pop("store", None) or Store(settings.database, linger_seconds=0.01),
        intent=parts.pop("intent") if "intent" in parts else intent_model(),
        index=index,
        drafter=drafter,
        versions={"triage": "intent:12"},
        settings=settings,
        clock=parts.pop("clock", lambda: NOW),
        **parts,
    )


def browser(made):
    """Return an HTTP client over an engine."""
    return TestClient(create_app(made), follow_redirects=False)


def key(client="lumen"):
    return {"Authorization": f"Bearer {KEYS[client]}"}


def ticket(text="How do I send the blanket back?", **fields):
    return {"id": "48213", "version": 7, "messages": [{"id": "m1", "text": text}], **fields}
