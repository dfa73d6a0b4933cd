from __future__ import annotations

import subprocess
import sys

import pytest

import odoo_widgets

# What only some of the names need: an import of the package alone waits for none of them.
LATER = ["aiolimiter", "httpx", "ipywidgets", "keyring", "pandas", "pyarrow", "tomlkit", "typer"]
# What only a send or a question needs: a destination is described, and looked at, without it.
SENDING = ["aiolimiter", "asyncio", "filelock", "httpcore", "keyring", "platformdirs", "sqlite3"]


def test_the_public_names_are_sorted_and_there() -> None:
    assert odoo_widgets.__all__ == sorted(odoo_widgets.__all__)
    assert len(odoo_widgets.__all__) == len(set(odoo_widgets.__all__))
    for name in odoo_widgets.__all__:
        assert getattr(odoo_widgets, name).__name__ == name


def test_the_public_names_are_all_that_dir_shows() -> None:
    assert set(odoo_widgets.__all__) <= set(dir(odoo_widgets))
    assert odoo_widgets.__doc__


def test_an_import_of_the_package_loads_no_library_before_a_name_is_asked_for() -> None:
    told = f"import sys, odoo_widgets; print([name for name in {LATER} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_scheduler_needs_no_widgets_and_no_spreadsheets() -> None:
    told = (
        "import sys; from odoo_widgets import Credential, Destination; "
        "print([name for name in ('ipywidgets', 'itables', 'anywidget', 'openpyxl', 'dask', 'polars', 'psutil') "
        "if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_destination_is_described_before_anything_is_loaded_that_sends_or_writes_down() -> None:
    told = (
        "import sys; from odoo_widgets import Credential, Destination; "
        "Destination('https://mycompany.odoo.com/json/2/res.partner/create'); "
        f"print([name for name in {SENDING} if name in sys.modules], "
        "[name for name in sys.modules if name.startswith('odoo_widgets.net.')])"
    )
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[] []"


@pytest.mark.parametrize(
    "wanted",
    ["from odoo_widgets import Sandbox", "from odoo_widgets.cli import app; app(['sandbox', 'status'])"],
    ids=["a name", "a command"],
)
def test_the_sandbox_without_its_libraries_says_how_to_install_them(wanted: str) -> None:
    command = f"import sys; sys.modules['psutil'] = None; {wanted}"
    found = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert (
        found.stderr.strip()
        .splitlines()[-1]
        .endswith("The sandbox needs the library psutil. Install it with: pip install 'odoo-widgets[sandbox]'.")
    )
