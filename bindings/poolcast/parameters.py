"""What the command line takes: names that complete, and shares. A module of its own so that verbs stay together in cli.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    _Text = click.ParamType[str]
    _Number = click.ParamType[float]
else:
    _Text = _Number = click.ParamType  # has no type arguments in older releases


def _entries(kind: str, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from poolcast import _core
    from poolcast.scenario import library_folders

    entries = _core.list_library(library_folders())
    names = [entry for entry in entries if entry[1] == kind and entry[0].startswith(incomplete)]
    return [CompletionItem(entry[0], help=entry[2]) for entry in names] or [CompletionItem(incomplete, type="file")]


class ScenarioName(_Text):
    """A scenario of the library by name, or a file; both are offered when completing."""

    name = "scenario"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        _ = ctx, param
        return _entries("scenario", incomplete)


class RunbookName(_Text):
    """A runbook of the library by name, or a file; both are offered when completing."""

    name = "runbook"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        _ = ctx, param
        return _entries("runbook", incomplete)


class RuleId(_Text):
    """The id of a documented rule."""

    name = "rule id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        _ = ctx, param
        return [CompletionItem(rule.id, help=rule.rule) for rule in _all_rules() if rule.id.startswith(incomplete.upper())]


class Precision(_Number):
    """A share between 0 % and 100 %: 5% or 0.05."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from poolcast.runner import precision_share

        try:
            return precision_share(value)
        except ValueError as error:
            self.fail(str(error).removeprefix("precision: "), param, ctx)


set_option = click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a key: workload.users=60_000.")
scenario_argument = click.argument("scenario", type=ScenarioName())


def _all_rules() -> Iterable[Any]:
    from poolcast import _core

    return {rule.id: rule for product in _core.products() for rule in _core.rules(product)}.values()
