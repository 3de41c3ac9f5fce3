"""Thin HTTP over the models and rules; no maths here."""

from serving.app import create_app
from serving.asked import Asked
from serving.engine import SupportEngine
from serving.settings import Settings, load_settings
from serving.store import Store

__all__ = ["Asked", "Settings", "Store", "SupportEngine", "create_app", "load_settings"]
