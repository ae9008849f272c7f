"""Availability in nines: what a planner sees of it."""

from __future__ import annotations

import copy
import html
import json
import re
from pathlib import Path

import poolcast as pc
import pytest
from click.testing import CliRunner
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from poolcast import nines_page, tornado
from poolcast.cli import main
from poolcast.nines import Availability

_SITE = "{at: 0s, lose: north, about_every: {value: 1825day, low: 700day, high: 7300day, origin: guess <b>}, for_about: 6h}"
_SERVER = "{at: 0s, lose: chat-1, about_every: {value: 200day, low: 50day, high: 1500day}, for_about: 4h}"
_RISKS = f"faults=[{_SITE}, {_SERVER}]"


@pytest.fixture(scope="module")
def answer() -> Availability:
    return pc.availability(pc.load("years-of-chance", set=["workload.users=400", _RISKS]), sensitivity=True)


def test_the_page_says_how_much_why_and_what_it_rests_on_without_a_network(answer: Availability) -> None:
    page = answer.to_html()
    assert not re.search(r"""(?:src|href|url|@import)\s*[=(]\s*["']?\s*(?:https?:)?//""", page)
    assert "http" not in page
    assert "<script" not in page
    assert html.escape(answer.sentence(), quote=False) in page.replace("&#39;", "'")
    for text in (
        "What takes users' time",
        "What matters most",
        "guess &lt;b&gt;",
        "likelihood ratio",
        "was reached",
        "What is left out",
        "poolcast availability scenario.yaml --seed 1 --precision 10%",
        answer["scenario"]["digest"],
    ):
        assert text in page.replace("&#39;", "'"), text
    assert "guess <b>" not in page


def test_every_picture_of_the_page_has_words_for_who_cannot_see_it(answer: Availability) -> None:
    pictures = re.findall(r"<svg [^>]*>", answer.to_html())
    assert len(pictures) == 3
    assert all('role="img"' in picture and re.search(r'aria-label="[^"]+"', picture) for picture in pictures)


def test_every_cause_has_a_meaning(answer: Availability) -> None:
    assert {cause for cause, _ in answer.by_cause()} == set(nines_page.MEANINGS)


def test_an_answer_without_the_precision_says_so_on_the_page(answer: Availability) -> None:
    data = copy.deepcopy(answer.data)
    data["precise"] = False
    data["sensitivity"][0]["low"].update(minutes_per_year=None, low=None, high=None, precise=False)
    page = Availability(data, answer.scenario).to_html()
    assert "The precision was not reached" in page
    assert "could not be worked out" in page
    assert "not worked out" in page


def test_nothing_lost_is_a_page_as_well(answer: Availability) -> None:
    data = copy.deepcopy(answer.data)
    nothing = {"minutes_per_year": 0.0, "low": 0.0, "high": 0.0}
    data.update(nines=None, availability=1, unavailable=nothing, sensitivity=None)
    data["by_cause"] = dict.fromkeys(data["by_cause"], nothing)
    assert "No loss among these risks takes users" in Availability(data).to_html()


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    FigureCanvasAgg(figure).draw()
    found = []
    for axis in figure.axes:
        labels = [text for text in (*axis.get_yticklabels(), *axis.texts) if text.get_text()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in labels]
        found += [(one, two) for number, (one, box) in enumerate(boxes) for two, other in boxes[:number] if box.overlaps(other)]
        found += [(one, "the edge") for one, box in boxes if box.x0 < 0 or box.x1 > figure.bbox.x1]
    return found


def test_no_two_texts_of_the_picture_overlap(answer: Availability) -> None:
    assert overlapping(answer.plot()) == []
    data = copy.deepcopy(answer.data)
    for swing, away in zip(data["sensitivity"], ((200.0, 300.0), (None, 80.0), (None, None), (3.0, 3.0)), strict=False):
        swing["low"]["minutes_per_year"], swing["high"]["minutes_per_year"] = away
    assert overlapping(Availability(data).plot()) == []


def test_the_tornado_shows_the_widest_only_when_there_are_many(answer: Availability) -> None:
    data = {**answer.data, "sensitivity": answer["sensitivity"] * 9}
    figure = Availability(data).plot()
    assert len(figure.axes[1].get_yticklabels()) == tornado.MOST_SWINGS


def test_a_folder_keeps_the_answer_and_gives_it_back(answer: Availability, tmp_path: Path) -> None:
    page = answer.save(tmp_path / "out")
    assert page == tmp_path / "out" / "report.html"
    assert page.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    again = Availability.from_folder(tmp_path / "out")
    assert again == answer
    assert again.to_html() == answer.to_html()
    assert again.scenario is not None
    assert again.scenario.digest() == answer["scenario"]["digest"]


def test_the_command_line_writes_the_folder_and_draws_it_again(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    options = ["--set", "workload.users=400", "--set", _RISKS, "--precision", "20%", "--json", "--out", str(folder)]
    done = CliRunner().invoke(main, ["availability", "years-of-chance", *options])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads((folder / "availability.json").read_text(encoding="utf-8"))
    assert f"Page: {folder / 'report.html'}" in done.stderr
    first = (folder / "report.html").read_text(encoding="utf-8")
    (folder / "report.html").unlink()
    assert CliRunner().invoke(main, ["report", str(folder)]).exit_code == 0
    assert (folder / "report.html").read_text(encoding="utf-8") == first
    (folder / "availability.json").write_text("{}", encoding="utf-8")
    broken = CliRunner().invoke(main, ["report", str(folder)])
    assert broken.exit_code == 2
    assert "not a run folder" in broken.output


def test_a_notebook_shows_causes_and_sensitivity(answer: Availability) -> None:
    shown = answer._repr_html_()
    assert "reconnect" in shown
    assert "lose north" in shown
    assert list(answer.causes["minutes_per_year"]) == sorted(answer.causes["minutes_per_year"], reverse=True)
    assert list(answer.risks["about_every_low_s"]) == [700 * 86_400, 50 * 86_400]
    assert answer.sensitivity["high"][0] == "20 years"


_STRETCHED = ["topology=stretched-low-bandwidth", "workload.users=400"]
_LOSS = "{at: 0s, lose: north, about_every: 1825day, for_about: 20day}"


def followed(*faults: str) -> pc.Scenario:
    return pc.load("years-of-chance", set=[*_STRETCHED, f"faults=[{', '.join((_LOSS, *faults))}]"])


def test_operators_work_through_the_runbook_that_the_scenario_follows_unless_a_flag_names_one() -> None:
    scenario = followed("{at: 1h, follow: site-failover-prepared}")
    own = pc.availability(scenario, precision="20%")
    (used,) = own["operators"]
    assert (used["failover"], used["failover_from"]) == ("Site failover, decision prepared", "scenario")
    assert (used["failback"], used["failback_from"]) == ("site-failback", "library")
    assert used["decision_mean_s"] < 600
    assert "Site failover, decision prepared, which the scenario follows" in own.to_html()
    assert "--runbook" not in own.to_html()
    flagged = pc.availability(scenario, precision="20%", runbook="site-failover")
    assert flagged["operators"][0]["failover_from"] == "flag"
    assert flagged["operators"][0]["decision_mean_s"] > 2_000
    assert flagged["unavailable"]["minutes_per_year"] > own["unavailable"]["minutes_per_year"]
    assert "--runbook site-failover" in flagged.to_html()


def test_a_first_step_that_does_not_say_that_it_is_the_decision_is_remarked_upon() -> None:
    over = "{name: switch, takes: 5min..9min, then: {fail_over: chat-pool}}"
    mine = f"follow: {{name: Mine, steps: [{over}], back_in_service_after: switch}}"
    (remark,) = pc.availability(followed(f"{{at: 1h, {mine}}}"), precision="50%").remarks()
    assert "`switch`, the first step of the runbook Mine, which the scenario follows, counts as the decision" in remark
    assert pc.availability(followed("{at: 1h, follow: site-failover}"), precision="50%").remarks() == []


def test_the_folder_has_what_its_command_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asked").mkdir()
    monkeypatch.chdir(tmp_path / "asked")
    Path("mine.yaml").write_text(
        "name: Mine\nsteps: [{name: switch, takes: 5min..9min}]\nback_in_service_after: switch\n", encoding="utf-8"
    )
    answer = pc.availability(followed(), precision="50%", runbook="mine.yaml", allow_unsupported=True)
    answer.save(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    command = "poolcast availability scenario.yaml --seed 1 --precision 50% --runbook failover.yaml --allow-unsupported"
    assert command in page
    assert command in Availability.from_folder(tmp_path / "out").to_html()
    assert not (tmp_path / "out" / "failback.yaml").exists()
    monkeypatch.chdir(tmp_path / "out")
    again = CliRunner().invoke(main, [*command.split()[1:], "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["unavailable"] == answer["unavailable"]


def test_a_followed_runbook_that_availability_cannot_play_is_refused_with_its_line(tmp_path: Path) -> None:
    step = "{name: switch, takes: 5min..9min, then: {activate: chat-5}}"
    ready = "{name: done, takes: 5min..9min, after: [switch], then: {fail_over: chat-pool}}"
    (tmp_path / "mine.yaml").write_text(f"name: Mine\nsteps:\n  - {step}\n  - {ready}\nback_in_service_after: done\n")
    scenario = tmp_path / "scenario.yaml"
    workload = "{model: performance-user-model, users: 400}"
    risk_and_runbook = f"faults:\n  - {_LOSS}\n  - {{at: 0s, follow: mine.yaml}}\n"
    scenario.write_text(f"name: T\ntopology: stretched-low-bandwidth\nworkload: {workload}\n{risk_and_runbook}horizon: 366day\n")
    with pytest.raises(
        pc.ConfigError,
        match=r"mine.yaml:3:\d+: .*step switch brings `activate` about, which availability",
    ):
        pc.availability(scenario)
    assert pc.availability(scenario, precision="20%", runbook="site-failover").nines


def test_a_day_curve_makes_it_a_share_of_the_time_that_users_want_to_be_there(tmp_path: Path) -> None:
    points = "{at: 8h, present: 0%, activity: 1}, {at: 9h, present: 100%, activity: 1}, {at: 18h, present: 0%, activity: 1}"
    sets = ["workload.users=400", _RISKS, f"workload.day_curve=[{points}]", "costs.join_rate=1/s"]
    scenario = pc.load("years-of-chance", set=[*sets, "topology.chat_pools.chat.active=[chat-1, chat-2]"])
    answer = pc.availability(scenario)
    assert answer["wanted"] == pytest.approx(5 / 24)
    assert "% of the time that users want to be there, 20.8 % of a day" in answer.sentence()
    loads = [eighth / 8 for eighth in range(1, 8)] + [15 / 16, 1]
    assert answer.surges["load"].tolist() == pytest.approx(loads * 2, abs=0.01)
    assert answer.surges["fluid_s"].groupby(answer.surges["survivors"]).apply(lambda away: away.is_monotonic_increasing).all()
    assert "18 runs of the fluid model" in answer.surrogate_sentence()
    assert html.escape(answer.surrogate_sentence(), quote=False) in answer.to_html()
    kept = tmp_path / "storms.json"
    played = pc.availability(scenario, fit_file=kept, progress=False)
    assert "18 runs of the full simulation" in played.surrogate_sentence()
    assert played == pc.availability(scenario, fit_file=kept)
    with pytest.raises(pc.ConfigError, match="another seed"):
        pc.availability(scenario, fit_file=kept, seed=2)


def test_a_surrogate_that_misses_more_than_a_tenth_is_remarked_upon(answer: Availability) -> None:
    assert answer.surrogate_sentence() == ""
    data = copy.deepcopy(answer.data)
    data["surrogate"]["error"] = {"typical": 0.02, "worst": 0.4, "worst_load": 0.875}
    data["surges"][0]["error"] = data["surrogate"]["error"]
    assert any(
        "less than 2 % for half of the time, by 40 % at worst (chat: 1 of 2 servers survive" in text
        for text in Availability(data).remarks()
    )
    data["surrogate"]["error"] = {"typical": 0.02, "worst": 0.09, "worst_load": 0.875}
    assert not any("fitted" in text for text in Availability(data).remarks())


def test_a_simulated_storm_that_ended_before_its_users_were_back_is_remarked_upon(answer: Availability) -> None:
    data = copy.deepcopy(answer.data)
    data["surges"][0]["runs"][0]["all_back"] = True
    assert not any("were back" in text for text in Availability(data).remarks())
    data["surges"][0]["runs"][0]["all_back"] = False
    assert any("costs more than it says (chat: 1 of 2 servers survive" in text for text in Availability(data).remarks())
