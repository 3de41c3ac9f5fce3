"""The models in force at one moment, and how they are read from the champions folder.

A request holds one snapshot from its first to its last line, so the versions in a reply are
the versions that made it.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from data.artifact import HEADER
from data.champions import POINTER, Pointer, PointerEntry, read_pointer, read_previous
from data.errors import ArtifactChecksumError, ArtifactError, ConfigError, MissingFileError

if TYPE_CHECKING:
    import pandas as pd

    from data.encoders import Encoder
    from data.ticket import Ticket
    from suggest.draft import Draft

logger = logging.getLogger(__name__)

KNOWLEDGE = "knowledge"
_VECTORS = 512


class IntentModel(Protocol):
    """What the service asks of an intent model."""

    classes_: Any
    encoder_: "Encoder"

    def prepare(self, texts: Sequence[str]) -> list[str]:
        """Return what the encoder is given for each text."""
        ...

    def decisions(
        self, texts: Sequence[str], vectors: Any = None, clients: Sequence[str] | None = None
    ) -> Sequence[Any]:
        """Return label, probability, alternatives, out_of_scope and reason per text."""
        ...


class Knowledge(Protocol):
    """What the service asks of a knowledge index."""

    encoder: "Encoder"
    problems: dict[str, str]

    @property
    def clients(self) -> tuple[str, ...]:
        """Clients that can be searched."""
        ...

    def find(self, query: str, *, client_id: str, k: int = 10) -> Sequence[Any]:
        """Return the best articles for a query."""
        ...

    def add(self, articles: "pd.DataFrame") -> Any:
        """Add or replace articles."""
        ...

    def remove(self, client_id: str, article_ids: Sequence[str]) -> Any:
        """Take articles out."""
        ...

    def passages(self, client_id: str) -> "pd.DataFrame":
        """Return the passages of a client."""
        ...

    def passage(self, client_id: str, passage_id: str) -> Any:
        """Return one passage."""
        ...

    def article(self, client_id: str, article_id: str) -> Any:
        """Return one article."""
        ...

    def languages(self, client_id: str) -> frozenset[str]:
        """Return the languages of a client's articles."""
        ...

    def version(self, client_id: str) -> str:
        """Return the version of a client's knowledge."""
        ...


class Drafter(Protocol):
    """What the service asks of a drafter."""

    def read(self, ticket: "Ticket", *, seen: "Ticket | None" = None) -> Any:
        """Return what the ticket asks, and as ``texts`` what will be encoded for it.

        ``seen`` is the ticket with the words that models learn from.
        """
        ...

    def draft(
        self,
        ticket: "Ticket",
        *,
        now: datetime | None = None,
        intent: str | None = None,
        abstained: str | None = None,
        reading: Any = None,
    ) -> "Draft":
        """Return a prepared reply."""
        ...


class Search(Protocol):
    """What the service asks of a retriever."""

    def find(self, ticket: "Ticket", *, k: int = 10) -> Sequence[Any]:
        """Return the best articles for a ticket."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """One consistent set of models; a part that is not there is None.

    Parameters
    ----------
    intent, index, retriever, drafter : optional
    versions : mapping of str to str
        What a reply names: ``{"triage": "intent:12"}``; the index adds its own per client.
    night : str
        Name of the run that promoted them.
    """

    intent: IntentModel | None = None
    index: Knowledge | None = None
    retriever: Search | None = None
    drafter: Drafter | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    night: str = ""

    def models(self, client: str) -> dict[str, str]:
        """Return the versions a reply to this client names."""
        found = dict(self.versions)
        if self.index is not None and client in self.index.clients:
            found["index"] = self.index.version(client)
        return found

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the parts that are not there and that a suggestion needs."""
        parts = {"intent": self.intent, "knowledge": self.index, "drafter": self.drafter}
        return tuple(name for name, part in parts.items() if part is None)


def signature(root: Path, policies: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Return what changes when a pointer or a policy does: cheap enough for every second."""
    pointers = [root / POINTER, *sorted((root / KNOWLEDGE).glob(f"*/{POINTER}"))]
    pointers += sorted(policies.glob("*.yaml"))
    seen = []
    for path in pointers:
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        seen.append((str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size))
    return tuple(seen)


def load_snapshot(
    root: Path,
    *,
    encoder: "Encoder | None" = None,
    voices: Mapping[str, Any] | None = None,
    damaged: list[str] | None = None,
) -> Snapshot:
    """Read the models the pointer names; parts nobody promoted yet are left out.

    Parameters
    ----------
    root : Path
        The champions folder.
    encoder : Encoder, optional
    voices : mapping, optional
        How each client speaks.
    damaged : list of str, optional
        Where given, a model that cannot be read gives way to the one that was in force before
        it, or is left out where that cannot be read either; its problem is added here.

    Raises
    ------
    ArtifactError, OSError
        When a named folder is damaged or missing and ``damaged`` is not given.
    """
    from data.encoders import CachedEncoder, default_encoder
    from suggest.client_acceptance import ClientAcceptance
    from suggest.drafter import ReplyDrafter
    from suggest.index import KnowledgeIndex
    from suggest.retriever import Retriever
    from triage.intents import IntentClassifier

    # The intent model, the search and the drafter read the same words of one ticket.
    # Nothing is asked for again once its ticket is answered: few vectors are kept.
    encoder = encoder or CachedEncoder(default_encoder(), capacity=_VECTORS)
    pointer = _pointer(root, damaged)
    before = Pointer(night="", models={}) if damaged is None else read_previous(root)
    versions: dict[str, str] = {}

    def part(name: str, shown: str, load: Callable[[Path], Any]) -> Any:
        entries = (pointer.models.get(name), before.models.get(name))
        for entry in dict.fromkeys(entry for entry in entries if entry is not None):
            try:
                model = load(_verified(root, entry))
            except (ArtifactError, OSError) as error:
                if damaged is None:
                    raise
                damaged.append(f"{name} {entry.version} cannot be read: {error}")
                continue
            versions[shown] = f"{name}:{entry.version}"
            return model
        return None

    intent = part("intent", "triage", lambda f: IntentClassifier.load(f, encoder=encoder))
    index = retriever = drafter = None
    if (root / KNOWLEDGE).is_dir():
        try:
            index = KnowledgeIndex.load(root / KNOWLEDGE, encoder=encoder)
        except OSError as error:
            if damaged is None:
                raise
            damaged.append(f"the knowledge cannot be read: {error}")
    if index is not None:
        retriever = part("retriever", "retriever", lambda f: Retriever.load(f, index))
        acceptance = part("acceptance", "acceptance", ClientAcceptance.load)
        drafter = ReplyDrafter(index, retriever=retriever, voices=voices, acceptance=acceptance)
    return Snapshot(intent, index, retriever, drafter, versions, pointer.night)


def _pointer(root: Path, damaged: list[str] | None) -> Pointer:
    try:
        found = read_pointer(root)
    except (ArtifactError, OSError) as error:
        if damaged is None:
            raise
        damaged.append(str(error))
        found = read_previous(root)
    return found or Pointer(night="", models={})


def _verified(root: Path, entry: PointerEntry) -> Path:
    """Return the folder of a pointer's entry once its header is the one that was promoted."""
    folder = root / entry.folder
    header = folder / HEADER
    if not header.is_file():
        raise MissingFileError(f"The pointer names {folder}, where there is no model.")
    if hashlib.sha256(header.read_bytes()).hexdigest() != entry.digest:
        raise ArtifactChecksumError(
            f"The model in {folder} is not the one that was promoted. Restore the folder or "
            "point to another version."
        )
    return folder


def known_clients(root: Path) -> tuple[str, ...]:
    """Name the clients that have knowledge in the champions folder, without loading it."""
    from suggest.storing import read_pointer as read_client_pointer

    homes = sorted(path.parent for path in (root / KNOWLEDGE).glob(f"*/{POINTER}"))
    found = []
    for home in homes:
        try:
            found.append(str(read_client_pointer(home)["client_id"]))
        except ArtifactError as error:
            logger.error("a client is left out: %s", error)
    return tuple(found)


def read_voices(policies: Path) -> dict[str, Any]:
    """Read how each client speaks from ``<policies>/*.yaml``.

    A file that is wrong is left out with a line in the log: its client speaks formally and
    without a signature, and nobody else is held up.
    """
    voices: dict[str, Any] = {}
    for path in sorted(policies.glob("*.yaml")):
        try:
            client, voice = _voice(path)
        except ConfigError as error:
            logger.error("a client speaks in the default voice: %s", error)
            continue
        voices[client] = voice
    return voices


def _voice(path: Path) -> tuple[str, Any]:
    import yaml

    from suggest.voice import ClientVoice

    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"The policy file {path} cannot be read: {error}.") from error
    if not isinstance(body, Mapping):
        raise ConfigError(f"The policy file {path} must hold keys and values.")
    client = str(body.get("client_id") or unquote(path.stem))
    return client, ClientVoice.from_mapping(body)
