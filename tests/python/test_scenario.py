"""Loading, changing and checking scenarios."""

from __future__ import annotations

import pickle
from pathlib import Path

import poolcast as pc
import pytest

CHECK_COLUMNS = ["rule", "severity", "sentence", "key", "file", "line", "source"]
CAPACITY_COLUMNS = ["section", "quantity", "part", "value", "unit", "limit", "formula", "source"]


def test_a_scenario_of_the_library_loads_by_name_and_by_path(top: Path) -> None:
    by_name = pc.load("lose-one-of-four")
    assert by_name == pc.load(top / "scenarios" / "lose-one-of-four.yaml")
    assert by_name.workload.users == 80_000


def test_bad_input_names_file_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: Mine\ntopology: enterprise-multiple-server\nworkload: performance-user-model\nhorizn: 1h\n")
    with pytest.raises(pc.ConfigError) as caught:
        pc.load(file)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column) == (str(file), 4, 1)
    assert "did you mean `horizon`?" in problem.message
    assert f"{file}:4:1: " in str(caught.value)
    assert isinstance(caught.value, ValueError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.problems == caught.value.problems


def test_changes_have_units_and_paths(scenario: pc.Scenario) -> None:
    other = scenario.with_("topology.chat_pools.chat.compliance=off", users=300, horizon="90s", costs="measured-peers")
    assert other.workload.users == 300
    assert other.horizon_s == 90
    assert not other.topology.chat_pools[0].compliance
    assert other.costs.name == "measured-peers"
    assert scenario == pc.load("smoke")
    assert scenario.with_(**{"workload.client.jitter": "0%"}).workload.client.jitter_share == 0
    assert pc.load("smoke", set=["workload.users=300"]).workload.users == 300
    with pytest.raises(pc.ConfigError, match="actve"):
        scenario.with_(**{"workload.actve": 3})


def test_an_edit_survives_a_change(scenario: pc.Scenario) -> None:
    scenario.topology.chat_pools[0].standby.append("chat-9")
    assert scenario.with_(users=300).topology.chat_pools[0].standby[-1] == "chat-9"


def test_findings_have_sentence_place_and_source() -> None:
    findings = pc.load("lose-one-of-four").validate()
    assert list(findings.columns) == CHECK_COLUMNS
    assert "PC-USERS-N1" in set(findings["rule"])
    assert set(findings["severity"]) <= {"error", "warning", "note"}
    assert (findings["source"] != "").all()
    placed = findings[findings["key"] != ""]
    assert (placed["line"] > 0).all()


def test_a_broken_scenario_is_refused_with_every_problem(scenario: pc.Scenario) -> None:
    scenario.faults[0].lose = "nobody"
    scenario.topology.chat_pools[0].site = "nowhere"
    for ask in (scenario.validate, scenario.capacity, scenario.run):
        with pytest.raises(pc.ConfigError) as caught:
            ask()
        assert "nobody" in str(caught.value)
        assert "nowhere" in str(caught.value)


def test_the_capacity_page_is_a_table(scenario: pc.Scenario) -> None:
    page = scenario.capacity()
    assert list(page.columns) == CAPACITY_COLUMNS
    assert {"rooms", "posts", "deliveries"} <= set(page["section"])
    assert page["value"].dtype == "float64"


def test_the_library_and_the_rules_are_tables() -> None:
    library = pc.library()
    assert {"scenario", "topology", "workload", "cost set", "runbook"} == set(library["kind"])
    assert "lose-one-of-four" in set(library["name"])
    rules = pc.limits()
    assert list(rules.columns) == ["id", "severity", "versions", "rule", "derivation", "source"]
    assert rules["id"].is_unique


def test_every_scenario_of_the_library_loads_and_prints() -> None:
    library = pc.library()
    for name in library[library["kind"] == "scenario"]["name"]:
        scenario = pc.load(name)
        assert pc.loads(scenario.to_yaml()) == scenario


def test_a_day_is_built_from_its_points_and_reads_back() -> None:
    day = [
        pc.DayPoint(at_s=7 * 3600, present_share=0, activity=0.5),
        pc.DayPoint(at_s=9 * 3600, present_share=1, activity=1.2),
        pc.DayPoint(at_s=18 * 3600, present_share=0, activity=0.5),
    ]
    scenario = pc.load("smoke")
    scenario.workload.day_curve = day
    text = scenario.to_yaml()
    assert "present: 100%" in text
    assert pc.loads(text).workload.day_curve == day
    day[2].activity = 1
    scenario.workload.day_curve = day
    with pytest.raises(pc.ConfigError, match="does not end as it begins"):
        pc.loads(scenario.to_yaml())


def test_a_scenario_is_built_from_typed_parts() -> None:
    topology = pc.Topology(
        name="Ours",
        sites=[pc.Site(name="home")],
        front_end_pools=[pc.FrontEndPool(name="front", site="home", servers=2)],
        chat_pools=[pc.ChatPool(name="chat", site="home", next_hop="front", active=["chat-1", "chat-2"])],
        databases=[pc.Database(holds="content", principal="sql-1")],
        links=[pc.Link(within="home", latency_s=200e-6)],
    )
    rooms = pc.RoomClass(name="small", users_per_room=20, rooms_per_user=2, posts=pc.PostRate(value=0.5))
    scenario = pc.Scenario(
        name="Built here",
        topology=topology,
        workload=pc.Workload(users=100, reference_users=100, room_classes=[rooms]),
        faults=[pc.Fault(at_s=30, lose="chat-2")],
        horizon_s=90,
        warm_up_s=10,
        objectives=[pc.Objective(metric="messages_lost", at_most=pc.Quantity(value=0))],
    )
    assert scenario.costs.name == "documented-2015"
    assert scenario.faults[0].label == "lose chat-2"
    assert pc.loads(scenario.to_yaml()) == scenario
    run = scenario.run(replications=2, progress=False)
    assert run.name == "Built here"
    assert set(run.users_back["after"]) == {"lose chat-2"}
