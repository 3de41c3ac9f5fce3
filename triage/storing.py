"""The folder of an intent classifier: what is written, and how it is read again."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from data.artifact import Artifact, write_artifact
from data.encoders import Encoder, default_encoder
from data.errors import ArtifactError, ArtifactFormatError
from triage.blend import Blend
from triage.calibration import Calibrator
from triage.far import Far
from triage.features import LexicalFeatures
from triage.gaussian import GaussianHead
from triage.heads import Heads
from triage.linear import LinearHead
from triage.network import NetworkHead
from triage.ownership import sole_owners
from triage.scope import ScopeModel
from triage.teaching import read_taught

if TYPE_CHECKING:
    from triage.intents import IntentClassifier

    Model = TypeVar("Model", bound=IntentClassifier)

KIND = "intent"
# Raised whenever the arrays of a model folder change their meaning.
LAYOUT = 6
# The one before only lacks the scale of other languages.
_READ = (5, LAYOUT)


def write_model(model: "IntentClassifier", folder: str | os.PathLike[str], **header: Any) -> Path:
    """Write a fitted classifier."""
    heads = model.heads_
    w1, b1, w2, b2 = heads.network_.weights_
    arrays = {
        **model.lexical_.state(),
        "hidden_weights": w1.astype(np.float16),
        "hidden_bias": b1,
        "output_weights": w2,
        "output_bias": b2,
        "gaussian_weights": heads.gaussian_.weights_,
        "gaussian_offsets": heads.gaussian_.offsets_,
        "names": heads.names_,
        "learned": model.learned_,
        "blend": np.vstack([model.blend_.spreads_, model.blend_.shares_]),
        "scope": np.vstack([model.scope_.mean_, model.scope_.scale_, model.scope_.weights_]),
        **{f"calibration_{k}": v for k, v in model.calibrator_.values_.items()},
        **({} if model.taught_ is None else model.taught_.arrays()),
    }
    if heads.linear_ is not None:
        arrays["linear_vector_weights"] = heads.linear_.vector_weights_
        arrays["linear_term_weights"] = heads.linear_.term_weights_
        arrays["linear_offsets"] = heads.linear_.offsets_
    return write_artifact(
        folder,
        kind=KIND,
        parameters=_parameters(model),
        classes=model.classes_.tolist(),
        arrays=arrays,
        seed=model.random_state,
        **header,
    )


def read_model(kind: "type[Model]", artifact: Artifact, encoder: Encoder | None) -> "Model":
    """Build a classifier from a verified folder.

    Raises
    ------
    ArtifactError
        When the folder has another layout, or the encoder is another one.
    """
    given = artifact.parameters
    _check_layout(artifact)
    model = kind(encoder=encoder, **given["init"])
    model.encoder_ = encoder or default_encoder()
    _check_encoder(model, artifact)
    model.classes_ = np.array(artifact.classes)
    model.calibration_ = given["calibration"]
    model.threshold_, model.cut_ = given["threshold"], given["cut"]
    model.far_ = Far(**given.get("far", {}))
    model.labels_of_ = {client: list(own) for client, own in given["labels_of"].items()}
    model.owners_ = sole_owners(model.labels_of_)
    model.learned_, model.refreshed_ = artifact.array("learned"), given["refreshed"]
    model.lexical_ = LexicalFeatures.restore(artifact)
    model.heads_ = _heads(artifact)
    model.blend_ = Blend()
    model.blend_.spreads_, model.blend_.shares_ = artifact.array("blend")
    model.calibrator_ = _calibrator(artifact)
    model.taught_ = read_taught(artifact, model.encoder_)
    model.scope_ = ScopeModel()
    model.scope_.mean_, model.scope_.scale_, model.scope_.weights_ = artifact.array("scope")
    return model


def _parameters(model: "IntentClassifier") -> dict[str, Any]:
    init = {k: v for k, v in model.get_params(deep=False).items() if k != "encoder"}
    init["languages"] = list(init["languages"])
    return {
        "layout": LAYOUT,
        "init": init,
        "encoder": model.encoder_.name,
        "encoder_fingerprint": model.encoder_.fingerprint,
        "calibration": model.calibration_,
        "threshold": model.threshold_,
        "cut": model.cut_,
        "far": {"scale": model.far_.scale, "shift": model.far_.shift},
        "labels_of": model.labels_of_,
        "refreshed": model.refreshed_,
    }


def _check_layout(artifact: Artifact) -> None:
    found = artifact.parameters.get("layout")
    if found not in _READ:
        raise ArtifactFormatError(
            f"The model {artifact.path} has layout {found}. This version reads "
            f"layout {LAYOUT}: run the night again."
        )


def _check_encoder(model: "IntentClassifier", artifact: Artifact) -> None:
    given, chosen = artifact.parameters, model.encoder_
    if chosen.fingerprint != given["encoder_fingerprint"]:
        raise ArtifactError(
            f"The model {artifact.path} was trained with the encoder {given['encoder']!r} "
            f"({given['encoder_fingerprint']}). Got {chosen.name!r} ({chosen.fingerprint}) "
            "instead: pass the encoder it was trained with."
        )


def _heads(artifact: Artifact) -> Heads:
    # A refresh goes on with the passes and the draws of the fit.
    trained = {name: artifact.parameters["init"][name] for name in ("epochs", "random_state")}
    heads = Heads(**trained)
    heads.network_ = NetworkHead(**trained)
    heads.network_.weights_ = [
        artifact.array(name).astype(np.float32)
        for name in ("hidden_weights", "hidden_bias", "output_weights", "output_bias")
    ]
    heads.gaussian_ = GaussianHead()
    heads.gaussian_.weights_ = artifact.array("gaussian_weights")
    heads.gaussian_.offsets_ = artifact.array("gaussian_offsets")
    heads.names_ = artifact.array("names")
    heads.linear_ = None
    if "linear_offsets.npy" in artifact.header["files"]:
        heads.linear_ = LinearHead()
        heads.linear_.vector_weights_ = artifact.array("linear_vector_weights")
        heads.linear_.term_weights_ = artifact.array("linear_term_weights")
        heads.linear_.offsets_ = artifact.array("linear_offsets")
    return heads


def _calibrator(artifact: Artifact) -> Calibrator:
    names = [n.removesuffix(".npy") for n in artifact.header["files"]]
    values = {
        n.removeprefix("calibration_"): artifact.array(n)
        for n in names
        if n.startswith("calibration_")
    }
    return Calibrator(artifact.parameters["calibration"]["method"], values)
