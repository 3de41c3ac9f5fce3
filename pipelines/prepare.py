"""From files to a redacted training and test part."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from data.encoders import Encoder, HashingEncoder, SentenceTransformerEncoder, default_encoder
from data.errors import SchemaError
from data.files import read_text
from data.knowledge import read_articles
from data.load import load_article_links, load_table, load_tickets
from data.redaction import Placeholders, hide_names, redact, remember_name
from data.schema import validate_articles, validate_tickets
from data.split import split_by_time
from data.synthetic import write_samples
from data.text import LANGUAGES, clean, detect_language
from data.ticket import as_ticket
from pipelines.edits import corrected_tickets, merge_articles, read_store
from pipelines.memo import MemoEncoder
from pipelines.run import Json, Run

# Columns that may name a person and that no model of the night needs.
_PERSONAL = ("customer_name", "headers")
# Written last: where it is missing, an earlier write was cut short.
_LAST_OF_SAMPLE = "client.yaml"
_MANY_APART = 0.1
# Nothing hashed under it leaves the process, so it keeps no secret.
_KEY = b"night"


def load_tables(run: Run) -> None:
    """Read tickets, links and articles, and what was changed through the service."""
    config = run.config
    if config.sample is not None and not (config.sample.folder / _LAST_OF_SAMPLE).exists():
        write_samples(config.sample.folder)
    source = config.tickets
    run.tickets = load_tickets(
        source.path,
        mapping=source.mapping,
        timezone=source.timezone,
        defaults=source.defaults,
        values=source.values,
    )
    if source.links is not None:
        run.links = load_article_links(source.links, timezone=source.timezone)
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


def check_tables(run: Run) -> None:
    """Check what the steps after rely on; keep the newest version of each ticket.

    Raises
    ------
    SchemaError
        When a target column is missing or there are too few tickets to learn from.
    """
    for target in run.config.intents.targets:
        if target not in run.tickets:
            raise SchemaError(
                f"The tickets have no column {target!r}, and [intents] asks to learn it. Map one "
                "with [tickets.mapping], or change 'targets'.",
                table="tickets",
                column=target,
            )
    tickets = validate_tickets(run.tickets)
    if "version" in tickets:
        tickets = tickets.sort_values("version", kind="stable")
    tickets = tickets.drop_duplicates(["client_id", "ticket_id"], keep="last")
    run.tickets = tickets.sort_values("created_at", kind="stable").reset_index(drop=True)
    if len(run.tickets) < 2:
        raise SchemaError(
            f"The tickets table must have at least 2 rows to learn from. Got {len(run.tickets)}.",
            table="tickets",
        )
    if len(run.articles):
        run.articles = validate_articles(run.articles)
    # When a file was last touched says nothing about what is in it.
    words = run.articles.drop(columns="updated_at", errors="ignore")
    run.fingerprint = fingerprint([run.tickets, words, run.links])
    _warn_about(run)


def redact_texts(run: Run) -> None:
    """Replace every text by its cleaned, redacted form; ``words`` is what models read."""
    tickets = run.tickets
    subjects = tickets["subject"] if "subject" in tickets else [None] * len(tickets)
    names = tickets["customer_name"] if "customer_name" in tickets else [None] * len(tickets)
    keys = zip(tickets["client_id"].astype(str), tickets["ticket_id"].astype(str), strict=True)
    texts, heads = [], []
    for key, name, subject, text in zip(keys, names, subjects, tickets["text"], strict=True):
        held = run.hidden.setdefault(key, Placeholders(_KEY))
        heads.append(hide(clean(_string(subject)), held, name=_string(name)))
        texts.append(hide(clean(_string(text)), held, name=_string(name)))
    run.tickets = tickets.drop(columns=[c for c in _PERSONAL if c in tickets]).assign(
        subject=heads, text=texts
    )
    run.tickets["words"] = [as_ticket(row).text for row in run.tickets.to_dict("records")]
    empty = int((run.tickets["words"].str.strip() == "").sum())
    if empty:
        run.warnings.append(f"{empty:,} tickets have no words of their own and were left out")
        run.tickets = run.tickets[run.tickets["words"].str.strip() != ""].reset_index(drop=True)


def hide(text: str, held: Placeholders, *, name: str = "") -> str:
    """Redact a text, with the names that are known of its ticket.

    Parameters
    ----------
    text : str
    held : Placeholders
        The ticket's own, with a key.
    name : str, optional
        Of the customer; remembered for the ticket's other texts.
    """
    redacted = str(redact(text, placeholders=held))
    # After redaction: a text names people in an order of its own, and keeps their numbers.
    remember_name(name, held)
    return hide_names(redacted, held)


def detect_languages(run: Run) -> None:
    """Recognise the language where the ticket does not say it."""
    tickets = run.tickets
    if "language" not in tickets:
        tickets = tickets.assign(language=None)
    known = tickets["language"].astype(object).where(tickets["language"].notna(), "")
    missing = (known == "").to_numpy()
    found = detect_language(list(tickets.loc[missing, "words"]), languages=LANGUAGES)
    known.loc[missing] = [language for language, _ in found]
    run.tickets = tickets.assign(language=known.astype(str))


def split_parts(run: Run) -> None:
    """Keep the newest tickets apart, whole customers on one side."""
    settings = run.config.split
    group = settings.group if settings.group in run.tickets else None
    train, test = split_by_time(run.tickets, test_share=settings.test_share, group=group)
    run.train = run.tickets.iloc[train].reset_index(drop=True)
    run.test = run.tickets.iloc[test].reset_index(drop=True)
    apart = len(run.tickets) - len(train) - len(test)
    if apart > _MANY_APART * len(run.tickets):
        run.warnings.append(
            f"{apart:,} older tickets were not trained on: their customers also wrote lately, and "
            "a customer stands on one side"
        )
    run.encoder = MemoEncoder(make_encoder(run.config.intents.encoder))


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
    store = read_store(run.config.store, "article_edits", "feedback", "suggestions")
    if "article_edits" in store:
        run.articles = merge_articles(run.articles, store["article_edits"])
    if "feedback" not in store or "suggestions" not in store:
        return
    for target in run.config.intents.targets:
        if target in run.tickets:
            fixed = corrected_tickets(store["feedback"], store["suggestions"], target)
            run.tickets = _with_corrections(run.tickets, fixed, target)


def _with_corrections(tickets: pd.DataFrame, fixed: pd.DataFrame, target: str) -> pd.DataFrame:
    if fixed.empty:
        return tickets
    labels = {(r["client_id"], r["ticket_id"]): r[target] for r in fixed.to_dict("records")}
    keys = list(zip(tickets["client_id"], tickets["ticket_id"], strict=True))
    column = [labels.get(k, old) for k, old in zip(keys, tickets[target], strict=True)]
    here = set(keys)
    new = [k not in here for k in zip(fixed["client_id"], fixed["ticket_id"], strict=True)]
    merged = tickets.assign(**{target: column}).astype(object)
    return validate_tickets(pd.concat([merged, fixed[new].astype(object)], ignore_index=True))


def _warn_about(run: Run) -> None:
    skipped = [s for s in run.statuses if s["status"] == "skipped"]
    if skipped:
        run.warnings.append(f"{len(skipped):,} knowledge files could not be read; see the list")
    knows = set(run.articles["client_id"]) if len(run.articles) else set()
    for client in sorted(set(run.tickets["client_id"]) - knows):
        run.warnings.append(f"client {client} has tickets but no articles")


def _string(value: object) -> str:
    return "" if value is None or value != value else str(value)


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
