from __future__ import annotations

import odoo_widgets


def test_the_public_names_are_sorted_and_there() -> None:
    assert odoo_widgets.__all__ == sorted(odoo_widgets.__all__)
    assert len(odoo_widgets.__all__) == len(set(odoo_widgets.__all__))
    for name in odoo_widgets.__all__:
        assert getattr(odoo_widgets, name).__name__ == name


def test_the_public_names_are_all_that_dir_shows() -> None:
    assert set(odoo_widgets.__all__) <= set(dir(odoo_widgets))
    assert odoo_widgets.__doc__
