"""The command: what it writes, what it says, and how it ends."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from data.artifact import write_artifact
from data.encoders import HashingEncoder
from data.errors import DeskpilotError, ParameterError, RegistryError, SchemaError
from data.synthetic import small_knowledge
from forecasting.planning import PlanPolicy
from pipelines import knowledge, promotions
from pipelines.__main__ import app, main
from pipelines.config import load_config
from pipelines.knowledge_rollback import roll_back
from pipelines.nightly import run_night
from pipelines.plan_config import PlanConfig, load_plan_config
from pipelines.plan_inputs import read_inputs
from pipelines.registry import Decision, Proposal, Registry
from suggest.index import KnowledgeIndex

run = CliRunner().invoke
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_init_writes_a_configuration_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "nightly.toml"
    given = ["--tickets", 'my "best" tickets.csv', "--articles", "wissen/größen", "--client", "x"]
    result = run(app, ["init", str(path), *given])
    assert result.exit_code == 0
    config = load_config(path)
    assert config.tickets.path == tmp_path / 'my "best" tickets.csv'
    assert config.clients[0].articles == (tmp_path / "wissen/größen",)
    assert config.tickets.defaults["client_id"] == config.clients[0].id == "x"


@pytest.mark.parametrize(
    ("given", "row", "words"),
    [
        ("", "1,hello,Fax,2026-03-02T10:00:00Z", "Write in [tickets.values.channel]: Fax = '…'"),
        ("", "1,hello,Email,2026-03-02T10:00:00", "Write in [tickets]: timezone = 'Europe/Paris'"),
        ("", "1,hello,Email,02/01/2026", "Write in [tickets]: date_format = '%d/%m/%Y', or"),
        ("timezone = 'Mars'", "1,hello,Email,2026-03-02", "timezone in [tickets] must be an IANA"),
        ("mapping = {nr = 'x'}", "1,hello,Email,2026-03-02", "[tickets.mapping] must name columns"),
        (
            "mapping = {text = 'body'}",
            "1,hello,Email,2026-03-02",
            "[tickets.mapping]: your_column = 'text', or write in [tickets.defaults]",
        ),
    ],
)
def test_what_is_wrong_with_the_tickets_is_said_in_the_words_of_the_configuration(
    tmp_path: Path, given: str, row: str, words: str
) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "a.md").write_text("# Returns\n\nSend it back in 30 days.\n")
    (tmp_path / "t.csv").write_text(f"ticket_id,text,channel,created_at\n{row}\n")
    path = tmp_path / "nightly.toml"
    path.write_text(
        f"[tickets]\npath = 't.csv'\n{given}\n[tickets.defaults]\nclient_id = 'x'\n"
        "[[clients]]\nid = 'x'\narticles = 'kb'\n"
    )
    with pytest.raises(DeskpilotError) as raised:
        run_night(load_config(path), now=NOW)
    assert words in str(raised.value)
    assert "=" not in str(raised.value).replace(" = ", "")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "nightly.toml"
    path.write_text("mine")
    result = run(app, ["init", str(path)])
    assert result.exit_code == 2
    assert "already there" in result.output
    assert path.read_text() == "mine"


def test_the_examples_commented_lines_are_true_too(tmp_path: Path) -> None:
    path = tmp_path / "nightly.toml"
    run(app, ["init", str(path)])
    lines = path.read_text(encoding="utf-8").splitlines()
    # The first two lines are prose; every other comment that looks like TOML must be TOML.
    opened = [
        line.removeprefix("# ") if line.startswith("# ") and ("=" in line or "[" in line) else line
        for line in lines[3:]
    ]
    path.write_text("\n".join(opened), encoding="utf-8")
    config = load_config(path)
    assert config.gate.floors == {
        "intent": {"accuracy": 0.7},
        "knowledge": {"recall_at_5": 0.4},
    }
    assert config.store.startswith("sqlite:////var")


def test_the_shipped_configuration_loads() -> None:
    config = load_config(Path(__file__).resolve().parents[1] / "nightly.toml")
    assert config.sample is not None
    assert {client.id for client in config.clients} >= {"lumen"}


def test_status_before_the_first_night(tmp_path: Path) -> None:
    path = tmp_path / "nightly.toml"
    run(app, ["init", str(path)])
    result = run(app, ["status", "--config", str(path)])
    assert "Nothing is in force yet" in result.output


def test_rollback_and_status(tmp_path: Path) -> None:
    path = tmp_path / "nightly.toml"
    run(app, ["init", str(path)])
    registry = Registry(load_config(path).workspace)
    for seed in (1, 2):
        folder = registry.workspace / "staging" / "intent"
        staged = {"intent": write_artifact(folder, kind="intent", parameters={}, seed=seed)}
        proposal = registry.propose(f"n{seed}", staged, parameters={}, metrics={})
        registry.commit(proposal, staged, {"intent": Decision(promoted=True)}, now=NOW)
    result = run(app, ["rollback", "--config", str(path)])
    assert result.output.strip() == "intent: version 1 is in force, in place of 2."
    result = run(app, ["status", "--config", str(path)])
    assert "rolled_back" in result.output
    result = run(app, ["nightly", "--config", str(path), "--if-no-champion"])
    assert result.exit_code == 0
    assert "in force already" in result.output


def test_rollback_of_a_clients_knowledge(tmp_path: Path) -> None:
    path = tmp_path / "nightly.toml"
    run(app, ["init", str(path)])
    registry = Registry(load_config(path).workspace)
    root, versions = registry.champions, []
    for night in ("n1", "n2"):
        articles = small_knowledge()
        articles["title"] += night
        index = KnowledgeIndex(encoder=HashingEncoder()).fit(articles)
        client = index.clients[0]
        versions.append(index.version(client))
        knowledge.publish(registry.workspace, root, index, withdrawn=(), night=night)
        registry.commit(Proposal(night, "", {}), {}, {}, now=NOW, knowledge_moved=True)
    said = ["rollback", "--config", str(path), "--knowledge"]
    result = run(app, [*said, client])
    assert f"version {versions[0]} is in force, in place of {versions[1]}" in flat(result.output)
    served = KnowledgeIndex.load(root / "knowledge", encoder=HashingEncoder())
    assert served.version(client) == versions[0]
    last = promotions.read(registry.workspace)[-1]
    assert (last.action, last.model) == ("rolled_back", f"knowledge/{client}")
    run(app, [*said, client, "--to", versions[1]])
    served = KnowledgeIndex.load(root / "knowledge", encoder=HashingEncoder())
    assert served.version(client) == versions[1]
    for other, message in (("nobody", "no knowledge of 'nobody'"), (client, "Got 'kb:x' instead")):
        with pytest.raises((RegistryError, ParameterError), match=message):
            roll_back(registry.workspace, root, other, "kb:x", now=NOW)


def flat(text: str) -> str:
    """Undo the console's line breaks."""
    return " ".join(text.split())


def test_errors_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "sys.argv", ["deskpilot", "nightly", "--config", str(tmp_path / "none.toml")]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    shown = capsys.readouterr().err
    assert "There is no configuration at" in shown
    assert "Traceback" not in shown


def test_impact_tells_of_a_fall_and_names_a_topic_it_does_not_know(tmp_path) -> None:
    days = pd.date_range("2026-01-01", periods=120, freq="D", tz="UTC")
    rng = np.random.default_rng(0)
    falls = rng.poisson(np.where(days < "2026-03-01T00:00Z", 30, 12))
    frames = [
        pd.DataFrame({"unique_id": name, "ds": days, "y": y})
        for name, y in (("refund", falls), ("login", rng.poisson(25, len(days))))
    ]
    pd.concat(frames).to_csv(tmp_path / "volume.csv", index=False)
    command = ["impact", str(tmp_path / "volume.csv"), "--shipped", "2026-03-01", "--topic"]
    done = run(app, [*command, "refund"])
    assert done.exit_code == 0
    assert done.stdout.startswith("refund: working. -5")
    missing = run(app, [*command, "returns"])
    assert isinstance(missing.exception, SchemaError)
    assert "has no topic 'returns'; it has login, refund" in str(missing.exception)


def test_the_sample_operator_can_be_planned_for(tmp_path) -> None:
    folder = tmp_path / "operator"
    done = run(app, ["samples", str(folder), "--plan"])
    assert f"deskpilot plan --config {folder / 'plan.toml'}" in done.stdout.replace("\n", "")
    config = load_plan_config(folder / "plan.toml")
    tables = read_inputs(config)
    assert tables.volume["ds"].max() < pd.Timestamp.now(tz="UTC")
    assert len(tables.agents) == 40
    assert set(tables.certifications["client_id"]) <= set(tables.clients["client_id"])


def test_the_plan_examples_commented_lines_are_true_too(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    done = run(app, ["init", str(path), "--plan"])
    assert done.exit_code == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    opened = [
        line.removeprefix("# ") if line.startswith("# ") and ("=" in line or "[" in line) else line
        for line in lines[3:]
    ]
    path.write_text("\n".join(opened), encoding="utf-8")
    config = load_plan_config(path)
    assert config.rules.separations == (("acme", "birch"),)
    assert config.rules == replace(PlanPolicy(), separations=(("acme", "birch"),))
    shown = config.model_dump(exclude={"data", "policy", "board", "output", "start"})
    usual = PlanConfig.model_validate({"data": config.data}).model_dump(include=set(shown))
    assert shown == usual
