"""What a plan keeps to: promises, costs and lengths of shifts, as one frozen, versioned record."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from data.errors import ConfigError, ParameterError
from forecasting.erlang_inputs import CAP, COUNT, POSITIVE, SHARE, Range, read

CHANNELS = ("chat", "phone", "social", "email", "form")
_FROM_ONE = Range("a whole number, 1 or more", low=1.0, whole=True)
_PROMISE = {
    "aht_seconds": POSITIVE, "answer_seconds": COUNT, "service_level": Range(
        "in (0, 1)", high=1.0, open_low=True, open_high=True),
    "patience_seconds": POSITIVE, "concurrency": _FROM_ONE, "concurrency_loss": COUNT,
    "deferred_hours": COUNT,
}  # fmt: skip
_POLICY = {
    "risk": Range("in (0, 0.5]", high=0.5, open_low=True),
    "occupancy": CAP, "shrinkage": SHARE, "day_cv": POSITIVE, "useful_hours_week": Range(
        "in (0, 168]", high=168.0, open_low=True),
    "rest_hours": Range("a whole number from 0 to 23", high=23.0, whole=True),
    "break_after_hours": _FROM_ONE, "pool_size": _FROM_ONE, "clients_at_once": _FROM_ONE,
    "search_steps": Range("a whole number, 0 or more", whole=True),
    "random_state": Range("a whole number, 0 or more", whole=True),
} | dict.fromkeys(
    ("moving_cost", "break_minutes", "unmet_cost", "night_cost", "beyond_preferred_cost",
     "training_weeks", "hiring_weeks", "minutes_per_shift"), COUNT,
)  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """How one channel is answered.

    Parameters
    ----------
    aht_seconds : float
        Mean handle time of a contact on its own.
    answer_seconds, service_level : float
        Live channels: this share is answered within so many seconds.
    patience_seconds : float, optional
        Mean patience of live contacts; without it nobody gives up.
    concurrency : int
        Conversations one agent holds at a time.
    concurrency_loss : float
        How much longer each takes per further one beside it.
    deferred_hours : float
        Above zero the channel is no live one: it is answered within so many hours.
    """

    aht_seconds: float = 480.0
    answer_seconds: float = 60.0
    service_level: float = 0.8
    patience_seconds: float | None = None
    concurrency: int = 1
    concurrency_loss: float = 0.0
    deferred_hours: float = 0.0

    def __post_init__(self) -> None:
        """Check what no later step checks."""
        _within("Promise", self, _PROMISE)

    @property
    def busy_seconds(self) -> float:
        """Agent time that one contact takes when conversations run side by side."""
        return self.busy(self.aht_seconds)

    def busy(self, aht_seconds: float) -> float:
        """Agent time of a contact that takes `aht_seconds` on its own."""
        longer = 1.0 + self.concurrency_loss * (self.concurrency - 1)
        return aht_seconds * longer / self.concurrency


def _promises() -> dict[str, Promise]:
    return {
        "chat": Promise(aht_seconds=600, concurrency=2, concurrency_loss=0.2),
        "phone": Promise(aht_seconds=360, answer_seconds=20, patience_seconds=180),
        "social": Promise(aht_seconds=300, deferred_hours=4),
        "email": Promise(aht_seconds=420, deferred_hours=24),
        "form": Promise(aht_seconds=420, deferred_hours=24),
    }


@dataclass(frozen=True)
class PlanPolicy:
    """Everything a plan decides by; the same policy and data give the same plan.

    Parameters
    ----------
    promises : dict of str to Promise
        By channel.
    risk : float
        Probability of more live contacts than planned for, in (0, .5].
    occupancy : float
        Largest share of their time that agents are busy.
    shrinkage : float
        Share of paid time away from contacts: breaks, training, illness; in [0, 1).
    pool_size : int
        Most clients of a pool.
    clients_at_once : int
        Most clients an agent looks after at a time.
    moving_cost : float
        Paid hours that training for one moved client is worth.
    shift_hours : tuple of int
        Lengths of shifts; the shortest must fit into a day beside the rest.
    break_minutes, break_after_hours : int
        One paid break of this length for each so many hours of a shift.
    rest_hours : int
        Between two shifts of one agent, 0 to 23.
    unmet_cost, night_cost, beyond_preferred_cost : float
        In paid hours, per hour.
    even_hours : bool
        Whether agents with the same pools share hours and nights in step with what they prefer
        or may work; it costs neither cover nor paid hours.
    separations : tuple of tuple of str
        Groups of clients of which no two share a pool, nor an agent in one plan.
    training_weeks, hiring_weeks : int
        From the decision to a person at work.
    useful_hours_week : float
        Hours on contacts that a person more brings a week, before shrinkage.
    day_cv : float
        How far a day's arrivals usually are from the forecast, as a share.
    minutes_per_shift : float
        What placing one shift by hand takes a planner; an assumption, reported as one.
    search_steps : int, optional
        Length of the search for a week's roster.
    random_state : int
    """

    promises: Mapping[str, Promise] = field(default_factory=_promises)
    risk: float = 0.2
    occupancy: float = 0.9
    shrinkage: float = 0.1
    pool_size: int = 8
    clients_at_once: int = 4
    moving_cost: float = 8.0
    shift_hours: tuple[int, ...] = (4, 6, 8)
    break_minutes: int = 15
    break_after_hours: int = 3
    rest_hours: int = 11
    unmet_cost: float = 20.0
    night_cost: float = 1.0
    beyond_preferred_cost: float = 0.0
    even_hours: bool = True
    separations: tuple[tuple[str, ...], ...] = ()
    training_weeks: int = 3
    hiring_weeks: int = 8
    useful_hours_week: float = 34.0
    day_cv: float = 0.15
    minutes_per_shift: float = 6.0
    search_steps: int | None = None
    random_state: int = 0

    def __post_init__(self) -> None:
        """Check what no later step checks."""
        _within("PlanPolicy", self, _POLICY)
        lengths = self.shift_hours
        longest = 24 - self.rest_hours
        if not lengths or any(not _whole(n) or not 1 <= n <= 24 for n in lengths):
            raise ParameterError(
                "The 'shift_hours' parameter of PlanPolicy must be whole lengths from 1 to 24 "
                f"hours. Got {lengths!r} instead."
            )
        if min(lengths) > longest:
            raise ParameterError(
                f"The 'shift_hours' parameter of PlanPolicy must have a length of {longest} hours "
                f"or less, which is what a rest of {self.rest_hours} leaves of a day. "
                f"Got {lengths!r} instead."
            )
        if not isinstance(self.even_hours, bool):
            raise ParameterError(
                "The 'even_hours' parameter of PlanPolicy must be true or false. "
                f"Got {self.even_hours!r} instead."
            )
        if any(isinstance(group, str) for group in self.separations):
            raise ParameterError(
                "The 'separations' parameter of PlanPolicy must be groups of clients, such as "
                f"[['a', 'b']]. Got {self.separations!r} instead."
            )

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Self:
        """Read a policy from the mapping of a YAML or TOML file.

        Promises that are given change single fields of the usual ones of their channel.

        Raises
        ------
        ConfigError
            An unknown key (with the nearest known one) or a value out of range.
        """
        _known(given, cls, "policy")
        values = {**given, "promises": _read_promises(given.get("promises", {}))}
        for name in ("shift_hours", "separations"):
            if name in values:
                items = values[name]
                values[name] = tuple(tuple(i) if isinstance(i, list) else i for i in items)
        try:
            return cls(**values)
        except (ParameterError, TypeError) as error:
            raise ConfigError(f"The policy is wrong: {error}") from error

    def to_mapping(self) -> dict[str, Any]:
        """Return all values as JSON has them; `from_mapping` reads them back."""
        mapping: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return mapping

    @property
    def version(self) -> str:
        """Short hash of all values: two plans of one version were made by the same rules."""
        plain = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()[:12]

    def promise(self, channel: str) -> Promise:
        """Return the promise of a channel.

        Raises
        ------
        ConfigError
            When the policy has none.
        """
        found = self.promises.get(channel)
        if found is None:
            raise ConfigError(
                f"The policy has no promise for the channel {channel!r}; it has "
                f"{', '.join(sorted(self.promises))}. Add [policy.promises.{channel}]."
            )
        return found


def _read_promises(given: Mapping[str, Any]) -> dict[str, Promise]:
    found = _promises()
    for channel, values in given.items():
        _known(values, Promise, f"promises.{channel}")
        try:
            found[channel] = Promise(**{**asdict(found.get(channel, Promise())), **values})
        except (ParameterError, TypeError) as error:
            raise ConfigError(f"The policy's promise for {channel!r} is wrong: {error}") from error
    return found


def _known(given: Mapping[str, Any], kind: type[Any], where: str) -> None:
    names = [f.name for f in fields(kind)]
    for key in given:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
            raise ConfigError(f"Unknown key {key!r} in [{where}]; {hint}")


def _within(owner: str, record: Any, ranges: Mapping[str, Range]) -> None:
    optional = {f.name for f in fields(record) if f.default is None}
    for name, allowed in ranges.items():
        value = getattr(record, name)
        if value is None and name in optional:
            continue
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ParameterError(
                f"The '{name}' parameter of {owner} must be {allowed.words}. Got {value!r} instead."
            )
        read(owner, name, value, allowed)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
