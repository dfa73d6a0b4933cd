"""What a package loads once it is asked for, so that whoever asks for none of it waits for none of it."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def later(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package.

    Args:
        package: Its name.
        places: Name to the module below the package that it is in; to its own name, where it is a module itself.
    """

    def found(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        place = f"{package}.{places[name]}"
        return resolve_name(place if places[name] == name else f"{place}:{name}")

    return found
