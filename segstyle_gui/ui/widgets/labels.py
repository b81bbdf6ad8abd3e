"""Words and figures: headers, muted notes, elided lines, rows of a name and a value, keys."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStyle, QToolTip, QWidget

from segstyle_gui.ui.theme import icons
from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import GRID, ICON


class ElidedLabel(QLabel):
    """One line of plain text that ends in "…" where it does not fit; then the tooltip shows all of it.

    A tooltip of its own set by ``setToolTip`` is shown while the text fits.
    """

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def is_elided(self) -> bool:
        """Return whether some of the text is not visible at the present width."""
        return self._shown() != self.text()

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters."""
        least = self.fontMetrics().horizontalAdvance("m…")
        full = super().sizeHint()
        return QSize(min(least, full.width()), full.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        painter = QPainter(self)
        alignment = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(alignment),
            self.palette(),
            self.isEnabled(),
            self._shown(),
            self.foregroundRole(),
        )
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show the whole text as a tooltip where it is cut."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.is_elided():
            lines = [escape(line) for line in (self.text(), self.toolTip()) if line]
            QToolTip.showText(event.globalPos(), f"<span>{'<br>'.join(lines)}</span>", self)
            return True
        return super().event(event)


class MutedLabel(QLabel):
    """A note of secondary weight that wraps."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "muted")
        self.setWordWrap(True)


class CaptionLabel(ElidedLabel):
    """A small spaced line in capitals."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.setProperty("role", "caption")
        font = QFont(self.font())
        font.setCapitalization(QFont.Capitalization.AllUppercase)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
        self.setFont(font)


class SectionHeader(QWidget):
    """The line above a group: its name at the left, a detail at the right."""

    def __init__(self, text: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = CaptionLabel(text)
        self._detail = CaptionLabel(detail)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, GRID, 0, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self._text, 1)
        row.addWidget(self._detail)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return the name."""
        return self._text.text()

    def set_text(self, text: str) -> None:
        """Set the name."""
        self._text.setText(text)

    def set_detail(self, detail: str) -> None:
        """Set the detail."""
        self._detail.setText(detail)


class FigureRow(QWidget):
    """A muted name and, at the right end, its value in figures of equal width."""

    def __init__(self, name: str, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ElidedLabel(name)
        self._name.setProperty("role", "muted")
        self._value = ElidedLabel(value)
        self._value.setProperty("role", "figure")
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(GRID * 2)
        row.addWidget(self._name, 1)
        row.addWidget(self._value)
        self.set_value(value)

    def name(self) -> str:
        """Return the name."""
        return self._name.text()

    def value(self) -> str:
        """Return the value as it is shown."""
        return self._value.text()

    def set_name(self, name: str) -> None:
        """Set the name."""
        self._name.setText(name)

    def set_value(self, value: str) -> None:
        """Set the value; a screen reader says both."""
        self._value.setText(value)
        self._value.setAccessibleName(f"{self._name.text()}: {value}")


class KeyHint(QLabel):
    """A key or key sequence drawn as a key cap, in the words of this system."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "key")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_keys(keys)

    def set_keys(self, keys: str) -> None:
        """Show another key sequence, given as portable text (``"Ctrl+Shift+P"``) or in free words."""
        native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        self.setText((native or keys).replace("+", " ").strip() or keys)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cap."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(token_color("line"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(token_color("muted" if self.isEnabled() else "faint"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class IconLabel(QWidget):
    """An icon that is only looked at; it follows the theme."""

    def __init__(
        self, icon: str, px: int = ICON, color: str = "muted", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._px, self._color = icon, px, color
        self.setFixedSize(px, px)
        theme_signals().changed.connect(self.update)

    def set_icon(self, icon: str, color: str = "") -> None:
        """Show another icon, by default in the same colour (a token's name or ``"#rrggbb"``)."""
        self._icon, self._color = icon, color or self._color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon at the sharpness of this screen."""
        color = self._color if self.isEnabled() else "faint"
        painter = QPainter(self)
        painter.drawImage(0, 0, icons.image(self._icon, self._px, color, self.devicePixelRatioF()))
        painter.end()
