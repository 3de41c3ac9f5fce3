import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from planning_desk import NOW, config, planned, sample
from serving_desk import KEYS, drafter_over, engine, key, knowledge
from starlette.testclient import TestClient

from forecasting.board import ShiftBoard
from pipelines.plan import publish
from pipelines.plan_output import write_plan
from serving.app import create_app
from serving.planning_schemas import AgentShiftsOut, ClaimOut, ForecastOut, IntradayOut, ScheduleOut


@pytest.fixture(scope="module")
def made():
    """A plan in which the clients of the desk speak two languages, and so share no pool."""
    own = sample()
    names = {"client-000": "lumen", "client-001": "verdant"}
    renamed = {}
    for table, column in (("volume", "unique_id"), ("clients", "client_id"),
                          ("certifications", "client_id")):  # fmt: skip
        frame = getattr(own, table)
        renamed[table] = frame.assign(
            **{column: frame[column].replace(names, regex=True).astype("str")}
        )
    return planned(**renamed)


@pytest.fixture
def clock():
    """The present; a test may put it forward."""
    return [NOW]


@pytest.fixture
def desk(made, clock, database, tmp_path):
    """A service over the plan and its board, on which no seat is taken."""
    settings = config(board=database, preassign=False)
    publish(made, sample().agents, settings, now=NOW)
    write_plan(made, tmp_path / "plans")
    parts = {"settings": {"board": settings.board}, "clock": lambda: clock[0]}
    with TestClient(create_app(engine(tmp_path, **parts))) as client:
        yield client


def pool_of(made, client):
    pools = made.tables["pools"]
    return pools.loc[pools["client_id"] == client, "pool_id"].iloc[0]


def shift_of(made, client, number=0):
    shifts = made.tables["shifts"]
    return shifts[shifts["pool_id"] == pool_of(made, client)]["shift_id"].iloc[number]


def able(made, client):
    table = made.tables["qualification"]
    own = table[table["qualified"] & (table["pool_id"] == pool_of(made, client))]
    return own["agent_id"].tolist()


def claim(desk, shift, agent, verb="claim", client="lumen", **more):
    body = {"agent_id": agent, **more}
    return desk.post(f"/v1/shifts/{shift}/{verb}", json=body, headers=key(client))


def test_a_forecast_is_the_clients_own_and_a_week_of_it(desk, made) -> None:
    reply = desk.get("/v1/forecast/lumen", headers=key())
    body = ForecastOut.model_validate(reply.json())
    assert reply.status_code == 200
    assert {(s.channel, s.language) for s in body.series} == {("chat", "en"), ("email", "en")}
    assert [len(s.points) for s in body.series] == [168, 168]
    wanted = made.tables["forecasts"].query("unique_id == 'lumen/chat/en'")
    assert body.series[0].points[10].contacts == pytest.approx(wanted["yhat"].iloc[10], abs=1e-4)


def test_a_forecast_can_be_cut(desk) -> None:
    asked = {"from": "2026-04-07T08:00:00Z", "to": "2026-04-07T10:00:00+02:00"}
    assert not desk.get("/v1/forecast/lumen", headers=key(), params=asked).json()["series"]
    asked["to"] = "2026-04-07T10:00:00Z"
    body = desk.get("/v1/forecast/lumen", headers=key(), params=asked).json()
    assert [len(s["points"]) for s in body["series"]] == [2, 2]
    naive = {"from": "2026-04-07T08:00:00"}
    reply = desk.get("/v1/forecast/lumen", headers=key(), params=naive)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_schedule_holds_the_shifts_of_the_clients_pools_only(desk, made) -> None:
    body = desk.get("/v1/schedule/lumen", headers=key()).json()
    found = ScheduleOut.model_validate(body)
    assert {s.pool_id for s in found.shifts} == {pool_of(made, "lumen")}
    assert all(s.free == s.seats for s in found.shifts)
    words = str(body)
    assert "verdant" not in words
    assert "client-0" not in words
    assert "agent-" not in words


@pytest.mark.parametrize("call", ["forecast", "schedule"])
def test_another_clients_plan_is_forbidden(desk, call) -> None:
    reply = desk.get(f"/v1/{call}/lumen", headers=key("verdant"))
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert desk.get(f"/v1/{call}/lumen").status_code == 401


def test_a_seat_is_claimed_once_and_told_again(desk, made) -> None:
    shift, agent = shift_of(made, "lumen", 3), able(made, "lumen")[0]
    first, again = claim(desk, shift, agent), claim(desk, shift, agent)
    assert (first.status_code, again.status_code) == (200, 200)
    assert ClaimOut.model_validate(first.json()).state == again.json()["state"] == "claimed"
    listed = desk.get("/v1/schedule/lumen", headers=key()).json()["shifts"]
    own = next(s for s in listed if s["shift_id"] == shift)
    assert own["free"] == own["seats"] - 1


def test_a_release_gives_the_seat_back_once(desk, made) -> None:
    shift, agent = shift_of(made, "lumen", 3), able(made, "lumen")[0]
    claim(desk, shift, agent)
    assert claim(desk, shift, agent, "release").json()["state"] == "released"
    assert claim(desk, shift, agent, "release").json()["reason"] == "released before"
    listed = desk.get("/v1/schedule/lumen", headers=key()).json()["shifts"]
    own = next(s for s in listed if s["shift_id"] == shift)
    assert own["free"] == own["seats"]


def test_what_was_never_claimed_cannot_be_released(desk, made) -> None:
    reply = claim(desk, shift_of(made, "lumen"), able(made, "lumen")[0], "release")
    assert reply.status_code == 409
    assert "nothing to release" in reply.json()["detail"]


def test_a_swap_exchanges_both_seats_once(desk, made) -> None:
    first, second = able(made, "lumen")[:2]
    shifts = made.tables["shifts"].query(f"pool_id == '{pool_of(made, 'lumen')}'")
    one = shifts["shift_id"].iloc[0]
    later = shifts[shifts["starts_at"] > shifts["ends_at"].iloc[0] + timedelta(hours=11)]
    other = later["shift_id"].iloc[0]
    claim(desk, one, first)
    claim(desk, other, second)
    more = {"other_agent_id": second, "other_shift_id": other}
    assert claim(desk, one, first, "swap", **more).json()["state"] == "swapped"
    assert claim(desk, one, first, "swap", **more).json()["reason"] == "swapped before"
    # Each holds what the other held, so it can be exchanged back.
    back = {"other_agent_id": second, "other_shift_id": one}
    assert claim(desk, other, first, "swap", **back).json()["state"] == "swapped"


def test_a_shift_of_other_clients_does_not_exist_for_a_key(desk, made) -> None:
    hers, agent = shift_of(made, "verdant"), able(made, "verdant")[0]
    assert pool_of(made, "verdant") != pool_of(made, "lumen")
    for verb, more in (("claim", {}), ("release", {}),
                       ("swap", {"other_agent_id": "a", "other_shift_id": "b"})):  # fmt: skip
        reply = claim(desk, hers, agent, verb, **more)
        unknown = claim(desk, "no-such-shift", agent, verb, **more)
        assert reply.status_code == unknown.status_code == 404
        assert reply.json()["detail"] == unknown.json()["detail"]
    mine = shift_of(made, "lumen")
    swap = {"other_agent_id": agent, "other_shift_id": hers}
    assert claim(desk, mine, able(made, "lumen")[0], "swap", **swap).status_code == 404


def test_an_agent_who_is_not_trained_is_refused_with_the_reason(desk, made) -> None:
    stranger = next(a for a in sample().agents["agent_id"] if a not in able(made, "lumen"))
    reply = claim(desk, shift_of(made, "lumen"), stranger)
    assert reply.status_code == 409
    assert "not trained for pool" in reply.json()["detail"]
    assert reply.headers["content-type"] == "application/problem+json"
    nobody = claim(desk, shift_of(made, "lumen"), "nobody")
    assert "does not know this agent" in nobody.json()["detail"]


def test_a_body_without_an_agent_is_refused(desk, made) -> None:
    reply = desk.post(f"/v1/shifts/{shift_of(made, 'lumen')}/claim", json={}, headers=key())
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["path"] == "agent_id"


def test_without_a_plan_or_a_board_there_is_nothing(tmp_path, made) -> None:
    with TestClient(create_app(engine(tmp_path))) as client:
        reply = client.get("/v1/schedule/lumen", headers=key())
        assert reply.status_code == 404
        assert "no plan yet" in reply.json()["detail"]
        write_plan(made, tmp_path / "plans")
        # The plan is seen without a restart.
        body = client.get("/v1/schedule/lumen", headers=key()).json()
        assert all(s["free"] is None for s in body["shifts"])
        assert claim(client, shift_of(made, "lumen"), "agent-0000").status_code == 404


def test_a_client_who_is_not_planned_gets_nothing(made, tmp_path) -> None:
    write_plan(made, tmp_path / "plans")
    keys = {**KEYS, "newcomer": "newcomer-key-0123456789"}
    own = engine(tmp_path, settings={"keys": keys}, index=knowledge(), drafter=drafter_over(None))
    with TestClient(create_app(own)) as client:
        bearer = {"Authorization": "Bearer newcomer-key-0123456789"}
        for call in ("forecast", "schedule"):
            assert client.get(f"/v1/{call}/newcomer", headers=bearer).status_code == 404


def test_the_document_describes_the_calls(desk) -> None:
    paths = desk.get("/docs.json").json()["paths"]
    for path in ("/v1/forecast/{client}", "/v1/schedule/{client}", "/v1/planning/intraday",
                 "/v1/shifts/{shift_id}/claim",
                 "/v1/shifts/{shift_id}/release", "/v1/shifts/{shift_id}/swap",
                 "/v1/agents/{agent_id}/shifts", "/v1/agents/{agent_id}/calendar.ics",
                 "/v1/reports/plan"):  # fmt: skip
        assert path in paths
    calendar = paths["/v1/agents/{agent_id}/calendar.ics"]["get"]
    assert "text/calendar" in calendar["responses"]["200"]["content"]
    assert calendar["security"] == [{"bearer": []}, {"header": []}]


# -- what an agent may see -----------------------------------------------------------------------


def board_of(desk, agent, client="lumen", **asked):
    reply = desk.get(f"/v1/agents/{agent}/shifts", headers=key(client), params=asked)
    assert reply.status_code == 200, reply.text
    return AgentShiftsOut.model_validate(reply.json())


def single_seats(made, client):
    """Shifts of one seat, two of which no one agent may hold."""
    shifts = made.tables["shifts"]
    return shifts[(shifts["pool_id"] == pool_of(made, client)) & (shifts["seats"] == 1)]


def test_an_agent_sees_what_it_holds_waits_for_and_may_take(desk, made) -> None:
    first, second = able(made, "lumen")[:2]
    rows = single_seats(made, "lumen")
    mine = rows.iloc[0]
    claim(desk, mine["shift_id"], first)
    later = rows[rows["starts_at"] > mine["ends_at"] + timedelta(hours=12)].iloc[0]
    claim(desk, later["shift_id"], second)
    claim(desk, later["shift_id"], first)
    seen = board_of(desk, first, client="lumen")
    assert [(s.shift_id, s.source) for s in seen.claims] == [(mine["shift_id"], "agent")]
    assert [(s.shift_id, s.place) for s in seen.waitlist] == [(later["shift_id"], 1)]
    told = {s.shift_id: s for s in seen.open}
    assert not {mine["shift_id"], later["shift_id"]} & set(told)
    assert {s.pool_id for s in seen.open} == {pool_of(made, "lumen")}
    beside = made.tables["shifts"].set_index("shift_id")
    clash = [
        s for s in seen.open if s.starts_at < mine["ends_at"] and s.ends_at > mine["starts_at"]
    ]
    assert clash
    assert all((s.eligible, s.reason) == (False, f"overlaps shift {mine['shift_id']}")
               for s in clash)  # fmt: skip
    # What is said to be free to take, is.
    one = next(s for s in seen.open if s.eligible)
    assert one.free == one.seats == beside.loc[one.shift_id, "seats"]
    assert claim(desk, one.shift_id, first).json()["state"] == "claimed"
    assert one.shift_id in {s.shift_id for s in board_of(desk, first).claims}


def test_an_agents_shifts_for_other_clients_are_not_told(desk, made, database) -> None:
    own, theirs = pool_of(made, "lumen"), pool_of(made, "verdant")
    board = ShiftBoard(database)
    board.enrol(pd.DataFrame({"agent_id": ["both"], "pools": [[own, theirs]]}))
    shifts = made.tables["shifts"]
    hers = shifts[shifts["pool_id"] == theirs].iloc[5]
    assert board.claim(hers["shift_id"], "both", now=NOW).state == "claimed"
    board.close()
    seen = board_of(desk, "both")
    assert seen.claims == []
    assert {s.pool_id for s in seen.open} == {own}
    assert any(s.reason == "overlaps another shift" for s in seen.open)
    calendar = desk.get("/v1/agents/both/calendar.ics", headers=key())
    refused = claim(desk, next(s.shift_id for s in seen.open if "overlaps" in s.reason), "both")
    assert refused.json()["detail"] == "The board refuses: overlaps another shift."
    for text in (seen.model_dump_json(), calendar.text, refused.text):
        assert theirs not in text
    assert theirs in desk.get("/v1/agents/both/calendar.ics", headers=key("verdant")).text


@pytest.mark.parametrize("call", ["shifts", "calendar.ics"])
def test_an_agents_calls_need_a_key_of_this_client_and_an_agent(desk, made, call) -> None:
    agent = able(made, "lumen")[0]
    assert desk.get(f"/v1/agents/{agent}/{call}").status_code == 401
    asked = {"client": "lumen"}
    reply = desk.get(f"/v1/agents/{agent}/{call}", headers=key("verdant"), params=asked)
    assert reply.status_code == 403
    nobody = desk.get(f"/v1/agents/nobody/{call}", headers=key(), params=asked)
    assert nobody.status_code == 404
    assert nobody.json()["detail"] == "The board does not know this agent."


def test_a_calendar_holds_what_the_board_does_and_is_there_without_a_shift(desk, made) -> None:
    agent, url = able(made, "lumen")[0], f"/v1/agents/{able(made, 'lumen')[0]}/calendar.ics"
    empty = desk.get(url, headers=key())
    assert empty.headers["content-type"] == "text/calendar; charset=utf-8"
    assert empty.text.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VEVENT" not in empty.text
    shift = made.tables["shifts"].query("pool_id == @pool_of(@made, 'lumen')").iloc[3]
    claim(desk, shift["shift_id"], agent)
    text = desk.get(url, headers=key()).text
    assert text.count("BEGIN:VEVENT") == 1
    assert f"DTSTART:{shift['starts_at']:%Y%m%dT%H%M%SZ}" in text
    assert "Paid breaks (UTC)" in text.replace("\r\n ", "")
    claim(desk, shift["shift_id"], agent, "release")
    assert "BEGIN:VEVENT" not in desk.get(url, headers=key()).text


def test_without_a_board_an_agent_has_no_shifts(made, tmp_path) -> None:
    write_plan(made, tmp_path / "plans")
    with TestClient(create_app(engine(tmp_path))) as client:
        for call in ("shifts", "calendar.ics"):
            reply = client.get(f"/v1/agents/agent-0000/{call}", headers=key())
            assert reply.status_code == 404
            assert "no shift board" in reply.json()["detail"]


# -- the plan's report ---------------------------------------------------------------------------


def test_the_newest_plans_report_is_for_those_who_may_see_every_client(made, tmp_path) -> None:
    parts = {"settings": {"report_readers": ["lumen"]}}
    with TestClient(create_app(engine(tmp_path, **parts))) as client:
        nothing = client.get("/v1/reports/plan", headers=key())
        assert nothing.status_code == 404
        assert "no plan yet" in nothing.json()["detail"]
        folder = write_plan(made, tmp_path / "plans")
        reply = client.get("/v1/reports/plan", headers=key())
        assert reply.headers["content-type"] == "application/json"
        assert reply.json() == json.loads((folder / "plan.json").read_text())
        page = client.get("/v1/reports/plan", headers={**key(), "Accept": "text/html"})
        assert page.text == (folder / "plan.html").read_text()
        assert "default-src 'none'" in page.headers["content-security-policy"]
        asked = client.get("/v1/reports/plan", headers=key(), params={"format": "html"})
        assert asked.headers["content-type"].startswith("text/html")
        wrong = client.get("/v1/reports/plan", headers=key(), params={"format": "pdf"})
        assert wrong.status_code == 422
        other = client.get("/v1/reports/plan", headers=key("verdant"))
        assert other.status_code == 403
        assert "report_readers" in other.json()["detail"]
        assert client.get("/v1/reports/plan").status_code == 401


# -- the day itself ------------------------------------------------------------------------------

NOON = datetime(2026, 4, 7, 12, 10, tzinfo=UTC)


def morning(made, factor, *, client="lumen"):
    table = made.tables["forecasts"].query(f"unique_id == '{client}/chat/en'")
    seen = table[table["ds"].between("2026-04-07T06:00Z", "2026-04-07T11:30Z")]
    return {
        "arrivals": [
            {"channel": "chat", "language": "en", "at": at.isoformat(),
             "contacts": round(mean * factor)}
            for at, mean in zip(seen["ds"], seen["yhat"], strict=True)
        ]
    }  # fmt: skip


def day(desk, body, client="lumen"):
    return desk.post("/v1/planning/intraday", json=body, headers=key(client))


def test_a_busy_morning_names_the_hours_who_is_missing_and_who_may_come(desk, made, clock) -> None:
    clock[0] = NOON
    body = morning(made, 10)
    reply = day(desk, body)
    assert reply.status_code == 200, reply.text
    found = IntradayOut.model_validate(reply.json())
    (series,) = found.series
    assert series.seen > 5 * series.expected
    assert series.low < series.factor < series.high
    # From the interval under way to the end of the client's day.
    assert series.points[0].at == NOON.replace(minute=0)
    assert all(p.contacts == pytest.approx(p.planned * series.factor, abs=1e-3)
               for p in series.points)  # fmt: skip
    # Nobody has claimed a seat, so every hour of need is short.
    shortages = [a for a in found.alerts if a.kind == "shortage"]
    assert shortages
    assert {a.pool_id for a in found.alerts} == {pool_of(made, "lumen")}
    assert "lumen/chat/en brings" in shortages[0].reason
    offers = [o for a in shortages for o in a.offers]
    assert all(o.starts_at > NOON for o in offers)
    assert set(offers[0].agents) <= set(able(made, "lumen"))
    # Who is named may indeed take the seat, and is then on shift.
    taken = claim(desk, offers[0].shift_id, offers[0].agents[0])
    assert taken.json()["state"] == "claimed"
    after = IntradayOut.model_validate(day(desk, body).json())
    before_hours = sum(a.agent_hours for a in shortages)
    assert sum(a.agent_hours for a in after.alerts if a.kind == "shortage") < before_hours


def test_the_day_names_no_other_client(desk, made, clock) -> None:
    clock[0] = NOON
    words = day(desk, morning(made, 3)).text
    assert "verdant" not in words
    assert "client-0" not in words


def test_arrivals_that_do_not_fit_are_named_without_naming_others(desk, made, clock) -> None:
    clock[0] = NOON
    body = morning(made, 1)
    strange = {"arrivals": [{**body["arrivals"][0], "channel": "fax"}]}
    twice = {"arrivals": body["arrivals"][:1] * 2}
    odd = {"arrivals": [{**body["arrivals"][0], "at": "2026-04-07T06:07:00Z"}]}
    for wrong, words in ((strange, "no such channel"), (twice, "arrivals"), (odd, "60 minutes")):
        reply = day(desk, wrong)
        assert reply.status_code == 422, reply.text
        assert words in reply.json()["detail"]
        assert "verdant" not in reply.text
    for contacts in (-1, 100_001, 10**30, 10**400):
        reply = day(desk, {"arrivals": [{**body["arrivals"][0], "contacts": contacts}]})
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["path"] == "arrivals.0.contacts"
    assert (
        day(desk, {"arrivals": [{**body["arrivals"][0], "contacts": 100_000}]}).status_code == 200
    )


def test_a_day_outside_of_the_plan_is_not_there(desk, made, clock) -> None:
    reply = day(desk, morning(made, 1))
    assert reply.status_code == 404
    assert "begins on 2026-04-06" in reply.json()["detail"]


def test_without_a_board_the_plans_people_are_on_shift(made, tmp_path) -> None:
    write_plan(made, tmp_path / "plans")
    with TestClient(create_app(engine(tmp_path, clock=lambda: NOON))) as client:
        calm = day(client, morning(made, 1)).json()
        assert [a for a in calm["alerts"] if a["kind"] == "shortage"] == []
        busy = IntradayOut.model_validate(day(client, morning(made, 30)).json())
        assert any(a.kind == "shortage" and a.offers == [] for a in busy.alerts)
