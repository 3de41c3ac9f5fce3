"""The BentoML service: in process, and as a real server that is started and stopped by its pid."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest
from openapi_spec_validator import validate
from serving_desk import KEYS, key, ticket
from starlette.testclient import TestClient

from data.champions import PointerEntry, write_pointer
from data.encoders import HashingEncoder
from data.synthetic import small_knowledge, small_tickets
from serving.problems import ProblemError
from serving.reports import nightly_report
from serving.service import with_keys
from serving.settings import Settings
from serving.store import Store
from suggest.index import KnowledgeIndex
from triage.intents import IntentClassifier

HEADERS = {**key(), "Content-Type": "application/json"}
BODY = json.dumps({"client": "lumen", "ticket": ticket("Where can I download the invoice?")})
PATIENCE = 90


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """Champions as the night leaves them, with the default encoder."""
    folder = tmp_path_factory.mktemp("state")
    root = folder / "champions"
    tickets = small_tickets()
    model = IntentClassifier().fit(tickets["text"], tickets["intent"]).save(root / "intent" / "1")
    KnowledgeIndex().fit(small_knowledge()).save(root / "knowledge")
    digest = hashlib.sha256((model / "model.json").read_bytes()).hexdigest()
    write_pointer(root, {"intent": PointerEntry("1", "intent/1", digest)}, night="2026-03-02")
    return folder


def variables(state):
    keys = ",".join(f"{client}:{own}" for client, own in KEYS.items())
    return {"DESKPILOT_STATE": str(state), "DESKPILOT_KEYS": keys, "OMP_NUM_THREADS": "1"}


@pytest.fixture
def settings_of(state, monkeypatch):
    for name, value in variables(state).items():
        monkeypatch.setenv(name, value)


def test_the_plain_object_answers(settings_of):
    from serving.service import SupportService

    made = SupportService.inner()
    told = made.suggest(json.loads(BODY), "lumen")
    assert told["models"]["triage"] == "intent:1"
    assert made.triage({"ticket": ticket("Where is my order?")}, "lumen")["triage"]["intent"]
    said = {"suggestion_id": told["suggestion_id"], "decision": "rejected"}
    assert made.feedback(said, "lumen")["decision"] == "rejected"
    assert made.__is_ready__()
    made.close()


@pytest.mark.filterwarnings("default")  # BentoML's own code warns
def test_the_whole_stack_in_process(settings_of):
    from serving.service import SupportService

    with TestClient(SupportService.to_asgi()) as http:
        assert http.get("/livez").status_code == 200
        assert http.get("/healthz").status_code == 200
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert ready.json()["models"] == {"triage": "intent:1"}
        assert http.post("/v1/suggest", content=b"{{{").status_code == 401
        answer = http.post("/v1/suggest", content=BODY, headers=HEADERS)
        assert answer.status_code == 200
        assert answer.json()["draft"]["text"]
        assert http.get("/schema.json").status_code == 401
        validate(http.get("/docs.json").json())
        assert "deskpilot_requests_total" in http.get("/metrics").text


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(url, data=None, headers=None):
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def started(state, port, *more):
    command = [sys.executable, "-m", "serving", "--port", str(port), "--state", str(state), *more]
    root = Path(__file__).parents[1]
    log = (state / "serve.log").open("w")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("DESKPILOT_")}
    with log:
        return subprocess.Popen(
            command, cwd=root, env=environ | {"OMP_NUM_THREADS": "1"}, stdout=log, stderr=log
        )


def wait_for(check):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := check():
            return found
        time.sleep(0.1)
    pytest.fail("the server did not come up")


def test_a_real_server_answers_the_printed_line_and_stops(state):
    port = free_port()
    report = state / "reports" / "latest" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<h1>Night</h1>")
    server = started(state, port)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: ask(f"{base}/readyz")[0] == 200)
        text = wait_for(lambda: (t := (state / "serve.log").read_text()) and "curl" in t and t)
        console = next(word for word in text.split() if "/console/#key=" in word)
        own_key = console.partition("#key=")[2]
        assert f"Report of the last night:  {report}" in text
        curl = next(line for line in text.splitlines() if "curl" in line).strip()
        done = subprocess.run(["bash", "-c", curl], capture_output=True, timeout=60, check=True)
        told = json.loads(done.stdout)
        assert told["degraded"] == []
        assert told["models"]["triage"] == "intent:1"
        headers = {"Authorization": f"Bearer {own_key}", "Content-Type": "application/json"}
        said = {"suggestion_id": told["suggestion_id"], "decision": "ignored"}
        status, _ = ask(f"{base}/v1/feedback", json.dumps(said).encode(), headers)
        assert status == 201
        assert ask(f"{base}/v1/suggest", b"{")[0] == 401
        metrics = ask(f"{base}/metrics")[1]
        assert b"deskpilot_feedback_total" in metrics
        assert b"\ndeskpilot_ready 1.0\n" in metrics
        assert b"<title>deskpilot console" in ask(console)[1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    assert ask(f"{base}/livez")[0] == 0
    kept = Store(f"sqlite:///{state / 'store.db'}")
    assert kept.suggestion("lumen", told["suggestion_id"])["outcome"] == told["draft"]["outcome"]
    assert kept.rows("feedback")[-1]["suggestion_id"] == told["suggestion_id"]
    kept.close()
    assert "where can I download" not in (state / "serve.log").read_text().replace(curl, "")


def test_generated_keys_make_nobody_a_reader_of_the_report(tmp_path):
    root = tmp_path / "champions"
    KnowledgeIndex(encoder=HashingEncoder()).fit(small_knowledge()).save(root / "knowledge")
    several = with_keys(Settings(state=tmp_path))
    assert list(several.keys) == ["lumen", "verdant"]
    assert several.report_readers == []
    for client in several.keys:
        with pytest.raises(ProblemError, match="covers every client"):
            nightly_report(several, client, "json")
    named = with_keys(Settings(state=tmp_path, report_readers=["verdant"]))
    assert named.report_readers == ["verdant"]


def test_a_client_that_cannot_have_a_key_holds_up_nobody(tmp_path, caplog):
    known = small_knowledge()
    odd = known[known["client_id"] == "lumen"].assign(client_id="acme:eu")
    index = KnowledgeIndex(encoder=HashingEncoder()).fit(pd.concat([known, odd]))
    index.save(tmp_path / "champions" / "knowledge")
    found = with_keys(Settings(state=tmp_path))
    assert list(found.keys) == ["lumen", "verdant"]
    assert "'acme:eu' gets no key" in caplog.text
    index = KnowledgeIndex(encoder=HashingEncoder()).fit(odd)
    index.save(tmp_path / "alone" / "champions" / "knowledge")
    assert list(with_keys(Settings(state=tmp_path / "alone")).keys) == ["lumen"]


def test_a_wrong_setting_is_told_in_one_line():
    environ = {**os.environ, "DESKPILOT_KEYS": "lumen:short"}
    done = subprocess.run(
        [sys.executable, "-m", "serving"],
        cwd=Path(__file__).parents[1],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "at least 16 characters" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_process_that_starts_the_workers_reads_no_models_and_no_web_framework():
    ask = "import sys, serving.service; print(*{'pandas', 'sklearn', 'fastapi'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
