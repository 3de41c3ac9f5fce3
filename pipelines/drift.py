"""Are tonight's newest tickets still the kind the models know?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2

from data.encoders import Encoder

Json = dict[str, Any]
CALM, CHANGED = 0.1, 0.25
# Word counts of a ticket; the bins are fixed, so that nights can be compared.
_LENGTHS = (0, 5, 10, 20, 40, 80, 160, 320, 10**9)
_SAMPLE = 1000


def summarise(
    tickets: pd.DataFrame, targets: Sequence[str], encoder: Encoder, *, random_state: int
) -> Json:
    """Summarise tickets: counts of what they are, and the centre of their vectors.

    Parameters
    ----------
    tickets : DataFrame
        With ``words``, ``language``, ``channel`` and the targets.
    targets : sequence of str
    encoder : Encoder
    random_state : int
        Draws the sample behind the centre.

    Returns
    -------
    dict
        JSON values without any ticket text.
    """
    counts = {
        name: _counts(tickets[name])
        for name in (*targets, "language", "channel", "client_id")
        if name in tickets
    }
    words = [len(str(text).split()) for text in tickets["words"]]
    binned = np.histogram(words, bins=_LENGTHS)[0]
    counts["length"] = {_length_name(i): int(n) for i, n in enumerate(binned)}
    order = np.random.default_rng(random_state).permutation(len(tickets))[:_SAMPLE]
    vectors = encoder.encode(list(tickets["words"].iloc[np.sort(order)]))
    centre = vectors.mean(axis=0) if len(vectors) else np.zeros(encoder.dimension)
    return {
        "tickets": len(tickets),
        "counts": counts,
        "centre": [round(float(x), 6) for x in centre],
        "encoder": encoder.fingerprint,
    }


def compare(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Json]:
    """Compare two summaries.

    Returns
    -------
    list of dict
        ``name, psi, js, state`` (calm, moved, changed) and ``moves`` in words; for the vectors
        the cosine distance of their centres stands under ``js``.
    """
    rows = []
    for name, counts in now["counts"].items():
        old = before["counts"].get(name)
        if old is None:
            continue
        first, second = _aligned(old, counts)
        value = psi(first, second)
        rows.append(
            {
                "name": name,
                "psi": value,
                "js": js_distance(first, second),
                "state": _state(value, noise(first, second)),
                "moves": _moves(old, counts),
            }
        )
    if now["encoder"] == before["encoder"]:
        distance = cosine_distance(np.array(now["centre"]), np.array(before["centre"]))
        state = "calm" if distance < CALM / 2 else ("moved" if distance < CHANGED else "changed")
        moves = "cosine distance between the centres"
        rows.append(
            {"name": "meaning", "psi": None, "js": distance, "state": state, "moves": moves}
        )
    return rows


def psi(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Return the population stability index of two counts, in nats; 0 = the same shares.

    Half a row is added to each category, so that an empty one gives no infinity.

    References
    ----------
    Siddiqi (2006), Credit Risk Scorecards, chapter 6.

    Examples
    --------
    >>> round(psi(np.array([50.0, 50.0]), np.array([50.0, 50.0])), 3)
    0.0
    >>> round(psi(np.array([500.0, 500.0]), np.array([800.0, 200.0])), 2)
    0.41
    """
    p = (expected + 0.5) / (expected + 0.5).sum()
    q = (actual + 0.5) / (actual + 0.5).sum()
    return float(((q - p) * np.log(q / p)).sum())


def noise(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """PSI that samples of these sizes from one population stay under 99 times in 100.

    Many categories and few rows give a high PSI by chance alone.

    References
    ----------
    Yurdakul and Naranjo (2020), Statistical properties of the population stability index,
    Journal of Risk Model Validation 14(4).
    """
    n, m = expected.sum(), actual.sum()
    if n == 0 or m == 0 or len(expected) < 2:
        return 0.0
    return float(chi2.ppf(0.99, len(expected) - 1) * (1 / n + 1 / m))


def js_distance(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Jensen-Shannon distance (root of the divergence, base 2), in [0, 1].

    Examples
    --------
    >>> js_distance(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    if expected.sum() == 0 or actual.sum() == 0:
        return 0.0
    return float(np.nan_to_num(jensenshannon(expected, actual, base=2)))


def cosine_distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """One minus the cosine, in [0, 2]; 0 where either is the zero vector."""
    norms = float(np.linalg.norm(a) * np.linalg.norm(b))
    return 0.0 if norms == 0 else max(0.0, 1 - float(a @ b) / norms)


def _counts(column: "pd.Series[Any]") -> dict[str, int]:
    values = column.dropna().astype(str)
    return dict(sorted((str(k), int(n)) for k, n in Counter(values).items()))


def _length_name(i: int) -> str:
    low, high = _LENGTHS[i], _LENGTHS[i + 1]
    return f"{low}+ words" if high == _LENGTHS[-1] else f"{low}–{high - 1} words"


def _aligned(
    old: Mapping[str, int], new: Mapping[str, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    names = sorted({*old, *new})
    first = np.array([old.get(n, 0) for n in names], dtype=float)
    return first, np.array([new.get(n, 0) for n in names], dtype=float)


def _state(value: float, by_chance: float) -> str:
    if value < max(CALM, by_chance):
        return "calm"
    return "moved" if value < max(CHANGED, by_chance) else "changed"


def _moves(old: Mapping[str, int], new: Mapping[str, int], most: int = 3) -> str:
    before, after = max(sum(old.values()), 1), max(sum(new.values()), 1)
    shifts = {n: new.get(n, 0) / after - old.get(n, 0) / before for n in {*old, *new}}
    largest = sorted(shifts.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
    shown = [f"{name} {100 * shift:+.1f} pts" for name, shift in largest if abs(shift) >= 0.001]
    return ", ".join(shown) or "none"
