"""The training set page: a preview of pairs, what the filter drops, and the stage that makes the set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.studio_records import TrainingPairs
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.common.head import BannerRow, ToolRow
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.pages.training_set.balance import ClassBalance
from segstyle_gui.ui.pages.training_set.pictures import pair_pictures
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel
from segstyle_gui.ui.widgets.segmented import SegmentedControl
from segstyle_gui.ui.widgets.sliders import ValueSlider
from segstyle_gui.workers.job import Failure

_DELAY = 500  # milliseconds after the last change of a setting
_BASIC = ("n_images", "drop_share", "ignore_margin_share", "psi")


@dataclass(frozen=True, slots=True, eq=False)
class _Preview:
    pairs: TrainingPairs
    classes: tuple[LabelClass, ...]
    n_images: int  # of the whole set, before the doubtful ones are dropped
    drop_share: float


class TrainingSetPage(Page):
    """Where the synthetic set is looked at and made."""

    key = "training_set"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._is_shown = False
        self._preview: _Preview | None = None
        self._wanted: object = None
        self._pictures: NDArray[np.uint8] = np.zeros((0, 1, 1, 3), np.uint8)
        self._colored: tuple[_Preview | None, float] = (None, 0.0)
        self.add_run_action(
            self.run,
            self.tr("Make the training set"),
            self.tr("Draw images with label maps, and leave out the doubtful ones"),
        )
        self._build()
        self._timer = later(self, _DELAY, self._fetch)
        session.regions_changed.connect(self._plan)
        session.status_changed.connect(self._show_status)
        self.panel.ready.connect(self._show_status)
        self.panel.ready.connect(self._plan)
        self.panel.config_changed.connect(self._plan)

    # Page

    def activate(self) -> None:
        """Draw the preview if something changed."""
        self._is_shown = True
        self._show_status()
        self._plan()

    def deactivate(self) -> None:
        """Stop drawing previews."""
        self._is_shown = False

    def sidebar(self) -> QWidget:
        """Return class balance and settings."""
        return self.side

    def run(self) -> None:
        """Make the training set."""
        self.panel.run()

    # Building

    def _build(self) -> None:
        self.grid = ImageGrid(tile=272)
        self.grid.setAccessibleName(self.tr("Pairs of image and label map"))
        self.grid.set_empty_text(self.tr("No pair of this kind in the preview"))
        self.empty = EmptyState("training_set", "", "", "")
        self.empty.clicked.connect(self._go_on)
        self.stale = BannerRow("stale", self.tr("Make it again"))
        self.banner = self.stale.banner
        self.banner.clicked.connect(self.run)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(self._pairs())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(self.stale)
        column.addWidget(self.views, 1)
        self.balance = ClassBalance()
        self.panel = RunPanel(
            self.session, "synthesize", run_text=self.tr("Make the training set"), basic=_BASIC
        )
        self.side = QWidget()
        side = QVBoxLayout(self.side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addWidget(self.balance)
        side.addWidget(self.panel)
        side.addStretch(1)

    def _pairs(self) -> QWidget:
        self.says = ElidedLabel("")
        self.says.setProperty("role", "muted")
        self.says.setContentsMargins(0, 0, 2 * GRID, 0)
        self.grid.setViewportMargins(0, 0, GRID, 0)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(2 * GRID, GRID + GRID // 2, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(self.says)
        column.addWidget(self.grid, 1)
        return holder

    def _tools(self) -> QWidget:
        tools = ToolRow()
        self.shown = SegmentedControl(
            [("all", self.tr("All")), ("kept", self.tr("Kept")), ("dropped", self.tr("Dropped"))],
            name=self.tr("Pairs"),
        )
        self.shown.setToolTip(self.tr("Which pairs of the preview are shown"))
        self.shown.changed.connect(self._show_pairs)
        self.opacity = ValueSlider(self.tr("Overlay"), 0, 100, 60, step=5, unit="%")
        self.opacity.setMinimumWidth(208)
        self.opacity.setMaximumWidth(280)
        self.opacity.setToolTip(self.tr("How strong the colours of the classes are"))
        self.opacity.value_changed.connect(self._color)
        self.next = plain_button(self.tr("Next: Student"), "next", self.tr("Train the student on this set"))
        self.next.clicked.connect(self._go_to_student)
        tools.row.addWidget(self.shown)
        tools.row.addWidget(self.opacity, 1)
        tools.row.addStretch(1)
        tools.row.addWidget(self.next)
        return tools

    # Showing

    def _show_status(self) -> None:
        status = self.session.status().get("synthesize")
        if status is None:
            return
        can_preview = not self._why_not()
        self.views.setCurrentIndex(1 if can_preview else 0)
        if not can_preview:
            self.empty.set_text(*self._why_not())
        self.next.setVisible(status.state == "done")
        stale = status.state == "stale" and not self.panel.is_running
        text = self.tr("This set is of an earlier state: {0}.").format(status.why)
        self.stale.say(text if stale else "")
        self.banner.set_button(self.tr("Make it again") if self.panel.button.isEnabled() else "")

    def _why_not(self) -> tuple[str, str, str] | tuple[()]:
        """Return title, text and button of the empty state; nothing if there is something to show."""
        state = self.session.state
        if state is None:
            return (
                self.tr("No regions yet"),
                self.tr("A training set is drawn from regions that are in classes."),
                self.tr("Go to Regions"),
            )
        if not any(region.class_id is not None for region in state.regions):
            return (
                self.tr("No region is in a class"),
                self.tr("Put the regions that you want labelled into classes first."),
                self.tr("Go to Regions"),
            )
        return ()

    def _plan(self) -> None:
        if self._is_shown:
            self._timer.start()

    def _fetch(self) -> None:
        state, studio = self.session.state, self.session.studio
        if state is None or studio is None or self.panel.form is None or self._why_not():
            return
        try:
            config = self.panel.config()
        except SegStyleError as error:
            self.says.setText(error.message)
            return
        wanted = (state.digest(), state.classes, config, self.session.run("direction"))
        if wanted == self._wanted:
            self._color()
            return

        def draw(progress: Progress) -> TrainingPairs:
            return studio.class_preview(config=config, state=state, progress=progress)

        def take(pairs: TrainingPairs) -> None:
            self._wanted = wanted
            self._take(_Preview(pairs, state.classes, config.n_images, config.drop_share))

        self.says.setText(self.tr("Drawing the preview…"))
        self.session.fetch(
            self.tr("Preview of the training set"), draw, take, key="training_set", failed=self._tell_failure
        )

    def _take(self, preview: _Preview) -> None:
        self._preview = preview
        self.balance.show_shares(preview.classes, preview.pairs.class_shares)
        self._say_dropped(preview)
        self._color()

    def _say_dropped(self, preview: _Preview) -> None:
        dropped, n_shown = int(preview.pairs.dropped.sum()), len(preview.pairs.dropped)
        expected = round(preview.n_images * preview.drop_share)
        parts = [self.tr("{0} of these {1} are dropped as doubtful").format(dropped, n_shown)]
        if expected:
            parts.append(self.tr("about {0} of all {1:,}").format(f"{expected:,}", preview.n_images))
        parts.append(self.tr("white is not learnt"))
        self.says.setText(" · ".join(parts))
        self.says.setToolTip(
            self.tr("Pairs are sorted by doubt: how far features are from those of their class, on average.")
        )

    def _color(self, *_: Any) -> None:
        """Put the colours of the classes over the images of the preview, in a job."""
        preview, opacity = self._preview, self.opacity.value / 100
        if preview is None or self._colored == (preview, opacity):
            return

        def blend(progress: Progress) -> NDArray[np.uint8]:
            return pair_pictures(preview.pairs.images, preview.pairs.labels, preview.classes, opacity)

        def take(pictures: NDArray[np.uint8]) -> None:
            self._pictures, self._colored = pictures, (preview, opacity)
            self._show_pairs()

        self.session.fetch(self.tr("Colouring the preview"), blend, take, key="training_set.colors")

    def _show_pairs(self, *_: Any) -> None:
        preview = self._preview
        if preview is None or len(self._pictures) != len(preview.pairs.seeds):
            return
        pairs = preview.pairs
        order = np.argsort(pairs.doubt)
        chosen = {"all": order, "kept": order[~pairs.dropped[order]], "dropped": order[pairs.dropped[order]]}
        numbers = chosen[self.shown.current]
        captions = [
            self.tr("seed {0} · dropped").format(pairs.seeds[n])
            if pairs.dropped[n]
            else self.tr("seed {0}").format(pairs.seeds[n])
            for n in numbers
        ]
        self.grid.set_images(self._pictures[numbers], captions)

    def _tell_failure(self, failure: Failure) -> None:
        self._wanted = None
        self.says.setText(f"{failure.message} {failure.hint}")

    def _go_on(self) -> None:
        self.page_requested.emit("regions")

    def _go_to_student(self) -> None:
        self.page_requested.emit("student")
