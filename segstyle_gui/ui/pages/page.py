"""What every page is to the main window."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.catalog import page_info
from segstyle_gui.ui.session import Session


class Page(QWidget):
    """Base of all pages; made when it is first shown, for one open project, and thrown away with it.

    Attributes
    ----------
    key
        Permanent name, as in :mod:`segstyle_gui.ui.pages.catalog`; also the context of the page's actions.

    Signals
    -------
    page_requested(str)
        The user wants another page, as after "Next: find regions".
    """

    key: ClassVar[str] = ""
    page_requested = Signal(str)

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.registry = actions
        self.setObjectName(f"page.{self.key}")
        self.setAccessibleName(page_info(self.key).title)

    def add_run_action(
        self, run: Callable[[], object], text: str, tip: str, *, shortcut: str = "Ctrl+R", icon: str = "play"
    ) -> None:
        """Make the action ``<key>.run``, which runs the page's stage with the present settings."""
        spec = ActionSpec(
            id=f"{self.key}.run", text=text, shortcut=shortcut, context=self.key, icon=icon, tip=tip
        )
        self.registry.add(spec, run, self)

    def activate(self) -> None:
        """Come into view: load what is missing, without waiting for it."""

    def deactivate(self) -> None:
        """Go out of view: stop what nobody looks at."""

    def sidebar(self) -> QWidget | None:
        """Return what the right panel shows beside the page, None for none; always the same widget."""
        return None
