"""Nights in processes of their own that start in a moment; run as a program, it forks them.

Each registers a small model and publishes knowledge through the real registry and lock.
"""

import contextlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from data.artifact import write_artifact
from data.encoders import HashingEncoder
from data.errors import RegistryError
from data.synthetic import small_knowledge
from pipelines import knowledge
from pipelines.lock import workspace_lock
from pipelines.registry import Decision, Registry
from suggest.index import KnowledgeIndex

NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)


def night(workspace: Path, name: str) -> Registry:
    """Recover, register and publish as a night does; all are promoted."""
    registry = Registry(workspace)
    with workspace_lock(workspace):
        registry.recover(now=NOW)
        staged = workspace / "staging" / "intent"
        write_artifact(staged, kind="intent", parameters={"night": name})
        articles = small_knowledge()
        articles["text"] += f"\n\nWords of {name}."
        index = KnowledgeIndex(HashingEncoder(16)).fit(articles)
        proposal = registry.propose(name, {"intent": staged}, parameters={}, metrics={"a": 0.5})
        moved = knowledge.publish(workspace, registry.champions, index, withdrawn=(), night=name)
        decision = {"intent": Decision(promoted=True)}
        registry.commit(proposal, {"intent": staged}, decision, now=NOW, knowledge_moved=moved)
        registry.finish(proposal, {})
        registry.prune(3)
    return registry


def main() -> None:
    """Fork a night for each name that is read; its children never return here."""
    workspace = Path(sys.argv[1])
    night(workspace, "n0")
    print("warm", flush=True)
    for line in sys.stdin:
        if line.startswith("reap"):
            print(os.waitpid(int(line.split()[1]), 0)[1], flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            sys.stdin.close()
            with contextlib.suppress(RegistryError):
                night(workspace, line.strip())
                os._exit(0)
            os._exit(3)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
