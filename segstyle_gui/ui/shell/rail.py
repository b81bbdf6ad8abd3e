"""The rail: the steps of the flow in order, each with its state, and the way to its page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION

RailState = Literal["empty", "ready", "running", "done", "stale"]
Index = QModelIndex | QPersistentModelIndex

_STEP_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_HEIGHT = 56
_DOT = 14
_TICK = 80  # milliseconds between two pictures of a running step


@dataclass(frozen=True, slots=True)
class RailStep:
    """What the rail shows of a page; ``detail`` is one line, ``why`` the whole reason for the tooltip."""

    key: str
    title: str
    state: RailState
    detail: str
    why: str = ""


class Rail(QListView):
    """A list of steps; ``chosen(key)`` when the user goes to one.

    Signals
    -------
    chosen(str)
        The key of the page to show.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("Steps"))
        self.setModel(QStandardItemModel(self))
        self._delegate = _StepDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFixedWidth(216)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)
        theme_signals().changed.connect(self.viewport().update)
        self.selectionModel().currentChanged.connect(self._tell)

    def set_steps(self, steps: Sequence[RailStep]) -> None:
        """Show these steps; the current one stays current."""
        model = self._items()
        if [step.key for step in steps] != [self._step(row).key for row in range(model.rowCount())]:
            model.clear()
            for _ in steps:
                model.appendRow(QStandardItem())
        for row, step in enumerate(steps):
            item = model.item(row)
            item.setData(step, _STEP_ROLE)
            item.setText(step.title)
            item.setToolTip(step.why or step.detail or step.title)
            item.setAccessibleText(f"{step.title}: {step.detail or step.state}")
        running = any(step.state == "running" for step in steps)
        self._timer.start() if running else self._timer.stop()

    def set_current(self, key: str) -> None:
        """Mark a step as the one that is shown, without telling of it."""
        model = self._items()
        for row in range(model.rowCount()):
            if self._step(row).key == key:
                blocked = self.selectionModel().blockSignals(True)
                self.setCurrentIndex(model.index(row, 0))
                self.selectionModel().blockSignals(blocked)
                self.viewport().update()

    def _items(self) -> QStandardItemModel:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        return model

    def _step(self, row: int) -> RailStep:
        step: RailStep = self._items().item(row).data(_STEP_ROLE)
        return step

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self._step(current.row()).key)

    def _tick(self) -> None:
        self._delegate.turn = (self._delegate.turn + 30) % 360
        self.viewport().update()


class _StepDelegate(QStyledItemDelegate):
    """Draws a step: a dot for the state, the title, and one line below it."""

    turn = 0  # degrees; of the arc of a running step

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        step: RailStep = index.data(_STEP_ROLE)
        colors = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect.adjusted(8, 2, -8, -2)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.selection if selected else colors.hover))
            painter.drawRoundedRect(rect, 6, 6)
        if selected:
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(QRectF(rect.left(), rect.top() + 8, 3, rect.height() - 16), 1.5, 1.5)
        self._draw_dot(
            painter, QRectF(rect.left() + 14, rect.center().y() - _DOT / 2 + 0.5, _DOT, _DOT), step.state
        )
        self._draw_text(painter, rect.adjusted(42, 8, -8, -8), step, option.font)
        if (
            option.state & QStyle.StateFlag.State_HasFocus
            and option.state & QStyle.StateFlag.State_KeyboardFocusChange
        ):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.accent), 1.5))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 6, 6)
        painter.restore()

    def _draw_text(self, painter: QPainter, rect: QRect, step: RailStep, font: QFont) -> None:
        colors = tokens()
        title_font, detail_font = QFont(font), QFont(font)
        title_font.setWeight(QFont.Weight.Medium)
        detail_font.setPixelSize(FONT_CAPTION)
        painter.setFont(title_font)
        painter.setPen(QColor(colors.muted if step.state == "empty" else colors.text))
        title = painter.fontMetrics().elidedText(step.title, Qt.TextElideMode.ElideRight, rect.width())
        align = Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            rect,
            align | Qt.AlignmentFlag.AlignTop if step.detail else align | Qt.AlignmentFlag.AlignVCenter,
            title,
        )
        if step.detail:
            painter.setFont(detail_font)
            painter.setPen(QColor(colors.warning if step.state == "stale" else colors.muted))
            detail = painter.fontMetrics().elidedText(step.detail, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, align | Qt.AlignmentFlag.AlignBottom, detail)

    def _draw_dot(self, painter: QPainter, dot: QRectF, state: RailState) -> None:
        colors = tokens()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state == "running":
            painter.setPen(QPen(QColor(colors.line), 2))
            painter.drawEllipse(dot)
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawArc(dot, -self.turn * 16, 100 * 16)
        elif state == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.success))
            painter.drawEllipse(dot)
            painter.setPen(QPen(QColor(colors.canvas), 1.8))
            painter.drawPolyline(
                [
                    dot.center() + QPointF(-3.2, 0.3),
                    dot.center() + QPointF(-0.9, 2.6),
                    dot.center() + QPointF(3.3, -2.4),
                ]
            )
        elif state == "stale":
            _draw_stale(painter, dot, QColor(colors.warning))
        else:
            painter.setPen(QPen(QColor(colors.accent if state == "ready" else colors.faint), 2))
            painter.drawEllipse(dot.adjusted(1, 1, -1, -1))


def _draw_stale(painter: QPainter, dot: QRectF, color: QColor) -> None:
    """Draw a ring with two diagonals, which is told from "done" without its colour."""
    painter.setPen(QPen(color, 2))
    painter.drawEllipse(dot.adjusted(1, 1, -1, -1))
    painter.setPen(QPen(color, 1.6))
    reach = dot.width() / 2 / math.sqrt(2)
    for shift in (-2.0, 2.0):
        painter.drawLine(
            dot.center() + QPointF(-reach + 1 + shift / 2, reach - 1 + shift / 2),
            dot.center() + QPointF(reach - 1 + shift / 2, -reach + 1 + shift / 2),
        )
