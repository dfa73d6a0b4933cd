{
    "name": "REST API on models",
    "summary": "POST, PATCH, PUT and DELETE on /api/<model>, with API keys and the user's own access rights",
    "version": "19.0.1.0.0",
    "category": "Technical",
    "author": "odoo_widgets",
    # Apache-2.0, as the package that it comes with.
    "license": "Other OSI approved licence",
    "depends": ["base"],
    "installable": True,
}
