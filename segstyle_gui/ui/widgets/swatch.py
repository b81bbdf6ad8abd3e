"""Colours of classes and regions: a swatch that changes one, a chip that shows one with its name."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from segstyle_gui.core.palette import Color
from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.color_popup import ColorPopup
from segstyle_gui.ui.widgets.labels import ElidedLabel
from segstyle_gui.ui.widgets.painting import AnyColor, as_qcolor, as_rgb, draw_swatch

_SIDE = 16  # px; the coloured square, inside a button of 24


class ColorSwatch(QAbstractButton):
    """A coloured square; click, Space or Enter opens a palette to change it.

    Parameters
    ----------
    color
        ``(red, green, blue)`` 0 to 255, ``"#rrggbb"`` or a QColor.
    editable
        Whether it opens the palette; if not, it is a button like any other.

    Signals
    -------
    color_changed(tuple)
        The user chose another colour: (red, green, blue). :meth:`set_color` does not emit it.
    """

    color_changed = Signal(object)

    def __init__(self, color: AnyColor, *, editable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = as_qcolor(color)
        self._editable = editable
        self._popup: ColorPopup | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(3 * GRID, 3 * GRID)
        self.setToolTip(self.tr("Choose another colour") if editable else "")
        self._describe()
        self.clicked.connect(self._on_clicked)
        theme_signals().changed.connect(self.update)

    @property
    def color(self) -> Color:
        """The colour, (red, green, blue), 0 to 255 each."""
        return as_rgb(self._color)

    def set_color(self, color: AnyColor) -> None:
        """Show another colour."""
        self._color = as_qcolor(color)
        self._describe()
        self.update()

    def popup(self) -> ColorPopup | None:
        """Return the open palette, None while there is none."""
        return self._popup

    def _describe(self) -> None:
        self.setAccessibleName(self.tr("Colour {0}").format(self._color.name()))

    def _on_clicked(self) -> None:
        if not self._editable:
            return
        self._popup = ColorPopup(self._color, self)
        self._popup.chosen.connect(self._on_chosen)
        self._popup.destroyed.connect(self._on_closed)
        self._popup.open_at(self.mapToGlobal(QPoint(0, self.height() + GRID // 2)))

    def _on_closed(self) -> None:
        self._popup = None

    def _on_chosen(self, color: QColor) -> None:
        if color != self._color:
            self.set_color(color)
            self.color_changed.emit(self.color)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the palette on Enter too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the square, and a ring while it has the focus or the pointer."""
        painter = QPainter(self)
        edge = (self.width() - _SIDE) / 2
        ring = "accent" if self.hasFocus() else "edge" if self.underMouse() and self._editable else ""
        draw_swatch(painter, QRectF(edge, edge, _SIDE, _SIDE), self._color, ring=ring)
        painter.end()


class ClassChip(QWidget):
    """A class as a small tag: its colour and its name.

    Parameters
    ----------
    name
        Elided where it is long.
    color
        As for :class:`ColorSwatch`.
    """

    def __init__(self, name: str, color: AnyColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = as_qcolor(color)
        self._label = ElidedLabel(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, 0, GRID + GRID // 2, 0)
        row.addWidget(self._label)
        self.setFixedHeight(3 * GRID)
        self.setMaximumWidth(24 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme_signals().changed.connect(self.update)

    def name(self) -> str:
        """Return the name."""
        return self._label.text()

    def set_class(self, name: str, color: AnyColor) -> None:
        """Show another class."""
        self._label.setText(name)
        self._color = as_qcolor(color)
        self.setAccessibleName(name)
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return room for the colour and a few letters."""
        return QSize(8 * GRID, 3 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, frame and colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(token_color("line"))
        painter.setBrush(token_color("raised"))
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        side = 10.0
        draw_swatch(
            painter, QRectF(GRID, (self.height() - side) / 2, side, side), self._color, radius=side / 2
        )
        painter.end()
