"""The heading of a list: what is listed under it may mean the contrary without it."""

from collections.abc import Sequence

from suggest.passages import Passage
from suggest.selection import Sentence
from suggest.sendable import fault, limits

_FENCE = "```"
# A heading is no sentence, and may ask what the list answers.
_SENDABLE = ("", "fragment", "question")


def with_heading(passage: Passage, positions: Sequence[int]) -> tuple[Sentence, ...]:
    """Return the chosen sentences of a passage, below their heading where they are a list.

    Parameters
    ----------
    passage : Passage
    positions : sequence of int
        Of the chosen sentences.

    Returns
    -------
    tuple of Sentence
        Empty where a list is limited by a heading that cannot be sent.
    """
    told = passage.prepared.sentences
    chosen = tuple(told[i] for i in positions)
    first = next((i for i, s in zip(positions, chosen, strict=True) if s.item), None)
    if first is None:
        return chosen
    heading = heading_above(passage.text, told[0].start, passage.language)
    limited = limits(heading.text if heading else passage.title, passage.language)
    if not limited and (first != positions[0] or _answers_item(told, first)):
        return chosen
    if heading is None or heading.fault not in _SENDABLE:
        return () if limited else chosen
    return (heading, *chosen)


def heading_above(text: str, at: int, language: str) -> Sentence | None:
    """Return the heading of the section that a place lies in, if the text holds one."""
    line = text.rfind("\n#", 0, at) + 1
    if not text.startswith("#", line) or text.count(_FENCE, 0, line) % 2:
        return None
    end = text.find("\n", line)
    whole = text[line : end if end >= 0 else len(text)]
    said = whole.lstrip("#").strip()
    if not said or at <= line + len(whole):
        return None
    start = line + whole.index(said)
    return Sentence(
        start, start + len(said), " ".join(said.split()), fault(said, language), False, "",
        item=False, row=False, indent=0,
    )  # fmt: skip


def is_heading(text: str, at: int) -> bool:
    """Whether a place lies in a heading."""
    return text.startswith("#", text.rfind("\n", 0, at) + 1)


def _answers_item(told: Sequence[Sentence], at: int) -> bool:
    """Whether what stands before is a question of a list, which the customer asked."""
    return at > 0 and told[at - 1].item and told[at - 1].fault == "question"
