"""Shares drawn as bars: a score, the progress of something."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstyle_gui.ui.theme.theme import theme_signals, token_color
from segstyle_gui.ui.theme.tokens import GRID

_SCORE_HEIGHT = 6  # px
_STRIP_HEIGHT = 3  # px
_SWEEP_MS = 1400
_SWEEP_SHARE = 0.3  # of the width


class ScoreBar(QWidget):
    """A share as a bar.

    Parameters
    ----------
    share
        0 to 1; what is outside becomes the nearest end.
    kind
        A token's name: ``"accent"``, ``"muted"``, ``"success"``, ``"warning"``, ``"danger"``...
    """

    def __init__(self, share: float = 0.0, kind: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share, self._kind = 0.0, kind
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_share(share)
        theme_signals().changed.connect(self.update)

    @property
    def share(self) -> float:
        """The share, 0 to 1."""
        return self._share

    def set_share(self, share: float) -> None:
        """Set the share; a screen reader says it in percent."""
        self._share = min(max(float(share), 0.0), 1.0)
        self.setAccessibleDescription(f"{self._share:.0%}")
        self.update()

    def set_kind(self, kind: str) -> None:
        """Set the colour, a token's name."""
        self._kind = kind
        self.update()

    def sizeHint(self) -> QSize:
        """Return a usual width."""
        return QSize(GRID * 12, _SCORE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the least width at which shares can be told apart."""
        return QSize(GRID * 3, _SCORE_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the share."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, (self.height() - _SCORE_HEIGHT) / 2, self.width(), _SCORE_HEIGHT)
        radius = _SCORE_HEIGHT / 2
        painter.setBrush(token_color("pressed"))
        painter.drawRoundedRect(bar, radius, radius)
        if self._share > 0:
            bar.setWidth(max(_SCORE_HEIGHT, self._share * self.width()))
            painter.setBrush(token_color(self._kind if self.isEnabled() else "faint"))
            painter.drawRoundedRect(bar, radius, radius)
        painter.end()


class ProgressStrip(QWidget):
    """A thin line that fills, or sweeps while nothing is known; it takes no room for words."""

    def __init__(self, kind: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = 0.0
        self._kind = kind
        self._sweep = QVariantAnimation(self)
        self._sweep.setStartValue(-_SWEEP_SHARE)
        self._sweep.setEndValue(1.0)
        self._sweep.setDuration(_SWEEP_MS)
        self._sweep.setLoopCount(-1)
        self._sweep.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._sweep.valueChanged.connect(self.update)
        self.setFixedHeight(_STRIP_HEIGHT)
        self.setAccessibleName(self.tr("Progress"))
        theme_signals().changed.connect(self.update)

    @property
    def share(self) -> float | None:
        """The finished share, 0 to 1; None while it is not known."""
        return self._share

    def set_share(self, share: float | None) -> None:
        """Set the finished share, None for a sweep."""
        self._share = None if share is None else min(max(float(share), 0.0), 1.0)
        self.setAccessibleDescription("" if self._share is None else f"{self._share:.0%}")
        self._run()
        self.update()

    def set_kind(self, kind: str) -> None:
        """Set the colour, a token's name."""
        self._kind = kind
        self.update()

    def _run(self) -> None:
        wanted = self._share is None and self.isVisible()
        running = self._sweep.state() == QVariantAnimation.State.Running
        if wanted and not running:
            self._sweep.start()
        elif running and not wanted:
            self._sweep.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on sweeping."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Cost nothing while hidden."""
        super().hideEvent(event)
        self._run()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the finished share, or the sweep."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), token_color("pressed"))
        start, share = 0.0, self._share
        if share is None:
            start, share = float(self._sweep.currentValue()), _SWEEP_SHARE
        bar = QRectF(start * self.width(), 0, share * self.width(), self.height())
        painter.fillRect(bar, token_color(self._kind))
        painter.end()
