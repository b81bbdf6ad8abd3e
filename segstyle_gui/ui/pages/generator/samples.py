"""What the generator draws: a wall of samples by seed, and how truncation changes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.ui.pages.common.close_up import CloseUp
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.buttons import icon_button, plain_button
from segstyle_gui.ui.widgets.sliders import ValueSlider
from segstyle_gui.workers.job import Failure, Job

_PSI = 0.7
_COUNTS = (16, 36, 64, 144)
_MOST_SEED = 2**31 - 1
_TILE = 120
_SEED_WIDTH = 112  # px


@dataclass(frozen=True, slots=True)
class Wish:
    """Which samples are wanted: of which run, with which truncation, from which seed on."""

    run_id: int
    psi: float
    first: int
    count: int

    @property
    def seeds(self) -> range:
        """The seeds."""
        return range(self.first, self.first + self.count)


class SampleBrowser(QWidget):
    """Draws in jobs. While ψ is dragged, one drawing follows another, each of the newest value."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._drawing: tuple[Wish, Job] | None = None
        self.shown: Wish | None = None
        self.images: NDArray[np.uint8] = np.zeros((0, 1, 1, 3), np.uint8)
        self._opened = -1
        self._build()
        self._connect()

    # What is done here

    def refresh(self) -> None:
        """Draw what is wanted now, unless it is shown; a drawing of the same kind is let finish first."""
        wish = self._wish()
        if wish is None or wish == self.shown:
            return
        if self._drawing is not None and not self._drawing[1].is_over:
            former = self._drawing[0]
            if (former.run_id, former.first, former.count) == (wish.run_id, wish.first, wish.count):
                return  # it is under way and asks again when it is done
        self._draw(wish)

    def show_others(self) -> None:
        """Draw the seeds that follow."""
        self.first.setValue(min(self.first.value() + self._count(), _MOST_SEED - max(_COUNTS)))

    def show_first(self) -> None:
        """Draw seed 0 and those that follow."""
        self.first.setValue(0)

    def open_sample(self, number: int) -> None:
        """Show a sample large."""
        if self.shown is None or not 0 <= number < len(self.images):
            return
        self._opened = number
        self.close_up.show_picture(self.images[number], self._caption(number))
        self._views.setCurrentWidget(self.close_up)
        self.close_up.setFocus()

    def close_sample(self) -> None:
        """Go back to all samples."""
        self._opened = -1
        self._views.setCurrentWidget(self._all)
        self.grid.setFocus()

    def copy_seed(self) -> None:
        """Copy the seed of the sample that is shown large."""
        if self.shown is not None and self._opened >= 0:
            QGuiApplication.clipboard().setText(str(self.shown.seeds[self._opened]))

    # Building

    def _build(self) -> None:
        self.psi = ValueSlider(self.tr("Truncation ψ"), 0.0, 1.2, _PSI, step=0.05, decimals=2)
        self.psi.setToolTip(
            self.tr(
                "0 draws the average image; small values the typical ones; 1 the whole variety, with errors"
            )
        )
        self.psi.setMinimumWidth(232)
        self.psi.setMaximumWidth(360)
        self.first = QSpinBox()
        self.first.setRange(0, _MOST_SEED - max(_COUNTS))
        self.first.setKeyboardTracking(False)
        self.first.setFixedWidth(_SEED_WIDTH)
        self.first.setAccessibleName(self.tr("First seed"))
        self.first.setToolTip(self.tr("A seed always draws the same sample"))
        self.others = icon_button("dice", self.tr("Other samples: the seeds that follow"))
        self.count = QComboBox()
        self.count.setAccessibleName(self.tr("Number of samples"))
        self.count.setToolTip(self.tr("How many samples are drawn"))
        for count in _COUNTS:
            self.count.addItem(self.tr("{0} samples").format(count), count)
        self.count.setCurrentIndex(1)
        label = QLabel(self.tr("Seed"))
        label.setProperty("role", "muted")
        label.setBuddy(self.first)
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 16, 0)
        row.setSpacing(8)
        row.addWidget(self.psi, 3)
        row.addSpacing(16)
        for widget in (label, self.first, self.others, self.count):
            row.addWidget(widget)
        row.addStretch(1)
        self.grid = ImageGrid(tile=_TILE)
        self.grid.setAccessibleName(self.tr("Samples of the generator"))
        self.close_up = CloseUp()
        copy = plain_button(self.tr("Copy seed"), "copy", self.tr("Copy the seed of this sample"))
        copy.clicked.connect(self.copy_seed)
        self.close_up.head.addWidget(copy)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(16, 12, 4, 0)
        inside.addWidget(self.grid)
        self._all = holder
        self._views = QStackedWidget()
        self._views.addWidget(holder)
        self._views.addWidget(self.close_up)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._views, 1)

    def _connect(self) -> None:
        self.psi.value_changed.connect(self._changed)
        self.first.valueChanged.connect(self._changed)
        self.count.currentIndexChanged.connect(self._changed)
        self.others.clicked.connect(self.show_others)
        self.grid.clicked.connect(self.open_sample)
        self.close_up.closed.connect(self.close_sample)
        self.close_up.stepped.connect(self._step)

    # Inside

    def _changed(self, *_: object) -> None:
        self.refresh()

    def _count(self) -> int:
        return int(self.count.currentData())

    def _wish(self) -> Wish | None:
        run = self._session.run("generator")
        if run is None or self._session.studio is None:
            return None
        return Wish(run.id, round(self.psi.value, 2), self.first.value(), self._count())

    def _draw(self, wish: Wish) -> None:
        studio, run = self._session.studio, self._session.run("generator")
        assert studio is not None

        def draw(progress: Progress) -> NDArray[np.uint8]:
            return studio.samples(wish.seeds, psi=wish.psi, run=run, progress=progress)

        def show(images: NDArray[np.uint8]) -> None:
            self._show(wish, images)

        job = self._session.fetch(
            self.tr("Drawing samples"), draw, show, key="generator.samples", failed=self._fail
        )
        self._drawing = (wish, job)

    def _show(self, wish: Wish, images: NDArray[np.uint8]) -> None:
        self._drawing = None
        self.shown, self.images = wish, images
        self.grid.set_images(images, [str(seed) for seed in wish.seeds])
        if self._opened >= len(images):
            self.close_sample()
        elif self._opened >= 0:
            self.close_up.show_picture(images[self._opened], self._caption(self._opened))
        self.refresh()

    def _fail(self, failure: Failure) -> None:
        self._drawing = None
        self.grid.set_empty_text(failure.message, failure.hint)
        self.grid.set_images(np.zeros((0, 1, 1), np.uint8))

    def _caption(self, number: int) -> str:
        assert self.shown is not None
        return self.tr("Seed {0} · ψ {1}").format(self.shown.seeds[number], f"{self.shown.psi:.2f}")

    def _step(self, by: int) -> None:
        self.open_sample(self._opened + by)
