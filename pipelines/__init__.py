"""Jobs: the only code that writes the registry."""

from pipelines.config import NightlyConfig, load_config
from pipelines.nightly import STEPS, run_night
from pipelines.run import Run, Step

__all__ = ["STEPS", "NightlyConfig", "Run", "Step", "load_config", "run_night"]
