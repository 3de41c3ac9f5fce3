"""Did what was written lately keep tickets away? Each new article against its topic's volume."""

import pandas as pd

from forecasting.impact import impact
from pipelines.labels import INTENT
from pipelines.run import Json, Run

# An article has the topic that most of its linked tickets have, where so many are linked.
_LEAST_LINKS, _LEAST_SHARE = 5, 0.5
# Days that have to lie before and after; `impact` leaves a week out after shipping.
_BEFORE, _AFTER = pd.Timedelta(days=28), pd.Timedelta(days=21)
_MOST_AT_ONCE = 0.5
_DAY = "D"


def watch_topics(run: Run) -> None:
    """Compare the volume of each topic that got an article with what it would have been.

    Topics are those of linked tickets. A client's articles that came or changed all at once are
    a first load or a move, and no article of theirs is judged by it.
    """
    tickets = run.tickets
    if run.links.empty or run.articles.empty or INTENT not in tickets:
        return
    known = tickets[tickets[INTENT].notna()]
    rows: list[Json] = []
    for client, own in known.groupby("client_id", sort=True):
        shipped = _shipped(run.articles[run.articles["client_id"] == client], own)
        topics = _topics(run.links, own, shipped)
        if len(topics):
            rows += _of_client(str(client), own, topics)
    run.impact = rows


def _shipped(articles: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Articles that came or changed in the time of the tickets, with room before and after."""
    text = articles[(articles["kind"] == "article") & (articles["status"] == "approved")]
    newest = text.sort_values("version").drop_duplicates("article_id", keep="last")
    first, last = own["created_at"].min() + _BEFORE, own["created_at"].max() - _AFTER
    inside = newest[newest["updated_at"].between(first, last)]
    at_once = inside.groupby(inside["updated_at"].dt.floor(_DAY))["article_id"].transform("size")
    return inside[at_once <= max(1, _MOST_AT_ONCE * len(newest))]


def _topics(links: pd.DataFrame, own: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """Return ``article_id, intent, updated_at`` of the articles whose topic the links tell."""
    linked = links[links["article_id"].isin(set(shipped["article_id"]))]
    told = linked[["ticket_id", "article_id"]].merge(own[["ticket_id", INTENT]], on="ticket_id")
    counts = told.groupby(["article_id", INTENT]).size().rename("links").reset_index()
    share = counts["links"] / counts.groupby("article_id")["links"].transform("sum")
    sure = counts[(counts["links"] >= _LEAST_LINKS) & (share > _LEAST_SHARE)]
    return sure.merge(shipped[["article_id", "title", "updated_at"]], on="article_id")


def _of_client(client: str, own: pd.DataFrame, topics: pd.DataFrame) -> list[Json]:
    """One row a topic; the first of its articles says when."""
    daily = _daily(own)
    others = [name for name in daily if name not in set(topics[INTENT])]
    control = _long(daily[others].sum(axis=1).to_frame("control")) if others else None
    rows = []
    for topic, articles in topics.sort_values("updated_at").groupby(INTENT, sort=True):
        shipped = articles["updated_at"].iloc[0]
        found = impact(_long(daily[[topic]]), shipped, control=control)
        rows.append(_row(client, str(topic), articles, daily[topic], found.iloc[0]))
    return rows


def _row(
    client: str, topic: str, articles: pd.DataFrame, daily: pd.Series, found: pd.Series
) -> Json:
    weekly = daily.resample("W").sum().iloc[1:-1]
    lines = ("reference_low", "reference_high", "reference_community")
    figures = ("expected", "came", "effect", "effect_lo", "effect_hi", *lines)
    return {
        "client_id": client,
        "topic": topic,
        "articles": articles["title"].astype(str).tolist(),
        "shipped_at": found["shipped_at"].isoformat(),
        **{name: float(found[name]) for name in figures},
        "verdict": found["verdict"],
        "reason": found["reason"],
        "weeks": [day.date().isoformat() for day in weekly.index],
        "contacts": weekly.astype(int).tolist(),
    }


def _daily(own: pd.DataFrame) -> pd.DataFrame:
    """Tickets of each topic by UTC day; days without a ticket of any topic stay zero."""
    counts = own.groupby([own["created_at"].dt.floor(_DAY), INTENT]).size().unstack(fill_value=0)
    counts.index = pd.DatetimeIndex(counts.index)
    return counts.asfreq(_DAY, fill_value=0)


def _long(daily: pd.DataFrame) -> pd.DataFrame:
    name = str(daily.columns[0])
    values = daily.iloc[:, 0].to_numpy(dtype=float)
    return pd.DataFrame({"unique_id": name, "ds": daily.index, "y": values})
