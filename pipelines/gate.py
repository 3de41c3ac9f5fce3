"""May a candidate take the champion's place? A frozen policy and pure functions.

Every rule answers with a sentence a person can read; one failed rule refuses the candidate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.intervals import Figure

PROMOTED = "promoted"
REFUSED = "refused"


@dataclass(frozen=True)
class GatePolicy:
    """What a candidate must reach.

    Parameters
    ----------
    primary : str
        The figure compared with the baselines; higher is better.
    floors, ceilings : mapping of str to float
        Figure → bound; a figure that was not measured fails.
    margin : float
        A loss against a rival beyond this refuses, when its interval excludes zero.
    max_drop : float
        A loss beyond this refuses even when the interval is wide.
    slice_drop : float
        As ``margin``, for a slice.
    min_test : int
        Fewest test rows a verdict may rest on.
    reach_baseline : bool
        Whether the candidate must be at least as good as the best baseline.
    """

    primary: str
    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    margin: float = 0.005
    max_drop: float = 0.05
    slice_drop: float = 0.10
    min_test: int = 50
    reach_baseline: bool = True


@dataclass(frozen=True)
class Evidence:
    """What was measured on the test part.

    Parameters
    ----------
    figures : mapping of str to Figure
        The candidate's.
    baselines : mapping of str to Figure
        Name of the baseline → its primary figure.
    differences : mapping of str to mapping of str to Figure
        Rival, such as ``"the champion"`` → figure → candidate minus rival, on the same rows.
    slices : mapping of str to Figure
        Slice → candidate minus champion for the primary figure.
    """

    figures: Mapping[str, Figure]
    baselines: Mapping[str, Figure] = field(default_factory=dict)
    differences: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    slices: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule's answer.

    Parameters
    ----------
    name : str
    passed : bool
    reason : str
    """

    name: str
    passed: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """The gate's answer for one model.

    Parameters
    ----------
    model : str
    rules : tuple of Rule
        In the order they were asked.
    """

    model: str
    rules: tuple[Rule, ...]

    @property
    def promoted(self) -> bool:
        """Whether every rule passed."""
        return all(rule.passed for rule in self.rules)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was refused; empty when it was not."""
        return tuple(rule.reason for rule in self.rules if not rule.passed)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "model": self.model,
            "promoted": self.promoted,
            "rules": [asdict(rule) for rule in self.rules],
        }


def decide(model: str, evidence: Evidence, policy: GatePolicy) -> Verdict:
    """Ask every rule about one candidate.

    Parameters
    ----------
    model : str
        Name for the verdict.
    evidence : Evidence
    policy : GatePolicy

    Returns
    -------
    Verdict
    """
    rules = [
        _enough(evidence, policy),
        *_floors(evidence.figures, policy.floors),
        *_ceilings(evidence.figures, policy.ceilings),
        *_baselines(evidence, policy),
        *_rivals(evidence.differences, policy),
        *_slices(evidence.slices, policy),
    ]
    return Verdict(model, tuple(rules))


def headline(verdicts: Sequence[Verdict]) -> str:
    """Say in one line what the night decided."""
    promoted = [v.model for v in verdicts if v.promoted]
    refused = [v.model for v in verdicts if not v.promoted]
    parts = []
    if refused:
        parts.append(f"Refused: {', '.join(refused)}")
    if promoted:
        parts.append(f"Promoted: {', '.join(promoted)}")
    return ". ".join(parts) or "Nothing was judged"


def _enough(evidence: Evidence, policy: GatePolicy) -> Rule:
    figure = evidence.figures.get(policy.primary)
    rows = figure.n if figure else 0
    passed = rows >= policy.min_test
    verb = "reach" if passed else "do not reach"
    return Rule("test rows", passed, f"{rows} test rows {verb} the {policy.min_test} asked for")


def _floors(figures: Mapping[str, Figure], floors: Mapping[str, float]) -> list[Rule]:
    return [_bound(name, figures.get(name), floor, 1) for name, floor in floors.items()]


def _ceilings(figures: Mapping[str, Figure], ceilings: Mapping[str, float]) -> list[Rule]:
    return [_bound(name, figures.get(name), bound, -1) for name, bound in ceilings.items()]


def _bound(name: str, figure: Figure | None, bound: float, sign: int) -> Rule:
    kind = "floor" if sign > 0 else "ceiling"
    title = f"{kind} of {_words(name)}"
    if figure is None or figure.value != figure.value:
        return Rule(title, False, f"{_words(name)} was not measured, and a {kind} is set for it")
    passed = sign * (figure.value - bound) >= 0
    if sign > 0:
        verb = "reaches" if passed else "is below"
    else:
        verb = "stays within" if passed else "is above"
    return Rule(title, passed, f"{_words(name)} {figure.value:.3g} {verb} the {kind} {bound:.3g}")


def _baselines(evidence: Evidence, policy: GatePolicy) -> list[Rule]:
    figure = evidence.figures.get(policy.primary)
    known = {k: f for k, f in evidence.baselines.items() if f.value == f.value}
    if not policy.reach_baseline or not known or figure is None:
        return []
    name, best = max(known.items(), key=lambda item: item[1].value)
    passed = figure.value >= best.value
    verb = "reaches" if passed else "is below"
    reason = (
        f"{_words(policy.primary)} {figure.value:.3f} {verb} the baseline {name} ({best.value:.3f})"
    )
    return [Rule("baseline", passed, reason)]


def _rivals(differences: Mapping[str, Mapping[str, Figure]], policy: GatePolicy) -> list[Rule]:
    return [
        _against(rival, name, difference, policy)
        for rival, figures in differences.items()
        for name, difference in figures.items()
    ]


def _against(rival: str, name: str, difference: Figure, policy: GatePolicy) -> Rule:
    clear = difference.value < -policy.margin and difference.high < 0
    large = difference.value < -policy.max_drop
    why = f"{_words(name)} against {rival}: {_signed(difference)}"
    if large:
        why += f", a drop beyond {policy.max_drop:.3g}"
    elif clear:
        why += f", clearly worse by more than the margin {policy.margin:.3g}"
    else:
        why += ", no clear loss"
    return Rule(f"{_words(name)} against {rival}", not (clear or large), why)


def _slices(slices: Mapping[str, Figure], policy: GatePolicy) -> list[Rule]:
    worse = [
        f"{name}: {_signed(difference)}"
        for name, difference in slices.items()
        if difference.value < -policy.slice_drop and difference.high < 0
    ]
    if not slices:
        return []
    if worse:
        return [Rule("slices", False, f"clearly worse than the champion in {'; '.join(worse)}")]
    return [Rule("slices", True, f"no clear loss in any of {len(slices)} slices")]


def _signed(figure: Figure) -> str:
    return f"{figure.value:+.3f} [{figure.low:+.3f}, {figure.high:+.3f}]"


def _words(name: str) -> str:
    return name.replace("_", " ")
