"""A made-up company's address, and a key that opens nothing."""

from odoo_widgets import Credential, Destination

KEY = "0123456789abcdef0123456789abcdef01234567"
URL = "https://mycompany.odoo.com/json/2/res.partner/create"
PLAIN = Destination(URL)
ME = Credential("https://mycompany.odoo.com", "mycompany", "me@example.com", KEY)
