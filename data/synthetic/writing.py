"""What a customer writes: one or two requests and everything that comes along with them."""

from typing import Final, NamedTuple

import pandas as pd
from numpy.random import Generator

from data.synthetic.bank import Bank, load_bank, pick, say
from data.synthetic.facts import Facts
from data.synthetic.noise import emoji, quote, shorten, spoken, type_carelessly
from data.synthetic.people import LAUNCH_WEEK, Person
from data.synthetic.plan import KINDS, LABELS, OUT_OF_SCOPE

SECOND_REQUEST: Final = 0.08
SECOND_FIRST: Final = 0.15
"""Share of the tickets with two requests that start with the less important one."""


class Letter(NamedTuple):
    """A customer's message and its subject, empty where the channel has none."""

    subject: str
    text: str


def write(
    person: Person,
    intent: str,
    channel: str,
    week: int,
    at: pd.Timestamp,
    facts: Facts,
    rng: Generator,
) -> Letter:
    """Write the first message of a ticket.

    Parameters
    ----------
    person : Person
        Gives language and care.
    intent : str
    channel : str
        email, chat, phone, social or form.
    week : int
    at : Timestamp
        When it is sent.
    facts : Facts
        Fill the slots.
    rng : Generator
    """
    bank = load_bank(person.language)
    request = _requests(bank, intent, week, facts, rng)
    if intent != OUT_OF_SCOPE:
        request = _with_details(bank, request, intent, channel, facts, rng)
    if channel == "phone":
        return Letter("", spoken(request, person.language, rng))
    if channel in ("chat", "social"):
        return Letter("", _quick(bank, person, request, channel, rng))
    return _mail(bank, person, request, intent, at, facts, rng)


def chase(person: Person, rng: Generator) -> str:
    """Write an impatient second message."""
    bank = load_bank(person.language)
    text = say(pick(rng, bank.lines("chasers")), {}, rng)
    return type_carelessly(text, person.language, person.care, rng)


def thank(person: Person, facts: Facts, rng: Generator) -> str:
    """Write a word of thanks after the answer."""
    return say(pick(rng, load_bank(person.language).lines("thanks")), facts.slots, rng)


def _requests(bank: Bank, intent: str, week: int, facts: Facts, rng: Generator) -> str:
    main = _request(bank, intent, week, facts, rng)
    if intent == OUT_OF_SCOPE or rng.random() > SECOND_REQUEST:
        return main
    other = pick(rng, [label for label in LABELS if label not in (intent, OUT_OF_SCOPE)])
    second = _request(bank, other, week, facts, rng)
    if rng.random() < SECOND_FIRST:
        main, second = second, main
    return f"{main} {pick(rng, bank.lines('seconds'))}{_lower_first(second, bank.language)}"


def _request(bank: Bank, intent: str, week: int, facts: Facts, rng: Generator) -> str:
    if intent == OUT_OF_SCOPE:
        patterns = bank.lines("out_of_scope")
    elif week >= LAUNCH_WEEK and intent in bank.launch and rng.random() < 0.35:
        patterns = bank.launch[intent]
    else:
        patterns = bank.intents[intent]
    text = say(pick(rng, patterns), facts.slots, rng)
    return text[:1].upper() + text[1:]


def _with_details(
    bank: Bank, request: str, intent: str, channel: str, facts: Facts, rng: Generator
) -> str:
    count = pick(rng, (0, 0, 1) if channel in ("chat", "social") else (0, 0, 1, 1, 2))
    lines = bank.lines("details")
    if KINDS[intent].about_order:
        lines += bank.lines("details_order")
    chosen = rng.permutation(len(lines))[:count]
    details = [say(lines[int(i)], facts.slots, rng) for i in chosen]
    if KINDS[intent].about_order and rng.random() < 0.25:
        details.append(say(bank.lines("details_order")[0], facts.slots, rng))
    details = [line for line in dict.fromkeys(details) if not _repeats_order(line, request, facts)]
    if details and rng.random() < 0.3:
        return " ".join([details[0], request, *details[1:]])
    return " ".join([request, *details])


def _repeats_order(detail: str, request: str, facts: Facts) -> bool:
    order = facts.slots["order"]
    return order in detail and order in request


def _quick(bank: Bank, person: Person, request: str, channel: str, rng: Generator) -> str:
    text = request
    if rng.random() < 0.35:
        text = f"{pick(rng, bank.lines('openers')[:2])} {_lower_first(text, bank.language)}"
    if channel == "social":
        text = f"@lumenandloom {text}"
    text = shorten(text, bank.parts["short"], rng)
    text = type_carelessly(text, person.language, person.care - 0.25, rng)
    if rng.random() < (0.4 if channel == "social" else 0.15):
        text = f"{text} {emoji(rng)}"
    return text


def _mail(
    bank: Bank,
    person: Person,
    request: str,
    intent: str,
    at: pd.Timestamp,
    facts: Facts,
    rng: Generator,
) -> Letter:
    top = intent.split(".")[0]
    generic = intent == OUT_OF_SCOPE or rng.random() < 0.55
    subjects = bank.lines("subjects_generic") if generic else bank.parts["subjects"][top]
    subject = say(pick(rng, subjects), facts.slots, rng) if rng.random() < 0.9 else ""
    parts = [type_carelessly(request, person.language, person.care, rng)]
    if rng.random() < 0.75:
        openers = bank.at_hour(bank.lines("openers"), person.local_hour(at))
        parts.insert(0, pick(rng, openers) + pick(rng, (",", ",", "")))
    if rng.random() < 0.6:
        parts.append(pick(rng, bank.lines("closers")))
    if rng.random() < 0.65:
        kind = "signatures_business" if person.segment == "business" else "signatures"
        parts.append(say(pick(rng, bank.lines(kind)), facts.slots, rng))
    text = pick(rng, ("\n\n", "\n")).join(parts)
    if rng.random() < 0.10:
        text = f"{text}\n\n{_earlier(bank, at, rng)}"
    return Letter(subject, text)


def _earlier(bank: Bank, at: pd.Timestamp, rng: Generator) -> str:
    stamp = (at - pd.Timedelta(days=int(rng.integers(1, 9)))).strftime("%d.%m.%Y %H:%M")
    header = bank.parts["quote_header"].replace("{stamp}", stamp)
    return quote(pick(rng, bank.lines("quoted")), header)


def _lower_first(text: str, language: str) -> str:
    # German keeps the capital of nouns and after a colon; "I" and names keep theirs.
    first = text.split(" ", 1)[0]
    name = first != first.capitalize() or first == "I" or first.startswith(("I'", "Nimbus"))
    if language == "de" or name:
        return text
    return text[:1].lower() + text[1:]
