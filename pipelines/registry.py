"""The only code that writes the registry and moves the champions' pointer.

Runs, figures and versions go to MLflow. What is in force is said by ``champions/current.json``
alone, moved in one step; aliases and the promotion log follow it, and :meth:`Registry.recover`
brings them back in line after a crash.
"""

import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from data.artifact import HEADER, fsync
from data.champions import Pointer, PointerEntry, read_pointer, read_previous, write_pointer
from data.errors import DeskpilotError, ParameterError, RegistryError
from pipelines import knowledge, promotions
from pipelines.gate import PROMOTED, REFUSED
from pipelines.mending import mend_pointer, sweep
from pipelines.promotions import RECOVERED, ROLLED_BACK, Promotion
from pipelines.telling import WAY_OUT, Told, told

logger = logging.getLogger(__name__)

CHAMPION = "champion"
CHALLENGER = "challenger"
EXPERIMENT = "nightly"
_STATE = "state"
_PENDING = "pending"


@dataclass(frozen=True)
class Proposal:
    """Candidates with their version numbers, not yet in force.

    Parameters
    ----------
    night, run_id : str
        Name of the night, and of its MLflow run.
    versions : dict of str to str
        Model → version.
    """

    night: str
    run_id: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Decision:
    """What shall happen to one candidate.

    Parameters
    ----------
    promoted : bool
    reasons : tuple of str
        Why not, when it is refused.
    """

    promoted: bool
    reasons: tuple[str, ...] = ()


class Registry:
    """Versions, aliases and the pointer of one workspace.

    Parameters
    ----------
    workspace : Path
        Holds ``mlflow.db``, ``champions/`` and ``promotions.jsonl``.
    """

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace.resolve()
        self.champions = self.workspace / "champions"

    def pointer(self) -> Pointer:
        """Read what is in force; empty before the first promotion."""
        return read_pointer(self.champions) or Pointer(night="", models={})

    def folder(self, model: str) -> Path | None:
        """Folder of a model's champion; None where there is none."""
        entry = self.pointer().models.get(model)
        return None if entry is None else self.champions / entry.folder

    def propose(
        self,
        night: str,
        staged: Mapping[str, Path],
        *,
        parameters: Mapping[str, Any],
        metrics: Mapping[str, float],
    ) -> Proposal:
        """Record a run and give each candidate a version; no alias moves.

        Parameters
        ----------
        night : str
        staged : mapping of str to Path
            Model → folder it was saved to.
        parameters, metrics : mappings
            Recorded with the run.
        """
        client = self._client
        run = client.create_run(self._experiment(), run_name=night)
        for name, value in parameters.items():
            client.log_param(run.info.run_id, name, value)
        for name, number in metrics.items():
            client.log_metric(run.info.run_id, name, number)
        versions = {}
        for model, folder in staged.items():
            self._ensure_model(model)
            created = client.create_model_version(
                model,
                source=(self.champions / model).as_uri(),
                run_id=run.info.run_id,
                tags={_STATE: _PENDING, "night": night, "digest": _digest(folder)},
            )
            versions[model] = str(created.version)
        return Proposal(night, str(run.info.run_id), versions)

    def commit(
        self,
        proposal: Proposal,
        staged: Mapping[str, Path],
        decisions: Mapping[str, Decision],
        *,
        now: datetime,
        knowledge_moved: bool = False,
    ) -> list[Promotion]:
        """Move the candidates' folders into place, then the pointer, then all that follows it.

        Parameters
        ----------
        proposal : Proposal
        staged : mapping of str to Path
        decisions : mapping of str to Decision
        now : datetime
        knowledge_moved : bool, default=False
            Whether knowledge was published before: the pointer then moves in any case, as it
            is what confirms the knowledge.

        Returns
        -------
        list of Promotion
            As appended to the log.
        """
        before = self.pointer()
        models = dict(before.models)
        log = []
        for model, folder in staged.items():
            entry = self._install(model, proposal.versions[model], folder)
            decision = decisions[model]
            if decision.promoted:
                models[model] = entry
            log.append(
                Promotion(
                    at=now.isoformat(),
                    night=proposal.night,
                    action=PROMOTED if decision.promoted else REFUSED,
                    model=model,
                    version=entry.version,
                    previous=before.models[model].version if model in before.models else None,
                    digest=entry.digest,
                    reasons=decision.reasons,
                )
            )
        if models != before.models or knowledge_moved:
            # From here on the night counts: whatever fails below, recover() completes it.
            write_pointer(self.champions, models, night=proposal.night)
        for entry_ in log:
            self._settle(entry_.model, entry_.version, entry_.action)
        promotions.append(self.workspace, log)
        knowledge.settle(self.workspace, self.champions, now=now)
        return log

    def finish(self, proposal: Proposal, files: Mapping[str, Path]) -> None:
        """Attach files to the run and close it."""
        for folder, path in files.items():
            self._client.log_artifact(proposal.run_id, str(path), artifact_path=folder)
        self._client.set_terminated(proposal.run_id, "FINISHED")

    def rollback(self, model: str, version: str | None = None, *, now: datetime) -> Promotion:
        """Point a model to an older version.

        Parameters
        ----------
        model : str
        version : str, optional
            Default: the version that was in force before the present one.
        now : datetime

        Raises
        ------
        RegistryError
            When there is nothing to go back to.
        ParameterError
            When the version is not on disk.
        """
        mend_pointer(self.workspace, self.champions)
        # A pointer moved by hand must not confirm the knowledge of a night that did not end.
        knowledge.settle(self.workspace, self.champions, now=now, recovered=True)
        pointer = self.pointer()
        current = pointer.models.get(model)
        if current is None:
            raise RegistryError(
                f"There is no champion of {model!r} to roll back. In force are "
                f"{sorted(pointer.models) or 'no models'}."
            )
        target = version or self._previous(model, current.version)
        on_disk = self.versions(model)
        if target not in on_disk:
            raise ParameterError(
                f"The 'version' parameter of rollback must be one of {on_disk} for {model}. "
                f"Got {target!r} instead."
            )
        entry = self._entry(model, target)
        night = f"rollback-{now:%Y%m%dT%H%M%S}"
        write_pointer(self.champions, {**pointer.models, model: entry}, night=night)
        self._client.set_registered_model_alias(model, CHAMPION, target)
        log = Promotion(
            now.isoformat(), "", ROLLED_BACK, model, target, current.version, entry.digest
        )
        promotions.append(self.workspace, [log])
        return log

    def recover(self, *, now: datetime) -> list[str]:
        """Complete or undo what a crashed night left behind; the pointer is right.

        Returns
        -------
        list of str
            What was done, for people.
        """
        sweep(self.champions)
        notes = mend_pointer(self.workspace, self.champions)
        notes += knowledge.settle(self.workspace, self.champions, now=now, recovered=True)
        if not (self.workspace / "mlflow.db").exists():
            return notes
        pointer = self.pointer()
        notes += self._follow_pointer(pointer, now)
        pending = self._client.search_model_versions(f"tags.{_STATE} = '{_PENDING}'")
        for version in pending:
            name, number = str(version.name), str(version.version)
            if name in pointer.models and pointer.models[name].version == number:
                self._client.set_model_version_tag(name, number, _STATE, PROMOTED)
                self._client.set_terminated(version.run_id, "FINISHED")
                continue
            self._client.delete_model_version(name, number)
            self._client.set_terminated(version.run_id, "KILLED")
            shutil.rmtree(self.champions / name / number, ignore_errors=True)
            notes.append(f"removed {name} {number}, left by a night that did not end")
        return notes

    def undo(self, error: BaseException, *, now: datetime) -> None:
        """Take back what ``error`` ended, as far as the disk lets it; the next night does the rest.

        Raises
        ------
        RegistryError
            In place of an error of the disk: what is in force, and the way out.
        """
        try:
            self.recover(now=now)
        except (OSError, DeskpilotError) as again:
            logger.error("what the night left is taken back by the next one: %s", again)
        if isinstance(error, OSError) and not isinstance(error, DeskpilotError):
            raise RegistryError(
                f"The night could not read or write a file ({error}). In force is what the "
                f"pointer in {self.champions} names. {WAY_OUT}"
            ) from error

    def versions(self, model: str) -> list[str]:
        """Versions of a model on disk, oldest first."""
        folder = self.champions / model
        found = [p.name for p in folder.iterdir() if p.name.isdigit()] if folder.is_dir() else []
        return sorted(found, key=int)

    def prune(self, keep: int) -> None:
        """Remove all but the newest ``keep`` folders of each model, never a champion's.

        The champion before stays as well: the service goes back to it where it finds damage,
        and a person who does not trust the present one.
        """
        before = read_previous(self.champions).models
        history = promotions.read(self.workspace)
        for model, entry in self.pointer().models.items():
            needed = {entry.version, before.get(model, entry).version}
            needed.update(promotions.served(history, model)[-2:])
            for version in self.versions(model)[:-keep]:
                if version not in needed:
                    shutil.rmtree(self.champions / model / version)

    def aliases(self) -> dict[str, dict[str, str]]:
        """Model → alias → version."""
        if not (self.workspace / "mlflow.db").exists():
            return {}
        found = self._client.search_registered_models()
        return {m.name: {a: str(v) for a, v in m.aliases.items()} for m in found}

    def _follow_pointer(self, pointer: Pointer, now: datetime) -> list[str]:
        notes = []
        logged = promotions.champions(promotions.read(self.workspace))
        aliases = self.aliases()
        for model, entry in pointer.models.items():
            if aliases.get(model, {}).get(CHAMPION) != entry.version:
                self._client.set_registered_model_alias(model, CHAMPION, entry.version)
                notes.append(f"alias of {model} set to {entry.version}, which is in force")
            last = logged.get(model)
            if last is None or last.version != entry.version:
                previous = last.version if last else None
                note = Promotion(
                    now.isoformat(),
                    pointer.night,
                    RECOVERED,
                    model,
                    entry.version,
                    previous,
                    entry.digest,
                    ("the process ended after the pointer had moved",),
                )
                promotions.append(self.workspace, [note])
                notes.append(f"promotion of {model} {entry.version} written to the log")
        return notes

    def _install(self, model: str, version: str, staged: Path) -> PointerEntry:
        target = self.champions / model / version
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise RegistryError(
                f"The folder {target} is already there, and model folders never change. "
                "Remove it, or run the night again for a new version."
            )
        os.replace(staged, target)
        fsync(target.parent)
        return self._entry(model, version)

    def _entry(self, model: str, version: str) -> PointerEntry:
        folder = f"{model}/{version}"
        return PointerEntry(version, folder, _digest(self.champions / folder))

    def _settle(self, model: str, version: str, action: str) -> None:
        client = self._client
        alias = CHAMPION if action == PROMOTED else CHALLENGER
        client.set_registered_model_alias(model, alias, version)
        if action == PROMOTED and CHALLENGER in self.aliases()[model]:
            client.delete_registered_model_alias(model, CHALLENGER)
        client.set_model_version_tag(model, version, _STATE, action)

    def _previous(self, model: str, current: str) -> str:
        history = promotions.served(promotions.read(self.workspace), model)
        older = [v for v in history if v != current and v in self.versions(model)]
        if not older:
            raise RegistryError(
                f"No version of {model!r} before {current} was ever in force and is still on "
                "disk. Name one with --to, or run a night."
            )
        return older[-1]

    @cached_property
    def _client(self) -> Any:
        # Set before the import: MLflow decides about telemetry while it is being imported.
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        os.environ["DO_NOT_TRACK"] = "true"
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        # After the import, which sets its own levels.
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.workspace.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{self.workspace / 'mlflow.db'}"
        failures = (MlflowException, SQLAlchemyError)
        with told(failures):
            client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        return Told(client, failures)

    def _experiment(self) -> str:
        known = self._client.get_experiment_by_name(EXPERIMENT)
        if known is not None:
            return str(known.experiment_id)
        location = (self.workspace / "mlruns").as_uri()
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=location))

    def _ensure_model(self, model: str) -> None:
        if not self._client.search_registered_models(f"name = '{model}'"):
            self._client.create_registered_model(model)


def _digest(folder: Path) -> str:
    return sha256((folder / HEADER).read_bytes()).hexdigest()
