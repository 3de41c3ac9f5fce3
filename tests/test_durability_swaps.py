"""Champions swapped and rolled back under load: no request dropped, no versions mixed."""

import threading
import time

import pytest
from durable_server import load
from serving_desk import browser, engine, intent_model, key, knowledge, ticket

from data.artifact import read_artifact
from data.champions import PointerEntry, write_pointer
from data.encoders import HashingEncoder
from data.synthetic import small_tickets
from serving.reload import Reloader
from triage.intents import IntentClassifier

TEXTS = {
    edition: f"To send the blanket back, use the {edition} form of the shop within ten days."
    for edition in ("yellow", "purple")
}


def other_model():
    """The same lessons under other names, so that each answer says who gave it."""
    tickets = small_tickets()
    model = IntentClassifier(encoder=HashingEncoder(), target_precision=0.9)
    return model.fit(tickets["text"], "other." + tickets["intent"])


def edition(word):
    index = knowledge()
    article = index.articles("lumen")
    article = article[article["article_id"] == "returns-en"]
    return index.add(article.assign(version=50, text=TEXTS[word]))


@pytest.fixture
def world(tmp_path):
    """Two sets of models on disk, and what moves the pointers between them."""
    root = tmp_path / "champions"
    entries = {}
    for version, model in (("1", intent_model()), ("2", other_model())):
        folder = model.save(root / "intent" / version)
        digest = read_artifact(folder, kind="intent").digest
        entries[version] = {"intent": PointerEntry(version, f"intent/{version}", digest)}
    editions = {word: edition(word) for word in TEXTS}

    def point(version, word):
        editions[word].save(root / "knowledge")
        write_pointer(root, entries[version], night=f"night-{version}")

    point("1", "yellow")
    names = {index.version("lumen"): word for word, index in editions.items()}
    return root, point, names


def test_swaps_and_rollbacks_under_load(world, tmp_path):
    root, point, words = world
    desk = engine(tmp_path, intent=None, index=None, drafter=None)
    watcher = Reloader(desk, root, 60, load=load)
    watcher.look()
    http = browser(desk)
    stop, answers = threading.Event(), []

    def ask():
        while not stop.is_set():
            answers.append(http.post("/v1/suggest", json={"ticket": ticket()}, headers=key()))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(6):
        point("12"[turn % 2], ("yellow", "purple")[turn // 2 % 2])
        assert watcher.look(), desk.problems
        enough, until = len(answers) + 4, time.monotonic() + 60
        while len(answers) < enough and time.monotonic() < until:
            time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert {reply.status_code for reply in answers} == {200}
    seen = set()
    for told in (reply.json() for reply in answers):
        version, word = told["models"]["triage"], words[told["models"]["index"]]
        seen.add((version, word))
        assert told["degraded"] == []
        labels = [told["triage"]["intent"]["label"]]
        labels += [label for label, _ in told["triage"]["intent"]["alternatives"]]
        known = [label.startswith("other.") for label in labels if label != "unknown"]
        assert known
        assert set(known) == {version == "intent:2"}
        other = next(w for w in TEXTS if w != word)
        assert other not in str(told["draft"])
    assert {version for version, _ in seen} == {"intent:1", "intent:2"}
    assert {word for _, word in seen} == set(TEXTS)
    assert any(word in str(reply.json()["draft"]) for reply in answers for word in TEXTS)
    desk.close()
