"""The user's own folders, in which names of credentials are kept, and what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from odoo_widgets.flow.errors import OdooWidgetsError

FOLDER = "odoo_widgets"


def home(find: Callable[..., Path], variable: str, wrong: Callable[[str], OdooWidgetsError]) -> Path:
    """A folder of the user's for this package. It is not made.

    Args:
        find: What of platformdirs says where it is.
        variable: The variable of the environment that may name it.
        wrong: Makes the error.

    Raises:
        OdooWidgetsError: What `wrong` makes, where a user has no home: in a container, one who is a number only.
    """
    try:
        found = find(FOLDER, appauthor=False)
    except RuntimeError:
        found = None
    # Older versions of platformdirs leave the ~ as it is.
    if found is None or not found.is_absolute():
        raise wrong(f"This user has no home folder. Set {variable} in the environment to a folder of its own.")
    return found
