"""From a forecast to a plan: the pure rules, each of which can be read and tested alone."""

from forecasting.planning.hiring import hiring_need
from forecasting.planning.intraday import reforecast, staffing_alerts
from forecasting.planning.policy import PlanPolicy, Promise
from forecasting.planning.qualification import qualify
from forecasting.planning.requirement import pool_requirement
from forecasting.planning.shifts import shifts_from_cover

__all__ = [
    "PlanPolicy",
    "Promise",
    "hiring_need",
    "pool_requirement",
    "qualify",
    "reforecast",
    "shifts_from_cover",
    "staffing_alerts",
]
