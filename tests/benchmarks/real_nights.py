"""Nights on public data nobody here wrote; reads ../shared/data, writes a workspace of its own.

    python tests/benchmarks/real_nights.py banking --out /tmp/nights
    python tests/benchmarks/real_nights.py twitter --out /tmp/nights

Writes tickets, articles and a nightly.toml, runs the night and prints the report's path.
"""

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
EPOCH = pd.Timestamp("2026-01-01T00:00:00Z")

BANKING = """
workspace = "work"
[tickets]
path = "tickets.parquet"
[[clients]]
id = "bank"
articles = "articles.parquet"
[gate.floors]
intent = { accuracy = 0.85 }
"""
TWITTER = """
workspace = "work"
articles = "articles.parquet"
[tickets]
path = "tickets.parquet"
links = "links.parquet"
[split]
test_share = 0.3
[intents]
targets = []
[evaluate]
min_slice = 20
"""


def banking(folder: Path) -> None:
    """Queries to a bank with 77 intents, beside another bank's knowledge base."""
    rows = pd.read_parquet(SHARED / "banking77_train.parquet").sample(frac=1, random_state=0)
    pd.DataFrame(
        {
            "ticket_id": [f"b{i}" for i in range(len(rows))],
            "client_id": "bank",
            "channel": "chat",
            "created_at": EPOCH + pd.to_timedelta(range(len(rows)), unit="min"),
            "text": rows["text"].to_numpy(),
            "intent": rows["intent"].to_numpy(),
        }
    ).to_parquet(folder / "tickets.parquet")
    articles = pd.read_parquet(SHARED / "tau2_banking_kb.parquet")
    internal = articles["title"].str.startswith("Internal:")
    pd.DataFrame(
        {
            "client_id": "bank",
            "article_id": articles["doc_id"],
            "version": 1,
            "kind": internal.map({True: "procedure", False: "article"}),
            "audience": internal.map({True: "internal", False: "public"}),
            "language": articles["language"],
            "title": articles["title"],
            "text": articles["content"],
            "status": "approved",
            "updated_at": EPOCH,
        }
    ).to_parquet(folder / "articles.parquet")
    (folder / "nightly.toml").write_text(BANKING)


def twitter(folder: Path) -> None:
    """Customer care on Twitter; each company is a client, and the linked page is known."""
    rows = pd.read_parquet(SHARED / "twitter_cdp_dev.parquet").sort_values("started_at")
    docs = pd.read_parquet(SHARED / "twitter_cdp_docs.parquet")
    docs = docs[docs["company"].notna()]
    pd.DataFrame(
        {
            "ticket_id": rows["conversation_id"],
            "client_id": rows["company"],
            "channel": "social",
            "language": rows["language"],
            "created_at": rows["started_at"],
            "customer_id": rows["customer_id"],
            "text": [customers_words(c) for c in rows["context"]],
        }
    ).to_parquet(folder / "tickets.parquet")
    pd.DataFrame(
        {"ticket_id": rows["conversation_id"], "article_id": rows["gold_doc_id"]}
    ).to_parquet(folder / "links.parquet")
    titles = [title(s, u) for s, u in zip(docs["slug_title"], docs["live_url"], strict=True)]
    pd.DataFrame(
        {
            "client_id": docs["company"],
            "article_id": docs["doc_id"],
            "version": 1,
            "kind": "article",
            "audience": "public",
            "language": "en",
            "title": titles,
            # The pages themselves are not in the data; agents answered with a link to them.
            "text": [
                f"This page may help with it: {t}.\n\nYou find it here: {u}"
                for t, u in zip(titles, docs["live_url"], strict=True)
            ],
            "status": "approved",
            "updated_at": EPOCH,
            "url": docs["live_url"],
        }
    ).to_parquet(folder / "articles.parquet")
    (folder / "nightly.toml").write_text(TWITTER)


def customers_words(context: str) -> str:
    """Keep what the customer wrote; agents' turns are the answer we look for."""
    turns = re.split(r"(?m)^(?=(?:customer|agent): )", context)
    said = [t.removeprefix("customer: ").strip() for t in turns if t.startswith("customer: ")]
    return "\n".join(said) or context


def title(slug: str | None, url: str) -> str:
    """Name a page by its slug, or by the words of its address where it has none."""
    if isinstance(slug, str) and slug.strip():
        return slug.strip().capitalize()
    parts = urlsplit(url)
    words = re.sub(r"[^\w]+", " ", unquote(f"{parts.netloc} {parts.path}")).strip()
    return words or url


def main() -> None:
    """Write the workspace and run one night in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["banking", "twitter"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--prepare-only", action="store_true")
    given = parser.parse_args()
    folder = given.out / given.name
    folder.mkdir(parents=True, exist_ok=True)
    {"banking": banking, "twitter": twitter}[given.name](folder)
    if not given.prepare_only:
        from pipelines.__main__ import app

        app(["nightly", "--config", str(folder / "nightly.toml")])


if __name__ == "__main__":
    main()
