"""Which tests go to which worker, where several run them: a file whole, or all that cannot run beside each other."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

from tests.real import SERVER

# What these start is for all of their tests: a browser with JupyterLab, a sandbox whose processes are killed.
WHOLE = ("tests/browser", "tests/sandbox")
# They write into one database, where it is not the sandbox's.
REAL = ("tests/test_real_*.py", "tests/faults/*.py", "tests/test_readme.py")


class Shares(LoadScopeScheduling):
    """Gives a worker that is almost done the next share."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid, one_database=SERVER in os.environ)


def share(test: str, *, one_database: bool) -> str:
    """The name that all tests have in common which one worker runs, one after the other.

    Args:
        test: A test, as pytest calls it.
        one_database: Whether all tests with a real Odoo write into the same database.
    """
    file = PurePosixPath(test.partition("::")[0])
    if one_database and any(map(file.match, REAL)):
        return "the other Odoo"
    return next((folder for folder in WHOLE if file.is_relative_to(folder)), str(file))
