import json
import logging
import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from data.encoders import HashingEncoder
from data.errors import (
    ArtifactError,
    MissingFileError,
    ParameterError,
    SchemaError,
    UnknownClientError,
)
from suggest.building import current, index_version
from suggest.chunks import MANY, MAX_SENTENCES, chunks
from suggest.fusion import Evidence, Judged, Weights, fit, fuse, probability
from suggest.index import FaissDense, KnowledgeIndex
from suggest.lexical import K1, B, BM25Index, word_parts, words
from suggest.results import COLUMNS, Hit, encoded, encoded_wholes
from suggest.searching import pool
from suggest.storing import client_folder
from suggest.translations import translations

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
TOPICS = {
    "returns": "You can return an item within 30 days.\n\nSend it back with the label.",
    "invoice": "Every order comes with an invoice.\n\nDownload it from your account page.",
    "shipping": "Parcels leave our warehouse every evening.\n\nTracking starts the next day.",
    "password": "Choose a new password from the sign-in page.\n\nThe link is valid for one hour.",
    "gift": "Gift cards never expire.\n\nEnter the code at the checkout.",
}


def article(article_id, text=None, client="acme", **fields):
    return {
        "client_id": client,
        "article_id": article_id,
        "version": 1,
        "kind": "article",
        "audience": "public",
        "language": "en",
        "title": article_id.replace("-", " ").capitalize(),
        "text": TOPICS.get(article_id, "") if text is None else text,
        "status": "approved",
        "updated_at": NOW,
        **fields,
    }


def table(*rows):
    return pd.DataFrame(list(rows))


class CountingEncoder(HashingEncoder):
    """Counts the texts it is given."""

    def __init__(self, dimension=256):
        super().__init__(dimension)
        self.texts = []

    def encode(self, texts):
        self.texts += list(texts)
        return super().encode(texts)


@pytest.fixture
def articles():
    return table(*(article(name) for name in TOPICS))


@pytest.fixture
def index(articles):
    return KnowledgeIndex(CountingEncoder()).fit(articles)


def test_search_finds_the_article_and_a_passage_of_it(index) -> None:
    found = index.search(
        ["how do I choose a new password", "when do gift cards expire"], client_id="acme", k=2
    )
    assert found.dtypes.astype(str).to_dict() == {
        name: "str" if kind == "str" else kind for name, kind in COLUMNS.items()
    }
    first = found[found["rank"] == 1]
    assert first["article_id"].tolist() == ["password", "gift"]
    for row in found.itertuples():
        assert row.passage_id.startswith(f"{row.article_id}@1#")
        assert 0.0 < row.probability < 1.0
    assert found.groupby("query")["score"].apply(lambda s: s.is_monotonic_decreasing).all()


@pytest.mark.parametrize("make", [list, np.array, pd.Series])
def test_lists_arrays_and_series_are_searched_alike(index, make) -> None:
    queries = ["return an item", "tracking of my parcel"]
    expected = index.search(queries, client_id="acme")
    pd.testing.assert_frame_equal(index.search(make(queries), client_id="acme"), expected)


def test_a_batch_is_its_queries_one_by_one(index) -> None:
    queries = ["return an item", "", "Hello there. I lost my password. Also the invoice please."]
    batch = index.search(queries, client_id="acme", k=3)
    single = [
        index.search([query], client_id="acme", k=3).assign(query=i)
        for i, query in enumerate(queries)
    ]
    pd.testing.assert_frame_equal(batch, pd.concat(single, ignore_index=True))


def test_find_gives_what_search_gives_and_takes_vectors_made_before(index) -> None:
    queries = ["return an item", "?!", "Hello there. I lost my password. The invoice too."]
    frame = index.search(queries, client_id="acme", k=3)
    made = [index.encoder.encode(index.queries(query)) for query in queries]
    index.encoder.texts.clear()
    for i, query in enumerate(queries):
        found = index.find(query, client_id="acme", k=3, vectors=made[i])
        rows = frame[frame["query"] == i].drop(columns=["query", "rank"])
        assert [tuple(hit) for hit in found] == list(rows.itertuples(index=False, name=None))
        assert list(rows.columns) == list(Hit._fields)
    again = index.search(queries, client_id="acme", k=3, vectors=made)
    pd.testing.assert_frame_equal(again, frame)
    assert index.encoder.texts == []
    with pytest.raises(ParameterError, match=r"a row for each text that 'queries' returns"):
        index.find(queries[2], client_id="acme", vectors=made[0])


@pytest.mark.parametrize("query", ["", "   ", "?!…", "👍👍", None, float("nan")])
def test_a_query_without_words_finds_nothing(index, query) -> None:
    found = index.search([query], client_id="acme")
    assert found.empty
    assert list(found.columns) == list(COLUMNS)


def test_no_queries_give_an_empty_frame_of_the_right_columns(index) -> None:
    assert list(index.search([], client_id="acme").columns) == list(COLUMNS)


def test_bad_arguments_are_named(index) -> None:
    with pytest.raises(ParameterError, match=r"'queries' parameter .* single string"):
        index.search("password", client_id="acme")
    with pytest.raises(ParameterError, match=r"'k' parameter of search must be at least 1. Got 0"):
        index.search(["password"], client_id="acme", k=0)
    with pytest.raises(UnknownClientError, match="No knowledge of the client 'nobody'"):
        index.search(["password"], client_id="nobody")
    with pytest.raises(ParameterError, match=r"'passage_id' parameter .* 'x'"):
        index.passage("acme", "x")
    with pytest.raises(ParameterError, match=r"'article_id' parameter .* 'x'"):
        index.article("acme", "x")


def test_a_table_that_breaks_its_contract_is_refused(articles) -> None:
    with pytest.raises(SchemaError, match="text"):
        KnowledgeIndex(HashingEncoder()).fit(articles.drop(columns="text"))


canaries = st.dictionaries(
    st.text("abcdeé/.%", min_size=1, max_size=6),
    st.lists(st.sampled_from(sorted(TOPICS)), min_size=1, max_size=4, unique=True),
    min_size=2,
    max_size=4,
)


@given(canaries, st.sampled_from(sorted(TOPICS)))
@settings(max_examples=15, deadline=None)
def test_no_search_returns_a_passage_of_another_client(clients, topic) -> None:
    rows = [
        article(name, text=f"{TOPICS[name]}\n\nCanary of {client}.", client=client)
        for client, names in clients.items()
        for name in names
    ]
    index = KnowledgeIndex(HashingEncoder()).fit(table(*rows))
    for client in clients:
        found = index.search([TOPICS[topic], "canary"], client_id=client, k=50)
        for passage in found["passage_id"]:
            text = index.passage(client, passage)
            assert text["client_id"] == client
            whole = index.article(client, text["article_id"])["text"]
            assert whole.endswith(f"Canary of {client}.")


def test_only_the_newest_approved_version_is_indexed() -> None:
    rows = table(
        article("a", "Old words about parcels."),
        article("a", "New words about parcels.", version=2),
        article("a", "Draft words about parcels.", version=3, status="draft"),
        article("b", "Once approved, now retired."),
        article("b", "Once approved, now retired.", version=2, status="retired"),
        article("c", "Never approved.", status="draft"),
    )
    index = KnowledgeIndex(HashingEncoder()).fit(rows)
    assert index.articles("acme")["text"].tolist() == ["New words about parcels."]
    assert current(rows)["version"].tolist() == [2]
    found = index.search(["approved retired draft words"], client_id="acme")
    assert set(found["article_id"]) == {"a"}


def test_filters_by_language_kind_and_audience() -> None:
    index = KnowledgeIndex(HashingEncoder()).fit(
        table(
            article("en", "The parcel is late.", language="en"),
            article("fr", "Le colis est en retard.", language="fr"),
            article("macro", "The parcel is late, sorry.", kind="macro"),
            article("inside", "The parcel is late: refund.", audience="internal"),
            article("unsaid", "The parcel is late again.", audience=None),
        )
    )

    def ids(**filters):
        found = index.search(["parcel is late"], client_id="acme", **filters)
        return set(found["article_id"])

    assert ids() == {"en", "fr", "macro", "inside", "unsaid"}
    assert ids(language="fr") == {"fr"}
    assert ids(kinds=["macro"]) == {"macro"}
    assert ids(audience="public") == {"en", "fr", "macro", "unsaid"}
    assert ids(audience="internal") == {"inside"}
    assert ids(language="de") == set()


def test_a_long_ticket_is_found_by_one_of_its_sentences(index) -> None:
    talk = " ".join(f"I walked past shop number {i} on a rainy day." for i in range(60))
    found = index.search([f"{talk} I forgot my password. {talk}"], client_id="acme", k=1)
    assert found["article_id"].tolist() == ["password"]


def test_adding_and_removing_equal_building_anew_and_encode_only_what_is_new(articles) -> None:
    encoder = CountingEncoder()
    index = KnowledgeIndex(encoder).fit(articles[articles["article_id"] != "gift"])
    encoder.texts.clear()
    index.add(articles[articles["article_id"] == "gift"])
    assert encoder.texts
    assert all("Gift" in t or "gift" in t or "code" in t for t in encoder.texts)
    whole = KnowledgeIndex(HashingEncoder()).fit(articles)
    assert index.version("acme") == whole.version("acme")
    queries = ["password", "gift card code", "send the parcel back. Where is the invoice?"]
    pd.testing.assert_frame_equal(
        index.search(queries, client_id="acme"), whole.search(queries, client_id="acme")
    )
    encoder.texts.clear()
    index.remove("acme", ["gift", "not there"])
    assert encoder.texts == []
    fewer = KnowledgeIndex(HashingEncoder()).fit(articles[articles["article_id"] != "gift"])
    pd.testing.assert_frame_equal(
        index.search(queries, client_id="acme"), fewer.search(queries, client_id="acme")
    )


def test_an_earlier_index_gives_what_has_not_changed_and_nothing_else(articles, tmp_path) -> None:
    KnowledgeIndex(HashingEncoder()).fit(articles).save(tmp_path)
    articles.loc[articles["article_id"] == "gift", "text"] = "A voucher is redeemed at the till."
    encoder = CountingEncoder()
    now = articles[articles["article_id"] != "invoice"]
    earlier = KnowledgeIndex.load(tmp_path, encoder=encoder)
    encoder.texts.clear()
    index = KnowledgeIndex(encoder).fit(now, earlier=earlier)
    assert encoder.texts
    assert all("voucher" in t.lower() or "gift" in t.lower() for t in encoder.texts)
    whole = KnowledgeIndex(HashingEncoder()).fit(now)
    assert index.version("acme") == whole.version("acme")
    mine, fresh = index.client_index("acme"), whole.client_index("acme")
    assert mine.readings.records() == fresh.readings.records()
    np.testing.assert_array_equal(mine.vectors, fresh.vectors)
    np.testing.assert_array_equal(mine.sentences.vectors, fresh.sentences.vectors)
    queries = ["password", "gift card code", "send the parcel back. Where is the invoice?"]
    pd.testing.assert_frame_equal(
        index.search(queries, client_id="acme"), whole.search(queries, client_id="acme")
    )


def test_a_changed_article_replaces_the_old_one_and_a_retired_one_goes(index) -> None:
    before = index.version("acme")
    index.add(table(article("gift", "Vouchers are refunded as credit.", version=2)))
    assert index.version("acme") != before
    assert index.article("acme", "gift")["version"] == 2
    index.add(table(article("gift", "Vouchers.", version=3, status="retired")))
    assert "gift" not in set(index.articles("acme")["article_id"])


def test_a_client_may_lose_its_last_article_and_gain_one(articles) -> None:
    index = KnowledgeIndex(HashingEncoder()).fit(articles)
    index.remove("acme", list(TOPICS))
    assert index.clients == ("acme",)
    assert index.version("acme").startswith("kb:empty#")
    assert index.search(["password"], client_id="acme").empty
    index.add(table(article("gift")))
    assert index.search(["gift"], client_id="acme")["article_id"].tolist() == ["gift"]


def test_sentence_vectors_are_those_of_the_sentences_of_the_passage(index) -> None:
    for passage in index.passages("acme").itertuples():
        text = index.article("acme", passage.article_id)["text"]
        spans, vectors = index.sentence_vectors("acme", passage.passage_id)
        assert spans
        for span in spans:
            assert passage.start <= span.start < span.end <= passage.end
            assert text[span.start : span.end] == span.text
        expected = index.encoder.encode([span.text for span in spans])
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors, expected, atol=1e-3)


def test_the_version_names_time_and_content(articles) -> None:
    index = KnowledgeIndex(HashingEncoder()).fit(articles)
    shuffled = KnowledgeIndex(HashingEncoder()).fit(articles.sample(frac=1, random_state=1))
    assert index.version("acme").startswith("kb:2026-03-02T02:10Z#")
    assert shuffled.version("acme") == index.version("acme")
    kept = current(articles)
    assert index_version(kept, "other encoder") != index_version(kept, "one encoder")
    later = articles.assign(updated_at=NOW + timedelta(days=1))
    assert KnowledgeIndex(HashingEncoder()).fit(later).version("acme").startswith("kb:2026-03-03")


def test_saved_and_loaded_finds_the_same(index, tmp_path) -> None:
    index.add(table(article("gift", client="b/..")))
    index.save(tmp_path)
    loaded = KnowledgeIndex.load(tmp_path, HashingEncoder())
    assert loaded.problems == {}
    assert loaded.clients == index.clients == ("acme", "b/..")
    queries = ["password", "A parcel. And an invoice. And a gift."]
    for client in index.clients:
        assert loaded.version(client) == index.version(client)
        pd.testing.assert_frame_equal(loaded.passages(client), index.passages(client))
        pd.testing.assert_frame_equal(
            loaded.search(queries, client_id=client), index.search(queries, client_id=client)
        )
    passage = index.passages("acme")["passage_id"][0]
    stored, made = (i.sentence_vectors("acme", passage) for i in (loaded, index))
    assert stored[0] == made[0]
    np.testing.assert_array_equal(stored[1], made[1])
    loaded.add(table(article("new", "Opening hours are nine to five.")))
    found = loaded.search(["opening hours"], client_id="acme", k=1)
    assert found["article_id"].tolist() == ["new"]


def test_nothing_stored_is_a_pickle(index, tmp_path) -> None:
    index.save(tmp_path)
    names = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert names <= {".json", ".npy", ".parquet", ".faiss", ".md"}
    for path in tmp_path.rglob("*.npy"):
        np.load(path, allow_pickle=False)


@pytest.mark.parametrize("suffix", [".npy", ".parquet", ".faiss", "words.json"])
def test_a_damaged_client_is_reported_and_the_others_are_served(
    index, tmp_path, suffix, caplog
) -> None:
    index.add(table(article("gift", client="other")))
    index.save(tmp_path)
    damaged = next(p for p in sorted((tmp_path / "acme").rglob(f"*{suffix}")))
    raw = bytearray(damaged.read_bytes())
    raw[-1] ^= 0xFF
    damaged.write_bytes(bytes(raw))
    with caplog.at_level(logging.WARNING):
        loaded = KnowledgeIndex.load(tmp_path, HashingEncoder())
    assert loaded.clients == ("other",)
    assert damaged.name in loaded.problems["acme"]
    assert "acme" in caplog.text
    with pytest.raises(ArtifactError, match="was changed after it was written"):
        loaded.search(["password"], client_id="acme")
    assert not loaded.search(["gift"], client_id="other").empty
    loaded.add(table(article("gift")))
    assert "acme" not in loaded.problems


@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "must name client_id"),
        (json.dumps({"client_id": "acme", "version": "v", "folder": "../x", "digest": ""}), "must"),
        (json.dumps({"client_id": "acme", "version": "v", "folder": "gone", "digest": ""}), "gone"),
    ],
)
def test_a_bad_pointer_is_reported(index, tmp_path, pointer, said) -> None:
    index.save(tmp_path)
    (tmp_path / "acme" / "current.json").write_text(pointer)
    loaded = KnowledgeIndex.load(tmp_path, HashingEncoder())
    assert loaded.clients == ()
    assert said in loaded.problems["acme"]


def test_another_encoder_is_refused(index, tmp_path) -> None:
    index.save(tmp_path)
    loaded = KnowledgeIndex.load(tmp_path, HashingEncoder(128))
    assert "built with the encoder" in loaded.problems["acme"]


def test_a_missing_root_is_named(tmp_path) -> None:
    with pytest.raises(MissingFileError, match="No knowledge index at"):
        KnowledgeIndex.load(tmp_path / "nowhere", HashingEncoder())


def test_old_versions_are_kept_up_to_a_number_and_the_pointer_moves(index, tmp_path) -> None:
    for number in range(5):
        index.add(table(article("gift", f"Gift text {number}.", version=number + 2)))
        index.save(tmp_path, keep=2)
    home = tmp_path / "acme"
    folders = {path.name for path in home.iterdir() if path.is_dir()}
    pointer = json.loads((home / "current.json").read_text())
    assert len(folders) == 2
    assert pointer["folder"] in folders
    assert pointer["version"] == index.version("acme")
    assert not [path for path in home.iterdir() if path.name.startswith(".")]


def test_a_save_of_the_same_content_writes_nothing_again(index, tmp_path) -> None:
    index.save(tmp_path)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("model.json")}
    index.save(tmp_path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("model.json")} == before


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_client_folders_are_one_to_one_and_stay_inside(one, other) -> None:
    folders = [client_folder(name) for name in (one, other)]
    assert (folders[0] == folders[1]) == (one == other)
    for folder in folders:
        assert "/" not in folder
        assert folder not in ("", ".", "..")
        assert len((Path("root") / folder).parts) == 2


def test_the_dense_index_is_checked_against_plain_products() -> None:
    vectors = HashingEncoder(32).encode([f"text number {i}" for i in range(40)])
    dense = FaissDense.checked(vectors)
    query = HashingEncoder(32).encode(["number 7"])
    expected = np.argsort(-(query @ vectors.T)[0], kind="stable")[:1]
    assert dense.nearest(query, 1)[0][0].tolist() == expected.tolist()
    with pytest.raises(ArtifactError, match=r"holds 40 vectors. Expected 39"):
        dense._check(vectors[:39])
    with pytest.raises(ArtifactError, match="other neighbours than a plain search"):
        dense._check(-vectors)


def test_codes_miss_only_what_lies_behind_the_first(tmp_path) -> None:
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(1500, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    FaissDense.checked(vectors, exact=1000).write(tmp_path / "codes")
    dense = FaissDense.read(tmp_path / "codes", vectors)
    queries = vectors[:50] + 0.05 * draw.normal(size=(50, 64)).astype(np.float32)
    best = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    near, _ = dense.nearest(queries, 200)
    kept = [len({*row} & {*wide}) for row, wide in zip(best.tolist(), near.tolist(), strict=True)]
    assert np.mean(kept) > 9.5


def test_candidates_find_what_a_full_search_finds() -> None:
    many = [article(f"a{i:03d}", f"Topic {i} with word{i} and word{i % 7}.") for i in range(300)]
    client = KnowledgeIndex(HashingEncoder()).fit(table(*many)).client_index("acme")
    for text in ("word41 of topic", "word3", "Hello. Something on word250. And word77."):
        cut = chunks(text)
        vectors = HashingEncoder().encode(cut)
        narrow = pool(client, cut, vectors, depth=40).head(5)
        full = pool(client, cut, vectors, depth=300).head(5)
        assert narrow.articles[0] == full.articles[0]
        assert len(set(narrow.articles.tolist()) & set(full.articles.tolist())) >= 4


documents = st.lists(
    st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=8), min_size=1, max_size=8
)


@given(documents, st.lists(st.sampled_from("abcdefgxyz"), max_size=6))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_bm25_is_the_formula(texts, query) -> None:
    count = len(texts)
    mean = sum(map(len, texts)) / count
    having = Counter(token for text in texts for token in set(text))

    def idf(token):
        return math.log(1 + (count - having[token] + 0.5) / (having[token] + 0.5))

    asked = set(query)
    reach = sum(idf(token) for token in asked)
    expected = [
        sum(
            idf(t) * text.count(t) / (text.count(t) + K1 * (1 - B + B * len(text) / mean))
            for t in asked
        )
        / math.sqrt(max(reach, 1e-9))
        for text in texts
    ]
    scores = BM25Index(texts).scores([query])
    assert scores.shape == (1, count)
    np.testing.assert_allclose(scores[0], expected, rtol=1e-4, atol=1e-5)


def test_words_fold_case_and_accents_and_parts_find_inflected_forms() -> None:
    assert words("Rückgabe RÜCKGABEN") == ["ruckgabe", "ruckgaben"]
    index = BM25Index([word_parts(words(t)) for t in ("Rücksendungen", "Lieferadresse", "Konto")])
    scores = index.scores([word_parts(words("Meine Rücksendung"))])[0]
    assert scores[0] > 0
    assert scores[1:].max() < scores[0]


def test_the_mean_of_many_sentences_stands_for_the_whole(index) -> None:
    words = ("parcel", "refund", "login", "invoice", "gift", "return", "courier", "label", "code")
    told = " ".join(f"I ask about my {word}." for word in words)
    few, many = told.rpartition(" I ask")[0], told
    assert len(chunks(few)) == MANY + 1
    assert index.queries(few) == chunks(few)
    assert index.queries(many) == chunks(many)[1:]
    (cut,), (vectors,) = encoded(index.encoder, [many], None)
    assert len(cut) == len(vectors) == MANY + 2
    mean = index.encoder.encode(cut[1:]).mean(axis=0)
    np.testing.assert_allclose(vectors[0], mean / np.linalg.norm(mean), rtol=1e-5, atol=1e-6)
    for text in (few, many):
        first = encoded(index.encoder, [text], None)[1][0][0]
        np.testing.assert_array_equal(encoded_wholes(index.encoder, ["?!", text])[1], first)
    assert not encoded_wholes(index.encoder, ["?!"]).any()


def test_chunks_leave_out_what_says_nothing() -> None:
    assert chunks("See https://shop.example/a?b=1 @shop [EMAIL_1]") == ["See"]
    assert chunks("https://shop.example/lost-parcel") == ["https://shop.example/lost-parcel"]
    assert len(chunks("One more sentence here. " * 3)) == 1
    long = " ".join(f"This is sentence number {i}." for i in range(500))
    assert 2 <= len(chunks(long)) <= MAX_SENTENCES + 1


def test_sentences_agree_on_articles_that_are_alike() -> None:
    one = np.array([[0.5, 0.2, 0.3, 0.3], [0.7, 0.1, 0.3, 0.3], [0.1, 0.7, 0.3, 0.3]])
    none = np.zeros_like(one)
    evidence = Evidence(one, none, none, none, none)
    apart = fuse(evidence).score
    assert apart[2] == apart[3]
    # The third article is like the first two, which the sentences find; the fourth like none.
    centres = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    together = fuse(evidence._replace(centres=centres)).score
    assert together[2] > together[3]
    alone = Evidence(*(part[:1] for part in evidence[:5]), centres)
    np.testing.assert_array_equal(fuse(alone).score, fuse(alone._replace(centres=None)).score)


rows = st.lists(st.floats(-1, 1), min_size=3, max_size=3)


@given(st.lists(rows, min_size=1, max_size=5), st.integers(0, 2), st.floats(0.01, 1))
def test_more_evidence_for_an_article_never_lowers_it(closest, which, more) -> None:
    base = np.array(closest)
    nothing = np.zeros_like(base)
    raised = base.copy()
    raised[:, which] += more
    weights = Weights(contrast=0.0)
    before, after = (fuse(Evidence(c, *[nothing] * 4), weights).score for c in (base, raised))
    assert after[which] >= before[which]
    others = [i for i in range(3) if i != which]
    np.testing.assert_allclose(after[others], before[others])


def test_fit_of_weights_finds_what_is_informative() -> None:
    rng = np.random.default_rng(0)
    judged = []
    for _ in range(80):
        right = np.zeros(10, dtype=bool)
        right[rng.integers(10)] = True
        noise = [rng.normal(size=(1, 10)) for _ in range(4)]
        told = Evidence(noise[0], noise[1], 9.0 * right[None], noise[2], noise[3])
        judged.append(Judged("g", told, right))
    weights, calibration = fit(judged)
    assert weights.words == 0.3
    fused = fuse(judged[0].evidence, weights)
    chances = probability(fused, calibration)
    assert chances[judged[0].right].min() > 0.5 > chances[~judged[0].right].mean()
    with pytest.raises(ParameterError, match="must hold a query with a right article"):
        fit([judged[0]._replace(right=np.zeros(10, dtype=bool))])


def test_what_is_left_over_is_paired_where_it_stands_out_or_says_the_same() -> None:
    angle = np.deg2rad([0.0, 90.0, 10.0, 0.0, 145.0])
    flat = np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    languages = np.array(["en", "en", "en", "fr", "fr"])
    # The third says what the first says; the second and the last stand out among the rest.
    assert translations(flat, languages).tolist() == [[-1, 3], [-1, 4], [-1, 3], [0, -1], [1, -1]]
    far = np.array([[1, 0, 0], [0, 1, 0], [0, 0.4, 0.9165]], dtype=np.float32)
    assert (translations(far, np.array(["en", "en", "fr"])) == -1).all()


def test_translations_are_mutual_and_close() -> None:
    centres = HashingEncoder(64).encode(["same words", "other thing", "same words", "far away"])
    found = translations(centres, np.array(["en", "en", "fr", "de"]))
    assert found.tolist() == [[-1, -1, 2], [-1, -1, -1], [-1, 0, -1], [-1, -1, -1]]


def test_a_translation_stands_right_behind_its_original() -> None:
    rows = [article(f"en{i}", f"Words{i} and things{i}.") for i in range(8)]
    rows += [article("fr", "Words3 and things3.", language="fr", title="En3")]
    index = KnowledgeIndex(HashingEncoder()).fit(table(*rows))
    found = index.search(["words3 and things3"], client_id="acme", k=3)
    assert set(found["article_id"][:2]) == {"en3", "fr"}
    only = index.search(["words3 and things3"], client_id="acme", language="fr")
    assert only["article_id"].tolist() == ["fr"]


def test_titles_of_a_real_manual_find_their_page(shared) -> None:
    pages = shared("prestashop_kb_en_fr")
    pages = pages[(pages["language"] == "fr") & (pages["body"].str.len() < 3000)]
    rows = [
        article(row.path, row.body, title=row.title, language="fr") for row in pages.itertuples()
    ]
    index = KnowledgeIndex(HashingEncoder(512)).fit(table(*rows))
    found = index.search(pages["title"], client_id="acme", k=5)
    hits = found.groupby("query")["article_id"].apply(list)
    right = [path in hits[i] for i, path in enumerate(pages["path"])]
    assert np.mean(right) > 0.95


def test_a_single_name_is_no_list_of_names(index, tmp_path) -> None:
    for call, name in (
        (lambda: index.remove("acme", "password"), "article_ids"),
        (lambda: index.search(["password"], client_id="acme", kinds="article"), "kinds"),
        (lambda: index.save(tmp_path, clients="acme"), "clients"),
    ):
        with pytest.raises(ParameterError, match=f"'{name}' parameter of .* must be a list"):
            call()
    assert not list(tmp_path.iterdir())


def test_filters_that_no_article_can_pass_are_named(index) -> None:
    for name, wrong in (("kinds", ["articles"]), ("audience", "pubic"), ("language", "english")):
        with pytest.raises(ParameterError, match=f"'{name}' parameter of search must"):
            index.search(["password"], client_id="acme", **{name: wrong})
        with pytest.raises(ParameterError, match=f"'{name}' parameter of search must"):
            index.find("password", client_id="acme", **{name: wrong})


@pytest.mark.parametrize("language", ["EN", "en-GB", "en_US"])
def test_a_locale_is_its_language(index, language) -> None:
    plain = index.search(["password"], client_id="acme", language="en")
    assert len(plain)
    found = index.search(["password"], client_id="acme", language=language)
    pd.testing.assert_frame_equal(found, plain)


def test_before_anything_is_indexed_it_is_not_fitted(tmp_path) -> None:
    fresh = KnowledgeIndex(HashingEncoder())
    for call in (
        lambda: fresh.search(["password"], client_id="acme"),
        lambda: fresh.remove("acme", ["password"]),
        lambda: fresh.version("acme"),
    ):
        with pytest.raises(NotFittedError, match="call fit, add or load first"):
            call()
    for filled in (
        fresh.fit(table(article("gift")).iloc[:0]),
        KnowledgeIndex(HashingEncoder()).add(table(article("gift"))),
        KnowledgeIndex.load(tmp_path, HashingEncoder()),
    ):
        with pytest.raises(UnknownClientError):
            filled.search(["password"], client_id="nobody")


def test_an_index_has_the_parameters_of_an_estimator(index) -> None:
    assert index.get_params(deep=False) == {"encoder": index.encoder}
    assert clone(index) is index


def test_what_is_no_encoder_is_named(tmp_path) -> None:
    for call in (
        lambda: KnowledgeIndex(encoder="x").fit(table(article("gift"))),
        lambda: KnowledgeIndex(encoder="x").add(table(article("gift"))),
        lambda: KnowledgeIndex.load(tmp_path, "x"),
    ):
        with pytest.raises(ParameterError, match="'encoder' parameter of KnowledgeIndex must be"):
            call()


def test_the_number_of_a_client_finds_its_articles() -> None:
    numbered = KnowledgeIndex(HashingEncoder()).fit(table(article("gift", client=7)))
    assert numbered.clients == ("7",)
    found = numbered.search(["gift cards"], client_id=7)
    assert found["article_id"].tolist() == ["gift"]
    assert numbered.remove(7, ["gift"]).articles("7").empty
    with pytest.raises(UnknownClientError, match="No knowledge of the client 8"):
        numbered.search(["gift cards"], client_id=8)


def test_a_raw_frame_is_told_what_makes_a_table_of_it() -> None:
    raw = pd.DataFrame({"id": ["a"], "body": ["Hello."]})
    with pytest.raises(SchemaError, match=r"data\.load_articles\(frame, client_id") as told:
        KnowledgeIndex(HashingEncoder()).fit(raw)
    assert told.value.table == "articles"
