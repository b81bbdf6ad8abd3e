"""What a generator file holds, before it is imported: samples, shapes, a class, what was left out."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from segstyle_gui.pipeline.generator_card import FORMATS, GeneratorCard
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.image_grid import ImageGrid
from segstyle_gui.ui.widgets.buttons import plain_button, primary_button
from segstyle_gui.ui.widgets.cards import CollapsibleSection
from segstyle_gui.ui.widgets.labels import FigureRow, MutedLabel, SectionHeader

_WIDEST = 88 * GRID  # px
_SAMPLES_HEIGHT = 15 * GRID
_TILE = 96


class PreviewCard(QWidget):
    """Shows one file's card and what can be done with it.

    Signals
    -------
    import_wanted
        The generator shall be imported, with :attr:`class_index`.
    left
        The user wants another one.
    class_chosen(int)
        Samples of another class are wanted.
    """

    import_wanted = Signal()
    left = Signal()
    class_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: GeneratorCard | None = None
        self._build()

    @property
    def class_index(self) -> int:
        """The chosen class, -1 for a model without classes."""
        has_classes = self.card is not None and self.card.n_classes > 0
        return self.classes.value() if has_classes else -1

    def show_card(self, card: GeneratorCard) -> None:
        """Show what a file holds."""
        self.card = card
        summary = card.summary
        self.title.setText(card.path.name)
        self.title.setToolTip(str(card.path))
        self.samples.set_images(card.samples)
        self._show_classes(card)
        self._show_rows(summary)
        self._fill(self.notes, [str(note) for note in summary["notes"]])
        self._fill(self.left_out, [f"{row['tensors']}: {row['reason']}" for row in summary["left_out"]])
        self.left_out.set_title(self.tr("Not needed"))
        self._fill(self.layers, [f"{name}  {shape}" for name, shape in summary["layers"].items()])
        self.layers.set_title(self.tr("{0} layers to cluster").format(len(summary["layers"])))
        self.licence.setText(str(summary["licence"]))

    def set_busy(self, busy: bool) -> None:
        """Say whether samples of another class, or an import, are under way."""
        for widget in (self.button, self.classes):
            widget.setEnabled(not busy)

    # Building

    def _build(self) -> None:
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.samples = ImageGrid(tile=_TILE)
        self.samples.setFixedHeight(_SAMPLES_HEIGHT)
        self.samples.setAccessibleName(self.tr("Samples of this file's generator"))
        names = {
            "size": self.tr("Image size"),
            "channels": self.tr("Channels"),
            "format": self.tr("Format"),
            "used": self.tr("Tensors used"),
        }
        self.rows = {key: FigureRow(name) for key, name in names.items()}
        self.notes = CollapsibleSection(self.tr("Good to know"))
        self.left_out = CollapsibleSection(self.tr("Not needed"), expanded=False)
        self.layers = CollapsibleSection("", expanded=False)
        self.licence = MutedLabel("")
        self.button = primary_button(self.tr("Import this generator"))
        self.button.clicked.connect(self.import_wanted)
        self.other = plain_button(self.tr("Choose another"))
        self.other.clicked.connect(self.left)
        self._build_classes()
        self._lay_out()

    def _build_classes(self) -> None:
        self.classes = QSpinBox()
        self.classes.setKeyboardTracking(False)
        self.classes.setMinimumWidth(12 * GRID)
        self.classes.setAccessibleName(self.tr("Class"))
        self.classes.valueChanged.connect(self._choose_class)
        self.class_text = MutedLabel("")
        label = QLabel(self.tr("Class"))
        label.setBuddy(self.classes)
        self.class_row = QWidget()
        row = QHBoxLayout(self.class_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.classes)
        row.addWidget(self.class_text, 1)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(self.title)
        column.addWidget(self.class_row)
        column.addWidget(self.samples)
        for row in self.rows.values():
            column.addWidget(row)
        for section in (self.notes, self.left_out, self.layers):
            column.addWidget(section)
        column.addWidget(SectionHeader(self.tr("Licence")))
        column.addWidget(self.licence)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addStretch(1)
        foot.addWidget(self.other)
        foot.addWidget(self.button)
        middle = QWidget()
        middle.setMaximumWidth(_WIDEST)
        body = QVBoxLayout(middle)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(2 * GRID)
        body.addWidget(area, 1)
        body.addLayout(foot)
        around = QHBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addStretch(1)
        around.addWidget(middle, 100)
        around.addStretch(1)

    # Showing

    def _show_rows(self, summary: dict[str, Any]) -> None:
        words = {1: self.tr("1 (gray)"), 3: self.tr("3 (colour)")}
        side = summary["resolution"]
        self.rows["size"].set_value(f"{side} × {side}")
        self.rows["channels"].set_value(words.get(summary["channels"], str(summary["channels"])))
        network = f", {summary['network']}" if "network" in summary else ""
        self.rows["format"].set_value(FORMATS.get(summary["format"], summary["format"]) + network)
        self.rows["used"].set_value(f"{summary['used']:,}")

    def _show_classes(self, card: GeneratorCard) -> None:
        self.class_row.setVisible(card.n_classes > 0)
        if not card.n_classes:
            return
        self.class_text.setText(
            self.tr("of {0}, counted from 0; the authors' data set says what they are").format(
                f"{card.n_classes:,}"
            )
        )
        self.classes.blockSignals(True)
        self.classes.setRange(0, card.n_classes - 1)
        self.classes.setValue(card.class_index or 0)
        self.classes.blockSignals(False)

    def _choose_class(self, number: int) -> None:
        self.class_chosen.emit(number)

    def _fill(self, section: CollapsibleSection, lines: list[str]) -> None:
        section.clear()
        for line in lines:
            section.body.addWidget(MutedLabel(line))
        section.setVisible(bool(lines))
