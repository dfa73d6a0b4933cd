"""Bind a DataFrame to a form, see every Odoo request before it goes, send it, get every answer back as a DataFrame."""
