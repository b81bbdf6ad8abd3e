"""The masks page: list, canvas and panel put together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.pipeline.predict_masks import MaskPreview
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.masks.choices import PaintChoices
from segstyle_gui.ui.pages.masks.desk import MaskDesk
from segstyle_gui.ui.pages.masks.feed import MaskFeed
from segstyle_gui.ui.pages.masks.flow import ReviewFlow
from segstyle_gui.ui.pages.masks.image_panel import ImagePanel
from segstyle_gui.ui.pages.masks.keys import Peek, ReviewKeys
from segstyle_gui.ui.pages.masks.loading import LoadedMask
from segstyle_gui.ui.pages.masks.notes import PageNotes
from segstyle_gui.ui.pages.masks.panel import MaskPanel
from segstyle_gui.ui.pages.masks.reference_box import ReferenceBox
from segstyle_gui.ui.pages.masks.references import References
from segstyle_gui.ui.pages.masks.specs import PAINTING, add_mask_actions
from segstyle_gui.ui.pages.masks.table import MaskTable
from segstyle_gui.ui.pages.masks.thumbnails import MaskThumbnails
from segstyle_gui.ui.pages.masks.tool_row import MaskToolRow, MaskViewBar
from segstyle_gui.ui.pages.masks.training import CorrectionTraining
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.mask_canvas import MaskCanvas
from segstyle_gui.workers.job import Failure, Job


class MasksPage(Page):
    """Where masks are looked at, corrected and marked as reviewed."""

    key = "masks"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self.feed = MaskFeed(session, self)
        self.canvas = MaskCanvas()
        self.desk = MaskDesk(session, self.canvas, self)
        self.peek = Peek(self.canvas, self)
        self.panel = MaskPanel(session)
        self.choices = PaintChoices(self.canvas, self.desk, self.panel.classes, self)
        self.training = CorrectionTraining(session, self.predict, self)
        self.own_actions = add_mask_actions(self)
        self.peek.attach(self.own_actions["peek"])
        self._build()
        self.keys = ReviewKeys(self.canvas, self.images.view, self)
        self._connect_session()
        self._connect_parts()
        self.own_actions["brush"].setChecked(True)
        self._show_state()

    # Building

    def _build(self) -> None:
        actions = self.registry
        self.thumbnails = MaskThumbnails(self.session, self)
        self.images = ImagePanel(self.thumbnails)
        self.flow = ReviewFlow(self.session, self.images, self.desk, self)
        self.notes = PageNotes(self.session, self)
        self.tools = MaskToolRow(actions)
        self.view_bar = MaskViewBar(actions)
        self.references = ReferenceBox(self.session, actions)
        self.panel.add_work(actions, self.references)
        self.views = QStackedWidget()
        self.views.addWidget(self.notes.empty)
        self.views.addWidget(self._workspace())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        self._banner_row = QWidget()
        inside = QHBoxLayout(self._banner_row)
        inside.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        inside.addWidget(self.notes.banner)
        column.addWidget(self._banner_row)
        column.addWidget(self.views, 1)
        column.addWidget(self.view_bar)
        self.setFocusProxy(self.canvas)

    def _workspace(self) -> QWidget:
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.images)
        self.split.addWidget(self.canvas)
        self.split.setStretchFactor(1, 1)
        return self.split

    def _connect_session(self) -> None:
        session = self.session
        session.masks_changed.connect(self._masks_changed)
        session.regions_changed.connect(self._show_classes)
        session.status_changed.connect(self._show_state)

    def _connect_parts(self) -> None:
        canvas, desk, feed = self.canvas, self.desk, self.feed
        feed.table_changed.connect(self._take_table)
        feed.references_changed.connect(self._take_references)
        feed.previewed.connect(self._show_preview)
        feed.preview_over.connect(self._show_state)
        desk.shown.connect(self._show_image)
        desk.painted.connect(self.thumbnails.put)
        desk.counted.connect(self.panel.show_numbers)
        desk.failed.connect(self._tell_failure)
        canvas.brush_radius_changed.connect(self.tools.show_radius)
        canvas.cursor_moved.connect(self._show_cursor)
        canvas.cursor_left.connect(self._show_zoom)
        canvas.view_changed.connect(self._show_zoom)
        canvas.refused.connect(self._tell_refusal)
        self.tools.radius_changed.connect(canvas.set_brush_radius)
        self.view_bar.opacity_changed.connect(canvas.set_opacity)
        self.view_bar.mode_changed.connect(canvas.set_mode)
        canvas.set_opacity(self.view_bar.opacity.value / 100)
        self.images.order_changed.connect(self._show_place)
        self.keys.reviewed.connect(self.review_next)
        self.keys.stepped.connect(self.step)
        self.panel.reviewed.clicked.connect(self.flow.set_reviewed)
        self.training.changed.connect(self._show_training)
        self.notes.page_requested.connect(self.page_requested)
        self.notes.predict_wanted.connect(self.predict)

    # Page

    def activate(self) -> None:
        """Load the list if it is missing or another."""
        self.feed.refresh()
        self._show_state()
        self.canvas.setFocus()

    def deactivate(self) -> None:
        """Store what is half painted."""
        self.own_actions["peek"].setChecked(False)
        self.desk.finish()

    def sidebar(self) -> QWidget:
        """Return image, classes, corrections and settings."""
        return self.panel

    # What is read

    def _take_table(self, table: MaskTable) -> None:
        project = self.session.project
        assert project is not None
        self.desk.close()
        if table.masks is not None:
            self.desk.loader.set_runs(table.masks, table.images)
        self.images.set_marks(project.reviewed, project.corrected)
        self.images.set_table(table)
        self._show_classes()
        self._show_state()
        self.flow.set_table(table)
        if self.feed.preview is not None:
            self._show_preview(self.feed.preview)
        self.feed.refresh_references()

    def _take_references(self, references: References | None) -> None:
        action = self.own_actions["compare"]
        action.setEnabled(references is not None)
        if references is None:
            action.setChecked(False)
        self.desk.set_references(references)

    # What the session tells

    def _masks_changed(self, image_ids: tuple[int, ...]) -> None:
        project = self.session.project
        if project is None or not self.feed.is_current:
            return
        self.images.set_marks(project.reviewed, project.corrected)
        if not self.desk.is_painting:
            self.desk.refresh()
        self.thumbnails.read_again(number for number in image_ids if number != self.desk.image_id)
        self.flow.follow(image_ids)
        self._show_state()

    def _show_preview(self, preview: MaskPreview) -> None:
        """Show a mask that was just predicted: in the list, and on the canvas if it is the first time."""
        self.thumbnails.put(preview.image_id, preview.label_map)
        table = self.feed.table
        if table is not None and table.masks is None:
            self._show_state()
            place = np.flatnonzero(table.ids == preview.image_id)
            if place.size:
                self.desk.preview(table.records[int(place[0])], table.images, preview.label_map)

    # Showing

    def _show_state(self) -> None:
        """Enable what can be done now, and say what cannot."""
        project = self.session.project
        if project is None:
            return
        has_masks = self.session.run("masks") is not None
        can_edit = has_masks and not project.readonly
        self.views.setCurrentIndex(
            1 if has_masks or (self.feed.preview is not None and self.feed.table is not None) else 0
        )
        self.tools.setVisible(self.views.currentIndex() == 1)
        self.view_bar.setVisible(self.views.currentIndex() == 1)
        for name in (*PAINTING, "review_next", "reviewed"):
            self.own_actions[name].setEnabled(can_edit)
        for widget in (self.tools.review, self.tools.brush, self.panel.reviewed):
            widget.setEnabled(can_edit)
        self.desk.set_can_paint(can_edit)
        n = 0 if self.feed.table is None else len(self.feed.table.ids)
        all_reviewed = n > 0 and len(project.reviewed) >= n
        self.notes.refresh(has_masks=has_masks, all_reviewed=all_reviewed)
        self._banner_row.setVisible(not self.notes.banner.isHidden())
        self.own_actions["import_references"].setEnabled(can_edit)
        self.own_actions["predict"].setEnabled(not project.readonly)
        self.panel.set_has_masks(has_masks)
        self._show_training()
        self.panel.reviewed.setChecked(self.flow.is_reviewed)

    def _show_training(self) -> None:
        reason = self.training.why_not()
        self.panel.show_training(reason or self.training.explanation(), possible=not reason)
        self.own_actions["train_again"].setEnabled(not reason)

    def _show_classes(self) -> None:
        classes = self.feed.classes()
        self.panel.classes.set_classes(classes)
        self.desk.set_classes(classes)
        self.thumbnails.set_classes(classes)
        self.canvas.set_active_class(self.panel.classes.active)

    def _show_image(self, found: LoadedMask) -> None:
        self.tools.set_side(max(found.image.shape[:2]))
        self.tools.show_radius(self.canvas.brush_radius)
        self.notes.missing = found.missing
        self._show_place()
        self._show_zoom()
        self._show_state()

    def _show_place(self) -> None:
        found = self.desk.current
        doubt = float("nan")
        if found is not None and self.feed.table is not None:
            place = np.flatnonzero(self.feed.table.ids == found.record.id)
            doubt = float(self.feed.table.doubt[place[0]]) if place.size else doubt
        self.panel.show_image(found, doubt, self.flow.place())

    def _show_cursor(self, row: int, column: int, class_id: int, confidence: int) -> None:
        sure = "" if confidence < 0 else self.tr(" · {0} % sure").format(round(confidence / 2.55))
        name = self.canvas.class_name(class_id)
        self.view_bar.info.setText(f"{column}, {row} · {name}{sure}")

    def _show_zoom(self, *_: object) -> None:
        self.view_bar.info.setText(f"{self.canvas.zoom:.0%}" if self.canvas.has_image else "")

    def _tell_refusal(self, reason: str) -> None:
        self.session.notify("info", self.tr("Nothing was painted"), reason)

    def _tell_failure(self, image_id: int, failure: Failure) -> None:
        self.session.notify("error", failure.message, failure.hint, failure.details)

    # What the actions do

    def review_next(self) -> None:
        """Mark as reviewed and go on."""
        self.flow.review_next()

    def toggle_reviewed(self) -> None:
        """Mark as reviewed, or not."""
        self.flow.set_reviewed(not self.flow.is_reviewed)

    def step(self, step: int) -> None:
        """Go to the next image, or the one before."""
        self.flow.step(step)

    def next_open(self) -> None:
        """Go to the next image that is not reviewed."""
        self.flow.next_open()

    def next_mode(self) -> None:
        """Draw areas, then lines, then both."""
        self.view_bar.next_mode()

    def set_comparing(self, shown: bool) -> None:
        """Show where mask and reference disagree."""
        self.desk.set_comparing(shown)

    def predict(self) -> Job | None:
        """Label all images with the present settings."""
        return self.panel.run_panel.run()

    def train_again(self) -> None:
        """Train with the corrections, then label all images again."""
        self.training.start()

    def choose_references(self) -> None:
        """Ask for a folder of reference masks."""
        self.references.ask()

    def compare_with(self, folder: Path) -> None:
        """Compare all masks with the label maps of a folder."""
        self.references.compare_with(folder)
