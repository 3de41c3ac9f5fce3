"""The nightly run's configuration: one TOML file, read once, never changed after.

Unknown keys are errors that name the nearest known key; relative paths are relative to the
file they stand in.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from data.errors import ConfigError, MissingFileError
from pipelines.store import store_url

Share = Annotated[float, Field(ge=0, le=1)]
INTENT_FLOORS = (
    "accuracy",
    "macro_f1",
    "coverage",
    "precision",
    "coverage_at_target",
    "out_of_scope_auroc",
)
INTENT_CEILINGS = ("ece",)
KNOWLEDGE = "knowledge"
KNOWLEDGE_FLOORS = ("recall_at_5", "mrr", "draft_coverage")
KNOWLEDGE_CEILINGS = ("ungrounded_sentences", "skipped_articles")


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, (str, Path)) else value


class Section(BaseModel):
    """Base of every section: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TicketsConfig(Section):
    """Where the tickets are and how to read them.

    Parameters
    ----------
    path : Path
        CSV, JSONL or Parquet; a folder or a glob of parts.
    mapping : dict of str to str
        Name in the file → name in the tickets table.
    defaults : dict
        Column → value where the file has none, such as ``{client_id = "acme"}``.
    values : dict of dict
        Column → {value in the file: value of the table}.
    timezone : str, optional
        Zone of times that carry none, such as ``"Europe/Paris"``.
    date_format : str, optional
        Form of times that are not ISO 8601, such as ``"%d/%m/%Y %H:%M"``.
    links : Path, optional
        Which article answered which ticket: ``ticket_id, article_id, linked_at``.
    """

    path: Path
    mapping: dict[str, str] = Field(default_factory=dict)
    defaults: dict[str, Any] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    timezone: str | None = None
    date_format: str | None = None
    links: Path | None = None


class ClientConfig(Section):
    """One client and its knowledge.

    Parameters
    ----------
    id : str
    articles : tuple of Path
        Folders of Markdown or HTML, or tables of articles; a single path may be given bare.
    policies : Path, optional
        The client's YAML: how it speaks, and its time zone.
    """

    # The service writes keys as "client:key,client:key".
    id: str = Field(pattern=r"^[^\s:,]([^:,\x00-\x1f\x7f]*[^\s:,])?$")
    articles: Annotated[tuple[Path, ...], BeforeValidator(_as_tuple)] = Field(min_length=1)
    policies: Path | None = None


class SampleConfig(Section):
    """Write the shipped sample before loading, where its folder is not there yet.

    Parameters
    ----------
    folder : Path
    """

    folder: Path


class SplitConfig(Section):
    """How the test part is cut off: the newest share, whole customers.

    Parameters
    ----------
    test_share : float
    group : str
        Column whose rows stay on one side; ignored where the tickets lack it.
    most_train : int
        Tickets to learn from: of each client and label its share, and of it the newest.
    most_test : int
        Tickets to measure on, drawn at random from the newest share.
    """

    test_share: float = Field(default=0.2, gt=0, lt=1)
    group: str = "customer_id"
    most_train: int = Field(default=30_000, ge=2)
    most_test: int = Field(default=5_000, ge=2)


class CacheConfig(Section):
    """What a night leaves for the next: redacted tickets, and vectors under keyed hashes.

    Parameters
    ----------
    folder : Path, optional
        Default: ``cache`` in the workspace. It can be removed at any time.
    most_mb : int
        Room for the vectors of one encoder; a ticket takes 2 kB. What was not asked for longest
        goes first.
    """

    folder: Path | None = None
    most_mb: int = Field(default=2048, ge=1)


class IntentsConfig(Section):
    """What the classifiers learn.

    Parameters
    ----------
    targets : tuple of str
        Columns of the tickets table; one model each. Empty: knowledge only.
    encoder : str
        ``"default"``, ``"hashing"``, or a sentence-transformers name or folder.
    target_precision : float
        Precision the abstaining threshold is set for.
    min_examples : int
        Labels with fewer training tickets are left out, and the report lists them.
    taxonomy : Path, optional
        YAML of the labels of ``intent``: descriptions, examples and other names. Default: the
        one that ships. Clients add children in their policies.
    parameters : dict
        Further parameters of :class:`triage.intents.IntentClassifier`, such as ``epochs``.
    full_every : int
        Nights from one full fit to the next; between them the champion goes on learning.
    most_new : float
        Share of new or changed training tickets from which on the fit is a full one, in [0, 1].
    """

    targets: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ("intent",)
    encoder: str = "default"
    target_precision: float = Field(default=0.98, gt=0, lt=1)
    min_examples: int = Field(default=5, ge=2)
    taxonomy: Path | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    full_every: int = Field(default=7, ge=1)
    most_new: float = Field(default=0.05, ge=0, le=1)


class EvaluateConfig(Section):
    """How much is measured.

    Parameters
    ----------
    bootstrap : int
        Resamples behind every interval.
    drafts, searches : int
        Test tickets that get a draft, and of those with a linked article those that are searched
        for; all of them when there are fewer.
    recall_at : tuple of int
    slices : tuple of str
        Columns to report apart.
    min_slice : int
        Smaller slices are shown but not judged.
    examples : int
        Failures shown in the report.
    """

    bootstrap: int = Field(default=400, ge=50)
    drafts: int = Field(default=300, ge=0)
    searches: int = Field(default=1000, ge=1)
    recall_at: tuple[int, ...] = (1, 3, 5, 10, 20)
    slices: tuple[str, ...] = ("client_id", "language", "channel")
    min_slice: int = Field(default=50, ge=2)
    examples: int = Field(default=12, ge=0)


class GateConfig(Section):
    """What a candidate must reach; see :class:`pipelines.gate.GatePolicy`.

    Parameters
    ----------
    floors, ceilings : dict of str to dict
        Model → figure → bound, such as ``floors = {intent = {accuracy = 0.8}}``.
    margin, max_drop, slice_drop : float
        Losses against the champion, as shares.
    min_test : int
        Fewest test rows a verdict may rest on.
    reach_baseline : bool
    """

    floors: dict[str, dict[str, float]] = Field(default_factory=dict)
    ceilings: dict[str, dict[str, float]] = Field(default_factory=dict, validate_default=True)
    margin: Share = 0.005
    max_drop: Share = 0.05
    slice_drop: Share = 0.10
    min_test: int = Field(default=50, ge=1)
    reach_baseline: bool = True

    @field_validator("ceilings")
    @classmethod
    def _grounded(cls, given: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        """Keep the ceiling on sentences without support where another one is set."""
        return {**given, KNOWLEDGE: {"ungrounded_sentences": 0.0, **given.get(KNOWLEDGE, {})}}


class NightlyConfig(Section):
    """The whole of one TOML file.

    Parameters
    ----------
    workspace : Path
        Folder for the registry, the champions and the reports.
    seed : int
        Same data and same seed give the same numbers.
    keep : int
        Model versions kept on disk for rolling back.
    tickets : TicketsConfig
    clients : tuple of ClientConfig
    articles : Path, optional
        One table of articles of all clients, told apart by ``client_id``.
    workers : int
        Processes that redact and encode beside the night's own.
    plan : Path, optional
        Configuration of a plan that is made each night; see the verb ``plan``.
    sample, split, cache, intents, evaluate, gate
        See their classes.
    serving : dict
        The service's own settings may stand in the same file; the night reads ``database``.
    """

    workspace: Path = Path(".deskpilot")
    seed: int = Field(default=0, ge=0)
    keep: int = Field(default=10, ge=1)
    workers: int = Field(default=2, ge=1)
    tickets: TicketsConfig
    clients: tuple[ClientConfig, ...] = ()
    articles: Path | None = None
    plan: Path | None = None
    sample: SampleConfig | None = None
    split: SplitConfig = SplitConfig()
    cache: CacheConfig = CacheConfig()
    intents: IntentsConfig = IntentsConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    gate: GateConfig = GateConfig()
    serving: dict[str, Any] = Field(default_factory=dict)

    @property
    def store(self) -> str:
        """SQLAlchemy URL of what the service keeps."""
        return store_url(self.serving, self.workspace)

    @model_validator(mode="after")
    def _consistent(self) -> "NightlyConfig":
        ids = [client.id for client in self.clients]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"the clients {twice} are listed twice; give each client one table")
        known_models = (*self.intents.targets, KNOWLEDGE)
        for kind, bounds in (("floors", self.gate.floors), ("ceilings", self.gate.ceilings)):
            for model, figures in bounds.items():
                _known(model, known_models, f"gate.{kind}")
                for figure in figures:
                    _known(figure, _figures(kind, model), f"gate.{kind}.{model}")
        return self


def load_config(path: str | os.PathLike[str]) -> NightlyConfig:
    """Read and check a nightly TOML.

    Returns
    -------
    NightlyConfig
        With every path made absolute.

    Raises
    ------
    MissingFileError
        When there is no such file.
    ConfigError
        When it is not TOML, has unknown keys or values out of range; all faults in one message.
    """
    file = Path(path)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingFileError(
            f"There is no configuration at {file}. Write one with 'python -m pipelines init'."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration {file} is not valid TOML: {error}.") from error
    try:
        config = NightlyConfig.model_validate(raw)
    except ValidationError as error:
        faults = "\n".join(f"  - {_fault(e)}" for e in error.errors())
        raise ConfigError(f"The configuration {file} has faults:\n{faults}") from error
    return _absolute(config, file.resolve().parent)


def _absolute(config: NightlyConfig, base: Path) -> NightlyConfig:
    def moved(value: Any) -> Any:
        if isinstance(value, Section):
            return value.model_copy(
                update={name: moved(getattr(value, name)) for name in type(value).model_fields}
            )
        if isinstance(value, tuple):
            return tuple(moved(item) for item in value)
        return base / value.expanduser() if isinstance(value, Path) else value

    result: NightlyConfig = moved(config)
    return result


def _figures(kind: str, model: str) -> tuple[str, ...]:
    if model == KNOWLEDGE:
        return KNOWLEDGE_FLOORS if kind == "floors" else KNOWLEDGE_CEILINGS
    return INTENT_FLOORS if kind == "floors" else INTENT_CEILINGS


def _known(name: str, names: tuple[str, ...], where: str) -> None:
    if name not in names:
        raise ValueError(f"unknown name {name!r} in [{where}]{_nearest(name, names)}")


def _nearest(name: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(names))}"


def _fault(error: Any) -> str:
    location = tuple(error["loc"])
    where = ".".join(str(part) for part in location)
    if error["type"] == "extra_forbidden":
        fields = tuple(_section(location[:-1]).model_fields)
        return f"unknown key {where!r}{_nearest(str(location[-1]), fields)}"
    if error["type"] == "missing":
        return f"the key {where!r} is missing"
    message = str(error["msg"]).removeprefix("Value error, ")
    if not where:
        return message
    return f"{where!r}: {message}. Got {error['input']!r} instead"


def _section(location: tuple[Any, ...]) -> type[Section]:
    """Find the section a location of pydantic's error leads to."""
    section: type[Section] = NightlyConfig
    for part in location:
        if isinstance(part, int):
            continue
        inner = _SECTIONS.get(str(part))
        section = inner if inner is not None else section
    return section


_SECTIONS: dict[str, type[Section]] = {
    "tickets": TicketsConfig,
    "clients": ClientConfig,
    "sample": SampleConfig,
    "split": SplitConfig,
    "cache": CacheConfig,
    "intents": IntentsConfig,
    "evaluate": EvaluateConfig,
    "gate": GateConfig,
}
