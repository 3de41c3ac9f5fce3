"""Judged queries to choose the search's constants on; none of them is reported.

Each set is a collection of articles and queries with right answers: sections of a manual asked
for by their headings in the same and the other language, questions to collections of frequent
questions, narratives of customers to the sections of the policies their requests fall under, and
long tickets put together from these and from sections of the manual. Nothing of the bank whose
tasks are reported is among them.
"""

import random
import re
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rows import table

from suggest.fusion import Judged
from suggest.index import KnowledgeIndex
from suggest.results import encoded
from suggest.searching import gather

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)[\s#*]*$", re.M)
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_#>`|]|\{%.*?%\}|<[^>]+>")
_FEWEST_WORDS = 12
_AT = "2026-01-01T00:00:00Z"

# Words of the actions that solve a task -> the section of the policy that covers them.
_SECTIONS = {
    "update_reservation": ["airline/Modify flight"],
    "cancel_reservation": ["airline/Cancel flight"],
    "book_reservation": ["airline/Book flight"],
    "return_delivered": ["retail/Return delivered order"],
    "exchange_delivered": ["retail/Exchange delivered order"],
    "cancel_pending": ["retail/Cancel pending order"],
    "modify_pending_order_items": ["retail/Modify items", "retail/Modify pending order"],
    "modify_pending_order_address": ["retail/Modify pending order"],
}


class JudgedSet(NamedTuple):
    """Articles and queries, each query with the ids of its right articles."""

    name: str
    articles: pd.DataFrame
    queries: list[tuple[str, set[str]]]


def articles(client: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a valid articles frame from rows of article_id, title, text and maybe language."""
    frame = pd.DataFrame(rows)
    defaults = {"language": "en", "version": 1, "kind": "article", "audience": "public"}
    for name, value in defaults.items():
        frame[name] = frame.get(name, value)
    blank = frame["text"].str.strip() == ""
    frame["text"] = frame["text"].mask(blank, frame["title"])
    return frame.assign(client_id=client, status="approved", updated_at=_AT)


def bank_articles() -> pd.DataFrame:
    """The knowledge base of the τ² bank."""
    kb = table("tau2_banking_kb").rename(columns={"doc_id": "article_id", "content": "text"})
    return articles("bank", kb[["article_id", "title", "text", "language"]].to_dict("records"))


def manual_articles() -> pd.DataFrame:
    """The PrestaShop manual in English and French."""
    kb = table("prestashop_kb_en_fr").rename(columns={"body": "text"})
    kb["article_id"] = kb["language"] + "/" + kb["path"]
    return articles("manual", kb[["article_id", "title", "text", "language"]].to_dict("records"))


def judged_sets(seed: int = 0) -> list[JudgedSet]:
    """Return all sets; the same seed gives the same ones."""
    draw = random.Random(seed)
    narratives = _narratives()
    sets = [_headings(draw), _headings_across(draw), _policies(narratives)]
    small_talk = [s for text, _ in narratives for s in _sentences(text)]
    for name in ("banking77_train", "clinc150_trainval", "natcs_intents_insurance_banking"):
        sets += _questions(name, draw, small_talk)
    return [*sets, _mentions(random.Random(seed), small_talk)]


def judged(index: KnowledgeIndex, one: JudgedSet) -> list[Judged]:
    """Look every query up and keep the evidence."""
    client = index.client_index(one.name)
    found = []
    for text, right in one.queries:
        (cut,), (vectors,) = encoded(index.encoder, [text], None)
        candidates, evidence, _ = gather(client, cut, vectors)
        ids = np.array(client.article_ids)[candidates]
        found.append(Judged(one.name, evidence, np.isin(ids, list(right))))
    return found


def _sentences(text: str) -> list[str]:
    return [s.strip() for s in _SENTENCE.split(text) if len(s.split()) > 3]


def _section_names(text: str) -> list[str]:
    return [name for _, name in _HEADING.findall(text)]


def _headings(draw: random.Random) -> JudgedSet:
    """Headings of the manual, taken out of their page, must find it."""
    pages = manual_articles()
    rows = list(zip(pages["article_id"], pages["title"], pages["text"], strict=True))
    seen = Counter(name for _, _, text in rows for name in set(_section_names(text)))
    pool = [
        (name, page)
        for page, title, text in rows
        for name in dict.fromkeys(_section_names(text))
        if seen[name] == 1 and len(name.split()) > 1 and name.casefold() != title.casefold()
    ]
    chosen = draw.sample(pool, 300)
    gone = {(page, name) for name, page in chosen}
    texts = [
        _HEADING.sub(lambda m, page=page: "" if (page, m[2]) in gone else m[0], text)
        for page, _, text in rows
    ]
    queries = [(name, {page}) for name, page in chosen]
    return JudgedSet("headings", pages.assign(client_id="headings", text=texts), queries)


def _headings_across(draw: random.Random) -> JudgedSet:
    """Headings must find the page of the other language; only that language is there."""
    raw = table("prestashop_kb_en_fr")
    raw = raw[raw["summary_order"].notna()].set_index(["language", "summary_order"])
    pool = []
    for order in raw.loc["fr"].index:
        english, french = raw.loc[("en", order)], raw.loc[("fr", order)]
        pairs = (_section_names(english["body"])[1:], _section_names(french["body"])[1:])
        if len(pairs[0]) == len(pairs[1]):
            pool += [(name, {f"en/{english['path']}"}) for name in pairs[1] if " " in name]
    pages = manual_articles()
    english_only = pages[pages["language"] == "en"].assign(client_id="headings_across")
    return JudgedSet("headings_across", english_only, draw.sample(pool, min(300, len(pool))))


def _narratives() -> list[tuple[str, set[str]]]:
    tasks = table("tau2_tasks_train")
    parts = ["reason_for_call", "known_info", "unknown_info", "task_instructions"]
    texts = tasks[parts].fillna("").agg(" ".join, axis=1)
    return [
        (text, {s for a in names for k, v in _SECTIONS.items() if a.startswith(k) for s in v})
        for text, names in zip(texts, tasks["gold_action_names"], strict=True)
    ]


def _policies(narratives: list[tuple[str, set[str]]]) -> JudgedSet:
    """What a customer tells must find the sections of the policies that it falls under."""
    rows: dict[str, dict[str, Any]] = {}
    for policy in table("tau2_policies").to_dict("records"):
        if policy["domain"] == "mock" or "solo" in policy["file"]:
            continue
        for section in re.split(r"^(?=#{1,6}\s)", policy["text"], flags=re.M):
            found = _HEADING.match(section)
            if found and section[found.end() :].strip():
                name = f"{policy['domain']}/{found[2]}"
                rows.setdefault(name, {"article_id": name, "title": found[2], "text": ""})
                rows[name]["text"] += section[found.end() :]
    queries = [(text, right) for text, right in narratives if right]
    return JudgedSet("policies", articles("policies", list(rows.values())), queries)


def _questions(name: str, draw: random.Random, small_talk: list[str]) -> list[JudgedSet]:
    """Questions must find others of their kind, alone and among much else in a long ticket."""
    frame = table(name)
    frame = frame[frame["in_scope"].astype(bool)] if "in_scope" in frame else frame
    by_kind = {
        kind: draw.sample(own["text"].tolist(), min(len(own), 18))
        for kind, own in frame.groupby("intent")
    }
    kinds = [kind for kind, texts in by_kind.items() if len(texts) == 18]
    absent = set(draw.sample(kinds, len(kinds) // 3))
    present = [kind for kind in kinds if kind not in absent]
    rows = [
        {"article_id": kind, "title": _words_of(kind), "text": _joined(by_kind[kind][:6])}
        for kind in present
    ]
    single = [(text, {kind}) for kind in present for text in by_kind[kind][6:12]]
    noise = [text for kind in absent for text in by_kind[kind]]
    long = []
    for _ in range(100):
        right = draw.sample(present, draw.randint(1, 4))
        told = [t for kind in right for t in draw.sample(by_kind[kind][12:], draw.randint(1, 2))]
        told += draw.sample(noise, draw.randint(0, 3)) + draw.sample(small_talk, draw.randint(2, 8))
        draw.shuffle(told)
        long.append((_joined(told), set(right)))
    short = name.split("_")[0]
    return [
        JudgedSet(short, articles(short, rows), draw.sample(single, min(200, len(single)))),
        JudgedSet(f"{short}_long", articles(f"{short}_long", rows), long),
    ]


def _sections() -> pd.DataFrame:
    """Sections of the English manual as articles, each with the page it is from."""
    pages = manual_articles()
    pages = pages[pages["language"] == "en"]
    rows = []
    for page, title, text in zip(pages["article_id"], pages["title"], pages["text"], strict=True):
        for i, section in enumerate(re.split(r"^(?=#{1,6}\s)", text, flags=re.M)):
            found = _HEADING.match(section)
            body = section[found.end() :] if found else section
            if len(body.split()) >= _FEWEST_WORDS:
                named = title if not found or found[2] == title else f"{title}: {found[2]}"
                row = {"article_id": f"{page}#{i:02d}", "title": named, "text": body.strip()}
                rows.append({**row, "page": page})
    return articles("mentions", rows)


def _mentions(draw: random.Random, small_talk: list[str]) -> JudgedSet:
    """Long tickets with halves of sentences of related sections, taken out of these."""
    kb = _sections()
    ids = {page: own.tolist() for page, own in kb.groupby("page")["article_id"] if len(own) > 1}
    told_of = {
        article: [s for s in _sentences(text) if len(_plain(s).split()) > 5]
        for article, text in zip(kb["article_id"], kb["text"], strict=True)
    }
    used: dict[str, set[str]] = {}
    queries = []
    for _ in range(120):
        pool = [a for page in draw.sample(sorted(ids), draw.randint(1, 3)) for a in ids[page]]
        right = [a for a in draw.sample(pool, min(len(pool), draw.randint(2, 10))) if told_of[a]]
        told = []
        for article in right:
            for sentence in draw.sample(told_of[article], min(2, len(told_of[article]))):
                used.setdefault(article, set()).add(sentence)
                told.append(" ".join(w for w in _plain(sentence).split() if draw.random() > 0.4))
        told += draw.sample(small_talk, draw.randint(4, 10))
        draw.shuffle(told)
        if right:
            queries.append((_joined(told)[:3000], set(right)))
    texts = []
    for article, text in zip(kb["article_id"], kb["text"], strict=True):
        for sentence in used.get(article, ()):
            text = text.replace(sentence, " ")
        texts.append(text)
    return JudgedSet("mentions", kb.assign(text=texts), queries)


def _plain(sentence: str) -> str:
    return re.sub(r"\s+", " ", _MARKUP.sub(r"\1", sentence)).strip()


def _words_of(kind: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.replace("_", " "))


def _joined(texts: list[str]) -> str:
    return " ".join(text.strip(" .") + "." for text in texts if text.strip(" ."))
