"""The measures of a night on answers known beforehand."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.encoders import HashingEncoder
from data.redaction import Placeholders, remember_name
from data.synthetic import small_knowledge
from pipelines.config import EvaluateConfig
from pipelines.evaluate import Scored, _f1_statistic, evaluate_target, score
from pipelines.evaluate_drafts import evaluate_drafts, is_supported
from pipelines.evaluate_search import Asked, Champion, evaluate_search, gold, ranks
from pipelines.yardstick import CHAMPION, Yardstick
from suggest.baseline import BM25Search
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from triage.baseline import KeywordIntents, MajorityIntents
from triage.intents import IntentClassifier
from triage.metrics import macro_f1

SETTINGS = EvaluateConfig(bootstrap=50, min_slice=10, drafts=8, recall_at=(1, 3))
YARD = Yardstick(SETTINGS, "customer_id", 0)
WORDS = {"bug": "the app crashes on start", "billing": "please send the invoice again"}


def labelled(n: int = 60) -> pd.DataFrame:
    intents = [list(WORDS)[i % 2] for i in range(n)]
    return pd.DataFrame(
        {
            "ticket_id": [f"t{i}" for i in range(n)],
            "client_id": ["acme" if i % 3 else "birch" for i in range(n)],
            "language": "en",
            "channel": "email",
            "words": [f"{WORDS[intent]} number {i}" for i, intent in enumerate(intents)],
            "intent": intents,
        }
    )


@pytest.fixture(scope="module")
def model() -> IntentClassifier:
    rows = labelled()
    made = IntentClassifier(encoder=HashingEncoder(64), epochs=10, folds=2)
    return made.fit(list(rows["words"]), list(rows["intent"]))


def test_champion_like_candidate_differs_by_nothing(model: IntentClassifier) -> None:
    measured, _ = evaluate_target(
        "intent", labelled(), model, baselines={}, champion=model, yardstick=YARD
    )
    change = measured.differences[CHAMPION]["accuracy"]
    assert (change.value, change.low, change.high) == (0, 0, 0)
    assert set(measured.slices) == {"client acme", "client birch"}
    assert all(figure.value == 0 for figure in measured.slices.values())


def test_baselines_stand_beside_and_mistakes_are_listed(model: IntentClassifier) -> None:
    rows = labelled()
    texts, labels = list(rows["words"]), list(rows["intent"])
    baselines = {
        "majority": MajorityIntents().fit(texts, labels),
        "keyword": KeywordIntents().fit(texts, labels),
    }
    wrong = rows.assign(intent=["bug" if i < 5 else v for i, v in enumerate(rows["intent"])])
    measured, examples = evaluate_target(
        "intent", wrong, model, baselines=baselines, champion=None, yardstick=YARD
    )
    assert measured.figures["accuracy"].value == pytest.approx(1 - 2 / 60)
    assert measured.differences == {}
    assert set(measured.baselines) == {"majority", "keyword"}
    assert {e["ticket_id"] for e in examples} == {"t1", "t3"}
    assert measured.report["confusions"] == [
        {"truth": "bug", "predicted": "billing", "count": 2, "share": pytest.approx(2 / 32)}
    ]
    assert [r["label"] for r in measured.report["per_class"]] == ["billing", "bug"]


def test_texts_of_no_known_label_are_measured_apart(model: IntentClassifier) -> None:
    outside = labelled(20).assign(
        words=[f"zebra quantum violin {i}" for i in range(20)], intent="out_of_scope"
    )
    rows = pd.concat([labelled(), outside], ignore_index=True)
    measured, _ = evaluate_target(
        "intent", rows, model, baselines={}, champion=None, yardstick=YARD
    )
    assert measured.figures["accuracy"].n == 60
    assert measured.figures["out_of_scope_auroc"].value > 0.9


def test_score_gives_the_likeliest_label_and_its_probability(model: IntentClassifier) -> None:
    texts = list(labelled(6)["words"])
    scored = score(model, texts, ["bug"] * 6)
    assert scored.predicted.tolist() == model.predict(texts).tolist()
    assert scored.probability == pytest.approx(model.predict_proba(texts).max(axis=1))


def test_ranks_are_among_articles() -> None:
    found = pd.DataFrame(
        {
            "query": [0, 0, 0, 1],
            "rank": [1, 2, 3, 1],
            "article_id": ["a", "a", "b", "c"],
        }
    )
    assert ranks(found, [{"b"}, {"x"}, {"c"}]).tolist() == [2, np.inf, np.inf]


def test_gold_knows_tickets_of_two_clients_apart() -> None:
    rows = pd.DataFrame({"client_id": ["a", "b"], "ticket_id": ["1", "1"]})
    links = pd.DataFrame({"client_id": ["a"], "ticket_id": ["1"], "article_id": ["x"]})
    assert gold(rows, links) == [{"x"}, set()]
    assert gold(rows, links.drop(columns="client_id")) == [{"x"}, {"x"}]
    assert gold(rows, pd.DataFrame()) == [set(), set()]


@pytest.mark.parametrize(
    ("text", "source", "supported"),
    [
        ("Press  the button.", "First.\nPress the\nbutton. Then wait.", True),
        ("Press the red button.", "Press the button.", False),
        ("Order 55 left (a) shop.", "Order {{ order_id }} left (a) shop.", True),
        ("Order [order_id] left.", "Order {{order_id | upper}} left.", True),
        ("Order 55 is lost.", "Order {{ order_id }} left.", False),
        (
            "We give you 1000 EUR. Your order 55 is on its way.",
            "Your order {{ order_id }} is on its way.",
            False,
        ),
        ("Order 55 left. We pay 1000 EUR.", "Order {{ order_id }} left.", False),
        ("Order  left.", "Order {{ order_id }} left.", False),
        (f"Order {'x' * 201} left.", "Order {{ order_id }} left.", False),
    ],
)
def test_a_sentence_stands_in_its_source_word_for_word(
    text: str, source: str, supported: bool
) -> None:
    assert is_supported(text, source) is supported


@pytest.mark.parametrize(
    ("value", "supported"),
    [
        ("A-55", True),
        ("A-5", False),
        ("[order_id]", True),
        ("Ann", True),
        ("1,000 EUR", False),
        ("12.50 EUR", True),
        ("2 March 2026", True),
        ("3 March 2026", False),
        ("https://example.org/track", True),
        ("https://example.com/pay", False),
        ("www.example.com", False),
    ],
)
def test_what_fills_a_slot_is_known_from_the_ticket(value: str, supported: bool) -> None:
    known = ["Where is A-55?", "12.50", "2 March 2026", "https://example.org/track"]
    text = f"Your slot says {value} today."
    assert is_supported(text, "Your slot says {{ slot }} today.", known) is supported


@pytest.fixture(scope="module")
def index() -> KnowledgeIndex:
    return KnowledgeIndex(HashingEncoder(64)).fit(small_knowledge())


def asked(index: KnowledgeIndex) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask each article by its own title; the last client is new to the champion."""
    articles = pd.concat([index.articles(client) for client in index.clients])
    frame = pd.DataFrame(
        {
            "ticket_id": articles["client_id"] + "-" + articles["article_id"],
            "client_id": articles["client_id"],
            "channel": "email",
            "language": articles["language"],
            "created_at": "2026-03-02T10:00:00Z",
            "text": articles["title"],
            "words": articles["title"],
            "article_id": articles["article_id"],
        }
    ).reset_index(drop=True)
    return frame, frame[["ticket_id", "article_id"]]


def test_a_client_new_tonight_has_no_champion_to_lose_against(index: KnowledgeIndex) -> None:
    rows, links = asked(index)
    old = index.clients[:1]
    measured = evaluate_search(
        Asked(rows, links, index, YARD),
        None,
        baselines={"BM25": BM25Search(index)},
        champion=Champion(index, frozenset(old)),
    )
    change = measured.differences[CHAMPION]["recall_at_5"]
    assert change.value == 0
    assert change.n == int(rows["client_id"].isin(old).sum()) < len(rows)
    assert measured.figures["recall_at_5"].value > 0.8
    assert measured.report is not None
    assert set(measured.report["curves"]) == {"candidate", "champion", "BM25"}


def test_without_links_nothing_is_claimed(index: KnowledgeIndex) -> None:
    rows, _ = asked(index)
    few = replace(YARD, settings=YARD.settings.model_copy(update={"searches": 3}))
    drawn = evaluate_search(Asked(*asked(index), index, few), None, baselines={}, champion=None)
    assert drawn.figures["mrr"].n == 3
    measured = evaluate_search(
        Asked(rows, pd.DataFrame(), index, YARD), None, baselines={}, champion=None
    )
    assert measured.figures == {}
    assert measured.report is None


def test_drafts_are_counted_and_every_sentence_checked(index: KnowledgeIndex) -> None:
    rows, links = asked(index)
    measured = evaluate_drafts(
        Asked(rows, links, index, YARD), ReplyDrafter(index, threshold=0.0), intents=None
    )
    assert measured.report is not None
    assert measured.report["n"] == min(8, len(rows))
    assert sum(measured.report["outcomes"].values()) == pytest.approx(1)
    assert measured.report["sentences"] > 0
    assert measured.figures["ungrounded_sentences"].value == 0


def test_names_are_hidden_in_the_drafts_that_are_shown(index: KnowledgeIndex) -> None:
    rows, links = asked(index)
    articles = small_knowledge()
    name = ", {{ customer.name }}, ask {{ clerk }}."
    articles["text"] = articles["text"].str.replace(".", name, regex=False)
    named = KnowledgeIndex(HashingEncoder(64)).fit(articles)
    rows["context"] = [{"customer": {"name": "Rose Quimby"}, "clerk": "Otto Vance"}] * len(rows)
    held = {}
    for client, ticket in zip(rows["client_id"], rows["ticket_id"], strict=True):
        held[client, ticket] = Placeholders(b"key")
        remember_name("Otto Vance", held[client, ticket])
    rows["subject"] = "Otto Vance told me to ask"
    measured = evaluate_drafts(
        Asked(rows, links, named, YARD),
        ReplyDrafter(named, threshold=0.0, least_acceptance=0.0),
        intents=None,
        hidden=held,
    )
    shown = json.dumps(measured.to_read)
    sentences = [s["text"] for draft in measured.to_read for s in draft["sentences"]]
    assert any("ask [NAME_" in sentence for sentence in sentences)
    assert not any(name in shown for name in ("Rose", "Quimby", "Otto", "Vance"))


def test_a_source_that_changed_under_a_draft_is_noticed(index: KnowledgeIndex) -> None:
    rows, links = asked(index)
    changed = small_knowledge()
    changed["text"] = changed["text"].str.replace(r"[aeiou]", "u", regex=True)
    other = KnowledgeIndex(HashingEncoder(64)).fit(changed)
    measured = evaluate_drafts(
        Asked(rows, links, other, YARD), ReplyDrafter(index, threshold=0.0), intents=None
    )
    assert measured.figures["ungrounded_sentences"].value > 0


def test_no_tickets_no_drafts(index: KnowledgeIndex) -> None:
    rows, links = asked(index)
    measured = evaluate_drafts(
        Asked(rows.iloc[:0], links, index, YARD), ReplyDrafter(index), intents=None
    )
    assert measured.report is None
    assert measured.figures == {}


def test_the_quick_macro_f1_is_that_of_the_metrics() -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(["a", "b", "c"], 60).astype(object)
    said = np.where(rng.random(60) < 0.6, truth, "d").astype(object)
    scored = Scored(truth, said, np.ones(60), said[:, None])
    for at in (np.arange(60), rng.integers(0, 60, 60), np.flatnonzero(truth == "a")):
        assert _f1_statistic(scored)(at) == pytest.approx(macro_f1(truth[at], said[at]))
