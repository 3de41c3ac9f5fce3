"""Every draft of every replay, judged by the independent checker; and what a draft costs.

Run it: ``python tests/benchmarks/grounding.py``. The checker in ``tests/grounding_checker.py``
shares no code with the drafter.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rows import fingerprint, interval, row, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from grounding_checker import unsupported

from data.knowledge import articles_from_frame
from data.synthetic import sample_tickets
from data.ticket import as_ticket
from suggest.draft import Draft
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex

Rows = list[dict[str, Any]]
Tickets = list[dict[str, Any]]
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
STAMP = {"updated_at": "2026-01-01T00:00:00Z"}
QUERIES = 1500


@cache
def bank() -> pd.DataFrame:
    """The bank's articles; those titled as internal are."""
    frame = table("tau2_banking_kb")
    internal = frame["title"].str.contains(r"^internal\b|\(internal\)", case=False)
    known = pd.DataFrame(
        {
            "article_id": frame["doc_id"],
            "title": frame["title"],
            "text": frame["content"],
            "language": frame["language"],
            "audience": np.where(internal, "internal", "public"),
            "kind": np.where(internal, "procedure", "article"),
        }
    )
    return articles_from_frame(known, "bank", defaults=STAMP)[0]


@cache
def manual() -> pd.DataFrame:
    """The shop platform's manual in English and French."""
    frame = table("prestashop_kb_en_fr")
    known = pd.DataFrame(
        {
            "article_id": frame["language"] + ":" + frame["path"],
            "title": frame["title"],
            "text": frame["body"],
            "language": frame["language"],
        }
    )
    return articles_from_frame(known, "manual", defaults=STAMP)[0]


@cache
def shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles and generated tickets of the sample shop: for the law, never for quality."""
    from data.knowledge import read_articles
    from data.synthetic.small import SAMPLES

    articles, _ = read_articles(SAMPLES / "articles", "lumen")
    macros, _ = read_articles(SAMPLES / "macros.csv", "lumen")
    tickets, _, _ = sample_tickets(n=1000, seed=0)
    return pd.concat([articles, macros], ignore_index=True), tickets


@cache
def index_of(name: str) -> KnowledgeIndex:
    """Build the index of one knowledge base."""
    return KnowledgeIndex().fit({"bank": bank, "manual": manual}[name]())


def asked(texts: Iterable[str], client: str) -> Tickets:
    """Texts as tickets, with facts that a wrong draft would use."""
    context = {
        "order": {"id": "LL-204518", "total": 84.5},
        "shipment": {"tracking_number": "PF99881", "eta": "2026-03-06"},
        "payment": {"amount": "84.50", "invoice_id": "INV-2026-118"},
    }
    return [
        {
            "ticket_id": f"{client}-{i}",
            "client_id": client,
            "text": text,
            "context": context if i % 2 else {},
            "customer": {"name": "Anna Meyer", "timezone": "Asia/Kathmandu"} if i % 3 else {},
        }
        for i, text in enumerate(texts)
    ]


def replay(drafter: ReplyDrafter, tickets: Tickets) -> tuple[list[Draft], list[float]]:
    """Draft every ticket, an hour apart; the drafts and their milliseconds."""
    drafts, milliseconds = [], []
    for i, ticket in enumerate(tickets):
        started = time.perf_counter()
        drafts.append(drafter.draft(ticket, now=START + timedelta(hours=i)))
        milliseconds.append(1000 * (time.perf_counter() - started))
    return drafts, milliseconds


def judged(drafts: list[Draft], tickets: Tickets, articles: pd.DataFrame) -> list[list[str]]:
    """What the independent checker says of each draft."""
    told = []
    for draft, given in zip(drafts, tickets, strict=True):
        ticket = as_ticket(given)
        seen = {
            "text": ticket.text,
            "context": ticket.context,
            "ticket_id": ticket.ticket_id,
            "customer": {"name": ticket.customer.name, "plan": ticket.customer.plan},
        }
        told.append(unsupported(draft.to_dict(), articles, seen, client_id=ticket.client_id))
    return told


def figures(
    name: str, drafter: ReplyDrafter, tickets: Tickets, articles: pd.DataFrame, data: str
) -> Rows:
    """Unsupported sentences, share of tickets with a draft, and milliseconds of one replay."""
    drafts, milliseconds = replay(drafter, tickets)
    faults = judged(drafts, tickets, articles)
    sentences = sum(len(d.sentences) for d in drafts)
    wrong = sum(map(len, faults))
    made = np.array([d.outcome != "none" for d in drafts])
    shared = {"data": data, "split": "every draft of the replay"}
    mix = dict(Counter(d.outcome for d in drafts))
    return [
        row(
            f"unsupported sentences, {name}",
            wrong,
            # None seen in n: the exact upper bound at 95 % is 3 / n (the rule of three).
            interval=[0.0, round(3 / max(sentences, 1), 6)] if not wrong else None,
            ask="0",
            n=sentences,
            examples=[fault for told in faults for fault in told][:5],
            **shared,
        ),
        row(
            f"tickets with a draft, {name}",
            float(made.mean()),
            interval=interval(lambda at: float(made[at].mean()), len(made)),
            n=len(drafts),
            outcomes=mix,
            reasons=dict(Counter(f"{d.outcome}: {d.reason}" for d in drafts)),
            **shared,
        ),
        row(
            f"milliseconds a draft, {name}",
            float(np.median(milliseconds)),
            n=len(drafts),
            p95=round(float(np.quantile(milliseconds, 0.95)), 2),
            **shared,
        ),
    ]


def banking77() -> Rows:
    """Questions of one bank's customers to another bank's articles: most have no answer there."""
    texts = table("banking77_train").sample(QUERIES, random_state=0)["text"]
    data = f"banking77_train, tau2_banking_kb@{fingerprint(table('tau2_banking_kb'))}"
    tickets = asked(texts, "bank")
    return figures("BANKING77 to τ² bank", ReplyDrafter(index_of("bank")), tickets, bank(), data)


def tasks() -> Rows:
    """Long texts of customers' tasks."""
    texts = table("tau2_banking_tasks_dev")["user_instructions"].str[:3000]
    data = f"tau2_banking_tasks_dev@{fingerprint(table('tau2_banking_tasks_dev'))}"
    tickets = asked(texts, "bank")
    return figures("τ² bank tasks", ReplyDrafter(index_of("bank")), tickets, bank(), data)


def headings() -> Rows:
    """Headings of the manual, in both languages, as questions; and whether its page is used."""
    frame = table("prestashop_kb_en_fr")
    places = [
        (f"{r.language}:{r.path}", str(heading).strip("*‌ "))
        for r in frame.itertuples()
        for heading in r.headings
        if len(str(heading).split()) >= 3
    ]
    tickets = asked([heading for _, heading in places], "manual")
    drafter = ReplyDrafter(index_of("manual"))
    data = f"prestashop_kb_en_fr@{fingerprint(frame)}"
    rows = figures("PrestaShop headings", drafter, tickets, manual(), data)
    drafts, _ = replay(drafter, tickets)
    cited = [
        any(s.support.id == page for s in draft.sentences if s.support)
        for draft, (page, _) in zip(drafts, places, strict=True)
        if draft.outcome in ("validate", "personalise")
    ]
    right = np.array(cited)
    rows.append(
        row(
            "drafts that cite the page of the heading, PrestaShop",
            float(right.mean()),
            interval=interval(lambda at: float(right[at].mean()), len(right)),
            n=len(right),
            data=data,
            split="drafts with an answer",
        )
    )
    return rows


def other_trades() -> Rows:
    """Assistant queries from outside banking, to the bank: silence is right."""
    frame = table("clinc150_trainval")
    away = frame[~frame["domain"].isin(["banking", "credit_cards"])]
    tickets = asked(away.sample(QUERIES, random_state=0)["text"], "bank")
    data = f"clinc150_trainval@{fingerprint(frame)}"
    drafter = ReplyDrafter(index_of("bank"))
    return figures("CLINC150 of other domains to τ² bank", drafter, tickets, bank(), data)


def sample_shop() -> Rows:
    """Generated tickets with macros and slots: the law only."""
    articles, tickets = shop()
    rows = [{**r, "client_id": "lumen"} for r in tickets.to_dict("records")]
    drafter = ReplyDrafter(KnowledgeIndex().fit(articles))
    told = figures("sample shop", drafter, rows, articles, "generated, seed 0")
    # No quality of generated tickets is quoted.
    return [told[0], told[2]]


BENCHMARKS: dict[str, Callable[[], Rows]] = {
    "banking77": banking77,
    "tasks": tasks,
    "headings": headings,
    "other_trades": other_trades,
    "sample_shop": sample_shop,
}


if __name__ == "__main__":
    for benchmark in sys.argv[1:] or BENCHMARKS:
        for entry in BENCHMARKS[benchmark]():
            Console().print(entry)
