"""What a reader without a kernel gets, and what a notebook must not keep."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_small_outputs_and_no_state_of_widgets(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    assert path.stat().st_size < 100_000
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    # When a cell ran, and how long the sandbox took that day, teaches nobody anything.
    assert not [cell.metadata.execution for cell in code if "execution" in cell.metadata]
    assert not [
        output.text for cell in code for output in cell.outputs if output.get("text", "").startswith(("…", "✓"))
    ]


def test_papermill_runs_the_scheduled_notebook_with_other_values(tmp_path: Path) -> None:
    scheduled = next(path for path in NOTEBOOKS if path.stem.endswith("schedule"))
    made = tmp_path / "tonight.ipynb"
    command = [sys.executable, "-m", "papermill", str(scheduled), str(made), "-p", "state", "PR"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stderr[-5000:]
    cells = [cell for cell in nbformat.read(made, as_version=4).cells if cell.cell_type == "code"]
    shown = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    assert "created 11" in shown
    assert "unchanged 11" in shown
