"""Which agent may serve which pool, and why not; and which desks one team is trained for."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from data.schema import AGENTS, CERTIFICATIONS

MOST_COHORTS = 60
NOBODY = "nobody"


def listed(value: Any) -> list[Any]:
    """Return a list that may be kept as JSON text."""
    if isinstance(value, str):
        found = json.loads(value)
        return list(found) if isinstance(found, list) else [found]
    return [] if value is None or (isinstance(value, float) and pd.isna(value)) else list(value)


def qualify(
    agents: pd.DataFrame,
    certifications: pd.DataFrame,
    pools: pd.DataFrame,
    *,
    at: pd.Timestamp,
    until: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Tell for each agent and pool whether the agent may serve it.

    Parameters
    ----------
    agents : DataFrame
        The agents table.
    certifications : DataFrame
        The certifications table; any skill of a client counts.
    pools : DataFrame
        One row per pool and client: ``pool_id``, ``client_id``, ``languages`` (a collection;
        empty where any language does).
    at, until : Timestamp
        Certificates must have been passed by `at` and hold to `until` (default: `at`).

    Returns
    -------
    DataFrame
        ``agent_id, pool_id, qualified, reason``, one row per agent and pool.

    Raises
    ------
    SchemaError
        A table breaks its contract.
    """
    people = AGENTS.validate(agents)
    held = _held(CERTIFICATIONS.validate(certifications), at, until or at)
    wanted = {
        str(pool): (sorted(set(part["client_id"])), _common(part["languages"]))
        for pool, part in pools.groupby("pool_id", sort=True)
    }
    rows = []
    for agent_id, spoken in zip(people["agent_id"], people["languages"], strict=True):
        own, tongues = held.get(agent_id, {}), {str(s) for s in listed(spoken)}
        for pool, (clients, languages) in wanted.items():
            rows.append((agent_id, pool, *_verdict(own, tongues, clients, languages)))
    columns = ["agent_id", "pool_id", "qualified", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"agent_id": "str", "pool_id": "str", "qualified": bool, "reason": "str"})


def _verdict(
    held: Mapping[str, str], spoken: set[str], clients: list[str], languages: set[str]
) -> tuple[bool, str]:
    if languages and not spoken & languages:
        return False, f"speaks {_words(spoken)}, not {_words(languages)}"
    lacking = [c for c in clients if held.get(c)]
    missing = [c for c in clients if c not in held]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return False, f"not certified for {missing[0]}{more}"
    if lacking:
        return False, f"the certificate for {lacking[0]} {held[lacking[0]]}"
    speaks = f" and speaks {_words(spoken & languages)}" if languages else ""
    return True, f"certified for all {len(clients)} clients{speaks}"


def _held(
    certificates: pd.DataFrame, at: pd.Timestamp, until: pd.Timestamp
) -> dict[str, dict[str, str]]:
    """Return by agent and client what is wrong with the certificate; empty when it holds."""
    held: dict[str, dict[str, str]] = {}
    columns = [certificates[c] for c in ("agent_id", "client_id", "passed_at")]
    ends = certificates.get("expires_at", pd.Series(pd.NaT, index=certificates.index))
    for agent, client, passed, expires in zip(*columns, ends, strict=True):
        fault = ""
        if passed > at:
            fault = f"is only passed on {passed:%Y-%m-%d}"
        elif not pd.isna(expires) and expires < until:
            fault = f"ends on {expires:%Y-%m-%d}"
        known = held.setdefault(agent, {})
        # The best of several certificates counts.
        known[client] = fault if known.get(client, fault) else ""
    return held


def cohorts(
    agents: pd.DataFrame,
    certifications: pd.DataFrame,
    desks: pd.DataFrame,
    *,
    at: pd.Timestamp,
    until: pd.Timestamp | None = None,
) -> dict[str, set[str]]:
    """Teams that are trained for the same desks, as the skills that members of a pool share.

    Pools whose desks have a team in common are pools that somebody may serve. Few teams that
    reach every desk are chosen greedily; desks that nobody may serve share ``nobody``.

    Parameters
    ----------
    agents, certifications : DataFrame
    desks : DataFrame
        ``desk``, ``client_id``, ``languages``.
    at, until : Timestamp

    Returns
    -------
    dict of desk to set of str

    References
    ----------
    Chvátal (1979), A greedy heuristic for the set-covering problem.
    """
    single = desks.assign(pool_id=desks["desk"])
    able = qualify(agents, certifications, single, at=at, until=until)
    able = able[able["qualified"]]
    sets = Counter(frozenset(group) for group in able.groupby("agent_id")["pool_id"].agg(list))
    skills: dict[str, set[str]] = {str(desk): set() for desk in desks["desk"]}
    missing, chosen = set(able["pool_id"]), list[frozenset[str]]()
    while missing and len(chosen) < MOST_COHORTS:
        best = max(sets, key=lambda s: (len(s & missing) * sets[s], sorted(s)))
        chosen.append(best)
        missing -= best
    for extra in sorted(sets, key=lambda s: (-len(s) * sets[s], sorted(s))):
        if len(chosen) < MOST_COHORTS and extra not in chosen:
            chosen.append(extra)
    for number, team in enumerate(chosen):
        for desk in team:
            skills[desk].add(f"team-{number}")
    return {desk: own or {NOBODY} for desk, own in skills.items()}


def _common(languages: Iterable[Collection[str]]) -> set[str]:
    known = [set(one) for one in languages if one]
    return set.intersection(*known) if known else set()


def _words(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "nothing"
