"""A real Odoo with a real PostgreSQL on this machine, without a container engine, for trying and for tests."""

from .lifecycle import Status, reset, start, status, stop
from .sandbox import Sandbox
from .steps import Lines, Report, Step, silent

__all__ = ["Lines", "Report", "Sandbox", "Status", "Step", "reset", "silent", "start", "status", "stop"]
