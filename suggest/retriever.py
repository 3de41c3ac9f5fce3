"""Ranks a client's articles for a ticket by its text and by what agents linked before."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from data.artifact import read_artifact, write_artifact
from data.errors import ArtifactError, ParameterError
from data.text import detect_language
from data.ticket import Ticket, as_ticket
from suggest.checking import as_tickets
from suggest.client_index import ClientIndex, Vectors
from suggest.index import KnowledgeIndex
from suggest.link_history import History, Link, linked_tickets, remember
from suggest.link_model import Case, LinkModel, calibration, fit, log_odds, mixture
from suggest.results import COLUMNS, EMPTY, Hit, encoded, hits, result_frame
from suggest.searching import DEPTH, Pool, pool

logger = logging.getLogger(__name__)

KIND = "retriever"
LEAST_LINKS = 50
"""With fewer links the shipped parameters are used."""

MOST_CASES = 3000
"""Parameters are learned from the latest links; all of them are remembered."""

_FOLDS = 4


class Retriever(BaseEstimator):
    """Finds articles for tickets.

    Parameters
    ----------
    index : KnowledgeIndex
        Searched as it is at the time of the search: articles may come and go after `fit`.
    k : int
        Articles per ticket.

    Attributes
    ----------
    model_ : LinkModel
        What was learned.
    links_ : int
        Links to indexed articles.
    note_ : str
        Why the shipped parameters are used; empty when they were learned.
    """

    def __init__(self, index: KnowledgeIndex, *, k: int = 10) -> None:
        self.index = index
        self.k = k

    def fit(self, tickets: pd.DataFrame, article_links: pd.DataFrame) -> "Retriever":
        """Learn from the articles that agents linked to tickets.

        Each link is learned from with the links before it, as it would have been found then.

        Parameters
        ----------
        tickets : DataFrame
            The tickets table.
        article_links : DataFrame
            The article_links table. Links to tickets that are not in ``tickets``, or to
            articles that are not indexed, teach nothing.

        Raises
        ------
        SchemaError
            When a table breaks its contract.
        """
        links = [
            link
            for link in linked_tickets(tickets, article_links)
            if link.ticket.client_id in self.index.clients
            and link.article_id in self.index.client_index(link.ticket.client_id).article_positions
        ]
        self.links_ = len(links)
        self._histories = remember(links, self.index.encoder)
        self.model_ = LinkModel()
        self.note_ = ""
        if len(links) < LEAST_LINKS:
            self.note_ = (
                f"{len(links)} links to indexed articles are too few to learn from, "
                f"{LEAST_LINKS} are needed: the shipped parameters are used."
            )
            logger.warning("retriever: %s", self.note_)
            return self
        self.model_ = _learned(*self._cases(links[-MOST_CASES:]))
        return self

    def queries(self, ticket: Any) -> list[str]:
        """Return the texts that a search for a ticket encodes; see `KnowledgeIndex.queries`."""
        return self.index.queries(as_ticket(ticket).text)

    def find(
        self, ticket: Any, *, k: int | None = None, vectors: Vectors | None = None
    ) -> list[Hit]:
        """Find articles for one ticket, best first; `search` without its frame.

        Parameters
        ----------
        ticket : Ticket
            Or what `data.ticket.as_ticket` takes.
        k : int, optional
            That of the constructor when None.
        vectors : float32 array of shape (n, dimension), optional
            What the encoder makes of the n texts of ``queries(ticket)``; encoded here when None.

        Raises
        ------
        NotFittedError, UnknownClientError, ParameterError
        """
        most = self.k if k is None else k
        self._check(most)
        known = as_ticket(ticket)
        found = self._pools([known], None if vectors is None else [vectors])[0]
        return hits(self.index.client_index(known.client_id), found.head(most))

    def search(
        self,
        tickets: Sequence[Any],
        *,
        k: int | None = None,
        vectors: Sequence[Vectors] | None = None,
    ) -> pd.DataFrame:
        """Find articles for tickets.

        Parameters
        ----------
        tickets : sequence of Ticket
            Or of what `data.ticket.as_ticket` takes.
        k : int, optional
            Articles per ticket; that of the constructor when None.
        vectors : sequence of arrays, optional
            Of each ticket what `find` takes.

        Returns
        -------
        DataFrame
            As `KnowledgeIndex.search` gives it; ``query`` is the position of the ticket.
            Articles in the ticket's language come first unless another fits far better. The
            probability is that of the article being linked, or of its answering the ticket
            where nothing was linked yet.

        Raises
        ------
        NotFittedError, UnknownClientError, ParameterError
        """
        most = self.k if k is None else k
        self._check(most)
        known = as_tickets(tickets, "Retriever.search")
        pools = self._pools(known, vectors)
        frames = []
        for client in dict.fromkeys(ticket.client_id for ticket in known):
            own = [i for i, ticket in enumerate(known) if ticket.client_id == client]
            heads = [(i, pools[i].head(most)) for i in own]
            frames.append(result_frame(self.index.client_index(client), heads))
        if not frames:
            return pd.DataFrame({name: [] for name in COLUMNS}).astype(COLUMNS)
        if len(frames) == 1:
            return frames[0]
        together = pd.concat(frames, ignore_index=True)
        return together.sort_values(["query", "rank"], kind="stable", ignore_index=True)

    def save(self, folder: str | Path) -> Path:
        """Write what was learned, and the vectors and articles of earlier links."""
        self._check(1)
        arrays: dict[str, NDArray[Any]] = {}
        clients = sorted(self._histories)
        for i, client in enumerate(clients):
            history = self._histories[client]
            arrays[f"names_{i}"] = history.names
            arrays[f"codes_{i}"] = history.codes
            arrays[f"vectors_{i}"] = history.vectors.astype(np.float16)
            arrays[f"days_{i}"] = history.days
        return write_artifact(
            folder,
            kind=KIND,
            parameters={
                "k": self.k,
                "model": asdict(self.model_),
                "links": self.links_,
                "note": self.note_,
                "clients": clients,
                "encoder": self.index.encoder.fingerprint,
            },
            arrays=arrays,
            card=f"# Retriever\n\nLearned from {self.links_} links. {self.note_}\n",
        )

    @classmethod
    def load(cls, folder: str | Path, index: KnowledgeIndex) -> "Retriever":
        """Read what `save` wrote, for an index with the same encoder.

        Raises
        ------
        MissingFileError, ArtifactError
        """
        artifact = read_artifact(folder, kind=KIND)
        stored = artifact.parameters
        if stored["encoder"] != index.encoder.fingerprint:
            raise ArtifactError(
                f"The retriever {folder} was trained with the encoder {stored['encoder']}. Got an "
                f"index with {index.encoder.fingerprint} ({index.encoder.name}) instead: train "
                "it again or load the index with that encoder."
            )
        made = cls(index, k=stored["k"])
        model = stored["model"]
        made.model_ = LinkModel(**{**model, "weights": tuple(model["weights"])})
        made.links_ = stored["links"]
        made.note_ = stored["note"]
        made._histories = {
            client: History(
                artifact.array(f"names_{i}"),
                artifact.array(f"codes_{i}"),
                artifact.array(f"vectors_{i}").astype(np.float32),
                artifact.array(f"days_{i}"),
            )
            for i, client in enumerate(stored["clients"])
        }
        return made

    def _check(self, k: int) -> None:
        if not hasattr(self, "model_"):
            raise NotFittedError("This Retriever is not fitted: call fit or load first.")
        if k < 1:
            raise ParameterError(
                f"The 'k' parameter of Retriever.search must be at least 1. Got {k} instead."
            )

    def _pools(
        self, tickets: Sequence[Ticket], given: Sequence[Vectors] | None = None
    ) -> list[Pool]:
        """Rank the candidates of each ticket."""
        texts = [ticket.text for ticket in tickets]
        cut, vectors = encoded(self.index.encoder, texts, given)
        languages = _languages(tickets, texts)
        pools = []
        rows = zip(tickets, cut, vectors, languages, strict=True)
        for ticket, found, part, language in rows:
            if not found:
                pools.append(EMPTY)
                continue
            history = self._histories.get(ticket.client_id, History.empty(part.shape[1]))
            index = self.index.client_index(ticket.client_id)
            candidates, case = _case(index, found, part, language, history, _days(ticket))
            pools.append(self._ranked(candidates, case))
        return pools

    def _ranked(self, candidates: Pool, case: Case) -> Pool:
        share = mixture(self.model_, case)
        guessed = bool(self.note_) and not len(case.linked)
        ranked = candidates._replace(
            score=log_odds(share),
            probability=candidates.probability if guessed else self.model_.probability(share),
        )
        order = np.lexsort((ranked.articles, -ranked.score))
        return ranked.take(order)

    def _cases(self, links: Sequence[Link]) -> tuple[list[Case], list[str]]:
        """Return a case of each linked ticket, with the customer it is from."""
        right: dict[tuple[str, str], set[str]] = {}
        tickets: dict[tuple[str, str], Link] = {}
        for link in links:
            key = (link.ticket.client_id, link.ticket.ticket_id)
            right.setdefault(key, set()).add(link.article_id)
            tickets.setdefault(key, link)
        texts = [link.ticket.text for link in tickets.values()]
        cut, vectors = encoded(self.index.encoder, texts, None)
        languages = _languages([link.ticket for link in tickets.values()], texts)
        cases, groups = [], []
        rows = zip(tickets.items(), cut, vectors, languages, strict=True)
        for (key, link), found, part, language in rows:
            if not found:
                continue
            index = self.index.client_index(key[0])
            history = self._histories[key[0]].before(link.days)
            candidates, case = _case(index, found, part, language, history, link.days)
            linked = {index.article_positions[a] for a in right[key]}
            hits = np.isin(candidates.articles, list(linked))
            cases.append(case._replace(right=hits))
            groups.append(link.ticket.customer.customer_id or "/".join(key))
        return cases, groups


def _case(
    index: ClientIndex,
    texts: Sequence[str],
    vectors: Vectors,
    language: str,
    history: History,
    days: float,
) -> tuple[Pool, Case]:
    """Return the candidates of a ticket and what the model reads of them."""
    places = index.article_positions
    known = np.array([places.get(str(name), -1) for name in history.names], dtype=np.int64)
    every = known[history.codes]
    held = np.flatnonzero(every >= 0)
    linked = every[held]
    candidates = pool(index, texts, vectors, also=np.unique(linked), depth=2 * DEPTH)
    where = np.zeros(len(index.languages), dtype=np.int64)
    where[candidates.articles] = np.arange(len(candidates.articles))
    years = (days - history.days[held]) / 365.25
    return candidates, Case(
        features=_features(index, candidates, language),
        linked=where[linked],
        nearness=(history.vectors[held] @ vectors[0]).astype(np.float64),
        years=np.nan_to_num(years),
        right=np.zeros(len(candidates.articles), dtype=bool),
    )


def _features(index: ClientIndex, found: Pool, language: str) -> NDArray[np.float64]:
    spread = max(float(found.score.std()), 1e-6) if len(found.score) else 1.0
    standing = (found.score - found.score.mean()) / spread if len(found.score) else found.score
    return np.column_stack(
        [
            standing,
            found.dense,
            found.lexical,
            index.lengths[found.articles],
            index.languages[found.articles] == language,
        ]
    ).astype(np.float64)


def _learned(cases: Sequence[Case], groups: Sequence[str]) -> LinkModel:
    """Fit, and calibrate on customers the fit has not seen."""
    names = sorted(set(groups))
    fold_of = {name: i % _FOLDS for i, name in enumerate(names)}
    folds = np.array([fold_of[group] for group in groups])
    judged = []
    for fold in range(min(_FOLDS, len(names))):
        others = [case for case, f in zip(cases, folds, strict=True) if f != fold]
        model = fit(others, LinkModel())
        judged += [(model, case) for case, f in zip(cases, folds, strict=True) if f == fold]
    slope, intercept = calibration(judged)
    return replace(fit(cases, LinkModel()), slope=slope, intercept=intercept)


def _languages(tickets: Sequence[Ticket], texts: Sequence[str]) -> list[str]:
    guessed = [i for i, ticket in enumerate(tickets) if not ticket.language]
    found = iter(detect_language([texts[i] for i in guessed]))
    return [ticket.language or next(found)[0] for ticket in tickets]


def _days(ticket: Ticket) -> float:
    return float("nan") if ticket.created_at is None else ticket.created_at.timestamp() / 86400
