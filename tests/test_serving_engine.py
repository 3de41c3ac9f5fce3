"""The engine without HTTP: steps down, snapshots, reloads, edits under load."""

import copy
import hashlib
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from serving_desk import KEYS, drafter_over, engine, intent_model, knowledge, ticket
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from data.artifact import read_artifact
from data.champions import PointerEntry, read_pointer, write_pointer
from data.encoders import CachedEncoder, HashingEncoder
from data.redaction import redact
from data.synthetic import small_knowledge
from data.ticket import Ticket
from serving.asked import Asked
from serving.engine import SupportEngine
from serving.hiding import Hidden
from serving.idempotency import Idempotency
from serving.problems import ProblemError
from serving.reload import Reloader
from serving.run import Costs
from serving.schemas import ArticleIn, FeedbackIn, SuggestIn, TicketIn, TriageIn
from serving.settings import Settings
from serving.snapshot import known_clients, load_snapshot, read_voices
from serving.tickets import ticket_of, weight
from suggest.acceptance import acceptance_model
from suggest.client_acceptance import ClientAcceptance, Taught
from suggest.index import KnowledgeIndex

ASKED = Asked("lumen", "test")
BODY = SuggestIn(ticket=ticket())
ARTICLE = ArticleIn(title="Gifts", text="We wrap any lamp as a gift for 4.50 EUR.", language="en")


class Broken:
    """A part that fails at every call; ``after`` calls it works like the real one."""

    def __init__(self, error, real=None, works=()):
        self.error = error
        self.real = real
        self.works = works

    def __getattr__(self, name):
        if name in self.works:
            return getattr(self.real, name)

        def fail(*_args, **_options):
            raise self.error

        return fail


@pytest.fixture
def made(tmp_path):
    desk = engine(tmp_path)
    yield desk
    desk.close()


# -- a failing part degrades the answer, and says so --------------------------------------------


@pytest.mark.parametrize("error", [ValueError("x"), MemoryError(), RuntimeError(), KeyError("x")])
def test_without_the_drafter_there_are_articles(tmp_path, error):
    desk = engine(tmp_path, drafter=Broken(error))
    told = desk.suggest(BODY, ASKED)
    assert told["degraded"] == ["draft"]
    assert told["reasons"]["draft"] == f"failed: {type(error).__name__}"
    assert (told["draft"]["outcome"], told["draft"]["text"]) == ("none", "")
    assert told["articles"][0]["id"] == "returns-en"
    assert told["articles"][0]["span"][1] > told["articles"][0]["span"][0]
    assert told["triage"]["intent"]["label"] == "support.return_exchange"
    desk.close()


def test_without_the_index_there_is_triage(tmp_path):
    index = Broken(OSError("disk"), knowledge(), works=("clients", "version", "article"))
    desk = engine(tmp_path, index=index, drafter=Broken(OSError("disk")))
    told = desk.suggest(BODY, ASKED)
    assert told["degraded"] == ["draft", "articles"]
    assert told["articles"] == told["macros"] == []
    assert told["triage"]["intent"]["label"] == "support.return_exchange"
    desk.close()


def test_without_the_intent_model_there_is_a_draft(tmp_path):
    desk = engine(tmp_path, intent=Broken(ValueError("x")))
    told = desk.suggest(BODY, ASKED)
    assert told["degraded"] == ["intent"]
    assert told["triage"]["abstained"]
    assert told["triage"]["reason"] == "model_unavailable"
    assert told["triage"]["language"]["label"] == "en"
    assert told["draft"]["text"]
    desk.close()


def test_with_nothing_at_all_there_is_still_an_answer(tmp_path):
    desk = engine(tmp_path, intent=None, index=None, drafter=None)
    told = desk.suggest(BODY, ASKED)
    assert told["degraded"] == ["intent", "draft", "articles"]
    assert told["draft"]["outcome"] == "none"
    assert not desk.ready()
    desk.close()


def test_a_failing_part_never_writes_the_ticket_into_the_log(tmp_path, caplog):
    desk = engine(tmp_path, drafter=Broken(ValueError("How do I send the blanket back?")))
    desk.suggest(BODY, ASKED)
    assert "draft failed: ValueError" in caplog.text
    assert "blanket" not in caplog.text
    desk.close()


def test_a_client_without_knowledge_is_told_so(made):
    told = made.suggest(BODY, Asked("newcomer"))
    assert told["draft"]["outcome"] == "none"
    assert told["reasons"]["draft"] == "this client has no knowledge yet"
    assert told["degraded"] == []
    assert "index" not in told["models"]


def test_a_part_that_does_not_fit_into_the_time_is_left_out(made):
    made.suggest(BODY, ASKED)  # the engine learns what a draft costs
    hurried = SuggestIn(ticket=ticket(), options={"max_ms": 0.001})
    told = made.suggest(hurried, ASKED)
    assert "draft" in told["degraded"]
    assert "max_ms" in told["reasons"]["draft"]
    assert told["draft"]["reason"] == "time_budget"
    assert "intent" in told["degraded"]
    assert told["triage"]["reason"] == "time_budget"
    patient = made.suggest(SuggestIn(ticket=ticket(), options={"max_ms": 60_000}), ASKED)
    assert patient["degraded"] == []


@pytest.mark.parametrize("before", [(), (0.01,) * 20])
def test_a_part_that_stalled_once_comes_back(before):
    costs = Costs()
    for seconds in (*before, 4.2):
        costs.learn("draft", seconds)
    made = 0
    for _ in range(30):
        if costs.fits("draft", 0.4):
            made += 1
            costs.learn("draft", 0.01)
    assert made == (30 if before else 22)


def test_a_part_that_stays_slow_is_tried_ever_more_seldom():
    costs = Costs()
    costs.learn("draft", 2.0)
    tried = []
    for number in range(1000):
        if costs.fits("draft", 0.4):
            tried.append(number)
            costs.learn("draft", 2.0)
    assert tried[:4] == [8, 25, 58, 123]
    assert len(tried) == 10
    assert not any(costs.fits("draft", -0.001) for _ in range(300))


def test_neither_the_canary_nor_a_list_says_what_a_ticket_takes(made):
    assert made.ready()
    made.triage(TriageIn(tickets=[ticket(), ticket(id="2")]), ASKED)
    assert made.costs.expected("intent") == 0
    made.triage(TriageIn(ticket=ticket()), ASKED)
    assert made.costs.expected("intent") > 0


def test_a_store_that_cannot_answer_refuses_rather_than_forgets(tmp_path):
    desk = engine(tmp_path)
    number = desk.suggest(BODY, ASKED)["suggestion_id"]
    desk.store.flush()
    desk.store.close()
    with pytest.raises(TimeoutError, match="the store is closed"):
        desk.feedback(FeedbackIn(suggestion_id=number, decision="sent"), ASKED)


# -- one ticket, one client ---------------------------------------------------------------------


def test_more_articles_than_the_drafter_lists(made):
    told = made.suggest(SuggestIn(ticket=ticket(), options={"k": 6}), ASKED)
    ids = [item["id"] for item in told["articles"]]
    assert 3 < len(ids) <= 6
    assert len(set(ids)) == len(ids)


def test_batches_are_one_by_one(made):
    texts = ["I forgot my password.", "Wo bleibt meine Bestellung?", "🙂", "Merci"]
    one = [made.triage(TriageIn(ticket=ticket(t)), ASKED)["triage"] for t in texts]
    many = made.triage(TriageIn(tickets=[ticket(t, id=str(n)) for n, t in enumerate(texts)]), ASKED)
    for single, row in zip(one, many["results"], strict=True):
        found = row["triage"]
        # Products of many rows and of one differ in their last digits.
        for name in ("p", "out_of_scope"):
            expected = pytest.approx(single["intent"].pop(name), abs=2e-3)
            assert found["intent"].pop(name) == expected
        told = [[label for label, _ in t["intent"].pop("alternatives")] for t in (single, found)]
        assert told[0] == told[1]
        assert found == single


def test_order_numbers_are_entities(made):
    told = made.triage(TriageIn(ticket=ticket("Where is my order LL-771203?")), ASKED)
    assert told["triage"]["entities"] == {"order_id": ["LL-771203"]}


def test_many_threads_get_the_same_answer(made):
    expected = made.suggest(BODY, ASKED)
    answers = []

    def work():
        answers.extend(made.suggest(BODY, ASKED) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same = ("triage", "draft", "articles", "models", "degraded")
    assert len(answers) == 20
    assert all([a[part] for part in same] == [expected[part] for part in same] for a in answers)
    assert len({a["suggestion_id"] for a in answers}) == 20


def test_edits_under_load_never_mix_versions(made):
    texts = {
        version: f"{'Keep it dry. ' * version}\n\nSend the blanket back within {version} days."
        for version in range(7, 14)
    }
    stop = threading.Event()
    seen, wrong = set(), []

    def ask():
        while not stop.is_set():
            told = made.suggest(BODY, ASKED)
            seen.add(told["models"]["index"])
            wrong.extend(told["degraded"])
            for sentence in told["draft"]["sentences"]:
                support = sentence["support"]
                text = texts.get(int(support["version"]))
                if support["id"] == "returns-en" and text is not None:
                    start, end = support["span"]
                    wrong.extend([] if text[start:end] == sentence["text"] else [support])

    thread = threading.Thread(target=ask)
    thread.start()
    for version, text in texts.items():
        fields = {"title": "Returns", "text": text, "format": "text", "language": "en"}
        made.put_article("returns-en", ArticleIn(**fields, version=version), ASKED)
        time.sleep(0.03)
    stop.set()
    thread.join()
    assert wrong == []
    assert len(seen) > 1


# -- new models take over in one step -----------------------------------------------------------


def champions(root: Path, *, version="1", articles=None):
    """Write models as the night does and point to them."""
    folder = intent_model().save(root / "intent" / version)
    digest = hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
    index = knowledge()
    if articles is not None:
        index.add(articles)
    index.save(root / "knowledge")
    entry = PointerEntry(version, f"intent/{version}", digest)
    write_pointer(root, {"intent": entry}, night=f"night-{version}")


def load(root, damaged=None):
    """Read a snapshot with the encoder of these tests."""
    found = load_snapshot(root, encoder=HashingEncoder(), damaged=damaged)
    return replace(found, drafter=drafter_over(found.index))


@pytest.fixture
def watched(tmp_path):
    settings = Settings(state=tmp_path, keys=KEYS)
    champions(settings.champions)
    desk = engine(tmp_path, intent=None, index=None, drafter=None)
    watcher = Reloader(desk, settings.champions, 60, load=load)
    watcher.look()
    yield desk, watcher, settings.champions
    desk.close()


def test_the_models_the_pointer_names_are_in_force(watched):
    desk, _, _ = watched
    told = desk.suggest(BODY, ASKED)
    assert told["models"]["triage"] == "intent:1"
    assert told["degraded"] == []
    assert desk.ready()
    assert desk.status()["night"] == "night-1"


def test_a_moved_pointer_swaps_the_models(watched):
    desk, watcher, root = watched
    assert not watcher.look()
    champions(root, version="2")
    assert watcher.look()
    assert desk.suggest(BODY, ASKED)["models"]["triage"] == "intent:2"
    assert desk.ready()


@pytest.mark.parametrize("damage", ["file", "folder", "pointer", "knowledge", "another"])
def test_a_damaged_model_leaves_the_last_good_one(watched, damage, caplog):
    desk, watcher, root = watched
    champions(root, version="2")
    if damage == "file":
        path = next((root / "intent" / "2").glob("*.npy"))
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    elif damage == "folder":
        shutil.rmtree(root / "intent" / "2")
    elif damage == "another":
        shutil.rmtree(root / "intent" / "2")
        intent_model().save(root / "intent" / "2", metrics={"accuracy": 0.5})
    elif damage == "pointer":
        (root / "current.json").write_text("{")
    else:
        path = next((root / "knowledge" / "lumen").glob("*/*.npy"))
        path.write_bytes(b"")
        (root / "current.json").touch()
    assert not watcher.look()
    told = desk.suggest(BODY, ASKED)
    assert told["models"]["triage"] == "intent:1"
    assert told["degraded"] == []
    assert desk.ready()
    assert desk.status()["problems"][0].startswith("new models were refused")
    assert "last good ones stay" in caplog.text
    # The night comes again and is whole.
    shutil.rmtree(root / "knowledge")
    champions(root, version="3")
    assert watcher.look()
    assert desk.status()["problems"] == []


def test_without_a_last_good_set_the_undamaged_parts_serve(tmp_path, caplog):
    settings = Settings(state=tmp_path, keys=KEYS)
    champions(settings.champions)
    shutil.rmtree(settings.champions / "intent" / "1")
    desk = engine(tmp_path, intent=None, index=None, drafter=None)
    Reloader(desk, settings.champions, 60, load=load).look()
    told = desk.suggest(BODY, ASKED)
    assert told["degraded"] == ["intent"]
    assert told["draft"]["text"]
    assert desk.status()["problems"][0].startswith("new models were refused")
    assert "serving without the damaged parts: intent 1" in caplog.text
    desk.close()


def test_what_agents_taught_is_in_force(tmp_path):
    root = tmp_path / "champions"
    champions(root)
    model = acceptance_model()
    model.fit([dict.fromkeys(model.start, 0.5)] * 60, [0] * 60)
    taught = ClientAcceptance({"lumen": Taught(model, model)})
    digest = read_artifact(taught.save(root / "acceptance" / "4"), kind="acceptance").digest
    before = read_pointer(root)
    entry = PointerEntry("4", "acceptance/4", digest)
    write_pointer(root, {**before.models, "acceptance": entry}, night="night-4")
    found = load_snapshot(root, encoder=HashingEncoder())
    assert found.versions["acceptance"] == "acceptance:4"
    assert found.drafter.acceptance.of("lumen").sent.coef_ == model.coef_


def test_a_clients_edits_survive_a_new_night(watched):
    desk, watcher, root = watched
    desk.put_article("gift-wrapping", ARTICLE, ASKED)
    desk.delete_article("returns-de", ASKED)
    champions(root, version="2")
    assert watcher.look()
    assert desk.article("lumen", "gift-wrapping")["version"] == 1
    with pytest.raises(ProblemError, match="no article 'returns-de'"):
        desk.article("lumen", "returns-de")
    assert "gift-wrapping" in set(desk.snapshot.index.passages("lumen")["article_id"])


def test_a_newer_article_of_the_night_wins_over_an_older_edit(watched):
    desk, watcher, root = watched
    desk.put_article("returns-en", ARTICLE.model_copy(update={"version": 7}), ASKED)
    newer = knowledge().articles("lumen")
    newer = newer[newer["article_id"] == "returns-en"].assign(version=9, title="From the export")
    champions(root, version="2", articles=newer)
    assert watcher.look()
    assert desk.article("lumen", "returns-en")["title"] == "From the export"
    assert desk.article("lumen", "returns-en")["version"] == 9


def test_another_process_sees_an_edit(watched, tmp_path):
    desk, _, root = watched
    other = SupportEngine(store=desk.store, settings=desk.settings, hash_key=b"k")
    watcher = Reloader(other, root, 60, load=load)
    watcher.look()
    desk.put_article("gift-wrapping", ARTICLE, ASKED)
    assert "gift-wrapping" not in set(other.snapshot.index.passages("lumen")["article_id"])
    watcher.look()
    assert "gift-wrapping" in set(other.snapshot.index.passages("lumen")["article_id"])


def test_without_champions_the_service_says_what_to_do(tmp_path):
    settings = Settings(state=tmp_path, keys=KEYS, refresh_seconds=60)
    desk = SupportEngine.from_champions(settings)
    assert not desk.ready()
    assert "run 'python -m pipelines nightly' first" in desk.status()["problems"][0]
    assert desk.put_article("gift", ARTICLE, ASKED).reply["indexed"] is False
    assert desk.article("lumen", "gift")["title"] == "Gifts"
    desk.close()


def test_a_wrong_policy_file_holds_nobody_up(tmp_path, caplog):
    (tmp_path / "acme%20ltd.yaml").write_text("timezone: Europe/Paris\n")
    (tmp_path / "bad.yaml").write_text("voice: {en: {formality: rude}}\n")
    (tmp_path / "list.yaml").write_text("- 1\n")
    (tmp_path / "broken.yaml").write_bytes(b"\xff: [")
    assert list(read_voices(tmp_path)) == ["acme ltd"]
    assert caplog.text.count("default voice") == 3


def test_the_clients_with_knowledge_are_known_without_loading_it(tmp_path):
    assert known_clients(tmp_path) == ()
    knowledge().save(tmp_path / "knowledge")
    (tmp_path / "knowledge" / "verdant" / "current.json").write_text("{")
    assert known_clients(tmp_path) == ("lumen",)


# -- the short way and the long way give the same ----------------------------------------------


FULL = {
    "id": 7,
    "version": 0,
    "language": "pt_BR",
    "subject": "Order",
    "created_at": "2026-03-02T20:41:00+02:00",
    "customer": {"id": 9, "name": "Ana", "timezone": "", "plan": "pro"},
    "messages": [
        {"text": "Where is it? My order is A-55.", "at": "2026-03-02T18:00:00Z"},
        {"id": "m9", "author": "agent", "text": "x" * 400, "public": False},
    ],
    "context": {"order": {"id": "A-55", "total": 3.5}},
    "headers": {"a": "b"},
}


@pytest.mark.parametrize("body", [FULL, {"id": "1", "text": "Hello?"}, {"id": "1", "subject": "x"}])
def test_the_ticket_of_a_body_is_the_one_a_mapping_gives(body):
    parsed = TicketIn.model_validate(body)
    cut = parsed.model_dump(exclude={"text"})
    for message in cut["messages"]:
        message["text"] = message["text"][:300]
    assert ticket_of(parsed, "lumen", 300) == (
        Ticket.from_mapping(cut, "lumen"),
        body is FULL,
    )


def test_a_time_outside_of_the_calendar_is_the_callers_to_correct():
    body = TicketIn.model_validate({"id": "1", "text": "x", "created_at": "0001-01-01T00:00+10:00"})
    with pytest.raises(ProblemError, match="between the years 1 and 9999"):
        ticket_of(body, "lumen", 100)


def test_texts_encoded_together_and_apart_give_the_same_answer(tmp_path):
    encoder = CachedEncoder(HashingEncoder())
    model = copy.copy(intent_model())
    model.encoder_ = encoder
    index = KnowledgeIndex(encoder=encoder).fit(small_knowledge())
    body = SuggestIn(
        ticket=ticket("How do I send the blanket back? And can I still cancel the lamp I ordered?")
    )
    made = []
    for folder, parts in (
        ("one", {"intent": model, "index": index}),
        ("two", {"index": knowledge()}),
    ):
        desk = engine(tmp_path / folder, **parts)
        told = desk.suggest(body, ASKED)
        made.append({name: told[name] for name in ("triage", "draft", "articles", "degraded")})
        desk.close()
    assert made[0] == made[1]
    assert made[0]["degraded"] == []
    assert made[0]["draft"]["text"]


# -- several workers on one store ----------------------------------------------------------------


def test_two_workers_give_a_repeated_request_one_suggestion(tmp_path):
    asked = Asked("lumen", "test", idempotency=Idempotency("k1", "d1"))
    told = []
    for _ in range(2):
        desk = engine(tmp_path, settings={"workers": 2})
        told.append(desk.suggest(BODY, asked))
        desk.close()
    assert told[0]["suggestion_id"] == told[1]["suggestion_id"]
    assert told[0]["draft"] == told[1]["draft"]
    desk = engine(tmp_path, settings={"workers": 2})
    assert len(desk.store.rows("suggestions")) == 1
    other = Asked("lumen", "test", idempotency=Idempotency("k2", "d1"))
    assert desk.suggest(BODY, other)["suggestion_id"] != told[0]["suggestion_id"]
    desk.close()


def test_a_key_costs_nothing_where_the_store_fails(tmp_path, caplog):
    def refuse(*_):
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    desk = engine(tmp_path)
    both = (desk.store._writing, desk.store._reading)
    for one in both:
        event.listen(one, "begin", refuse)
    asked = Asked("lumen", "test", idempotency=Idempotency("k1", "d1"))
    told = desk.suggest(BODY, asked)
    assert told["degraded"] == []
    for one in both:
        event.remove(one, "begin", refuse)
    assert desk.suggest(BODY, asked) is told
    desk.store.flush()
    number = told["suggestion_id"]
    assert [row["suggestion_id"] for row in desk.store.rows("suggestions")] == [number]
    assert desk.feedback(FeedbackIn(suggestion_id=number, decision="sent"), ASKED).status == 201
    desk.close()


def test_all_that_a_ticket_holds_is_counted():
    def counted(**fields):
        return weight(ticket_of(TicketIn.model_validate(ticket(**fields)), "lumen", 20_000)[0])

    small = counted()
    assert 10_000 < small < 12_000
    assert counted(text="x" * 10_000) > small + 19_000
    assert counted(context={"order": {"lines": [{"name": "x" * 500}] * 20}}) > small + 20_000


def test_a_text_is_read_before_other_edits_have_to_wait(made):
    refused = []

    def put():
        wrong = ARTICLE.model_copy(update={"text": "<div>" * 5000, "format": "html"})
        with pytest.raises(ProblemError, match="cannot be read as html"):
            made.put_article("gifts", wrong, ASKED)
        refused.append(True)

    with made.desk.lock:
        other = threading.Thread(target=put)
        other.start()
        other.join(timeout=30)
    assert refused
    other.join()


def test_an_edit_at_one_worker_reaches_the_other(tmp_path):
    one, two = (engine(tmp_path, settings={"workers": 2}) for _ in range(2))
    asked = SuggestIn(ticket=ticket("Do you wrap any lamp as a gift?"))
    two.suggest(asked, ASKED)
    one.put_article("gifts", ARTICLE, ASKED)
    assert two.article("lumen", "gifts")["text"] == ARTICLE.text
    two.desk.catch_up(two.snapshot.index)
    found = [two.suggest(asked, ASKED), one.suggest(asked, ASKED)]
    assert [f["draft"] for f in found] == [found[0]["draft"]] * 2
    assert "gifts" in {a["id"] for a in found[0]["articles"]}
    with pytest.raises(ProblemError, match="is known"):
        two.put_article("gifts", ARTICLE.model_copy(update={"version": 1}), ASKED)
    one.close()
    two.close()


PERSONAL = (
    "How do I send the blanket back?\nKind regards, Hannah Whitcombe, 12 Larch Road, "
    "Leeds LS6 3AB, 07700 900123, hannah.w@example.com"
)


def test_a_ticket_is_tagged_by_the_words_that_are_kept_of_it(made):
    read, _ = ticket_of(TicketIn(**ticket(PERSONAL)), "lumen", 10_000)
    kept = Hidden(read, b"key").text
    assert "Whitcombe" not in kept
    assert "900123" not in kept
    by_kept, by_raw = intent_model().decisions([kept, read.text])
    assert by_kept.probability != pytest.approx(by_raw.probability, abs=0.01)
    told = made.triage(TriageIn(ticket=ticket(PERSONAL)), ASKED)["triage"]["intent"]
    assert (told["label"], told["p"]) == (by_kept.label, round(by_kept.probability, 4))
    both = made.triage(TriageIn(tickets=[ticket(PERSONAL), ticket()]), ASKED)["results"]
    assert both[0]["triage"]["intent"] == told
    suggested = made.suggest(SuggestIn(ticket=ticket(PERSONAL)), ASKED)
    assert suggested["triage"]["intent"] == told


def test_a_ticket_is_redacted_once(made, monkeypatch):
    texts = []

    def counted(text, **options):
        texts.append(text)
        return redact(text, **options)

    monkeypatch.setattr("data.redaction.redact", counted)
    told = made.suggest(SuggestIn(ticket=ticket(PERSONAL)), ASKED)
    made.store.flush()
    row = made.store.suggestion("lumen", told["suggestion_id"])
    assert "[NAME_1]" in row["ticket_text"]
    assert sum("Whitcombe" in text and "900123" in text for text in texts) == 1


def test_what_cannot_be_redacted_is_tagged_and_kept_without_its_words(made, monkeypatch):
    def broken(*_arguments, **_options):
        raise ValueError(PERSONAL)

    monkeypatch.setattr("data.redaction.redact", broken)
    told = made.suggest(BODY, ASKED)
    assert told["degraded"] == ["redaction"]
    assert told["triage"]["intent"]["label"] == "support.return_exchange"
    made.store.flush()
    assert made.store.suggestion("lumen", told["suggestion_id"])["ticket_text"] is None


@pytest.mark.parametrize(
    ("text", "fields", "language"),
    [
        ("Is the Halo dimmable?", {}, "en"),
        ("reset password", {"customer": {"locale": "en-GB"}}, "en"),
        ("¿Dónde está mi pedido?", {"language": "en"}, "es"),
        ("Bonjour, où est la lampe que j'ai commandée ?", {"language": "en"}, "fr"),
        ("garden hose guarantee", {"language": "fr"}, "fr"),
    ],
)
def test_triage_and_draft_agree_on_the_language(made, text, fields, language):
    told = made.suggest(SuggestIn(ticket=ticket(text, **fields)), ASKED)
    assert told["triage"]["language"]["label"] == language
    assert told["triage"]["language"]["p"] <= 1
    assert told["draft"]["language"] == language


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Automatic reply: How do I send the blanket back?"},
        {"subject": "Abwesenheitsnotiz"},
        {"headers": {"Auto-Submitted": "auto-replied"}},
    ],
)
def test_what_no_person_wrote_gets_no_intent_and_no_draft(made, fields):
    told = made.suggest(SuggestIn(ticket=ticket(**fields)), ASKED)
    assert (told["triage"]["intent"]["label"], told["triage"]["reason"]) == ("unknown", "automatic")
    assert told["triage"]["abstained"]
    assert (told["draft"]["outcome"], told["draft"]["reason"]) == ("none", "automatic")
    assert told["degraded"] == []
    both = made.triage(TriageIn(tickets=[ticket(**fields), ticket()]), ASKED)["results"]
    assert [row["triage"]["reason"] for row in both] == ["automatic", None]
