"""About: version, licence, and whose method it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from segstyle_gui import __version__
from segstyle_gui.ui.theme.icons import pixmap
from segstyle_gui.ui.widgets.labels import MutedLabel


class AboutDialog(QDialog):
    """A short card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About SegStyle"))
        logo = QLabel()
        logo.setPixmap(pixmap("segstyle", 64, ""))
        name = QLabel(f"SegStyle {__version__}")
        name.setProperty("role", "heading")
        text = MutedLabel(
            self.tr(
                "Labels images without annotation: regions from a generative model, shaped by eye, "
                "named by text. Nothing leaves this computer.\n\n"
                "After “Segmentation in Style” (Pakhomov, Hira, Wagle, Green, Navab, 2021). MIT licence.\n\n"
                "Qt is used under the LGPL, through PySide6."
            )
        )
        text.setWordWrap(True)
        text.setMinimumWidth(400)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 24)
        column.setSpacing(12)
        for widget in (logo, name, text):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(8)
        column.addWidget(buttons)
