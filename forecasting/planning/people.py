"""Who may work when: the agents' own columns, checked with the agent and the row named."""

from typing import Any

import pandas as pd

from data.errors import SchemaError
from forecasting.planning.qualification import listed

_RANGES = {
    "window_start_local": (0.0, 23.99, "an hour of the day, from 0 to before 24"),
    "window_hours": (1.0, 24.0, "from 1 to 24 hours"),
    "max_hours_week": (0.0, 168.0, "from 0 to 168 hours"),
    "preferred_hours_week": (0.0, 168.0, "from 0 to 168 hours"),
    "max_clients": (1.0, float("inf"), "1 or more"),
}


def check_people(agents: pd.DataFrame) -> pd.DataFrame:
    """Check what agents say of their availability; empty values stand for the usual ones.

    Parameters
    ----------
    agents : DataFrame
        The agents table; see `forecasting.planning.weeks.availability` for its columns.

    Returns
    -------
    DataFrame
        The same table, its numbers as numbers.

    Raises
    ------
    SchemaError
        A window, a day or a limit on hours or clients that cannot be: names agent and row.
    """
    checked = agents.copy()
    for column, (low, high, words) in _RANGES.items():
        if column in agents:
            values = pd.to_numeric(agents[column], errors="coerce")
            fine = values.between(low, high) | agents[column].isna()
            _refuse(agents, column, fine, words)
            checked[column] = values
    if "days" in agents:
        fine = agents["days"].map(_are_days).astype(bool)
        _refuse(agents, "days", fine, "days of the week from 0, Monday, to 6")
    return checked


def _are_days(value: Any) -> bool:
    try:
        return all(float(day) in range(7) for day in listed(value))
    except (TypeError, ValueError):
        return False


def _refuse(agents: pd.DataFrame, column: str, fine: pd.Series, words: str) -> None:
    rows = [row for row, good in enumerate(fine) if not good]
    if not rows:
        return
    first = agents.iloc[rows[0]]
    shown = ", ".join(map(str, rows[:5]))
    raise SchemaError(
        f"The column '{column}' of agents must be {words}. Got {first[column]!r} for "
        f"{first['agent_id']!r} instead. See row {shown} (counted from 0).",
        table="agents",
        column=column,
        rows=rows,
    )
