"""Half a year of tickets of the sample shop, with conversations and the articles that helped."""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.random import Generator

from data.errors import ParameterError
from data.schema import validate_article_links, validate_messages, validate_tickets
from data.synthetic.bank import SAMPLES, pick
from data.synthetic.case import Case
from data.synthetic.facts import make_facts
from data.synthetic.people import Person, arrival_times, make_people, week_of, who_writes
from data.synthetic.plan import OUT_OF_SCOPE, draw_intent, mislabel
from data.synthetic.replies import Reply, Shelf, answer, load_shelf
from data.synthetic.writing import chase, thank, write

CLIENT: Final = "lumen"
LABEL_NOISE: Final = 0.03

_CHANNELS: Final = ("email", "chat", "form", "social", "phone")
_CHANNEL_SHARES: Final = (0.50, 0.20, 0.17, 0.07, 0.06)
_FIRST_REPLY_HOURS: Final = {"email": 5.0, "chat": 0.05, "form": 6.0, "social": 2.0, "phone": 3.0}
_HANDLE_SECONDS: Final = {
    "support": 380,
    "onboarding": 460,
    "retention_risk": 620,
    "presales": 420,
    "billing": 340,
    "bug": 520,
    "feature_request": 190,
    OUT_OF_SCOPE: 60,
}

Row = dict[str, Any]


class Timing(NamedTuple):
    """When a ticket was answered and closed; ``NaT`` where it was not."""

    replied: Any
    resolved: Any

    def replied_or(self, at: pd.Timestamp) -> pd.Timestamp:
        """Time of the reply, or ``at`` where there is none."""
        return at if self.replied is pd.NaT else self.replied


def sample_tickets(n: int = 3000, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make up the tickets of the shop Lumen & Loom over 26 weeks.

    Language mix is about 45 % English, 33 % French and 22 % German. A smart lamp is launched in
    week 18 and changes what people ask. About 3 % of the labels are wrong, 8 % of the tickets
    hold two requests, 4 % are out of scope (label ``out_of_scope``). No figure measured on
    these tables says anything about quality on real tickets.

    Parameters
    ----------
    n : int, default=3000
        Tickets, at least 1.
    seed : int, default=0
        Same seed and ``n``, same tables.

    Returns
    -------
    tickets, messages, article_links : DataFrame
        Valid tables of their contracts; tickets in order of ``created_at``, with the extra column
        ``customer_name``.

    Raises
    ------
    ParameterError
        When ``n`` is less than 1.
    """
    if n < 1:
        raise ParameterError(
            f"The 'n' parameter of sample_tickets must be at least 1. Got {n} instead."
        )
    rng = np.random.default_rng(seed)
    shelf = load_shelf()
    people = who_writes(make_people(max(1, int(n * 0.55)), rng), n, rng)
    times = arrival_times(n, rng)
    weeks = week_of(times)
    end = times[-1] + pd.Timedelta(hours=12)
    tickets: list[Row] = []
    messages: list[Row] = []
    links: list[Row] = []
    for number, (person, at, week) in enumerate(zip(people, times, weeks, strict=True)):
        case = _case(number, person, at, int(week), rng)
        timing = _timing(case, end, rng)
        reply = answer(case, timing.replied_or(at), shelf, rng)
        tickets.append(_ticket_row(case, timing, rng))
        messages.extend(_conversation(case, timing, reply, rng))
        links.extend(_links(case, timing, reply, shelf, rng))
    return (
        validate_tickets(pd.DataFrame(tickets)),
        validate_messages(pd.DataFrame(messages)),
        validate_article_links(pd.DataFrame(links, columns=_LINK_COLUMNS)),
    )


def write_samples(folder: str | Path, n: int = 3000, seed: int = 0) -> Path:
    """Write the sample tickets and the knowledge of both sample clients into ``folder``.

    Parameters
    ----------
    folder : str or Path
        Created where it is missing; files of an earlier call are replaced.
    n, seed : int
        As for `sample_tickets`.

    Returns
    -------
    Path
        ``folder`` with ``tickets.parquet``, ``messages.parquet``, ``article_links.parquet``,
        ``articles/``, ``macros.csv``, ``client.yaml`` and ``verdant/``.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    names = ("tickets", "messages", "article_links")
    for name, frame in zip(names, sample_tickets(n, seed), strict=True):
        part = target / f".{name}.parquet.part"
        frame.to_parquet(part, index=False)
        os.replace(part, target / f"{name}.parquet")
    for name in ("articles", "verdant"):
        shutil.copytree(SAMPLES / name, target / name, dirs_exist_ok=True)
    for name in ("macros.csv", "client.yaml"):
        shutil.copyfile(SAMPLES / name, target / name)
    return target


_LINK_COLUMNS: Final = ["ticket_id", "article_id", "version", "linked_at", "source"]


def _case(number: int, person: Person, at: pd.Timestamp, week: int, rng: Generator) -> Case:
    intent = draw_intent(person, week, rng)
    channel = str(rng.choice(_CHANNELS, p=_CHANNEL_SHARES))
    facts = make_facts(person, intent, at, week, rng)
    letter = write(person, intent, channel, week, at, facts, rng)
    return Case(f"T{number + 1:06d}", person, intent, channel, at, facts, letter)


def _timing(case: Case, end: pd.Timestamp, rng: Generator) -> Timing:
    hours = _FIRST_REPLY_HOURS[case.channel] * float(rng.lognormal(0.0, 0.7))
    replied = (case.at + pd.Timedelta(hours=hours)).floor("s")
    resolved = (replied + pd.Timedelta(hours=float(rng.gamma(1.2, 9.0)) + 0.02)).floor("s")
    return Timing(
        replied if replied < end else pd.NaT,
        resolved if resolved < end and rng.random() < 0.98 else pd.NaT,
    )


def _ticket_row(case: Case, timing: Timing, rng: Generator) -> Row:
    person = case.person
    wrong = case.intent != OUT_OF_SCOPE and rng.random() < LABEL_NOISE
    label = mislabel(case.intent, rng) if wrong else case.intent
    closed = timing.resolved is not pd.NaT
    top = case.intent.split(".")[0]
    seconds = _HANDLE_SECONDS[top] * float(rng.lognormal(0.0, 0.45))
    known = rng.random(4) < (0.85, 0.9, 0.95, 0.97)
    joined = person.signed_up_at
    if case.intent == "onboarding.account_creation":
        joined = case.at - pd.Timedelta(days=int(rng.integers(0, 12)))
    return {
        "ticket_id": case.ticket_id,
        "client_id": CLIENT,
        "version": 1 + 2 * int(closed),
        "brand": pick(rng, ("lumen-loom", "lumen-loom", "lumen-loom", "lumen-loom", "loom-kids")),
        "channel": case.channel,
        "language": person.language if known[2] else None,
        "created_at": case.at,
        "customer_id": person.customer_id if known[3] else None,
        "customer_name": person.name if known[1] else None,
        "customer_timezone": person.timezone,
        "customer_segment": person.segment,
        "plan": person.plan,
        "signed_up_at": joined,
        "account_value_amount": f"{person.value:.2f}",
        "account_currency": "EUR",
        "email_domain_hash": person.domain_hash,
        "automation_opt_out": bool(rng.random() < 0.01),
        "context": json.dumps(case.facts.context, ensure_ascii=False) if known[0] else None,
        "subject": case.letter.subject or None,
        "text": case.letter.text,
        "intent": label,
        "priority": "high" if top == "retention_risk" else pick(rng, ("normal",) * 6 + ("low",)),
        "status": "closed" if closed else "open",
        "queue": f"{person.language}-{top.replace('_', '-')}",
        "agent_id": f"h{100 + int(rng.integers(0, 12))}",
        "first_reply_at": timing.replied,
        "resolved_at": timing.resolved,
        "reopened": bool(closed and rng.random() < 0.05),
        "handle_seconds": round(seconds, 1) if closed else None,
        "csat": _csat(top, closed, rng),
    }


def _csat(top: str, closed: bool, rng: Generator) -> float | None:
    if not closed or top == OUT_OF_SCOPE or rng.random() > 0.22:
        return None
    unhappy = 0.30 if top in ("retention_risk", "bug") else 0.09
    low, high = (1, 4) if rng.random() < unhappy else (4, 6)
    return float(rng.integers(low, high))


def _conversation(case: Case, timing: Timing, reply: Reply, rng: Generator) -> list[Row]:
    rows = [_message(case, 1, case.at, "customer", case.letter.text)]
    waiting = timing.replied - case.at if timing.replied is not pd.NaT else pd.Timedelta(days=1)
    if waiting > pd.Timedelta(hours=4) and rng.random() < 0.15:
        at = case.at + waiting * float(rng.uniform(0.6, 0.95))
        rows.append(_message(case, 2, at, "customer", chase(case.person, rng)))
    if timing.replied is not pd.NaT:
        rows.append(_message(case, len(rows) + 1, timing.replied, "agent", reply.text))
    grateful = case.intent.startswith(("support", "onboarding", "billing", "bug"))
    if timing.resolved is not pd.NaT and grateful and rng.random() < 0.25:
        at = timing.replied + (timing.resolved - timing.replied) * 0.5
        rows.append(
            _message(case, len(rows) + 1, at, "customer", thank(case.person, case.facts, rng))
        )
    return rows


def _message(case: Case, number: int, at: pd.Timestamp, author: str, text: str) -> Row:
    return {
        "ticket_id": case.ticket_id,
        "message_id": f"{case.ticket_id}-{number}",
        "sent_at": at.floor("s"),
        "author": author,
        "author_id": case.person.customer_id if author == "customer" else None,
        "text": text,
        "public": True,
        "client_id": CLIENT,
    }


def _links(case: Case, timing: Timing, reply: Reply, shelf: Shelf, rng: Generator) -> list[Row]:
    # Agents forget to link now and then.
    if timing.replied is pd.NaT or rng.random() < 0.08:
        return []
    return [
        {
            "ticket_id": case.ticket_id,
            "article_id": article,
            "version": shelf.versions[article],
            "linked_at": timing.replied,
            "source": "agent",
        }
        for article in reply.used
    ]
