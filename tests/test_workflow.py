"""The workflow runs what anybody runs, on each Python, and no action that could be changed under it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
JOBS = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("action", sorted({step["uses"] for step in STEPS if "uses" in step}))
def test_an_action_is_pinned_to_a_commit(action: str) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action)


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_the_workflow_runs_what_a_newcomer_runs() -> None:
    assert ".ci/run" in commands(JOBS["test"])
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_the_workflow_makes_only_what_the_makefile_has() -> None:
    targets = [target for job in JOBS.values() for run in commands(job) for target in re.findall(r"make ([\w-]+)", run)]
    assert targets == ["package", "test-package"]
    assert all(f"\n{target}:" in MAKEFILE for target in targets)


def test_the_package_is_tried_on_each_python_that_it_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [each.rpartition(" :: ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert JOBS["package"]["strategy"]["matrix"]["python"] == named


def test_each_job_runs_in_a_debian_and_may_only_read() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert all(
        job["container"].startswith("python:") and job["container"].endswith("-bookworm") for job in JOBS.values()
    )
