"""`python -m odoo_widgets.cli` is `odoo-widgets`."""

from odoo_widgets.cli import main

if __name__ == "__main__":
    main()
