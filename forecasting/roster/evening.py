"""Even hours: agents who can stand in for each other share shifts and nights fairly.

A shift that one agent hands to another with the same pools, or the shifts of a day that two of
them exchange, leave the cover of every hour as it is. Among all rosters of one cover and cost, the
one wanted has the least sum of squared hours, each over what the agent prefers or may work: hours
are then in step with that, and equals get equal hours.
"""

import numpy as np
from numpy.typing import NDArray

from forecasting.roster.instance import WEEK
from forecasting.roster.search import Search, roster_cost

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A night hour counts as an hour, and this much again among the nights.
_NIGHT_WEIGHT = 2.0
_ROUNDS = 20
_EPSILON = 1e-9


def even_out(search: Search) -> None:
    """Hand shifts on until no exchange makes hours and nights more even.

    Parameters
    ----------
    search : Search
        Its roster is changed in place; cover, rest and limits are kept, and no cost rises.
    """
    exchange = _Exchange(search)
    for _ in range(_ROUNDS):
        before = search.chosen.copy()
        burden = search.worked / exchange.target
        rows = np.flatnonzero(search.instance.lengths[search.chosen])
        for row in rows[np.argsort(-burden[search.instance.agent[rows]], kind="stable")]:
            exchange.improve(int(row))
        if (before == search.chosen).all():
            break
    search.objective = roster_cost(search.instance, search.chosen, search.hours)


class _Exchange:
    """Finds for a shift who would better work it."""

    def __init__(self, search: Search) -> None:
        instance = search.instance
        self.search = search
        self.first: Ints = instance.hours[:, 0]
        self.target: Floats = np.maximum(np.minimum(instance.preferred, instance.most), _EPSILON)
        self.nights: Floats = np.zeros(len(instance.agents))
        rows = np.arange(len(search.chosen))
        np.add.at(self.nights, instance.agent, instance.nights[rows, search.chosen])
        _, group = instance.groups
        self._alike = {int(g): np.flatnonzero(group == g) for g in np.unique(group)}
        self._group = group
        longest = int(instance.lengths.max(initial=0))
        # Places of options by start and length; -1 where there is none.
        self._place = np.full((WEEK, longest + 1), -1, dtype=np.int64)
        self._place[instance.starts, instance.lengths] = np.arange(len(instance.starts))
        self._place[:, 0] = instance.off

    def improve(self, row: int) -> None:
        """Let the agent of a row exchange its shift with whoever makes the hours most even."""
        search, instance = self.search, self.search.instance
        old = int(search.chosen[row])
        if not instance.lengths[old]:
            return
        others = self._alike[int(self._group[row])]
        others = others[instance.agent[others] != instance.agent[row]]
        theirs = search.chosen[others]
        given = self._moved(np.array([row]), np.array([old]), others)
        taken = self._moved(others, theirs, np.array([row]))
        fits = (given >= 0) & (taken >= 0)
        others, theirs, given, taken = (a[fits] for a in (others, theirs, given, taken))
        if not len(others):
            return
        fits = instance.allowed[others, given] & instance.allowed[row, taken]
        gain = np.where(fits, self._gain(row, others, taken, given), 0.0)
        for best in np.argsort(-gain, kind="stable"):
            if gain[best] <= _EPSILON:
                return
            if self._may(int(others[best]), int(given[best])) and self._may(row, int(taken[best])):
                self._do(row, int(taken[best]))
                self._do(int(others[best]), int(given[best]))
                return

    def _moved(self, rows: Ints, options: Ints, to: Ints) -> Ints:
        """Return the options of rows `to` that are the same hours as options of `rows`.

        An hour after the week's end is that of the next week, not of this one's beginning.
        """
        instance = self.search.instance
        lengths = instance.lengths[options]
        offset = self.first[rows] + instance.starts[options] - self.first[to]
        found = self._place[offset.clip(0, WEEK - 1), lengths]
        fits = ((offset >= 0) & (offset < WEEK)) | (lengths == 0)
        return np.asarray(np.where(fits, found, -1), dtype=np.int64)

    def _gain(self, row: int, others: Ints, taken: Ints, given: Ints) -> Floats:
        """How much more even each exchange makes hours and nights; none where it costs."""
        search, instance = self.search, self.search.instance
        me, you = instance.agent[row], instance.agent[others]
        old, theirs = search.chosen[row], search.chosen[others]
        hours = instance.lengths[old] - instance.lengths[theirs]
        out = instance.nights[row, old] - instance.nights[row, taken]
        into = instance.nights[others, given] - instance.nights[others, theirs]
        gain = (
            self._less(search.worked[me], -hours, me)
            + self._less(search.worked[you], hours, you)
            + _NIGHT_WEIGHT * self._less(self.nights[me], -out, me)
            + _NIGHT_WEIGHT * self._less(self.nights[you], into, you)
        )
        terms = instance.terms
        beyond = self._beyond(you, hours) + self._beyond(me, -hours)
        cost = terms.night_cost * (into - out) + terms.beyond_preferred_cost * beyond
        return np.asarray(np.where(cost <= _EPSILON, gain, 0.0), dtype=np.float64)

    def _less(self, before: Floats, change: Floats, agent: Ints) -> Floats:
        return np.asarray((before**2 - (before + change) ** 2) / self.target[agent])

    def _beyond(self, agent: Ints, change: Ints) -> Floats:
        worked, preferred = self.search.worked[agent], self.search.instance.preferred[agent]
        more = np.maximum(worked + change - preferred, 0.0) - np.maximum(worked - preferred, 0.0)
        return np.asarray(more, dtype=np.float64)

    def _may(self, row: int, option: int) -> bool:
        """Tell whether an agent's week and rest allow an option."""
        search, instance = self.search, self.search.instance
        agent = int(instance.agent[row])
        change = instance.lengths[option] - instance.lengths[search.chosen[row]]
        if search.worked[agent] + change > instance.most[agent]:
            return False
        return not search.limited[agent] or bool(search.rested(row)[option])

    def _do(self, row: int, option: int) -> None:
        search, instance = self.search, self.search.instance
        before = search.chosen[row]
        change = instance.nights[row, option] - instance.nights[row, before]
        self.nights[instance.agent[row]] += change
        search.choose(row, option)
