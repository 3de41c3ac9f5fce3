"""The night's own plan: made where the configuration names one."""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from data.errors import DeskpilotError
from pipelines.run import Json, Run

if TYPE_CHECKING:
    from pipelines.plan_making import Plan

REPORTS = "reports"
_ROWS = 5
logger = logging.getLogger(__name__)


def plan_ahead(run: Run) -> None:
    """Make the plan that ``plan`` names; models do not wait for a plan that cannot be made.

    Whatever planning raises becomes a warning of the night; the log has where it came from.
    """
    if run.config.plan is None:
        return
    from pipelines.plan import run_plan
    from pipelines.plan_config import load_plan_config

    try:
        made, folder = run_plan(load_plan_config(run.config.plan), now=run.now)
    except DeskpilotError as error:
        run.warnings.append(f"The plan was not made: {error}")
        run.plan = {"plan_id": None, "not_made": str(error)}
        return
    # A plan reads tables that others write, a database and a solver: no list of what these may
    # raise is complete, and the night's models are worth more than the plan.
    except Exception as error:
        told = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        logger.exception("the plan failed")
        run.warnings.append(f"The plan was not made: {told}")
        run.plan = {"plan_id": None, "not_made": told}
        return
    run.plan = plan_summary(made, folder, beside=run.registry.workspace / REPORTS / run.night)
    logger.info("the plan %s is in %s", made.plan_id, folder)


def plan_summary(plan: "Plan", folder: Path, *, beside: Path) -> Json:
    """Return what the night's report says of a plan.

    Parameters
    ----------
    plan : Plan
    folder : Path
        The plan's own.
    beside : Path
        Folder of the report, from which its link starts.
    """
    from pipelines.plan_report import plan_document

    document = plan_document(plan)
    wanted = ("plan_id", "from", "to", "weeks", "pools", "agents_qualified", "shifts", "board")
    figures = ("tickets", "required_hours", "paid_hours", "met_share", "unmet_hours",
               "unfilled_seats")  # fmt: skip
    late = [row for row in document["hiring"] if row["late_weeks"]]
    return {
        **{name: document[name] for name in wanted},
        **{name: document["figures"][name] for name in figures},
        "link": quote(Path(os.path.relpath(folder / "plan.html", beside)).as_posix()),
        "unmet": document["unmet"][:_ROWS],
        "people_late": sum(int(row["people"]) for row in late),
        "alerts": plan.warnings,
    }
