"""The middle of a night: learn, and measure beside baselines and champions."""

import json
from pathlib import Path
from typing import Any

from data.errors import ArtifactError, ConfigError, EncoderError, MissingFileError, SchemaError
from pipelines import drift as drifting
from pipelines.answered import linked
from pipelines.config import KNOWLEDGE
from pipelines.evaluate import evaluate_target
from pipelines.evaluate_drafts import evaluate_drafts
from pipelines.evaluate_search import Asked, Champion, evaluate_search
from pipelines.intervals import Figure
from pipelines.labels import INTENT, hints, policies
from pipelines.learning import Lesson, learn
from pipelines.outbox import HISTORY
from pipelines.prepare import statuses_as_json
from pipelines.run import Json, Measured, Run
from pipelines.yardstick import CHAMPION, Yardstick
from suggest.baseline import BM25Search, MostFrequent
from suggest.drafter import ReplyDrafter
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever
from triage.baseline import KeywordIntents, MajorityIntents
from triage.intents import IntentClassifier
from triage.taxonomy import OUT_OF_SCOPE

RETRIEVER = "retriever"
_COVERAGE = "draft_coverage"


def train_classifiers(run: Run) -> None:
    """Fit one classifier per target, and its baselines, on the older tickets."""
    settings = run.config.intents
    for target in settings.targets:
        texts, labels, clients = _labelled(run, target)
        asked = IntentClassifier(
            encoder=run.encoder,
            target_precision=settings.target_precision,
            hints=hints(run.taxonomy, labels) if target == INTENT else None,
            random_state=run.config.seed,
        )
        unknown = sorted(set(settings.parameters) - set(asked.get_params(deep=False)))
        if unknown:
            raise ConfigError(
                f"The classifier has no parameters {unknown}, given in [intents.parameters]. "
                f"It has {', '.join(sorted(asked.get_params(deep=False)))}."
            )
        run.classifiers[target], run.learning[target] = learn(
            asked.set_params(**settings.parameters),
            Lesson(texts, labels, clients),
            champion=_champion(run, target),
            full_every=settings.full_every,
            most_new=settings.most_new,
        )
        run.baselines[target] = {
            "majority": MajorityIntents().fit(texts, labels),
            "keyword": KeywordIntents().fit(texts, labels),
        }


def build_index(run: Run) -> None:
    """Build the knowledge index, and learn the retriever where links are known."""
    if run.articles.empty:
        return
    run.index = KnowledgeIndex(encoder=run.encoder).fit(run.articles, earlier=_in_force(run))
    tickets, links = linked(run)
    if len(tickets):
        run.retriever = Retriever(run.index).fit(tickets, links)
        if run.retriever.note_:
            run.warnings.append(f"retriever: {run.retriever.note_}")


def measure_classifiers(run: Run) -> None:
    """Measure the classifiers beside their baselines and champions."""
    for target, model in run.classifiers.items():
        measured, examples = evaluate_target(
            target,
            run.test,
            model,
            baselines=run.baselines[target],
            champion=_champion(run, target),
            yardstick=_yardstick(run),
        )
        run.targets[target] = measured
        run.examples.extend(examples)


def measure_answers(run: Run) -> None:
    """Measure search and drafts."""
    if run.index is None:
        return
    rows = run.test[run.test["client_id"].isin(run.index.clients)].reset_index(drop=True)
    asked = Asked(rows, run.links, run.index, _yardstick(run))
    search = evaluate_search(
        asked,
        run.retriever,
        baselines=_searches(run, run.index),
        champion=_champion_search(run),
    )
    drafter = ReplyDrafter(
        run.index, retriever=run.retriever, voices=policies(run), acceptance=run.acceptance
    )
    drafts = evaluate_drafts(
        asked, drafter, intents=run.classifiers.get("intent"), hidden=run.hidden
    )
    skipped = float(len(statuses_as_json(run.statuses)))
    figures = {
        **search.figures,
        **drafts.figures,
        "skipped_articles": Figure(skipped, skipped, skipped, len(run.statuses)),
    }
    against = search.differences.get(CHAMPION, {})
    report = {
        "figures": {name: figure.to_dict() for name, figure in figures.items()},
        "differences": {name: figure.to_dict() for name, figure in against.items()},
        "retrieval": search.report,
        "drafts": drafts.report,
    }
    run.knowledge = Measured(figures=figures, report=report, differences=search.differences)
    run.drafts, run.draft_seconds = drafts.to_read, drafts.seconds


def compare_nights(run: Run) -> None:
    """Compare the newest tickets with those of the last night."""
    targets = run.config.intents.targets
    encoder = run.encoder
    if encoder is None:
        return
    seed = run.config.seed
    run.summary = drifting.summarise(run.test, targets, encoder, random_state=seed)
    before, reference = last_summary(run.registry.workspace), "last night"
    _compare_coverage(run, before or {})
    if before is None:
        before = drifting.summarise(run.train, targets, encoder, random_state=seed)
        reference = "older tickets"
    run.drift = {"reference": reference, "rows": drifting.compare(run.summary, before)}
    changed = [row["name"] for row in run.drift["rows"] if row["state"] == "changed"]
    if changed:
        run.warnings.append(f"the newest tickets differ in {', '.join(changed)}; see drift")


def _compare_coverage(run: Run, before: Json) -> None:
    """Say where clearly fewer tickets get a draft: search can be as good as ever meanwhile."""
    figure = run.knowledge.figures.get(_COVERAGE) if run.knowledge else None
    if figure is None:
        return
    run.summary[_COVERAGE] = {"low": figure.low, "value": figure.value}
    known = before.get(_COVERAGE)
    if known and figure.high < known["low"]:
        run.warnings.append(
            f"{figure.value:.1%} of the test tickets get a draft, {known['value']:.1%} last night: "
            "see what agents taught and what changed in the articles"
        )


def last_summary(workspace: Path) -> Json | None:
    """Read the newest summary an earlier night left; None before the first."""
    found = sorted((workspace / HISTORY).glob("*.json"))
    if not found:
        return None
    summary: Json = json.loads(found[-1].read_text(encoding="utf-8"))
    return summary


def _searches(run: Run, index: KnowledgeIndex) -> dict[str, Any]:
    searches: dict[str, Any] = {"BM25": BM25Search(index)}
    if len(run.links):
        known = run.train[run.train["client_id"].isin(index.clients)]
        searches["most frequent"] = MostFrequent(index).fit(known, run.links)
    return searches


def _yardstick(run: Run) -> Yardstick:
    return Yardstick(run.config.evaluate, run.config.split.group, run.config.seed)


def _labelled(run: Run, target: str) -> tuple[list[str], list[str], list[str]]:
    """Return words, labels and clients of the tickets to learn from."""
    rows = run.train[run.train[target].notna()]
    counts = rows[target].value_counts()
    few = counts[(counts < run.config.intents.min_examples) & (counts.index != OUT_OF_SCOPE)]
    run.left_out[target] = {str(label): int(n) for label, n in few.items()}
    rows = rows[~rows[target].isin(few.index)]
    if rows.loc[rows[target] != OUT_OF_SCOPE, target].nunique() < 2:
        raise SchemaError(
            f"The training part must have at least 2 labels in {target!r} with "
            f"{run.config.intents.min_examples} tickets each. Got {rows[target].nunique()}: give "
            "more tickets or lower 'min_examples'.",
            table="tickets",
            column=target,
        )
    if len(few):
        run.warnings.append(f"{len(few):,} labels of {target} have too few tickets to be learned")
    clients = list(rows["client_id"].astype(str))
    return list(rows["words"]), list(rows[target].astype(str)), clients


def _champion(run: Run, target: str) -> IntentClassifier | None:
    folder = run.registry.folder(target)
    if folder is None:
        return None
    # After a change of the encoder in the configuration the champion still has its own.
    for encoder in (run.encoder, None):
        try:
            return IntentClassifier.load(folder, encoder=encoder)
        except (ArtifactError, MissingFileError, EncoderError) as error:
            reason = str(error)
    warning = f"the champion of {target} was not compared: {reason}"
    if warning not in run.warnings:
        run.warnings.append(warning)
    return None


def _in_force(run: Run) -> KnowledgeIndex | None:
    """Return the knowledge of the last night: reading an article is most of indexing it."""
    try:
        return KnowledgeIndex.load(run.registry.champions / KNOWLEDGE, encoder=run.encoder)
    except (ArtifactError, MissingFileError, EncoderError):
        # Whoever measures it says what is wrong.
        return None


def _champion_search(run: Run) -> Champion | None:
    root = run.registry.champions / KNOWLEDGE
    if not root.is_dir():
        return None
    try:
        index = KnowledgeIndex.load(root, encoder=run.encoder)
        folder = run.registry.folder(RETRIEVER)
        searcher = index if folder is None else Retriever.load(folder, index)
        return Champion(searcher, frozenset(index.clients))
    except (ArtifactError, MissingFileError, EncoderError) as error:
        run.warnings.append(f"the knowledge in force was not compared: {error}")
        return None
