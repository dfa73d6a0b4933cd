"""POST, PATCH, PUT and DELETE on `/api/<model>`: an Odoo 19 module. README.md says what it answers."""

from . import routes

__all__ = ["routes"]
