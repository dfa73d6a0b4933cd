"""What a header takes from the environment: read once, when a send starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.headers import NAMED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odoo_widgets.flow.settings import Settings


def filled(settings: Settings, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings with `${NAME}` in their headers' values replaced by what the environment says.

    Args:
        settings: The settings.
        environment: Name to value.

    Returns:
        Settings whose headers are as they go out. They are for one send, and never saved or shown.

    Raises:
        SettingsError: A name is not in the environment, or its value cannot go into a header. No value is repeated.
    """
    headers = {}
    for header, text in settings.headers.items():
        for name in NAMED.findall(text):
            if not environment.get(name):
                raise SettingsError(
                    f"The header {header} takes {name} from the environment, which does not have it. Nothing was sent."
                )
        headers[header] = NAMED.sub(lambda match: environment[match[1]], text)
    return settings.replace(headers=headers) if headers != dict(settings.headers) else settings
