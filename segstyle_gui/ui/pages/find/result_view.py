"""A direction that was found: samples moved by the α of the slider, and the strip of all strengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.found_direction import DIRECTION_ARRAYS, Direction
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.views.strip import SampleStrip
from segstyle_gui.ui.widgets.labels import SectionHeader
from segstyle_gui.ui.widgets.sliders import ValueSlider

STEP = 0.5  # of α on the slider
_TALLEST = 168  # px; of the moved samples


@dataclass(frozen=True, slots=True, eq=False)
class FoundRun:
    """A run with its direction."""

    run: RunRecord
    direction: Direction


def read_found(project: Project, run: RunRecord) -> FoundRun:
    """Read the direction of a run; a job calls it."""
    return FoundRun(run, Direction.from_arrays(project.arrays(run, DIRECTION_ARRAYS)))


def fine_alphas(direction: Direction) -> tuple[float, ...]:
    """Return the strengths of the slider, and the direction's own."""
    low, high = float(direction.strip_alphas.min()), float(direction.strip_alphas.max())
    steps = np.arange(low, high + STEP / 2, STEP)
    return tuple(sorted({*np.round(steps, 3).tolist(), round(direction.alpha, 3)}))


class ResultView(QWidget):
    """The slider goes through samples drawn once for all its strengths.

    Signals
    -------
    alpha_changed(float)
        The user moved to another strength.
    """

    alpha_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: NDArray[np.uint8] | None = None  # (seeds, alphas, H, W, C)
        self._alphas: NDArray[np.float64] = np.zeros(0)
        self._live_header = SectionHeader(self.tr("Moved samples"))
        self.live = ImageGrid(fit=True)
        self.live.setAccessibleName(self.tr("Samples moved by α"))
        self.slider = ValueSlider("α", -3, 12, 6, step=STEP, decimals=1)
        self.slider.setToolTip(
            self.tr("How far samples are moved along the direction; 0 leaves them as they are")
        )
        self.slider.value_changed.connect(self._moved)
        self.strip = SampleStrip()
        self.strip.alpha_picked.connect(self._picked)
        self._strip_header = SectionHeader(self.tr("Samples along the direction"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 0)
        column.setSpacing(8)
        column.addWidget(self._live_header)
        column.addWidget(self.live)
        column.addWidget(self.slider)
        column.addWidget(self._strip_header)
        column.addWidget(self.strip, 1)
        self.setFocusProxy(self.strip)

    @property
    def alpha(self) -> float:
        """The strength that is shown."""
        return self.slider.value

    def show_direction(self, direction: Direction) -> None:
        """Show a direction at its own strength; the stored strip serves until the fine one is there."""
        alphas = direction.strip_alphas.astype(float)
        self.slider.set_range(float(alphas.min()), float(alphas.max()))
        self.slider.set_value(direction.alpha)
        self.strip.set_images(direction.strip, alphas.tolist(), direction.strip_seeds.tolist())
        self.set_sweep(direction.strip, alphas.tolist())
        self.strip.set_alpha(direction.alpha)

    def set_sweep(self, images: NDArray[np.uint8], alphas: tuple[float, ...] | list[float]) -> None:
        """Take samples (seeds, alphas, H, W, C) at finer strengths."""
        self._images, self._alphas = images, np.asarray(alphas, float)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        n = len(self._images) if self._images is not None else 6
        self.live.setFixedHeight(min(_TALLEST, (self.width() - 4 * GRID) // max(n, 1)))

    def step(self, steps: int) -> None:
        """Go on by columns of the strip, as if one were clicked."""
        self.strip.step(steps)

    def _show(self) -> None:
        if self._images is None or not len(self._alphas):
            return
        column = int(np.abs(self._alphas - self.alpha).argmin())
        self.live.set_images(self._images[:, column])
        self.live.setAccessibleDescription(self.tr("α is {0}").format(f"{self._alphas[column]:g}"))

    def _moved(self, alpha: float) -> None:
        self.strip.set_alpha(alpha)
        self._show()
        self.alpha_changed.emit(alpha)

    def _picked(self, alpha: float) -> None:
        self.slider.set_value(alpha)
        self._show()
        self.alpha_changed.emit(alpha)
