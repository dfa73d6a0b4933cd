"""The form: lays out the panels, and gives cells its values."""

from __future__ import annotations

import html
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import ipywidgets as w
from IPython.display import DisplayHandle, display

from odoo_widgets.destination import Destination
from odoo_widgets.flow.errors import DataError
from odoo_widgets.forms import sentences
from odoo_widgets.forms.keyboard import Keyboard
from odoo_widgets.forms.looks import Looks, made
from odoo_widgets.forms.panels.copying import copying_panel
from odoo_widgets.forms.panels.header import header_panel
from odoo_widgets.forms.panels.responses import responses_panel
from odoo_widgets.forms.panels.samples import samples_panel
from odoo_widgets.forms.panels.send import send_panel
from odoo_widgets.forms.panels.settings import settings_panel
from odoo_widgets.forms.panels.testing import tested_panel
from odoo_widgets.forms.pieces import close_tree, hide
from odoo_widgets.forms.state import State

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from odoo_widgets.flow.credential import Credential


class DestinationForm:
    """A DataFrame bound to the controls of a destination. Display it as the last line of a cell.

    Every control changes `destination`, and the samples follow at once. Setting `data`, `destination` or `credential`
    from another cell moves the controls. A problem that has a way out shows a button for it.

    * **New…** takes a server and a key, **Check** says which Odoo answers, as whom and in which company. The key is
      kept in memory, or with **Remember on this computer** in the keyring; no saved notebook holds it.
    * The band above says live, test copy or sandbox; of a server of one's own, **This Is** says what it is.
    * **More** has each column with the field that it fills, and says after **Check** which columns Odoo does not know
      or drops, and what it requires. **Check rows** reads Odoo and lists what it would refuse; **Dry run** lets Odoo's
      import make the rows and take them back at once.
    * **Test** opens a sample for editing and sends its first record for real, with the record's link and an **Undo**
      beneath; Send then leaves that row out.
    * **Done** asks a name and saves the settings to a file. **Activate** says what will happen where, then sends; any
      changed setting pauses it. Before it deletes, replaces, runs a method or sends more than 1,000 rows, the form asks
      for the database's name.
    * **Send** sends in the background, so the notebook stays free; **Stop** makes no further call. **Resume** goes on
      with a send that stopped, **Find out** asks what became of rows in doubt, **Send corrected rows** takes those that
      were rejected from `data`.
    * **Undo…** beside the responses shows what would be deleted and put back, and does it once the database's name is
      typed. **Copy As** writes what the form does as a Python cell, TOML, a command or curl.

    Responses of a send as `data` make the records the rows of what comes next. All of it can be done with the keyboard:
    what is typed in the form is no shortcut of the notebook's.

    Args:
        data: The frame to send. The form keeps a copy that shares its cells until either changes; after changing
            the frame, bind it again: `form.data = df`.
        destination: The settings to start with.
        credential: As whom to send. Without a destination, its server is proposed.

    Attributes:
        data: The bound frame. Setting it gives new samples.
        destination: The settings, as the controls show them. Setting it moves the controls.
        credential: As whom to send.
        responses: A new DataFrame after each send; None before the first.
        rejected: The rows of the last send that were rejected, with their errors; None before the first.
        test_responses: What became of each row that was sent as a test.
    """

    def __init__(
        self, data: pd.DataFrame, destination: Destination | None = None, credential: Credential | None = None
    ) -> None:
        self._state = State(data, destination, credential)
        self._looks = Looks()
        # What goes on in the background waits with its changes.
        with self._state.still(), self._looks.worn():
            halves = made(w.HBox, [settings_panel(self._state), samples_panel(self._state)])
            halves.add_class("ow-halves")
            panels = (tested_panel, send_panel, responses_panel, copying_panel)
            self._widget = made(
                w.VBox,
                [*_unseen(), header_panel(self._state), halves, *(panel(self._state) for panel in panels)],
            )
            self._widget.add_class("ow-form")
            self._summary: DisplayHandle | None = None
            self._state.on("responses", call=self._update_summary)

    @property
    def data(self) -> pd.DataFrame:
        """The bound frame."""
        # A copy that shares its cells: what is changed in it is not for what is bound.
        return self._state.data.frame.copy(deep=False)

    @data.setter
    def data(self, value: pd.DataFrame) -> None:
        self._state.bind(data=value)

    @property
    def destination(self) -> Destination | None:
        """The settings, as the controls show them where they are valid."""
        destination: Destination | None = self._state.destination
        return destination

    @destination.setter
    def destination(self, value: Destination) -> None:
        self._state.bind(destination=value)

    @property
    def credential(self) -> Credential | None:
        """As whom to send."""
        credential: Credential | None = self._state.credential
        return credential

    @credential.setter
    def credential(self, value: Credential | None) -> None:
        self._state.bind(credential=value)

    @property
    def responses(self) -> pd.DataFrame | None:
        """What became of each row of the last send; None before the first, and where the form's tick is taken off."""
        found = self._state.responses
        return None if found is None or not self._state.as_frame else found.copy(deep=False)

    @property
    def test_responses(self) -> pd.DataFrame:
        """What became of each row that was sent as a test, in the order of the tests; empty before the first."""
        return self._state.test_responses

    @property
    def rejected(self) -> pd.DataFrame | None:
        """The rows of the last send that were rejected, with their own columns and index and what was wrong with them.

        None before the first send.
        """
        return self._state.rejected

    def retry(self, fixed: pd.DataFrame) -> None:
        """Starts to send rows that were rejected and are corrected, in the background; `responses` are whole then.

        Args:
            fixed: The corrected rows of `rejected`, all or some, with the index that they have there. The columns
                error_type, error_field and error stay out.

        Raises:
            DataError: A row is not among the rejected ones, or nothing can be sent now.
        """
        self._state.retry(fixed)

    def receipt(self, path: str | PathLike[str] | None = None) -> pd.DataFrame:
        """What to file after a send: which row became which record, by whom and when.

        Args:
            path: A file to write it to: `.csv`, `.xlsx`, `.parquet` or `.jsonl`.

        Returns:
            The receipt: row, status, id, link, who (the login, or whom Check found behind the key), when (UTC).

        Raises:
            DataError: Nothing has been sent yet.
            TableError: The file cannot be written.
        """
        if self._state.responses is None or self._state.signed is None:
            raise DataError(["Nothing has been sent yet, so there is no receipt."])
        me, when = self._state.signed
        who = self._state.who(me)
        return Destination.receipt(self._state.responses, path, who=who, when=when)

    def wait(self, timeout: float | None = None) -> pd.DataFrame | None:
        """Waits until what was started in the form has ended: a send, a test or its undoing.

        Args:
            timeout: The most seconds to wait; None for as long as it takes.

        Returns:
            What became of each row of the last send, as `responses`.

        Raises:
            TimeoutError: It goes on still.
        """
        if not self._state.wait(timeout):
            raise TimeoutError(f"The form is still sending after {timeout} s. Stop ends it after the call in flight.")
        return self.responses

    @property
    def widget(self) -> w.Widget:
        """The widget, to lay out among others."""
        return self._widget

    def close(self) -> None:
        """Stops what is going on, and takes the form from every page."""
        self._state.close()
        close_tree(self._widget)
        self._looks.close()

    def __repr__(self) -> str:
        target = (
            f"{self.destination.endpoint.model} {self.destination.endpoint.operation}, " if self.destination else ""
        )
        return f"DestinationForm({target}{len(self.data):,} row{'s' if len(self.data) != 1 else ''})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        text = {"text/plain": repr(self)}
        return {**self._widget._repr_mimebundle_(**options), **text} if self._widget.comm else text

    def _ipython_display_(self) -> None:
        display(self._repr_mimebundle_(), raw=True)
        # JupyterLab shows "model not found" for a saved widget, whatever else its bundle holds: what a reader without
        # a kernel sees is a display of its own.
        self._summary = self._summary or DisplayHandle()
        self._summary.display(self._summary_bundle(), raw=True)

    def _update_summary(self) -> None:
        if self._summary is not None:
            self._summary.update(self._summary_bundle(), raw=True)

    def _summary_bundle(self) -> dict[str, str]:
        lines = [sentences.headline(self._state), sentences.plan(self._state)]
        lines += [self._state.last] if self._state.last else []
        text = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
        return {"text/html": f"<div class='ow-summary'>{text}</div>", "text/plain": " · ".join(lines)}


def _unseen() -> tuple[w.Widget, ...]:
    """The style sheet, and what keeps letters from being shortcuts."""
    css = files("odoo_widgets.forms").joinpath("style.css").read_text(encoding="utf-8")
    unseen = made(w.HTML, f"<style>{css}</style>"), made(Keyboard)
    for each in unseen:
        hide(each, hidden=True)
    return unseen
