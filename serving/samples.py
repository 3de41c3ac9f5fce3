"""Tickets of the fictional shop, in the shape a helpdesk would post them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

SAMPLE_CLIENT = "lumen"
_SHOWN = 30
_CUSTOMER = {
    "id": "customer_id",
    "name": "customer_name",
    "timezone": "customer_timezone",
    "segment": "customer_segment",
    "plan": "plan",
}


def sample_tickets(client: str) -> list[dict[str, Any]]:
    """Return open sample tickets for the shop's own key, none for any other client.

    They are as the customer sent them: nobody has replied yet.
    """
    return list(_tickets()) if client == SAMPLE_CLIENT else []


@cache
def _tickets() -> tuple[dict[str, Any], ...]:
    from data.synthetic import sample_tickets as generate

    tickets, messages, _ = generate(n=400, seed=7)
    varied = tickets.drop_duplicates(["intent", "language"])
    varied = varied.groupby("language", sort=False).head(_SHOWN // 3).sort_values("created_at")
    first = messages.drop_duplicates("ticket_id").set_index("ticket_id")
    rows = varied.to_dict("records")
    return tuple(_ticket(row, first.loc[row["ticket_id"]].to_dict()) for row in rows)


def _ticket(row: Mapping[Any, Any], message: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["ticket_id"],
        "version": 1,
        "channel": row["channel"],
        "subject": _known(row["subject"]) or "",
        "language": _known(row["language"]),
        "created_at": row["created_at"].isoformat(),
        "customer": {name: _known(row[column]) for name, column in _CUSTOMER.items()},
        "messages": [
            {
                "id": message["message_id"],
                "author": "customer",
                "at": message["sent_at"].isoformat(),
                "text": message["text"],
            }
        ],
        "context": json.loads(row["context"]) if _known(row["context"]) else {},
    }


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value
