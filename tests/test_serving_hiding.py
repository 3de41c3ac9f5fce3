"""What the service looks up is what nights measure: the words without personal data."""

from typing import Any

import pandas as pd
import pytest
from serving_desk import NOW, drafter_over, engine, ticket

from data.encoders import HashingEncoder
from data.synthetic import small_knowledge
from data.ticket import as_ticket
from pipelines.hiding import Raw, redact_part
from serving.engine import Asked
from serving.hiding import Hidden
from serving.schemas import Options, SuggestIn, TicketIn
from serving.tickets import ticket_of
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever

NAME = "Hannah Whitcombe"
SIGNED = f"Kind regards, {NAME}, 12 Larch Road, Leeds LS6 3AB, 07700 900123, hannah.w@example.com"
WRITTEN = [
    ("", f"How do I send the blanket back?\n{SIGNED}"),
    ("Halo lamp", f"Hi Sam,\nI am {NAME}. It flickers. What can I do?\n{SIGNED}"),
    ("Re: Order LL-191468", f"Can I still cancel it?\nWrite to hannah.w@example.com, {NAME}"),
    ("", "Guten Tag Frau Schneider,\nwie bekomme ich die Rechnung an Peter.Lang@example.de?"),
]


def sent(subject: str, text: str) -> dict[str, Any]:
    return ticket(text, subject=subject, customer={"name": NAME}, created_at=NOW.isoformat())


def of_night(subject: str, text: str, language: str) -> Any:
    """Return the ticket as a night reads it from its tables."""
    made = redact_part((b"key", [Raw(subject, text, NAME, language, "")]))[0]
    row = {"subject": made.subject, "text": made.text, "language": language}
    return as_ticket({"ticket_id": "1", "client_id": "lumen", "created_at": NOW, **row})


def learned(index: KnowledgeIndex) -> Retriever:
    """Return a retriever that has seen how the redacted tickets were answered."""
    tickets = [of_night(*written, "en") for written in WRITTEN]
    frame = pd.DataFrame(
        {
            "ticket_id": [str(n) for n in range(len(tickets))],
            "client_id": "lumen",
            "created_at": pd.Timestamp(NOW) - pd.Timedelta(days=9),
            "text": [t.text for t in tickets],
            "language": "en",
        }
    )
    links = pd.DataFrame({"ticket_id": frame["ticket_id"], "article_id": "returns-en"})
    return Retriever(index).fit(frame, links)


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("drafts", [True, False])
def test_a_ticket_is_ranked_in_the_service_as_in_a_night(tmp_path, written, drafts) -> None:
    index = KnowledgeIndex(encoder=HashingEncoder()).fit(small_knowledge())
    retriever = learned(index)
    drafter = drafter_over(index).set_params(retriever=retriever)
    desk = engine(tmp_path, index=index, retriever=retriever, drafter=drafter)
    want = ["triage", "draft", "articles"] if drafts else ["triage", "articles"]
    body = SuggestIn(ticket=sent(*written), options=Options(want=want, k=3))
    told = desk.suggest(body, Asked("lumen", "test"))
    language = told["triage"]["language"]["label"]
    night = of_night(*written, language)
    if drafts:
        draft = drafter.draft(night, now=NOW)
        expected = {item["id"]: item["p"] for item in draft.articles}
        assert told["draft"]["features"] == draft.to_dict()["features"]
    else:
        hits = retriever.find(night, k=12)
        expected = {hit.article_id: round(hit.probability, 4) for hit in hits}
    found = {item["id"]: item["p"] for item in told["articles"]}
    assert list(found)
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-4)
    assert list(found) == [name for name in expected if name in found]
    desk.close()


def test_slots_and_greetings_are_filled_from_the_customers_own_words(tmp_path) -> None:
    desk = engine(tmp_path)
    subject, text = WRITTEN[0]
    told = desk.suggest(SuggestIn(ticket=sent(subject, text)), Asked("lumen", "test"))
    assert "Hannah" in told["draft"]["text"]
    assert "[NAME_1]" not in told["draft"]["text"]
    desk.close()


@pytest.mark.parametrize("written", WRITTEN[1:])
def test_no_placeholder_is_looked_up(written) -> None:
    index = KnowledgeIndex(encoder=HashingEncoder()).fit(small_knowledge())
    night = of_night(*written, "en")
    assert "[" in night.text
    looked_up = drafter_over(index).read(night).texts
    assert looked_up
    assert not any("[" in text or "NAME" in text for text in looked_up)


def test_the_words_of_a_ticket_are_those_of_a_night() -> None:
    for subject, text in WRITTEN:
        known, _ = ticket_of(TicketIn(**sent(subject, text)), "lumen", 10_000)
        hidden, night = Hidden(known, b"key"), of_night(subject, text, "en")
        assert (hidden.seen.text, hidden.seen.body) == (night.text, night.body)
        assert hidden.text != known.text
