"""A sentence-transformers model taught one client's labels.

Each label has a prototype on the unit sphere; texts are drawn to their own and away from the
others (softmax over scaled cosines, smoothed labels). Word embeddings stay as they are: a label
set says nothing about words it does not hold, and what was learned is then small enough to be
kept with the model that uses it.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.encoders import (
    Encoder,
    SentenceTransformerEncoder,
    Vectors,
    normalised,
    torch_module,
)
from data.errors import EncoderError, ParameterError

# Short and long texts are dealt to batches within groups of this many batches: near equal
# lengths waste no padding, and the groups keep the order random.
_GROUP = 16
# Texts of a label that say where its prototype starts.
_FIRST = 16
# A handful of texts read more often than this is learned by heart.
_MOST_EPOCHS = 20


@dataclass(frozen=True)
class Adaptation:
    """How an encoder is taught labels.

    Parameters
    ----------
    epochs : int
        Passes over the texts.
    min_steps, max_steps : int
        The fewest and the most updates: few texts need more passes, many need not all.
    batch_size : int
    learning_rate, prototype_rate : float
        Highest rates of the encoder and of the prototypes; both rise over the first tenth of
        the updates and then fall linearly to zero.
    scale : float
        Cosines are multiplied by it before the softmax.
    smoothing : float
        Mass taken from the true label and spread over all.
    max_characters : int
        Of a text, from its start.
    random_state : int

    References
    ----------
    Snell, Swersky and Zemel (2017), Prototypical networks for few-shot learning.
    Szegedy et al. (2016), Rethinking the Inception architecture (label smoothing).
    Loshchilov and Hutter (2019), Decoupled weight decay regularization.
    """

    epochs: int = 4
    min_steps: int = 80
    max_steps: int = 2000
    batch_size: int = 32
    learning_rate: float = 1e-4
    prototype_rate: float = 2e-3
    scale: float = 20.0
    smoothing: float = 0.1
    max_characters: int = 400
    random_state: int = 0


class AdaptedEncoder:
    """An encoder that learned labels: vectors that part them, and a score for each label.

    Parameters
    ----------
    base : SentenceTransformerEncoder
        What was adapted.
    classes : sequence of str
        Sorted labels.
    prototypes : array of shape (n_classes, dimension)
        One unit vector a label.
    weights : array of float16, shape (n_weights,)
        The learned weights end to end, in the order of their names.

    Raises
    ------
    EncoderError
        When the weights are as many as another model has.
    """

    def __init__(
        self,
        base: SentenceTransformerEncoder,
        classes: Sequence[str],
        prototypes: NDArray[Any],
        weights: NDArray[np.float16],
    ) -> None:
        self.base = base
        self.classes = [str(name) for name in classes]
        self.prototypes = np.asarray(prototypes, dtype=np.float32)
        self.weights = weights
        self._inner = base.with_model(_restored(base.model, weights))
        self.name = f"{base.name}:adapted"
        self.dimension = base.dimension
        self.fingerprint = self._inner.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to unit rows, shape (n, dimension)."""
        return self._inner.encode(texts)

    def scores(self, texts: Sequence[str]) -> Vectors:
        """Cosines to the prototypes, shape (n, n_classes), columns as in ``classes``."""
        return self.encode(texts) @ self.prototypes.T


def adaptable(encoder: Encoder) -> SentenceTransformerEncoder | None:
    """Return the part of an encoder that can be adapted, looking into wrappers; None if none."""
    if isinstance(encoder, SentenceTransformerEncoder):
        return encoder
    parts = [getattr(encoder, "encoder", None), *getattr(encoder, "encoders", [])]
    found = (adaptable(part) for part in parts if part is not None)
    return next((part for part in found if part is not None), None)


def taught(
    base: SentenceTransformerEncoder,
    texts: Sequence[str],
    labels: Sequence[str],
    how: Adaptation | None = None,
) -> AdaptedEncoder:
    """Teach a copy of an encoder the labels (n,) of texts (n,).

    Raises
    ------
    ParameterError
        When lengths differ or fewer than two labels are given.
    """
    how = how or Adaptation()
    torch = torch_module()
    words, classes, targets = _training_rows(texts, labels, how)
    pupil = copy.deepcopy(base.model)
    # The random numbers that the caller draws from torch stay what they were.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(how.random_state)
        prototypes = _train(pupil, [base.prompt + word for word in words], targets, how)
    learned = [w.detach().cpu().numpy().ravel() for w in _learning(pupil).values()]
    # Kept in half precision; what is returned already reads like what is read back.
    return AdaptedEncoder(base, classes, prototypes, np.concatenate(learned).astype(np.float16))


def _restored(model: Any, weights: NDArray[np.float16]) -> Any:
    torch = torch_module()
    learning = {id(weight) for weight in _learning(model).values()}
    # Word embeddings, half of a small model, are shared with the encoder they came from.
    shared = {id(w): w for w in model.parameters() if id(w) not in learning}
    pupil = copy.deepcopy(model, shared)
    own = list(_learning(pupil).values())
    expected = sum(weight.numel() for weight in own)
    if weights.shape != (expected,):
        raise EncoderError(
            f"The learned weights have the shape {weights.shape}. This encoder takes "
            f"({expected},): pass the encoder that was adapted."
        )
    start = 0
    with torch.no_grad():
        for weight in own:
            part = weights[start : start + weight.numel()].astype(np.float32)
            weight.copy_(torch.from_numpy(part).reshape(weight.shape))
            start += weight.numel()
    return pupil.eval()


def _training_rows(
    texts: Sequence[str], labels: Sequence[str], how: Adaptation
) -> tuple[list[str], list[str], NDArray[np.intp]]:
    if len(texts) != len(labels):
        raise ParameterError(
            "The 'texts' and 'labels' parameters of adapt must have the same length. "
            f"Got {len(texts)} and {len(labels)} instead."
        )
    # Sorted, so that the order the rows came in does not matter.
    rows = sorted(
        (str(t)[: how.max_characters], str(n)) for t, n in zip(texts, labels, strict=True)
    )
    classes, targets = np.unique([name for _, name in rows], return_inverse=True)
    if len(classes) < 2:
        raise ParameterError(
            "The 'labels' parameter of adapt must hold at least two labels. "
            f"Got {classes.tolist()} instead."
        )
    return [text for text, _ in rows], classes.tolist(), targets


def _train(
    model: Any, texts: Sequence[str], targets: NDArray[np.intp], how: Adaptation
) -> NDArray[np.float32]:
    """Train in place; returns the prototypes."""
    torch = torch_module()
    functional = torch.nn.functional
    prototypes = torch.nn.Parameter(torch.from_numpy(_prototypes(model, texts, targets, how)))
    weights = list(_learning(model).values())
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for weight in weights:
        weight.requires_grad_(True)
    total = _steps(len(texts), how)
    optimiser = torch.optim.AdamW(
        [
            {"params": weights, "lr": how.learning_rate},
            {"params": [prototypes], "lr": how.prototype_rate, "weight_decay": 0.0},
        ],
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total))
    truth = torch.from_numpy(targets.astype(np.int64))
    model.train()
    for batch in _batches(texts, total, how):
        rows = _rows(model, [texts[i] for i in batch])
        cosines = rows @ functional.normalize(prototypes, dim=-1).T
        loss = functional.cross_entropy(
            how.scale * cosines, truth[batch], label_smoothing=how.smoothing
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
    found: NDArray[np.float32] = functional.normalize(prototypes, dim=-1).detach().numpy()
    return found


def _learning(model: Any) -> dict[str, Any]:
    """Weights that learn: all but those of the word embeddings and of unused heads."""
    return {
        name: weight
        for name, weight in sorted(model.named_parameters())
        if not {"embeddings", "pooler"} & set(name.split("."))
    }


def _rows(model: Any, texts: list[str]) -> Any:
    torch = torch_module()
    features = model.preprocess(texts)
    # Products in half precision take half the time on processors that know it; the weights
    # themselves stay in full precision.
    known = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=known):
        rows = model(features)["sentence_embedding"]
    return torch.nn.functional.normalize(rows.float(), dim=-1)


def _prototypes(
    model: Any, texts: Sequence[str], targets: NDArray[np.intp], how: Adaptation
) -> NDArray[np.float32]:
    """Mean vectors of some texts of each label, where the prototypes start."""
    rng = np.random.default_rng(how.random_state)
    order = rng.permutation(len(texts))
    rank = pd.Series(targets[order]).groupby(targets[order]).cumcount().to_numpy()
    chosen = order[rank < _FIRST]
    rows = model.encode(
        [texts[i] for i in chosen], batch_size=how.batch_size, show_progress_bar=False
    )
    sums = np.zeros((int(targets.max()) + 1, rows.shape[1]), dtype=np.float32)
    np.add.at(sums, targets[chosen], normalised(rows))
    return normalised(sums)


def _steps(rows: int, how: Adaptation) -> int:
    per_epoch = -(-rows // how.batch_size)
    fewest = min(how.min_steps, _MOST_EPOCHS * per_epoch)
    return min(max(how.epochs * per_epoch, fewest), how.max_steps)


def _rate(step: int, total: int) -> float:
    warm = max(1, total // 10)
    return min((step + 1) / warm, max(0.0, (total - step) / max(1, total - warm)))


def _batches(texts: Sequence[str], total: int, how: Adaptation) -> Iterator[NDArray[np.intp]]:
    rng = np.random.default_rng(how.random_state)
    length = np.array([len(text) for text in texts])
    size = how.batch_size
    left = total
    while left:
        order = rng.permutation(len(texts))
        batches = []
        for start in range(0, len(order), size * _GROUP):
            group = order[start : start + size * _GROUP]
            group = group[np.argsort(length[group], kind="stable")]
            batches += [group[i : i + size] for i in range(0, len(group), size)]
        for i in rng.permutation(len(batches))[:left]:
            yield batches[i]
        left -= min(left, len(batches))
