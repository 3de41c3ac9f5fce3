"""What searches and drafts are asked with, checked before anything is looked up."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from data.arguments import as_names
from data.errors import ParameterError, SchemaError
from data.schema import ARTICLES, validate_articles
from data.ticket import Ticket, as_ticket
from suggest.client_index import ClientIndex
from suggest.phrases import language_code
from suggest.searching import Mask

KINDS = tuple(ARTICLES.columns["kind"].values)
AUDIENCES = tuple(ARTICLES.columns["audience"].values)
_CODE = re.compile("[a-z]{2,3}|unknown")


def allowed_articles(
    index: ClientIndex, kinds: Collection[str] | None, audience: str | None
) -> Mask | None:
    """Return which articles pass the filters, None when all do.

    Raises
    ------
    ParameterError
        When a kind or the audience is none that an article can have.
    """
    if kinds is None and audience is None:
        return None
    allowed = np.ones(len(index.articles), dtype=bool)
    if kinds is not None:
        chosen = as_names(kinds, name="kinds", of="search")
        for kind in chosen:
            _one_of("kinds", kind, KINDS)
        allowed &= index.articles["kind"].isin(chosen).to_numpy(dtype=bool)
    if audience is not None:
        _one_of("audience", audience, AUDIENCES)
        named = index.articles["audience"].astype("str")
        fits = (named == audience) | named.isna() if audience == "public" else named == audience
        allowed &= fits.fillna(False).to_numpy(dtype=bool)
    return allowed


def known_language(language: str | None) -> str | None:
    """Return the code that articles have for a language or locale.

    Raises
    ------
    ParameterError
        When it is no code.

    Examples
    --------
    >>> known_language("fr-CA"), known_language("EN"), known_language(None)
    ('fr', 'en', None)
    """
    if language is None:
        return None
    code = language_code(language) if isinstance(language, str) else ""
    if not _CODE.fullmatch(code):
        raise ParameterError(
            "The 'language' parameter of search must be an ISO 639-1 code such as 'en'. "
            f"Got {language!r} instead."
        )
    return code


def valid_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """Check a table of articles; see `data.schema.validate_articles`.

    Raises
    ------
    SchemaError
        When it breaks its contract; says what makes a table that keeps it.
    """
    try:
        return validate_articles(articles)
    except SchemaError as error:
        raise SchemaError(
            f"{error} data.load_articles(frame, client_id, mapping=…, defaults=…) makes such a "
            "table of a frame, a file or a folder.",
            table=error.table,
            column=error.column,
            rows=error.rows,
        ) from None


def as_tickets(tickets: Iterable[Any], of: str) -> list[Ticket]:
    """Turn a list of what `data.ticket.as_ticket` takes into tickets.

    Raises
    ------
    ParameterError
        For a single ticket and for a frame, whose columns would be taken for tickets.
    """
    if isinstance(tickets, str | Ticket | Mapping | pd.Series) or not isinstance(tickets, Iterable):
        got = f"a single one ({type(tickets).__name__}) instead: wrap it in a list"
    elif isinstance(tickets, pd.DataFrame):
        got = "a frame instead: pass frame.to_dict('records')"
    else:
        return [as_ticket(ticket) for ticket in tickets]
    raise ParameterError(f"The 'tickets' parameter of {of} must be a list of tickets. Got {got}.")


def check_share(name: str, value: Any) -> None:
    """Check a setting of a drafter that is a share of one."""
    if not isinstance(value, int | float | np.floating) or not 0 <= value <= 1:
        raise ParameterError(
            f"The '{name}' parameter of ReplyDrafter must be in [0, 1]. Got {value!r} instead."
        )


def check_count(name: str, value: Any) -> None:
    """Check a setting of a drafter that counts something."""
    if not isinstance(value, int | np.integer) or value < 1:
        raise ParameterError(
            f"The '{name}' parameter of ReplyDrafter must be a whole number of 1 or more. "
            f"Got {value!r} instead."
        )


def moment(now: Any) -> datetime:
    """Return when the reply is sent: the present unless said."""
    if now is None:
        return datetime.now(UTC)
    if not isinstance(now, datetime) or now.utcoffset() is None:
        raise ParameterError(
            "The 'now' parameter of ReplyDrafter.draft must be a datetime with a time zone, such "
            f"as datetime.now(UTC). Got {now!r} instead."
        )
    return now


def _one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ParameterError(
            f"The '{name}' parameter of search must name {', '.join(known)}. Got {value!r} instead."
        )
