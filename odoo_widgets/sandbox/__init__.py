"""A real Odoo with a real PostgreSQL on this machine, without a container engine, for trying and for tests."""

from odoo_widgets.flow.errors import SandboxError

try:
    from .lifecycle import Status, reset, start, status, stop
    from .sandbox import Sandbox
    from .steps import Lines, Report, Step, silent
except ModuleNotFoundError as error:
    raise SandboxError(
        f"The sandbox needs the library {error.name}. Install it with: pip install 'odoo-widgets[sandbox]'."
    ) from None

__all__ = ["Lines", "Report", "Sandbox", "Status", "Step", "reset", "silent", "start", "status", "stop"]
