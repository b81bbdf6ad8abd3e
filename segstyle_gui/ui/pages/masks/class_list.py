"""The classes of the masks page: which one is painted, what is seen, what is locked, how much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from segstyle_gui.core.classes import BACKGROUND_COLOR, Color, LabelClass
from segstyle_gui.ui.pages.masks.numbers import ClassNumbers
from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import FONT_BODY, FONT_CAPTION, GRID, RADIUS, ROW
from segstyle_gui.ui.views.class_rows import N_KEYS
from segstyle_gui.ui.views.class_table_model import percent
from segstyle_gui.ui.widgets.buttons import icon_button
from segstyle_gui.ui.widgets.painting import draw_swatch

_SWATCH = 14
_SWITCH = 3 * GRID  # an eye or a lock
_SHARE = 7 * GRID
_IOU = 5 * GRID
_KEY = 2 * GRID
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class ClassRow(QAbstractButton):
    """One class: a click paints with it; eye and lock are switches of their own.

    Signals
    -------
    hidden_changed(int, bool), locked_changed(int, bool)
        Class id and what the user wants.
    """

    hidden_changed = Signal(int, bool)
    locked_changed = Signal(int, bool)

    def __init__(
        self, class_id: int, name: str, color: Color, key: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.class_id, self._color, self._key = class_id, QColor(*color), key
        self.share, self.iou = "", ""
        self.shows_iou = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(name)
        tip = self.tr("Paint with {0}").format(name)
        self.setToolTip(f"{tip}  ({key})" if key else tip)
        self.eye = icon_button("eye", self.tr("Hide {0}").format(name))
        self.lock = icon_button("unlock", "")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, GRID // 2, 0)
        row.setSpacing(0)
        row.addStretch(1)
        for button, slot in ((self.eye, self._eye_clicked), (self.lock, self._lock_clicked)):
            button.setStyleSheet("min-width: 0px; min-height: 0px; padding: 0px;")
            button.setFixedSize(_SWITCH, _SWITCH)
            button.clicked.connect(slot)
            row.addWidget(button)
        self.is_hidden_class = self.is_locked = False
        self.set_switches(hidden=False, locked=False)
        if class_id == 0:
            self.eye.setEnabled(False)
            self.eye.set_tip(self.tr("The background is never drawn"))
        theme_signals().changed.connect(self.update)

    def set_switches(self, *, hidden: bool, locked: bool) -> None:
        """Show eye and lock as they are."""
        self.is_hidden_class, self.is_locked = hidden, locked
        name = self.text()
        self.eye.set_icon("eye_off" if hidden else "eye")
        self.lock.set_icon("lock" if locked else "unlock")
        if self.class_id:
            self.eye.set_tip((self.tr("Show {0}") if hidden else self.tr("Hide {0}")).format(name))
        text = self.tr("Unlock {0}") if locked else self.tr("Lock {0}: its pixels cannot be painted over")
        self.lock.set_tip(text.format(name))
        self.update()

    def set_numbers(self, numbers: ClassNumbers | None, *, shows_iou: bool) -> None:
        """Show share and IoU; None while they are not counted."""
        self.share = "" if numbers is None else percent(numbers.share, decimals=1)
        self.iou = "–" if numbers is None or numbers.iou is None else f"{numbers.iou:.2f}"
        self.shows_iou = shows_iou
        spoken = f"{self.text()}, {self.share}"
        self.setAccessibleName(f"{spoken}, IoU {self.iou}" if shows_iou else spoken)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(34 * GRID, ROW - GRID // 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(26 * GRID, ROW - GRID // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "selection" if self.isChecked() else "hover" if self.underMouse() else ""
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(token_color("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(token_color(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        top = (self.height() - _SWATCH) // 2
        color = QColor(self._color)
        color.setAlphaF(0.25 if self.is_hidden_class else 1.0)
        draw_swatch(painter, QRectF(GRID, top, _SWATCH, _SWATCH), color)
        self._paint_words(painter)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        right = self.width() - 2 * _SWITCH - GRID
        columns = [(self.iou, _IOU)] if self.shows_iou else []
        for text, width in (*columns, (self.share, _SHARE)):
            self._write(painter, QRect(right - width, 0, width, self.height()), text, "muted", _RIGHT)
            right -= width
        self._write(
            painter, QRect(right - _KEY, 0, _KEY, self.height()), self._key, "faint", _RIGHT, caption=True
        )
        left = GRID + _SWATCH + GRID
        room = QRect(left, 0, max(0, right - _KEY - left), self.height())
        color = "muted" if self.is_hidden_class else "text"
        name = QFontMetrics(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self._write(painter, room, name, color, _LEFT, bold=self.isChecked())

    def _write(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        color: str,
        align: Qt.AlignmentFlag,
        *,
        caption: bool = False,
        bold: bool = False,
    ) -> None:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION if caption else FONT_BODY)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(token_color(color))
        painter.drawText(rect, align, text)

    def _eye_clicked(self) -> None:
        self.hidden_changed.emit(self.class_id, not self.is_hidden_class)

    def _lock_clicked(self) -> None:
        self.locked_changed.emit(self.class_id, not self.is_locked)


class ClassList(QWidget):
    """All classes and the background, one of them active.

    Signals
    -------
    chosen(int)
        The user wants to paint with this class.
    hidden_changed(object), locked_changed(object)
        frozenset of all hidden, of all locked class ids.
    """

    chosen = Signal(int)
    hidden_changed = Signal(object)
    locked_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[int, ClassRow] = {}
        self.hidden: frozenset[int] = frozenset()
        self.locked: frozenset[int] = frozenset()
        self._classes: tuple[LabelClass, ...] = ()
        self._active = -1  # none yet
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.setAccessibleName(self.tr("Classes"))

    def set_classes(self, classes: Sequence[LabelClass]) -> None:
        """Show other classes; what is hidden and locked stays so."""
        if tuple(classes) == self._classes:
            return
        self._classes = tuple(classes)
        for row in self.rows.values():
            self._group.removeButton(row)
            self._column.removeWidget(row)
            row.deleteLater()
        keys = [str(place) for place in range(1, N_KEYS + 1)]
        keys += [""] * len(classes)
        self.rows = {
            one.id: self._add(ClassRow(one.id, one.name, one.color, key))
            for one, key in zip(classes, keys, strict=False)
        }
        self.rows[0] = self._add(ClassRow(0, self.tr("background"), BACKGROUND_COLOR, "0"))
        self._show_switches()
        self.set_active(self._active if self._active in self.rows else next(iter(self.rows)))

    @property
    def active(self) -> int:
        """The class that is painted."""
        return self._active

    def set_active(self, class_id: int) -> None:
        """Mark the class that is painted, without telling of it."""
        self._active = class_id
        if class_id in self.rows:
            self.rows[class_id].setChecked(True)

    def set_numbers(self, numbers: Mapping[int, ClassNumbers], *, shows_iou: bool) -> None:
        """Show shares and IoUs by class id."""
        for number, row in self.rows.items():
            row.set_numbers(numbers.get(number), shows_iou=shows_iou)

    def toggle_locked(self, class_id: int) -> None:
        """Lock a class, or unlock it."""
        self._set_locked(class_id, class_id not in self.locked)

    def toggle_hidden(self, class_id: int) -> None:
        """Hide a class, or show it; the background is never drawn."""
        if class_id:
            self._set_hidden(class_id, class_id not in self.hidden)

    def show_all(self) -> None:
        """Hide no class."""
        self.hidden = frozenset()
        self._show_switches()
        self.hidden_changed.emit(self.hidden)

    def _add(self, row: ClassRow) -> ClassRow:
        row.hidden_changed.connect(self._set_hidden)
        row.locked_changed.connect(self._set_locked)
        self._group.addButton(row, row.class_id)
        self._column.addWidget(row)
        return row

    def _set_hidden(self, class_id: int, hidden: bool) -> None:
        self.hidden = self.hidden | {class_id} if hidden else self.hidden - {class_id}
        self._show_switches()
        self.hidden_changed.emit(self.hidden)

    def _set_locked(self, class_id: int, locked: bool) -> None:
        self.locked = self.locked | {class_id} if locked else self.locked - {class_id}
        self._show_switches()
        self.locked_changed.emit(self.locked)

    def _show_switches(self) -> None:
        for number, row in self.rows.items():
            row.set_switches(hidden=number in self.hidden, locked=number in self.locked)
