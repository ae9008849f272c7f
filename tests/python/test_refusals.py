"""What the product does not support is refused with the rule that says so, and played all the same when asked."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from poolcast.cli import main

CONTENT = "topology.databases[0]"
SHIPPING = f"{CONTENT}.log_shipping={{secondary: sql-9}}"
SECOND_SITE = "topology.sites=[{name: north}, {name: south}]"

# Rule, and the changes to the smoke scenario (content on sql-1, mirrored to sql-2 with the witness sql-w) that break it.
IMPOSSIBLE = {
    "PC-DB-ASYNC": [f"{CONTENT}.mode=high-performance"],
    "PC-DB-ASYNC-EDITION": [f"{CONTENT}.mode=high-performance"],
    "PC-DB-ALWAYSON": [f"{CONTENT}.mode=always-on"],
    "PC-DB-WITNESS-ALONE": [f"{CONTENT}.mirror=null", f"{CONTENT}.mode=none"],
    "PC-DB-MIRROR-MODE": [
        f"{CONTENT}.mode=failover-cluster",
        "topology.sql_instances=[{name: sql-1, cluster: [sql-1a, sql-1b]}]",
    ],
    "PC-DB-EXPRESS-SHIPPING": [SHIPPING, "topology.sql_instances=[{name: sql-1, edition: express}]"],
    "PC-DB-EXPRESS-MIRROR": ["topology.sql_instances=[{name: sql-2, edition: express}]"],
    "PC-DB-PARTNERS": ["topology.sql_instances=[{name: sql-2, version: 2016}]"],
    "PC-DB-MIRROR-SITE": [SECOND_SITE, "topology.sql_instances=[{name: sql-2, site: south}]"],
    "PC-DR-SECONDARY-OWN": [f"{CONTENT}.log_shipping={{secondary: sql-2}}"],
    "PC-DR-SECONDARY-MIRROR": [
        SECOND_SITE,
        f"{CONTENT}.log_shipping={{secondary: sql-9, secondary_mirror: sql-10}}",
        "topology.sql_instances=[{name: sql-9, site: south}, {name: sql-10, site: north}]",
    ],
    "PC-DR-SECONDARY-VERSION": [SHIPPING, "topology.sql_instances=[{name: sql-9, version: 2012}]"],
}


def run(changes: list[str], *flags: str) -> Result:
    settings = [part for change in changes for part in ("--set", change)]
    return CliRunner().invoke(main, ["run", "smoke", "--replications", "1", "--no-variants", *settings, *flags])


@pytest.mark.parametrize("rule", IMPOSSIBLE)
def test_an_impossible_combination_is_refused_with_its_rule(rule: str) -> None:
    done = run(IMPOSSIBLE[rule])
    assert done.exit_code == 2
    assert rule in done.stderr
    assert "--allow-unsupported runs it all the same" in done.stderr
    assert "Latency" not in done.stdout


@pytest.mark.parametrize("rule", IMPOSSIBLE)
def test_what_is_not_supported_is_played_when_asked(rule: str) -> None:
    done = run(IMPOSSIBLE[rule], "--allow-unsupported")
    assert done.exit_code in {0, 1}
    assert rule in done.stdout
    assert "Latency" in done.stdout
