"""A histogram of scores, with the samples at both ends in the colours of best and worst."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID

_BINS = 40
_AXIS = 20  # px; figures below the bars


class ScoreHistogram(QWidget):
    """How many samples have which score; bars above ``top`` of the samples are in the accent colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._edges: NDArray[np.float64] = np.zeros(0)
        self._mark = float("nan")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(12 * GRID)
        self.setAccessibleName(self.tr("Scores of the samples"))
        self.setToolTip(
            self.tr("Scores of the samples for the sentence: the best, in colour, have the thing")
        )
        theme_signals().changed.connect(self.update)

    def set_scores(self, scores: NDArray[np.float32], top_share: float) -> None:
        """Show (n,) scores; the best ``top_share`` (0 to 1) of them are marked."""
        if len(scores) == 0:
            self._counts = np.zeros(0, np.int64)
        else:
            self._counts, self._edges = np.histogram(scores, bins=_BINS)
            self._mark = float(np.quantile(scores, 1 - top_share))
        self.setAccessibleDescription(self.tr("%n samples", "", len(scores)))
        self.update()

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of samples in each bar."""
        return self._counts

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, 12 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.height() - _AXIS
        painter.fillRect(QRectF(0, base, self.width(), 1), QColor(colors.line))
        if self._counts.sum() > 0:
            self._draw_bars(painter, base)
            self._draw_figures(painter, base)
        painter.end()

    def _draw_bars(self, painter: QPainter, base: int) -> None:
        colors, wide = tokens(), self.width() / _BINS
        painter.setPen(Qt.PenStyle.NoPen)
        for number, count in enumerate(self._counts.tolist()):
            tall = (base - GRID // 2) * count / self._counts.max()
            best = self._edges[number + 1] > self._mark
            painter.setBrush(QColor(colors.accent if best else colors.edge))
            if count:
                painter.drawRoundedRect(
                    QRectF(number * wide + 1, base - max(tall, 2), wide - 2, max(tall, 2)), 2, 2
                )

    def _draw_figures(self, painter: QPainter, base: int) -> None:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION)
        painter.setFont(font)
        painter.setPen(QColor(tokens().muted))
        place = QRectF(0, base + 4, self.width(), _AXIS - 4)
        low, high = f"{self._edges[0]:+.2f}", f"{self._edges[-1]:+.2f}"
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, low.replace("-", "−"))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, high.replace("-", "−"))
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, self.tr("score"))
