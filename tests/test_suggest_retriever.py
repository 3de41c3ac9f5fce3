from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from data.encoders import HashingEncoder
from data.errors import ArtifactChecksumError, ArtifactError, ParameterError, SchemaError
from data.ticket import Message, Ticket, as_ticket
from suggest.baseline import BM25Search, DenseSearch, KeywordSearch, MostFrequent
from suggest.index import KnowledgeIndex
from suggest.link_model import (
    FEATURES,
    Case,
    LinkModel,
    _log_likelihood,
    _model,
    _vector,
    calibration,
    fit,
    mixture,
)
from suggest.results import COLUMNS
from suggest.retriever import LEAST_LINKS, Retriever

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TOPICS = {
    "returns": ("return", "send back", "label", "refund me"),
    "invoice": ("invoice", "receipt", "vat number", "billing document"),
    "shipping": ("parcel", "delivery", "courier", "tracking"),
    "password": ("password", "login", "locked out", "sign in"),
    "contact": (),
}
TEXTS = {
    "returns": "How to return an item.",
    "invoice": "Where to find an invoice.",
    "shipping": "When a parcel arrives.",
    "password": "Choose another password.",
    "contact": "How to reach us.",
}


def article(article_id, text, client="acme", language="en"):
    return {
        "client_id": client,
        "article_id": article_id,
        "version": 1,
        "kind": "article",
        "audience": "public",
        "language": language,
        "title": article_id,
        "text": text,
        "status": "approved",
        "updated_at": NOW,
    }


def ticket_row(number, text, client="acme", language="en"):
    return {
        "ticket_id": f"{client}-{number}",
        "client_id": client,
        "channel": "email",
        "language": language,
        "created_at": NOW + timedelta(hours=number),
        "customer_id": f"c{number % 40}",
        "text": text,
    }


def ticket(text, client="acme", language="en"):
    return Ticket("new", client, language=language, messages=(Message("m", "customer", text),))


@pytest.fixture(scope="module")
def index():
    rows = [article(name, text) for name, text in TEXTS.items()]
    rows += [article("returns-fr", "Comment retourner un article.", language="fr")]
    rows += [article("help", "How to get help with a parcel.", client="other")]
    return KnowledgeIndex(HashingEncoder()).fit(pd.DataFrame(rows))


def links_of(count, seed=0):
    """Tickets in words that no article uses, and the article that agents linked."""
    rng = np.random.default_rng(seed)
    tickets, links = [], []
    for number in range(count):
        topic = list(TOPICS)[rng.integers(4)]
        said = " and ".join(rng.choice(TOPICS[topic][1:], 2, replace=False))
        tickets.append(ticket_row(number, f"Something about {said} today."))
        linked = "contact" if rng.random() < 0.1 else topic
        links.append({"ticket_id": f"acme-{number}", "article_id": linked})
    return pd.DataFrame(tickets), pd.DataFrame(links)


@pytest.fixture(scope="module")
def fitted(index):
    return Retriever(index, k=3).fit(*links_of(160))


def test_find_gives_what_search_gives_and_takes_vectors_made_before(index, fitted) -> None:
    asked = [ticket("I am locked out of my login. The parcel is late."), ticket("?!")]
    frame = fitted.search(asked)
    made = [index.encoder.encode(fitted.queries(one)) for one in asked]
    for i, one in enumerate(asked):
        rows = frame[frame["query"] == i].drop(columns=["query", "rank"])
        expected = list(rows.itertuples(index=False, name=None))
        assert [tuple(hit) for hit in fitted.find(one)] == expected
        assert [tuple(hit) for hit in fitted.find(one, vectors=made[i])] == expected
    pd.testing.assert_frame_equal(fitted.search(asked, vectors=made), frame)
    with pytest.raises(ParameterError, match=r"a row for each text that 'queries' returns"):
        fitted.find(asked[0], vectors=made[1])


def test_it_learns_words_that_only_tickets_use(index, fitted) -> None:
    asked = [ticket("I am locked out of my login"), ticket("the courier lost my delivery")]
    assert fitted.note_ == ""
    assert fitted.links_ == 160
    found = fitted.search(asked)
    assert found[found["rank"] == 1]["article_id"].tolist() == ["password", "shipping"]
    assert list(found.columns) == list(COLUMNS)
    alone = index.search([t.text for t in asked], client_id="acme", k=3)
    assert alone[alone["rank"] == 1]["article_id"].tolist() != ["password", "shipping"]


def test_probabilities_are_calibrated_on_links_it_has_not_seen(fitted) -> None:
    tickets, links = links_of(200, seed=1)
    found = fitted.search(tickets.to_dict("records"), k=1)
    right = found["article_id"].to_numpy() == links["article_id"].to_numpy()
    assert right.mean() > 0.8
    assert abs(found["probability"].mean() - right.mean()) < 0.1


def test_k_and_the_order_of_rows(fitted) -> None:
    found = fitted.search([ticket("parcel"), ticket("help", client="other"), ticket("vat")], k=2)
    assert found.groupby("query").size().to_dict() == {0: 2, 1: 1, 2: 2}
    assert found["query"].is_monotonic_increasing
    for _, rows in found.groupby("query"):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert rows["score"].is_monotonic_decreasing
        assert rows["article_id"].is_unique
    assert set(found[found["query"] == 1]["article_id"]) == {"help"}


def test_an_article_in_the_tickets_language_comes_first(fitted) -> None:
    found = fitted.search([ticket("retourner article return item", language="fr")])
    assert found["article_id"][0] == "returns-fr"
    found = fitted.search([ticket("retourner article return item", language="en")])
    assert found["article_id"][0] == "returns"
    assert "returns-fr" in set(
        fitted.search([ticket("retourner un article", language="en")], k=6)["article_id"]
    )


def test_without_words_nothing_is_found(fitted) -> None:
    assert fitted.search([ticket("👍"), ticket("")]).empty
    assert list(fitted.search([]).columns) == list(COLUMNS)


def test_too_few_links_leave_the_shipped_parameters_and_say_so(index, caplog) -> None:
    tickets, links = links_of(LEAST_LINKS - 1)
    few = Retriever(index).fit(tickets, links)
    assert few.model_ == LinkModel()
    assert f"{LEAST_LINKS - 1} links" in few.note_
    assert "too few to learn from" in caplog.text
    assert few.search([ticket("locked out of my login")])["article_id"][0] == "password"


def test_without_links_it_is_the_index_with_a_preference_for_the_language(index) -> None:
    tickets, links = links_of(3)
    none = Retriever(index).fit(tickets, links.iloc[:0])
    found = none.search([ticket("choose a password")], k=2)
    direct = index.search(["choose a password"], client_id="acme", k=2)
    assert found["article_id"][0] == direct["article_id"][0]
    assert found["probability"][0] == pytest.approx(direct["probability"][0])


def test_links_to_what_is_not_there_teach_nothing(index) -> None:
    tickets, links = links_of(60)
    strange = pd.DataFrame(
        {"ticket_id": ["acme-1", "gone"], "article_id": ["no such article", "returns"]}
    )
    same = Retriever(index).fit(tickets, pd.concat([links, strange], ignore_index=True))
    assert same.links_ == 60
    assert same.model_ == Retriever(index).fit(tickets, links).model_


def test_fit_does_not_depend_on_row_order_or_an_earlier_fit(index, fitted) -> None:
    tickets, links = links_of(160)
    shuffled = Retriever(index, k=3).fit(*links_of(60, seed=3))
    shuffled.fit(tickets.sample(frac=1, random_state=0), links.sample(frac=1, random_state=1))
    assert shuffled.model_ == fitted.model_
    asked = [ticket("vat number please")]
    pd.testing.assert_frame_equal(shuffled.search(asked), fitted.search(asked))


def test_input_is_untouched(index) -> None:
    tickets, links = links_of(60)
    before = tickets.copy(), links.copy()
    Retriever(index).fit(tickets, links)
    pd.testing.assert_frame_equal(tickets, before[0])
    pd.testing.assert_frame_equal(links, before[1])


def test_saved_and_loaded_searches_the_same(index, fitted, tmp_path) -> None:
    fitted.save(tmp_path / "retriever")
    loaded = Retriever.load(tmp_path / "retriever", index)
    assert loaded.model_ == fitted.model_
    assert loaded.k == fitted.k
    asked = [ticket("the courier and my delivery"), ticket("billing document", language="fr")]
    pd.testing.assert_frame_equal(loaded.search(asked), fitted.search(asked))


def test_no_text_of_a_ticket_is_stored(index, tmp_path) -> None:
    tickets, links = links_of(60)
    tickets["text"] = tickets["text"] + " zebrafish"
    folder = Retriever(index).fit(tickets, links).save(tmp_path / "r")
    for path in folder.iterdir():
        assert b"zebrafish" not in path.read_bytes()


def test_a_changed_byte_or_another_encoder_is_refused(index, fitted, tmp_path) -> None:
    folder = fitted.save(tmp_path / "r")
    other = KnowledgeIndex(HashingEncoder(64))
    with pytest.raises(ArtifactError, match="was trained with the encoder"):
        Retriever.load(folder, other)
    path = folder / "vectors_0.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactChecksumError, match=r"vectors_0\.npy was changed"):
        Retriever.load(folder, index)


def test_articles_may_come_and_go_after_fit(fitted, index) -> None:
    living = KnowledgeIndex(HashingEncoder()).fit(index.articles("acme"))
    retriever = Retriever(living).fit(*links_of(160))
    living.remove("acme", ["password"])
    living.add(pd.DataFrame([article("two-step", "Locked out of the second step.")]))
    found = retriever.search([ticket("locked out of my login")], k=10)
    assert "password" not in set(found["article_id"])
    assert "two-step" in set(found["article_id"])


def test_misuse_is_named(index, fitted) -> None:
    with pytest.raises(NotFittedError, match="call fit or load first"):
        Retriever(index).search([ticket("parcel")])
    with pytest.raises(NotFittedError, match="call fit or load first"):
        Retriever(index).save("nowhere")
    with pytest.raises(ParameterError, match="must be a list of tickets"):
        fitted.search(ticket("parcel"))
    with pytest.raises(ParameterError, match="'k' parameter of Retriever"):
        fitted.search([ticket("parcel")], k=0)
    tickets, links = links_of(2)
    with pytest.raises(SchemaError, match=r"\['text'\] are missing"):
        Retriever(index).fit(tickets.drop(columns="text"), links)


def case(features, linked, nearness, years, right):
    return Case(
        np.array(features, dtype=float),
        np.array(linked, dtype=np.int64),
        np.array(nearness, dtype=float),
        np.array(years, dtype=float),
        np.array(right, dtype=bool),
    )


def some_case(seed, candidates=5, links=7):
    rng = np.random.default_rng(seed)
    right = np.zeros(candidates, dtype=bool)
    right[rng.integers(candidates)] = True
    return case(
        rng.normal(size=(candidates, len(FEATURES))),
        rng.integers(candidates, size=links),
        rng.uniform(-0.2, 1, size=links),
        rng.uniform(0, 3, size=links),
        right,
    )


@given(st.integers(0, 1000), st.integers(0, 9))
@settings(deadline=None)
def test_the_gradient_is_that_of_the_likelihood(seed, links) -> None:
    model = LinkModel()
    theta = _vector(model)
    one = some_case(seed, links=links)
    value, gradient = _log_likelihood(model, one)
    share = mixture(model, one)
    assert value == pytest.approx(np.log(share[one.right].sum()))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        above, below = (_log_likelihood(_model(theta + s, model), one)[0] for s in (step, -step))
        assert gradient[i] == pytest.approx((above - below) / 2e-5, abs=1e-4)


@given(st.integers(0, 1000), st.integers(0, 4), st.floats(-0.2, 1.0))
@settings(deadline=None)
def test_one_more_link_never_lowers_an_article(seed, article_at, nearness) -> None:
    before = some_case(seed)
    after = before._replace(
        linked=np.append(before.linked, article_at),
        nearness=np.append(before.nearness, nearness),
        years=np.append(before.years, 0.0),
    )
    shares = mixture(LinkModel(), before), mixture(LinkModel(), after)
    assert shares[1].sum() == pytest.approx(1.0)
    assert shares[1][article_at] >= shares[0][article_at] - 1e-12
    others = np.arange(5) != article_at
    assert (shares[1][others] <= shares[0][others] + 1e-12).all()


def test_what_the_cases_say_nothing_of_stays_as_it_was() -> None:
    cases = [some_case(seed) for seed in range(60)]
    flat = [c._replace(features=np.hstack([c.features[:, :4], np.ones((5, 1))])) for c in cases]
    learned = fit(flat, LinkModel())
    assert learned.weights[4] == pytest.approx(LinkModel().weights[4], abs=1e-6)
    assert learned.weights[:4] != pytest.approx(LinkModel().weights[:4], abs=1e-3)
    assert fit([c._replace(right=np.zeros(5, dtype=bool)) for c in cases], LinkModel()) == (
        LinkModel()
    )


def test_calibration_of_one_class_is_none() -> None:
    nothing = some_case(1)._replace(right=np.zeros(5, dtype=bool))
    assert calibration([(LinkModel(), nothing)]) == (1.0, 0.0)


@pytest.mark.parametrize("make", [BM25Search, DenseSearch, KeywordSearch])
def test_plain_searches_have_the_calls_of_an_index(index, make) -> None:
    found = make(index).search(["invoice", ""], client_id="acme", k=2)
    assert list(found.columns) == list(COLUMNS)
    assert found[found["rank"] == 1]["article_id"].tolist() == ["invoice"]
    with pytest.raises(ParameterError, match="'k' parameter of search"):
        make(index).search(["invoice"], client_id="acme", k=0)


def test_the_most_frequent_article_whatever_the_ticket_says(index) -> None:
    tickets, links = links_of(120)
    counted = MostFrequent(index, k=2).fit(tickets, links)
    expected = links["article_id"].value_counts().index[0]
    found = counted.search([ticket("anything"), ticket("password"), ticket("x", client="other")])
    assert found[found["rank"] == 1]["article_id"].tolist() == [expected] * 2
    with pytest.raises(NotFittedError, match="not fitted"):
        MostFrequent(index).search([ticket("x")])


def test_what_is_no_list_of_tickets_is_named(index, fitted) -> None:
    frequent = MostFrequent(index).fit(*links_of(60))
    row = ticket("hello")
    for model in (fitted, frequent):
        for wrong in (row, as_ticket(row), "hello", None, pd.Series(row)):
            with pytest.raises(ParameterError, match=r"list of tickets\. Got a single one"):
                model.search(wrong)
        with pytest.raises(ParameterError, match=r"pass frame\.to_dict\('records'\)"):
            model.search(pd.DataFrame([row]))
        assert len(model.search([row], k=1)) == 1
        with pytest.raises(ParameterError, match="'k' parameter of"):
            model.search([row], k=0)
