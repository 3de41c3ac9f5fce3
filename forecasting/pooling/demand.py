"""Read what is to be pooled: the workload table and the rules about clients."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError, SchemaError

Floats = NDArray[np.float64]

COLUMNS = ("client_id", "hour_of_week", "workload_fte")
HOURS = 168


def workload(demand: pd.DataFrame) -> pd.DataFrame:
    """Agents of work per client (rows, sorted) and hour of the week (168 columns).

    Hours without a row hold no work.

    Raises
    ------
    SchemaError
        A missing column, a value that is no workload, an hour outside the week, or two rows
        for one hour of a client; names the first rows.
    """
    for column in COLUMNS:
        if column not in demand.columns:
            raise SchemaError(
                f"The demand has no column '{column}'. It needs {', '.join(COLUMNS)}.",
                table="demand",
                column=column,
            )
    work = demand["workload_fte"].to_numpy(dtype=np.float64)
    hour = demand["hour_of_week"].to_numpy(dtype=np.float64)
    _refuse(
        demand, "workload_fte", ~(np.isfinite(work) & (work >= 0)), "agents of zero or more, finite"
    )
    week = (hour >= 0) & (hour < HOURS) & (hour == np.floor(hour))
    _refuse(demand, "hour_of_week", ~week, "whole hours from 0 to 167")
    _refuse(demand, "client_id", demand["client_id"].isna().to_numpy(), "the client of each row")
    twice = demand.duplicated(["client_id", "hour_of_week"]).to_numpy()
    _refuse(demand, "hour_of_week", twice, "one row per client and hour (sum them first)")
    table = demand.assign(hour_of_week=hour.astype(np.int64)).pivot(
        index="client_id", columns="hour_of_week", values="workload_fte"
    )
    return table.reindex(columns=np.arange(HOURS)).fillna(0.0).astype(np.float64).sort_index()


def _refuse(demand: pd.DataFrame, column: str, bad: NDArray[np.bool_], wants: str) -> None:
    rows = np.flatnonzero(bad)
    if len(rows):
        raise SchemaError(
            f"The column '{column}' of the demand must hold {wants}. Got "
            f"{demand[column].iloc[rows[0]]!r} in row {rows[0]} ({len(rows)} rows) instead: "
            "correct or drop them.",
            table="demand",
            column=column,
            rows=rows.tolist(),
        )


def share_bits(
    clients: pd.Index, name: str, given: Mapping[str, Collection[str]] | None
) -> NDArray[np.int64]:
    """One bit per language or skill and client; without a mapping all clients share one.

    Raises
    ------
    ParameterError
        A client is missing in the mapping or has nothing, or there are more than 62 values.
    """
    if given is None:
        return np.ones(len(clients), dtype=np.int64)
    missing = [c for c in clients if not given.get(c)]
    if missing:
        raise ParameterError(
            f"The '{name}' parameter of pool_clients must name at least one value for each "
            f"client of the demand. Got none for {missing[:5]} instead."
        )
    plain = [c for c in clients if isinstance(given[c], str)]
    if plain:
        raise ParameterError(
            f"The '{name}' parameter of pool_clients must hold a collection per client. Got the "
            f"text {given[plain[0]]!r} for {plain[0]!r} instead: write {{{given[plain[0]]!r}}}."
        )
    values = sorted({value for c in clients for value in given[c]})
    if len(values) > 62:
        raise ParameterError(
            f"The '{name}' parameter of pool_clients must hold at most 62 different values. "
            f"Got {len(values)} instead."
        )
    place = {value: 1 << i for i, value in enumerate(values)}
    return np.array([sum(place[v] for v in set(given[c])) for c in clients], dtype=np.int64)


def apart(clients: pd.Index, separations: Iterable[Collection[str]]) -> NDArray[np.bool_]:
    """Pairs of clients that never share a pool, shape (n, n).

    Raises
    ------
    ParameterError
        A group names an unknown client or fewer than two.
    """
    table = np.zeros((len(clients), len(clients)), dtype=bool)
    for group in separations:
        names = [group] if isinstance(group, str) else sorted(set(group))
        unknown = [n for n in names if n not in clients]
        if unknown or len(names) < 2:
            raise ParameterError(
                "The 'separations' parameter of pool_clients must hold groups of two or more "
                f"clients of the demand. Got {names} instead"
                + (f": {unknown} have no demand." if unknown else ".")
            )
        rows = clients.get_indexer(pd.Index(names))
        table[np.ix_(rows, rows)] = True
    np.fill_diagonal(table, False)
    return table


def homes(
    clients: pd.Index, previous: Mapping[str, str] | None
) -> tuple[NDArray[np.int64], list[str]]:
    """Pool number of the plan before per client (-1: new), and the names of these pools."""
    before = {c: str(previous[c]) for c in clients if previous and c in previous}
    names = sorted(set(before.values()))
    place = {name: i for i, name in enumerate(names)}
    return np.array(
        [place[before[c]] if c in before else -1 for c in clients], dtype=np.int64
    ), names
