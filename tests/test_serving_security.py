"""Keys, the gate in front of every request, limits, generated secrets."""

import stat
import threading

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from serving.security import (
    Gate,
    Keyring,
    RateLimiter,
    client_secret,
    digest,
    generated_key,
    secret,
)

KEYS = {
    "lumen": ["lumen-key-0123456789", "lumen-next-0123456789"],
    "verdant": ["verdant-key-01234"],
}


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def client(*, burst=1000, clock=None, limit=1000):
    reached = []

    async def app(scope, receive, send):
        message = await receive() if scope["method"] == "POST" else {}
        reached.append((scope["state"], message.get("body")))
        await PlainTextResponse("inside")(scope, receive, send)

    gate = Gate(
        app,
        keyring=Keyring(KEYS),
        limiter=RateLimiter(2, burst, clock=clock or Clock()),
        max_body_bytes=limit,
    )
    return TestClient(gate), reached


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_each_key_opens_for_its_own_client():
    ring = Keyring(KEYS)
    assert [ring.client(key) for own in KEYS.values() for key in own] == [
        "lumen",
        "lumen",
        "verdant",
    ]
    assert ring.clients == ("lumen", "verdant")


@given(st.text())
def test_no_other_text_opens(key):
    assert Keyring(KEYS).client(key) is None


def test_an_empty_key_never_opens():
    ring = Keyring({"lumen": [""]})
    assert ring.client("") is None
    assert ring.client(None) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic bHVtZW46a2V5"},
        {"Authorization": "Bearer wrong"},
        {"X-API-Key": "wrong"},
        {"X-API-Key": "lumen-key-012345678"},
        {"Authorization": b"Bearer \xff\xfe"},
    ],
)
def test_without_a_known_key_nothing_is_reached(headers):
    http, reached = client()
    answer = http.post("/v1/suggest", content=b"not even json", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401
    assert reached == []


def test_only_the_open_pages_need_no_key():
    http, reached = client()
    shut = ["/v1/suggest", "/console/../v1/suggest", "//livez", "/livez/", "/x", "/consolex"]
    assert [status_of(http.app, path) for path in shut] == [401] * len(shut)
    open_pages = ["/", "/livez", "/readyz", "/metrics", "/docs.json", "/console", "/console/x.js"]
    assert [status_of(http.app, page) for page in open_pages] == [200] * len(open_pages)
    assert len(reached) == len(open_pages)


def status_of(app, path):
    """Ask with exactly this path: a client library would tidy it up first."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    anyio.run(app, scope, receive, send)
    return sent[0]["status"]


@pytest.mark.parametrize("form", [bearer(KEYS["lumen"][0]), {"X-API-Key": KEYS["lumen"][1]}])
def test_a_known_key_names_the_client(form):
    http, reached = client()
    assert http.post("/v1/x", content=b"body", headers=form).text == "inside"
    state, body = reached[0]
    assert state["client"] == "lumen"
    assert body == b"body"


def test_a_request_id_comes_back_and_a_bad_one_is_replaced():
    http, _ = client()
    given_id = http.get("/livez", headers={"X-Request-Id": "abc-1.2:3"}).headers["x-request-id"]
    made_up = http.get("/livez", headers={"X-Request-Id": "a b\tc" * 99}).headers["x-request-id"]
    assert given_id == "abc-1.2:3"
    assert len(made_up) == 32


def test_a_large_body_is_refused_whether_it_says_so_or_not():
    http, reached = client(limit=100)
    headers = bearer(KEYS["lumen"][0])
    told = http.post("/v1/x", content=b"x" * 101, headers=headers)
    streamed = http.post("/v1/x", content=(b"x" * 60 for _ in range(2)), headers=headers)
    exact = http.post("/v1/x", content=(b"x" * 50 for _ in range(2)), headers=headers)
    assert [told.status_code, streamed.status_code, exact.status_code] == [413, 413, 200]
    assert told.json()["max_body_bytes"] == 100
    for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        for body in (b"x" * 101, (b"x" * 60 for _ in range(2))):
            asked = http.request(method, "/v1/x", content=body, headers=headers)
            assert asked.status_code == 413
    assert reached[0][1] == b"x" * 100


def test_the_key_is_asked_for_before_the_size():
    http, _ = client(limit=100)
    assert http.post("/v1/x", content=b"x" * 101).status_code == 401


def test_a_bucket_empties_fills_and_is_a_clients_own():
    clock = Clock()
    http, _ = client(burst=3, clock=clock)
    lumen, verdant = bearer(KEYS["lumen"][0]), bearer(KEYS["verdant"][0])
    answers = [http.get("/v1/x", headers=lumen) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[3].headers["retry-after"] == "1"
    assert http.get("/v1/x", headers=verdant).status_code == 200
    clock.now += 0.5
    assert http.get("/v1/x", headers=lumen).status_code == 200
    assert http.get("/v1/x", headers=lumen).status_code == 429


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=60))
def test_no_more_pass_than_the_rate_allows(waits):
    clock = Clock()
    limiter = RateLimiter(2, 5, clock=clock)
    passed = 0
    for wait in waits:
        clock.now += wait
        passed += limiter.wait_seconds("lumen") == 0
    assert passed <= 5 + 2 * clock.now + 1e-6


def test_generated_secrets_are_kept_and_for_their_owner_only(tmp_path):
    state = tmp_path / "state"
    keys = [generated_key(state, "lumen"), generated_key(state, "lumen")]
    assert keys[0] == keys[1] != generated_key(state, "verdant")
    assert secret(state) == secret(state)
    assert len(secret(state)) == 32
    for path in state.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_two_processes_that_start_at_once_both_get_one_key(tmp_path):
    found = []
    gate = threading.Barrier(8)

    def start():
        gate.wait()
        found.append(generated_key(tmp_path, "lumen"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_a_clients_hash_key_is_its_own():
    own = b"k" * 32
    assert client_secret(own, "lumen") == client_secret(own, "lumen")
    assert client_secret(own, "lumen") != client_secret(own, "verdant")


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_a_digest_tells_where_parts_end(first, second):
    assert (digest(*first) == digest(*second)) == (first == second)
