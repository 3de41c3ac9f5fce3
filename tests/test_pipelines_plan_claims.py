"""The same week planned night after night: the board holds the newest plan and agents' claims."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from planning_desk import NOW, config, plan, planned, sample

from data.synthetic.planning import sample_planning
from forecasting.board import ShiftBoard
from forecasting.planning.requirement import Grid
from pipelines.plan import publish, run_plan
from pipelines.plan_claims import Around, standing_claims
from pipelines.plan_output import named_assignment
from pipelines.plan_report import plan_document, plan_page

HISTORY = pd.Timestamp("2026-04-06", tz="UTC")


@cache
def few():
    return sample_planning(clients=3, agents=10, languages=1, weeks=5, minutes=60,
                           contacts_per_week=300)  # fmt: skip


def nights(folder: Path, count: int, *, before=None, **changes):
    """Plan the week of 6 April in each of the nights before it; each plan and its folder."""
    for name in ("agents", "certifications", "clients"):
        getattr(few(), name).to_parquet(folder / f"{name}.parquet")
    settings = config(folder, board="sqlite:///board.db", policy={"search_steps": 500}, **changes)
    for day in range(count):
        end = HISTORY - pd.Timedelta(days=count - 1 - day)
        few().volume.query("ds < @end").to_parquet(folder / "volume.parquet")
        if before is not None:
            board = ShiftBoard(settings.board)
            before(board, day)
            board.close()
        yield run_plan(settings, now=(end - pd.Timedelta(hours=2)).to_pydatetime())


def board_of(folder: Path) -> ShiftBoard:
    return ShiftBoard(f"sqlite:///{folder / 'board.db'}")


def claimed(folder: Path) -> pd.DataFrame:
    board = board_of(folder)
    held = board.claims().query("state == 'claimed'").merge(board.shifts(), on="shift_id")
    board.close()
    return held.assign(hours=(held["ends_at"] - held["starts_at"]) / pd.Timedelta(hours=1))


def events_of(calendar: Path) -> list[tuple[str, str]]:
    lines = calendar.read_text().splitlines()
    starts, ends = ([x.split(":")[1] for x in lines if x.startswith(f"DT{n}:")]
                    for n in ("START", "END"))  # fmt: skip
    return sorted(zip(starts, ends, strict=True))


def test_nights_in_a_row_leave_one_plan_on_the_board(tmp_path) -> None:
    for made, folder in nights(tmp_path, 6):
        held = claimed(tmp_path)
        figures, assigned = made.figures, named_assignment(made)
        assert made.grid.start == HISTORY
        assert not any("not given by the board" in warning for warning in made.warnings)
        assert made.board["kept"] == []
        assert held["hours"].sum() == figures["paid_hours"] < 1.1 * figures["required_hours"]
        there = set(zip(held["shift_id"], held["agent_id"], strict=True))
        assert there == set(zip(assigned["shift_id"], assigned["agent_id"], strict=True))
        # Calendars show what agents hold, and nothing else.
        own = {f.stem: events_of(f) for f in (folder / "calendars").iterdir()}
        assert own == {
            agent: sorted((f"{s:%Y%m%dT%H%M%SZ}", f"{e:%Y%m%dT%H%M%SZ}")
                          for s, e in zip(rows["starts_at"], rows["ends_at"], strict=True))
            for agent, rows in held.groupby("agent_id")
        }  # fmt: skip
    assert made.board["released"] > 0
    assert events_count(tmp_path, "late_release") == 0


def events_count(folder: Path, kind: str) -> int:
    board = board_of(folder)
    count = len(board.events(kind=kind))
    board.close()
    return count


def test_what_agents_claim_confirm_and_give_back_is_planned_around(tmp_path) -> None:
    chosen: dict[str, tuple[str, str]] = {}
    given_back = []

    def act(board, day) -> None:
        if day != 1:
            return
        now = (HISTORY - timedelta(days=2)).to_pydatetime()
        held = board.claims().merge(board.shifts(), on="shift_id").sort_values("starts_at")
        ours = held[held["starts_at"] > HISTORY + timedelta(days=2)]
        names = list(dict.fromkeys(ours["agent_id"]))
        kept, back = (ours[ours["agent_id"] == n].iloc[0] for n in names[:2])
        chosen["kept"] = kept["shift_id"], kept["agent_id"]
        chosen["back"] = back["shift_id"], back["agent_id"]
        given_back.append(back)
        assert board.claim(*chosen["kept"], now=now).reason.startswith("confirmed")
        assert board.release(*chosen["back"], now=now).state == "released"
        # One more takes an hour of their own that no plan would give them: twelve of a Saturday.
        wide = pd.DataFrame({
            "shift_id": ["party"], "pool_id": [kept["pool_id"]], "seats": [1],
            "starts_at": [HISTORY + timedelta(days=5, hours=9)],
            "ends_at": [HISTORY + timedelta(days=5, hours=21)],
        })  # fmt: skip
        board.publish(wide, now=now)
        able = [a for a in names[2:] if board.claim("party", a, now=now).state == "claimed"]
        chosen["party"] = "party", able[0]

    made, _ = list(nights(tmp_path, 3, before=act))[-1]
    held = claimed(tmp_path)
    pairs = dict(zip(zip(held["shift_id"], held["agent_id"], strict=True), held["source"],
                     strict=True))  # fmt: skip
    assert pairs[chosen["kept"]] == pairs[chosen["party"]] == "agent"
    assert chosen["back"] not in pairs
    # Whoever gave a shift back is not put on another at that time.
    (back,) = given_back
    theirs = held[held["agent_id"] == back["agent_id"]]
    meets = (theirs["starts_at"] < back["ends_at"]) & (theirs["ends_at"] > back["starts_at"])
    assert not meets.any()
    assert not any("not given by the board" in warning for warning in made.warnings)
    assert made.board["own"] == 2
    for _, own in held.sort_values("starts_at").groupby("agent_id"):
        rest = own["starts_at"].iloc[1:].to_numpy() - own["ends_at"].iloc[:-1].to_numpy()
        assert (rest >= np.timedelta64(11, "h")).all()
        assert own["hours"].sum() <= 40
    page = plan_page(made, plan_document(made))
    assert "2 of them agents had claimed themselves" in page
    # What agents hold counts as cover, and its seats are not offered to anybody else.
    assert made.figures["unfilled_seats"] == made.figures["seats"] - len(held)


def test_the_next_week_is_planned_around_the_nights_of_this_one(tmp_path) -> None:
    for _ in nights(tmp_path, 1):
        pass
    before = claimed(tmp_path)
    settings = config(tmp_path, board="sqlite:///board.db", start="2026-04-13",
                      policy={"search_steps": 500})  # fmt: skip
    made, folder = run_plan(settings, now=datetime(2026, 4, 6, 2, tzinfo=UTC))
    held = claimed(tmp_path)
    # Nobody lost a shift of this week, even one that begins after its Sunday.
    both = set(before["shift_id"] + before["agent_id"]) & set(held["shift_id"] + held["agent_id"])
    assert len(both) == len(before)
    assert not any("not given by the board" in warning for warning in made.warnings)
    # The calendars hold the rest of this week too.
    assert sum(len(events_of(f)) for f in (folder / "calendars").iterdir()) == len(
        held[held["ends_at"] > pd.Timestamp("2026-04-06T02:00Z")]
    )


def test_an_agent_who_is_no_longer_qualified_is_named_with_who_could_come(tmp_path) -> None:
    settings = config(tmp_path, board="sqlite:///board.db")
    first = replace(plan(), warnings=[])
    publish(first, sample().agents, settings, now=NOW)
    # Of somebody whose other seats begin late enough to be taken back.
    rows = named_assignment(first)
    begins = rows.groupby("agent_id")["starts_at"].transform("min")
    taken = rows[begins > NOW + timedelta(days=1)].iloc[-1]
    board = board_of(tmp_path)
    board.claim(taken["shift_id"], taken["agent_id"], now=NOW)
    certificates = sample().certifications.query(f"agent_id != '{taken['agent_id']}'")
    second = planned(certifications=certificates, standing=standing_claims(board))
    board.close()
    publish(second, sample().agents, settings, now=NOW)
    said = f"{taken['agent_id']} holds {taken['shift_id']} and is not qualified for its pool"
    (warning,) = [w for w in second.warnings if w.startswith(said)]
    assert "may take it" in warning
    assert events_count(tmp_path, "unqualified") == 1
    # What only the plan had given goes to others without a word.
    held = claimed(tmp_path)
    assert held[held["agent_id"] == taken["agent_id"]]["shift_id"].tolist() == [taken["shift_id"]]


def test_without_claims_the_weeks_stay_as_they_are() -> None:
    none = standing_claims_of([])
    grid = Grid(HISTORY, 1, 60)
    weeks = ["any"]
    assert Around.of(weeks, none, grid, NOW) == Around(weeks, [], [])
    assert Around.of(weeks, None, grid, NOW).joined(["filled"]) == ["filled"]


def standing_claims_of(rows) -> pd.DataFrame:
    names = ["shift_id", "agent_id", "state", "source", "pool_id", "starts_at", "ends_at"]
    return pd.DataFrame(rows, columns=names)


def test_claims_cover_demand_and_leave_less_to_the_roster() -> None:
    usual = plan()
    able = usual.tables["qualification"].query("qualified")
    agent, pool = able.iloc[0][["agent_id", "pool_id"]]
    need = usual.tables["cover"].query("pool_id == @pool and required_fte >= 1")
    start = need["starts_at"].iloc[len(need) // 2]
    row = ("mine", agent, "claimed", "agent", pool, start, start + timedelta(hours=1))
    other = able["agent_id"].iloc[-1]
    odd = HISTORY + timedelta(days=2, hours=9, minutes=30)
    half = ("half", other, "claimed", "agent", able["pool_id"].iloc[-1], odd,
            odd + timedelta(hours=2))  # fmt: skip
    made = planned(standing=standing_claims_of([row, half]))
    assigned = named_assignment(made).set_index("shift_id")
    assert assigned.loc["mine", ["agent_id", "source"]].tolist() == [agent, "agent"]
    assert assigned.loc[["mine", "half"], "hours"].tolist() == [1, 2]
    assert "mine" in set(made.tables["shifts"]["shift_id"])
    cover = made.tables["cover"].set_index(["pool_id", "starts_at"])
    # What is required stays what it is; who holds the seat is part of what covers it.
    assert (
        cover.loc[(pool, start), "required_fte"]
        == need.set_index("starts_at").loc[start, "required_fte"]
    )
    assert cover.loc[(pool, start), "unmet_fte"] == 0
    beside = assigned[(assigned["agent_id"] == agent) & (assigned["source"] == "roster")]
    gap = timedelta(hours=11)
    assert ((beside["starts_at"] >= start + timedelta(hours=1) + gap)
            | (beside["ends_at"] <= start - gap)).all()  # fmt: skip


def test_everybody_busy_all_week_leaves_an_empty_roster() -> None:
    able = plan().tables["qualification"].query("qualified").drop_duplicates("agent_id")
    rows = [
        (f"{agent}-{day}", agent, "claimed", "agent", pool, HISTORY + timedelta(days=day),
         HISTORY + timedelta(days=day, hours=12))
        for agent, pool in able[["agent_id", "pool_id"]].itertuples(index=False)
        for day in range(7)
    ]  # fmt: skip
    made = planned(standing=standing_claims_of(rows))
    assert set(named_assignment(made)["source"]) == {"agent"}
    assert made.figures["paid_hours"] == 12 * len(rows)


def test_a_plan_without_preassignment_gives_back_what_one_with_it_took(tmp_path) -> None:
    settings = config(tmp_path, board="sqlite:///board.db")
    made, early = replace(plan(), warnings=[]), NOW - timedelta(days=2)
    publish(made, sample().agents, settings, now=early)
    taken = named_assignment(made).iloc[0]
    board = board_of(tmp_path)
    board.claim(taken["shift_id"], taken["agent_id"], now=early)
    board.close()
    publish(made, sample().agents, settings.model_copy(update={"preassign": False}), now=early)
    held = claimed(tmp_path)
    assert held[["shift_id", "agent_id"]].values.tolist() == [[taken["shift_id"],
                                                                taken["agent_id"]]]  # fmt: skip
