"""The nightly run: a list of small steps over one record.

A step that fails ends the night: what was proposed is taken back, and whatever was in force
stays in force.
"""

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from data.embedding_cache import EmbeddingCache
from data.workers import Workers
from pipelines import (
    acceptance,
    intake,
    labels,
    outbox,
    plan_step,
    prepare,
    prepared,
    publish,
    shipping,
    steps,
)
from pipelines.clock import Spent, clock
from pipelines.config import NightlyConfig
from pipelines.lock import workspace_lock
from pipelines.registry import Registry
from pipelines.run import Run, Step

logger = logging.getLogger(__name__)

STEPS: tuple[Step, ...] = (
    Step("load", prepare.load_tables),
    Step("tickets", intake.take_in_tickets),
    Step("labels", labels.resolve_labels),
    Step("split", prepare.split_parts),
    Step("train", steps.train_classifiers),
    Step("index", steps.build_index),
    Step("feedback", acceptance.learn_acceptance),
    Step("evaluate", steps.measure_classifiers),
    Step("answers", steps.measure_answers),
    Step("drift", steps.compare_nights),
    Step("impact", shipping.watch_topics),
    Step("plan", plan_step.plan_ahead),
    Step("gate", publish.judge),
    Step("register", publish.register),
    Step("report", publish.write_report),
    Step("publish", publish.put_in_force),
)

Watch = Callable[[Step, Run], None]


def run_night(
    config: NightlyConfig,
    *,
    now: datetime | None = None,
    all_steps: Sequence[Step] = STEPS,
    watch: Watch = lambda *_: None,
) -> Run:
    """Run a night.

    Parameters
    ----------
    config : NightlyConfig
    now : datetime, optional
        Aware; the present time by default. Names the night.
    all_steps : sequence of Step
        In order; a test puts its own in.
    watch : callable
        Called before each step with the step and the run.

    Returns
    -------
    Run
        Everything the night found; ``run.report`` is the page.

    Raises
    ------
    RegistryError
        When another night is running in the workspace.
    DeskpilotError
        When the input is at fault; nothing in force has changed then.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    registry = Registry(config.workspace)
    with workspace_lock(registry.workspace), Workers(config.workers) as workers:
        staging = registry.workspace / "staging"
        shutil.rmtree(staging, ignore_errors=True)
        run = Run(config=config, now=moment, registry=registry, staging=staging, workers=workers)
        run.warnings.extend(registry.recover(now=moment))
        run.warnings.extend(outbox.recover(registry.workspace, registry.pointer().night))
        prepared.sweep(run.cache, now=time.time())
        try:
            for step in all_steps:
                watch(step, run)
                with clock(partial(_note, run, step.name), lambda: workers.pids):
                    step.work(run)
        except BaseException as error:
            shutil.rmtree(staging, ignore_errors=True)
            registry.undo(error, now=moment)
            raise
        finally:
            # What was encoded is kept even of a night that fails, where there is room.
            if isinstance(run.encoder, EmbeddingCache):
                with suppress(OSError):
                    run.encoder.flush()
    return run


def _note(run: Run, step: str, spent: Spent) -> None:
    run.spent[step] = spent
    logger.info("step %s took %.1f s, %.1f of them busy", step, spent.seconds, spent.cpu_seconds)
