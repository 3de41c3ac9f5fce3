"""Questions to the sample shop with the sections that answer them; for a test and a benchmark."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data.load import load_articles
from data.synthetic import write_samples
from data.ticket import as_ticket
from suggest.drafter import ReplyDrafter
from suggest.headings import heading_above
from suggest.index import KnowledgeIndex
from suggest.passages import Passage

GOLDEN = Path(__file__).parent / "golden" / "sections.jsonl"


class Case(NamedTuple):
    """One question: whether the right section is quoted, and whether it is the article's first."""

    question: str
    part: str
    quoted: str
    right: bool
    first: bool


def shop(folder: Path) -> ReplyDrafter:
    """Return a drafter over the articles of the sample shop."""
    write_samples(folder, n=5)
    return ReplyDrafter(KnowledgeIndex().fit(load_articles(folder / "articles", "lumen")))


def cases(drafter: ReplyDrafter) -> Iterator[Case]:
    """Look every question up; an article that is not found is a wrong section."""
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        known = json.loads(line)
        text, language = known["question"], known["language"]
        ticket = as_ticket({"id": "q", "client_id": "lumen", "text": text, "language": language})
        reading = drafter.read(ticket)
        (found,) = drafter.finder.find(ticket, reading.queries, language)
        passages = [f.passage for f in found if f.passage.article_id == known["article"]]
        quoted = section(passages[0]) if passages else "not found"
        yield Case(
            text, known["part"], quoted, quoted in known["sections"], "" in known["sections"]
        )


def section(passage: Passage) -> str:
    """Return the heading of a passage, empty where it opens the article."""
    heading = heading_above(passage.text, passage.prepared.sentences[0].start, passage.language)
    opens = heading is None or "\n## " not in passage.text[: heading.end]
    return "" if opens or heading is None else heading.text
