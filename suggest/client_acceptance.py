"""What each client's agents taught about drafts; nobody else's drafts are judged by it."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from data.artifact import read_artifact, write_artifact
from suggest.acceptance import PriorLogistic, acceptance_model

KIND = "acceptance"


class Taught(NamedTuple):
    """How likely a draft is sent as it stands, and how likely it is of use at all.

    Drafts to which agents always add a sentence are never sent unchanged and never thrown away.

    Attributes
    ----------
    sent, kept : PriorLogistic
        Of being sent unchanged; of more than half of it being sent.
    """

    sent: PriorLogistic
    kept: PriorLogistic


class ClientAcceptance:
    """One `Taught` for each client whose agents answered enough drafts; the start for others.

    Parameters
    ----------
    clients : mapping of str to Taught
    start : PriorLogistic, optional
        For clients that are not among them.

    Examples
    --------
    >>> sure = {"support": 0.95, "sentence": 0.8, "coverage": 1.0, "margin": 0.3}
    >>> never = acceptance_model().fit([sure] * 60, [0] * 60)
    >>> known = ClientAcceptance({"acme": Taught(never, acceptance_model())})
    >>> known.of("acme").sent.probability(sure) < known.of("zen").sent.probability(sure)
    True
    """

    def __init__(
        self, clients: Mapping[str, Taught] | None = None, *, start: PriorLogistic | None = None
    ) -> None:
        self.clients = dict(clients or {})
        first = start or acceptance_model()
        self._start = Taught(first, first)

    def of(self, client_id: str) -> Taught:
        """Return what holds for a client."""
        return self.clients.get(client_id, self._start)

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write a model folder."""
        names = sorted(self.clients)
        every = [*(self.clients[name] for name in names), self._start]
        return write_artifact(
            Path(folder),
            kind=KIND,
            parameters={
                "names": list(self._start.sent.start),
                "strength": self._start.sent.strength,
                "clients": names,
                "rows": [taught.sent.n_rows_ for taught in every],
            },
            arrays={
                "start": _weights(self._start.sent.start),
                "sent": np.stack([_weights(taught.sent.coef_) for taught in every]),
                "kept": np.stack([_weights(taught.kept.coef_) for taught in every]),
            },
        )

    @classmethod
    def load(cls, folder: str | PathLike[str]) -> Self:
        """Read a model folder; one that was learned from all clients together teaches none."""
        artifact = read_artifact(Path(folder), kind=KIND)
        parameters: Any = artifact.parameters
        if "clients" not in parameters:
            return cls()
        names = parameters["names"]
        start = dict(zip(names, artifact.array("start").tolist(), strict=True))

        def model(weights: Any, rows: int) -> PriorLogistic:
            made = PriorLogistic(start=start, strength=parameters["strength"])
            if rows:
                made.learned_ = dict(zip(names, weights.tolist(), strict=True))
                made.rows_ = rows
            return made

        stored = zip(
            artifact.array("sent"), artifact.array("kept"), parameters["rows"], strict=True
        )
        every = [Taught(model(sent, n), model(kept, n)) for sent, kept, n in stored]
        known = dict(zip(parameters["clients"], every[:-1], strict=True))
        return cls(known, start=every[-1].sent)


def _weights(of: Mapping[str, float]) -> Any:
    return np.array([*of.values()], dtype=np.float64)
