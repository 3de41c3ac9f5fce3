"""Who works when: annealing over one agent's day at a time, with exact cover of each hour.

The hours of a roster are independent once the shifts are known, so a step changes the cover of
the hours it adds or drops and of no other. Each hour keeps what one person more or less of every
group is worth; the worth of all shifts of an agent's day is then one small product of matrices,
one of them is drawn with the probabilities of the present temperature, and the flow of the hours
it touches says what it really brings.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasting.roster.hours import Covered, Hour
from forecasting.roster.instance import WEEK, Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EPSILON = 1e-9
Progress = Callable[[int, float], None]


class Cooling(NamedTuple):
    """How the search cools.

    Attributes
    ----------
    steps : int
        Agents' days that are looked at.
    warmest, coldest : float
        Temperatures at the first and the last step, in paid hours.
    """

    steps: int
    warmest: float = 4.0
    coldest: float = 0.3


class Search:
    """A roster that is being improved.

    Parameters
    ----------
    instance : Instance
    seed : int

    Attributes
    ----------
    chosen : array of int, shape (rows,)
        Option of each agent's day.
    objective : float
        Cost of the shifts and of what is unmet.
    """

    def __init__(self, instance: Instance, *, seed: int) -> None:
        self.instance = instance
        self.random = np.random.default_rng(seed)
        self.chosen: Ints = np.full(len(instance.agent), instance.off, dtype=np.int64)
        self.worked: Floats = np.zeros(len(instance.agents))
        self._cover = instance.cover.astype(np.float64)
        self._set_up_hours()
        self.rows_of = [np.flatnonzero(instance.agent == a) for a in range(len(instance.agents))]
        self.limited = self._may_break_rules()
        self.objective = instance.terms.unmet_cost * sum(h.now.unmet for h in self.hours)

    def _set_up_hours(self) -> None:
        instance = self.instance
        sets, group = instance.groups
        present = np.zeros((WEEK, len(sets)), dtype=bool)
        present[instance.hours.ravel(), np.repeat(group, instance.hours.shape[1])] = True
        place = present.cumsum(axis=1) - 1
        self.hours = [Hour(instance.demand[:, h], sets[present[h]]) for h in range(WEEK)]
        self.place = place[instance.hours, group[:, None]]
        width = int(present.sum(axis=1).max(initial=1))
        # One table for all hours, so that a row reads its window in one step.
        self._gain, self._loss = np.zeros((WEEK, width)), np.zeros((WEEK, width))
        for hour in range(WEEK):
            self._note(hour)

    def _note(self, hour: int) -> None:
        worth = self.hours[hour]
        self._gain[hour, : len(worth.gain)] = worth.gain
        self._loss[hour, : len(worth.loss)] = worth.loss

    def _may_break_rules(self) -> NDArray[np.bool_]:
        """Tell for which agents the limits on hours or rest can bind at all."""
        instance = self.instance
        longest = np.where(instance.allowed, instance.lengths, 0).max(axis=1, initial=0)
        total = np.bincount(instance.agent, longest, minlength=len(instance.agents))
        reach = np.where(instance.allowed, instance.starts + instance.lengths, 0).max(
            axis=1, initial=0
        )
        tired = np.zeros(len(instance.agents), dtype=bool)
        for agent, rows in enumerate(self.rows_of):
            first = instance.hours[rows, 0]
            if len(rows) > 1:
                gap = (np.roll(first, -1) - first) % WEEK - reach[rows]
                tired[agent] = (gap < instance.terms.rest_hours).any()
        prefers = np.isfinite(instance.preferred) & (instance.terms.beyond_preferred_cost > 0)
        return (total > instance.most) | tired | prefers

    def run(self, cooling: Cooling, *, progress: Progress | None = None) -> Ints:
        """Improve the roster; the best one found is left in place and returned."""
        best, kept = self.objective, self.chosen.copy()
        rows, done = len(self.chosen), 0
        while done < cooling.steps and rows:
            order = self.random.permutation(rows)[: cooling.steps - done]
            for row in order:
                share = done / max(cooling.steps - 1, 1)
                self._step(int(row), cooling.warmest * (cooling.coldest / cooling.warmest) ** share)
                done += 1
                if self.objective < best - _EPSILON:
                    best, kept = self.objective, self.chosen.copy()
            if progress is not None:
                progress(done, best)
        self._restore(kept)
        return self.chosen

    def _step(self, row: int, temperature: float) -> None:
        instance, old = self.instance, int(self.chosen[row])
        foretold = self._foretold(row)
        weight = np.exp(-(foretold - foretold.min()) / temperature).cumsum()
        new = int(np.searchsorted(weight, self.random.random() * weight[-1], side="right"))
        new = min(new, len(weight) - 1)
        if new == old:
            return
        changed = self._changed(row, old, new)
        unmet = sum(covered.unmet - self.hours[hour].now.unmet for hour, covered in changed)
        real = foretold[new] + instance.terms.unmet_cost * (unmet - self._expected(row, old, new))
        surplus = real - foretold[new]
        if surplus > _EPSILON and self.random.random() >= np.exp(-surplus / temperature):
            return
        for hour, covered in changed:
            self.hours[hour].put(covered)
            self._note(hour)
        self.choose(row, new)
        self.objective += real

    def _foretold(self, row: int) -> Floats:
        """Return what each option would change of the objective; infinite where not allowed."""
        instance, old = self.instance, int(self.chosen[row])
        worth = self._worth(row, old)
        total = instance.cost[row] - instance.terms.unmet_cost * (self._cover @ worth)
        total = np.where(instance.allowed[row], total, np.inf)
        if self.limited[instance.agent[row]]:
            total = self._within_limits(row, total)
        return np.asarray(total - total[old])

    def _worth(self, row: int, old: int) -> Floats:
        hours, place = self.instance.hours[row], self.place[row]
        loss, gain = self._loss[hours, place], self._gain[hours, place]
        return np.where(self.instance.cover[old], loss, gain)

    def _expected(self, row: int, old: int, new: int) -> float:
        """Return the unmet hours that the step was expected to add."""
        difference = self._cover[old] - self._cover[new]
        return float(difference @ self._worth(row, old))

    def _changed(self, row: int, old: int, new: int) -> list[tuple[int, Covered]]:
        instance = self.instance
        step = instance.cover[new].astype(np.int64) - instance.cover[old]
        changed = []
        for at in np.flatnonzero(step):
            hour = int(instance.hours[row, at])
            people = self.hours[hour].now.people.copy()
            people[self.place[row, at]] += step[at]
            changed.append((hour, self.hours[hour].cover(people)))
        return changed

    def _within_limits(self, row: int, total: Floats) -> Floats:
        """Forbid what breaks the agent's week or rest, and price hours beyond the preferred."""
        instance, agent = self.instance, int(self.instance.agent[row])
        rest = self.worked[agent] - instance.lengths[self.chosen[row]]
        week = rest + instance.lengths
        extra = np.maximum(0.0, week - instance.preferred[agent])
        total = total + instance.terms.beyond_preferred_cost * extra
        return np.where((week <= instance.most[agent]) & self.rested(row), total, np.inf)

    def rested(self, row: int) -> NDArray[np.bool_]:
        """Tell which options leave enough rest to the agent's other shifts."""
        instance = self.instance
        begin = instance.hours[row, 0] + instance.starts
        fine = np.ones(len(instance.starts), dtype=bool)
        for other in self.rows_of[int(instance.agent[row])]:
            length = int(instance.lengths[self.chosen[other]])
            if other == row or not length:
                continue
            start = int(instance.hours[other, 0] + instance.starts[self.chosen[other]])
            after = (start - begin - instance.lengths) % WEEK
            before = (begin - start - length) % WEEK
            least = instance.terms.rest_hours
            # On a circle the two gaps and the two shifts make up the week; an overlap breaks that.
            apart = after + before + instance.lengths + length == WEEK
            fine &= apart & (after >= least) & (before >= least)
        fine[instance.off] = True
        return fine

    def choose(self, row: int, new: int) -> None:
        """Give an agent's day another option; who covers the hours is the caller's affair."""
        instance = self.instance
        change = instance.lengths[new] - instance.lengths[self.chosen[row]]
        self.worked[instance.agent[row]] += change
        self.chosen[row] = new

    def _restore(self, kept: Ints) -> None:
        for row in np.flatnonzero(kept != self.chosen):
            old, new = int(self.chosen[row]), int(kept[row])
            for hour, covered in self._changed(int(row), old, new):
                self.hours[hour].put(covered)
                self._note(hour)
            self.choose(int(row), new)
        self.objective = roster_cost(self.instance, self.chosen, self.hours)


def roster_cost(instance: Instance, chosen: Ints, hours: list[Hour]) -> float:
    """Cost of the shifts, of hours beyond the preferred, and of what is unmet."""
    paid = instance.cost[np.arange(len(chosen)), chosen].sum()
    week = np.bincount(instance.agent, instance.lengths[chosen], minlength=len(instance.agents))
    beyond = np.maximum(0.0, week - instance.preferred).sum()
    unmet = sum(hour.now.unmet for hour in hours)
    terms = instance.terms
    return float(paid + terms.beyond_preferred_cost * beyond + terms.unmet_cost * unmet)
