"""What agents answered: sentences of the right article or macro, greeted and slightly edited."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final, NamedTuple

import pandas as pd
from numpy.random import Generator

from data.knowledge import passages, read_articles
from data.synthetic.bank import SAMPLES, load_bank, pick, say
from data.synthetic.case import Case
from data.synthetic.facts import Facts, day
from data.synthetic.noise import without_accents
from data.synthetic.people import Person
from data.synthetic.plan import KINDS, OUT_OF_SCOPE, Answer

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ü])|\n+")
_WORD = re.compile(r"\w{4,}")
_SLOT = re.compile(r"\{\{ (\w+) \}\}")
_GREETING = re.compile(r"^[^\n]*\n\n")
_LONGEST: Final = 4


class Section(NamedTuple):
    """One passage of an article: how telling its words are, and its sentences."""

    weights: Mapping[str, float]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """The knowledge of the shop, as agents see it."""

    versions: Mapping[str, int]
    sections: Mapping[str, Sequence[Section]]
    macros: Mapping[str, str]

    def find(self, name: str, language: str) -> str:
        """Return the id of ``name`` in ``language``, else in English, else ''."""
        options = (f"{name}-{language}", f"{name}-en") if name else ()
        return next((option for option in options if option in self.versions), "")


class Reply(NamedTuple):
    """The text an agent sent and the ids of what it was made from."""

    text: str
    used: tuple[str, ...]


def load_shelf() -> Shelf:
    """Read the approved articles and macros of the sample shop."""
    articles, _ = read_articles(SAMPLES / "articles", "lumen")
    macros, _ = read_articles(SAMPLES / "macros.csv", "lumen")
    articles = articles[articles["status"] == "approved"]
    quotable = articles[articles["audience"] == "public"]
    both = pd.concat([articles, macros])
    return Shelf(
        versions={str(i): int(v) for i, v in zip(both.article_id, both.version, strict=True)},
        sections=_sections(quotable),
        macros=dict(zip(macros.article_id, macros.text, strict=True)),
    )


def answer(case: Case, at: pd.Timestamp, shelf: Shelf, rng: Generator) -> Reply:
    """Write the agent's reply to ``case`` at time ``at``.

    The section that shares the most telling words with the question is quoted in the customer's
    language; where the article exists only in English, the agent links it and writes freely.
    Procedures are linked, never quoted.
    """
    person, intent = case.person, case.intent
    bank = load_bank(person.language)
    if intent == OUT_OF_SCOPE:
        return Reply(_letter(case, at, [bank.parts["agent_oos"]], rng), ())
    plan = _plan(case)
    article = shelf.find(plan.article, person.language)
    macro = f"{plan.macro}-{person.language}"
    filled = _filled(shelf.macros.get(macro, ""), person, case.facts)
    used = [article] if article else []
    intro = pick(rng, bank.lines("agent_intros"))
    if filled and rng.random() < plan.macro_share:
        body = [filled]
        used.append(macro)
    elif article.endswith(f"-{person.language}") and article in shelf.sections:
        body = [intro, *_quoted(shelf.sections[article], case.letter.text, rng)]
    else:
        name = "agent_save" if intent.startswith("retention_risk") else "agent_fallback"
        body = [intro, pick(rng, bank.lines(name))]
    return Reply(_letter(case, at, body, rng), tuple(used))


def _plan(case: Case) -> Answer:
    # Whether a country is served is answered by the delivery times, not by the stock.
    if case.intent == "presales.availability" and case.facts.slots["country"] in case.letter.text:
        return Answer("order-tracking")
    return KINDS[case.intent].answer


def _letter(case: Case, at: pd.Timestamp, body: list[str], rng: Generator) -> str:
    person, bank = case.person, load_bank(case.person.language)
    names = {"name": person.name.split()[0], "agent": pick(rng, bank.lines("agents"))}
    slots = {**case.facts.slots, **names}
    extras = [line for line in bank.lines("agent_extras") if "{order}" not in line]
    if KINDS[case.intent].about_order:
        extras = list(bank.lines("agent_extras"))
    if case.intent != OUT_OF_SCOPE and rng.random() < 0.3:
        body = [*body, say(pick(rng, extras), slots, rng)]
    greetings = bank.at_hour(bank.lines("agent_greetings"), person.local_hour(at))
    greeting = say(pick(rng, greetings), slots, rng)
    closing = say(pick(rng, bank.lines("agent_closers")), slots, rng)
    return "\n\n".join([greeting, _joined(body), closing])


def _joined(parts: Sequence[str]) -> str:
    # Items of a list have no full stop and keep lines of their own.
    text = ""
    for part in parts:
        if part:
            gap = "" if not text else " " if text[-1] in ".!?" else "\n"
            text += gap + part
    return text


def _quoted(sections: Sequence[Section], question: str, rng: Generator) -> list[str]:
    words = _words(question)
    overlaps = [sum(section.weights.get(word, 0.0) for word in words) for section in sections]
    # The first section is often an introduction: without a hint, quote the next one.
    best = sections[overlaps.index(max(overlaps)) if max(overlaps) else min(1, len(sections) - 1)]
    count = min(len(best.sentences), 2 + int(rng.random() * (_LONGEST - 1)))
    kept = list(best.sentences[:count])
    if len(kept) > 2 and rng.random() < 0.2:
        kept.pop(1 + int(rng.random() * (len(kept) - 1)))
    return kept


def _filled(macro: str, person: Person, facts: Facts) -> str:
    """Fill the slots of a macro; '' where a value is unknown.

    Its greeting goes, since every letter has one.
    """
    known = _macro_values(person.language, facts.context)
    text = _GREETING.sub("", macro)
    if any(not known.get(name) for name in _SLOT.findall(text)):
        return ""
    text = _SLOT.sub(lambda match: known[match[1]], text)
    return text[:1].upper() + text[1:]


def _macro_values(language: str, context: Mapping[str, Any]) -> dict[str, str]:
    shipment, account = context.get("shipment", {}), context.get("account", {})
    values = {
        "order_id": context["order"]["id"],
        "product": context["order"]["item"],
        "tracking_number": shipment.get("tracking_number", ""),
        "case_number": shipment.get("case_number", ""),
        "plan": str(account.get("plan", "")).title(),
    }
    dates = {
        "eta": shipment.get("eta"),
        "next_news_date": shipment.get("eta"),
        "restock_date": context.get("stock", {}).get("restock_date"),
        "end_date": account.get("renewal_date"),
    }
    written = {key: day(pd.Timestamp(at), language) for key, at in dates.items() if at}
    return values | written


def _sections(articles: pd.DataFrame) -> dict[str, list[Section]]:
    cut = passages(articles)
    words = [_words(f"{row.heading} {row.text}") for row in cut.itertuples()]
    counts = Counter(word for found in words for word in found)
    sections: dict[str, list[Section]] = {}
    for row, found in zip(cut.itertuples(), words, strict=True):
        head = _words(str(row.heading))
        weights = {
            word: log(len(words) / counts[word]) * (2.0 if word in head else 1.0) for word in found
        }
        sentences = _plain_sentences(str(row.text))
        if sentences:
            sections.setdefault(str(row.article_id), []).append(Section(weights, sentences))
    return sections


def _plain_sentences(text: str) -> tuple[str, ...]:
    # Agents retype neither tables nor links.
    text = re.sub(r"^(?:\d+\.|[-•*])\s+", "", text, flags=re.MULTILINE)
    sentences = (part.strip() for part in _SENTENCE.split(text))
    return tuple(s for s in sentences if len(s) > 12 and "|" not in s and "://" not in s)


def _words(text: str) -> frozenset[str]:
    return frozenset(word[:6] for word in _WORD.findall(without_accents(text.casefold(), "de")))
