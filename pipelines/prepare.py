"""The night's tables, and its training and test parts."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from data.embedding_cache import EmbeddingCache
from data.encoders import Encoder, HashingEncoder, SentenceTransformerEncoder, default_encoder
from data.files import read_text
from data.knowledge import read_articles
from data.load import load_article_links, load_table
from data.redaction import Placeholders
from data.schema import validate_articles
from data.split import split_by_time
from data.synthetic import write_samples
from pipelines.edits import CORRECTED, corrected_tickets, merge_articles
from pipelines.intake import ROW
from pipelines.prepared import cache_secret, read_rows
from pipelines.run import Json, Run
from pipelines.sampling import newest_of_each
from pipelines.store import read_answers, read_edits
from pipelines.toml_words import toml_words
from pipelines.yardstick import sample

# Written last: where it is missing, an earlier write was cut short.
_LAST_OF_SAMPLE = "client.yaml"
_MANY_APART = 0.1
_MOST_FIXED = 0.5


def load_tables(run: Run) -> None:
    """Read links and articles, and what was changed through the service."""
    config = run.config
    if config.sample is not None and not (config.sample.folder / _LAST_OF_SAMPLE).exists():
        write_samples(config.sample.folder)
    run.secret = cache_secret(run.cache)
    if config.tickets.links is not None:
        with toml_words("tickets"):
            run.links = load_article_links(
                config.tickets.links,
                timezone=config.tickets.timezone,
                date_format=config.tickets.date_format,
            )
    frames = []
    for client in config.clients:
        if client.policies is not None:
            run.policies[client.id] = read_text(client.policies)
        for path in client.articles:
            frame, statuses = read_articles(path, client.id)
            frames.append(frame)
            run.statuses.extend({**s, "client_id": client.id} for s in statuses)
    if config.articles is not None:
        frames.append(load_table(config.articles, "articles"))
    frames = [frame for frame in frames if len(frame)]
    if frames:
        run.articles = pd.concat(frames, ignore_index=True)
    _merge_store(run)
    if len(run.articles):
        run.articles = validate_articles(run.articles)
    # When a file was last touched says nothing about what is in it.
    words = run.articles.drop(columns="updated_at", errors="ignore")
    run.fingerprint = fingerprint([words, run.links])


def split_parts(run: Run) -> None:
    """Keep the newest tickets apart, whole customers on one side; draw what is learned from.

    Corrected tickets are learned from at once, however new they are: agents expect it. The report
    says how many of the newest are not measured on for that.
    """
    config = run.config
    _warn_about(run)
    older, newer = _by_age(run)
    run.available = {"train": len(older), "test": len(newer)}
    strata = ("client_id", *config.intents.targets[:1])
    older = older.iloc[newest_of_each(older, config.split.most_train, columns=strata)]
    newer = sample(newer, config.split.most_test, random_state=config.seed)
    run.train, run.test = _whole(run, older), _whole(run, newer.sort_values(ROW))
    run.hidden = _hidden(run)
    run.train = run.train.drop(columns="held")
    encoder = make_encoder(config.intents.encoder)
    run.encoder = EmbeddingCache(
        encoder,
        run.cache / "vectors",
        secret=run.secret,
        most_bytes=config.cache.most_mb * 1024**2,
        workers=run.workers,
    )


def _by_age(run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tickets to learn from and to measure on, both oldest first."""
    settings, every = run.config.split, run.tickets
    corrected = set(_keys(run.corrected)) if len(run.corrected) else set()
    is_fixed = np.array([key in corrected for key in _keys(every)], dtype=bool)
    # Where nearly all are corrected, these are the tickets there are, not the hard ones.
    is_fixed &= is_fixed.mean() <= _MOST_FIXED
    tickets, fixed = every[~is_fixed].reset_index(drop=True), every[is_fixed]
    group = settings.group if settings.group in tickets else None
    train, test = split_by_time(tickets, test_share=settings.test_share, group=group)
    if group is not None and len(fixed):
        test = test[~tickets[group].iloc[test].isin(set(fixed[group].dropna())).to_numpy()]
    apart = len(tickets) - len(train) - len(test)
    if apart > _MANY_APART * len(tickets):
        run.warnings.append(
            f"{apart:,} older tickets were not trained on: their customers also wrote lately, and "
            "a customer stands on one side"
        )
    older = pd.concat([tickets.iloc[train], fixed]) if len(fixed) else tickets.iloc[train]
    older = older.sort_values("created_at", kind="stable").reset_index(drop=True)
    return older, tickets.iloc[test].reset_index(drop=True)


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["client_id"].astype(str), rows["ticket_id"].astype(str), strict=True))


def _hidden(run: Run) -> dict[tuple[str, str], Placeholders]:
    """Take from the test tickets what hides their known names."""
    held = run.test.pop("held")
    keys = zip(run.test["client_id"], run.test["ticket_id"], held, strict=True)
    return {
        (str(client), str(ticket)): Placeholders.from_json(known, key=run.secret)
        for client, ticket, known in keys
        if known
    }


def _whole(run: Run, chosen: pd.DataFrame) -> pd.DataFrame:
    """Read the drawn tickets back, oldest first, with their labels as they stand now."""
    if run.prepared is None:
        return chosen
    chosen = chosen.sort_values("created_at", kind="stable")
    rows = read_rows(run.prepared, chosen[ROW].to_numpy())
    rows = rows[[c for c in rows if c in chosen or rows[c].notna().any()]]
    for target in run.config.intents.targets:
        rows[target] = chosen[target].to_numpy()
    return rows


def make_encoder(name: str) -> Encoder:
    """Build the encoder that the configuration names."""
    if name == "default":
        return default_encoder()
    if name == "hashing":
        return HashingEncoder()
    return SentenceTransformerEncoder(name)


def fingerprint(frames: Iterable[pd.DataFrame]) -> str:
    """Name the data of a night: changes with any cell, not with the order of columns."""
    digest = hashlib.sha256()
    for frame in frames:
        ordered = frame.reindex(columns=sorted(frame.columns))
        digest.update(repr(list(ordered.columns)).encode())
        hashed = pd.util.hash_pandas_object(ordered.astype(str), index=False)
        digest.update(hashed.to_numpy().tobytes())
    return digest.hexdigest()[:16]


def _merge_store(run: Run) -> None:
    run.articles = merge_articles(run.articles, read_edits(run.config.store))
    store = read_answers(run.config.store, CORRECTED, corrected=True)
    if not store:
        return
    for target in run.config.intents.targets:
        fixed = corrected_tickets(store["feedback"], store["suggestions"], target)
        run.corrected = _joined(run.corrected, fixed, target)
    for target in set(run.config.intents.targets) - set(run.corrected):
        # Nothing was corrected of the targets before it.
        run.corrected[target] = None


def _joined(corrected: pd.DataFrame, fixed: pd.DataFrame, target: str) -> pd.DataFrame:
    """One row for each corrected ticket, with every target that was corrected."""
    if corrected.empty or fixed.empty:
        return fixed if corrected.empty else corrected.assign(**{target: None})
    keys = ["client_id", "ticket_id"]
    merged = pd.concat([corrected, fixed], ignore_index=True).astype(object)
    return merged.groupby(keys, sort=False, as_index=False).first()


def _warn_about(run: Run) -> None:
    skipped = [s for s in run.statuses if s["status"] == "skipped"]
    if skipped:
        run.warnings.append(f"{len(skipped):,} knowledge files could not be read; see the list")
    knows = set(run.articles["client_id"]) if len(run.articles) else set()
    for client in sorted(set(run.tickets["client_id"]) - knows):
        run.warnings.append(f"client {client} has tickets but no articles")


def statuses_as_json(statuses: list[Json]) -> list[Json]:
    """List skipped files for the report, without the path of this machine."""
    return [
        {
            "path": f"{s['client_id']}: {Path(str(s['path'])).name}",
            "reason": str(s["reason"]),
        }
        for s in statuses
        if s["status"] == "skipped"
    ]
