"""Labels of other lists get the taxonomy's names; labels of one's own stay."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.errors import ConfigError
from pipelines import labels, steps
from pipelines.config import NightlyConfig
from pipelines.prepare import make_encoder
from pipelines.registry import Registry
from pipelines.run import Run
from triage.taxonomy import default_taxonomy

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
CHILD = """
taxonomy:
  children:
    - name: support.care_advice
      description: Washing of textiles.
      examples: ["{example}"]
"""
OWN = """
aliases: {lost: parcel}
labels:
  - name: parcel
    description: Where a parcel is.
    examples: ["Where is my parcel?"]
"""


def make(folder: Path, intents: list[str], **settings: Any) -> Run:
    config = NightlyConfig.model_validate(
        {
            "workspace": folder / "work",
            "tickets": {"path": folder / "tickets.jsonl"},
            "intents": {
                "encoder": "hashing",
                "parameters": {"epochs": 2, "folds": 2},
                **settings,
            },
        }
    )
    run = Run(config, NOW, Registry(config.workspace), folder / "staging")
    words = [f"words of {intent} number {i}" for i, intent in enumerate(intents)]
    run.tickets = pd.DataFrame({"words": words, "intent": intents}).astype("str")
    return run


def test_other_names_are_resolved_and_own_labels_stay(tmp_path: Path) -> None:
    run = make(tmp_path, ["Cancel risk", "bug", "shipping.lost", "out_of_scope"])
    run.tickets.loc[4, "intent"] = None
    labels.resolve_labels(run)
    assert run.tickets["intent"].tolist()[:4] == [
        "retention_risk",
        "bug",
        "shipping.lost",
        "out_of_scope",
    ]
    assert run.tickets["intent"].isna().tolist() == [False] * 4 + [True]
    assert run.warnings == [
        "intents renamed as in the taxonomy: Cancel risk → retention_risk",
        "1 intents are not in the taxonomy and are learned by their name and tickets alone: "
        "shipping.lost",
    ]


def test_labels_of_clients_are_known(tmp_path: Path) -> None:
    run = make(tmp_path, ["support.care_advice"])
    run.policies = {"a": CHILD.format(example="May I wash it?"), "b": CHILD.format(example="Iron?")}
    labels.resolve_labels(run)
    assert run.warnings == []
    told = labels.hints(run.taxonomy, ["support.care_advice", "own", "bug"])
    assert told["support.care_advice"] == ["Washing of textiles.", "May I wash it?", "Iron?"]
    assert told["bug"][0] == default_taxonomy().labels["bug"].description
    assert set(told) == {"bug", "support.care_advice"}


def test_a_taxonomy_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN)
    run = make(tmp_path, ["lost", "parcel"], taxonomy=tmp_path / "own.yaml")
    labels.resolve_labels(run)
    assert run.tickets["intent"].tolist() == ["parcel", "parcel"]


def test_other_targets_are_left_alone(tmp_path: Path) -> None:
    run = make(tmp_path, ["cancel risk"], targets="team")
    labels.resolve_labels(run)
    assert run.tickets["intent"].tolist() == ["cancel risk"]
    assert run.warnings == []


def test_the_classifier_is_told_what_labels_mean(tmp_path: Path) -> None:
    run = make(tmp_path, ["bug", "presales", "own.label"] * 6)
    labels.resolve_labels(run)
    run.encoder = make_encoder("hashing")
    run.train = run.tickets.assign(client_id=["acme", "acme", "umbra"] * 6)
    steps.train_classifiers(run)
    model = run.classifiers["intent"]
    assert model.labels_of_ == {"acme": ["bug", "presales"], "umbra": ["own.label"]}
    assert model.hints == labels.hints(default_taxonomy(), ["bug", "presales"])
    assert set(model.classes_) == {"bug", "own.label", "presales"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("taxonomy: [a]", "must be a mapping with a list 'children'"),
        ("taxonomy: {children: {name: x}}", "must be a mapping with a list 'children'"),
        ("taxonomy: {children: [{name: fun.day}]}", "must be a child of one of"),
        ("- a", "must be a YAML mapping"),
        ("a: [", "are not YAML"),
    ],
)
def test_wrong_policies_are_named(tmp_path: Path, text: str, said: str) -> None:
    run = make(tmp_path, ["bug"])
    run.policies = {"acme": text}
    with pytest.raises(ConfigError, match=said):
        labels.resolve_labels(run)
