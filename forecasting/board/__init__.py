"""Shifts on a board: agents claim, release and swap them themselves."""

from forecasting.board.board import ShiftBoard
from forecasting.board.eligibility import ClaimTerms, Shift, Verdict, Worker, eligible
from forecasting.board.taking import Claim

__all__ = ["Claim", "ClaimTerms", "Shift", "ShiftBoard", "Verdict", "Worker", "eligible"]
