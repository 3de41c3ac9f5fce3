"""No call of one client returns a word of another's, whatever they are called and do."""

import json
import tempfile
from pathlib import Path
from urllib.parse import quote

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving_desk import browser, drafter_over, engine, intent_model, ticket

from data.encoders import HashingEncoder
from data.schema import validate_articles
from serving.asked import Asked
from serving.schemas import ArticleIn
from serving.snapshot import Snapshot
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever

# Path characters, case, look-alikes, what quoting makes of another name, a normal form.
HOSTILE = (
    "acme", "ACME", "Acme", "аcme", "acme/", "../acme", "acme%2F", "acme%2f", "a/b",
    "a%2Fb", ".", "..", "%2E", "~", "knowledge", "current.json", "e\u0301t\u00e9", "\u00e9t\u00e9",
    "ＡＣＭＥ", "acme\u200b", "ß", "ss", "*", "acme'--", 'a"b', "нет", "acme:v1", "con", "-rf",
)  # fmt: skip
WORDS = ("alpha", "bravo", "charlie", "delta")
KINDS = ("passage", "edit", "reply")
QUESTION = "How do I open the sealed drawer of the cabinet?"


def canary(number: int, kind: str) -> str:
    """A word that stands in one client's knowledge and nowhere else."""
    return f"zq{kind}{WORDS[number]}qz"


def articles(clients: tuple[str, ...]) -> pd.DataFrame:
    """The same question answered by each client in words of its own; ids are shared."""
    rows = []
    for number, client in enumerate(clients):
        told = canary(number, "passage")
        rows += [
            {
                "client_id": client,
                "article_id": article,
                "version": 1,
                "kind": kind,
                "audience": "public",
                "language": "en",
                "title": f"Open the sealed drawer {told}",
                "text": f"# Open the sealed drawer\n\nTo open the sealed drawer of the cabinet say "
                f"{told} twice.\n\nThen pull the drawer of the cabinet with {told}.\n",
                "status": "approved",
                "updated_at": "2026-03-01T00:00:00Z",
                "url": f"https://{told}.example/help",
            }
            for article, kind in (("drawer", "article"), ("drawer-macro", "macro"))
        ]
    return validate_articles(pd.DataFrame(rows))


def retriever(index: KnowledgeIndex, clients: tuple[str, ...]) -> Retriever:
    """A search that learned from every client's links."""
    tickets = pd.DataFrame(
        {
            "ticket_id": [f"{client}#{n}" for client in clients for n in range(26)],
            "client_id": [client for client in clients for _ in range(26)],
            "text": [QUESTION] * (26 * len(clients)),
            "subject": "",
            "created_at": "2026-02-01T00:00:00Z",
        }
    )
    links = pd.DataFrame({"ticket_id": tickets["ticket_id"], "article_id": "drawer"})
    return Retriever(index).fit(tickets, links)


class Shop:
    """A service for clients with hostile names, and what each of them was told."""

    def __init__(self, folder: Path, clients: tuple[str, ...]) -> None:
        self.clients = clients
        self.folder = folder
        self.keys = {client: f"key-of-number-{n}-0123456789" for n, client in enumerate(clients)}
        self.desk = engine(
            folder, index=None, drafter=None, settings={"keys": self.keys, "burst": 10**6}
        )
        self.http = browser(self.desk)
        self.swap(links=False)

    def swap(self, *, links: bool) -> None:
        """Put models in force that were written to a disk and read back, as after a night."""
        home = self.folder / "champions" / "knowledge"
        KnowledgeIndex(HashingEncoder()).fit(articles(self.clients)).save(home)
        index = KnowledgeIndex.load(home, HashingEncoder())
        search = retriever(index, self.clients) if links else None
        drafter = drafter_over(index)
        drafter.retriever = search
        self.desk.use(Snapshot(intent_model(), index, search, drafter, {"triage": "intent:1"}))

    def call(self, number: int, method: str, path: str, **body: object) -> str:
        """Call as one client; the reply with its headers."""
        headers = {"Authorization": f"Bearer {self.keys[self.clients[number]]}"}
        reply = self.http.request(method, path, json=body or None, headers=headers)
        return reply.text + json.dumps(dict(reply.headers))

    def everything(self, number: int) -> list[str]:
        """Ask as one client for all it can ask for, with the words of all the others in it."""
        theirs = [canary(n, "passage") for n in range(len(self.clients)) if n != number]
        told = []
        asked = ticket(f"{QUESTION} {' '.join(theirs)}")
        told.append(self.call(number, "POST", "/v1/suggest", ticket=asked, options={"k": 20}))
        told.append(self.call(number, "POST", "/v1/triage", ticket=asked))
        said = {"suggestion_id": json.loads(told[0][: told[0].rindex("}{") + 1])["suggestion_id"]}
        told.append(self.call(number, "POST", "/v1/feedback", **said, decision="sent"))
        for client in self.clients:
            for article in ("drawer", "note?live=true"):
                path = f"/v1/kb/{quoted(client)}/articles/{article}"
                told.append(self.call(number, "GET", path))
        paths = ("/v1/reports/nightly", "/v1/samples", "/metrics", "/docs.json", "/readyz")
        told += [self.call(number, "GET", path) for path in paths]
        return told


def quoted(client: str) -> str:
    return quote(client, safe="")


def leaks(told: list[str], number: int, kinds: tuple[str, ...], count: int) -> set[str]:
    """Which canaries of others stand in what one client was told."""
    theirs = {canary(n, kind) for n in range(count) if n != number for kind in kinds}
    return {word for word in theirs for text in told if word in text}


characters = st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S"])
# Other names can have no key: the settings refuse them.
nameable = (st.sampled_from(HOSTILE) | st.text(characters, min_size=1, max_size=8)).filter(
    lambda name: name.isprintable() and not {*name} & {":", ","}
)
names = st.lists(
    nameable,
    min_size=2,
    max_size=4,
    unique=True,
).map(tuple)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(clients=names, links=st.booleans(), order=st.randoms(use_true_random=False))
def test_no_call_returns_a_word_of_another_client(clients, links, order):
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder), clients)
        numbers = list(range(len(clients)))
        order.shuffle(numbers)
        asker = numbers[-1]
        assert not leaks(shop.everything(asker), asker, KINDS, len(clients))
        for number in numbers:
            write(shop, number)
        shop.desk.delete_article("drawer", Asked(clients[numbers[0]]))
        assert not leaks(shop.everything(asker), asker, KINDS, len(clients))
        shop.swap(links=links)
        for asker in numbers[:2]:
            assert not leaks(shop.everything(asker), asker, KINDS, len(clients))
        check_the_index(shop)
        shop.desk.close()


def write(shop: Shop, number: int) -> None:
    """Edit an article as one client, and say what was sent."""
    told = canary(number, "edit")
    body = {"title": "Note", "text": f"The sealed drawer opens with {told}.", "language": "en"}
    # Not by HTTP: a path with %2F or .. in it reaches no call at all.
    shop.desk.put_article("note", ArticleIn(**body), Asked(shop.clients[number]))
    made = shop.call(number, "POST", "/v1/suggest", ticket=ticket(QUESTION))
    suggestion = json.loads(made[: made.rindex("}{") + 1])["suggestion_id"]
    said = {"suggestion_id": suggestion, "decision": "edited"}
    shop.call(number, "POST", "/v1/feedback", **said, sent_text=f"Say {canary(number, 'reply')}.")
    # The number of a suggestion opens nothing to anybody else.
    for other in range(len(shop.clients)):
        if other != number:
            assert '"status":404' in shop.call(other, "POST", "/v1/feedback", **said, sent_text="x")


def check_the_index(shop: Shop) -> None:
    """Each client's own words are found, so that the test could have found a leak."""
    snapshot = shop.desk.snapshot
    for number, client in enumerate(shop.clients):
        mine = canary(number, "edit")
        found = snapshot.index.search([f"{QUESTION} {mine}"], client_id=client, k=10)
        texts = snapshot.index.passages(client).set_index("passage_id")["text"]
        seen = " ".join(texts[found["passage_id"]])
        assert mine in seen
        assert not leaks([seen], number, KINDS, len(shop.clients))


def test_rows_of_a_client_hold_nothing_of_another(tmp_path):
    shop = Shop(tmp_path, ("acme", "ACME", "аcme"))
    for number in range(3):
        write(shop, number)
    shop.desk.store.flush()
    for number, client in enumerate(shop.clients):
        for table in ("suggestions", "feedback", "article_edits"):
            rows = shop.desk.store.rows(table, client)
            assert rows
            told = [json.dumps(row, default=str) for row in rows]
            assert not leaks(told, number, KINDS, 3)
    shop.desk.close()


def test_an_edit_never_lands_with_a_client_whose_name_is_nearly_the_same(tmp_path):
    shop = Shop(tmp_path, ("acme", "ACME"))
    body = ArticleIn(title="Note", text="The drawer opens with zqqz.", language="en")
    before = shop.desk.snapshot.index.version("acme")
    # Tables strip a name; a key that an operator gave to this one must not reach the other.
    shop.desk.put_article("note", body, Asked("acme "))
    assert shop.desk.snapshot.index.version("acme") == before
    assert "zqqz" not in "".join(shop.everything(0))
    shop.desk.close()
