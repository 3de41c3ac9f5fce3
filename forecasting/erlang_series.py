"""The two positive sums behind every Erlang formula, exact for whole arrays at once.

Around the state "all agents busy", the weights of the states below and above it are plain
products. All terms are positive, so nothing cancels: the relative error of a sum stays near
1e-15 × its number of terms, where log-gamma forms lose digits with every order of magnitude.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A block of this many values stays in the processor's first cache through all terms.
BLOCK = 4096
_NEGLIGIBLE = 2.0**-56
_LARGE = 1e250
_LONGEST = 5_000_000


def blocks(order: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Cut positions, sorted so that alike values stand together, into blocks."""
    for start in range(0, len(order), BLOCK):
        yield order[start : start + BLOCK]


def idle_weight(agents: Floats, erlangs: Floats) -> Floats:
    """Weight of all states with a free agent, relative to all agents busy and nobody waiting.

    It is ``1 / B - 1`` for Erlang's blocking B, by N/a + N(N-1)/a² + …; shape (n,). Values past
    1.8e308 are infinite.

    References
    ----------
    Erlang (1917), Solution of some problems in the theory of probabilities of significance in
    automatic telephone exchanges. Jagerman (1974), Some properties of the Erlang loss function.
    """
    total = np.empty(len(agents))
    # Terms needed grow with the spare agents first and the load second.
    for rows in blocks(np.argsort(agents - erlangs + 4.0 * np.sqrt(erlangs))):
        total[rows] = _idle_block(agents[rows], erlangs[rows])
    return total


def _idle_block(agents: Floats, erlangs: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore", under="ignore"):
        # Below the smallest normal number 1 / a would be infinite, and 0 × ∞ not a number.
        inverse = 1.0 / np.maximum(erlangs, 1e-300)
        left, term, total = agents.copy(), np.ones(len(agents)), np.zeros(len(agents))
        for step in range(_LONGEST):
            term *= left * inverse
            total += term
            left -= 1.0
            # The loop is short of work: looking for its end every time would double it.
            if step % 4 == 3:
                np.maximum(left, 0.0, out=left)
                if bool(np.all((term <= _NEGLIGIBLE * total) & (left < erlangs))):
                    break
                if not bool(np.any(left > 0)):
                    break
    # Past the largest float, infinite terms times zero left are not a number.
    return np.where(np.isnan(total), np.inf, total)


def waiting_weight(spare: Floats, pressure: Floats) -> tuple[Floats, Floats, Floats]:
    """Weight of the states with all agents busy when waiting customers give up.

    Parameters
    ----------
    spare : array of shape (n,)
        x = N × patience / handle time.
    pressure : array of shape (n,)
        y = arrival rate × patience.

    Returns
    -------
    total, queue, scale : arrays of shape (n,)
        ``total × exp(scale)`` is A = 1 + Σ tⱼ and ``queue × exp(scale)`` is Σ j tⱼ, with
        tⱼ = yʲ / ((x+1)…(x+j)).

    References
    ----------
    Palm (1957), Research on telephone traffic carried by full availability groups.
    Garnett, Mandelbaum and Reiman (2002), Designing a call center with impatient customers.
    """
    total, queue, scale = (np.empty(len(spare)) for _ in range(3))
    for rows in blocks(np.argsort(pressure - spare + 4.0 * np.sqrt(pressure))):
        total[rows], queue[rows], scale[rows] = _waiting_block(spare[rows], pressure[rows])
    return total, queue, scale


def _waiting_block(spare: Floats, pressure: Floats) -> tuple[Floats, Floats, Floats]:
    total, queue, term = (np.full(len(spare), value) for value in (1.0, 0.0, 1.0))
    scale, place = np.zeros(len(spare)), spare.copy()
    with np.errstate(under="ignore"):
        for step in range(1, _LONGEST):
            place += 1.0
            term *= pressure / place
            total += term
            queue += step * term
            if step % 4 == 0:
                large = total > _LARGE
                if large.any():
                    for part in (total, queue, term):
                        part[large] /= _LARGE
                    scale[large] += np.log(_LARGE)
                if bool(np.all((step * term <= _NEGLIGIBLE * queue) & (place >= pressure))):
                    break
    return total, queue, scale
