"""A trait for values that are replaced, never changed."""

from __future__ import annotations

from typing import Any

import traitlets
from immutabledict import immutabledict

# No settings to change.
NOTHING: immutabledict[str, Any] = immutabledict()


class Value(traitlets.Any):
    """A trait that tells change by identity: comparing two frames takes as long as reading them."""

    def set(self, obj: traitlets.HasTraits, value: Any) -> None:
        """Takes a value, and notifies unless it is the one that was there."""
        name = str(self.name)
        old = obj._trait_values.get(name, self.default_value)  # noqa: SLF001 - how traitlets' own types do it
        obj._trait_values[name] = value  # noqa: SLF001
        if old is not value:
            obj._notify_trait(name, old, value)  # noqa: SLF001
