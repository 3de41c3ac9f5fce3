"""What the agent did with a draft, as numbers and as rows for the next night.

Greeting and signature are set apart first: changing "Bonjour" to "Bonsoir" is not an edit.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import pandas as pd
from rapidfuzz.distance import LCSseq, Levenshtein

from data.errors import ParameterError
from suggest.salutations import salutations

Decision = Literal["sent", "edited", "rejected", "ignored"]

LIGHT_EDIT = 0.40
"""The market's usual cut: a normalised edit distance below it is a light edit."""

# Fewer than one draft word in five in the reply: the agent wrote an answer of their own.
_REJECTED_BELOW = 0.20
# More than half of the draft in the reply: its articles were the right ones.
_KEPT_ABOVE = 0.50
_LINKS = ["client_id", "ticket_id", "article_id", "version", "label", "at"]
_ACCEPTANCE = ["suggestion_id", "client_id", "features", "accepted", "kept", "at"]
_LAST_LINES = 8
_LONGEST_SIGNATURE_LINE = 60
_TOKEN = re.compile(r"\w+|[^\w\s]")
_QUOTE_FORMS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " ", "–": "-"})


@dataclass(frozen=True)
class Comparison:
    """How far the sent reply is from the draft, greeting and signature apart.

    Parameters
    ----------
    edit_distance : float
        Levenshtein distance over tokens, divided by the longer length; 0 same, 1 nothing left.
    kept_share : float
        Share of the draft's tokens that survive in order (longest common subsequence).
    identical_strict : bool
        Same text after white space and quotation marks are normalised.
    greeting_changed : bool
        Whether greeting or signature were changed; never counted as an edit.
    """

    edit_distance: float
    kept_share: float
    identical_strict: bool
    greeting_changed: bool

    @property
    def light(self) -> bool:
        """Whether the edit distance is below ``LIGHT_EDIT``."""
        return self.edit_distance < LIGHT_EDIT

    @property
    def decision(self) -> Decision:
        """What the agent did, judged by the texts; for callers that do not say it."""
        if self.identical_strict:
            return "sent"
        return "edited" if self.kept_share >= _REJECTED_BELOW else "rejected"


class Parts(NamedTuple):
    """A reply taken apart."""

    greeting: str
    body: str
    closing: str


class TrainingRows(NamedTuple):
    """Rows for the next night.

    Attributes
    ----------
    links : pandas.DataFrame
        client_id, ticket_id, article_id, version, label (1 used, 0 refused), at.
    acceptance : pandas.DataFrame
        suggestion_id, client_id, features (mapping), accepted (0 or 1), kept (0 or 1), at.
    labels : pandas.DataFrame
        ticket_id, field, value, at: what agents corrected.
    """

    links: pd.DataFrame
    acceptance: pd.DataFrame
    labels: pd.DataFrame


def compare(draft_text: str, sent_text: str, language: str, *, signature: str = "") -> Comparison:
    r"""Compare a draft with what was sent.

    Parameters
    ----------
    draft_text, sent_text : str
        Both redacted with the same placeholders, or both not.
    language : str
        Of the draft; ``unknown`` uses the words of all languages.
    signature : str
        The client's signature, cut from the end of both.

    References
    ----------
    Levenshtein (1966), Binary codes capable of correcting deletions, insertions and reversals.

    Examples
    --------
    >>> told = compare("Bonjour,\n\nC'est fait.", "Bonsoir Anna,\nC'est fait.", "fr")
    >>> told.edit_distance, told.kept_share, told.identical_strict, told.greeting_changed
    (0.0, 1.0, True, True)
    """
    draft = take_apart(draft_text, language, signature=signature)
    sent = take_apart(sent_text, language, signature=signature)
    old, new = _tokens(draft.body), _tokens(sent.body)
    distance = float(Levenshtein.normalized_distance(old, new))
    kept = LCSseq.similarity(old, new) / len(old) if old else float(not new)
    return Comparison(
        edit_distance=distance,
        kept_share=float(kept),
        identical_strict=draft.body == sent.body,
        greeting_changed=(draft.greeting, draft.closing) != (sent.greeting, sent.closing),
    )


def take_apart(text: str, language: str, *, signature: str = "") -> Parts:
    r"""Split a reply into greeting, body and closing with signature.

    Examples
    --------
    >>> take_apart("Hi Anna, it is done.\n\nKind regards,\nSam", "en")
    Parts(greeting='Hi Anna,', body='it is done.', closing='Kind regards, Sam')
    """
    words = salutations(language)
    flat = unicodedata.normalize("NFC", text).translate(_QUOTE_FORMS).strip()
    found = words.greeting.match(flat)
    greeting, rest = (found.group(), flat[found.end() :]) if found else ("", flat)
    lines = [" ".join(line.split()) for line in rest.splitlines()]
    lines = [line for line in lines if line]
    cut = _closing_line(lines, words.closing, " ".join(signature.split()))
    # White space is layout: two replies that differ only in line breaks read the same.
    return Parts(" ".join(greeting.split()), " ".join(lines[:cut]).strip(), " ".join(lines[cut:]))


def training_rows(
    suggestions: pd.DataFrame,
    feedback: pd.DataFrame,
    *,
    until: datetime | None = None,
    max_edit_distance: float = 0.0,
) -> TrainingRows:
    """Turn suggestions and feedback into rows the next night can learn from.

    The last feedback on a suggestion counts, and of each field the last correction. Articles of
    drafts that were sent, or of which more than half was kept, are positive links; those of
    rejected drafts negative ones. A draft was accepted when it was sent unchanged, or edited by
    no more than `max_edit_distance`, and kept when more than half of it was sent; one that was
    ignored was neither, but says nothing against its articles. Where the caller says ``sent`` and
    the text is another one, the text counts.

    Parameters
    ----------
    suggestions, feedback : pandas.DataFrame
        Tables of the contract. ``suggestions`` may carry ``features`` (JSON or mapping) and
        ``used``: the articles that the agent put into the reply.
    until : datetime, optional
        Only feedback before this moment, with a time zone.
    max_edit_distance : float
        In [0, 1]; default strict.

    Raises
    ------
    ParameterError
        `max_edit_distance` out of range.
    """
    if not 0 <= max_edit_distance <= 1:
        raise ParameterError(
            "The 'max_edit_distance' parameter of training_rows must be in [0, 1]. "
            f"Got {max_edit_distance} instead."
        )
    given = feedback if until is None else feedback[feedback["at"] < pd.Timestamp(until)]
    ordered = given.sort_values("at", kind="stable")
    last = ordered.drop_duplicates("suggestion_id", keep="last")
    fixed = _corrections(ordered)
    names = last["suggestion_id"].astype(str)
    last = last.assign(corrected=pd.Series([fixed.get(n) for n in names], last.index, object))
    joined = suggestions.merge(last, on="suggestion_id", how="inner", validate="one_to_one")
    joined = joined.sort_values(["at", "suggestion_id"], kind="stable")
    rows: list[Mapping[Any, Any]] = [*joined.to_dict("records")]
    links = [link for row in rows for link in _links(row)]
    acceptance = [_acceptance(row, max_edit_distance) for row in rows if row["outcome"] != "none"]
    labels = [label for row in rows for label in _labels(row)]
    return TrainingRows(
        pd.DataFrame(links, columns=_LINKS),
        pd.DataFrame(acceptance, columns=_ACCEPTANCE),
        pd.DataFrame(labels, columns=["ticket_id", "field", "value", "at"]),
    )


def _corrections(feedback: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return what was corrected of each suggestion; a helpdesk may say it before the reply."""
    found: dict[str, dict[str, Any]] = {}
    if "corrected" not in feedback:
        return found
    for name, given in zip(feedback["suggestion_id"], feedback["corrected"], strict=True):
        told = {field: v for field, v in _json(given, {}).items() if v not in (None, "")}
        if told:
            found.setdefault(str(name), {}).update(told)
    return found


def _links(row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    corrected = _json(row.get("corrected"), {})
    chosen = str(corrected["article_id"]) if corrected.get("article_id") else None
    label = _article_label(row)
    links = {}
    for support in _json(row.get("support"), []):
        if support.get("source") != "phrase" and (chosen or label is not None):
            links[str(support["id"])] = (str(support.get("version", "")), 0 if chosen else label)
    # Of a draft that was sent as it is or thrown away nothing was put in that is not in it.
    used = _json(row.get("used"), []) if row["decision"] == "edited" else []
    for article in [str(name) for name in used] + ([chosen] if chosen else []):
        links[article] = (links.get(article, ("", 0))[0], 1)
    about = {"client_id": row.get("client_id", ""), "ticket_id": row["ticket_id"]}
    return [
        {**about, "article_id": article, "version": version, "label": value, "at": row["at"]}
        for article, (version, value) in links.items()
    ]


def _article_label(row: Mapping[Any, Any]) -> int | None:
    if _is_kept(row):
        return 1
    return 0 if row["decision"] == "rejected" else None


def _is_kept(row: Mapping[Any, Any]) -> bool:
    if row["decision"] not in ("sent", "edited"):
        return False
    unknown = float(row["decision"] == "sent")
    return _number(row.get("kept_share"), missing=unknown) > _KEPT_ABOVE


def _acceptance(row: Mapping[Any, Any], max_edit_distance: float) -> dict[str, Any]:
    distance = _number(row.get("edit_distance"), missing=1.0)
    lightly = row["decision"] == "edited" and distance <= max_edit_distance
    kept = _is_kept(row)
    return {
        "suggestion_id": row["suggestion_id"],
        "client_id": row.get("client_id", ""),
        "features": _json(row.get("features"), {}),
        "accepted": int((row["decision"] == "sent" and kept) or lightly),
        "kept": int(kept or lightly),
        "at": row["at"],
    }


def _labels(row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    return [
        {"ticket_id": row["ticket_id"], "field": name, "value": value, "at": row["at"]}
        for name, value in _json(row.get("corrected"), {}).items()
        if name != "article_id" and value not in (None, "")
    ]


def _number(value: object, *, missing: float) -> float:
    known = isinstance(value, int | float) and not pd.isna(value)
    return float(str(value)) if known else missing


def _json(value: object, default: Any) -> Any:
    if isinstance(value, str):
        return json.loads(value) if value else default
    return value if isinstance(value, type(default)) else default


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _closing_line(lines: list[str], closing: re.Pattern[str], signature: str) -> int:
    """Return the number of the line where closing and signature begin."""
    for position in range(max(0, len(lines) - _LAST_LINES), len(lines)):
        if signature and " ".join(lines[position:]) == signature:
            return position
        # "Thanks" above a paragraph is not a closing: only short lines may follow one.
        short = all(len(line) <= _LONGEST_SIGNATURE_LINE for line in lines[position + 1 :])
        if short and closing.match(lines[position]):
            return position
    return len(lines)
