"""Bring the columns of an export under the names and values of a table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.errors import SchemaError
from data.schema.table import nearest


def prepare(
    frame: pd.DataFrame,
    *,
    mapping: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Rename columns, translate values and fill gaps of a copy; see `data.load.load_table`.

    Raises
    ------
    SchemaError
        When ``mapping`` names a column that is not there or gives one name to two columns.
    """
    given = dict(mapping or {})
    for name in given:
        if name not in frame.columns:
            likely = nearest(name, [str(column) for column in frame.columns])
            hint = f" Did you mean '{likely}'?" if likely else ""
            raise SchemaError(
                "The 'mapping' parameter must name columns of the export. "
                f"Got '{name}' instead.{hint}",
                column=name,
            )
    ready = frame.rename(columns=given)
    ready.columns = pd.Index([n.strip() if isinstance(n, str) else n for n in ready.columns])
    for column, table in (values or {}).items():
        if column in ready.columns:
            replaced = [table.get(v, v) if isinstance(v, str) else v for v in ready[column]]
            ready[column] = pd.Series(replaced, index=ready.index, dtype=object)
    for column, value in (defaults or {}).items():
        if column not in ready.columns:
            ready[column] = pd.Series([value] * len(ready), index=ready.index, dtype=object)
        elif ready[column].isna().any():
            ready[column] = ready[column].astype(object).where(ready[column].notna(), value)
    return ready
