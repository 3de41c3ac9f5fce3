"""The night's own plan: made where the configuration names one."""

import logging

from data.errors import DeskpilotError
from pipelines.run import Run

logger = logging.getLogger(__name__)


def plan_ahead(run: Run) -> None:
    """Make the plan that ``plan`` names; models do not wait for a plan that cannot be made."""
    if run.config.plan is None:
        return
    from pipelines.plan import run_plan
    from pipelines.plan_config import load_plan_config

    try:
        made, folder = run_plan(load_plan_config(run.config.plan), now=run.now)
    except DeskpilotError as error:
        run.warnings.append(f"The plan was not made: {error}")
        return
    run.warnings.extend(f"The plan: {warning}" for warning in made.warnings)
    logger.info("the plan %s is in %s", made.plan_id, folder)
