"""Prints what pyproject.toml asks for at run time and in its extras, one requirement per line."""

import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
for requirement in project.get("dependencies", []):
    print(requirement)
for extra in project.get("optional-dependencies", {}).values():
    for requirement in extra:
        if not requirement.startswith(project["name"]):
            print(requirement)
