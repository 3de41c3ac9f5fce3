"""How much is coming, and who should be there?

Volume becomes a forecast with intervals, the forecast becomes required agents, small clients are
pooled, pools become shifts, and agents claim them.
"""

from forecasting.board import ShiftBoard
from forecasting.erlang import erlang_c
from forecasting.erlang_abandon import erlang_a
from forecasting.forecaster import VolumeForecaster
from forecasting.handle_time import HandleTimes
from forecasting.pooling import pool_clients
from forecasting.roster import assign_shifts
from forecasting.staffing import required_agents

__all__ = [
    "HandleTimes",
    "ShiftBoard",
    "VolumeForecaster",
    "assign_shifts",
    "erlang_a",
    "erlang_c",
    "pool_clients",
    "required_agents",
]
