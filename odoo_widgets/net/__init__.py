"""The only outgoing I/O. This room moves bytes and waits; what they mean is decided in `flow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.later import later

if TYPE_CHECKING:
    from odoo_widgets.net import asking as asking
    from odoo_widgets.net import delivery as delivery
    from odoo_widgets.net import frames as frames
    from odoo_widgets.net import growing as growing
    from odoo_widgets.net import handing as handing
    from odoo_widgets.net import odoo as odoo
    from odoo_widgets.net import past as past
    from odoo_widgets.net import replaced as replaced
    from odoo_widgets.net import tables as tables
    from odoo_widgets.net import undoing as undoing
    from odoo_widgets.net import unfinished as unfinished
    from odoo_widgets.net import whole as whole

# What a destination calls, loaded with its first call: whoever describes one waits for no event loop and no database.
__getattr__ = later(
    __name__,
    {
        name: name
        for name in (
            "asking",
            "delivery",
            "frames",
            "growing",
            "handing",
            "odoo",
            "past",
            "replaced",
            "tables",
            "undoing",
            "unfinished",
            "whole",
        )
    },
)
