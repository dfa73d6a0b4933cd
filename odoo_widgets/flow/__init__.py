"""From a frame to requests and from answers to a frame: pure functions on frozen values.

Nothing in this room opens a socket or a file, makes a widget, or reads the clock or the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.later import later

if TYPE_CHECKING:
    from odoo_widgets.flow import checks as checks
    from odoo_widgets.flow import differences as differences
    from odoo_widgets.flow import dry_run as dry_run
    from odoo_widgets.flow import fetching as fetching
    from odoo_widgets.flow import looking as looking
    from odoo_widgets.flow import lookups as lookups
    from odoo_widgets.flow import read_back as read_back

# What a destination asks a server, loaded with its first question: whoever sends only, or describes, waits for none.
__getattr__ = later(
    __name__,
    {name: name for name in ("checks", "differences", "dry_run", "fetching", "looking", "lookups", "read_back")},
)
