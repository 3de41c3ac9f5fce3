"""A chain of pools: agents with time to spare help the clients of the next pool."""

from typing import NamedTuple

import numpy as np

from forecasting.pooling.covers import DUST
from forecasting.pooling.partition import Flags, Floats, Ints, Moves, Partition, Problem
from forecasting.pooling.search import start

_EPSILON = 1e-6
_WARM, _COLD = 6.0, 0.6
_STEPS = 1500
_OPTIONS = 48
# Paid hours that one agent more or less from hour to hour costs: shifts fit steady needs best.
_STEP_COST = 0.3
_LEAST = 1e-12


class _Options(NamedTuple):
    """Ways to change a chain: pool ``here`` gains what pool ``there`` of each option loses."""

    here: int
    there: Ints
    load: Floats
    attention: Floats
    linked: Flags


def links(partition: Partition, together: int) -> Flags:
    """Whether the agents of each pool may serve the next one too, shape (pools - 1,).

    Both pools have a language and a skill in common, no rivals, and at most ``together``
    clients.
    """
    shared = (partition.common[:, :-1] & partition.common[:, 1:] != 0).all(axis=0)
    size = partition.size
    return shared & (_rivals(partition) == 0) & (size[:-1] + size[1:] <= together)


def improve_chain(problem: Problem, together: int, effort: float, rng: np.random.Generator) -> Ints:
    """Labels of pools in an order in which each has use for the time its neighbour can spare.

    Rounding up wastes less than one agent an hour along the whole chain where links hold and
    the next pool has work, so the search, cooled as in `search.cool`, has to mind the agents
    and their ups and downs that no shift fits.

    References
    ----------
    Jordan and Graves (1995), Principles on the benefits of manufacturing process flexibility
    (a chain of overlaps gives most of the gain of one pool).
    """
    partition = _in_order(start(problem))
    if partition.pools < 2:
        return partition.labels
    steps = int(np.ceil(_STEPS * effort))
    price = _price(partition, _as_it_is(partition, together))[0]
    best, labels = np.inf, partition.labels
    for step in range(steps + 1):
        cost = price + problem.moving_cost * float(partition.moved().sum())
        if cost < best - _EPSILON:
            best, labels = cost, partition.labels.copy()
        heat = _WARM * (_COLD / _WARM) ** (step / steps)
        client = int(rng.integers(len(labels)))
        moves = _draw(partition.moves(client), rng)
        if not len(moves.pool):
            continue
        prices = _price(partition, _options(partition, client, moves, together))
        luck = rng.gumbel(size=len(prices) + 1)
        score = luck[1:] - (prices - price + moves.moving) / heat
        chosen = int(np.argmax(score))
        if score[chosen] > luck[0]:
            price = prices[chosen]
            partition.apply(client, moves, chosen)
    return labels


def _in_order(partition: Partition) -> Partition:
    """Put pools that may help each other side by side; the order of a plan in force stays."""
    problem, pools = partition.problem, partition.pools
    if (problem.home >= 0).any():
        return partition
    member = (partition.labels[:, None] == np.arange(pools)).astype(np.int64)
    friends = member.T @ problem.apart @ member == 0
    for common in partition.common:
        friends &= (common[:, None] & common) != 0
    left = set(range(1, pools))
    order = [0]
    while left:
        fits = [k for k in sorted(left) if friends[order[-1], k]] or sorted(left)
        # The pool that the fewest of the others could follow comes first.
        order.append(min(fits, key=lambda k: int(friends[k, list(left)].sum())))
        left.remove(order[-1])
    return Partition(problem, np.argsort(order)[partition.labels], pools)


def _draw(moves: Moves, rng: np.random.Generator) -> Moves:
    if len(moves.pool) <= _OPTIONS:
        return moves
    some = rng.choice(len(moves.pool), _OPTIONS, replace=False)
    pool, partner, need_here, need_there, moving = moves
    return Moves(pool[some], partner[some], need_here[some], need_there[some], moving[some])


def _as_it_is(partition: Partition, together: int) -> _Options:
    nothing = np.zeros((1, partition.load.shape[1]))
    return _Options(0, np.zeros(1, np.int64), nothing, nothing, links(partition, together)[None])


def _options(partition: Partition, client: int, moves: Moves, together: int) -> _Options:
    problem, partner = partition.problem, moves.partner
    swapped = (partner >= 0)[:, None]
    return _Options(
        int(partition.labels[client]),
        moves.pool,
        np.where(swapped, problem.load[partner], 0.0) - problem.load[client],
        np.where(swapped, problem.attention[partner], 0.0) - problem.attention[client],
        links_after(partition, client, moves, together),
    )


def links_after(partition: Partition, client: int, moves: Moves, together: int) -> Flags:
    """`links` after each of the moves, shape (moves, pools - 1)."""
    problem, here = partition.problem, partition.labels[client]
    each, swapped = np.arange(len(moves.pool)), moves.partner >= 0
    masks = problem.masks
    bits = np.repeat(partition.common[:, None, :], len(each), axis=1)
    bits[:, :, here] = partition.others[:, client, None]
    bits[:, swapped, here] &= masks[:, moves.partner[swapped]]
    stay = np.where(swapped, partition.others[:, moves.partner], partition.common[:, moves.pool])
    bits[:, each, moves.pool] = stay & masks[:, client, None]
    gain = np.zeros((len(each), partition.pools), dtype=np.int64)
    gain[each, moves.pool] += 1
    gain[:, here] -= 1
    size = partition.size + np.where(swapped[:, None], 0, gain)
    foes = partition.foes[client] - np.where(swapped[:, None], partition.foes[moves.partner], 0)
    each_other = 2 * problem.apart[client, moves.partner] * swapped
    rivals = _rivals(partition) + gain[:, :-1] * foes[:, 1:] + foes[:, :-1] * gain[:, 1:]
    rivals -= each_other[:, None] * gain[:, :-1] * gain[:, 1:]
    shared = (bits[:, :, :-1] & bits[:, :, 1:] != 0).all(axis=0)
    return shared & (rivals == 0) & (size[:, :-1] + size[:, 1:] <= together)


def _rivals(partition: Partition) -> Ints:
    """Pairs of rivals between each pool and the next."""
    member = partition.labels[:, None] == np.arange(partition.pools - 1)
    return (partition.foes[:, 1:] * member).sum(axis=0)


def _price(partition: Partition, options: _Options) -> Floats:
    """Agent-hours along the chain, and what their ups and downs cost, for each option."""
    price = np.zeros(len(options.there))
    spare = np.zeros((1, 1, 1))
    for pool in range(partition.pools):
        work = _changed(partition, pool, options)
        rest = work * (1.0 - help_share(work, spare))
        agents = np.ceil(rest.max(axis=0) - DUST)
        price += agents.sum(axis=1) + _STEP_COST * _ups_and_downs(agents)
        if pool + 1 < partition.pools:
            spare = (agents - rest) * options.linked[:, pool, None]
    return price


def _ups_and_downs(agents: Floats) -> Floats:
    return np.abs(np.diff(agents, axis=1)).sum(axis=1) + np.abs(agents[:, 0] - agents[:, -1])


def _changed(partition: Partition, pool: int, options: _Options) -> Floats:
    """Load, and attention where it is limited, of a pool after each option."""
    kinds = [(partition.load[pool], options.load)]
    if partition.problem.attention.any():
        kinds.append((partition.attention[pool], options.attention))
    given = options.there == pool
    found = np.empty((len(kinds), *options.load.shape))
    for row, (now, change) in zip(found, kinds, strict=True):
        row[:] = now + change if pool == options.here else now
        row[given] -= change[given]
    return found


def help_share(work: Floats, spare: Floats) -> Floats:
    """Share of the work that spare agents take over; load and attention lie on the first axis."""
    return np.clip((spare / np.maximum(work, _LEAST)).min(axis=0), 0.0, 1.0)
