"""The right panel: what was found, and the settings and former searches."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.ui.pages.common.clip_picker import FIELDS, ClipPicker
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.find.use_card import UseCard
from segstyle_gui.ui.session import Session

_BASIC = ("method", "n_samples", "top_share")
_HIDDEN = ("prompt", "opposite", "alpha", *FIELDS)


class FindPanel(QWidget):
    """The card of the present direction above model, settings and runs.

    Attributes
    ----------
    card, picker, run_panel
        The three parts.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = UseCard()
        self.run_panel = RunPanel(
            session, "find_direction", run_text=self.tr("Find"), basic=_BASIC, hidden=_HIDDEN
        )
        self.picker = ClipPicker(session, self.run_panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.card, self.picker, self.run_panel):
            column.addWidget(widget)
        column.addStretch(1)
