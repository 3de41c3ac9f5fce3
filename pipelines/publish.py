"""The end of a night: judge, register, report, and put in force what passed."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from data.artifact import atomic_write
from data.errors import RegistryError
from pipelines import knowledge, outbox, promotions
from pipelines.acceptance import ACCEPTANCE
from pipelines.config import KNOWLEDGE, GateConfig
from pipelines.gate import Evidence, GatePolicy, Rule, Verdict, decide
from pipelines.registry import Decision
from pipelines.report import build, registered
from pipelines.report_html import render
from pipelines.run import Measured, Run
from pipelines.steps import RETRIEVER
from triage.intents import IntentClassifier

_CHECKED = 500
# Weights are kept in half precision.
_TOLERANCE = 0.01


def judge(run: Run) -> None:
    """Ask the gate about each candidate."""
    gate = run.config.gate
    for target, measured in run.targets.items():
        run.verdicts.append(decide(target, _evidence(measured), policy(gate, target, "accuracy")))
    if run.index is not None and run.knowledge is not None:
        run.verdicts.append(_judge_knowledge(run.knowledge, gate))
    if _knowledge_passes(run):
        run.withdrawn = _without_articles(run)


def policy(gate: GateConfig, model: str, primary: str) -> GatePolicy:
    """Take the policy of one model from the configuration."""
    return GatePolicy(
        primary=primary,
        floors=gate.floors.get(model, {}),
        ceilings=gate.ceilings.get(model, {}),
        margin=gate.margin,
        max_drop=gate.max_drop,
        slice_drop=gate.slice_drop,
        min_test=gate.min_test,
        reach_baseline=gate.reach_baseline,
    )


def register(run: Run) -> None:
    """Save the candidates and give each a version; nothing is in force yet."""
    run.staging.mkdir(parents=True, exist_ok=True)
    for target, model in run.classifiers.items():
        folder = run.staging / target
        measured = run.targets.get(target)
        model.save(
            folder,
            data_fingerprint=run.fingerprint,
            metrics=_values(measured) if measured else {},
        )
        _check_saved(run, target, model, folder)
        run.staged[target] = folder
    if run.retriever is not None:
        run.retriever.save(run.staging / RETRIEVER)
        run.staged[RETRIEVER] = run.staging / RETRIEVER
    if run.acceptance is not None and run.acceptance_is_new:
        run.acceptance.save(run.staging / ACCEPTANCE)
        run.staged[ACCEPTANCE] = run.staging / ACCEPTANCE
    run.proposal = run.registry.propose(
        run.night, run.staged, parameters=_parameters(run), metrics=_metrics(run)
    )


def write_report(run: Run) -> None:
    """Write the report beside the candidates; it is published with them."""
    run.document = build(run)
    run.staging.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run.document, indent=1, ensure_ascii=False)
    atomic_write(run.staging / "report.json", text + "\n")
    atomic_write(run.staging / "report.html", render(run.document))


def put_in_force(run: Run) -> None:
    """Put in force what passed: the knowledge, then the pointer, then all that follows it."""
    if run.proposal is None:
        raise RegistryError("Nothing was registered tonight: the step 'register' comes first.")
    verdicts = {name: v for v in run.verdicts for name in registered(v.model)}
    decisions = {
        name: Decision(verdicts[name].promoted, verdicts[name].reasons) for name in run.staged
    }
    workspace = run.registry.workspace
    folder = outbox.set_aside(
        workspace, run.night, run.staging, policies=run.policies, summary=run.summary
    )
    moved = _publish_knowledge(run)
    run.registry.commit(run.proposal, run.staged, decisions, now=run.now, knowledge_moved=moved)
    outbox.hand_out(workspace, run.night)
    run.report = folder / "report.html"
    run.registry.finish(run.proposal, {"report": folder / "report.json"})
    run.registry.prune(run.config.keep)
    shutil.rmtree(run.staging, ignore_errors=True)


def _knowledge_passes(run: Run) -> bool:
    """Say whether the night's knowledge counts; where there is none, nothing speaks against it."""
    verdict = _knowledge_verdict(run)
    return run.index is None or (verdict is not None and verdict.promoted)


def _knowledge_verdict(run: Run) -> Verdict | None:
    return next((v for v in run.verdicts if v.model == KNOWLEDGE), None)


def _without_articles(run: Run) -> tuple[str, ...]:
    """Find the clients whose knowledge goes out of force, and say so in the report."""
    has = run.index.clients if run.index is not None else ()
    unread = {s["client_id"] for s in run.statuses if s["status"] == "skipped"}
    gone = []
    for client in sorted(set(knowledge.clients_in_force(run.registry.champions)) - set(has)):
        if client in unread:
            run.warnings.append(
                f"no article of client {client} could be read; its earlier knowledge stays in force"
            )
            continue
        gone.append(client)
        run.warnings.append(
            f"client {client} has no articles any more; its knowledge goes out of force"
        )
    return tuple(gone)


def _publish_knowledge(run: Run) -> bool:
    registry, verdict = run.registry, _knowledge_verdict(run)
    if _knowledge_passes(run):
        return knowledge.publish(
            registry.workspace,
            registry.champions,
            run.index,
            withdrawn=run.withdrawn,
            night=run.night,
        )
    if run.index is not None and verdict is not None:
        why = verdict.reasons
        log = knowledge.refused(
            registry.champions, run.index, night=run.night, now=run.now, reasons=why
        )
        promotions.append(registry.workspace, log)
    return False


def _evidence(measured: Measured) -> Evidence:
    return Evidence(
        figures=measured.figures,
        baselines=measured.baselines,
        differences=measured.differences,
        slices=measured.slices,
    )


def _judge_knowledge(measured: Measured, gate: GateConfig) -> Verdict:
    """Judge by the linked articles where enough are known, by the drafts where not."""
    figures = measured.figures
    linked = figures.get("recall_at_5")
    enough = linked is not None and linked.n >= gate.min_test
    primary = "recall_at_5" if enough else "draft_coverage"
    if primary not in figures:
        rule = Rule("test rows", True, "no test ticket asks this knowledge; nothing to measure")
        return Verdict(KNOWLEDGE, (rule,))
    rules = policy(gate, KNOWLEDGE, primary)
    drafted = figures[primary].n
    if not enough:
        # A handful of drafts is no reason to keep a client's new articles from its agents.
        rules = GatePolicy(**{**vars(rules), "min_test": min(rules.min_test, drafted)})
    evidence = _evidence(measured)
    if not enough:
        evidence = Evidence(figures=figures)
    return decide(KNOWLEDGE, evidence, rules)


def _parameters(run: Run) -> Mapping[str, Any]:
    config = run.config
    return {
        "seed": config.seed,
        "encoder": run.encoder.name if run.encoder else "",
        "targets": ",".join(config.intents.targets),
        "test_share": config.split.test_share,
        "data_fingerprint": run.fingerprint,
        "tickets": len(run.tickets),
        "train": len(run.train),
        "test": len(run.test),
        "articles": len(run.articles),
        "index_versions": json.dumps(_index_versions(run)),
    }


def _check_saved(run: Run, target: str, model: IntentClassifier, folder: Path) -> None:
    """Read the candidate back and ask both the same: what is shipped is what was measured."""
    again = IntentClassifier.load(folder, encoder=run.encoder)
    words = list(run.test["words"].iloc[:_CHECKED])
    worst = np.abs(again.predict_proba(words) - model.predict_proba(words)).max(initial=0.0)
    if worst > _TOLERANCE:
        raise RegistryError(
            f"The saved model of {target!r} answers differently from the one that was measured "
            f"(probabilities differ by up to {worst:.3f}). It is not registered; this is a "
            "fault of the program, not of the data."
        )


def _values(measured: Measured) -> dict[str, float]:
    return {n: f.value for n, f in measured.figures.items() if f.value == f.value}


def _metrics(run: Run) -> Mapping[str, float]:
    parts = dict(run.targets)
    if run.knowledge is not None:
        parts[KNOWLEDGE] = run.knowledge
    return {
        f"{model}.{name}": value
        for model, measured in parts.items()
        for name, value in _values(measured).items()
    }


def _index_versions(run: Run) -> dict[str, str]:
    return {c: run.index.version(c) for c in run.index.clients} if run.index else {}
