"""System check: what this computer offers, calmly, and what is missing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.system_check import Check, system_checks
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.icons import pixmap
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.labels import MutedLabel

_TEXT_WIDTH = 440


class SystemCheckDialog(QDialog):
    """Looks in a job and then lists the findings; the text can be copied."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checks: list[Check] = []
        self.setWindowTitle(self.tr("System check"))
        self.setMinimumWidth(640)
        self._says = MutedLabel(self.tr("Looking at this computer…"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnStretch(2, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._copy = plain_button(self.tr("Copy"), "copy", self.tr("Copy the findings as text"))
        self._copy.setEnabled(False)
        self._copy.clicked.connect(self._copy_text)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addWidget(self._says)
        column.addLayout(self._grid)
        column.addStretch(1)
        column.addWidget(buttons)
        job = session.jobs.submit(self.tr("System check"), _look, lane="look", key="system-check")
        job.succeeded.connect(self.show_checks)

    def show_checks(self, checks: list[Check]) -> None:
        """List the findings."""
        self._checks = checks
        self._copy.setEnabled(True)
        missing = [check for check in checks if not check.ok]
        one, many = self.tr("1 thing needs your attention."), self.tr("{0} things need your attention.")
        found = one if len(missing) == 1 else many.format(len(missing))
        self._says.setText(found if missing else self._summary())
        for row, check in enumerate(checks):
            self._add(row, check)
        self.adjustSize()

    def _summary(self) -> str:
        device = next((check.found for check in self._checks if check.name == "device"), "")
        if device.startswith("cpu"):
            return self.tr(
                "Everything is there. Computing on the CPU: works, slower than with a graphics card."
            )
        return self.tr("Everything is there.")

    def _add(self, row: int, check: Check) -> None:
        mark = QLabel()
        mark.setPixmap(pixmap("check" if check.ok else "warning", 16, "success" if check.ok else "warning"))
        mark.setAccessibleName(self.tr("good") if check.ok else self.tr("missing"))
        found = QLabel(f"{check.found}\n{check.next_step}".strip())
        found.setWordWrap(True)
        found.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for column, widget in enumerate((mark, MutedLabel(_capital(check.name)))):
            self._grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop)
        found.setMinimumSize(_TEXT_WIDTH, found.heightForWidth(_TEXT_WIDTH))  # a grid would cut long texts
        self._grid.addWidget(found, row, 2, Qt.AlignmentFlag.AlignTop)

    def _copy_text(self) -> None:
        lines = [f"{'ok' if c.ok else 'NO'} {c.name}: {c.found} {c.next_step}".rstrip() for c in self._checks]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _look(progress: Progress) -> list[Check]:
    return system_checks()
