"""Which of their pools agents keep for a plan: never two competitors, never too many clients."""

import difflib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ConfigError

Floats = NDArray[np.float64]

_SOME = 1e-6
COLUMNS = ["agent_id", "pool_id", "reason"]


def check_separations(separations: Sequence[Collection[str]], known: Collection[str]) -> None:
    """Refuse separations of clients that nobody knows: a misspelt rule would keep nobody apart.

    Parameters
    ----------
    separations : sequence of groups of clients
    known : collection of str

    Raises
    ------
    ConfigError
        Names the unknown client and the nearest known one.
    """
    for name in (name for group in separations for name in group):
        if name not in known:
            near = difflib.get_close_matches(str(name), sorted(known), n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "Name clients of the plan's tables."
            raise ConfigError(f"The 'separations' of the policy name no client {name!r}. {hint}")


def given_up(
    able: pd.DataFrame,
    pools: pd.DataFrame,
    needed: Mapping[str, Floats],
    *,
    there: Mapping[str, Floats],
    most: Mapping[str, float] | None = None,
    separations: Sequence[Collection[str]] = (),
) -> pd.DataFrame:
    """Pools that agents are qualified for and yet do not serve in this plan.

    Whoever is trained for two separated clients keeps one side, the one that lacks more people
    in the hours in which the agent may work, once everybody before has been counted; agents who
    have no choice are counted first. An hour weighs the more, the fewer could still fill it. Pools
    beyond an agent's first are kept only while all their clients are no more than `most`.

    Parameters
    ----------
    able : DataFrame
        ``agent_id, pool_id`` of everybody who is qualified.
    pools : DataFrame
        ``pool_id, client_id``.
    needed : mapping of pool to array of float, shape (hours,)
        Agents needed in each hour of a usual week.
    there : mapping of agent to array of float, shape (hours,)
        What each brings, see `forecasting.planning.people.presence`.
    most : mapping of agent to number of clients, optional
    separations : sequence of groups of clients

    Returns
    -------
    DataFrame
        ``agent_id, pool_id, reason``.
    """
    clients = {str(p): set(own) for p, own in pools.groupby("pool_id")["client_id"]}
    own = {str(a): [str(p) for p in ps] for a, ps in able.groupby("agent_id")["pool_id"]}
    rules = [set(group) for group in separations]
    nothing = np.zeros(len(next(iter(needed.values()), ())))
    left = {pool: needed.get(pool, nothing).astype(np.float64) for pool in clients}
    spare = {pool: nothing.copy() for pool in clients}
    for agent, pools_ in own.items():
        for pool in pools_:
            spare[pool] += there.get(agent, nothing)
    rows: list[tuple[str, str, str]] = []
    for agent in sorted(own, key=lambda a: (_choices(own[a], clients, rules), a)):
        brings = there.get(agent, nothing)
        lacks = {pool: _lack(left[pool], spare[pool], brings) for pool in own[agent]}
        kept: list[str] = []
        # Those who lack most come first; the name settles a draw.
        for pool in sorted(own[agent], key=lambda p: (-lacks[p], p)):
            spare[pool] -= brings
            reason = _against(pool, kept, clients, rules, (most or {}).get(agent))
            if reason:
                rows.append((agent, pool, reason))
            else:
                kept.append(pool)
        total = sum(lacks[pool] for pool in kept)
        for pool in kept:
            left[pool] -= brings * (lacks[pool] / total if total > 0 else 1.0 / len(kept))
    return pd.DataFrame(rows, columns=COLUMNS).astype("str")


def _choices(own: Sequence[str], clients: Mapping[str, set[str]], rules: Sequence[set[str]]) -> int:
    """Pairs of pools of which one must go."""
    return sum(
        _rivals(clients[one], clients[other], rules) is not None
        for at, one in enumerate(own)
        for other in own[:at]
    )


def _against(
    pool: str,
    kept: Sequence[str],
    clients: Mapping[str, set[str]],
    rules: Sequence[set[str]],
    most: float | None,
) -> str:
    for other in kept:
        pair = _rivals(clients[pool], clients[other], rules)
        if pair:
            return f"serves {other} in this plan: {pair[0]} and {pair[1]} are kept apart"
    together = set().union(*(clients[one] for one in kept))
    if most is not None and kept and len(together | clients[pool]) > most:
        number = "1 client" if most == 1 else f"{most:g} clients"
        return f"serves {', '.join(kept)} in this plan, and looks after {number} at most"
    return ""


def _rivals(one: set[str], other: set[str], rules: Sequence[set[str]]) -> tuple[str, str] | None:
    """Name a client of each that must not share a team."""
    for rule in rules:
        for client in sorted(one & rule):
            against = sorted((other & rule) - {client})
            if against:
                return client, against[0]
    return None


def _lack(left: Floats, spare: Floats, brings: Floats) -> float:
    """Return what an agent is worth to a pool: its lack, over who could still fill it."""
    worth = np.maximum(left, 0.0) / np.maximum(spare, _SOME)
    return float((brings * worth).sum())
