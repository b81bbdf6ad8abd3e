"""The right panel of the masks page: the image, its classes, what to do with corrections, and settings."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.masks.class_list import ClassList
from segstyle_gui.ui.pages.masks.loading import LoadedMask
from segstyle_gui.ui.pages.masks.numbers import MaskNumbers
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.cards import CollapsibleSection
from segstyle_gui.ui.widgets.labels import ElidedLabel, FigureRow, MutedLabel, SectionHeader

_BASIC = ("flip", "scales", "min_region", "largest_only", "fill_holes", "keep_corrections")
_EDGE = 2 * GRID


class MaskPanel(QWidget):
    """Everything about masks that is not a picture.

    :meth:`add_work` puts the parts in that need the page's actions.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.classes = ClassList()
        self.run_panel = RunPanel(session, "predict_masks", run_text=self.tr("Predict masks"), basic=_BASIC)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, _EDGE, 0, _EDGE)
        self._column.setSpacing(GRID)
        self._of_masks = [self._image_part(), self._class_part()]  # what makes sense with masks alone
        for part in self._of_masks:
            self._column.addWidget(part)

    # Parts

    def _image_part(self) -> QWidget:
        part, column = _part()
        self._head = SectionHeader(self.tr("Image"))
        self._name = ElidedLabel("–")
        self._name.setProperty("role", "title")
        self.reviewed = QCheckBox(self.tr("Reviewed"))
        self._size = FigureRow(self.tr("Size"))
        self._doubt = FigureRow(self.tr("Doubt"))
        self._doubt.setToolTip(self.tr("How unsure the student was on average: 0 is certain, 1 is a guess"))
        for widget in (self._head, self._name, self.reviewed, self._size, self._doubt):
            column.addWidget(widget)
        return part

    def _class_part(self) -> QWidget:
        part, column = _part(GRID)
        self._class_head = SectionHeader(self.tr("Classes"), self.tr("share"))
        self._class_head.setContentsMargins(GRID, 0, GRID, 0)
        column.addWidget(self._class_head)
        column.addWidget(self.classes)
        return part

    def add_work(self, actions: Actions, references: QWidget) -> None:
        """Add what is done with masks: training again, comparing, predicting."""
        train = actions.action("masks.train_again")
        self._explanation = MutedLabel()
        self.train = plain_button(train.text(), "", train.toolTip())
        self.train.clicked.connect(train.trigger)
        again, column = _part(GRID)
        column.setSpacing(GRID)
        column.addWidget(self._explanation)
        column.addWidget(self.train)
        compare, column = _part(GRID)
        column.addWidget(references)
        has_reference = self._session.run("evaluation") is not None
        self._of_masks += [
            self._fold(self.tr("Corrections"), again, expanded=True),
            self._fold(self.tr("Reference masks"), compare, expanded=has_reference),
        ]
        self.settings = self._fold(self.tr("Predict again"), self.run_panel, expanded=False)
        self._column.addStretch(1)

    def _fold(self, title: str, widget: QWidget, *, expanded: bool) -> CollapsibleSection:
        section = CollapsibleSection(title, expanded=expanded)
        section.setContentsMargins(GRID, 0, GRID, 0)
        section.body.setContentsMargins(0, GRID // 2, 0, GRID)
        section.body.addWidget(widget)
        self._column.addWidget(section)
        return section

    # Showing

    def set_has_masks(self, has_masks: bool) -> None:
        """Show everything, or the settings of the prediction alone while there is nothing else to do."""
        for part in self._of_masks:
            part.setVisible(has_masks)
        title = self.tr("Predict again") if has_masks else self.tr("Predict masks")
        if self.settings.title() != title:
            self.settings.set_title(title)
            self.settings.set_expanded(not has_masks)

    def show_image(self, found: LoadedMask | None, doubt: float, place: str) -> None:
        """Show the facts of an image; ``place`` is such as "3 of 240"."""
        self._head.set_detail(place)
        name = "–" if found is None else found.record.path.rpartition("/")[2]
        self._name.setText(name)
        self._name.setToolTip("" if found is None else found.record.path)
        known = found is not None and doubt == doubt  # NaN is not equal to itself
        self._size.set_value("" if found is None else f"{found.record.width} × {found.record.height} px")
        self._doubt.set_value(f"{doubt:.2f}" if known else "–")
        self.reviewed.setEnabled(found is not None)

    def show_numbers(self, numbers: MaskNumbers) -> None:
        """Show shares, and IoUs if there is a reference."""
        has_reference = numbers.reference is not None
        self.classes.set_numbers(numbers.classes, shows_iou=has_reference)
        detail = self.tr("share · IoU") if has_reference else self.tr("share")
        self._class_head.set_detail(detail)

    def show_training(self, text: str, *, possible: bool) -> None:
        """Say what training again means, or why it cannot be done."""
        self._explanation.setText(text)
        self.train.setEnabled(possible)


def _part(edge: int = _EDGE) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(edge, 0, edge, 0)
    column.setSpacing(GRID // 2)
    return part, column
