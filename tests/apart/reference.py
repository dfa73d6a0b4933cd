"""The reference, as pages: what the code says of itself. `make docs` runs this, with the modules to make pages of."""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc
from pdoc.doc import Module

import odoo_widgets


def write(modules: list[str], folder: Path) -> None:
    """Writes a page for each module and for each below it.

    Args:
        modules: Their names.
        folder: Where to.
    """
    # pdoc takes public names from where they are, and these are there once they are asked for.
    for name in odoo_widgets.__all__:
        setattr(odoo_widgets, name, getattr(odoo_widgets, name))
    if silent := [name for name, each in Module(odoo_widgets).members.items() if not each.docstring]:
        sys.exit(f"The page of odoo_widgets would say nothing of: {', '.join(silent)}")
    pdoc.render.configure(docformat="google")
    pdoc.pdoc(*modules, output_directory=folder)


if __name__ == "__main__":
    write(sys.argv[1:], Path("docs"))
