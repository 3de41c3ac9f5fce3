"""Tickets from files to the night: read, checked, redacted and put aside part by part.

However many there are, only a few parts are in memory in full. Of every ticket stays what
splitting and drawing need; the words of those that are drawn are read back.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import pandas as pd

from data.errors import SchemaError
from data.load import STREAM_ROWS, stream_table
from data.schema import validate_tickets
from data.text.automatic import is_automatic
from data.workers import Workers
from pipelines import prepared
from pipelines.config import TicketsConfig
from pipelines.hiding import Raw, redact_part
from pipelines.prepared import Earlier, Made, Writer
from pipelines.run import Run
from pipelines.toml_words import toml_words

ROW = "row"
"""Column of the tickets in memory: where the rest of a ticket stands on disk."""

# May name the customer, and is used to hide the name.
_NAME = "customer_name"
_SENT = "sent by a machine"
# What a ticket is made from, as :class:`pipelines.hiding.Raw` takes it.
_RAW = ("subject", "text", _NAME, "language", _SENT)
_LIGHT = ("ticket_id", "client_id", "version", "channel", "language", "created_at")
_LEFT_OUT = {
    "empty": "have no words of their own",
    "automatic": "are automatic mail, such as out-of-office notes and delivery failures,",
}


class _Part(NamedTuple):
    """A part on its way: its rows, their keys, and what the last night made of them."""

    rows: pd.DataFrame
    keys: list[bytes]
    made: list[Made | None]


def take_in_tickets(run: Run) -> None:
    """Read, check and redact the tickets; keep the newest version of each, oldest first.

    Raises
    ------
    SchemaError
        When a row breaks the table's contract, a target column is missing or there are too few
        tickets to learn from.
    """
    extra = _extra(run)
    seen: list[pd.DataFrame] = []
    total = 0
    with Writer(run.cache, extra) as out:
        for part, made in _redacted(run, extra):
            ready = _with_made(part, made)
            out.write(ready)
            ready[ROW] = range(total, total + len(ready))
            total += len(ready)
            ready["empty"] = ready["words"].str.strip() == ""
            kept = (*_light(run), ROW, *_LEFT_OUT)
            seen.append(ready[[c for c in kept if c in ready]])
    run.prepared = out.path
    run.tickets = pd.concat(seen, ignore_index=True)
    _label_corrected(run)
    _keep_newest(run)


def _redacted(run: Run, extra: tuple[str, ...]) -> Iterator[tuple[_Part, list[Made]]]:
    waiting: deque[_Part] = deque()
    parts = _parts(run, extra)
    first = next(parts)
    second = next(parts, None)
    # One part alone is done before the workers are ready.
    workers = Workers() if second is None or run.workers is None else run.workers

    def unknown() -> Iterator[tuple[bytes, list[Raw]]]:
        for part in chain([first], [] if second is None else [second], parts):
            waiting.append(part)
            yield run.secret, _raw(part)

    for made in workers.map(redact_part, unknown()):
        part = waiting.popleft()
        fresh = iter(made)
        run.reused["tickets"] += len(part.made) - len(made)
        run.reused["of tickets"] += len(part.made)
        yield part, [next(fresh) if known is None else known for known in part.made]


def _parts(run: Run, extra: tuple[str, ...]) -> Iterator[_Part]:
    """Yield the parts of the files, then what the service's store holds of further tickets."""
    source, earlier, checked = run.config.tickets, Earlier(run.cache), False
    total = 0
    corrected = _keys(run.corrected) if len(run.corrected) else []
    asked, known = set(corrected), set[tuple[str, str]]()
    for rows in _given(source, (*extra, _NAME)):
        if not checked:
            _check_targets(run, rows)
            checked = True
        if asked:
            known |= asked.intersection(_keys(rows))
        total += prepared.cell_sum(rows)
        yield _part(run, rows, earlier, extra)
    if len(run.corrected):
        new = run.corrected[[key not in known for key in corrected]]
        total += prepared.cell_sum(run.corrected)
        run.added = set(_keys(new))
        if len(new):
            yield _part(run, validate_tickets(new.reset_index(drop=True)), earlier, extra)
    run.fingerprint = hashlib.sha256(f"{run.fingerprint}{total % 2**64:x}".encode()).hexdigest()[
        :16
    ]


def _given(source: TicketsConfig, columns: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    with toml_words("tickets"):
        yield from stream_table(
            source.path,
            "tickets",
            rows=STREAM_ROWS,
            columns=columns,
            mapping=source.mapping,
            timezone=source.timezone,
            defaults=source.defaults,
            values=source.values,
            date_format=source.date_format,
        )


def _part(run: Run, rows: pd.DataFrame, earlier: Earlier, extra: tuple[str, ...]) -> _Part:
    ready = prepared.normal(rows, (*extra, _NAME))
    ready[_SENT] = _sent_by_machines(ready)
    columns = [_texts(ready, c) for c in ("client_id", *_RAW)]
    keys = [prepared.row_key(run.secret, *cells) for cells in zip(*columns, strict=True)]
    return _Part(ready, keys, earlier.fetch(keys))


def _raw(part: _Part) -> list[Raw]:
    columns = [_texts(part.rows, c) for c in _RAW]
    every = zip(zip(*columns, strict=True), part.made, strict=True)
    return [Raw(*cells) for cells, made in every if made is None]


def _with_made(part: _Part, made: list[Made]) -> pd.DataFrame:
    # Beside what names people: the headers of a mail do.
    rows = part.rows.drop(columns=[c for c in (_NAME, "headers", _SENT) if c in part.rows])
    columns = dict(zip(Made._fields, zip(*made, strict=True), strict=True)) if made else {}
    kinds = {"automatic": "bool"}
    texts = {
        name: pd.Series(cells, index=rows.index, dtype=kinds.get(name, "str"))
        for name, cells in columns.items()
    }
    return rows.assign(**texts, key=part.keys)


def _sent_by_machines(rows: pd.DataFrame) -> list[str]:
    """Return a mark for each mail whose headers say that a machine sent it."""
    # The mail of a form says so too, and a person filled the form in.
    mails = (channel in ("", "email") for channel in _texts(rows, "channel"))
    every = zip(mails, _texts(rows, "headers"), strict=True)
    return ["1" if mail and given and _machine(given) else "" for mail, given in every]


def _machine(headers: str) -> bool:
    read = json.loads(headers)
    return isinstance(read, dict) and is_automatic("", "", read)


def _texts(rows: pd.DataFrame, column: str) -> list[str]:
    return rows[column].fillna("").tolist() if column in rows else [""] * len(rows)


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["client_id"], rows["ticket_id"], strict=True))


def _extra(run: Run) -> tuple[str, ...]:
    """Columns the night needs beside those of the table."""
    config = run.config
    wanted = (*config.intents.targets, config.split.group, *config.evaluate.slices)
    return tuple(dict.fromkeys(wanted))


def _light(run: Run) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_LIGHT, *_extra(run))))


def _check_targets(run: Run, rows: pd.DataFrame) -> None:
    for target in run.config.intents.targets:
        if target not in rows:
            raise SchemaError(
                f"The tickets have no column {target!r}, and [intents] asks to learn it. Map one "
                "with [tickets.mapping], or change 'targets'.",
                table="tickets",
                column=target,
            )


def _label_corrected(run: Run) -> None:
    """Put what agents corrected in the place of the export's labels."""
    if not len(run.corrected):
        return
    asked = run.tickets["ticket_id"].isin(run.corrected["ticket_id"])
    places = run.tickets.index[asked]
    keys = _keys(run.tickets.loc[places])
    for target in run.config.intents.targets:
        fixed = run.corrected[run.corrected[target].notna()]
        labels = dict(zip(_keys(fixed), fixed[target], strict=True))
        old = run.tickets.loc[places, target]
        column = [labels.get(key, was) for key, was in zip(keys, old, strict=True)]
        run.tickets[target] = run.tickets[target].astype("str")
        run.tickets.loc[places, target] = pd.Series(column, index=places, dtype="str")


def _keep_newest(run: Run) -> None:
    tickets = run.tickets
    if "version" in tickets:
        tickets = tickets.sort_values("version", kind="stable")
    tickets = tickets.drop_duplicates(["client_id", "ticket_id"], keep="last")
    tickets = tickets.sort_values("created_at", kind="stable").reset_index(drop=True)
    for column, told in _LEFT_OUT.items():
        out = tickets.pop(column).to_numpy(dtype=bool)
        if out.any():
            run.not_learned[column] = int(out.sum())
            run.warnings.append(f"{int(out.sum()):,} tickets {told} and were left out")
        tickets = tickets[~out]
    if len(tickets) < 2:
        raise SchemaError(
            f"The tickets table must have at least 2 rows to learn from. Got {len(tickets)}.",
            table="tickets",
        )
    run.tickets = tickets.reset_index(drop=True)
