"""The record that one night's steps fill in, one after the other."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data.encoders import Encoder
from data.redaction import Placeholders
from data.workers import Workers
from pipelines.clock import Spent
from pipelines.config import NightlyConfig
from pipelines.gate import Verdict
from pipelines.intervals import Figure
from pipelines.registry import Proposal, Registry
from suggest.client_acceptance import ClientAcceptance
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever
from triage.intents import IntentClassifier
from triage.taxonomy import Taxonomy

Json = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """What was measured of one model on the test part.

    Parameters
    ----------
    figures, differences, slices, baselines : dict of str to Figure
        As :class:`pipelines.gate.Evidence` takes them.
    report : dict
        All of it as JSON values, and the curves and tables of the report.
    """

    figures: dict[str, Figure]
    report: Json
    differences: dict[str, dict[str, Figure]] = field(default_factory=dict)
    slices: dict[str, Figure] = field(default_factory=dict)
    baselines: dict[str, Figure] = field(default_factory=dict)


@dataclass
class Run:
    """One night: what it was told, and what its steps have made so far.

    Parameters
    ----------
    config : NightlyConfig
    now : datetime
        Aware; the only clock of the night's results.
    registry : Registry
    staging : Path
        Where candidates wait until the gate has spoken.
    say : callable
        Shows a line to whoever is watching.
    """

    config: NightlyConfig
    now: datetime
    registry: Registry
    staging: Path
    say: Callable[[str], None] = lambda _: None

    workers: Workers | None = None
    cache: Path = field(init=False)
    secret: bytes = b""
    # Of every ticket what splitting needs; the rest stands in the file ``prepared``.
    tickets: pd.DataFrame = field(default_factory=pd.DataFrame)
    prepared: Path | None = None
    corrected: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Client and ticket of those corrected that the files do not have.
    added: set[tuple[str, str]] = field(default_factory=set)
    reused: Counter[str] = field(default_factory=Counter)
    available: dict[str, int] = field(default_factory=dict)
    articles: pd.DataFrame = field(default_factory=pd.DataFrame)
    links: pd.DataFrame = field(default_factory=pd.DataFrame)
    # By client and ticket: what hides its known names; lives in memory only.
    hidden: dict[tuple[str, str], Placeholders] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    statuses: list[Json] = field(default_factory=list)
    fingerprint: str = ""
    train: pd.DataFrame = field(default_factory=pd.DataFrame)
    test: pd.DataFrame = field(default_factory=pd.DataFrame)
    encoder: Encoder | None = None
    taxonomy: Taxonomy | None = None
    classifiers: dict[str, IntentClassifier] = field(default_factory=dict)
    learning: dict[str, Json] = field(default_factory=dict)
    baselines: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Tickets by the reason for which nothing is learned from them, and labels with too few.
    not_learned: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)
    index: KnowledgeIndex | None = None
    retriever: Retriever | None = None
    acceptance: ClientAcceptance | None = None
    acceptance_is_new: bool = False
    # By client: what its agents did with drafts.
    answered: dict[str, Json] = field(default_factory=dict)
    # Links from tickets to articles that drafts and agents' corrections gave.
    answers_linked: int = 0
    targets: dict[str, Measured] = field(default_factory=dict)
    knowledge: Measured | None = None
    examples: list[Json] = field(default_factory=list)
    drafts: list[Json] = field(default_factory=list)
    draft_seconds: float = 0.0
    verdicts: list[Verdict] = field(default_factory=list)
    withdrawn: tuple[str, ...] = ()
    impact: list[Json] = field(default_factory=list)
    plan: Json = field(default_factory=dict)
    drift: Json = field(default_factory=dict)
    summary: Json = field(default_factory=dict)
    staged: dict[str, Path] = field(default_factory=dict)
    proposal: Proposal | None = None
    document: Json = field(default_factory=dict)
    report: Path | None = None
    spent: dict[str, Spent] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cache = self.config.cache.folder or self.registry.workspace / "cache"

    @property
    def night(self) -> str:
        """Name of the night, such as ``2026-03-02T021000Z``."""
        return f"{self.now:%Y-%m-%dT%H%M%SZ}"

    @property
    def promoted(self) -> bool:
        """Whether every candidate took its champion's place."""
        return bool(self.verdicts) and all(v.promoted for v in self.verdicts)


@dataclass(frozen=True)
class Step:
    """One named step of the night.

    Parameters
    ----------
    name : str
    work : callable
        Reads and fills the run.
    """

    name: str
    work: Callable[[Run], None]
