"""The workflows of .github: valid for GitHub, pinned, with no more rights than they need."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROJECT

from lead_scoring.impact.render import MARKER

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
    """GitHub accepts it, every action is one commit, and the token can only read by default."""
    assert complaint(path) == ""
    text = path.read_text(encoding="utf-8")
    for action in re.findall(r"uses: (.*)", text):
        assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", action), action
    content: dict[Any, Any] = yaml.safe_load(text)
    assert content["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in content[True]  # yaml reads the key `on` as true
    # what a pull request is called never becomes part of a script
    for job in content["jobs"].values():
        assert not [step for step in job["steps"] if "${{" in step.get("run", "")]


@pytest.mark.parametrize(("found", "called"), [("", "POST"), ("17\n18\n", "PATCH")])
def test_the_comment_is_found_by_its_marker(tmp_path: Path, found: str, called: str) -> None:
    """The first comment with the marker is rewritten, and one is written where there is none."""
    content = yaml.safe_load((PROJECT / ".github" / "workflows" / "impact.yml").read_text(encoding="utf-8"))
    (step,) = [step for step in content["jobs"]["report"]["steps"] if step.get("name") == "Comment"]
    assert step["env"]["MARKER"] == MARKER
    # GitHub's client, as far as the script asks it: lists the ids found, and notes what is written
    client = tmp_path / "gh"
    client.write_text('#!/bin/sh\n[ "$2" = --method ] && echo "$3 $4" > asked || printf "$FOUND"\n', encoding="utf-8")
    client.chmod(0o755)
    given = {"FOUND": found, "GITHUB_REPOSITORY": "a/b", "NUMBER": "5", "MARKER": MARKER}
    environment = os.environ | given | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, check=True)
    place = "repos/a/b/issues/5/comments" if called == "POST" else "repos/a/b/issues/comments/17"
    assert (tmp_path / "asked").read_text(encoding="utf-8") == f"{called} {place}\n"


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """The check is red on a key that GitHub does not know."""
    path = tmp_path / "workflow.yml"
    path.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on:", "runs-at:"), encoding="utf-8")
    assert "runs-at" in complaint(path)
