"""The calls over HTTP, on real models: shapes, errors, isolation, idempotency."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from serving_desk import KEYS, NOW, browser, engine, key, knowledge, ticket

from data.encoders import HashingEncoder
from data.synthetic import small_tickets
from serving.asked import Asked
from serving.gauges import forget_dead
from serving.reports import newest_report
from serving.schemas import ArticleIn, ArticleOut, EditOut, FeedbackOut, SuggestOut, TriageReply
from serving.snapshot import known_clients
from serving.writer import UnsureWriteError
from triage.intents import IntentClassifier

ARTICLE = {
    "title": "Gift wrapping",
    "text": "# Gift wrapping\n\nWe wrap any lamp as a gift for 4.50 EUR. Choose it at checkout.",
    "language": "en",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = engine(tmp_path_factory.mktemp("desk"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def http(desk):
    return browser(desk)


def suggest(http, body, client="lumen", **headers):
    return http.post("/v1/suggest", json=body, headers={**key(client), **headers})


def test_a_suggestion_has_the_shape_of_the_interface(http):
    customer = {"id": "c9", "timezone": "Europe/Paris", "name": "Anna Meier"}
    body = {"client": "lumen", "ticket": ticket(customer=customer), "options": {"k": 3}}
    answer = suggest(http, body)
    assert answer.status_code == 200
    told = answer.json()
    SuggestOut.model_validate(told)
    assert told["ticket_version"] == 7
    assert told["models"]["triage"] == "intent:12"
    assert told["models"]["index"] in answer.headers["x-model-version"]
    assert told["triage"]["intent"]["label"] == "support.return_exchange"
    assert told["triage"]["language"]["label"] == "en"
    assert told["draft"]["outcome"] in {"validate", "personalise", "process"}
    assert told["articles"][0]["id"] == "returns-en"
    assert told["degraded"] == []
    assert told["route"] is None
    assert told["actions"] == []
    assert {"route", "actions", "triage.sentiment"} <= set(told["not_available"])
    assert "route" in told["reasons"]
    assert told["timing_ms"]["total"] > 0


def test_every_cited_span_is_what_the_article_says(http):
    told = suggest(http, {"ticket": ticket("How do I send the blanket back?")}).json()
    cited = [s for s in told["draft"]["sentences"] if s["support"]["source"] == "article"]
    assert cited
    for sentence in cited:
        support = sentence["support"]
        article = http.get(f"/v1/kb/lumen/articles/{support['id']}", headers=key()).json()
        start, end = support["span"]
        assert article["version"] == int(support["version"])
        said = " ".join(article["text"][start:end].split())
        assert sentence["text"] in said or said in sentence["text"]


def test_only_what_is_wanted_is_made(http):
    told = suggest(http, {"ticket": ticket(), "options": {"want": ["articles"], "k": 2}}).json()
    assert len(told["articles"]) == 2
    assert not {"triage", "draft", "macros", "route", "actions"} & set(told)
    assert told["not_available"] == []


def test_a_ticket_without_meaning_abstains_with_a_reason(http):
    for text, reason in [("🙂🙂🙂", "empty"), ("", "empty")]:
        told = suggest(http, {"ticket": ticket(text)}).json()
        assert told["triage"]["abstained"]
        assert told["triage"]["reason"] == reason
        assert told["draft"]["outcome"] == "none"
        assert told["draft"]["text"] == ""


def test_a_hundred_thousand_characters_are_cut_and_answered(http):
    told = suggest(http, {"ticket": ticket("Where is my order? " * 5300)}).json()
    assert told["truncated"]
    assert told["degraded"] == []


def test_triage_of_one_and_of_many_agree(http):
    texts = ["I forgot my password.", "Pouvez-vous m'envoyer ma facture ?"]
    one = [http.post("/v1/triage", json={"ticket": ticket(t)}, headers=key()).json() for t in texts]
    many = http.post(
        "/v1/triage", json={"tickets": [ticket(t, id=t[:3]) for t in texts]}, headers=key()
    ).json()
    TriageReply.model_validate(one[0])
    TriageReply.model_validate(many)
    labels = [row["triage"]["intent"]["label"] for row in one]
    assert [row["triage"]["intent"]["label"] for row in many["results"]] == labels
    assert [row["triage"]["reason"] for row in many["results"]] == [None, None]
    assert [row["ticket_id"] for row in many["results"]] == ["I f", "Pou"]


@pytest.mark.parametrize(("given", "known"), [("en-US", "en"), ("EN", "en"), ("pt_BR", "pt")])
def test_the_language_of_a_helpdesk_is_understood(http, given, known):
    body = {"ticket": ticket("LL-204518", language=given)}
    told = http.post("/v1/triage", json=body, headers=key()).json()
    assert told["triage"]["language"] == {"label": known, "p": 0.9}


def test_an_empty_batch_is_an_empty_answer(http):
    assert http.post("/v1/triage", json={"tickets": []}, headers=key()).json()["results"] == []


def test_a_batch_over_the_limit_is_refused(http):
    body = {"tickets": [ticket(id=str(n)) for n in range(257)]}
    answer = http.post("/v1/triage", json=body, headers=key())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "tickets"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "ticket"),
        ({"ticket": {"id": "1"}}, "ticket"),
        ({"ticket": ticket(version="seven")}, "ticket.version"),
        ({"ticket": ticket(created_at="2026-03-02T18:41:00")}, "ticket.created_at"),
        ({"ticket": ticket(channel="pigeon")}, "ticket.channel"),
        ({"ticket": {"id": "1", "messages": [{"author": "customer"}]}}, "ticket.messages.0.text"),
        ({"ticket": ticket(), "options": {"k": 0}}, "options.k"),
        ({"ticket": ticket(), "options": {"want": ["everything"]}}, "options.want.0"),
        ({"ticket": ticket(id="a\nb")}, "ticket.id"),
        ({"ticket": ticket(context={"a": float("nan")})}, "ticket.context.a"),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not_repeated(http, body, path):
    raw = json.dumps(body)
    headers = {**key(), "Content-Type": "application/json"}
    answer = http.post("/v1/suggest", content=raw, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["errors"][0]["path"].startswith(path)
    assert told["errors"][0]["pointer"].startswith("/" + path.replace(".", "/"))
    assert "pigeon" not in answer.text
    assert told["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"a": float("nan")}, "/ticket/context/a"),
        ({"dict": {"b": [1, float("inf")]}}, "/ticket/context/dict/b/1"),
    ],
)
def test_the_pointer_names_a_place_of_the_body_and_nothing_more(http, facts, pointer):
    raw = json.dumps({"ticket": ticket(context=facts)})
    headers = {**key(), "Content-Type": "application/json"}
    told = http.post("/v1/suggest", content=raw, headers=headers).json()
    assert [error["pointer"] for error in told["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("content", "place"), [(b"{", "line 1, column 2"), (b'{"ticket":\n oops}', "line 2, column 2")]
)
def test_what_is_no_json_is_told_with_its_place(http, content, place):
    headers = {**key(), "Content-Type": "application/json"}
    told = http.post("/v1/suggest", content=content, headers=headers).json()
    assert f"The body is wrong: it is not valid JSON in {place}" in told["detail"]
    assert told["errors"][0]["pointer"] == ""
    assert "oops" not in str(told)


@pytest.mark.parametrize("sent", ["text/plain", "application/x-www-form-urlencoded; charset=utf-8"])
def test_a_body_that_is_not_sent_as_json_is_a_415(http, sent):
    raw = json.dumps({"ticket": ticket()})
    answer = http.post("/v1/suggest", content=raw, headers={**key(), "Content-Type": sent})
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["detail"]
    assert http.post("/v1/suggest", content=raw, headers=key()).status_code == 415
    assert http.post("/v1/suggest", headers=key()).status_code == 422
    other = {**key(), "Content-Type": "application/json; charset=utf-8"}
    assert http.post("/v1/suggest", content=raw, headers=other).status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe\x00", b"[" * 5000, b'{"ticket":' * 2000, b'"text"'],
)
def test_what_is_no_body_is_a_422(http, content):
    headers = {**key(), "Content-Type": "application/json"}
    answer = http.post("/v1/suggest", content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["title"] == "The body does not fit the call"


def test_deep_context_is_refused_and_odd_characters_are_not(http):
    deep = {}
    for _ in range(50):
        deep = {"a": deep}
    answer = suggest(http, {"ticket": ticket(context=deep)})
    assert answer.json()["errors"][0]["path"] == "ticket.context"
    raw = json.dumps(
        {"ticket": ticket("lone \ud800 half, nul \x00 and ‮ turn", context={"x": "\ud800"})}
    )
    headers = {**key(), "Content-Type": "application/json"}
    assert http.post("/v1/suggest", content=raw, headers=headers).status_code == 200


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=300), subject=st.text(max_size=80))
def test_any_text_gets_an_answer(http, text, subject):
    headers = {**key(), "Content-Type": "application/json"}
    raw = json.dumps({"ticket": ticket(text, subject=subject)})
    answer = http.post("/v1/suggest", content=raw, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["degraded"] == []


def test_unknown_paths_and_methods_are_problems(http):
    for answer, status in [
        (http.get("/nope", headers=key()), 404),
        (http.get("/v1/suggest", headers=key()), 405),
        (http.post("/v1/kb/lumen/articles/x", headers=key()), 405),
        (http.get("/nope"), 401),
    ]:
        assert answer.status_code == status
        assert answer.json()["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_problems_type_leads_into_the_document(http):
    told = http.get("/nope", headers=key()).json()
    path, _, pointer = told["type"].partition("#")
    part = http.get(path).json()
    for step in pointer.strip("/").split("/"):
        part = part[step]
    assert part["description"] == told["title"]


def test_the_openapi_document_is_valid_and_names_every_call(http):
    document = http.get("/docs.json").json()
    validate(document)
    calls = {(p, m) for p, operations in document["paths"].items() for m in operations}
    assert ("/v1/suggest", "post") in calls
    assert ("/v1/kb/{client}/articles/{article_id}", "delete") in calls
    for path, method in calls:
        secured = "security" in document["paths"][path][method]
        assert secured == path.startswith("/v1/")


# -- versions of tickets and models ------------------------------------------------------------


def test_a_stale_ticket_version_is_a_409(http):
    assert suggest(http, {"ticket": ticket(id="v", version=5)}).status_code == 200
    assert suggest(http, {"ticket": ticket(id="v", version=5)}).status_code == 200
    stale = suggest(http, {"ticket": ticket(id="v", version=4)})
    assert stale.status_code == 409
    assert stale.json()["newest_version"] == 5
    body = {"ticket": ticket(id="v", version=4)}
    assert http.post("/v1/triage", json=body, headers=key()).status_code == 409
    # The same number at another client is another ticket.
    assert suggest(http, body, client="verdant").status_code == 200


def test_the_newest_version_outlives_the_process(tmp_path):
    first = engine(tmp_path)
    assert suggest(browser(first), {"ticket": ticket(version=9)}).status_code == 200
    first.close()
    second = engine(tmp_path)
    assert suggest(browser(second), {"ticket": ticket(version=8)}).status_code == 409
    second.close()


def test_a_model_version_that_is_not_in_force_is_a_412(http):
    body = {"ticket": ticket()}
    assert suggest(http, body, **{"X-Model-Version": "intent:12"}).status_code == 200
    refused = suggest(http, body, **{"X-Model-Version": "intent:12, intent:11"})
    assert refused.status_code == 412
    assert refused.json()["models"]["triage"] == "intent:12"


def test_the_request_id_comes_back(http):
    answer = suggest(http, {"ticket": ticket()}, **{"X-Request-Id": "desk-17"})
    assert answer.headers["x-request-id"] == "desk-17"


# -- idempotency ---------------------------------------------------------------------------------


def test_a_repeated_suggestion_is_the_same_one(http, desk):
    body = {"ticket": ticket(id="again")}
    headers = {"Idempotency-Key": "suggest-1"}
    first, again = suggest(http, body, **headers), suggest(http, body, **headers)
    assert first.json() == again.json()
    desk.store.flush()
    assert sum(row["ticket_id"] == "again" for row in desk.store.rows("suggestions")) == 1
    other = suggest(http, {"ticket": ticket(id="other")}, **headers)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]


def test_a_repeated_feedback_is_kept_once(http, desk):
    number = suggest(http, {"ticket": ticket(id="fb")}).json()["suggestion_id"]
    headers = {**key(), "Idempotency-Key": "feedback-1"}
    body = {"suggestion_id": number, "decision": "rejected"}
    first = http.post("/v1/feedback", json=body, headers=headers)
    again = http.post("/v1/feedback", json=body, headers=headers)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert sum(row["suggestion_id"] == number for row in desk.store.rows("feedback")) == 1


# -- feedback ------------------------------------------------------------------------------------


def test_feedback_is_compared_without_greeting_and_kept(http, desk):
    told = suggest(http, {"ticket": ticket(id="cmp")}).json()
    sent = told["draft"]["text"].replace(told["draft"]["sentences"][0]["text"], "Hi there,", 1)
    body = {"suggestion_id": told["suggestion_id"], "decision": "edited", "sent_text": sent}
    answer = http.post("/v1/feedback", json={**body, "seconds": 31.5}, headers=key())
    assert answer.status_code == 201
    FeedbackOut.model_validate(answer.json())
    assert answer.json()["edit_distance"] == 0.0
    assert answer.json()["kept_share"] == 1.0
    row = next(
        r for r in desk.store.rows("feedback") if r["suggestion_id"] == told["suggestion_id"]
    )
    assert (row["client_id"], row["decision"], row["seconds"]) == ("lumen", "edited", 31.5)
    assert row["at"] == NOW


def test_feedback_on_another_clients_suggestion_is_a_404(http):
    number = suggest(http, {"ticket": ticket(id="mine")}).json()["suggestion_id"]
    body = {"suggestion_id": number, "decision": "sent"}
    assert http.post("/v1/feedback", json=body, headers=key("verdant")).status_code == 404
    assert http.post("/v1/feedback", json=body, headers=key()).status_code == 201


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"decision": "maybe"}, "decision"),
        ({"decision": "edited"}, ""),
        ({"seconds": -1}, "seconds"),
        ({"corrected": {"intent": "no.such_label"}}, "corrected.intent"),
        ({"corrected": {"intent": "a <b>"}}, "corrected.intent"),
        ({"corrected": {"intent": "Marie Dupont"}}, "corrected.intent"),
        ({"corrected": {"note": "Marie Dupont 0612345678"}}, "corrected.note"),
        ({"corrected": {"language": "Marie"}}, "corrected.language"),
        ({"corrected": {"outcome": "Marie"}}, "corrected.outcome"),
        ({"corrected": {"article_id": "Marie Dupont"}}, "corrected.article_id"),
        ({"opened": ["Marie Dupont marie@x.com"]}, "opened.0"),
        ({"used": ["returns-en", "Marie Dupont"]}, "used.1"),
        ({"used": ["invoices-verdant"]}, "used.0"),
    ],
)
def test_wrong_feedback_is_named(http, desk, change, path):
    number = suggest(http, {"ticket": ticket(id="wrong")}).json()["suggestion_id"]
    body = {"suggestion_id": number, "decision": "rejected", **change}
    answer = http.post("/v1/feedback", json=body, headers=key())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path
    assert "Marie" not in answer.text
    assert number not in {row["suggestion_id"] for row in desk.store.rows("feedback")}


def test_what_was_shown_may_be_opened_and_used(http, desk):
    told = suggest(http, {"ticket": ticket(id="opened")}).json()
    articles = [item["id"] for item in told["articles"]]
    cited = [s["support"]["id"] for s in told["draft"]["sentences"]]
    used = [name for name in cited if name in articles]
    assert used
    body = {"suggestion_id": told["suggestion_id"], "decision": "sent"}
    body |= {"opened": articles, "used": used}
    assert http.post("/v1/feedback", json=body, headers=key()).status_code == 201
    rows = [r for r in desk.store.rows("retrievals") if r["suggestion_id"] == told["suggestion_id"]]
    assert {r["source_id"] for r in rows if r["opened"]} == set(articles)
    assert {r["source_id"] for r in rows if r["used"]} == set(used)


def test_an_article_may_be_used_where_only_the_draft_was_wanted(http):
    told = suggest(http, {"ticket": ticket(id="cited"), "options": {"want": ["draft"]}}).json()
    supports = [s["support"] for s in told["draft"]["sentences"]]
    cited = next(s["id"] for s in supports if s["source"] != "phrase")
    body = {"suggestion_id": told["suggestion_id"], "decision": "sent", "used": [cited]}
    assert http.post("/v1/feedback", json=body, headers=key()).status_code == 201
    phrase = next(s["id"] for s in supports if s["source"] == "phrase")
    answer = http.post("/v1/feedback", json=body | {"used": [phrase]}, headers=key())
    assert answer.json()["errors"][0]["path"] == "used.0"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutError(), "Nothing was stored; try again."),
        (UnsureWriteError(), "repeat the request with the same Idempotency-Key"),
    ],
)
def test_a_store_that_answers_late_says_what_is_known(tmp_path, monkeypatch, error, told):
    made = engine(tmp_path)
    http = browser(made)
    number = suggest(http, {"ticket": ticket()}).json()["suggestion_id"]
    made.store.flush()

    def late(*_arguments, **_options):
        raise error

    monkeypatch.setattr(made.store.writer, "now", late)
    body = {"suggestion_id": number, "decision": "rejected"}
    answer = http.post("/v1/feedback", json=body, headers=key())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert told in answer.json()["detail"]
    made.close()


def test_a_correction_is_kept_as_a_label(http, desk):
    number = suggest(http, {"ticket": ticket(id="label")}).json()["suggestion_id"]
    body = {"suggestion_id": number, "decision": "ignored"}
    body["corrected"] = {
        "intent": "support.password_reset",
        "language": "fr",
        "outcome": "process",
        "article_id": "returns-fr",
    }
    assert http.post("/v1/feedback", json=body, headers=key()).status_code == 201
    row = next(r for r in desk.store.rows("feedback") if r["suggestion_id"] == number)
    assert row["corrected"] == body["corrected"]


def test_a_label_of_another_client_alone_does_not_exist(tmp_path):
    tickets = small_tickets()
    own = tickets["intent"] == tickets["intent"].iloc[0]
    model = IntentClassifier(encoder=HashingEncoder(), target_precision=0.9)
    labels = tickets["intent"].where(~own, "verdant.merger")
    model.fit(tickets["text"], labels, clients=["verdant" if o else "lumen" for o in own])
    made = engine(tmp_path, intent=model)
    http = browser(made)
    told = []
    for client in ("lumen", "verdant"):
        number = suggest(http, {"ticket": ticket()}, client).json()["suggestion_id"]
        for label in ("verdant.merger", "verdant.nothing"):
            body = {"suggestion_id": number, "decision": "ignored", "corrected": {"intent": label}}
            answer = http.post("/v1/feedback", json=body, headers=key(client))
            told.append((answer.status_code, answer.json().get("detail")))
    assert [status for status, _ in told] == [422, 422, 201, 422]
    assert told[0] == told[1]
    made.close()


def test_without_an_intent_model_a_correction_must_look_like_a_label(tmp_path):
    made = engine(tmp_path, intent=None)
    http = browser(made)
    number = suggest(http, {"ticket": ticket()}).json()["suggestion_id"]
    body = {"suggestion_id": number, "decision": "rejected"}
    for label, status in [("billing.refund", 201), ("Marie Dupont", 422), ("0612345678", 422)]:
        said = {**body, "corrected": {"intent": label}}
        assert http.post("/v1/feedback", json=said, headers=key()).status_code == status
    made.close()


# -- personal data -------------------------------------------------------------------------------


def test_nothing_personal_reaches_the_disk_or_the_log(tmp_path, caplog):
    caplog.set_level("DEBUG")
    made = engine(tmp_path)
    http = browser(made)
    words = (
        "Hello, my name is Anna Meier. Write to anna.meier@example.org or call +49 30 901820. "
        "My IBAN is DE89 3704 0044 0532 0130 00. How do I send order LL-204518 back?"
    )
    told = suggest(
        http, {"ticket": ticket(words, customer={"id": "c9", "name": "Anna Meier"})}
    ).json()
    sent = told["draft"]["text"] + "\nI wrote to anna.meier@example.org and called +49 30 901820."
    body = {"suggestion_id": told["suggestion_id"], "decision": "edited", "sent_text": sent}
    assert http.post("/v1/feedback", json=body, headers=key()).status_code == 201
    stored = made.store.rows("suggestions")[0]
    kept = made.store.rows("feedback")[0]
    made.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("anna.meier", "Meier", "901820", "0532 0130", "DE89"):
        assert secret.encode() not in raw, secret
        assert secret not in caplog.text, secret
    assert "LL-204518" in stored["ticket_text"]
    # The address has the same placeholder in the ticket and in what was sent.
    assert "[EMAIL_1]" in stored["ticket_text"]
    assert "[EMAIL_1]" in kept["sent_text"]


# -- the client's own knowledge --------------------------------------------------------------------


def test_an_article_can_be_written_read_found_changed_and_removed(tmp_path):
    made = engine(tmp_path)
    http = browser(made)
    path = "/v1/kb/lumen/articles/gift-wrapping"
    before = made.snapshot.models("lumen")["index"]
    created = http.put(path, json=ARTICLE, headers=key())
    assert created.status_code == 201
    EditOut.model_validate(created.json())
    assert created.json()["indexed"]
    assert created.json()["passages"] >= 1
    assert created.json()["index_version"] != before

    read = http.get(path, headers=key())
    ArticleOut.model_validate(read.json())
    assert read.json()["version"] == 1
    body = {"ticket": ticket("Can you wrap a lamp as a gift?", id="gift")}
    assert "gift-wrapping" in [a["id"] for a in suggest(http, body).json()["articles"]]

    changed = http.put(path, json={**ARTICLE, "title": "Gifts"}, headers=key())
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert http.get(path, headers=key()).json()["title"] == "Gifts"
    stale = http.put(path, json={**ARTICLE, "version": 2}, headers=key())
    assert stale.status_code == 409

    removed = http.delete(path, headers=key())
    assert removed.status_code == 200
    assert not removed.json()["indexed"]
    assert http.get(path, headers=key()).status_code == 404
    assert http.delete(path, headers=key()).status_code == 404
    assert "gift-wrapping" not in [a["id"] for a in suggest(http, body).json()["articles"]]
    made.close()


def test_an_article_in_a_language_without_replies_is_taken_with_a_warning(http):
    path = "/v1/kb/verdant/articles/odd"
    answer = http.put(path, json={**ARTICLE, "language": "xx"}, headers=key("verdant"))
    assert answer.status_code == 201
    (warning,) = answer.json()["warnings"]
    assert "in 'xx': replies are written in de, en, es" in warning
    known = http.put(path, json={**ARTICLE, "language": "de"}, headers=key("verdant"))
    assert known.json()["warnings"] == []
    http.delete(path, headers=key("verdant"))


def test_edits_outlive_the_process_and_meet_any_index(tmp_path):
    first = engine(tmp_path)
    http = browser(first)
    http.put("/v1/kb/lumen/articles/gift-wrapping", json=ARTICLE, headers=key())
    http.put("/v1/kb/lumen/articles/returns-en", json={**ARTICLE, "title": "New"}, headers=key())
    http.delete("/v1/kb/lumen/articles/returns-de", headers=key())
    first.close()
    second = engine(tmp_path)
    again = browser(second)
    articles = {
        name: again.get(f"/v1/kb/lumen/articles/{name}", headers=key())
        for name in ("gift-wrapping", "returns-en", "returns-de", "returns-fr")
    }
    assert [a.status_code for a in articles.values()] == [200, 200, 404, 200]
    assert articles["returns-en"].json()["title"] == "New"
    second.close()


def test_a_draft_article_is_kept_but_never_found(tmp_path):
    made = engine(tmp_path)
    http = browser(made)
    path = "/v1/kb/lumen/articles/gift-wrapping"
    told = http.put(path, json={**ARTICLE, "status": "draft"}, headers=key()).json()
    assert (told["status"], told["indexed"], told["passages"]) == ("draft", False, 0)
    assert told["live_version"] is None
    assert http.get(path, headers=key()).json()["status"] == "draft"
    body = {"ticket": ticket("Can you wrap a lamp as a gift?")}
    assert "gift-wrapping" not in [a["id"] for a in suggest(http, body).json()["articles"]]
    made.close()


def live_version(http, article_id="gift-wrapping"):
    body = {"ticket": ticket("Can you wrap a lamp as a gift?"), "options": {"k": 10}}
    found = suggest(http, body).json()["articles"]
    return {item["id"]: item["version"] for item in found}.get(article_id)


def test_a_draft_leaves_the_approved_version_live(tmp_path):
    path = "/v1/kb/lumen/articles/gift-wrapping"
    draft = {**ARTICLE, "status": "draft", "text": "# Gift wrapping\n\nA lamp as a gift is free."}
    first = engine(tmp_path)
    http = browser(first)
    http.put(path, json=ARTICLE, headers=key())
    told = http.put(path, json=draft, headers=key()).json()
    assert (told["version"], told["live_version"], told["indexed"]) == (2, 1, False)
    assert http.get(path, headers=key()).json()["version"] == 2
    shown = http.get(f"{path}?live=true", headers=key()).json()
    assert (shown["version"], shown["status"]) == (1, "approved")
    assert live_version(http) == 1
    first.close()

    second = engine(tmp_path)
    http = browser(second)
    assert live_version(http) == 1
    told = http.put(path, json=draft | {"status": "approved"}, headers=key()).json()
    assert (told["live_version"], told["indexed"]) == (3, True)
    assert live_version(http) == 3
    http.put(path, json=draft, headers=key())
    assert live_version(http) == 3
    second.close()

    third = engine(tmp_path)
    http = browser(third)
    assert live_version(http) == 3
    told = http.put(path, json=draft | {"status": "retired"}, headers=key()).json()
    assert (told["live_version"], told["indexed"]) == (None, False)
    assert live_version(http) is None
    http.put(path, json=draft, headers=key())
    assert http.get(f"{path}?live=true", headers=key()).status_code == 404
    third.close()

    fourth = engine(tmp_path)
    assert live_version(browser(fourth)) is None
    fourth.close()


def test_a_draft_of_an_article_of_the_night_leaves_it_live(tmp_path):
    made = engine(tmp_path)
    http = browser(made)
    path = "/v1/kb/lumen/articles/returns-en"
    before = http.get(path, headers=key()).json()["version"]
    told = http.put(path, json={**ARTICLE, "status": "draft"}, headers=key()).json()
    assert told["live_version"] == before
    assert suggest(http, {"ticket": ticket()}).json()["articles"][0]["id"] == "returns-en"
    assert not http.delete(path, headers=key()).json()["indexed"]
    assert live_version(http, "returns-en") is None
    made.close()


def test_one_client_never_sees_or_changes_anothers_knowledge(http):
    path = "/v1/kb/lumen/articles/returns-en"
    for call in (http.get, http.delete):
        assert call(path, headers=key("verdant")).status_code == 403
    assert http.put(path, json=ARTICLE, headers=key("verdant")).status_code == 403
    assert http.get("/v1/kb/verdant/articles/returns-en", headers=key("verdant")).status_code == 404
    assert suggest(http, {"client": "lumen", "ticket": ticket()}, "verdant").status_code == 403
    told = suggest(http, {"ticket": ticket("How do I send the blanket back?")}, "verdant").json()
    shown = {a["id"] for a in told["articles"]} | {
        s["support"]["id"] for s in told["draft"]["sentences"]
    }
    assert not {name for name in shown if name.startswith(("returns", "invoices-"))}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"language": "English"}, "language"),
        ({"kind": "poem"}, "kind"),
        ({"text": "<script>alert(1)</script>"}, "text"),
        ({"text": "   "}, "text"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "http://[bad", "text": "[z](/y) hey"}, "url"),
        ({"format": "html", "text": "<div>" * 5000 + "x"}, "text"),
        ({"format": "html", "text": "<li>" * 50_000 + "x"}, "text"),
        ({"format": "text", "text": "word " * 50_000}, "text"),
        ({"text": "[" * 100_000 + "x"}, "text"),
    ],
)
def test_a_wrong_article_is_named(http, change, path):
    answer = http.put("/v1/kb/lumen/articles/x", json={**ARTICLE, **change}, headers=key())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["path"] == path


def test_blanks_around_an_article_id_are_no_other_article(tmp_path):
    desk = engine(tmp_path)
    http = browser(desk)
    path = "/v1/kb/lumen/articles/{}"
    before = http.get(path.format("invoices-en"), headers=key()).json()
    for number, name in enumerate(("%20invoices-en", "invoices-en%C2%A0%20"), start=1):
        told = http.put(path.format(name), json=ARTICLE, headers=key())
        assert (told.status_code, told.json()["id"]) == (200, "invoices-en")
        assert told.json()["indexed"]
        assert told.json()["version"] == before["version"] + number
    assert http.put(path.format("%20%20"), json=ARTICLE, headers=key()).status_code == 422
    assert http.delete(path.format("%20invoices-en"), headers=key()).json()["version"] > 2
    assert {row["article_id"] for row in desk.store.rows("article_edits")} == {"invoices-en"}
    desk.close()


def test_an_edit_under_an_id_that_tables_change_replaces_no_other(tmp_path, caplog):
    desk = engine(tmp_path)
    asked = Asked("lumen", "test")
    before = desk.article("lumen", "invoices-en", live=True)
    assert not desk.put_article(" invoices-en", ArticleIn(**ARTICLE), asked).reply["indexed"]
    assert desk.article("lumen", "invoices-en", live=True) == before
    assert "cannot be indexed" in caplog.text
    desk.close()


def test_an_article_id_may_hold_a_slash_and_an_edit_a_key(http):
    path = "/v1/kb/lumen/articles/guides%2Fwrapping"
    headers = {**key(), "Idempotency-Key": "article-1"}
    first = http.put(path, json=ARTICLE, headers=headers)
    again = http.put(path, json=ARTICLE, headers=headers)
    assert first.json() == again.json()
    assert first.json()["id"] == "guides/wrapping"
    assert again.headers["idempotent-replayed"] == "true"
    assert http.delete(path, headers=key()).status_code == 200


# -- open pages ----------------------------------------------------------------------------------


def test_ready_only_after_a_canary_went_through(http, tmp_path):
    assert http.get("/readyz").status_code == 200
    assert http.get("/readyz").json()["problems"] == []
    assert http.get("/livez").status_code == 200
    empty = engine(tmp_path, intent=None)
    answer = browser(empty).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["no intent is in force"]
    assert browser(empty).get("/livez").status_code == 200
    empty.close()


def test_the_canary_leaves_no_trace(tmp_path):
    made = engine(tmp_path)
    assert browser(made).get("/readyz").status_code == 200
    made.store.flush()
    assert made.store.rows("suggestions") == []
    made.close()


def test_metrics_name_calls_not_articles(http):
    suggest(http, {"ticket": ticket(id="counted")})
    http.get("/v1/kb/lumen/articles/very-special-id", headers=key())
    text = http.get("/metrics").text
    assert 'deskpilot_requests_total{call="POST /v1/suggest",status="200"}' in text
    assert "deskpilot_suggestions_total" in text
    assert "very-special-id" not in text


def gauges(http):
    lines = http.get("/metrics").text.splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_metrics_tell_an_operator_how_the_service_stands(tmp_path):
    made = engine(tmp_path)
    made.use(replace(made.snapshot, night="2026-03-01T184100Z"))
    told = gauges(browser(made))
    assert float(told["deskpilot_night_age_seconds"]) == 24 * 3600
    assert told['deskpilot_model_info{part="triage",version="12"}'] == "1.0"
    assert float(told["deskpilot_resident_memory_bytes"]) > 1e6
    for name, value in {
        "ready": 1, "problems": 0, "models_refused": 0, "parts_missing": 0, "knowledge_damaged": 0,
        "store_waiting": 0, "store_dropped": 0, "store_failing": 0,
    }.items():  # fmt: skip
        assert float(told[f"deskpilot_{name}"]) == value, name
    made.problems = ("new models were refused: ArtifactError",)
    made.use(replace(made.snapshot, intent=None, versions={"triage": "intent:13"}))
    made.store.writer.failures = 1
    http = browser(made)
    told = gauges(http)
    assert told['deskpilot_model_info{part="triage",version="13"}'] == "1.0"
    for name, value in {
        "ready": 0, "problems": 3, "models_refused": 1, "parts_missing": 1, "store_failing": 1,
    }.items():  # fmt: skip
        assert float(told[f"deskpilot_{name}"]) == value, name
    made.use(replace(made.snapshot, versions={"triage": "intent:14"}))
    assert gauges(http)['deskpilot_model_info{part="triage",version="13"}'] == "0.0"
    made.close()


def test_gauges_of_a_worker_that_is_gone_are_left_out(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f"gauge_livemin_{gone.pid}.db").touch()
    (tmp_path / f"counter_{gone.pid}.db").touch()
    (tmp_path / f"gauge_livesum_{os.getpid()}.db").touch()
    forget_dead(tmp_path)
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {f"counter_{gone.pid}.db", f"gauge_livesum_{os.getpid()}.db"}


def test_the_console_is_served_with_a_strict_policy(http):
    assert http.get("/").headers["location"] == "/console/"
    page = http.get("/console/")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert http.get("/console/console.js").headers["content-type"].startswith("text/javascript")
    assert http.get("/console/secrets.txt").status_code == 404


def test_samples_are_tickets_the_service_takes(http):
    told = http.get("/v1/samples", headers=key()).json()
    assert told["client"] == "lumen"
    assert len(told["tickets"]) >= 10
    assert suggest(http, {"ticket": told["tickets"][0]}).status_code == 200
    assert http.get("/v1/samples", headers=key("verdant")).json()["tickets"] == []


def test_the_nightly_report_is_for_those_who_may_see_every_client(tmp_path):
    folder = tmp_path / "reports"
    (folder / "2026-03-02").mkdir(parents=True)
    (folder / "2026-03-02" / "report.html").write_text("<h1>Night</h1>")
    (folder / "2026-03-02" / "report.json").write_text('{"night": "2026-03-02"}')
    made = engine(tmp_path, settings={"report_readers": ["lumen"]})
    http = browser(made)
    assert http.get("/v1/reports/nightly", headers=key()).status_code == 404
    (folder / "latest").write_text("2026-03-02\n")
    assert http.get("/v1/reports/nightly", headers=key()).json() == {"night": "2026-03-02"}
    page = http.get("/v1/reports/nightly", headers={**key(), "Accept": "text/html"})
    assert page.text == "<h1>Night</h1>"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert http.get("/v1/reports/nightly?format=pdf", headers=key()).status_code == 422
    closed = http.get("/v1/reports/nightly", headers=key("verdant"))
    assert closed.status_code == 403
    assert closed.json()["title"] == "This key may not read the report of all clients"
    assert newest_report(folder) == folder / "2026-03-02" / "report.html"
    assert newest_report(tmp_path) is None
    made.close()


def report_status(folder, **options):
    made = engine(folder, settings=options)
    status = browser(made).get("/v1/reports/nightly", headers=key()).status_code
    made.close()
    return status


def test_a_single_client_reads_the_report_only_where_it_covers_nobody_else(tmp_path):
    (tmp_path / "reports" / "latest").mkdir(parents=True)
    (tmp_path / "reports" / "latest" / "report.json").write_text("{}")
    only = {"lumen": KEYS["lumen"]}
    assert report_status(tmp_path, keys=only) == 403  # nobody has knowledge yet
    root = tmp_path / "champions" / "knowledge"
    knowledge().save(root)
    assert set(known_clients(tmp_path / "champions")) == {"lumen", "verdant"}
    assert report_status(tmp_path, keys=only) == 403
    assert report_status(tmp_path, keys=only, report_readers=["lumen"]) == 200
    shutil.rmtree(root / "verdant")
    assert report_status(tmp_path, keys=only) == 200
    assert report_status(tmp_path) == 403  # verdant has a key as well


def test_a_client_that_asks_too_often_waits(tmp_path):
    made = engine(tmp_path, settings={"rate_per_second": 0.5, "burst": 2})
    http = browser(made)
    answers = [http.get("/v1/kb/lumen/articles/none", headers=key()) for _ in range(3)]
    assert [a.status_code for a in answers] == [404, 404, 429]
    assert int(answers[2].headers["retry-after"]) in (2, 3)
    made.close()
