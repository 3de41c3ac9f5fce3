"""A shop of any size, put together from public texts; reads ../shared/data.

A ticket is a labelled query to a bank, in its customer's further words: turns of other public
conversations, until 20 to 200 words are reached. A passage is 80 to 200 words of public
knowledge bases. What is drawn is real; that it stands together is not.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rows import table

EPOCH = pd.Timestamp("2025-01-01T00:00:00Z")
CLIENTS = 10
LINKED = 0.3
_PART = 50_000
_CONTACT = (
    "",
    "",
    "You can reach me at {name}{n}@example.org.",
    "Call me on +44 20 7946 0{m:03d}, my order is #{n}.",
    "Kind regards, {Name}",
)
_NAMES = ("anna", "jonas", "marta", "pierre", "sofia", "tom", "ines", "bram")


def asks() -> pd.DataFrame:
    """Return the labelled queries: ``text`` and ``intent``."""
    return table("banking77_train")[["text", "intent"]]


def turns() -> list[str]:
    """Return what customers said in other public conversations, eight words or more."""
    events, tweets = table("star_events_train"), table("twitter_cdp_dev_turns")
    spoken = events[(events["agent"] == "User") & events["text"].notna()]["text"]
    written = tweets[tweets["role"] == "customer"]["text"]
    told = table("natcs_intents_insurance_banking")["text"]
    every = pd.concat([spoken, written, told]).astype(str).drop_duplicates()
    return every[every.str.split().str.len() >= 8].tolist()


def write_tickets(path: Path, n: int, *, seed: int, start: int = 0, days: float = 365.0) -> None:
    """Write tickets number ``start`` to ``start + n`` as Parquet, part by part.

    A ticket's words depend on its number and the seed alone, so that a longer file begins with
    the shorter one; its time grows with its number.
    """
    asked, said = asks(), turns()
    writer = None
    for first in range(start, start + n, _PART):
        numbers = np.arange(first, min(first + _PART, start + n))
        part = pa.Table.from_pandas(
            _tickets(numbers, asked, said, seed, days), preserve_index=False
        )
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()


def _tickets(
    numbers: np.ndarray, asked: pd.DataFrame, said: list[str], seed: int, days: float
) -> pd.DataFrame:
    texts, intents, clients, customers = [], [], [], []
    queries, labels = asked["text"].tolist(), asked["intent"].tolist()
    for number in numbers.tolist():
        rng = np.random.default_rng((seed, number))
        query = int(rng.integers(len(queries)))
        words = float(np.clip(rng.lognormal(4.0, 0.6), 20, 200))
        parts = [queries[query]]
        length = len(parts[0].split())
        while length < words:
            more = said[int(rng.integers(len(said)))]
            parts.append(more)
            length += len(more.split())
        contact = _CONTACT[int(rng.integers(len(_CONTACT)))]
        name = _NAMES[int(rng.integers(len(_NAMES)))]
        parts.append(contact.format(name=name, Name=name.title(), n=number, m=number % 1000))
        texts.append("\n".join(part for part in parts if part))
        intents.append(labels[query])
        client = min(int(rng.zipf(1.6)) - 1, CLIENTS - 1)
        clients.append(f"client{client}")
        customers.append(
            f"u{int(rng.integers(10**9))}" if rng.random() < 0.7 else f"r{number // 5}"
        )
    every = pd.to_timedelta(numbers * (days * 24 * 60 / 100_000), unit="min")
    return pd.DataFrame(
        {
            "ticket_id": [f"t{number}" for number in numbers],
            "client_id": clients,
            "channel": np.where(numbers % 4 == 0, "chat", "email"),
            "created_at": EPOCH + every,
            "customer_id": customers,
            "text": texts,
            "intent": intents,
        }
    )


def write_articles(path: Path, passages: int, *, seed: int, sections: int = 4) -> list[str]:
    """Write articles of four sections each; return the articles of each client by number."""
    rng = np.random.default_rng(seed)
    pool = pieces()
    rows = []
    for number in range(passages // sections):
        chosen = rng.integers(len(pool), size=(sections, 3))
        parts = []
        for section in chosen:
            text = " ".join(pool[i][1] for i in section)
            words = text.split()
            size = int(rng.integers(80, 200))
            parts.append(f"## {pool[section[0]][0]}\n\n" + " ".join(words[:size]))
        rows.append(
            {
                "client_id": f"client{number % CLIENTS}",
                "article_id": f"a{number}",
                "version": 1,
                "kind": "article",
                "language": "en",
                "title": pool[chosen[0][0]][0],
                "text": "\n\n".join(parts),
                "status": "approved",
                "updated_at": EPOCH,
            }
        )
    pd.DataFrame(rows).to_parquet(path)
    return [row["article_id"] for row in rows]


def pieces() -> list[tuple[str, str]]:
    """Return title and words of the paragraphs of public knowledge bases."""
    bank = table("tau2_banking_kb")
    shop = table("prestashop_kb_en_fr")
    shop = shop[shop["language"] == "en"]
    found = []
    for title, body in [
        *zip(bank["title"], bank["content"], strict=True),
        *zip(shop["title"], shop["body"], strict=True),
    ]:
        plain = re.sub(r"[#*|>\[\]`{}]|!?\(http[^)]*\)", " ", body)
        for paragraph in re.split(r"\n\s*\n", plain):
            words = " ".join(paragraph.split())
            if len(words.split()) >= 25:
                found.append((" ".join(title.split()), words))
    return found


def write_links(path: Path, tickets: Path, articles: Path, *, seed: int) -> None:
    """Link a share of the tickets to an article of their client: of an intent, mostly the same."""
    rng = np.random.default_rng(seed)
    known = pd.read_parquet(articles, columns=["client_id", "article_id"])
    by_client = known.groupby("client_id")["article_id"].apply(list).to_dict()
    rows = pd.read_parquet(tickets, columns=["ticket_id", "client_id", "intent"])
    rows = rows[rng.random(len(rows)) < LINKED]
    codes = pd.factorize(rows["intent"], sort=True)[0]
    shift = np.where(rng.random(len(rows)) < 0.7, 0, rng.integers(0, 20, len(rows)))
    rows["article_id"] = [
        by_client[client][int(code + s) % len(by_client[client])]
        for client, code, s in zip(rows["client_id"], codes, shift, strict=True)
    ]
    rows[["client_id", "ticket_id", "article_id"]].to_parquet(path)
