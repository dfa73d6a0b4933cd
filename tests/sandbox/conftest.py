from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from odoo_widgets.flow.errors import NoOdooError
from odoo_widgets.sandbox import reset
from odoo_widgets.sandbox.folders import Folders, find
from odoo_widgets.sandbox.installation import install
from odoo_widgets.sandbox.steps import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def installed() -> Folders:
    """The usual sandbox's installation; made if this machine has none. Its databases are not touched."""
    folders = find()
    try:
        install(folders, Lines())
    except NoOdooError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    return folders


@pytest.fixture(scope="session")
def own(installed: Folders) -> Iterator[Folders]:
    """A sandbox that the tests may kill: with databases of its own, on the usual one's installation."""
    # Not pytest's tmp_path: that is closed to the user that PostgreSQL runs as when root tests.
    home = Path(tempfile.mkdtemp(prefix="odoo-widgets-"))
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    (home / "installation").symlink_to(installed.installation)
    yield Folders(home)
    reset(home=home)
    shutil.rmtree(home)
