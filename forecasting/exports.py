"""Calendars for agents, as files that every calendar reads."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from data.errors import SchemaError

_OCTETS = 75
_COLUMNS = ("shift_id", "agent_id", "pool_id", "starts_at", "ends_at")


def agent_calendars(
    assigned: pd.DataFrame, *, now: datetime, agents: Iterable[str] = ()
) -> dict[str, str]:
    """One iCalendar file per agent.

    Times are written in UTC, which needs no time zone definition: each calendar shows them on
    its owner's clock. An event keeps its UID when the plan is made again, so that importing a
    newer file replaces it.

    Parameters
    ----------
    assigned : DataFrame
        ``shift_id, agent_id, pool_id, starts_at, ends_at``; optionally ``breaks`` (JSON list of
        ``starts_at, ends_at``).
    now : datetime
        Aware; written as the time of the file.
    agents : iterable of str
        Who gets a calendar even without a shift.

    Returns
    -------
    dict of agent to str
        Lines end as the format wants.

    Raises
    ------
    SchemaError
        A missing column, or times without a zone.

    References
    ----------
    RFC 5545, Internet Calendaring and Scheduling Core Object Specification (iCalendar).

    Examples
    --------
    >>> shift = pd.DataFrame({"shift_id": ["s1"], "agent_id": ["a"], "pool_id": ["p"],
    ...     "starts_at": [pd.Timestamp("2026-03-02T08:00Z")],
    ...     "ends_at": [pd.Timestamp("2026-03-02T12:00Z")]})
    >>> file = agent_calendars(shift, now=datetime(2026, 3, 1, tzinfo=UTC))["a"]
    >>> "DTSTART:20260302T080000Z" in file
    True
    """
    for column in _COLUMNS:
        if column not in assigned.columns:
            raise SchemaError(f"The assignment has no column '{column}'.", column=column)
    for column in ("starts_at", "ends_at"):
        if not isinstance(assigned[column].dtype, pd.DatetimeTZDtype):
            raise SchemaError(
                f"The column '{column}' of the assignment must hold times with their zone. "
                "Say where they were written with dt.tz_localize.",
                column=column,
            )
    ordered = assigned.sort_values(["agent_id", "starts_at", "shift_id"])
    stamp = _moment(now)
    rows = {str(agent): own for agent, own in ordered.groupby("agent_id", sort=True)}
    none = ordered.head(0)
    return {
        agent: _calendar(agent, rows.get(agent, none).to_dict("records"), stamp)
        for agent in sorted({*rows, *agents})
    }


def write_calendars(
    folder: str | os.PathLike[str], assigned: pd.DataFrame, *, now: datetime
) -> int:
    """Write ``<agent>.ics`` files to a folder; return how many.

    Characters that a file name cannot hold are written as in an address.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = agent_calendars(assigned, now=now)
    for agent, text in files.items():
        # A dot in front would hide the file, or lead out of the folder.
        name = quote(agent, safe="").replace(".", "%2E") if agent[:1] == "." else quote(agent, "")
        (target / f"{name}.ics").write_bytes(text.encode("utf-8"))
    return len(files)


def _calendar(agent: str, shifts: Iterable[dict[Any, Any]], stamp: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deskpilot//planning//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text('Shifts of ' + agent)}",
    ]
    for shift in shifts:
        rests = _breaks(shift.get("breaks"))
        said = f"Pool {shift['pool_id']}." + (f" Paid breaks (UTC): {rests}." if rests else "")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(str(shift['shift_id']) + '/' + agent)}@deskpilot",
            f"DTSTAMP:{stamp}",
            f"DTSTART:{_moment(shift['starts_at'])}",
            f"DTEND:{_moment(shift['ends_at'])}",
            f"SUMMARY:{_text('Shift: ' + str(shift['pool_id']))}",
            f"DESCRIPTION:{_text(said)}",
            "STATUS:CONFIRMED",
            "TRANSP:OPAQUE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _breaks(value: Any) -> str:
    given = json.loads(value) if isinstance(value, str) and value else []
    return ", ".join(f"{b['starts_at'][11:16]}-{b['ends_at'][11:16]}" for b in given)


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Escape what means something in the format; other control characters are dropped."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = escaped.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(c for c in escaped if c >= " " and c != "\x7f")


def _folded(line: str) -> str:
    """Break a line into pieces of at most 75 octets, never inside a character."""
    pieces, piece, room = [], "", _OCTETS
    for character in line:
        size = len(character.encode("utf-8"))
        if size > room:
            pieces.append(piece)
            # The blank that marks a continuation counts.
            piece, room = "", _OCTETS - 1
        piece += character
        room -= size
    return "\r\n ".join([*pieces, piece])
