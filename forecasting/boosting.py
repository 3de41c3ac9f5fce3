"""Gradient-boosted trees as plain arrays: grown by scikit-learn or LightGBM, read without them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.light import grown_nodes

Floats = NDArray[np.float64]
_CHUNK = 16_384
ENGINES = ("scikit-learn", "lightgbm")


@dataclass(frozen=True)
class Trees:
    """A sum of regression trees.

    Parameters
    ----------
    nodes : array, shape (trees, nodes)
        Fields ``feature`` (-1 in a leaf), ``threshold``, ``left``, ``right``, ``value`` and
        ``missing_left``.
    start : float
        What the trees are added to.
    logarithmic : bool
        Whether the sum is the logarithm of the answer.
    """

    nodes: NDArray[np.void]
    start: float
    logarithmic: bool

    def predict(self, features: NDArray[np.float32]) -> Floats:
        """Sum of the leaves each row falls into, shape (rows,)."""
        parts = [self._predict(features[i : i + _CHUNK]) for i in range(0, len(features), _CHUNK)]
        raw = np.concatenate([np.empty(0), *parts])
        return np.exp(raw) if self.logarithmic else raw

    def _predict(self, features: NDArray[np.float32]) -> Floats:
        rows = np.arange(len(features))
        total = np.full(len(features), self.start)
        for tree in self.nodes:
            at = np.zeros(len(features), dtype=np.int32)
            inner = rows
            while len(inner):
                own = tree[at[inner]]
                value = features[inner, np.maximum(own["feature"], 0)]
                goes_left = np.where(
                    np.isnan(value), own["missing_left"], value <= own["threshold"]
                )
                leaf = own["feature"] < 0
                at[inner] = np.where(
                    leaf, at[inner], np.where(goes_left, own["left"], own["right"])
                )
                inner = inner[~leaf]
            total += tree["value"][at]
        return total


_NODE = np.dtype(
    [
        ("feature", np.int32), ("threshold", np.float64), ("left", np.int32),
        ("right", np.int32), ("value", np.float64), ("missing_left", np.bool_),
    ]
)  # fmt: skip


def grow(
    features: NDArray[np.float32],
    target: Floats,
    *,
    counts: bool,
    trees: int = 100,
    engine: str = ENGINES[0],
    random_state: int = 0,
) -> Trees:
    """Grow trees on ratios of what came to what the profile says.

    Parameters
    ----------
    features : array of float32, shape (rows, p)
        NaN where unknown.
    target : array, shape (rows,)
        Ratios, not negative.
    counts : bool
        Whether contacts are so few that the mean is sought (Poisson deviance), not the median
        (absolute error), which is zero for most small clients.
    trees : int, default=100
    engine : str, default="scikit-learn"
        Or ``lightgbm``, which the extra of that name brings.
    random_state : int, default=0

    References
    ----------
    Ke, G. et al. (2017), LightGBM: a highly efficient gradient boosting decision tree.
    """
    # Without a single contact there is no ratio to learn.
    if not target.any():
        return Trees(np.zeros((0, 1), dtype=_NODE), 0.0, logarithmic=False)
    loss = "poisson" if counts else "absolute_error"
    if engine == "lightgbm":
        shape = _SHAPES[loss]
        settings: dict[str, Any] = {"trees": trees, "shape": shape, "random_state": random_state}
        grown = grown_nodes(features, target, loss, **settings)
        return Trees(_table(grown), 0.0, logarithmic=counts)
    return _grown(_model(loss, trees, random_state), features, target)


def _table(grown: list[list[Any]]) -> NDArray[np.void]:
    """Put the nodes of all trees into one array, short trees filled up."""
    nodes = np.zeros((len(grown), max(map(len, grown), default=1)), dtype=_NODE)
    for row, tree in enumerate(grown):
        nodes[row, : len(tree)] = tree
    return nodes


def grow_sizes(
    features: NDArray[np.float32], target: Floats, *, trees: int = 40, random_state: int = 0
) -> Trees:
    """Grow trees on the logarithm of how far forecasts were off, by squared error."""
    return _grown(_model("squared_error", trees, random_state), features, target)


# Learning rate, leaves of a tree and rows of a leaf.
_SHAPES = {
    "poisson": (0.04, 8, 100), "absolute_error": (0.06, 15, 100), "squared_error": (0.08, 8, 400)
}  # fmt: skip


def _model(loss: str, trees: int, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    rate, leaves, rows = _SHAPES[loss]
    return HistGradientBoostingRegressor(
        loss=loss,
        max_iter=trees,
        learning_rate=rate,
        max_leaf_nodes=leaves,
        min_samples_leaf=rows,
        l2_regularization=10.0,
        early_stopping=False,
        random_state=random_state,
    )


def _grown(model: Any, features: NDArray[np.float32], target: Floats) -> Trees:
    model.fit(features, target)
    grown = [stage[0].nodes for stage in model._predictors]
    nodes = np.zeros((len(grown), max(map(len, grown))), dtype=_NODE)
    for row, tree in enumerate(grown):
        own = nodes[row, : len(tree)]
        leaf = tree["is_leaf"].astype(bool)
        own["feature"] = np.where(leaf, -1, tree["feature_idx"])
        own["threshold"], own["value"] = tree["num_threshold"], tree["value"]
        own["left"], own["right"] = tree["left"], tree["right"]
        own["missing_left"] = tree["missing_go_to_left"]
    start = float(np.ravel(model._baseline_prediction)[0])
    return Trees(nodes, start, logarithmic=model.loss == "poisson")
