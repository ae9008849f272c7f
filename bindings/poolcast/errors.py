"""What can go wrong with a run. Bad input is poolcast.ConfigError, of the compiled core."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poolcast._core import Finding
    from poolcast.result import Result


class UnsupportedScenarioError(ValueError):
    """The scenario breaks a rule of severity error; `findings` has what was found."""

    def __init__(self, findings: list[Finding]) -> None:
        sentences = [f"{finding.rule}: {finding.sentence}" for finding in findings]
        super().__init__("not supported by the product:\n" + "\n".join(sentences))
        self.findings = findings


class RunError(RuntimeError):
    """A run's worker died, or its files could not be written; `result` keeps what was finished before, or is None."""

    def __init__(self, message: str, result: Result | None = None) -> None:
        super().__init__(message)
        self.result = result
