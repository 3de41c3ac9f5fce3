"""Pools of small clients that share their shifts."""

from forecasting.pooling.covers import Cover, cover_need
from forecasting.pooling.pools import Pools, pool_clients

__all__ = ["Cover", "Pools", "cover_need", "pool_clients"]
