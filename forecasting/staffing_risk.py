"""From a forecast with intervals to staff at a chosen risk of too few."""

import re
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import ParameterError, SchemaError
from forecasting.erlang_inputs import COUNT, POSITIVE, Range, read
from forecasting.staffing import required_agents

_BOUND = re.compile(r"yhat-(lo|hi)-(\d+(?:\.\d+)?)")
_RISK = Range("in (0, 1)", high=1.0, open_low=True, open_high=True)


def newsvendor_risk(*, idle_cost: float, missing_cost: float) -> float:
    """Risk of too few worth taking when an idle and a missing agent-hour cost this much.

    Parameters
    ----------
    idle_cost, missing_cost : float
        Cost of one hour too many and of one hour too few.

    Returns
    -------
    float
        idle / (idle + missing): the more a missing hour costs, the smaller.

    Raises
    ------
    ParameterError
        A cost that is not greater than 0.

    References
    ----------
    Edgeworth (1888), The mathematical theory of banking. Arrow, Harris and Marschak (1951),
    Optimal inventory policy.

    Examples
    --------
    >>> newsvendor_risk(idle_cost=20, missing_cost=60)
    0.25
    """
    idle = float(read("newsvendor_risk", "idle_cost", idle_cost, POSITIVE))
    missing = float(read("newsvendor_risk", "missing_cost", missing_cost, POSITIVE))
    return idle / (idle + missing)


def forecast_quantile(forecast: pd.DataFrame, probability: float) -> NDArray[np.float64]:
    """Contacts that are not exceeded with this probability, from the interval columns.

    Between two known quantiles the value is interpolated on the scale of the normal
    distribution; ``yhat`` counts as the median. Beyond the widest interval nothing is known.

    Parameters
    ----------
    forecast : DataFrame
        ``yhat`` and columns such as ``yhat-lo-80`` and ``yhat-hi-80``.
    probability : float
        In (0, 1).

    Returns
    -------
    array of float, shape (n,)

    Raises
    ------
    SchemaError
        Without ``yhat``, or with missing or negative values.
    ParameterError
        When the forecast's intervals do not reach that far.
    """
    wanted = float(read("forecast_quantile", "probability", probability, _RISK))
    known = {0.5: "yhat"}
    for column in forecast.columns:
        if found := _BOUND.fullmatch(str(column)):
            outside = (1.0 - float(found[2]) / 100.0) / 2.0
            known[round(outside if found[1] == "lo" else 1.0 - outside, 9)] = str(column)
    levels = sorted(known)
    table = _values(forecast, [known[level] for level in levels])
    if not levels[0] - 1e-9 <= wanted <= levels[-1] + 1e-9:
        level = round(abs(1.0 - 2.0 * wanted) * 100, 6)
        raise ParameterError(
            f"The 'probability' parameter of forecast_quantile must be in [{levels[0]:g}, "
            f"{levels[-1]:g}], what the forecast's intervals reach. Got {wanted:g} instead: "
            f"predict with level={level:g} or wider."
        )
    normal = NormalDist()
    scale = np.array([normal.inv_cdf(level) for level in levels])
    # Intervals that were calibrated one by one may cross: in order, they are quantiles again.
    table = np.sort(table, axis=1)
    place = np.clip(normal.inv_cdf(wanted), scale[0], scale[-1])
    right = max(1, int(np.searchsorted(scale, place))) if len(scale) > 1 else 0
    if right == 0:
        return table[:, 0]
    share = (place - scale[right - 1]) / (scale[right] - scale[right - 1])
    return np.asarray(table[:, right - 1] * (1.0 - share) + table[:, right] * share)


def staff_to_risk(forecast: pd.DataFrame, *, risk: float = 0.1, **promise: Any) -> pd.DataFrame:
    """Agents per row of a forecast so that contacts exceed the plan with this risk at most.

    Parameters
    ----------
    forecast : DataFrame
        ``unique_id``, ``ds``, ``yhat`` and interval columns, as a forecaster predicts them.
    risk : float
        Probability of more contacts than planned for; `newsvendor_risk` derives it from costs.
    **promise
        Passed on to `forecasting.staffing.required_agents`: ``interval_minutes``,
        ``aht_seconds`` and the rest; arrays have one value per row.

    Returns
    -------
    DataFrame
        A copy of the forecast with ``contacts`` (planned for) and ``required_agents``.

    Raises
    ------
    SchemaError, ParameterError
        A column is missing or wrong, the intervals do not reach the risk, or an argument of
        `required_agents` is out of range.
    """
    read("staff_to_risk", "risk", risk, _RISK)
    planned = forecast_quantile(forecast, 1.0 - risk)
    return forecast.assign(contacts=planned, required_agents=required_agents(planned, **promise))


def _values(forecast: pd.DataFrame, columns: list[str]) -> NDArray[np.float64]:
    for column in columns:
        if column not in forecast.columns:
            raise SchemaError(
                f"The forecast has no column '{column}'. Pass what a forecaster predicts.",
                table="forecasts",
                column=column,
            )
        values = forecast[column].to_numpy(dtype=np.float64)
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= COUNT.low)))
        if len(bad):
            raise SchemaError(
                f"The column '{column}' of the forecast must hold contacts of zero or more. Got "
                f"{values[bad[0]]} in row {bad[0]} instead: clip or predict again.",
                table="forecasts",
                column=column,
                rows=bad.tolist(),
            )
    return forecast[columns].to_numpy(dtype=np.float64)
