"""The part of a form's state that decides: a name and a file (Done), or the first send of many (Activate)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import traitlets

from odoo_widgets.flow.copies import file_for
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sentences import in_words
from odoo_widgets.forms.testing import Testing

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination

DONE, ACTIVATE = "done", "activate"


class Deciding(Testing):
    """What is decided about a destination.

    In: `deciding`: DONE, ACTIVATE, or empty.
    Out: `noted`: what came of Done, in words.
    """

    deciding = traitlets.Enum(["", DONE, ACTIVATE], "")
    noted = traitlets.Unicode()

    def __init__(self) -> None:
        super().__init__()
        # Files that are this form's own to write again.
        self._files: set[Path] = set()
        self._saved: tuple[Path, Destination] | None = None

    def consider(self, what: str) -> None:
        """Opens one of the two decisions, or closes it again."""
        with self._changing():
            self.deciding = "" if what == self.deciding else what
            self.noted = ""

    def keep(self, name: str, file: str) -> None:
        """Names the destination and saves it to a file. Nothing is sent.

        A file that was there before is asked about once, by a sentence.

        Args:
            name: What people call it.
            file: Where it is written, beside the notebook unless the path says otherwise.
        """
        with self._changing():
            try:
                self._keep(name.strip(), file.strip() or file_for(name))
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.noted = in_words(error)

    def _keep(self, name: str, file: str) -> None:
        if not name:
            self.noted = "Give it a name first."
            return
        path = Path(file).expanduser().absolute()
        if path.exists() and path not in self._files:
            self._files.add(path)
            self.noted = f"{file} is there already. Save again to replace it, or choose another file."
            return
        self.bind(destination=self.destination.replace(name=name))
        self._write(path)
        self.noted = f"Saved to {file}. Nothing was sent."

    def _write(self, path: Path) -> None:
        self.destination.save(path)
        self._files.add(path)
        self._saved = path, self.destination

    @property
    def active(self) -> bool:
        """Whether the destination is in use: each change of a setting pauses it."""
        return self.destination is not None and bool(self.destination.active)

    def activate(self) -> None:
        """Sends what is bound and puts the destination in use, unless something stands in the way.

        The file that holds these settings says so from then on; one with others is left as it is.
        """
        with self._changing():
            self.send()
            if self.phase == IDLE:
                return
            self.deciding, self.destination = "", self.destination.replace(active=True)
            if self._saved is not None and self._saved[1].replace(active=True) == self.destination:
                with suppress(SettingsError):
                    self._write(self._saved[0])

    @property
    def may_decide(self) -> bool:
        """Whether there is something to name or to send, and no send goes on."""
        return self.destination is not None and not self.problem and self.phase == IDLE
