"""The customers of the sample shop and the moments at which they write."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from data.synthetic.bank import LANGUAGES, load_bank, pick
from data.synthetic.noise import address, phone

START: Final = pd.Timestamp("2026-01-05")
WEEKS: Final = 26
LAUNCH_WEEK: Final = 18
ZONE: Final = "Europe/Paris"

_LANGUAGE_SHARES: Final = (0.45, 0.33, 0.22)
_ZONES: Final = {
    "en": (
        "Europe/London",
        "Europe/London",
        "Europe/Dublin",
        "Europe/Amsterdam",
        "America/New_York",
    ),
    "fr": ("Europe/Paris", "Europe/Paris", "Europe/Paris", "Europe/Brussels", "Europe/Zurich"),
    "de": ("Europe/Berlin", "Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
}
_WEEKDAYS: Final = (1.30, 1.12, 1.02, 1.0, 0.95, 0.55, 0.45)
_HOURS: Final = (
    *(0.15, 0.08, 0.05, 0.05, 0.06, 0.12, 0.35, 0.7, 1.2, 1.7, 1.9, 1.7),
    *(1.4, 1.4, 1.6, 1.6, 1.5, 1.5, 1.5, 1.6, 1.7, 1.5, 0.9, 0.4),
)


@dataclass(frozen=True)
class Person:
    """A customer: who they are and how they write.

    Parameters
    ----------
    care : float
        How carefully this person types, in [0, 1].
    """

    customer_id: str
    language: str
    name: str
    email: str
    phone: str
    timezone: str | None
    segment: str
    plan: str | None
    signed_up_at: pd.Timestamp | None
    value: float
    care: float

    @property
    def domain_hash(self) -> str:
        """Short hash of the domain of the e-mail address."""
        domain = self.email.split("@")[1]
        return hashlib.sha256(domain.encode()).hexdigest()[:16]

    def local_hour(self, at: pd.Timestamp) -> int:
        """Hour of the clock on this person's wall at ``at``."""
        return int(at.tz_convert(self.timezone or ZONE).hour)


def make_people(count: int, rng: Generator) -> list[Person]:
    """Invent ``count`` customers, in the language shares of the shop."""
    languages = rng.choice(LANGUAGES, size=count, p=_LANGUAGE_SHARES)
    return [_person(number, str(lang), rng) for number, lang in enumerate(languages)]


def who_writes(people: list[Person], n: int, rng: Generator) -> list[Person]:
    """Choose the writer of each of ``n`` tickets; some people come back often."""
    eagerness = rng.gamma(1.6, size=len(people))
    chosen = rng.choice(len(people), size=n, p=eagerness / eagerness.sum())
    return [people[int(i)] for i in chosen]


def arrival_times(n: int, rng: Generator) -> pd.DatetimeIndex:
    """Draw ``n`` arrival times, sorted, in UTC.

    Volume follows hour and weekday in the shop's time zone, grows by 1 % a week and rises by
    a third in the three weeks after the launch.
    """
    days = np.arange(WEEKS * 7)
    weeks = days // 7
    launch = np.where((weeks >= LAUNCH_WEEK - 1) & (weeks < LAUNCH_WEEK + 2), 1.33, 1.0)
    weights = np.asarray(_WEEKDAYS)[days % 7] * 1.01**weeks * launch
    day = rng.choice(days, size=n, p=weights / weights.sum())
    hours = np.asarray(_HOURS)
    hour = rng.choice(24, size=n, p=hours / hours.sum())
    seconds = day * 86_400 + hour * 3_600 + rng.integers(0, 3_600, n)
    local = START + pd.to_timedelta(np.sort(seconds), unit="s")
    return pd.DatetimeIndex(local).tz_localize(ZONE, nonexistent="shift_forward").tz_convert("UTC")


def week_of(times: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Return the week of each time, the first one being 1."""
    local = times.tz_convert(ZONE).tz_localize(None)
    return ((local - START) // pd.Timedelta(days=7)).to_numpy(np.int64) + 1


def _person(number: int, language: str, rng: Generator) -> Person:
    bank = load_bank(language)
    name = f"{pick(rng, bank.slot('first_names'))} {pick(rng, bank.slot('last_names'))}"
    kind = rng.random()
    segment = "business" if kind < 0.08 else "member" if kind < 0.36 else "consumer"
    plan = pick(rng, ("basic", "basic", "plus")) if segment == "member" else None
    known = segment != "consumer" or rng.random() < 0.65
    joined = START - pd.Timedelta(days=float(rng.gamma(1.5, 220.0)))
    return Person(
        customer_id=f"c{number:05d}",
        language=language,
        name=name,
        email=address(name, rng),
        phone=phone(language, rng),
        timezone=pick(rng, _ZONES[language]) if rng.random() < 0.85 else None,
        segment=segment,
        plan=plan,
        signed_up_at=joined.tz_localize("UTC").floor("s") if known else None,
        value=round(float(rng.lognormal(4.6 if segment != "business" else 7.2, 0.7)), 2),
        care=float(rng.beta(5.0, 1.7)),
    )
