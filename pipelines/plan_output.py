"""Put a plan on disk in one step: whoever reads finds the old one or the new one, whole."""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import RegistryError
from forecasting.exports import write_calendars
from forecasting.planning.shifts import shift_name
from pipelines.plan_making import Plan
from pipelines.plan_report import plan_document, plan_page

POINTER = "current.json"
_ROWS = 50_000


def write_plan(
    plan: Plan, folder: Path, *, keep: int = 8, duty: pd.DataFrame | None = None
) -> Path:
    """Write tables, calendars, report and summary; then name the plan as the newest.

    Everything is written beside its place and renamed, and the pointer is replaced last: a
    process that dies on the way leaves the plan before in force.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Of all plans.
    keep : int
        Plans that stay on disk, the newest among them.
    duty : DataFrame, optional
        Who holds which shift on the board, for the calendars; by default whom the plan assigned.

    Returns
    -------
    Path
        The plan's own folder.

    Raises
    ------
    RegistryError
        A plan of this name is there, or the folder cannot be written.
    """
    final = folder / plan.plan_id
    if final.exists():
        raise RegistryError(
            f"There is a plan {plan.plan_id} in {folder} already. Plan again a second later, or "
            "remove it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".plan-", dir=folder) as made:
            beside = Path(made) / "plan"
            _fill(plan, beside, duty)
            beside.rename(final)
        _point(folder, {"plan_id": plan.plan_id, "created_at": plan.created_at.isoformat()})
    except OSError as error:
        raise RegistryError(
            f"The plan cannot be written to {folder} ({error.strerror}). Make it writable or name "
            "another one; the plan before stays in force."
        ) from error
    _forget(folder, plan.plan_id, keep)
    return final


def current_plan(folder: Path) -> Path | None:
    """Return the folder of the newest plan, if there is one."""
    try:
        found = json.loads((folder / POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise RegistryError(f"The pointer {folder / POINTER} cannot be read: {error}.") from error
    return folder / str(found["plan_id"])


def pools_in_force(folder: Path) -> dict[str, str]:
    """Return the pool of each desk in the newest plan; empty without one."""
    newest = current_plan(folder)
    if newest is None or not (newest / "pools.parquet").exists():
        return {}
    table = pd.read_parquet(newest / "pools.parquet", columns=["desk", "pool_id"])
    return dict(zip(table["desk"].tolist(), table["pool_id"].tolist(), strict=True))


def named_assignment(plan: Plan) -> pd.DataFrame:
    """Return the assignment with ``shift_id``, ``breaks`` and ``source`` of each agent's shift.

    The ``source`` is ``agent`` where the agent had claimed it before the plan was made.
    """
    assigned = plan.tables["assignment"]
    columns = (assigned[name] for name in ("pool_id", "starts_at", "hours"))
    ids = [shift_name(*each) for each in zip(*columns, strict=True)]
    if "shift_id" in assigned:
        held = assigned["shift_id"].notna()
        return assigned.assign(shift_id=assigned["shift_id"].where(held, pd.Series(ids)))
    return assigned.assign(shift_id=ids, source="roster")


def _fill(plan: Plan, folder: Path, duty: pd.DataFrame | None) -> None:
    folder.mkdir()
    assigned = named_assignment(plan)
    tables: dict[str, pd.DataFrame] = plan.tables | {"assignment": assigned}
    client = tables["forecasts"]["unique_id"].str.partition("/")[0]
    tables["forecasts"] = tables["forecasts"].assign(client_id=client)
    for name, table in tables.items():
        _write_table(table, folder / f"{name}.parquet")
    on_shift = assigned if duty is None else _with_own_breaks(duty, assigned)
    write_calendars(folder / "calendars", on_shift, now=plan.created_at)
    document = plan_document(plan)
    _write(folder / "plan.json", json.dumps(document, indent=1, ensure_ascii=False))
    _write(folder / "plan.html", plan_page(plan, document))


def _with_own_breaks(duty: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """Give who holds a seat as assigned their own breaks; the board knows those of the shift."""
    keys = ["shift_id", "agent_id"]
    own = assigned[[*keys, "breaks"]].rename(columns={"breaks": "own"})
    found = duty.merge(own.drop_duplicates(keys), on=keys, how="left")
    return found.assign(breaks=found["own"].fillna(found["breaks"])).drop(columns="own")


def _write_table(table: pd.DataFrame, path: Path) -> None:
    columns = {str(name): _as_arrow(table[name]) for name in table.columns}
    pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=_ROWS)


def _as_arrow(column: "pd.Series[Any]") -> pa.Array:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # pandas warns of what Arrow does with a column that knows its zone.
        moments = column.dt.tz_convert(None).to_numpy(dtype="datetime64[us]")
        return pa.array(moments, from_pandas=True).cast(pa.timestamp("us", tz="UTC"))
    found = pa.array(column, from_pandas=True)
    return found.cast(pa.string()) if pa.types.is_null(found.type) else found


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _point(folder: Path, pointer: dict[str, Any]) -> None:
    beside = folder / f".{POINTER}.{os.getpid()}"
    _write(beside, json.dumps(pointer))
    beside.replace(folder / POINTER)


def _forget(folder: Path, newest: str, keep: int) -> None:
    plans = [p for p in folder.iterdir() if (p / "plan.json").exists() and p.name != newest]
    plans.sort(key=lambda p: json.loads((p / "plan.json").read_text("utf-8"))["created_at"])
    for old in plans[: max(0, len(plans) - keep + 1)]:
        shutil.rmtree(old, ignore_errors=True)
