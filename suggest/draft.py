"""What a draft is: sentences with their support, and what is left for the agent to do.

Control is data. A hand-off is ``outcome``, a gap is ``slots``, a citation is a character span:
none of them is ever read out of the text.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Outcome = Literal["validate", "personalise", "process", "none"]
Role = Literal["greeting", "phrase", "answer", "step", "closing"]
SourceKind = Literal["article", "macro", "procedure", "phrase"]

OUTCOMES: tuple[Outcome, ...] = ("validate", "personalise", "process", "none")


@dataclass(frozen=True)
class Support:
    """Where a sentence comes from.

    Parameters
    ----------
    source : {'article', 'macro', 'procedure', 'phrase'}
    id : str
        Article id, or the name of the fixed phrase.
    version : int
        Of the article; of the phrase file for a phrase.
    span : tuple of int
        Start and end, in characters, in the text of the article.
    score : float
        Calibrated probability that the passage answers the request; 1 for a phrase.
    """

    source: SourceKind
    id: str
    version: int
    span: tuple[int, int]
    score: float = 1.0


@dataclass(frozen=True)
class DraftSentence:
    """One sentence or list item of a draft.

    Parameters
    ----------
    text : str
        As the customer will read it: slots filled, white space collapsed.
    role : {'greeting', 'phrase', 'answer', 'step', 'closing'}
    support : Support or None
        ``None`` only before grounding.
    request : int
        Which request of the customer it answers; -1 for fixed phrases.
    marker : str
        List marker in front of it in the reply, such as ``"1."`` or ``"-"``.
    line : bool
        Whether it begins a line of its own: an item, a row of a table, what follows a list.
    after : str
        Layout behind it in the reply: the colon after the name of a column, a comma between cells.
    """

    text: str
    role: Role
    support: Support | None
    request: int = -1
    marker: str = ""
    line: bool = False
    after: str = ""


@dataclass(frozen=True)
class Draft:
    """A prepared reply; every field is typed, so that no caller parses the text.

    Parameters
    ----------
    outcome : {'validate', 'personalise', 'process', 'none'}
        Send as is; fill or adapt; a human step comes first; nothing supported to say.
    language : str
        Language of the customer, ``unknown`` where it was not recognised.
    text : str
        The whole reply, empty for ``none``.
    greeting : str
        How the greeting was chosen, such as ``fr:evening@Europe/Paris``.
    sentences : tuple of DraftSentence
        In the order of the text.
    dropped : int
        Sentences that were chosen and then left out by the grounding check.
    slots : mapping
        Slot name to ``filled`` or ``missing``; a missing one stands as ``[name]`` in the text.
    p_accept : float
        Probability in [0, 1] that the agent sends it unchanged but for greeting and signature.
    seconds_saved : int
        Estimate of the typing the draft spares, see :mod:`suggest.value`.
    steps : tuple of DraftSentence
        For ``process``: what the agent does first; never for the customer.
    articles, macros : tuple of mapping
        ``id``, ``version``, ``title``, ``p``, best first; also where the outcome is ``none``.
    reason : str
        Why this outcome; a code a person can read.
    requests : tuple of str
        What the customer asks, as understood.
    features : mapping
        What ``p_accept`` was computed from; store it with the suggestion to learn from it.
    """

    outcome: Outcome
    language: str
    text: str = ""
    greeting: str = ""
    sentences: tuple[DraftSentence, ...] = ()
    dropped: int = 0
    slots: Mapping[str, str] = field(default_factory=dict)
    p_accept: float = 0.0
    seconds_saved: int = 0
    steps: tuple[DraftSentence, ...] = ()
    articles: tuple[Mapping[str, Any], ...] = ()
    macros: tuple[Mapping[str, Any], ...] = ()
    reason: str = ""
    requests: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def to_dict(self) -> dict[str, Any]:
        """Return the ``draft`` object of the HTTP interface, JSON-ready."""
        return {
            "outcome": self.outcome,
            "language": self.language,
            "text": self.text,
            "greeting": self.greeting,
            "sentences": [_sentence(s) for s in self.sentences],
            "dropped": self.dropped,
            "slots": dict(self.slots),
            "p_accept": round(self.p_accept, 4),
            "seconds_saved": self.seconds_saved,
            "steps": [_sentence(s) for s in self.steps],
            "reason": self.reason,
            "features": {name: round(value, 6) for name, value in self.features.items()},
        }


def _sentence(sentence: DraftSentence) -> dict[str, Any]:
    support = asdict(sentence.support) if sentence.support else None
    if support is not None:
        support["span"] = list(support["span"])
        support["score"] = round(support["score"], 4)
    return {
        "text": sentence.text,
        "role": sentence.role,
        "request": sentence.request,
        "marker": sentence.marker,
        "after": sentence.after,
        "support": support,
    }
