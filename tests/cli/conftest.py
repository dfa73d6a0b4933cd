from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.place import Place

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer


@pytest.fixture
def place(tmp_path: Path, httpserver: HTTPServer) -> Place:
    return Place(tmp_path, httpserver)
