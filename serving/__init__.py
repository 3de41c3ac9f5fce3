"""Thin HTTP over the models and rules; no maths here."""

from typing import TYPE_CHECKING

from data.lazily import lazily

if TYPE_CHECKING:
    from serving.app import create_app
    from serving.asked import Asked
    from serving.engine import SupportEngine
    from serving.settings import Settings, load_settings
    from serving.store import Store

__all__ = ["Asked", "Settings", "Store", "SupportEngine", "create_app", "load_settings"]
__getattr__, __dir__ = lazily(
    __name__,
    {
        "Asked": "serving.asked",
        "Settings": "serving.settings",
        "Store": "serving.store",
        "SupportEngine": "serving.engine",
        "create_app": "serving.app",
        "load_settings": "serving.settings",
    },
)
