"""The training set page: a preview of pairs, what the filter drops, and the stage that makes the set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.studio_records import TrainingPairs
from segstyle_gui.ui.actions import Actions, ActionSpec
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.pages.training_set.balance import ClassBalance
from segstyle_gui.ui.pages.training_set.pictures import pair_pictures
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import MutedLabel
from segstyle_gui.ui.widgets.segmented import SegmentedControl
from segstyle_gui.ui.widgets.sliders import ValueSlider
from segstyle_gui.workers.job import Failure

_DELAY = 500  # milliseconds after the last change of a setting
_BASIC = ("n_images", "drop_share", "ignore_margin_share", "psi")


@dataclass(frozen=True, slots=True)
class _Preview:
    pairs: TrainingPairs
    pictures: NDArray[np.uint8]
    classes: tuple[LabelClass, ...]


class TrainingSetPage(Page):
    """Where the synthetic set is looked at and made."""

    key = "training_set"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._is_shown = False
        self._preview: _Preview | None = None
        self._wanted: object = None
        self.registry.add(
            ActionSpec(
                id="training_set.run",
                text=self.tr("Make the training set"),
                shortcut="Ctrl+R",
                context=self.key,
                icon="play",
                tip=self.tr("Draw images with label maps, and leave out the doubtful ones"),
            ),
            self.run,
            self,
        )
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY)
        self._timer.timeout.connect(self._fetch)
        session.regions_changed.connect(self._plan)
        session.status_changed.connect(self._show_status)
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
        self.empty = EmptyState("training_set", "", "", "")
        self.empty.clicked.connect(self._go_on)
        self.banner = Banner("warning", "", self.tr("Make it again"))
        self.banner.clicked.connect(self.run)
        self.views = QStackedWidget()
        self.views.addWidget(self.empty)
        self.views.addWidget(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(self.banner)
        self.grid.setViewportMargins(16, 16, 8, 0)
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

    def _tools(self) -> QWidget:
        tools = QWidget()
        tools.setProperty("role", "surface")
        tools.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        tools.setFixedHeight(48)
        self.shown = SegmentedControl(
            [("all", self.tr("All")), ("kept", self.tr("Kept")), ("dropped", self.tr("Dropped"))]
        )
        self.shown.setToolTip(self.tr("Which pairs of the preview are shown"))
        self.shown.changed.connect(self._show_pairs)
        self.opacity = ValueSlider(self.tr("Overlay"), 0, 100, 60, step=5, unit="%")
        self.opacity.setMinimumWidth(200)
        self.opacity.setToolTip(self.tr("How strong the colours of the classes are"))
        self.opacity.committed.connect(self._redraw)
        self.says = MutedLabel("")
        self.next = plain_button(self.tr("Next: Student"), "next", self.tr("Train the student on this set"))
        self.next.clicked.connect(self._go_to_student)
        row = QHBoxLayout(tools)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(16)
        for widget in (self.shown, self.opacity):
            row.addWidget(widget)
        row.addWidget(self.says, 1)
        row.addWidget(self.next)
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
        self.banner.setVisible(status.state == "stale")
        self.banner.set_text(self.tr("This set is of an earlier state: {0}.").format(status.why))

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
        wanted = (state.digest(), [c.color for c in state.classes], config, self.opacity.value)
        if wanted == self._wanted:
            return
        opacity = self.opacity.value / 100

        def draw(progress: Progress) -> _Preview:
            pairs = studio.class_preview(config=config, state=state, progress=progress)
            pictures = pair_pictures(pairs.images, pairs.labels, state.classes, opacity)
            return _Preview(pairs, pictures, state.classes)

        def take(preview: _Preview) -> None:
            self._wanted = wanted
            self._take(preview)

        self.says.setText(self.tr("Drawing the preview…"))
        self.session.fetch(
            self.tr("Preview of the training set"), draw, take, key="training_set", failed=self._tell_failure
        )

    def _take(self, preview: _Preview) -> None:
        self._preview = preview
        self.balance.show_shares(preview.classes, preview.pairs.class_shares)
        self._show_pairs()

    def _show_pairs(self, *_: Any) -> None:
        if self._preview is None:
            return
        pairs = self._preview.pairs
        order = np.argsort(pairs.doubt)
        chosen = {"all": order, "kept": order[~pairs.dropped[order]], "dropped": order[pairs.dropped[order]]}
        numbers = chosen[self.shown.current]
        captions = [
            self.tr("seed {0} · dropped").format(pairs.seeds[n])
            if pairs.dropped[n]
            else self.tr("seed {0}").format(pairs.seeds[n])
            for n in numbers
        ]
        self.grid.set_images(self._preview.pictures[numbers], captions)
        self.says.setText(
            self.tr("{0} of {1} in this preview are dropped as doubtful").format(
                int(pairs.dropped.sum()), len(pairs.dropped)
            )
        )

    def _redraw(self, *_: Any) -> None:
        self._plan()

    def _tell_failure(self, failure: Failure) -> None:
        self.says.setText(f"{failure.message} {failure.hint}")

    def _go_on(self) -> None:
        self.page_requested.emit("regions")

    def _go_to_student(self) -> None:
        self.page_requested.emit("student")
