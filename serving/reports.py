"""The newest reports of the night and of planning, for those who may see every client."""

import json
from pathlib import Path

from starlette.responses import Response

from serving.problems import NOT_FOUND, REPORT_CLOSED, ProblemError, wrong_field
from serving.settings import Settings
from serving.snapshot import known_clients

NO_PLAN = "There is no plan yet: run 'python -m pipelines plan'."
_POINTER = "current.json"
_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}
# The report is one page with its own scripts; it may load and send nothing.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def nightly_report(settings: Settings, client: str, form: str) -> Response:
    """Return the newest report of the night as it was written.

    Parameters
    ----------
    settings : Settings
    client : str
        Who asks.
    form : {'html', 'json'}

    Raises
    ------
    ProblemError
        403 for a client that may not read it, 404 before the first night.
    """
    _may_read(settings, client, "nightly report")
    folder = _latest(settings.reports)
    return _written(folder, "report", form, "There is no report yet: run the night first.")


def plan_report(settings: Settings, client: str, form: str) -> Response:
    """Return the newest plan's report as it was written; see `nightly_report`."""
    _may_read(settings, client, "plan's report")
    return _written(newest_plan(settings.plans), "plan", form, NO_PLAN)


def newest_plan(plans: Path) -> Path | None:
    """Return the folder that the pointer of plans names, if there is one."""
    try:
        pointer = json.loads((plans / _POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return plans / str(pointer["plan_id"])


def _may_read(settings: Settings, client: str, what: str) -> None:
    if client not in settings.report_readers and not _is_alone(settings, client):
        raise ProblemError(
            REPORT_CLOSED,
            f"The {what} covers every client; 'report_readers' in the settings, or "
            "DESKPILOT_REPORT_READERS, names those who may read it.",
        )


def _written(folder: Path | None, stem: str, form: str, nothing: str) -> Response:
    if form not in _TYPES:
        raise wrong_field("format", "must be html or json")
    path = None if folder is None else folder / f"{stem}.{form}"
    if path is None or not path.is_file():
        raise ProblemError(NOT_FOUND, nothing)
    return Response(
        path.read_bytes(), media_type=_TYPES[form], headers={"Content-Security-Policy": _POLICY}
    )


def newest_report(reports: Path) -> Path | None:
    """Return the page of the newest report; None before the first night."""
    folder = _latest(reports)
    page = None if folder is None else folder / "report.html"
    return page if page is not None and page.is_file() else None


def _is_alone(settings: Settings, client: str) -> bool:
    """Tell whether a report over all clients is one over this client."""
    return list(settings.keys) == [client] and known_clients(settings.champions) == (client,)


def _latest(reports: Path) -> Path | None:
    """Follow ``latest``: a link to a folder, or a file that holds its name."""
    latest = reports / "latest"
    if latest.is_dir():
        return latest
    if latest.is_file():
        name = Path(latest.read_text(encoding="utf-8").strip()).name
        return reports / name if name else None
    return None
