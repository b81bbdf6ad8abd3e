"""What a heat map shows, and how it is drawn: cells in a scale, names and prompts that stay in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QLinearGradient, QPainter, QPen

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import DARK, FONT_BODY, FONT_CAPTION, GRID, LIGHT, RADIUS, ROW, contrast
from segstyle_gui.ui.views.color_scale import color_scale, scaled
from segstyle_gui.ui.widgets.painting import draw_swatch

HEADER = 8 * GRID  # px; height of the prompts above the table
NAMES = 27 * GRID  # px; width of the names beside it
translate = QCoreApplication.translate
_MARGIN = 8 * GRID  # px; of the names' column, for the margin
_SWATCH = 12
_READABLE = 4.5  # contrast of text (WCAG 2.2 AA)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A region: its name, colour (0 to 255), the lead of its best score, and whether that is too small."""

    name: str
    color: tuple[int, int, int]
    margin: float = float("nan")
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Scores (R, P) with what is derived from them once: places in the scale, and the best of each row."""

    scores: NDArray[np.float64]
    rows: tuple[HeatRow, ...]
    columns: tuple[str, ...]
    steps: NDArray[np.uint8]
    best: NDArray[np.int64]
    low: float
    high: float
    by_row: bool

    @classmethod
    def of(
        cls, scores: NDArray[np.float64], rows: tuple[HeatRow, ...], columns: tuple[str, ...], *, by_row: bool
    ) -> HeatTable:
        """Return a table with its colours spread over all scores, or over each row by itself."""
        finite = scores[np.isfinite(scores)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        steps = scaled(scores, low, high)
        if by_row:
            for row, values in enumerate(scores):
                seen = values[np.isfinite(values)]
                if seen.size:
                    steps[row] = scaled(values, float(seen.min()), float(seen.max()))
        seen_rows = np.isfinite(scores).any(axis=1) if scores.size else np.zeros(len(rows), bool)
        best = np.full(len(rows), -1, np.int64)
        if seen_rows.any():
            best[seen_rows] = np.nanargmax(scores[seen_rows], axis=1)
        return cls(scores, rows, columns, steps, best, low, high, by_row)

    @classmethod
    def empty(cls) -> HeatTable:
        """Return a table of nothing."""
        return cls.of(np.zeros((0, 0)), (), (), by_row=False)

    def describe(self, row: int, column: int) -> str:
        """Return what is to be said of a cell, a row (column -1) or a prompt (row -1)."""
        if row < 0:
            return self.columns[column] if column >= 0 else ""
        region = self.rows[row]
        if column < 0:
            return self._describe_row(region, int(self.best[row]))
        score = self.scores[row, column]
        text = translate("HeatMap", "not seen") if np.isnan(score) else f"{score:.3f}"
        lead = "\n" + self._describe_row(region, column) if column == self.best[row] else ""
        return f"{region.name} × {self.columns[column]}: {text}{lead}"

    def _describe_row(self, region: HeatRow, best: int) -> str:
        if best < 0:
            return translate("HeatMap", "{0}: not seen in the samples").format(region.name)
        lead = translate("HeatMap", "{0}: best is {1}, ahead by {2:.3f}").format(
            region.name, self.columns[best], region.margin
        )
        unknown = translate("HeatMap", "Too little to name it: unknown")
        return f"{lead}\n{unknown}" if region.unknown else lead


class HeatPainter:
    """Draws a table with a painter that is open; lives for one paint event."""

    def __init__(self, painter: QPainter, table: HeatTable, font: QFont, room: QSize) -> None:
        self._painter, self._table, self._room = painter, table, room
        self._colors = tokens()
        self._scale = color_scale(self._colors.raised, self._colors.accent)
        self._plain, self._small, self._bold = QFont(font), QFont(font), QFont(font)
        self._plain.setPixelSize(FONT_BODY)
        self._small.setPixelSize(FONT_CAPTION)
        self._bold.setPixelSize(FONT_BODY)
        self._bold.setWeight(QFont.Weight.Bold)

    def draw(
        self,
        cells: Sequence[tuple[int, int, QRect]],
        part: QRect,
        current: int,
        hovered: tuple[int, int],
        focused: tuple[int, int],
    ) -> None:
        """Draw the visible ``cells`` (row, column, place) that touch ``part``, then names and prompts."""
        rows = {row: rect.top() for row, _, rect in cells}
        columns = {column: rect for _, column, rect in cells}
        for row, top in rows.items():
            self._draw_ground(row, top, current, hovered[0])
        for row, column, rect in cells:
            if not rect.intersects(part):
                continue
            self._draw_cell(row, column, rect, (row, column) == focused)
        self._painter.fillRect(QRect(0, HEADER, NAMES, self._room.height()), self._colors.canvas)
        for row, top in rows.items():
            self._draw_ground(row, top, current, hovered[0], NAMES)
            self._draw_name(row, top)
        self._painter.fillRect(QRect(0, 0, self._room.width(), HEADER), self._colors.canvas)
        for column, rect in columns.items():
            self._draw_prompt(column, rect, column == hovered[1])
        self._draw_corner()

    def _draw_ground(self, row: int, top: int, current: int, hovered: int, width: int = 0) -> None:
        color = self._colors.selection if row == current else self._colors.hover if row == hovered else ""
        if color:
            self._painter.fillRect(QRect(0, top, width or self._room.width(), ROW), QColor(color))

    def _draw_cell(self, row: int, column: int, rect: QRect, focused: bool) -> None:
        painter, score = self._painter, self._table.scores[row, column]
        box = QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        if np.isnan(score):
            self._text(rect, "–", self._colors.faint, self._plain)
            return
        fill = QColor(*(int(part) for part in self._scale[self._table.steps[row, column]]))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)
        ink = ink_on(fill.name())
        best = column == self._table.best[row]
        if best and self._table.rows[row].unknown:
            self._hatch(box, ink)
        if best:
            self._mark_best(box, ink)
        self._text(rect, f"{score:.2f}", ink, self._bold if best else self._plain)
        if focused:
            painter.setPen(QPen(QColor(self._colors.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), RADIUS - 1, RADIUS - 1)

    def _hatch(self, box: QRectF, ink: str) -> None:
        color = QColor(ink)
        color.setAlpha(70)
        self._painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern))
        self._painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)

    def _mark_best(self, box: QRectF, ink: str) -> None:
        self._painter.setPen(QPen(QColor(ink), 1.5))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -1.5), RADIUS - 3, RADIUS - 3)

    def _draw_name(self, row: int, top: int) -> None:
        painter, region = self._painter, self._table.rows[row]
        swatch = QRectF(GRID, top + (ROW - _SWATCH) / 2, _SWATCH, _SWATCH)
        draw_swatch(painter, swatch, QColor(*region.color), radius=3)
        left = GRID + _SWATCH + GRID
        place = QRect(left, top, NAMES - left - _MARGIN, ROW)
        name = QFontMetrics(self._plain).elidedText(region.name, Qt.TextElideMode.ElideRight, place.width())
        self._text(place, name, self._colors.text, self._plain, Qt.AlignmentFlag.AlignLeft)
        margin = "–" if np.isnan(region.margin) else f"{region.margin:.3f}"
        place = QRect(NAMES - _MARGIN, top, _MARGIN - GRID - GRID // 2, ROW)
        color = self._colors.warning if region.unknown else self._colors.muted
        self._text(place, margin, color, self._plain, Qt.AlignmentFlag.AlignRight)

    def _draw_prompt(self, column: int, rect: QRect, hovered: bool) -> None:
        metrics = QFontMetrics(self._small)
        place = QRect(rect.left() + 3, 0, rect.width() - 6, HEADER - GRID // 2)
        prompt = self._table.columns[column].replace("|", " | ")
        lines = wrapped(prompt, metrics, place.width())
        color = self._colors.text if hovered else self._colors.muted
        self._painter.setFont(self._small)
        self._painter.setPen(QColor(color))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        self._painter.drawText(place, int(flags), "\n".join(lines))

    def _draw_corner(self) -> None:
        painter, colors = self._painter, self._colors
        painter.fillRect(QRect(0, 0, NAMES, HEADER), colors.canvas)
        words = QRect(GRID, HEADER - 20 - GRID // 2, NAMES - GRID, 20)
        self._text(
            words, translate("HeatMap", "Region"), colors.muted, self._small, Qt.AlignmentFlag.AlignLeft
        )
        words.setRight(NAMES - GRID - GRID // 2)
        self._text(
            words, translate("HeatMap", "Margin"), colors.muted, self._small, Qt.AlignmentFlag.AlignRight
        )
        self._draw_legend(QRectF(GRID, 14, NAMES - 2 * GRID - GRID // 2, 6))

    def _draw_legend(self, place: QRectF) -> None:
        low, high = (
            (translate("HeatMap", "least of the row"), translate("HeatMap", "most"))
            if self._table.by_row
            else (f"{self._table.low:.2f}", f"{self._table.high:.2f}")
        )
        metrics = QFontMetrics(self._small)
        left, right = metrics.horizontalAdvance(low) + GRID, metrics.horizontalAdvance(high) + GRID
        line = place.toRect().adjusted(0, -7, 0, 7)
        self._text(line, low, self._colors.muted, self._small, Qt.AlignmentFlag.AlignLeft)
        self._text(line, high, self._colors.muted, self._small, Qt.AlignmentFlag.AlignRight)
        bar = place.adjusted(left, 0, -right, 0)
        gradient = QLinearGradient(QPointF(bar.left(), 0), QPointF(bar.right(), 0))
        for step in range(0, 256, 15):
            gradient.setColorAt(step / 255, QColor(*(int(part) for part in self._scale[step])))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(gradient)
        self._painter.drawRoundedRect(bar, 3, 3)

    def _text(
        self,
        place: QRect,
        text: str,
        color: str,
        font: QFont,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
    ) -> None:
        self._painter.setFont(font)
        self._painter.setPen(QColor(color))
        self._painter.drawText(place, align | Qt.AlignmentFlag.AlignVCenter, text)


def wrapped(text: str, metrics: QFontMetrics, width: int, most: int = 3) -> list[str]:
    """Return ``text`` in at most ``most`` lines of at most ``width`` px, elided where it is longer."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        n = 1
        while n < len(words) and metrics.horizontalAdvance(" ".join(words[: n + 1])) <= width:
            n += 1
        last = len(lines) == most - 1
        line = " ".join(words if last else words[:n])
        lines.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width))
        words = words[n:]
    return lines


def ink_on(ground: str) -> str:
    """Return a colour of text that reads well (4.5 : 1) on ``ground``: the theme's, else white or black."""
    colors = tokens()
    inks = (colors.text, colors.accent_text, LIGHT.raised, DARK.shadow)
    return next((ink for ink in inks if contrast(ground, ink) >= _READABLE), DARK.shadow)
