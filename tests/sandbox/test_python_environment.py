from __future__ import annotations

import sys

import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox.python_environment import choose_python, tell_version


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        ({"running": (3, 12)}, "running"),
        ({"running": (3, 14), "python3.13": (3, 13), "python3.11": (3, 11)}, "python3.13"),
        ({"running": (3, 14), "a shim that leads nowhere": None, "python3.11": (3, 11)}, "python3.11"),
    ],
)
def test_the_running_python_is_taken_if_it_fits_else_one_on_the_path(
    versions: dict[str, tuple[int, int] | None], chosen: str
) -> None:
    assert choose_python(iter(versions), versions.__getitem__) == chosen


def test_where_none_fits_the_message_says_which_do_and_what_was_found() -> None:
    with pytest.raises(SandboxError, match=r"3\.11, 3\.12 or 3\.13 .* found here: running \(3\.14\)"):
        choose_python(iter(["running"]), lambda _: (3, 14))


def test_a_version_is_told_by_running_it() -> None:
    assert tell_version(sys.executable) == sys.version_info[:2]
    assert tell_version("/does/not/exist") is None
