import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from planning_desk import NOW, config, plan, planned, sample, write_inputs
from typer.testing import CliRunner

from data.errors import ConfigError, MissingFileError, RegistryError, SchemaError
from data.schema import validate_claims, validate_forecasts, validate_shifts
from forecasting.board import ShiftBoard
from pipelines.__main__ import app
from pipelines.config import NightlyConfig
from pipelines.plan import begins_late, publish, run_plan
from pipelines.plan_config import load_plan_config
from pipelines.plan_inputs import check_inputs
from pipelines.plan_output import current_plan, pools_in_force, write_plan
from pipelines.plan_report import plan_document, plan_page, summed
from pipelines.plan_step import plan_ahead
from pipelines.plan_today import run_day
from pipelines.registry import Registry
from pipelines.report import build
from pipelines.report_html import render
from pipelines.run import Run

PLAN_FILE = """
weeks = 1
trees = 0
workers = 1
board = "sqlite:///board.db"
[data]
volume = "volume.parquet"
agents = "agents.parquet"
certifications = "certifications.parquet"
clients = "clients.parquet"
[policy]
search_steps = 500
"""


def test_every_table_agrees_with_the_others() -> None:
    made = plan()
    tables = made.tables
    validate_forecasts(tables["forecasts"])
    validate_shifts(tables["shifts"])
    assigned, shifts, cover = tables["assignment"], tables["shifts"], tables["cover"]
    assert set(assigned["pool_id"]) <= set(tables["pools"]["pool_id"])
    # Whoever is on shift covers one agent's hour at most.
    assert cover["covered_fte"].sum() <= assigned["hours"].sum() + 1e-6
    gap = (cover["required_fte"] - cover["covered_fte"]).clip(lower=0)
    assert np.allclose(gap, cover["unmet_fte"], atol=2e-3)
    assert shifts["seats"].sum() >= len(assigned)
    assert len(tables["unmet"]) == (cover["unmet_fte"] > 0).sum()
    assert (tables["unmet"]["reason"].str.len() > 0).all()


def test_agents_work_only_where_they_are_qualified_with_rest_and_within_their_hours() -> None:
    made = plan()
    assigned, able = made.tables["assignment"], made.tables["qualification"]
    allowed = set(able.loc[able["qualified"], ["agent_id", "pool_id"]].itertuples(index=False))
    worked = {(a, p) for a, own in assigned[["agent_id", "pools"]].itertuples(index=False)
              for p in own}  # fmt: skip
    assert worked
    assert worked <= {tuple(pair) for pair in allowed}
    for _, own in assigned.sort_values("starts_at").groupby("agent_id"):
        assert own["hours"].sum() <= 40
        rest = own["starts_at"].iloc[1:].to_numpy() - own["ends_at"].iloc[:-1].to_numpy()
        assert (rest >= np.timedelta64(11, "h")).all()


def test_the_same_data_settings_and_now_give_the_same_plan() -> None:
    again = planned()
    for name, table in plan().tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


def test_pools_keep_their_names_when_a_plan_is_made_again() -> None:
    first = plan().tables["pools"]
    before = dict(zip(first["desk"], first["pool_id"], strict=True))
    again = planned(previous=before).tables["pools"]
    assert dict(zip(again["desk"], again["pool_id"], strict=True)) == before


def test_competitors_are_served_by_different_people_in_a_plan_and_on_its_board(database) -> None:
    apart = ("client-000", "client-002")
    made = planned(policy={"separations": [list(apart)]})
    pools = made.tables["pools"].set_index("client_id")["pool_id"]
    pair = {pools[client] for client in apart}
    assert len(pair) == 2
    usual = plan().tables["qualification"].query("qualified")
    trained = sample().certifications.groupby("agent_id")["client_id"].agg(set)
    both = [agent for agent, own in trained.items() if set(apart) <= own]
    assert both
    assert set(both) <= set(usual["agent_id"])
    verdicts = made.tables["qualification"]
    sides = verdicts[verdicts["qualified"] & verdicts["pool_id"].isin(pair)]
    assert sides.groupby("agent_id")["pool_id"].nunique().max() == 1
    assert set(sides["pool_id"]) == pair
    said = verdicts.loc[verdicts["agent_id"].isin(both) & verdicts["pool_id"].isin(pair), "reason"]
    assert said.str.contains("are kept apart").sum() == len(both)
    assert not made.tables["assignment"]["pools"].map(lambda own: pair <= set(own)).any()
    publish(made, sample().agents, config(board=database), now=NOW)
    board = ShiftBoard(database)
    for shift in made.tables["shifts"].query("pool_id in @pair").to_dict("records"):
        other = set(sides.loc[sides["pool_id"] != shift["pool_id"], "agent_id"])
        # Whoever is for the competitor cannot take it.
        assert board.claim(shift["shift_id"], min(other), now=NOW).state == "refused"
        break
    board.close()


def test_a_separation_of_nobody_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"'client-02'\. Did you mean 'client-0"):
        planned(policy={"separations": [["client-000", "client-02"]]})


def test_agents_for_few_clients_serve_fewer_pools() -> None:
    few = planned(agents=sample().agents.assign(max_clients=1), policy={"pool_size": 1})
    able = few.tables["qualification"].query("qualified")
    assert able.groupby("agent_id").size().max() == 1
    told = few.tables["qualification"]["reason"].str.contains("looks after 1 client at most")
    assert told.any()


def test_breaks_lie_inside_their_shift() -> None:
    for shift in plan().tables["shifts"].to_dict("records"):
        rests = json.loads(shift["breaks"])
        assert len(rests) == (shift["ends_at"] - shift["starts_at"]) // pd.Timedelta("3h1s")
        for rest in rests:
            assert shift["starts_at"] < pd.Timestamp(rest["starts_at"])
            assert pd.Timestamp(rest["ends_at"]) < shift["ends_at"]


def test_agents_who_begin_together_do_not_rest_together_in_a_plan() -> None:
    assigned = plan().tables["assignment"]
    together = assigned.groupby(["pool_id", "starts_at", "hours"])["breaks"]
    assert together.size().max() > 1
    assert (together.nunique() == together.size()).all()


def test_seats_nobody_is_assigned_to_cover_what_is_unmet() -> None:
    few = sample().agents.head(6)
    made = planned(agents=few)
    figures, unmet = made.figures, made.tables["unmet"]
    assert figures["unmet_hours"] > 100
    assert figures["unfilled_seats"] > 0
    assert unmet["reason"].str.contains("qualified").any()
    assert any("hours unmet" in warning for warning in made.warnings)


def test_equals_share_hours_in_a_plan_and_its_report_says_how_evenly() -> None:
    uneven = planned(policy={"even_hours": False})
    assert plan().figures["hours_gini"] < 0.8 * uneven.figures["hours_gini"]
    assert plan().figures["nights_gini"] <= uneven.figures["nights_gini"]
    for same in ("paid_hours", "unmet_hours", "required_hours"):
        assert plan().figures[same] == uneven.figures[same]
    pd.testing.assert_frame_equal(plan().tables["cover"], uneven.tables["cover"])
    assert "evenness of hours" in plan_page(plan(), plan_document(plan()))


def test_who_is_away_is_not_planned_on() -> None:
    busiest = plan().tables["assignment"].groupby("agent_id")["hours"].sum().idxmax()
    days = {"agent_id": [busiest, "nobody"], "from": "2026-04-06", "to": "2026-04-10"}
    made = planned(absences=pd.DataFrame(days))
    own = made.tables["assignment"].query("agent_id == @busiest")
    zone = sample().agents.set_index("agent_id").loc[busiest, "timezone"]
    local = own["starts_at"].dt.tz_convert(zone)
    assert (local.dt.strftime("%Y-%m-%d") > "2026-04-10").all()
    assert "nobody are away but are not in the agents table." in made.warnings


def test_a_last_night_is_no_week_of_its_own() -> None:
    figures, assigned = plan().figures, plan().tables["assignment"]
    assert figures["agents_at_work_per_week"] == assigned["agent_id"].nunique()


def test_contacts_that_nobody_serves_are_nobodys_output() -> None:
    whole, few = plan(), planned(agents=sample().agents.head(6))
    for made in (whole, few):
        figures = made.figures
        each = figures["workload_hours"] / figures["tickets"]
        assert figures["tickets_per_agent_hour"] * each == pytest.approx(
            figures["utilisation"], rel=0.01
        )
        weekly = figures["agents_per_100_tickets"] * figures["tickets_served"] / 100
        assert weekly == pytest.approx(figures["agents_at_work_per_week"], abs=0.1)
    assert whole.figures["tickets_served"] > 0.95 * whole.figures["tickets"]
    assert few.figures["tickets_served"] < 0.8 * few.figures["tickets"]


def test_the_command_writes_everything_and_prints_the_report_last(tmp_path) -> None:
    write_inputs(tmp_path)
    (tmp_path / "plan.toml").write_text(PLAN_FILE)
    command = ["plan", "--config", str(tmp_path / "plan.toml"), "--at", "2026-04-05T12:00:00"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "This plan begins" not in done.output
    page = done.stdout.strip().splitlines()[-1]
    folder = current_plan(tmp_path / "plans")
    assert folder is not None
    assert page == str(folder / "plan.html")
    document = json.loads((folder / "plan.json").read_text())
    assert document["figures"]["paid_hours"] > 0
    forecasts = pd.read_parquet(folder / "forecasts.parquet")
    assert set(forecasts["client_id"]) == set(sample().clients["client_id"])
    calendars = list((folder / "calendars").iterdir())
    assigned = pd.read_parquet(folder / "assignment.parquet")
    assert len(calendars) == assigned["agent_id"].nunique()
    assert assigned["shift_id"].notna().all()
    assert pools_in_force(tmp_path / "plans")
    assert (tmp_path / "board.db").exists()


def test_assigned_agents_hold_their_seats_on_the_board(database) -> None:
    made, settings = planned(), config(board=database)
    taken = publish(made, sample().agents, settings, now=NOW)
    board = ShiftBoard(settings.board)
    claims = validate_claims(board.claims())
    offered = board.shifts()
    board.close()
    assert taken == len(claims) == len(made.tables["assignment"])
    assert (offered["taken"] <= offered["seats"]).all()
    # Publishing again changes nothing: claims stay.
    assert publish(made, sample().agents, settings, now=NOW) == taken


def test_a_new_plan_withdraws_what_nobody_claimed_and_names_what_stays(database) -> None:
    settings = config(board=database, preassign=False)
    first = planned()
    publish(first, sample().agents, settings, now=NOW)
    board = ShiftBoard(database)
    offered, able = first.tables["shifts"], first.tables["qualification"]
    second = planned(agents=sample().agents.head(8))
    dropped = offered[~offered["shift_id"].isin(second.tables["shifts"]["shift_id"])]
    held = dropped.iloc[-1]
    agent = able[able["qualified"] & (able["pool_id"] == held["pool_id"])]["agent_id"].iloc[0]
    assert board.claim(held["shift_id"], agent, now=NOW).state == "claimed"

    publish(second, sample().agents, settings, now=NOW)
    there = set(board.shifts()["shift_id"])
    assert there == {*second.tables["shifts"]["shift_id"], held["shift_id"]}
    assert len(second.board["withdrawn"]) == len(dropped) - 1
    assert second.board["kept"] == [{"shift_id": held["shift_id"], "claimed_by": [agent]}]
    assert f"Kept: claimed by {agent}, though this plan no longer has {held['shift_id']}." in (
        second.warnings
    )
    page = plan_page(second, plan_document(second))
    assert "kept: claimed by" in page
    assert f"<td>{held['shift_id']}</td><td>{agent}</td>" in page
    # Once more nothing is left to withdraw, and the claim still stands.
    publish(second, sample().agents, settings, now=NOW)
    assert second.board["withdrawn"] == []
    assert set(board.shifts()["shift_id"]) == there
    board.close()


def test_without_preassignment_every_seat_is_open(tmp_path) -> None:
    settings = config(board=f"sqlite:////{tmp_path}/board.db", preassign=False)
    assert publish(plan(), sample().agents, settings, now=NOW) == 0
    board = ShiftBoard(settings.board)
    assert board.shifts()["taken"].sum() == 0
    board.close()


def test_a_plan_that_starts_in_the_past_takes_no_seats_and_says_so(tmp_path) -> None:
    made = planned()
    settings = config(board=f"sqlite:////{tmp_path}/board.db")
    assert publish(made, sample().agents, settings, now=NOW + timedelta(days=60)) == 0
    assert any("shifts have begun, and were not put on" in warning for warning in made.warnings)
    board = ShiftBoard(settings.board)
    assert board.shifts().empty
    board.close()


def test_a_plan_from_an_old_export_says_so_before_all_else(tmp_path) -> None:
    write_inputs(tmp_path)
    (tmp_path / "plan.toml").write_text(PLAN_FILE)
    command = ["plan", "--config", str(tmp_path / "plan.toml"), "--at", "2026-11-22T07:00:00"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    said = "This plan begins 32 weeks ago: its history ends on 2026-04-05."
    assert done.stderr.startswith(said)
    assert done.stderr.count(said) == 1
    folder = current_plan(tmp_path / "plans")
    assert folder is not None
    document = json.loads((folder / "plan.json").read_text())
    assert document["late"] == document["warnings"][0]
    assert document["late"].startswith(said)
    page = (folder / "plan.html").read_text()
    # Above the heading, not only among the remarks.
    assert page.index(said) < page.index("<h1>")
    assert document["board"]["published"] == 0
    board = ShiftBoard(f"sqlite:///{tmp_path / 'board.db'}")
    assert board.shifts().empty
    board.close()


@pytest.mark.parametrize(
    ("days", "said"),
    [(0.5, ""), (1.2, "begins 1 day ago"), (5, "begins 5 days ago"), (15, "begins 2 weeks ago")],
)
def test_how_late_a_plan_begins(days, said) -> None:
    made = replace(plan(), created_at=plan().grid.start + timedelta(days=days))
    assert (said in begins_late(made)) if said else not begins_late(made)


def test_a_plan_that_fails_on_the_way_leaves_the_one_before(tmp_path, monkeypatch) -> None:
    made = plan()
    first = write_plan(made, tmp_path)

    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.plan_output.write_calendars", broken)
    made.plan_id, kept = f"{made.plan_id}-b", made.plan_id
    try:
        with pytest.raises(RegistryError, match=r"No space left.*the plan before stays in force"):
            write_plan(made, tmp_path)
    finally:
        made.plan_id = kept
    assert current_plan(tmp_path) == first
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([first.name, "current.json"])
    with pytest.raises(RegistryError, match=r"There is a plan .* already"):
        write_plan(made, tmp_path)


def test_old_plans_go_and_the_newest_stays(tmp_path) -> None:
    made = plan()
    name, created = made.plan_id, made.created_at
    try:
        for number in range(4):
            made.plan_id = f"{name}-{number}"
            made.created_at = created + timedelta(minutes=number)
            newest = write_plan(made, tmp_path, keep=2)
    finally:
        made.plan_id, made.created_at = name, created
    kept = sorted(p.name for p in tmp_path.iterdir() if p.is_dir())
    assert kept == [f"{name}-2", f"{name}-3"]
    assert current_plan(tmp_path) == newest


def test_the_page_needs_nothing_from_elsewhere_and_escapes_names() -> None:
    names = sample().volume["unique_id"].str.replace("client-000", "<script>x<", regex=False)
    made = planned(volume=sample().volume.assign(unique_id=names))
    page = plan_page(made, plan_document(made))
    assert "<script" not in page
    assert "&lt;script&gt;x&lt;" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "src=" not in page
    for words in ("Demand against cover", "Utilisation before and after", "Following the sun"):
        assert words in page


def test_the_summary_is_plain_json() -> None:
    document = plan_document(plan())
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    figures = document["figures"]
    assert figures["peak_required_hours"] > figures["required_hours"]
    assert figures["agents_per_100_tickets"] < figures["agents_per_100_tickets_alone"]
    assert figures["tickets_per_agent_hour"] > figures["tickets_per_agent_hour_alone"]


def test_sums_of_forecasts_add_margins_in_squares() -> None:
    at = pd.Timestamp("2026-03-02T08:00Z")
    rows = pd.DataFrame({"ds": [at, at], "yhat": [10.0, 10.0], "yhat-hi-80": [13.0, 14.0]})
    assert summed(rows)[["yhat", "yhat-hi-80"]].values.tolist() == [[20.0, 25.0]]


# -- what contacts take ----------------------------------------------------------------------------


def worked(seconds=900.0) -> pd.DataFrame:
    """Handled chats of the first client, a third of them by somebody new."""
    rng = np.random.default_rng(0)
    people = ["agent-0000", "agent-0001", "agent-0002"]
    return pd.DataFrame({
        "client_id": "client-000", "channel": "chat", "language": "en",
        "agent_id": [people[i % 3] for i in range(300)],
        "created_at": pd.Timestamp("2026-03-20", tz="UTC"),
        "handle_seconds": seconds * rng.lognormal(-0.005, 0.1, 300),
    })  # fmt: skip


def test_a_plan_learns_what_contacts_take_and_says_so(tmp_path) -> None:
    write_inputs(tmp_path)
    worked().to_csv(tmp_path / "handled.csv", index=False)
    text = PLAN_FILE.replace("[policy]", 'handled = "handled.csv"\n[policy]')
    (tmp_path / "plan.toml").write_text(text)
    made, folder = run_plan(load_plan_config(tmp_path / "plan.toml"), now=NOW)
    table = pd.read_parquet(folder / "series.parquet").set_index("unique_id")
    assert table.loc["client-000/chat/en", "aht_seconds"] == pytest.approx(900, rel=0.05)
    assert table.loc["client-000/chat/en", "aht_reason"].startswith("learned from 300")
    assert table.loc["client-000/email/en", "aht_reason"].startswith("configured:")
    # The configured 600 seconds become 900 for that client's chats.
    usual = plan()
    assert made.tables["requirement"]["workload_fte"].sum() > (
        usual.tables["requirement"]["workload_fte"].sum()
    )
    rows = {r["channel"]: r for r in json.loads((folder / "plan.json").read_text())["handle_times"]}
    assert (rows["chat"]["learned"], rows["email"]["learned"]) == (6, 0)
    assert "What a contact takes" in (folder / "plan.html").read_text()


def test_a_volume_by_intent_is_planned_by_desk() -> None:
    volume = sample().volume
    parts = [
        volume.assign(unique_id=volume["unique_id"] + f"/{name}", y=y)
        for name, y in (("refund", volume["y"] // 2), ("status", volume["y"] - volume["y"] // 2))
    ]
    made, usual = planned(volume=pd.concat(parts)), plan()
    assert made.tables["pools"]["desk"].tolist() == usual.tables["pools"]["desk"].tolist()
    assert made.figures["tickets"] == pytest.approx(usual.figures["tickets"], rel=0.03)
    assert made.figures["required_hours"] == pytest.approx(usual.figures["required_hours"], rel=0.1)
    assert plan_page(made, plan_document(made))


def test_the_experience_of_who_handled_a_contact_comes_from_the_agents() -> None:
    hired = pd.to_datetime(["2020-01-01"] * 23 + ["2026-03-10"], utc=True)
    own = sample()
    inputs = check_inputs(own.volume, own.agents.assign(hired_at=hired), own.certifications,
                          handled=worked())  # fmt: skip
    assert inputs.handled is not None
    assert inputs.handled["hired_at"].notna().all()


def test_a_client_that_closes_needs_nobody_then_and_its_email_waits(tmp_path) -> None:
    hours = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    clients = sample().clients.assign(opening_hours=json.dumps(hours))
    made, usual = planned(clients=clients), plan()
    for language, zone in (("en", "Europe/London"), ("fr", "Europe/Paris")):
        cover = made.tables["cover"]
        own = cover[cover["pool_id"].str.startswith(language)]
        local = own["starts_at"].dt.tz_convert(zone)
        inside = local.dt.hour.between(9, 17) & (local.dt.day_of_week < 5)
        assert (own.loc[~inside, "required_fte"] == 0).all()
        assert (own.loc[inside, "required_fte"] > 0).any()
    forecasts = made.tables["forecasts"].set_index(["unique_id", "ds"])["yhat"]
    before = usual.tables["forecasts"].set_index(["unique_id", "ds"])["yhat"]
    night = pd.Timestamp("2026-04-07T02:00Z")
    assert forecasts["client-000/chat/en", night] == 0
    # E-mail is written at night, as before.
    assert forecasts["client-000/email/en", night] == before["client-000/email/en", night] > 0
    assert made.figures["required_hours"] < usual.figures["required_hours"]
    assert made.figures["paid_hours"] < usual.figures["paid_hours"]


def test_opening_hours_that_are_none_name_their_client() -> None:
    clients = sample().clients.assign(opening_hours=[None, "nine"] + [None] * 4)
    with pytest.raises(SchemaError, match=r"'opening_hours' of clients.*'nine' for 'client-001'"):
        planned(clients=clients)


# -- the day itself ------------------------------------------------------------------------------


@pytest.fixture
def under_way(tmp_path):
    """A plan in force with its board, and a morning five times as busy as forecast."""
    write_inputs(tmp_path)
    (tmp_path / "plan.toml").write_text(PLAN_FILE)
    _, folder = run_plan(load_plan_config(tmp_path / "plan.toml"), now=NOW)
    forecasts = pd.read_parquet(folder / "forecasts.parquet")
    seen = forecasts[forecasts["ds"].between("2026-04-07T05:00Z", "2026-04-07T09:00Z")]
    seen = seen[seen["unique_id"].str.contains("/chat/")]
    seen = seen.assign(y=lambda t: (t["yhat"] * 12).round())[["unique_id", "ds", "y"]]
    seen.to_csv(tmp_path / "arrivals.csv", index=False)
    return tmp_path


def watched(folder, *options):
    command = ["intraday", str(folder / "arrivals.csv"), "--config", str(folder / "plan.toml"),
               "--at", "2026-04-07T10:15:00", *options]  # fmt: skip
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    document = json.loads(Path(done.stdout.strip().splitlines()[-1]).read_text())
    return document, done.stderr


def test_a_busy_morning_is_told_with_hours_pools_sizes_and_reasons(under_way) -> None:
    document, said = watched(under_way)
    assert document["plan_id"] == current_plan(under_way / "plans").name
    short = [a for a in document["alerts"] if a["kind"] == "shortage"]
    assert short
    assert all("brings" in a["reason"] for a in short)
    assert re.search(r"up to [\d.]+ agents? missing", said)
    assert "times the forecast" in said
    assert {s["unique_id"] for s in document["series"]} == {
        f"client-00{i}/chat/{'en' if i % 2 == 0 else 'fr'}" for i in range(6)
    }
    # Looking changes nothing on the board.
    board = ShiftBoard(f"sqlite:///{under_way / 'board.db'}")
    assert not board.shifts()["shift_id"].str.endswith("-extra").any()
    board.close()


def test_extra_shifts_are_offered_to_who_may_take_them_and_once(under_way) -> None:
    first, said = watched(under_way, "--offer")
    extra = [o for a in first["alerts"] for o in a["offers"] if o["shift_id"].endswith("-extra")]
    assert extra
    assert all(o["starts_at"] >= "2026-04-07T11:00" for o in extra)
    assert "may be taken by" in said
    board = ShiftBoard(f"sqlite:///{under_way / 'board.db'}")
    before = board.shifts()
    again, _ = watched(under_way, "--offer")
    pd.testing.assert_frame_equal(board.shifts(), before)
    one = next(o for o in extra if o["agents"])
    at = pd.Timestamp("2026-04-07T10:20Z").to_pydatetime()
    assert board.claim(one["shift_id"], one["agents"][0], now=at).state == "claimed"
    after, _ = watched(under_way)
    hours = [sum(a["agent_hours"] for a in d["alerts"] if a["kind"] == "shortage")
             for d in (again, after)]  # fmt: skip
    assert hours[1] < hours[0]
    board.close()


def test_a_day_needs_a_plan(tmp_path) -> None:
    with pytest.raises(MissingFileError, match="There is no plan in"):
        run_day(config(tmp_path), tmp_path / "arrivals.csv", now=NOW)


# -- input that is not what it should be ---------------------------------------------------------


def changed(rows=slice(0, 1), **columns) -> pd.DataFrame:
    volume = sample().volume.copy()
    for name, value in columns.items():
        volume.loc[volume.index[rows], name] = value
    return volume


def test_repeated_times_name_their_rows() -> None:
    twice = pd.concat([sample().volume, sample().volume.head(1)])
    with pytest.raises(SchemaError, match=r"unique within a series.*Sum the rows"):
        planned(volume=twice)


def test_negative_counts_name_their_rows() -> None:
    with pytest.raises(SchemaError, match=r"must not be negative.*row 0"):
        planned(volume=changed(y=-1.0))


def test_naive_times_are_refused() -> None:
    naive = sample().volume.assign(ds=lambda t: t["ds"].dt.tz_localize(None))
    with pytest.raises(SchemaError, match="times with their zone"):
        planned(volume=naive)


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(ValueError, match="XX"):
        planned(clients=sample().clients.assign(country="XX"))


def test_an_unknown_time_zone_of_an_agent_is_named() -> None:
    with pytest.raises(SchemaError, match=r"IANA names.*Mars/Base"):
        planned(agents=sample().agents.assign(timezone="Mars/Base"))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("days", [9], "'days'.*from 0, Monday, to 6"),
        ("days", ["mon"], "'days'.*from 0, Monday, to 6"),
        ("window_hours", 0, "'window_hours'.*from 1 to 24"),
        ("window_start_local", 30, "'window_start_local'.*before 24"),
        ("max_hours_week", -1, "'max_hours_week'.*from 0 to 168"),
        ("preferred_hours_week", -3, "'preferred_hours_week'.*from 0 to 168"),
        ("max_clients", 0, "'max_clients'.*1 or more"),
    ],
)
def test_what_an_agent_cannot_work_names_the_agent_and_the_row(column, value, words) -> None:
    agents = sample().agents.copy()
    agents[column] = agents.get(column, pd.Series(None, index=agents.index)).astype(object)
    agents.at[agents.index[3], column] = value
    with pytest.raises(SchemaError, match=f"{words}.*'agent-0003'.*row 3"):
        planned(agents=agents)


def test_gaps_are_missing_and_not_zero() -> None:
    volume = sample().volume
    rng = np.random.default_rng(0)
    holes = volume[rng.random(len(volume)) > 0.2]
    whole = plan().tables["forecasts"]["yhat"].sum()
    assert planned(volume=holes).tables["forecasts"]["yhat"].sum() == pytest.approx(whole, rel=0.1)


def test_a_client_with_three_days_of_history_is_planned_beside_the_others() -> None:
    volume = sample().volume
    young = volume["unique_id"].str.startswith("client-003/")
    cut = volume[~young | (volume["ds"] >= volume["ds"].max() - pd.Timedelta(days=3))]
    made = planned(volume=cut)
    assert any("client-003/chat" in w and "less than 21 days" in w for w in made.warnings)
    own = made.tables["forecasts"]["unique_id"].str.startswith("client-003/")
    assert made.tables["forecasts"].loc[own, "yhat"].sum() > 0


@pytest.mark.parametrize("days", [3, 16])
def test_a_short_history_of_all_clients_makes_a_plan_and_a_warning(days) -> None:
    volume = sample().volume
    short = volume[volume["ds"] >= volume["ds"].max() - pd.Timedelta(days=days)]
    made = planned(volume=short)
    assert made.figures["tickets"] > 0
    assert any("less than 21 days of history" in warning for warning in made.warnings)


def test_a_client_of_only_zeros_needs_nobody_and_is_named() -> None:
    volume = sample().volume
    silent = volume["unique_id"].str.startswith("client-000/")
    made = planned(volume=volume.assign(y=volume["y"].where(~silent, 0.0)))
    assert any("client-000/chat/en" in w and "only zeros" in w for w in made.warnings)
    pools = made.tables["pools"].set_index("client_id")
    assert pools.loc["client-000", "workload_hours"] == pytest.approx(0, abs=0.5)


def test_all_series_of_zeros_need_nobody_at_all() -> None:
    made = planned(volume=sample().volume.assign(y=0.0))
    assert made.figures["paid_hours"] == 0
    assert made.figures["unmet_hours"] == 0
    assert made.figures["agents_per_100_tickets"] is None or made.figures["tickets"] < 1
    assert plan_page(made, plan_document(made))


def test_an_agent_certified_for_nothing_is_named_and_gets_no_shift() -> None:
    certificates = sample().certifications
    certificates = certificates[certificates["agent_id"] != "agent-0000"]
    made = planned(certifications=certificates)
    assert any("agent-0000" in w and "not certified for any client" in w for w in made.warnings)
    assert "agent-0000" not in set(made.tables["assignment"]["agent_id"])
    own = made.tables["qualification"].query("agent_id == 'agent-0000'")
    assert not own["qualified"].any()
    assert own["reason"].str.contains("not certified|speaks").all()


def test_a_client_nobody_may_serve_is_a_named_unmet_need() -> None:
    certificates = sample().certifications
    certificates = certificates[certificates["client_id"] != "client-001"]
    made = planned(certifications=certificates)
    pools = made.tables["pools"].set_index("client_id")
    # It is pooled on its own, so that nobody else goes without.
    assert (pools["pool_id"] == pools.loc["client-001", "pool_id"]).sum() == 1
    unmet = made.tables["unmet"]
    own = unmet[unmet["pool_id"] == pools.loc["client-001", "pool_id"]]
    assert set(own["reason"]) == {"nobody is qualified for this pool"}
    assert own["unmet_fte"].sum() > 0
    assert made.tables["shifts"]["pool_id"].isin(own["pool_id"]).any()
    assert "client-001" in set(made.tables["hiring"]["client_id"])


def test_nobody_at_all_leaves_everything_open() -> None:
    own = sample()
    made = planned(agents=own.agents.head(0), certifications=own.certifications.head(0))
    assert made.figures["paid_hours"] == 0
    assert made.figures["met_share"] == 0
    assert made.figures["unfilled_seats"] == made.figures["seats"] > 0
    assert plan_page(made, plan_document(made))


def test_certificates_that_end_before_the_week_do_not_count() -> None:
    ends = pd.Timestamp("2026-04-08", tz="UTC")
    made = planned(certifications=sample().certifications.assign(expires_at=ends))
    assert made.figures["paid_hours"] == 0
    assert made.tables["qualification"]["reason"].str.contains("ends on 2026-04-08").any()


def test_intervals_of_two_lengths_are_refused() -> None:
    volume = sample().volume
    odd = volume["unique_id"] == volume["unique_id"].iloc[0]
    mixed = pd.concat([volume[~odd], volume[odd].iloc[::24]])
    with pytest.raises(SchemaError, match=r"intervals of one length.*1440 minutes"):
        planned(volume=mixed)


def test_a_plan_does_not_start_inside_its_history() -> None:
    with pytest.raises(ConfigError, match="must not lie before the end of the history"):
        planned(start="2026-03-09")


# -- known events --------------------------------------------------------------------------------


def campaign(**changes) -> pd.DataFrame:
    row = {"unique_id": "client-000", "kind": "sale", "uplift": "2.5",
           "starts_at": "2026-04-08T00:00Z", "ends_at": "2026-04-09T00:00Z"}  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


def of_the_day(made, client: str) -> float:
    table = made.tables["forecasts"]
    inside = (table["ds"] >= "2026-04-08T00:00Z") & (table["ds"] < "2026-04-09T00:00Z")
    return table.loc[inside & table["unique_id"].str.startswith(client), "yhat"].sum()


def test_a_campaign_reaches_the_forecast_the_requirement_and_the_quarter() -> None:
    usual, made = plan(), planned(events=campaign())
    for name, factor in (("client-000", 2.5), ("client-001", 1.0)):
        one, other = (of_the_day(p, name) for p in (made, usual))
        assert one == pytest.approx(factor * other, rel=0.12)
    assert made.figures["required_hours"] > usual.figures["required_hours"]
    later = campaign(starts_at="2026-05-04T00:00Z", ends_at="2026-06-01T00:00Z", uplift=60)
    short = planned(events=later).tables["hiring"].query("client_id == 'client-000'")
    assert short["first_week"].tolist() == [pd.Timestamp("2026-05-04", tz="UTC")]


def test_events_are_named_in_the_file_and_read_as_text(tmp_path) -> None:
    write_inputs(tmp_path)
    campaign(unique_id="client-000/chatt").to_csv(tmp_path / "events.csv", index=False)
    text = PLAN_FILE.replace("[policy]", 'events = "events.csv"\n[policy]')
    (tmp_path / "plan.toml").write_text(text)
    made, _ = run_plan(load_plan_config(tmp_path / "plan.toml"), now=NOW)
    assert "The events name client-000/chatt, which no series begins with." in made.warnings


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_at": "2026-04-07T00:00Z"}, "'ends_at' column of events must be after"),
        ({"uplift": "0"}, "'uplift' column of events must be above 0"),
        ({"starts_at": "2026-04-08"}, "starts_at"),
    ],
)
def test_faults_of_events_are_named(change, words) -> None:
    with pytest.raises(SchemaError, match=words):
        planned(events=campaign(**change))


# -- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("weeks = 0\n[data]\n", "'weeks'.*\n.*|data.volume"),
        ("week = 2\n[data]\n", "unknown key 'week'"),
        ('start = 2026-03-03\n[data]\nvolume="v"\nagents="a"\ncertifications="c"\n', "Monday"),
        ("[data", "not valid TOML"),
        ('[data]\nvolume="v"\nagents="a"\ncertifications="c"\n[policy]\nrisks=1\n',
         "did you mean 'risk'"),
        ('[data]\nvolume="v"\nagents="a"\ncertifications="c"\n[policy]\nrisk=0.9\n', "'risk'"),
        ('[data]\nvolume="v"\nagents="a"\ncertifications="c"\n[policy.promises.chat]\naht=3\n',
         "promises.chat"),
    ],
)  # fmt: skip
def test_faults_of_the_settings_are_named(tmp_path, text, words) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        load_plan_config(file)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(MissingFileError, match="no plan configuration"):
        load_plan_config(tmp_path / "plan.toml")
    with pytest.raises(MissingFileError, match="There is no file at"):
        run_plan(config(tmp_path), now=NOW)


def test_a_channel_without_a_promise_is_named() -> None:
    volume = sample().volume.assign(
        unique_id=lambda t: t["unique_id"].str.replace("/chat/", "/fax/", regex=False)
    )
    with pytest.raises(ConfigError, match="no promise for the channel 'fax'"):
        planned(volume=volume)


def night(tmp_path, plan_file) -> Run:
    settings = NightlyConfig(workspace=tmp_path, tickets={"path": "t.csv"}, plan=plan_file)
    registry = Registry(tmp_path / "workspace")
    return Run(config=settings, now=NOW, registry=registry, staging=tmp_path / "staging")


def page_of(run: Run) -> str:
    """The night's page, with empty figures around its plan."""
    run.registry.workspace.mkdir(parents=True, exist_ok=True)
    run.tickets = run.test = pd.DataFrame({
        "created_at": pd.to_datetime(["2026-04-01"], utc=True), "client_id": ["acme"]})  # fmt: skip
    run.available = {"train": 0, "test": 1}
    run.drift = {"reference": "last night", "rows": []}
    return render(build(run))


def test_a_night_makes_the_plan_it_is_told_to_and_its_report_shows_it(tmp_path) -> None:
    write_inputs(tmp_path)
    sample().agents.head(8).to_parquet(tmp_path / "agents.parquet")
    (tmp_path / "plan.toml").write_text(PLAN_FILE)
    run = night(tmp_path, tmp_path / "plan.toml")
    plan_ahead(run)
    folder = current_plan(tmp_path / "plans")
    assert folder is not None
    report = run.registry.workspace / "reports" / run.night
    # The link is told from where the report will lie.
    assert os.path.normpath(report / run.plan["link"]) == str(folder / "plan.html")
    document = json.loads((folder / "plan.json").read_text())
    assert run.plan["unmet_hours"] == document["figures"]["unmet_hours"] > 0
    page = page_of(run)
    assert "<h2>The plan</h2>" in page
    assert f'<a href="{run.plan["link"]}">' in page
    assert f"{round(run.plan['paid_hours']):,}" in page
    assert run.plan["unmet"][0]["reason"] in page
    assert all(str(escape(alert)) in page for alert in run.plan["alerts"])


def test_a_night_without_a_plan_says_nothing_of_one(tmp_path) -> None:
    run = night(tmp_path, None)
    plan_ahead(run)
    assert run.warnings == []
    assert "The plan" not in page_of(run)


def test_a_night_outlives_whatever_a_plan_raises(tmp_path, caplog) -> None:
    write_inputs(tmp_path)
    # A board that is no database: what opens it knows nothing of this project's errors.
    (tmp_path / "board.db").write_text("no database at all, but longer than one header" * 9)
    (tmp_path / "plan.toml").write_text(PLAN_FILE)
    run = night(tmp_path, tmp_path / "plan.toml")
    plan_ahead(run)
    assert run.warnings[0].startswith("The plan was not made: DatabaseError: ")
    assert "file is not a database" in run.warnings[0]
    assert "\n" not in run.warnings[0]
    assert "Traceback" in caplog.text
    assert "No plan was made tonight" in page_of(run)
    # Nothing of it is left that would stop the next night.
    (tmp_path / "board.db").unlink()
    plan_ahead(run)
    assert run.plan["plan_id"]


def test_a_night_with_a_broken_plan_goes_on_and_says_so(tmp_path) -> None:
    run = night(tmp_path, tmp_path / "plan.toml")
    plan_ahead(run)
    assert "The plan was not made: There is no plan configuration" in run.warnings[0]
    assert "No plan was made tonight" in page_of(run)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_a_sample_is_the_same_for_the_same_seed(seed: int) -> None:
    from data.synthetic.planning import sample_planning

    pair = [sample_planning(clients=2, agents=3, languages=2, weeks=1, minutes=60,
                            random_state=seed) for _ in range(2)]  # fmt: skip
    pd.testing.assert_frame_equal(pair[0].volume, pair[1].volume)
    pd.testing.assert_frame_equal(pair[0].certifications, pair[1].certifications)
