"""Put a reply together from its sentences; nothing but layout is added."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from suggest.draft import DraftSentence


def compose(sentences: Iterable[DraftSentence]) -> str:
    r"""Return the text of a reply.

    Greeting, fixed phrases and each request's answer are paragraphs of their own; list items are
    lines; the signature follows the closing on the next line.

    Examples
    --------
    >>> parts = [DraftSentence("Hello,", "greeting", None), DraftSentence("Done.", "answer", None)]
    >>> compose(parts)
    'Hello,\n\nDone.'
    """
    grouped = groupby(sentences, key=lambda s: (_paragraph(s), s.request))
    return "\n\n".join("\n".join(_lines(list(group))) for _, group in grouped)


def body(sentences: Iterable[DraftSentence]) -> str:
    """Return the answers alone, without greeting, phrases and signature."""
    return compose(s for s in sentences if s.role == "answer")


def _paragraph(sentence: DraftSentence) -> str:
    # Two phrases in a row are two paragraphs; their text keeps them apart.
    return sentence.text if sentence.role == "phrase" else sentence.role


def _lines(sentences: Sequence[DraftSentence]) -> Iterable[str]:
    line: list[str] = []
    for sentence in sentences:
        if line and (sentence.line or sentence.role == "closing"):
            yield " ".join(line)
            line = []
        line.append(f"{sentence.marker} {sentence.text}{sentence.after}".strip())
    yield " ".join(line)
