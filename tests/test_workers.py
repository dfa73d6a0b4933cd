"""What one worker runs, where several run the tests."""

from __future__ import annotations

import pytest

from tests.workers import share

FILES = {
    "tests/browser/test_walk.py": ("tests/browser", "tests/browser"),
    "tests/browser/test_time.py": ("tests/browser", "tests/browser"),
    "tests/sandbox/test_supervisor.py": ("tests/sandbox", "tests/sandbox"),
    "tests/test_real_undo.py": ("tests/test_real_undo.py", "the other Odoo"),
    "tests/faults/test_keys.py": ("tests/faults/test_keys.py", "the other Odoo"),
    "tests/flow/test_plan.py": ("tests/flow/test_plan.py", "tests/flow/test_plan.py"),
    "notebooks/01_quickstart.ipynb": ("notebooks/01_quickstart.ipynb", "notebooks/01_quickstart.ipynb"),
}


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_run_whole_and_with_all_that_cannot_run_beside_it(file: str) -> None:
    shares = tuple(share(f"{file}::test_a[x::y/z]", one_database=one_database) for one_database in (False, True))
    assert shares == FILES[file]
