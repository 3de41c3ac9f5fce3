"""The newest report of the night, for those who may see every client."""

from pathlib import Path

from starlette.responses import Response

from serving.problems import FORBIDDEN, NOT_FOUND, ProblemError, wrong_field
from serving.settings import Settings
from serving.snapshot import known_clients

_FILES = {
    "html": ("report.html", "text/html; charset=utf-8"),
    "json": ("report.json", "application/json"),
}
# The report is one page with its own scripts; it may load and send nothing.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def nightly_report(settings: Settings, client: str, form: str) -> Response:
    """Return the newest report as it was written.

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
    if client not in settings.report_readers and not _is_alone(settings, client):
        raise ProblemError(
            FORBIDDEN,
            "The nightly report covers every client; 'report_readers' in the settings names "
            "those who may read it.",
        )
    if form not in _FILES:
        raise wrong_field("format", "must be html or json")
    name, media_type = _FILES[form]
    folder = _latest(settings.reports)
    path = None if folder is None else folder / name
    if path is None or not path.is_file():
        raise ProblemError(NOT_FOUND, "There is no report yet: run the night first.")
    return Response(
        path.read_bytes(), media_type=media_type, headers={"Content-Security-Policy": _POLICY}
    )


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
