"""The night's report as one JSON document; the page is rendered from it."""

import json
from datetime import UTC
from typing import Any

from data.artifact import library_versions
from pipelines.gate import headline
from pipelines.lessons import lessons
from pipelines.prepare import statuses_as_json
from pipelines.run import Json, Run

FORMAT = 1


def build(run: Run) -> Json:
    """Put everything the night found into one document.

    Returns
    -------
    dict
        JSON values. Under ``figures`` stands what the same data and seed give again to the
        last digit; times and versions stand under ``run``.
    """
    document = {
        "format": FORMAT,
        "night": run.night,
        "generated_at": run.now.astimezone(UTC).isoformat(timespec="seconds"),
        "verdict": _verdict(run),
        "data": _data(run),
        "figures": {
            "targets": {name: measured.report for name, measured in run.targets.items()},
            "knowledge": _knowledge(run),
        },
        "lessons": lessons(run),
        "drift": run.drift,
        "examples": run.examples,
        "drafts": run.drafts,
        "impact": run.impact,
        "plan": run.plan,
        "warnings": run.warnings,
        "run": _run(run),
    }
    # Through JSON and back: tuples become lists, and a value that is no JSON fails here.
    return _plain(json.loads(json.dumps(document, ensure_ascii=False, allow_nan=True)))


def _verdict(run: Run) -> Json:
    pointer = run.registry.pointer().models
    versions = run.proposal.versions if run.proposal else {}
    models = []
    in_force = {name: entry.version for name, entry in pointer.items()}
    for verdict in run.verdicts:
        names = registered(verdict.model)
        champion = next((pointer[n].version for n in names if n in pointer), None)
        version = next((versions[n] for n in names if n in versions), None)
        if verdict.promoted:
            in_force.update({n: versions[n] for n in names if n in versions})
        models.append(
            {
                **verdict.to_dict(),
                "version": version,
                "champion": champion,
                "reasons": list(verdict.reasons),
            }
        )
    return {
        "headline": headline(run.verdicts),
        "promoted_all": run.promoted,
        "refused_all": bool(run.verdicts) and not any(v.promoted for v in run.verdicts),
        "models": models,
        "in_force": in_force,
    }


def registered(model: str) -> tuple[str, ...]:
    """Names in the registry of what one verdict is about."""
    return ("retriever", "acceptance") if model == "knowledge" else (model,)


def _data(run: Run) -> Json:
    tickets = run.tickets
    times = tickets["created_at"]
    return {
        "tickets": len(tickets),
        "train": len(run.train),
        "test": len(run.test),
        "available": run.available,
        "clients": sorted(map(str, tickets["client_id"].unique())),
        "languages": _shares(run, "language"),
        "channels": _shares(run, "channel"),
        "from": times.min().isoformat() if len(tickets) else None,
        "to": times.max().isoformat() if len(tickets) else None,
        "test_from": run.test["created_at"].min().isoformat() if len(run.test) else None,
        "articles": len(run.articles),
        "links": len(run.links),
        "tickets_left_out": run.not_learned,
        "labels_left_out": run.left_out,
        "learning": run.learning,
        "fingerprint": run.fingerprint,
    }


def _shares(run: Run, column: str) -> dict[str, float]:
    if column not in run.tickets:
        return {}
    shares = run.tickets[column].value_counts(normalize=True)
    return {str(name): round(float(share), 6) for name, share in shares.items()}


def _knowledge(run: Run) -> Json:
    measured = run.knowledge
    report: Json = (
        dict(measured.report)
        if measured
        else {"figures": {}, "differences": {}, "retrieval": None, "drafts": None}
    )
    by_client = (report["drafts"] or {}).get("by_client", {})
    skipped = statuses_as_json(run.statuses)
    clients = []
    for client in run.index.clients if run.index else ():
        passages = run.index.passages(client) if run.index else None
        articles = run.articles[run.articles["client_id"] == client]
        clients.append(
            {
                "client_id": client,
                "articles": len(articles),
                "passages": 0 if passages is None else len(passages),
                "languages": sorted(map(str, articles["language"].unique())),
                "tickets": int((run.test["client_id"] == client).sum()),
                "draft_coverage": by_client.get(client),
                "skipped": sum(s["path"].startswith(f"{client}: ") for s in skipped),
            }
        )
    return {**report, "clients": clients, "skipped": skipped}


def _run(run: Run) -> Json:
    total = sum(spent.seconds for spent in run.spent.values()) or 1.0
    encoder = run.encoder
    return {
        "time": [
            {
                "step": name,
                "seconds": round(spent.seconds, 3),
                "cpu_seconds": round(spent.cpu_seconds, 3),
                "peak_mb": round(spent.peak_mb, 1),
                "share": spent.seconds / total,
            }
            for name, spent in run.spent.items()
        ],
        "reused": {"tickets": run.reused["tickets"], "of": run.reused["of tickets"]},
        "draft_ms": f"{1000 * run.draft_seconds:.0f} ms" if run.draft_seconds else "–",
        "seed": run.config.seed,
        "index_versions": {c: run.index.version(c) for c in run.index.clients} if run.index else {},
        "encoder": encoder.name if encoder else "",
        "versions": library_versions(),
        "config": run.config.model_dump(mode="json", exclude={"serving"}),
    }


def _plain(value: Any) -> Any:
    """Replace numbers that are none, which JSON has no word for, by None."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
