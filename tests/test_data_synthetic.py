import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import phonenumbers
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from data.errors import ParameterError
from data.knowledge import read_articles
from data.schema import (
    validate_article_links,
    validate_articles,
    validate_messages,
    validate_tickets,
)
from data.synthetic import sample_tickets, small_knowledge, small_tickets, write_samples
from data.synthetic.bank import LANGUAGES, SAMPLES, load_bank, say
from data.synthetic.facts import make_facts
from data.synthetic.noise import address, iban, phone, type_carelessly, without_accents
from data.synthetic.people import LAUNCH_WEEK, WEEKS, make_people, week_of
from data.synthetic.plan import CONFUSED, KINDS, OUT_OF_SCOPE, mislabel

TAXONOMY = Path(__file__).resolve().parents[1] / "triage" / "taxonomy.yaml"
REGIONS = {"en": "GB", "fr": "FR", "de": "DE"}

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def sample():
    return sample_tickets()


@pytest.fixture(scope="module")
def knowledge():
    articles, _ = read_articles(SAMPLES / "articles", "lumen")
    macros, _ = read_articles(SAMPLES / "macros.csv", "lumen")
    return pd.concat([articles, macros], ignore_index=True)


def known_labels():
    taxonomy = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))
    client = yaml.safe_load((SAMPLES / "client.yaml").read_text(encoding="utf-8"))
    children = [child["name"] for top in taxonomy["labels"] for child in top["children"]]
    return {*children, *(child["name"] for child in client["taxonomy"]["children"])}


# --- the tables ------------------------------------------------------------------------------


def test_tables_keep_their_contracts(sample):
    tickets, messages, links = sample
    assert_frame_equal(validate_tickets(tickets), tickets)
    assert_frame_equal(validate_messages(messages), messages)
    assert_frame_equal(validate_article_links(links), links)
    assert len(tickets) == 3000
    assert tickets["created_at"].is_monotonic_increasing


def test_same_seed_gives_the_same_tables_and_another_seed_others():
    first, again, other = (sample_tickets(n=60, seed=seed) for seed in (4, 4, 5))
    for one, two in zip(first, again, strict=True):
        assert_frame_equal(one, two)
    assert not first[0]["text"].equals(other[0]["text"])


@pytest.mark.parametrize("n", [1, 7])
def test_few_tickets_are_possible(n):
    tickets, messages, _ = sample_tickets(n=n)
    assert len(tickets) == n
    assert set(messages["ticket_id"]) == set(tickets["ticket_id"])


def test_no_tickets_are_refused():
    with pytest.raises(ParameterError, match=r"'n' parameter of sample_tickets .* Got 0"):
        sample_tickets(n=0)


def test_mix_of_languages_labels_and_customers(sample):
    tickets, _, _ = sample
    languages = tickets["language"].value_counts(normalize=True)
    for language, share in {"en": 0.45, "fr": 0.33, "de": 0.22}.items():
        assert languages[language] == pytest.approx(share, abs=0.04)
    assert tickets["language"].isna().any()
    assert set(tickets["intent"]) == set(KINDS)
    assert set(tickets["intent"]) - {OUT_OF_SCOPE} <= known_labels()
    assert 0.02 < (tickets["intent"] == OUT_OF_SCOPE).mean() < 0.06
    assert (tickets["customer_id"].value_counts() > 2).sum() > 100
    assert tickets["context"].isna().any()
    assert tickets["csat"].dropna().between(1, 5).all()


def test_context_holds_the_order_that_the_text_names(sample):
    tickets, _, _ = sample
    rows = tickets.dropna(subset=["context"])
    rows = rows[rows["text"].str.contains(r"LL-\d{6}", regex=True)]
    right = [
        json.loads(context)["order"]["id"] in text
        for context, text in zip(rows["context"], rows["text"], strict=True)
    ]
    assert len(rows) > 300
    assert all(right)


def test_volume_follows_week_and_hour_and_a_product_is_launched(sample):
    tickets, _, _ = sample
    times = pd.DatetimeIndex(tickets["created_at"])
    weeks = week_of(times)
    assert (weeks.min(), weeks.max()) == (1, WEEKS)
    local = times.tz_convert("Europe/Paris")
    assert (local.day_of_week == 0).sum() > 1.5 * (local.day_of_week == 6).sum()
    assert ((local.hour >= 9) & (local.hour < 13)).sum() > 4 * (local.hour < 6).sum()
    # A slip of the keyboard may hit the name, hence its stem.
    named = tickets["text"].str.contains("nimbus", case=False).to_numpy()
    assert not named[weeks < LAUNCH_WEEK].any()
    assert named[weeks >= LAUNCH_WEEK].mean() > 0.05


def test_conversation_starts_with_the_ticket_and_goes_forward(sample):
    tickets, messages, _ = sample
    first = messages.groupby("ticket_id", sort=False).first()
    by_id = tickets.set_index("ticket_id")
    assert (first["author"] == "customer").all()
    assert (first["text"] == by_id["text"].reindex(first.index)).all()
    steps = messages.groupby("ticket_id")["sent_at"].diff().dropna()
    assert (steps >= pd.Timedelta(0)).all()
    closed = by_id.dropna(subset=["resolved_at"])
    assert (closed["first_reply_at"] < closed["resolved_at"]).all()
    assert set(by_id["status"]) == {"open", "closed"}


# --- the replies -----------------------------------------------------------------------------


def test_links_lead_to_approved_articles_in_their_version(sample, knowledge):
    tickets, _, links = sample
    approved = knowledge[knowledge["status"] == "approved"].set_index("article_id")["version"]
    assert set(links["article_id"]) <= set(approved.index)
    assert (links["version"] == links["article_id"].map(approved)).all()
    unlinked = tickets[~tickets["ticket_id"].isin(links["ticket_id"])]["intent"]
    assert OUT_OF_SCOPE in set(unlinked)
    assert tickets["ticket_id"].isin(links["ticket_id"]).mean() > 0.7


def test_replies_quote_the_linked_article_and_never_internal_or_old_ones(sample, knowledge):
    _, messages, links = sample
    replies = messages[messages["author"] == "agent"].set_index("ticket_id")["text"]
    texts = knowledge.set_index("article_id")["text"]
    hidden = knowledge[(knowledge["audience"] == "internal") | (knowledge["status"] != "approved")]
    everything = "\n".join(replies)
    for text in hidden["text"]:
        for sentence in re.findall(r"[^.|\n]{40,}\.", text):
            assert sentence.strip() not in everything
    alone = links[~links["ticket_id"].duplicated(keep=False)]
    alone = alone[alone["article_id"].str.startswith(("returns-", "refunds-", "invoices-"))]
    quoted = [
        any(part in texts[row.article_id] for part in re.split(r"(?<=[.!?])\s|\n", _body(reply)))
        for row, reply in zip(alone.itertuples(), replies[alone["ticket_id"]], strict=True)
    ]
    assert len(quoted) > 200
    assert np.mean(quoted) > 0.9


def _body(reply):
    return reply.split("\n\n", 1)[1].rsplit("\n\n", 1)[0]


def test_no_pattern_leaks_into_texts(sample):
    _, messages, _ = sample
    leaks = messages["text"].str.contains(r"[\[\]{}|]", regex=True)
    # "Name | Purchasing" is a signature.
    signed = messages["text"].str.contains(r"\w \| (?:Purchasing|Service achats|Einkauf)")
    assert not (leaks & ~signed).any()
    assert (messages["text"].str.strip() != "").all()


def test_a_linear_model_finds_the_sample_neither_trivial_nor_hopeless(sample):
    tickets, _, _ = sample
    cut = int(len(tickets) * 0.8)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC(random_state=0)
    )
    model.fit(tickets["text"][:cut], tickets["intent"][:cut])
    accuracy = (model.predict(tickets["text"][cut:]) == tickets["intent"][cut:]).mean()
    assert 0.70 < accuracy < 0.92


def test_write_samples_gives_what_a_night_needs(tmp_path):
    folder = write_samples(tmp_path / "new" / "folder", n=30, seed=1)
    tickets, messages, links = sample_tickets(n=30, seed=1)
    assert_frame_equal(validate_tickets(pd.read_parquet(folder / "tickets.parquet")), tickets)
    assert len(pd.read_parquet(folder / "messages.parquet")) == len(messages)
    assert len(pd.read_parquet(folder / "article_links.parquet")) == len(links)
    articles, statuses = read_articles(folder / "articles", "lumen")
    assert len(articles) > 50
    assert {status["status"] for status in statuses} == {"imported"}
    assert (folder / "client.yaml").exists()
    assert (folder / "macros.csv").exists()
    write_samples(folder, n=5)
    assert len(pd.read_parquet(folder / "tickets.parquet")) == 5
    assert not list(folder.glob(".*"))


# --- the phrases -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_many_phrasings_that_fill_completely(language):
    bank = load_bank(language)
    rng = np.random.default_rng(0)
    people = [p for p in make_people(40, rng) if p.language == language]
    assert set(bank.intents) == set(KINDS) - {OUT_OF_SCOPE}
    at = pd.Timestamp("2026-05-20T10:00:00Z")
    for intent, patterns in bank.intents.items():
        assert len(set(patterns)) >= 10
        slots = make_facts(people[0], intent, at, LAUNCH_WEEK, rng).slots
        for pattern in (*patterns, *bank.launch.get(intent, ())):
            text = say(pattern, slots, rng)
            assert len(text) > 5
            assert not re.search(r"[\[\]{}|]", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_greetings_fit_the_hour(language):
    bank = load_bank(language)
    greetings = [*bank.lines("openers"), *bank.lines("agent_greetings")]
    noon, night = bank.at_hour(greetings, 13), bank.at_hour(greetings, 21)
    evening = bank.parts["evening"][0]
    assert any(greeting.startswith(evening) for greeting in night)
    assert not any(greeting.startswith(evening) for greeting in noon)


# --- noise and invented people ---------------------------------------------------------------


@given(seed=seeds, language=st.sampled_from(LANGUAGES))
def test_invented_ibans_have_right_check_digits(seed, language):
    value = iban(language, np.random.default_rng(seed)).replace(" ", "")
    digits = "".join(str(int(c, 36)) for c in value[4:] + value[:4])
    assert int(digits) % 97 == 1
    assert len(value) == {"en": 22, "fr": 27, "de": 22}[language]


@given(seed=seeds, language=st.sampled_from(LANGUAGES))
def test_invented_telephone_numbers_are_well_formed(seed, language):
    number = phone(language, np.random.default_rng(seed))
    assert phonenumbers.is_valid_number(phonenumbers.parse(number, REGIONS[language]))


@given(seed=seeds, name=st.sampled_from(["Léa Picard", "Emre Öztürk", "Tom de Wit"]))
def test_invented_addresses_are_in_reserved_domains(seed, name):
    value = address(name, np.random.default_rng(seed))
    assert re.fullmatch(r"[a-z0-9._]+@(example\.(org|com|net)|(mail|post)\.example)", value)


@given(text=st.text(max_size=200), seed=seeds, language=st.sampled_from(LANGUAGES))
def test_a_careful_writer_makes_no_slips(text, seed, language):
    assert type_carelessly(text, language, 1.0, np.random.default_rng(seed)) == text


@given(seed=seeds, care=st.floats(0.0, 1.0), language=st.sampled_from(LANGUAGES))
def test_slips_spare_numbers(seed, care, language):
    text = "Bonjour, LL-204518 et INV-2026-55123 arrivent quand ?"
    typed = type_carelessly(text, language, care, np.random.default_rng(seed)).lower()
    assert "ll-204518" in typed
    assert "inv-2026-55123" in typed


@given(st.text(alphabet="abcäöüßéèçñ ÀÉ", max_size=40), st.sampled_from(LANGUAGES))
def test_dropping_accents_twice_changes_nothing_more(text, language):
    plain = without_accents(text, language)
    assert without_accents(plain, language) == plain


@given(seed=seeds, label=st.sampled_from([label for label in KINDS if label != OUT_OF_SCOPE]))
def test_wrong_labels_are_other_labels_of_the_scheme(seed, label):
    wrong = mislabel(label, np.random.default_rng(seed))
    assert wrong != label
    assert wrong in KINDS
    assert wrong != OUT_OF_SCOPE


def test_confused_pairs_are_intents():
    assert set(CONFUSED) | set(CONFUSED.values()) <= set(KINDS)


# --- the knowledge ---------------------------------------------------------------------------


def test_every_article_is_imported_with_what_its_front_matter_says(knowledge):
    assert_frame_equal(validate_articles(knowledge), knowledge)
    assert knowledge["article_id"].is_unique
    assert set(knowledge["language"]) == set(LANGUAGES)
    assert (knowledge["status"] == "draft").sum() == 1
    assert (knowledge["status"] == "retired").sum() == 1
    procedures = knowledge[knowledge["kind"] == "procedure"]
    assert (procedures["audience"] == "internal").all()
    assert len(procedures) == 5
    ids = set(knowledge["article_id"])
    assert "connect-a-hub-en" in ids
    assert "connect-a-hub-fr" not in ids
    words = knowledge[knowledge["kind"] == "article"]["text"].str.split().str.len()
    assert words.between(40, 330).all()


def test_macros_declare_exactly_the_slots_they_use(knowledge):
    macros = knowledge[knowledge["kind"] == "macro"]
    assert len(macros) == 20
    for row in macros.itertuples():
        used = set(re.findall(r"\{\{ (\w+) \}\}", row.text))
        assert used == set(json.loads(row.variables)) - {"when"}, row.article_id


@pytest.mark.parametrize("topic", ["returns", "refunds", "late-or-lost-parcel", "payment-failed"])
def test_translations_state_the_same_numbers(knowledge, topic):
    rows = knowledge[knowledge["article_id"].isin([f"{topic}-{lang}" for lang in LANGUAGES])]
    numbers = [sorted(re.findall(r"\d+", text)) for text in rows["text"]]
    assert len(numbers) > 1
    assert all(found == numbers[0] for found in numbers)


def test_small_knowledge_and_tickets_are_small_and_valid():
    articles, tickets = small_knowledge(), small_tickets()
    assert_frame_equal(validate_articles(articles), articles)
    assert articles["client_id"].value_counts().to_dict() == {"lumen": 6, "verdant": 2}
    assert set(articles["language"]) == set(LANGUAGES)
    assert (articles["status"] == "approved").all()
    assert tickets["intent"].value_counts().to_dict() == dict.fromkeys(tickets["intent"], 10)
    assert len(tickets) == tickets["text"].nunique() == 40
    assert set(tickets["language"]) == set(LANGUAGES)


def test_taxonomy_is_two_levels_with_examples():
    taxonomy = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))
    tops = [top["name"] for top in taxonomy["labels"]]
    assert len(tops) == 7 <= taxonomy["max_top_labels"]
    assert set(taxonomy["aliases"].values()) <= set(tops)
    for top in taxonomy["labels"]:
        assert 3 <= len(top["children"]) <= 6
        for child in top["children"]:
            assert child["name"].split(".")[0] == top["name"]
            assert child["description"]
            assert len(set(child["examples"])) >= 6
