"""The classes that stand for the domain's structs."""

from __future__ import annotations

import copy
import pickle

import poolcast as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from poolcast import _core

RECORDS = [value for value in vars(_core).values() if hasattr(value, "_fields_")]


def test_names_carry_the_unit(scenario: pc.Scenario) -> None:
    assert scenario.horizon_s == 120
    assert scenario.topology.links[0].bandwidth_bytes_per_s > 0
    assert scenario.workload.client.jitter_share == 0.5
    assert scenario.workload.client.first_wait_s == (0.0, 5.0)
    assert scenario.costs.sign_in_cpu.value_s > 0
    assert pc.Hardware(name="small").clock_hz == 2.26e9


def test_every_attribute_says_what_it_is() -> None:
    for record in RECORDS:
        for name, _, meaning, _ in record._fields_:
            assert getattr(record, name).__doc__ == meaning
            assert meaning


def test_an_edit_of_a_list_sticks(scenario: pc.Scenario) -> None:
    pools = scenario.topology.chat_pools
    pool = pools[0]
    pool.standby.append("chat-9")
    pools.append(pc.ChatPool(name="second", site="north", next_hop="front", active=["other-1"]))
    pool.standby.append("chat-10")  # the object read before the append is still the one in the list
    assert scenario.topology.chat_pools[0].standby[-2:] == ["chat-9", "chat-10"]
    assert [entry.name for entry in scenario.topology.chat_pools] == ["chat", "second"]
    assert "chat-10" in scenario.to_yaml()
    assert "second" in scenario.to_yaml()


def test_a_misspelt_attribute_is_refused_with_the_nearest_name(scenario: pc.Scenario) -> None:
    with pytest.raises(TypeError, match=r"Hardware\(\) has no attribute coers; did you mean cores\?"):
        pc.Hardware(name="x", coers=4)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        scenario.workload.actve = 5  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        scenario.horizn_s = 5  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("attribute", "value", "error"),
    [
        ("cores", -1, ValueError),
        ("cores", "12", TypeError),
        ("cores", 1.5, TypeError),
        ("cores", True, TypeError),
        ("clock_hz", 0, ValueError),
        ("clock_hz", float("nan"), ValueError),
        ("name", 3, TypeError),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_assigned(attribute: str, value: object, error: type[Exception]) -> None:
    hardware = pc.Hardware(name="x")
    with pytest.raises(error, match=f"^{attribute}: found "):
        setattr(hardware, attribute, value)
    assert hardware == pc.Hardware(name="x")


def test_a_wrong_item_is_named_with_its_place(scenario: pc.Scenario) -> None:
    scenario.topology.sites.append("south")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"topology\.sites\[1\]: found 'south'; expected Site"):
        scenario.to_yaml()


def test_an_enumeration_is_a_str_and_takes_the_file_s_spelling() -> None:
    database = pc.Database(holds="content", principal="sql-1", mode="high-safety")
    assert database.mode is pc.AvailabilityMode.high_safety
    assert database.mode == "high_safety"
    with pytest.raises(ValueError, match=r"mode: found 'safe'; expected none, high_safety, .* or always_on"):
        database.mode = "safe"


def test_equality_is_by_value(scenario: pc.Scenario) -> None:
    other = pc.load("smoke")
    assert scenario == other
    other.workload.users += 1
    assert scenario != other
    assert pc.Site(name="a") != pc.Hardware(name="a")


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))], ids=["copy", "pickle"])
def test_a_copy_is_equal_and_independent(scenario: pc.Scenario, duplicate: object) -> None:
    twin = duplicate(scenario)  # type: ignore[operator]
    assert type(twin) is pc.Scenario
    assert twin == scenario
    assert twin.positions == scenario.positions
    twin.topology.chat_pools[0].active.pop()
    assert twin != scenario


def test_objects_say_what_they_are(scenario: pc.Scenario) -> None:
    assert repr(scenario) == "Scenario('Smoke test', 400 users, 4+4 servers)"
    assert repr(pc.Site(name="north", time_zone="CET")) == "Site(name='north', time_zone='CET')"
    assert "<svg" in scenario._repr_html_()


@given(
    name=st.text(min_size=1, max_size=20).filter(str.isprintable),
    cores=st.integers(1, 1024),
    memory=st.floats(1, 1e15),
    speed=st.floats(1e-3, 1e3),
)
def test_hardware_keeps_what_it_was_given(name: str, cores: int, memory: float, speed: float) -> None:
    hardware = pc.Hardware(name=name, cores=cores, memory_bytes=memory, speed=speed)
    assert (hardware.name, hardware.cores, hardware.memory_bytes, hardware.speed) == (name, cores, memory, speed)
    assert pickle.loads(pickle.dumps(hardware)) == hardware
    assert eval(repr(hardware), vars(pc)) == hardware


@given(
    users=st.integers(1, 10_000_000),
    poll=st.floats(1, 86400),
    jitter=st.floats(0, 1),
    wait=st.tuples(st.floats(0, 100), st.floats(100, 1000)),
)
def test_print_then_read_is_the_identity(users: int, poll: float, jitter: float, wait: tuple[float, float]) -> None:
    scenario = pc.load("smoke")
    scenario.workload.users = users
    scenario.workload.poll_interval_s = poll
    scenario.workload.client.jitter_share = jitter
    scenario.workload.client.backoff_s = wait
    again = pc.loads(scenario.to_yaml())
    assert again == scenario
    assert again.digest() == scenario.digest()
