"""Rosters: who works when, for which pools, and what nobody can take."""

from forecasting.roster.assignment import Assignment, assign_shifts
from forecasting.roster.instance import Terms

__all__ = ["Assignment", "Terms", "assign_shifts"]
