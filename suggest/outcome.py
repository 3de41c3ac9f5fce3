"""What is left for the agent, decided from figures and from what a person has to read first.

The first that holds decides:

``process``      a procedure or internal text fits best: its steps go to the agent, the customer
                 reads only that somebody is on it
``personalise``  a slot is missing; the source is in another language; a macro is used, which may
                 say that something was done; the customer reports what a person has to read
                 first (:mod:`suggest.alarms`); a request stays open; the customer may leave; the
                 draft is less likely than not to be sent unchanged; another section of the
                 article fits nearly as well; the triage is not sure what the ticket is about
``validate``     the rest

``none`` comes before all of them, where there is nothing supported to say, or where what there
is would be thrown away four times in five: reading such a draft costs the agent more than it
gives, and the articles are shown all the same. Where that lies at the answer to one request of
several, that one is left out and its request stays open. Where somebody was in danger
(``human_first_safety``) nothing is answered either; only a procedure is followed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from suggest.answers import Answer
from suggest.draft import Outcome
from suggest.findings import Finding

HUMAN_FIRST = ("retention_risk",)
"""Intents, with all below them, whose drafts a person always adapts."""

UNSURE = ("ambiguous", "out_of_scope")
"""Reasons of the triage for abstaining that a reply is not sent unread after."""

EVEN = 0.5
"""Least probability of acceptance for ``validate``."""

LEAST = 0.2
"""Least probability of being of use for showing an answer that needs no filling in."""

CLEAR = 0.06
"""Least lead of a section over the next one of its article for ``validate``."""

# Drafts that need a person anyway are shown however unlikely: slots to fill, text to translate.
_KEPT = ("missing", "macro", "other_language")
_NEAR = 0.15

OUTCOME_OF: Mapping[str, Outcome] = MappingProxyType(
    {
        "procedure": "process",
        "unlikely": "none",
        "human_first_bereavement": "personalise",
        "human_first_legal": "personalise",
        "human_first_fraud": "personalise",
        "human_first_leaving": "personalise",
        "missing_slot": "personalise",
        "other_language": "personalise",
        "macro": "personalise",
        "open_request": "personalise",
        "human_first": "personalise",
        "unsure": "personalise",
        "unsure_triage": "personalise",
        "supported": "validate",
    }
)
"""Reason to outcome, in the order in which they are asked."""


def reason_for(
    features: Mapping[str, float],
    *,
    hand_off: bool,
    intent: str,
    p_accept: float,
    p_kept: float | None = None,
    least: float = LEAST,
    lead: float = 1.0,
    alarm: str = "",
    abstained: str = "",
) -> str:
    """Return the first reason that holds; a key of ``OUTCOME_OF``.

    `p_kept` is how likely more than half of the draft is sent, `p_accept` where None: what agents
    always add a line to is not thrown away. `lead` is that of the section over the next one of
    its article, the least of all answers; `alarm` one of ``ALARMS``; `abstained` the reason of
    the triage.

    Examples
    --------
    >>> sure = {"missing": 0, "other_language": 0, "macro": 0, "coverage": 1}
    >>> reason_for(sure, hand_off=False, intent="", p_accept=0.9)
    'supported'
    >>> reason_for({**sure, "missing": 1}, hand_off=False, intent="", p_accept=0.9)
    'missing_slot'
    """
    of_use = p_accept if p_kept is None else p_kept
    held = {
        "procedure": hand_off,
        "unlikely": _is_unlikely(features, of_use, least),
        f"human_first_{alarm}": alarm != "",
        "missing_slot": features["missing"] > 0,
        "other_language": features["other_language"] > 0,
        "macro": features["macro"] > 0,
        "open_request": features["coverage"] < 1,
        "human_first": any(f"{intent}.".startswith(f"{label}.") for label in HUMAN_FIRST),
        "unsure": p_accept < EVEN or lead < CLEAR,
        "unsure_triage": abstained in UNSURE,
        "supported": True,
    }
    return next(reason for reason, holds in held.items() if holds)


def worth_showing(
    answers: list[Answer],
    features: Callable[[Sequence[Answer]], Mapping[str, float]],
    *,
    accepted: Callable[[Mapping[str, float]], float],
    least: float,
) -> list[Answer]:
    """Return the answers without those for which all would be withheld.

    What is weakly supported takes no more away than what has no support at all. Where nothing is
    worth showing, all are returned.

    Parameters
    ----------
    answers : list of Answer
    features : callable
        Answers to :func:`features_of`.
    accepted : callable
        Features to the probability of acceptance.
    least : float
        See :func:`reason_for`.
    """

    def probability(of: Sequence[Answer]) -> float:
        return accepted(features(of))

    def unlikely(of: Sequence[Answer]) -> bool:
        return _is_unlikely(features(of), probability(of), least)

    some = answers
    while len(some) > 1 and unlikely(some):
        some = max(([a for a in some if a is not one] for one in some), key=probability)
    return some if some and not unlikely(some) else answers


def _is_unlikely(features: Mapping[str, float], p_accept: float, least: float) -> bool:
    """Whether a draft would be thrown away so often that it is not worth showing."""
    return p_accept < least and not any(features[name] for name in _KEPT)


def features_of(
    answers: Sequence[Answer],
    findings: Sequence[Sequence[Finding]],
    *,
    asked: int,
    language: str,
) -> dict[str, float]:
    """Return what the acceptance of a draft is computed from.

    Parameters
    ----------
    answers : sequence of Answer
    findings : sequence of sequence of Finding
        All findings of each request.
    asked : int
        Requests in the message.
    language : str
        Of the customer.
    """
    used = [a.finding for a in answers]
    return {
        "support": min((f.support for f in used), default=0.0),
        "sentence": min((float(f.close.max()) for f in used), default=0.0),
        "coverage": len(answers) / asked,
        "margin": min((_lead(a, findings) for a in answers), default=0.0),
        "rivals": float(max((_rivals(a, findings) for a in answers), default=0)),
        "missing": float(sum(len(a.missing) for a in answers)),
        "other_language": float(any(f.passage.language != language for f in used)),
        "macro": float(any(a.is_macro for a in answers)),
    }


def why_none(findings: Iterable[Sequence[Finding]]) -> str:
    """Return the reason for an empty draft: ``no_knowledge`` or ``no_support``."""
    return "no_support" if any(findings) else "no_knowledge"


def _lead(answer: Answer, findings: Sequence[Sequence[Finding]]) -> float:
    """Return how far the support is above that of the best other article."""
    others = (f.support for f in _others(answer, findings))
    return max(0.0, answer.finding.support - max(others, default=0.0))


def _rivals(answer: Answer, findings: Sequence[Sequence[Finding]]) -> int:
    """Return how many other articles fit nearly as well."""
    near = answer.finding.support - _NEAR
    return sum(f.support > near for f in _others(answer, findings))


def _others(answer: Answer, findings: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Return the other articles found in the same language: a translation is no rival."""
    own = answer.finding.passage
    found = (f for f in findings[answer.sentences[0].request])
    return [
        f
        for f in found
        if f.passage.article_id != own.article_id and f.passage.language == own.language
    ]
