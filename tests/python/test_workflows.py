"""The workflows of .github: valid for GitHub, pinned, with no more rights than they need."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROJECT

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))


def complaint(path: Path) -> str:
    """Validate against GitHub's own schema, which the tool carries with it; empty if valid."""
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "tool", "run", "--from", "check-jsonschema==0.39.0", "check-jsonschema"]
    schema = ["--builtin-schema", "vendor.github-workflows"]
    finished = subprocess.run([*command, *schema, path], capture_output=True, text=True, check=False)
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow(path: Path) -> None:
    """GitHub accepts it, every action has an exact version, and the token can only read by default."""
    assert complaint(path) == ""
    text = path.read_text(encoding="utf-8")
    for action in re.findall(r"uses: (\S+)", text):
        assert re.search(r"@(v\d+\.\d+\.\d+|[0-9a-f]{40})$", action), action
    content: dict[Any, Any] = yaml.safe_load(text)
    assert content["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in content[True]  # yaml reads the key `on` as true
    # what a pull request is called never becomes part of a script
    for job in content["jobs"].values():
        assert not [step for step in job["steps"] if "${{" in step.get("run", "")]


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """The check is red on a key that GitHub does not know."""
    path = tmp_path / "workflow.yml"
    path.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on:", "runs-at:"), encoding="utf-8")
    assert "runs-at" in complaint(path)
