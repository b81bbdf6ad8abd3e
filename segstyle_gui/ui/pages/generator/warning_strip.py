"""What goes wrong in a training, as banners, the most urgent on top."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.generator.training_record import TrainingWarning
from segstyle_gui.ui.widgets.banner import Banner

_SHOWN = 2  # more would hide the samples they speak of


class WarningStrip(QWidget):
    """Shows at most two warnings; hidden without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banners = [Banner("warning", "") for _ in range(_SHOWN)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        for banner in self._banners:
            column.addWidget(banner)
        self.show_warnings(())

    def texts(self) -> list[str]:
        """Return what is shown."""
        return [banner.text() for banner in self._banners if not banner.isHidden()]

    def show_warnings(self, warnings: Sequence[TrainingWarning]) -> None:
        """Show these."""
        for number, banner in enumerate(self._banners):
            banner.setVisible(number < len(warnings))
            if number < len(warnings):
                banner.set_text(f"{warnings[number].message} {warnings[number].hint}")
        self.setVisible(bool(warnings))
