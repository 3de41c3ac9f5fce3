"""The quarter ahead against the hours of qualified people: whom to train or hire, and when."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from data.errors import SchemaError
from forecasting.planning.policy import PlanPolicy

Floats = NDArray[np.float64]

_PARTS = 100
COLUMNS = (
    "desk", "client_id", "language", "first_week", "short_hours_week", "people", "action",
    "start_by", "late_weeks", "reason",
)  # fmt: skip


def hiring_need(
    workload: pd.DataFrame,
    capacity: Mapping[str, float],
    able: Mapping[str, Collection[str]],
    spoken: Mapping[str, Collection[str]],
    *,
    policy: PlanPolicy,
    now: pd.Timestamp,
) -> pd.DataFrame:
    """Desks that will be short of qualified people, and when to begin to train or to hire.

    In each week the hours of all agents are shared out over the desks they are qualified for so
    that as much work as possible is done (a maximum flow). What is left is short. Where people
    who speak the language have hours to spare in that week, training is enough; else it takes
    hiring, with the longer lead time.

    Parameters
    ----------
    workload : DataFrame
        ``desk, client_id, language, week`` (its Monday, aware) and ``hours`` of work.
    capacity : mapping of agent to hours a week on contacts
    able : mapping of agent to desks
        What each agent is qualified for.
    spoken : mapping of agent to languages
    policy : PlanPolicy
        Lead times, and what a person more brings.
    now : Timestamp

    Returns
    -------
    DataFrame
        One row per desk that is short: ``first_week`` of it, ``short_hours_week`` at the worst,
        ``people`` that close it, ``action`` (``train`` or ``hire``), ``start_by``, ``late_weeks``
        by which that is past, and the reason; the most urgent first.

    Raises
    ------
    SchemaError
        A column is missing.

    References
    ----------
    Ford and Fulkerson (1956), Maximal flow through a network.
    """
    for column in ("desk", "client_id", "language", "week", "hours"):
        if column not in workload.columns:
            raise SchemaError(
                f"The workload of hiring_need has no column '{column}'.", column=column
            )
    desks = workload[["desk", "client_id", "language"]].drop_duplicates("desk").set_index("desk")
    table = workload.pivot_table(index="desk", columns="week", values="hours", aggfunc="sum")
    table = table.fillna(0.0).sort_index(axis=1)
    names, hours, member = _people(capacity, able, list(table.index))
    short, spare = _shares(table.to_numpy(dtype=np.float64), hours, member)
    rows = [
        _row(str(desk), desks.loc[desk], table.columns, short[i], spare, names, spoken, policy, now)
        for i, desk in enumerate(table.index)
        if short[i].max() >= 1.0
    ]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.sort_values(["start_by", "desk"], ignore_index=True)


def _people(
    capacity: Mapping[str, float], able: Mapping[str, Collection[str]], desks: list[str]
) -> tuple[list[str], Floats, NDArray[np.bool_]]:
    names = sorted(capacity)
    place = {desk: i for i, desk in enumerate(desks)}
    member = np.zeros((len(names), len(desks)), dtype=bool)
    for row, name in enumerate(names):
        member[row, [place[desk] for desk in able.get(name, ()) if desk in place]] = True
    return names, np.array([capacity[name] for name in names], dtype=np.float64), member


def _shares(work: Floats, hours: Floats, member: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Hours short per desk and week, and hours to spare per agent and week."""
    people, desks = member.shape
    of, to = np.nonzero(member)
    short, spare = work.copy(), np.repeat(hours[:, None], work.shape[1], axis=1)
    if not people or not len(of):
        return short, spare
    source, sink = people + desks, people + desks + 1
    heads = np.concatenate([np.full(people, source), of, people + np.arange(desks)])
    tails = np.concatenate([np.arange(people), people + to, np.full(desks, sink)])
    room = np.rint(hours * _PARTS).astype(np.int32)
    for week in range(work.shape[1]):
        need = np.rint(work[:, week] * _PARTS).astype(np.int32)
        most = np.concatenate([room, np.full(len(of), 2**30, dtype=np.int32), need])
        graph = csr_matrix((most, (heads, tails)), shape=(sink + 1, sink + 1), dtype=np.int32)
        flow = maximum_flow(graph, source, sink).flow
        done = np.asarray(flow[people : people + desks, [sink]].todense()).ravel() / _PARTS
        used = np.asarray(flow[[source], :people].todense()).ravel() / _PARTS
        short[:, week] = np.maximum(work[:, week] - done, 0.0)
        spare[:, week] = hours - used
    return short, spare


def _row(
    desk: str,
    about: pd.Series,
    weeks: pd.Index,
    short: Floats,
    spare: Floats,
    names: list[str],
    spoken: Mapping[str, Collection[str]],
    policy: PlanPolicy,
    now: pd.Timestamp,
) -> tuple[object, ...]:
    first, worst = int(np.flatnonzero(short >= 1.0)[0]), float(short.max())
    people = int(np.ceil(worst / policy.useful_hours_week / (1.0 - policy.shrinkage) - 1e-9))
    language = str(about["language"])
    fits = np.array([not language or language in spoken.get(name, ()) for name in names], bool)
    idle = float(spare[fits, int(short.argmax())].sum()) if len(names) else 0.0
    action = "train" if idle >= worst else "hire"
    lead = policy.training_weeks if action == "train" else policy.hiring_weeks
    start_by = weeks[first] - pd.Timedelta(weeks=lead)
    late = max(0, int(np.ceil((now - start_by) / pd.Timedelta(weeks=1))))
    tongue = f" who speak {language}" if language else ""
    reason = (
        f"{worst:.0f} hours a week short from {weeks[first]:%Y-%m-%d}; agents{tongue} have "
        f"{idle:.0f} hours to spare: {action} {people} within {lead} weeks"
    )
    return (desk, str(about["client_id"]), language, weeks[first], round(worst, 1), people,
            action, start_by, late, reason)  # fmt: skip
