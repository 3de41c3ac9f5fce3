import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import SchemaError
from forecasting.exports import agent_calendars, write_calendars
from forecasting.pictures import forecast_picture, heat_map, pool_picture, utilisation_picture

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def shifts(**columns) -> pd.DataFrame:
    start = pd.Timestamp("2026-03-28T22:00:00+01:00")
    rows = {"shift_id": ["s1"], "agent_id": ["ana"], "pool_id": ["fr-pool-01"],
            "starts_at": [start], "ends_at": [start + timedelta(hours=8)]}  # fmt: skip
    table = pd.DataFrame({**rows, **columns})
    for name in ("starts_at", "ends_at"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return table


def unfolded(text: str) -> list[str]:
    return re.sub("\r\n[ \t]", "", text).split("\r\n")


def test_times_are_written_in_utc_over_a_change_of_clocks() -> None:
    lines = unfolded(agent_calendars(shifts(), now=NOW)["ana"])
    assert "DTSTART:20260328T210000Z" in lines
    assert "DTEND:20260329T050000Z" in lines
    assert "DTSTAMP:20260301T090000Z" in lines
    assert not any("TZID" in line or "VTIMEZONE" in line for line in lines)


def test_an_event_keeps_its_name_when_the_plan_is_made_again() -> None:
    before = agent_calendars(shifts(), now=NOW)["ana"]
    after = agent_calendars(shifts(), now=NOW + timedelta(days=1))["ana"]
    names = [re.findall("UID:(.*)\r\n", text) for text in (before, after)]
    assert names[0] == names[1] == ["s1/ana@deskpilot"]


def test_breaks_stand_in_the_description() -> None:
    rest = '[{"starts_at": "2026-03-29T00:40:00+00:00", "ends_at": "2026-03-29T00:55:00+00:00"}]'
    text = agent_calendars(shifts(breaks=[rest]), now=NOW)["ana"]
    assert "DESCRIPTION:Pool fr-pool-01. Paid breaks (UTC): 00:40-00:55." in unfolded(text)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=120))
def test_any_name_makes_a_file_that_can_be_read(name) -> None:
    name = name.encode("utf-8", "ignore").decode() or "x"
    table = shifts(agent_id=[name], pool_id=[name])
    text = agent_calendars(table, now=NOW)[name]
    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    assert text.endswith("END:VCALENDAR\r\n")
    # No line of the name's own: every line begins with a property that is ours.
    ours = re.compile(r"(BEGIN|END|VERSION|PRODID|CALSCALE|METHOD|X-WR-CALNAME|UID|DTSTAMP|DTSTART|"
                      r"DTEND|SUMMARY|DESCRIPTION|STATUS|TRANSP):")  # fmt: skip
    assert all(ours.match(line) for line in unfolded(text)[:-1])
    assert len(unfolded(text)) == 18


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "..", "Zoë", "c:d", "a.b"])
def test_files_stay_in_their_folder(tmp_path, name) -> None:
    folder = tmp_path / "calendars"
    assert write_calendars(folder, shifts(agent_id=[name]), now=NOW) == 1
    assert len(list(folder.glob("[!.]*.ics"))) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["calendars"]


def test_every_agent_has_one_file_with_all_shifts(tmp_path) -> None:
    three = pd.concat([shifts(shift_id=["s1"]), shifts(shift_id=["s2"]),
                       shifts(shift_id=["s3"], agent_id=["bo"])])  # fmt: skip
    assert write_calendars(tmp_path, three, now=NOW) == 2
    assert (tmp_path / "ana.ics").read_bytes().count(b"BEGIN:VEVENT\r\n") == 2


def test_naive_times_and_missing_columns_are_refused() -> None:
    with pytest.raises(SchemaError, match="no column 'pool_id'"):
        agent_calendars(shifts().drop(columns="pool_id"), now=NOW)
    naive = shifts().assign(starts_at=lambda t: t["starts_at"].dt.tz_localize(None))
    with pytest.raises(SchemaError, match="times with their zone"):
        agent_calendars(naive, now=NOW)


# -- pictures ------------------------------------------------------------------------------------


def wave() -> pd.DataFrame:
    times = pd.date_range("2026-03-02", periods=48, freq="h", tz="UTC")
    y = 10 + 5 * np.sin(np.arange(48) / 4)
    return pd.DataFrame({"ds": times, "yhat": y, "yhat-lo-80": y - 2, "yhat-hi-80": y + 2})


@pytest.mark.parametrize(
    "picture",
    [
        lambda: forecast_picture(wave(), title="<a&b>"),
        lambda: forecast_picture(wave(), wave().rename(columns={"yhat": "y"}), title="<a&b>"),
        lambda: forecast_picture(wave().assign(yhat=0.0), title="<a&b>", levels=()),
        lambda: heat_map(np.ones(168), np.arange(168) / 80, title="<a&b>"),
        lambda: heat_map(np.zeros(168), np.zeros(168), title="<a&b>"),
        lambda: pool_picture(
            pd.DataFrame({"pool_id": ["<a&b>"], "desk": ["<a&b>"], "workload_hours": [3.0]}),
            title="<a&b>",
        ),
        lambda: utilisation_picture(
            pd.DataFrame({"plan": ["<a&b>"], "paid_hours": [30.0], "utilisation": [0.5]}),
            title="<a&b>",
        ),
    ],
)
def test_pictures_are_whole_and_escaped(picture) -> None:
    from xml.etree import ElementTree

    drawn = picture()
    root = ElementTree.fromstring(drawn)
    svg = root.find("svg")
    assert svg is not None
    assert svg.get("aria-label") == "<a&b>"
    assert "nan" not in drawn
    assert "<script" not in drawn
    assert "<a&b>" not in drawn


def test_a_shortage_looks_unlike_a_surplus() -> None:
    short = heat_map(np.full(168, 4.0), np.full(168, 3.0))
    plenty = heat_map(np.full(168, 4.0), np.full(168, 5.0))
    assert short.count("--orange") == 168 + 1
    assert plenty.count("--orange") == 1
