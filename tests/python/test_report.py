"""The page that can be handed to a manager."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from pathlib import Path

import poolcast as pc
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from poolcast import drawing, failures, figures, page, summary, units


@pytest.fixture(scope="module")
def text(result: pc.Result) -> str:
    return page.render(result)


def test_the_page_needs_no_network(text: str) -> None:
    assert not re.search(r"""(?:src|href|url|@import)\s*[=(]\s*["']?\s*(?:https?:)?//""", text)
    assert "<script" not in text
    assert "http" not in text


def test_the_page_answers_first(text: str, result: pc.Result) -> None:
    answer = text.index(summary.conclusion(result.data).split(":")[0])
    assert text.index(result.name) < answer < text.index("Verdicts") < text.index("How to reproduce")
    for heading in ("What is deployed", "Through the fault", "Latency by operation", "Findings", "Assumptions"):
        assert heading in text
    assert "Not calibrated" in text
    assert result.data["scenario"]["digest"] in text


def test_the_page_is_well_formed(text: str) -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            _ = attrs
            if tag not in {"meta", "br", "img", "use", "link"}:
                self.open.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    tags = Tags()
    tags.feed(text)
    assert not tags.open


def test_everything_from_a_scenario_is_escaped(result: pc.Result) -> None:
    data = copy.deepcopy(result.data)
    evil = '<img src=x onerror="alert(1)">'
    data["scenario"].update(name=evil, question=evil, topology=evil)
    data["findings"] = [{"rule": evil, "severity": "note", "key": "", "sentence": evil, "source": evil}]
    data["verdicts"][0]["objective"] = data["verdicts"][0]["note"] = evil
    data["scenario"]["faults"][0]["label"] = evil
    scenario = copy.deepcopy(result.scenario)
    assert scenario is not None
    scenario.topology.name = scenario.topology.sites[0].domain = scenario.costs.sign_in_cpu.origin = evil
    text = page.render(pc.Result(data, scenario))
    assert "<img" not in text
    assert "&lt;img" in text


def test_a_report_is_a_page_and_a_picture(result: pc.Result, tmp_path: Path) -> None:
    written = result.save_report(tmp_path / "out")
    assert written == tmp_path / "out" / "report.html"
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert written.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "poolcast run scenario.yaml --seed 1 --replications 3\n"),
        ({"options": {"antithetic": False, "precision": None, "allow_unsupported": False}}, "--seed 1 --replications 3\n"),
        (
            {"options": {"antithetic": True, "precision": 0.05, "allow_unsupported": True}},
            "1 --precision 5% --antithetic --allow-un",
        ),
        ({"options": {"antithetic": False, "precision": 1 / 3, "allow_unsupported": False}}, f"--seed 1 --precision {1 / 3!r}\n"),
        ({"options": {"precision": 0.05}, "interrupted": True}, "--seed 1 --replications 3\n"),
        ({"variants": []}, "--seed 1 --replications 3 --no-variants\n"),
    ],
)
def test_the_page_says_how_to_get_the_same_run(result: pc.Result, changes: dict[str, object], command: str) -> None:
    assert command in page.render(pc.Result({**result.data, **changes}, result.scenario))


def back(t50: float | None, t95: float | None, t100: float | None) -> dict[str, object]:
    return {"replication": 0, "after": "lose chat-2", "displaced_users": 98.0, "t50_s": t50, "t95_s": t95, "t100_s": t100}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([back(5, 9, 10)], "half are back after 5 s, 95 % after 9 s, all after 10 s."),
        ([back(5, 9, None)], "half are back after 5 s, 95 % after 9 s, not all within the 1 h looked at."),
        (
            [back(5, 9, 10), back(5, None, None)],
            "half are back after 5 s, not 95 % within the 1 h looked at in 1 of 2 replications.",
        ),
        ([back(None, None, None)], "not half are back within the 1 h looked at."),
    ],
)
def test_losses_are_told_in_a_sentence(entries: list[dict[str, object]], words: str) -> None:
    told = summary.losses({"users_back": entries, "scenario": {"horizon_s": 3600.0}})
    assert told == f"98 users lose service (lose chat-2); {words}"
    nobody = [{**back(0, 0, 0), "displaced_users": 0.0}]
    assert summary.losses({"users_back": nobody, "scenario": {"horizon_s": 3600.0}}) == ""


def test_the_page_counts_and_names_properly(result: pc.Result) -> None:
    data = copy.deepcopy(result.data)
    data.update(replications=1, interrupted=True)
    data["verdicts"][1].update(objective="users back p95 after lose chat-2 at most 1 min", after="lose chat-2")
    text = page.render(pc.Result(data, result.scenario))
    assert "Only 1 replication was finished." in text
    assert "1 replications" not in text
    assert "Deliveries late, above 1 s" in text
    assert "counts sign-ins" in text
    assert text.count("after lose chat-2") == 2  # once in each table of objectives, as part of the objective


def test_the_page_has_recovery_and_says_whether_the_system_comes_back(result: pc.Result, text: str) -> None:
    for words in ("<h2>Recovery</h2>", "Does it come back by itself?", ">comes back</span>", "users affected", "95 % back"):
        assert words in text
    data = copy.deepcopy(result.data)
    data["comes_back"] = None
    data["recovery"] = []
    data["variants"] = []
    without = page.render(pc.Result(data))
    assert "Does it come back" not in without
    assert "<h2>Recovery</h2>" not in without


def test_times_never_reached_are_said() -> None:
    spread = {"p5_s": 60.0, "p50_s": 120.0, "p95_s": None, "reached": 9, "asked": 12}
    assert failures.time_text(spread) == ("2 min", "never in 3 of 12")
    assert failures.time_text({**spread, "p95_s": 180.0, "reached": 12}) == ("2 min", "[1, 3]")
    assert failures.time_text({**spread, "p5_s": None, "p50_s": None, "reached": 3}) == ("not within the horizon", "in 9 of 12")
    assert failures.time_text({**spread, "p5_s": None, "p50_s": None, "reached": 0}) == ("not within the horizon", "")
    assert failures.time_text(None) == ("", "")


def test_an_answer_of_some_replications_says_how_many() -> None:
    answer = {
        "answer": "does_not_come_back",
        "reason": "94 % of users are away",
        "counts": {"comes_back": 9, "not_decided": 0, "does_not_come_back": 3},
        "after": None,
    }
    assert failures.comes_back_text(answer) == "does not come back in 3 of 12 replications: 94 % of users are away"


def test_a_result_without_a_scenario_still_has_a_page(result: pc.Result) -> None:
    assert "Through the fault" in page.render(pc.Result.from_json(result.to_json()))


def test_the_plot_has_users_latency_and_utilisation_on_one_axis(result: pc.Result) -> None:
    axes = result.plot().axes
    assert [axis.get_title() for axis in axes] == [
        "Users connected",
        "Delivery latency: p95, with p50 dotted and p99 dashed",
        "Utilisation of the processors",
    ]
    assert {axis.get_xlim() for axis in axes} == {(0.0, 120.0)}


def window(metric: str, start_s: float, **values: object) -> dict[str, object]:
    names = ("site", "pool", "node", "part", "count", "mean", "p50", "p95", "p99", "max")
    intervals = ("mean_low", "mean_high", "p95_low", "p95_high")
    empty: dict[str, object] = {**dict.fromkeys(names[:4], ""), **dict.fromkeys((*names[4:], *intervals))}
    return {**empty, "metric": metric, "unit": "", "window_start_s": start_s, "window_s": 2.0, "whole_run": False, **values}


def test_names_are_no_mathematics_and_all_are_in_the_legend(result: pc.Result) -> None:
    names = ["_hidden", "a$^$b$", *(f"chat-{number}" for number in range(8))]
    rows = [window("utilisation", start, node=name, mean=0.5) for start in (10.0, 12.0) for name in names]
    parts = [window("delivery_latency", 10.0, part=name, p50=0.1, p95=0.2, p99=0.3) for name in names]
    data = {**result.data, "rows": [*rows, *parts]}
    data["scenario"] = {**data["scenario"], "faults": [{"label": "lose $_$", "at_s": 40.0, "for_s": None}]}
    run = pc.Result(data)
    latency, utilisation = run.plot().axes[1:]
    for axis in (latency, utilisation):
        assert axis.get_title().endswith("; 8 of 10 shown")
    labels = [text.get_text().lstrip("\u200b") for text in utilisation.get_legend().get_texts()]
    assert labels[:8] == names[:8]
    text = figures.page_svg(run)
    assert "a$^$b$" in text
    assert "lose $_$" in text
    assert figures.png(run.plot()).startswith(b"\x89PNG")


def test_a_band_that_reaches_zero_ends_where_its_lines_do(result: pc.Result) -> None:
    def row(start_s: float, p50: float, low: float) -> dict[str, object]:
        return window("delivery_latency", start_s, p50=p50, p95=0.4, p99=0.5, p95_low=low, p95_high=0.9)

    data = {**result.data, "rows": [row(10.0, 0.1, 0.3), row(12.0, 0.2, -0.1), row(14.0, 0.2, 0.0)], "verdicts": []}
    axis = pc.Result(data).plot().axes[1]
    (band,) = axis.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(0.1)
    assert {0.3, 0.9} <= set(heights)
    assert axis.get_ylim()[0] > 0.05


def test_the_same_run_draws_the_same_picture(result: pc.Result) -> None:
    assert figures.png(result.plot()) == figures.png(result.plot())
    assert page.render(result) == page.render(result)


def test_the_drawing_marks_what_is_lost(scenario: pc.Scenario) -> None:
    svg = drawing.topology_svg(scenario)
    assert svg.count(" hit") == 1
    for name in ("chat-1", "chat-8 · standby", "front-1", "sql-1 · principal", "Site north"):
        assert name in svg


def test_the_drawing_shows_the_nodes_of_a_cluster_and_marks_both_when_their_storage_is_lost() -> None:
    svg = drawing.topology_svg(pc.load("clustered-database"))
    assert "sql-1 · active" in svg
    assert "sql-2 · passive" in svg
    assert svg.count(" hit") == 1
    storage = ["faults=[{at: 10min, lose_disks: sql-content}]", "variants=[]"]
    assert drawing.topology_svg(pc.load("clustered-database", set=storage)).count(" hit") == 2


def test_the_drawing_marks_every_machine_of_a_lost_site_and_of_a_rack() -> None:
    scenario = pc.load("sites-cut")
    scenario.faults = [pc.Fault(at_s=60, lose="south")]
    assert drawing.topology_svg(scenario).count(" hit") == 12 + 4 + 1  # Front Ends, chat servers, the secondary that is drawn
    scenario.faults = [pc.Fault(at_s=60, lose=["chat-1", "sql-2"])]
    assert drawing.topology_svg(scenario).count(" hit") == 2


def test_every_topology_of_the_library_is_drawn() -> None:
    library = pc.library()
    for name in library[library["kind"] == "scenario"]["name"]:
        assert drawing.topology_svg(pc.load(name)).endswith("</svg>")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.412, "412 ms"), (1986, "33.1 min"), (32040, "8.9 h"), (1.4, "1.4 s"), (0.0002, "200 µs"), (0, "0 s"), (300, "5 min")],
)
def test_durations_are_printed_for_people(seconds: float, text: str) -> None:
    assert units.duration(seconds) == text


def test_other_quantities_are_printed_for_people() -> None:
    assert units.quantity(0.183, "share") == "18.3 %"
    assert units.quantity(80_000, "users") == "80,000"
    assert units.quantity(2.5e9, "bytes") == "2.5 GB"
    assert units.with_interval(0.412, 0.398, 0.431, "s") == "412 ms [398, 431]"
    assert units.events(31_123_456) == "31.1 million"
    assert units.quantity(None, "s") == "—"


def test_no_two_labels_of_the_timeline_overlap(result: pc.Result) -> None:
    data = copy.deepcopy(result.data)
    data["scenario"]["warm_up_s"] = 300.0
    horizon = data["scenario"]["horizon_s"]
    moments = [
        (0.0, "lose north"),
        (1.0, "follow site-failover"),
        (20.0, "lose chat-2"),
        (horizon - 1, "a fault with a long name"),
    ]
    data["scenario"]["faults"] = [{**data["scenario"]["faults"][0], "at_s": at, "label": label} for at, label in moments]
    back = {"p5_s": 1.0, "p50_s": 30.0, "p95_s": 60.0}
    data["recovery"] = [{**data["recovery"][0], "at_s": at, "half_back": back, "most_back": back} for at in (0.0, 20.0)]
    figure = figures.timeline_figure(pc.Result(data, result.scenario))
    FigureCanvasAgg(figure).draw()
    axis = figure.axes[0]
    labels = [text for text in axis.texts if text.get_visible()]
    assert {label for _, label in moments} <= {text.get_text().strip() for text in labels}
    boxes = [text.get_window_extent() for text in labels]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number]), labels[number].get_text()
        assert box.x1 <= axis.get_window_extent().x1 + 1, labels[number].get_text()


def test_labels_that_find_no_room_are_left_out(result: pc.Result) -> None:
    data = copy.deepcopy(result.data)
    data["scenario"]["faults"] *= 40
    axis = figures.timeline_figure(pc.Result(data, result.scenario)).axes[0]
    shown = [text for text in axis.texts if text.get_visible() and data["scenario"]["faults"][0]["label"] in text.get_text()]
    assert 1 < len(shown) < 40
