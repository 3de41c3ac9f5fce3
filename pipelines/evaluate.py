"""What the classifiers do on tickets newer than all they learned from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.curves import histogram, precision_curve, reliability
from pipelines.intervals import Figure, Statistic, mean, measure
from pipelines.run import Json, Measured
from pipelines.yardstick import CHAMPION, Draws, Yardstick, shorten
from triage.intents import IntentClassifier
from triage.metrics import auroc, coverage_at_precision, expected_calibration_error, macro_f1
from triage.taxonomy import OUT_OF_SCOPE, UNKNOWN

_ANSWERED = "answered"
_MOST_SLICES = 25


@dataclass(frozen=True)
class Scored:
    """A model's answers to the test part.

    Parameters
    ----------
    truth, predicted : arrays of str
    probability : float array
        Of the predicted label.
    ranked : array of shape (n, 3)
        The likeliest labels, best first.
    """

    truth: NDArray[Any]
    predicted: NDArray[Any]
    probability: NDArray[np.float64]
    ranked: NDArray[Any]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Where the likeliest label is the true one."""
        return np.asarray(self.truth == self.predicted)


def score(model: Any, texts: Sequence[str], truth: Sequence[str]) -> Scored:
    """Let a classifier answer; ``predict`` and the probabilities come from one pass."""
    probabilities = np.asarray(model.predict_proba(texts), dtype=float)
    classes = np.asarray(model.classes_).astype(object)
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
    return Scored(
        np.asarray(truth, dtype=object),
        classes[order[:, 0]],
        np.take_along_axis(probabilities, order[:, :1], axis=1)[:, 0],
        classes[order],
    )


def evaluate_target(
    target: str,
    test: pd.DataFrame,
    model: IntentClassifier,
    *,
    baselines: Mapping[str, Any],
    champion: IntentClassifier | None,
    yardstick: Yardstick,
) -> tuple[Measured, list[Json]]:
    """Measure a classifier, its baselines and its champion on the same rows.

    Parameters
    ----------
    target : str
        Column with the truth.
    test : DataFrame
        With ``words`` and the target; rows without a label are left out.
    model : IntentClassifier
    baselines : mapping of str to classifier
    champion : IntentClassifier or None
    yardstick : Yardstick

    Returns
    -------
    Measured
    list of dict
        The surest mistakes, as examples.
    """
    labelled = test[test[target].notna()]
    strangers = labelled[labelled[target] == OUT_OF_SCOPE]
    rows = labelled[labelled[target] != OUT_OF_SCOPE].reset_index(drop=True)
    texts, truth = list(rows["words"]), list(rows[target].astype(str))
    draws = yardstick.draws(rows)
    scored = score(model, texts, truth)
    decided = model.decide(texts)
    aim = float(model.target_precision)
    answered = (decided["label"] != UNKNOWN).to_numpy()
    figures = _figures(scored, answered, aim, draws)
    figures.update(_strangers(model, texts, list(strangers["words"]), yardstick))
    others = {name: score(other, texts, truth) for name, other in baselines.items()}
    rival = score(champion, texts, truth) if champion is not None else None
    slices = _slices(rows, scored, rival, others, answered, yardstick)
    report = {
        "n": len(rows),
        "classes": len(model.classes_),
        "target_precision": aim,
        "figures": {name: figure.to_dict() for name, figure in figures.items()},
        "comparison": _comparison(scored, rival, others, draws),
        "differences": {},
        "reliability": reliability(scored.probability, scored.correct),
        "histogram": histogram(scored.probability),
        "coverage_risk": _curves(scored, rival, others),
        "decisions": _decisions(decided, answered),
        "confusions": _confusions(scored),
        "slices": [row for row, _ in slices],
        "per_class": _per_class(scored, model.classes_),
    }
    differences = _differences(scored, rival, draws)
    report["differences"] = {name: figure.to_dict() for name, figure in differences.items()}
    measured = Measured(
        figures=figures,
        report=report,
        differences={CHAMPION: differences} if differences else {},
        slices=_judged(slices),
        baselines={name: mean(other.correct, draws) for name, other in others.items()},
    )
    return measured, _examples(rows, scored, yardstick.settings.examples)


def _judged(
    slices: Sequence[tuple[Json, Figure | None]],
) -> dict[str, Figure]:
    """Differences to the champion of the slices that have enough rows, by readable name."""
    return {
        f"{str(row['column']).removesuffix('_id')} {row['value']}": differences
        for row, differences in slices
        if differences and row["judged"]
    }


def _figures(
    scored: Scored, answered: NDArray[np.bool_], aim: float, draws: Draws
) -> dict[str, Figure]:
    n = len(scored.truth)
    right, sure = scored.correct, scored.probability
    top3 = (scored.ranked == scored.truth[:, None]).any(axis=1) if n else np.zeros(0)

    def precision(at: NDArray[np.intp]) -> float:
        chosen = right[at][answered[at]]
        return float(chosen.mean()) if chosen.size else float("nan")

    return {
        "accuracy": mean(right, draws),
        "macro_f1": _f1(scored, draws[:100]),
        "top3": mean(top3, draws),
        "ece": measure(lambda at: expected_calibration_error(sure[at], right[at]), n, draws),
        "coverage": mean(answered, draws),
        "precision": measure(precision, n, draws),
        "coverage_at_target": measure(
            lambda at: coverage_at_precision(sure[at], right[at], aim), n, draws
        ),
    }


def _strangers(
    model: IntentClassifier,
    inside: Sequence[str],
    outside: Sequence[str],
    yardstick: Yardstick,
) -> dict[str, Figure]:
    """Measure how well texts of no known label are told apart, where some are labelled so."""
    if not inside or not outside:
        return {}
    scores = np.concatenate([model.out_of_scope_score(part) for part in (inside, outside)])
    truth = np.repeat([False, True], [len(inside), len(outside)])

    def statistic(at: NDArray[np.intp]) -> float:
        both = 0 < truth[at].sum() < len(at)
        return auroc(scores[at], truth[at]) if both else float("nan")

    draws = yardstick.draws(pd.DataFrame(index=range(len(truth))))
    return {"out_of_scope_auroc": measure(statistic, len(truth), draws)}


def _comparison(
    scored: Scored, rival: Scored | None, others: Mapping[str, Scored], draws: Draws
) -> list[Json]:
    rows = [("candidate", "candidate", scored)]
    if rival is not None:
        rows.append(("champion", "champion", rival))
    rows += [(name, "baseline", other) for name, other in others.items()]
    return [
        {
            "name": name,
            "style": style,
            "accuracy": mean(s.correct, draws).to_dict(),
            "macro_f1": _f1(s).to_dict(),
        }
        for name, style, s in rows
    ]


def _f1(scored: Scored, draws: Draws = ()) -> Figure:
    return measure(_f1_statistic(scored), len(scored.truth), draws)


def _f1_statistic(scored: Scored) -> Statistic:
    """`triage.metrics.macro_f1` of row positions; labels become numbers once, not each time."""
    both = np.concatenate([scored.truth, scored.predicted])
    codes, names = pd.factorize(both)
    truth, predicted = codes[: len(scored.truth)], codes[len(scored.truth) :]

    def statistic(at: NDArray[np.intp]) -> float:
        real = np.bincount(truth[at], minlength=len(names))
        said = np.bincount(predicted[at], minlength=len(names))
        hit = np.bincount(truth[at][truth[at] == predicted[at]], minlength=len(names))
        occurs = real > 0
        return float((2 * hit[occurs] / (real + said)[occurs]).mean())

    return statistic


def _differences(scored: Scored, rival: Scored | None, draws: Draws) -> dict[str, Figure]:
    if rival is None:
        return {}

    ours, theirs = _f1_statistic(scored), _f1_statistic(rival)

    def f1(at: NDArray[np.intp]) -> float:
        return ours(at) - theirs(at)

    return {
        "accuracy": mean(scored.correct.astype(float) - rival.correct, draws),
        "macro_f1": measure(f1, len(scored.truth), draws[:100]),
    }


def _curves(
    scored: Scored, rival: Scored | None, others: Mapping[str, Scored]
) -> dict[str, list[tuple[float, float]]]:
    curves = {"candidate": precision_curve(scored.probability, scored.correct)}
    if rival is not None:
        curves["champion"] = precision_curve(rival.probability, rival.correct)
    if others:
        best = max(others, key=lambda name: float(others[name].correct.mean()))
        curves[best] = precision_curve(others[best].probability, others[best].correct)
    return curves


def _decisions(decided: pd.DataFrame, answered: NDArray[np.bool_]) -> list[Json]:
    reasons = decided["reason"].astype(object).where(~answered, _ANSWERED)
    counts = Counter(str(reason) for reason in reasons)
    ordered = sorted(counts.items(), key=lambda item: (item[0] != _ANSWERED, -item[1], item[0]))
    total = max(len(decided), 1)
    return [{"reason": name, "count": n, "share": n / total} for name, n in ordered]


def _confusions(scored: Scored, most: int = 10) -> list[Json]:
    wrong = ~scored.correct
    pairs = Counter(zip(scored.truth[wrong], scored.predicted[wrong], strict=True))
    totals = Counter(scored.truth)
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [
        {"truth": was, "predicted": taken, "count": n, "share": n / totals[was]}
        for (was, taken), n in ordered
    ]


def _per_class(scored: Scored, classes: Iterable[Any]) -> list[Json]:
    rows = []
    for label in sorted({*map(str, classes), *scored.truth}):
        real, said = scored.truth == label, scored.predicted == label
        hit = int((real & said).sum())
        n, claimed = int(real.sum()), int(said.sum())
        rows.append(
            {
                "label": label,
                "n": n,
                "precision": hit / claimed if claimed else None,
                "recall": hit / n if n else None,
                "f1": 2 * hit / (n + claimed) if n + claimed else None,
            }
        )
    return sorted(rows, key=lambda row: (row["f1"] is None, row["f1"] or 0.0, row["label"]))


def _slices(
    rows: pd.DataFrame,
    scored: Scored,
    rival: Scored | None,
    others: Mapping[str, Scored],
    answered: NDArray[np.bool_],
    yardstick: Yardstick,
) -> list[tuple[Json, Figure | None]]:
    found = []
    settings = yardstick.settings
    for column in settings.slices:
        if column not in rows or rows[column].nunique(dropna=False) < 2:
            continue
        values = rows[column].astype(object).where(rows[column].notna(), "(none)").astype(str)
        for value in values.value_counts().index[:_MOST_SLICES]:
            at = np.flatnonzero((values == value).to_numpy())
            draws = yardstick.draws(rows.iloc[at])
            change = None
            if rival is not None:
                change = mean(scored.correct[at].astype(float) - rival.correct[at], draws)
            row = {
                "column": column,
                "value": value,
                "judged": len(at) >= settings.min_slice,
                "accuracy": mean(scored.correct[at], draws).to_dict(),
                "macro_f1": macro_f1(scored.truth[at], scored.predicted[at]),
                "ece": expected_calibration_error(scored.probability[at], scored.correct[at]),
                "coverage": float(answered[at].mean()),
                "baseline": max(
                    (float(o.correct[at].mean()) for o in others.values()), default=None
                ),
                "difference": change.to_dict() if change else None,
            }
            found.append((row, change))
    return found


def _examples(rows: pd.DataFrame, scored: Scored, most: int) -> list[Json]:
    wrong = np.flatnonzero(~scored.correct)
    surest = wrong[np.argsort(-scored.probability[wrong], kind="stable")][:most]
    return [
        {
            "ticket_id": str(rows["ticket_id"].iloc[at]),
            "client_id": str(rows["client_id"].iloc[at]),
            "language": str(rows["language"].iloc[at]),
            "text": shorten(str(rows["words"].iloc[at])),
            "truth": str(scored.truth[at]),
            "predicted": str(scored.predicted[at]),
            "probability": float(scored.probability[at]),
        }
        for at in surest
    ]
