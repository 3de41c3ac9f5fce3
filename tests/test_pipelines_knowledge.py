"""Knowledge moves with the models' pointer: kept where that moved, put back where not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.champions import PointerEntry, write_pointer
from data.encoders import HashingEncoder
from data.errors import RegistryError
from data.synthetic import small_knowledge
from pipelines import knowledge, promotions
from pipelines.registry import Registry
from suggest.index import KnowledgeIndex

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
ENTRY = {"intent": PointerEntry("1", "intent/1", "0" * 64)}


def built(word: str = "") -> KnowledgeIndex:
    articles = small_knowledge()
    return KnowledgeIndex(HashingEncoder(16)).fit(articles.assign(text=articles["text"] + word))


@pytest.fixture(scope="module")
def indexes() -> tuple[KnowledgeIndex, KnowledgeIndex]:
    return built(), built(" Newer words stand here.")


@pytest.fixture
def registry(tmp_path: Path, indexes: tuple[KnowledgeIndex, KnowledgeIndex]) -> Registry:
    registry = Registry(tmp_path)
    write_pointer(registry.champions, ENTRY, night="n0")
    publish(registry, indexes[0], "n1")
    write_pointer(registry.champions, ENTRY, night="n1")
    knowledge.settle(registry.workspace, registry.champions, now=NOW)
    return registry


def publish(
    registry: Registry, index: KnowledgeIndex | None, night: str, withdrawn: tuple[str, ...] = ()
) -> bool:
    return knowledge.publish(
        registry.workspace, registry.champions, index, withdrawn=withdrawn, night=night
    )


def files(registry: Registry) -> dict[str, bytes]:
    root = registry.champions / "knowledge"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_an_unconfirmed_publication_is_put_back(
    registry: Registry, indexes: tuple[KnowledgeIndex, KnowledgeIndex]
) -> None:
    before = files(registry)
    client = indexes[0].clients[0]
    assert publish(registry, indexes[1], "n2", (client,))
    assert files(registry) != before
    notes = registry.recover(now=NOW)
    assert f"knowledge of {client} put back, moved by a night that did not end" in notes
    assert files(registry) == before
    assert registry.recover(now=NOW) == []


def test_many_lost_nights_never_cost_the_version_in_force(
    registry: Registry, indexes: tuple[KnowledgeIndex, KnowledgeIndex]
) -> None:
    before = files(registry)
    for number in range(4):
        publish(registry, built(f" Words of night {number}."), f"lost{number}")
        registry.recover(now=NOW)
    assert files(registry) == before
    loaded = KnowledgeIndex.load(registry.champions / "knowledge", HashingEncoder(16))
    assert loaded.clients == indexes[0].clients
    assert not loaded.problems


def test_a_confirmed_publication_is_kept_and_logged_once(
    registry: Registry, indexes: tuple[KnowledgeIndex, KnowledgeIndex]
) -> None:
    publish(registry, indexes[1], "n2")
    journal = (registry.workspace / knowledge.JOURNAL).read_text()
    write_pointer(registry.champions, ENTRY, night="n2")
    after = files(registry)
    registry.recover(now=NOW)
    # Dying once more before the journal is gone writes nothing twice.
    (registry.workspace / knowledge.JOURNAL).write_text(journal)
    assert registry.recover(now=NOW) == []
    assert files(registry) == after
    client = indexes[0].clients[0]
    log = [p for p in promotions.read(registry.workspace) if p.model == f"knowledge/{client}"]
    assert [(p.action, p.version) for p in log] == [
        ("promoted", indexes[0].version(client)),
        ("recovered", indexes[1].version(client)),
    ]


def test_a_withdrawn_client_has_nothing_in_force_in_the_log(
    registry: Registry, indexes: tuple[KnowledgeIndex, KnowledgeIndex]
) -> None:
    client = indexes[0].clients[0]
    assert publish(registry, None, "n2", (client,))
    write_pointer(registry.champions, ENTRY, night="n2")
    knowledge.settle(registry.workspace, registry.champions, now=NOW)
    assert client not in knowledge.clients_in_force(registry.champions)
    assert f"knowledge/{client}" not in promotions.champions(promotions.read(registry.workspace))


def test_the_same_knowledge_again_moves_nothing(
    registry: Registry, indexes: tuple[KnowledgeIndex, KnowledgeIndex]
) -> None:
    assert not publish(registry, indexes[0], "n2")
    assert knowledge.settle(registry.workspace, registry.champions, now=NOW) == []


def test_refused_knowledge_is_told_where_it_is_new(
    registry: Registry, indexes: tuple[KnowledgeIndex, KnowledgeIndex]
) -> None:
    told = [
        knowledge.refused(registry.champions, i, night="n2", now=NOW, reasons=("why",))
        for i in indexes
    ]
    assert told[0] == []
    assert {(p.action, p.reasons) for p in told[1]} == {("refused", ("why",))}
    assert {p.previous for p in told[1]} == {indexes[0].version(c) for c in indexes[0].clients}


def test_a_first_night_that_is_lost_leaves_no_knowledge(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    publish(registry, built(), "n1")
    registry.recover(now=NOW)
    assert knowledge.clients_in_force(registry.champions) == ()
    assert files(registry) == {}


def test_a_damaged_journal_is_named(registry: Registry) -> None:
    (registry.workspace / knowledge.JOURNAL).write_text("{")
    with pytest.raises(RegistryError, match=r"journal .* cannot be read"):
        registry.recover(now=NOW)
