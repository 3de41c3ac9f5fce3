"""Teach a sentence-transformers encoder what a client's own labels or links mean.

::

    encoder = adapt(SentenceTransformerEncoder(path), texts, labels)
    save_encoder(encoder, "models/encoder")
    encoder = load_encoder("models/encoder", SentenceTransformerEncoder(path))

A label is whatever the texts should be near to: an intent, or the article that answered. The
texts an encoder learned from look too easy to it, so nothing may be calibrated on them.
``IntentClassifier`` keeps that rule by itself: give it the plain encoder and it teaches one.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from numpy.typing import ArrayLike

from data.adaptation import Adaptation, AdaptedEncoder, adaptable, taught
from data.artifact import read_artifact, write_artifact
from data.encoders import Encoder, SentenceTransformerEncoder
from data.errors import ArtifactError, ParameterError

KIND = "encoder"


def adapt(
    encoder: Encoder,
    texts: Sequence[str] | ArrayLike,
    labels: Sequence[str] | ArrayLike,
    *,
    random_state: int = 0,
    how: Adaptation | None = None,
) -> AdaptedEncoder:
    """Teach a copy of an encoder the labels (n,) of texts (n,); the encoder stays as it is.

    Parameters
    ----------
    encoder : Encoder
        A sentence-transformers encoder, or several side by side with one among them.
    texts, labels : sequences of str, shape (n,)
    random_state : int
        Same rows in any order and same number, same encoder.
    how : Adaptation, optional
        Passes, rates and limits.

    Raises
    ------
    ParameterError
        When no part of the encoder can be adapted, lengths differ, or there is one label only.
    """
    base = _base("adapt", encoder)
    chosen = replace(how or Adaptation(), random_state=random_state)
    return taught(base, list(texts), list(labels), chosen)  # type: ignore[arg-type]


def save_encoder(encoder: AdaptedEncoder, folder: str | os.PathLike[str]) -> Path:
    """Write what the encoder learned (21 MB for MiniLM); the weights it was made from are not."""
    return write_artifact(
        folder,
        kind=KIND,
        parameters={
            "base": encoder.base.name,
            "base_fingerprint": encoder.base.fingerprint,
            "fingerprint": encoder.fingerprint,
        },
        classes=encoder.classes,
        arrays={"weights": encoder.weights, "prototypes": encoder.prototypes},
    )


def load_encoder(folder: str | os.PathLike[str], encoder: Encoder) -> AdaptedEncoder:
    """Read an encoder; ``encoder`` is the one it was made from.

    Raises
    ------
    ArtifactError
        When the folder is damaged or ``encoder`` is another one.
    """
    artifact = read_artifact(folder, kind=KIND)
    base, given = _base("load_encoder", encoder), artifact.parameters
    if base.fingerprint != given["base_fingerprint"]:
        raise ArtifactError(
            f"The encoder {artifact.path} was made from {given['base']!r} "
            f"({given['base_fingerprint']}). Got {base.name!r} ({base.fingerprint}) instead: "
            "pass the encoder it was made from."
        )
    loaded = AdaptedEncoder(
        base, artifact.classes or [], artifact.array("prototypes"), artifact.array("weights")
    )
    if loaded.fingerprint != given["fingerprint"]:
        raise ArtifactError(
            f"The encoder {artifact.path} reads as {loaded.fingerprint}. Expected "
            f"{given['fingerprint']}: adapt it again."
        )
    return loaded


def _base(function: str, encoder: Encoder) -> SentenceTransformerEncoder:
    base = adaptable(encoder)
    if base is None:
        raise ParameterError(
            f"The 'encoder' parameter of {function} must be or hold a "
            f"SentenceTransformerEncoder. Got {encoder.name!r} instead."
        )
    return base
