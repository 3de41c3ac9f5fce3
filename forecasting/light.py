"""Trees grown by LightGBM (extra ``lightgbm``), read into the arrays that every forecast uses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import MissingExtraError

Floats = NDArray[np.float64]
Node = tuple[int, float, int, int, float, bool]

# What scikit-learn calls a loss, LightGBM calls an objective.
_OBJECTIVES = {"poisson": "poisson", "absolute_error": "l1", "squared_error": "l2"}


def grown_nodes(
    features: NDArray[np.float32],
    target: Floats,
    loss: str,
    *,
    trees: int,
    shape: tuple[float, int, int],
    random_state: int,
) -> list[list[Node]]:
    """Grow trees and return the nodes of each; their sum needs no start.

    Parameters
    ----------
    features : array of float32, shape (rows, p)
    target : array, shape (rows,)
    loss : str
        ``poisson``, ``absolute_error`` or ``squared_error``.
    trees : int
    shape : (float, int, int)
        Learning rate, most leaves of a tree, fewest rows of a leaf.
    random_state : int

    Raises
    ------
    MissingExtraError
        When LightGBM is not installed or cannot be loaded.
    """
    light = _library()
    rate, leaves, rows = shape
    settings = {
        "objective": _OBJECTIVES[loss], "learning_rate": rate, "num_leaves": leaves,
        "min_data_in_leaf": rows, "lambda_l2": 10.0, "seed": random_state, "verbosity": -1,
        "deterministic": True, "force_row_wise": True, "num_threads": 1,
    }  # fmt: skip
    grown = light.train(settings, light.Dataset(features, target), num_boost_round=trees)
    return [_nodes(tree["tree_structure"]) for tree in grown.dump_model()["tree_info"]]


def _library() -> Any:
    try:
        import lightgbm
    # Its shared library may lack one of the system's.
    except (ImportError, OSError) as error:
        raise MissingExtraError(
            f"engine='lightgbm' cannot be loaded ({error}): "
            "run \"python -m pip install 'deskpilot[lightgbm]'\", or keep 'scikit-learn'."
        ) from error
    return lightgbm


def _nodes(root: dict[str, Any]) -> list[Node]:
    """Lay a nested tree out as a list, each node before its children."""
    found: list[Node] = []
    waiting: list[tuple[dict[str, Any], int, int]] = [(root, -1, 0)]
    while waiting:
        node, parent, side = waiting.pop()
        here = len(found)
        if parent >= 0:
            # Fields 2 and 3 are the numbers of the left and the right child.
            above = list(found[parent])
            above[2 + side] = here
            found[parent] = tuple(above)  # type: ignore[assignment]
        if "leaf_value" in node and "split_feature" not in node:
            found.append((-1, 0.0, 0, 0, float(node["leaf_value"]), False))
            continue
        threshold = float(node["threshold"])
        # Without a missing value in training, one counts as zero.
        left = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0
        found.append((int(node["split_feature"]), threshold, 0, 0, 0.0, bool(left)))
        waiting += [(node["left_child"], here, 0), (node["right_child"], here, 1)]
    return found
