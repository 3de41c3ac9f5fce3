"""A second judge of drafts, written apart from `suggest.grounding` and sharing no code with it.

It reads a draft as the HTTP interface shows it, the articles as a frame, the ticket as a mapping,
and the phrase file as it lies on disk; and it asks of every sentence: is it there?
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import yaml

LAYOUT = ("", ":", "\u00a0:", ",", " –")
PHRASES = Path(__file__).resolve().parents[1] / "suggest" / "phrases.yaml"

NUMBER = re.compile(r"\d+(?:[.,:/ \u00a0\u202f-]?\d+)*")
LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[^\W\d])\w[\w-]*\w\b")
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")


def unsupported(
    draft: Mapping[str, Any],
    articles: pd.DataFrame,
    ticket: Mapping[str, Any],
    *,
    client_id: str,
    signature: str = "",
) -> list[str]:
    """Return what is wrong with a draft, one line each; an empty list when nothing is.

    Parameters
    ----------
    draft : mapping
        ``Draft.to_dict()``.
    articles : pandas.DataFrame
        Articles of all clients, as they were indexed.
    ticket : mapping
        ``text`` (the customer's words), ``context``, ``customer``, ``ticket_id``.
    """
    own = articles[(articles["client_id"] == client_id) & (articles["status"] == "approved")]
    shown = own[own["audience"].fillna("public") == "public"]
    shown = shown[shown["kind"].isin(["article", "macro"])]
    rows = {(str(r.article_id), str(r.version)): r for r in shown.itertuples()}
    zone = draft["greeting"].partition("@")[2]
    facts = list(_facts(ticket, zone))
    faults = [
        f"{s['role']} {s['text'][:60]!r}: {fault}"
        for s in draft["sentences"]
        if (fault := _fault(s, rows, facts, draft, ticket, signature))
    ]
    return faults + _text_faults(draft, signature)


def _fault(
    sentence: Mapping[str, Any],
    rows: Mapping[tuple[str, str], Any],
    facts: list[str],
    draft: Mapping[str, Any],
    ticket: Mapping[str, Any],
    signature: str,
) -> str:
    support = sentence["support"]
    if not support:
        return "no support"
    if support["source"] == "phrase":
        return _phrase_fault(sentence["text"], draft["language"], ticket, signature)
    row = rows.get((support["id"], str(support["version"])))
    if row is None:
        return "not an approved public article of this client"
    start, end = support["span"]
    span = row.text[start:end]
    if not span.strip():
        return "empty span"
    if not _same(span, sentence["text"], facts):
        return f"differs from its span {span[:60]!r}"
    if row.kind not in ("article", "macro"):
        return f"taken from a {row.kind}"
    return _value_fault(sentence["text"], PLACEHOLDER.sub(" ", span), facts)


def _same(span: str, text: str, facts: list[str]) -> bool:
    """Whether the text is the span, with facts or visible marks in the place of variables."""
    literal = [re.escape(_flat(part)) for part in PLACEHOLDER.split(span)]
    names = [m.group().strip("{} -").split("|")[0].strip() for m in PLACEHOLDER.finditer(span)]
    pattern = r"\s*(.+?)\s*".join(literal)
    found = re.fullmatch(pattern, _flat(text))
    if not found:
        return False
    return all(
        value == f"[{name}]" or any(_holds(fact, value) for fact in facts)
        for name, value in zip(names, found.groups(), strict=True)
    )


def _phrase_fault(text: str, language: str, ticket: Mapping[str, Any], signature: str) -> str:
    book = yaml.safe_load(PHRASES.read_text(encoding="utf-8"))["languages"][language]
    fixed = {
        sentence
        for key, entry in book.items()
        if key not in ("bands", "zones", "greetings", "address")
        for sentence in entry.values()
    }
    if text in fixed or (signature and _flat(text) == _flat(signature)):
        return ""
    words = {w for by_band in book["greetings"].values() for w in by_band.values()}
    name = " ".join(str((ticket.get("customer") or {}).get("name") or "").split())
    made = {
        pattern.format(greeting=word, name=known).casefold()
        for pattern in book["address"].values()
        for word in words
        for known in {name, name.partition(" ")[0], ""} - {""}
        | ({""} if "{name}" not in pattern else set())
    }
    return "" if text.casefold() in made else "not a fixed phrase"


def _value_fault(text: str, source: str, facts: list[str]) -> str:
    for pattern in (LINK, EMAIL, IDENTIFIER, NUMBER):
        for found in pattern.finditer(text):
            value = found.group().rstrip(".,;:!?)")
            if not any(_holds(where, value) for where in (source, *facts)):
                return f"{value!r} is neither in the source nor in the ticket"
        # The digits of an address or an identifier are no number of their own.
        text = pattern.sub(" ", text)
    return ""


def _holds(where: str, value: str) -> bool:
    """Whether a value stands in a text as a whole: 5 does not stand in 15 or 5.50."""
    edge_before = r"(?<![\w])(?<!\d[.,])" if value[:1].isalnum() else ""
    edge_after = r"(?![\w])(?![.,]\d)" if value[-1:].isalnum() else ""
    return bool(re.search(edge_before + re.escape(_flat(value)) + edge_after, _flat(where), re.I))


def _facts(ticket: Mapping[str, Any], zone: str) -> Iterator[str]:
    customer = ticket.get("customer") or {}
    # A name is printed with capitals where it came without.
    for name in str(customer.get("name") or ""), str(customer.get("name") or "").title():
        yield from (name, *name.split())
    yield str(ticket.get("text") or "")
    yield str(ticket.get("ticket_id") or "")
    yield str(customer.get("plan") or "")
    stack: list[Any] = [ticket.get("context") or {}]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
        elif value is not None:
            yield f"{value:g}" if isinstance(value, float) else str(value)
            yield from _dates(value, zone)


def _dates(value: Any, zone: str) -> Iterator[str]:
    """A day of the context may be written out in words: its day and its year are facts."""
    try:
        moment = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        return
    if isinstance(moment, datetime) and moment.tzinfo and zone:
        moment = moment.astimezone(ZoneInfo(zone))
    for names in MONTHS:
        month = names.split()[moment.month - 1]
        yield f"{moment.day} {month} {moment.year}"
        yield f"{moment.day}. {month} {moment.year}"
        yield f"{month} {moment.day}, {moment.year}"
        yield f"{moment.day} de {month} de {moment.year}"


MONTHS = """
January February March April May June July August September October November December
Januar Februar März April Mai Juni Juli August September Oktober November Dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık
""".strip().splitlines()


def _text_faults(draft: Mapping[str, Any], signature: str) -> list[str]:
    """The text must be made of its sentences and nothing else."""
    if draft["outcome"] == "none":
        return ["a draft without support has text"] if draft["text"] or draft["sentences"] else []
    rest = _flat(draft["text"])
    for sentence in draft["sentences"]:
        marker = f"{sentence['marker']} " if sentence["marker"] else ""
        if sentence["after"] not in LAYOUT:
            return [f"{sentence['after']!r} is no layout"]
        whole = _flat(marker + sentence["text"] + sentence["after"])
        if not rest.startswith(whole):
            return [f"the text goes on with {rest[:40]!r}, not with its next sentence"]
        rest = rest[len(whole) :].lstrip()
    return [f"the text ends with {rest[:40]!r}, which is no sentence of it"] if rest else []


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
