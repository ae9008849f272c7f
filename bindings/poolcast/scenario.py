"""Scenarios: load, edit, check, print; the library that travels with the package."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from poolcast import _core

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from poolcast.result import Result

Position = tuple[str, int, int]


def library_folders() -> list[str]:
    """Where named scenarios are searched: the folders of POOLCAST_LIBRARY (`:` between them), then the package's own."""
    own = Path(__file__).parent / "scenarios"
    return [folder for folder in os.environ.get("POOLCAST_LIBRARY", "").split(os.pathsep) if folder] + [str(own)]


class Scenario(_core.Scenario):
    """A question: a topology, what its users do, what goes wrong, for how long we look and what would be good enough.

    Attributes carry their unit in their name (`horizon_s`). Lists are ordinary lists and may be edited in place. Without
    `costs`, a scenario has those that a file without them has.
    """

    __slots__ = ("positions",)

    positions: dict[str, Position]

    def __init__(self, *, positions: Mapping[str, Position] | None = None, **attributes: Any) -> None:
        if "costs" not in attributes:
            attributes["costs"] = default_costs()
        super().__init__(**attributes)
        self.positions = dict(positions or {})

    @classmethod
    def _of(cls, core: _core.Scenario, positions: Mapping[str, Position]) -> Self:
        return cls(positions=positions, **core.to_dict())

    def __reduce__(self) -> tuple[Any, ...]:
        return (_core._rebuild, (type(self), {**self.to_dict(), "positions": self.positions}))

    def __repr__(self) -> str:
        return f"Scenario({self.name!r}, {self.summary()})"

    def summary(self) -> str:
        """80,000 users, 4+4 servers."""
        pools = self.topology.chat_pools
        servers = " and ".join(f"{len(pool.active)}+{len(pool.standby)}" for pool in pools)
        return f"{self.workload.users:,} users, {servers} servers"

    def to_yaml(self) -> str:
        """The canonical YAML: every key, with units. `loads` of it gives an equal scenario."""
        return _core.print_scenario(self)

    def digest(self) -> str:
        """SHA-256 of the canonical YAML; two scenarios with the same digest ask the same question."""
        return _core.digest(self)

    def search_folders(self) -> list[str]:
        """Where names in this scenario are searched: the folder of its own file, then `library_folders()`."""
        file, _, _ = self.position_of("name")
        own = Path(file).parent
        return ([str(own)] if file and Path(file).is_file() else []) + library_folders()

    def checked(self) -> Self:
        """An equal scenario that is known to be consistent; raises ConfigError with every problem of this one."""
        core, _ = _core.read_scenario(self.to_yaml(), file_name="<scenario>", library=self.search_folders(), overrides=[])
        return self._of(core, self.positions)

    def with_(self, *changes: str, **overrides: Any) -> Self:
        """A changed copy. Values may have units, as in a file.

        >>> scenario.with_(users=60_000, horizon="2h")
        >>> scenario.with_("topology.chat_pools.chat.compliance=off", costs="measured-peers")
        >>> scenario.with_(**{"workload.client.jitter": "0%"})

        `users` is short for `workload.users`.
        """
        settings = list(changes)
        for path, value in overrides.items():
            settings.append(f"{'workload.users' if path == 'users' else path}={_yaml_value(value)}")
        folders = self.search_folders()
        core, _ = _core.read_scenario(self.to_yaml(), file_name="<scenario>", library=folders, overrides=settings)
        return self._of(core, self.positions)

    def findings(self) -> list[_core.Finding]:
        """What the product's rules say about this scenario, errors first."""
        return _core.check(self.checked())

    def validate(self) -> pd.DataFrame:
        """Findings as a table: rule, severity, sentence, key, file, line, source. Raises ConfigError on a broken scenario."""
        import pandas as pd

        sources = {rule.id: rule.source for rule in _core.rules(self.topology.product)}
        rows = []
        for finding in self.findings():
            file, line, _ = self.position_of(finding.key)
            rows.append(
                {
                    "rule": finding.rule,
                    "severity": str(finding.severity),
                    "sentence": finding.sentence,
                    "key": finding.key,
                    "file": file,
                    "line": line,
                    "source": sources.get(finding.rule, ""),
                }
            )
        return pd.DataFrame(rows, columns=["rule", "severity", "sentence", "key", "file", "line", "source"])

    def capacity(self) -> pd.DataFrame:
        """The capacity page, derived: section, quantity, part, value, unit, limit, formula, source."""
        import pandas as pd

        columns = ["section", "quantity", "part", "value", "unit", "limit", "formula", "source"]
        rows = [[getattr(row, column) for column in columns] for row in _core.capacity(self.checked())]
        return pd.DataFrame(rows, columns=columns)

    def position_of(self, key: str) -> Position:
        """File, line and column of a key, or of the nearest key above it; ("", 0, 0) when it was not in a file."""
        while key:
            if key in self.positions:
                return self.positions[key]
            cut = max(key.rfind("."), key.rfind("["))
            key = key[: max(cut, 0)]
        return ("", 0, 0)

    def run(self, **options: Any) -> Result:
        """The same as `poolcast.run(self, ...)`."""
        from poolcast.runner import run

        return run(self, **options)

    def _repr_html_(self) -> str:
        from poolcast.drawing import topology_svg

        question = f"<p>{escape(self.question)}</p>" if self.question else ""
        return (
            f"<div><strong>{escape(self.name)}</strong> · {escape(self.summary())}{question}"
            f"{topology_svg(self, standalone=True)}</div>"
        )


def default_costs() -> _core.CostSet:
    """The cost set of a scenario that names none."""
    return _costs()


def _costs(name: str | None = None) -> _core.CostSet:
    text = "name: costs\ntopology: enterprise-multiple-server\nworkload: performance-user-model\n"
    if name is not None:
        text += f"costs: {name}\n"
    core, _ = _core.read_scenario(text, file_name="<costs>", library=library_folders(), overrides=[])
    return core.costs


def _yaml_value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_yaml_value(item) for item in value) + "]"
    return str(value)


def load(name_or_path: str | os.PathLike[str], *, set: Iterable[str] = ()) -> Scenario:  # noqa: A002 - as on the command line
    """A scenario by name (`lose-one-of-four`) or from a file; `set` has changes as on the command line.

    >>> load("lose-one-of-four", set=["workload.users=60_000"])

    Raises ConfigError, whose text names file, line and column of every problem.
    """
    core, positions = _core.load_scenario(os.fspath(name_or_path), library=library_folders(), overrides=list(set))
    return Scenario._of(core, positions)


def loads(text: str, *, set: Iterable[str] = (), file_name: str = "<text>") -> Scenario:  # noqa: A002 - as on the command line
    """A scenario from its YAML text."""
    core, positions = _core.read_scenario(text, file_name=file_name, library=library_folders(), overrides=list(set))
    return Scenario._of(core, positions)


def library_entries() -> list[tuple[str, str, str, str]]:
    """Name, kind, title and path of all that the library holds; a cost set's title is its description's first sentence."""
    found = []
    for name, kind, title, path in _core.list_library(library_folders()):
        text = _cost_set_title(name) if kind == "cost set" else ""
        found.append((name, kind, text or title, path))
    return found


def _cost_set_title(name: str) -> str:
    try:
        return _costs(name).description.split(". ")[0].strip().rstrip(".")
    except _core.ConfigError:  # a broken file is listed all the same; using it says what is wrong
        return ""


def library() -> pd.DataFrame:
    """What the library holds: name, kind, title, path."""
    import pandas as pd

    return pd.DataFrame(library_entries(), columns=["name", "kind", "title", "path"])


def limits(product: str = "skype-for-business-2015") -> pd.DataFrame:
    """Every documented rule of a product: id, severity, versions, rule, derivation, source."""
    import pandas as pd

    columns = ["id", "severity", "versions", "rule", "derivation", "source"]
    rows = [[str(getattr(rule, column)) for column in columns] for rule in _core.rules(product)]
    return pd.DataFrame(rows, columns=columns)
