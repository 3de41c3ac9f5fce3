"""A worker with clearly more requests in hand than another gives connections away."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.balance import Balanced, Tally, balanced


async def told(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b""})


def headers(app: Any) -> list[tuple[bytes, bytes]]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app({"type": "http"}, None, send))
    assert [m["type"] for m in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["headers"]


def test_the_crowded_worker_ends_the_connection(tmp_path: Path) -> None:
    busy, idle = (Tally(tmp_path / "t", worker, 2) for worker in (0, 1))
    apps = [Balanced(told, busy), Balanced(told, idle)]
    assert headers(apps[0]) == [(b"a", b"b")]
    busy.add(2)
    assert headers(apps[0]) == [(b"a", b"b"), (b"connection", b"close")]
    assert headers(apps[1]) == [(b"a", b"b")]
    idle.add(2)
    assert headers(apps[0]) == [(b"a", b"b")]
    assert (busy.in_hand, idle.in_hand) == (2, 2)


@given(loads=st.lists(st.integers(0, 9), min_size=2, max_size=5))
def test_giving_away_ends_in_balance(tmp_path_factory, loads: list[int]) -> None:
    path = tmp_path_factory.mktemp("tally") / "t"
    tallies = [Tally(path, n, len(loads)) for n in range(len(loads))]
    for tally, load in zip(tallies, loads, strict=True):
        tally.add(load)
    while any(tally.crowded() for tally in tallies):
        next(tally for tally in tallies if tally.crowded()).add(-1)
        min(tallies, key=lambda tally: tally.in_hand).add(1)
    held = [tally.in_hand for tally in tallies]
    assert sum(held) == sum(loads)
    assert max(held) - min(held) <= 1


def test_a_request_that_fails_is_counted_out(tmp_path: Path) -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("no")

    tally = Tally(tmp_path / "t", 0, 2)
    with pytest.raises(RuntimeError, match="no"):
        headers(Balanced(failing, tally))
    assert tally.in_hand == 0


def test_a_worker_that_starts_again_has_nothing_in_hand(tmp_path: Path) -> None:
    first, other = Tally(tmp_path / "t", 0, 2), Tally(tmp_path / "t", 1, 2)
    first.add(5)
    other.add(2)
    assert not other.crowded()
    Tally(tmp_path / "t", 0, 2)
    assert other.crowded()


def test_a_file_that_was_cut_short_is_a_lone_workers(tmp_path: Path) -> None:
    Tally(tmp_path / "t", 1, 2)
    tally = Tally(tmp_path / "t", 0, 2)
    os.truncate(tmp_path / "t", 3)
    assert not tally.crowded()
    tally.add(3)
    assert not tally.crowded()


def test_a_lone_worker_and_a_closed_folder_go_without(tmp_path: Path) -> None:
    assert balanced(told, tmp_path, port=1, worker=0, workers=1) is told
    (tmp_path / "file").write_text("in the way")
    assert balanced(told, tmp_path / "file", port=1, worker=0, workers=2) is told
    assert isinstance(balanced(told, tmp_path, port=1, worker=1, workers=2), Balanced)
