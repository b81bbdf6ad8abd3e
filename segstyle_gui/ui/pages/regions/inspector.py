"""The inspector: what is known of the selected region, and what it looks like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from segstyle_gui.core.classes import Region, region_color
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.studio_records import RegionNumbers
from segstyle_gui.project.edits import RecolorRegion
from segstyle_gui.ui.pages.regions.suggestions import suggestions_of
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.bars import ScoreBar
from segstyle_gui.ui.widgets.labels import ElidedLabel, FigureRow, MutedLabel, SectionHeader
from segstyle_gui.ui.widgets.swatch import ColorSwatch

_PATCHES, _COLUMNS, _PATCH = 6, 6, 64
_NAMES = 3  # best names that are shown


class RegionInspector(QWidget):
    """Follows the selection; with none, the region under the pointer by name alone."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._numbers: dict[int, RegionNumbers] = {}
        self._shown: tuple[object, ...] = ()
        self._header = SectionHeader(self.tr("Region"))
        self._swatch = ColorSwatch((128, 128, 128))
        self._swatch.setToolTip(self.tr("The region's own colour; without one it has its class's"))
        self._swatch.color_changed.connect(self._recolor)
        self._name = ElidedLabel("")
        self._name.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._swatch)
        head.addWidget(self._name, 1)
        self._share = FigureRow(self.tr("Share of pixels"), "")
        self._presence = FigureRow(self.tr("Present in samples"), "")
        self._stability = FigureRow(self.tr("Stability over re-fits"), "")
        self._clusters = FigureRow(self.tr("Clusters"), "")
        self._figures = [self._share, self._presence, self._stability, self._clusters]
        self._names = QGridLayout()
        self._names.setHorizontalSpacing(8)
        self._names.setVerticalSpacing(4)
        self._names.setColumnStretch(1, 1)
        self._picture = QImage()
        self._sheet = QLabel()
        # The crops follow the width; they must not hold it.
        self._sheet.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._sheet.setAccessibleName(self.tr("Where the region is biggest"))
        self._sheet.setToolTip(self.tr("Crops of the samples in which the region is biggest"))
        self._hint = MutedLabel(self.tr("Click a region in a sample to see what it is."))
        self._hint.setWordWrap(True)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addLayout(head)
        body.addLayout(self._names)
        for row in self._figures:
            body.addWidget(row)
        body.addWidget(self._sheet)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self._header)
        column.addWidget(self._hint)
        column.addWidget(self._body)
        session.selection_changed.connect(self.refresh)
        session.regions_changed.connect(self.refresh)
        session.runs_changed.connect(self.refresh)
        self.refresh()

    def set_numbers(self, numbers: dict[int, RegionNumbers]) -> None:
        """Take the numbers of all regions."""
        self._numbers = numbers
        self.refresh()

    def refresh(self) -> None:
        """Show the selected region."""
        state = self._session.state
        ids = sorted(self._session.selection)
        one = len(ids) == 1 and state is not None
        self._body.setVisible(one)
        self._hint.setVisible(not one)
        if state is None or not ids:
            self._header.set_text(self.tr("Region"))
            self._hint.setText(self.tr("Click a region in a sample to see what it is."))
        elif not one:
            self._header.set_text(self.tr("%n regions", "", len(ids)))
            names = ", ".join(state.region(number).name for number in ids)
            self._hint.setText(self.tr("{0}. Press M to make one region of them.").format(names))
        else:
            self._show(state.region(ids[0]))

    def _show(self, region: Region) -> None:
        state = self._session.state
        assert state is not None
        self._header.set_text(self.tr("Region {0}").format(region.id))
        self._name.setText(region.name)
        self._swatch.set_color(region_color(state, region))
        known = self._numbers.get(region.id)
        self._share.set_value(f"{known.share:.1%}" if known else "–")
        self._presence.set_value(f"{known.presence:.0%}" if known else "–")
        stability = known.stability if known else None
        self._stability.set_value("–" if stability is None else f"{stability:.2f}")
        self._clusters.set_value(str(len(region.clusters)))
        self._show_names(region)
        self._fetch_patches(region)

    def _show_names(self, region: Region) -> None:
        while (item := self._names.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        found = suggestions_of(self._session, region.id)[:_NAMES]
        best = max((score for _, score in found), default=1.0)
        for row, (name, score) in enumerate(found):
            bar = ScoreBar(max(0.0, score / best) if best > 0 else 0.0, "accent" if row == 0 else "muted")
            figure = QLabel(f"{score:.2f}")
            self._names.addWidget(ElidedLabel(name), row, 0)
            self._names.addWidget(bar, row, 1)
            self._names.addWidget(figure, row, 2, Qt.AlignmentFlag.AlignRight)

    def _fetch_patches(self, region: Region) -> None:
        state, studio = self._session.state, self._session.studio
        run = self._session.run("regions")
        key = (run.id if run else 0, region.clusters, len(state.splits) if state else 0)
        if key == self._shown or state is None or studio is None:
            return
        self._shown = key
        self._sheet.clear()

        def draw(progress: Progress) -> tuple[tuple[object, ...], QImage]:
            patches = studio.patches(region.id, n=_PATCHES, size=_PATCH, state=state, progress=progress)
            return key, _sheet(patches)

        self._session.fetch(self.tr("Looking at the region"), draw, self._take_sheet, key="regions.patches")

    def _take_sheet(self, found: tuple[tuple[object, ...], QImage]) -> None:
        key, image = found
        if key == self._shown and not image.isNull():
            self._picture = image
            self._draw_sheet()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shrink crops that no longer fit; they do not grow, or a scroll bar could come and go for ever."""
        super().resizeEvent(event)
        if self._sheet.pixmap().deviceIndependentSize().width() > self._room:
            self._draw_sheet()

    @property
    def _room(self) -> int:
        return max(1, self.width() - 32)

    def _draw_sheet(self) -> None:
        image, scale = self._picture, self.devicePixelRatioF()
        width = self._room * scale
        size = QSize(round(width), round(width * image.height() / image.width()))
        picture = QPixmap.fromImage(
            image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
        picture.setDevicePixelRatio(scale)
        self._sheet.setPixmap(picture)

    def _recolor(self, color: tuple[int, int, int]) -> None:
        ids = sorted(self._session.selection)
        if len(ids) == 1:
            self._session.apply(RecolorRegion(ids[0], tuple(color)))  # type: ignore[arg-type]


def _sheet(patches: NDArray[np.uint8]) -> QImage:
    """Return the patches (n, S, S, 3) in rows with gaps between them; made in a job, hence an image."""
    if len(patches) == 0:
        return QImage()
    gap, side = 4, patches.shape[1]
    columns = min(_COLUMNS, 3 if len(patches) > 3 else len(patches))
    rows = -(-len(patches) // columns)
    sheet = QImage(
        columns * (side + gap) - gap, rows * (side + gap) - gap, QImage.Format.Format_ARGB32_Premultiplied
    )
    sheet.fill(Qt.GlobalColor.transparent)
    from PySide6.QtGui import QPainter

    painter = QPainter(sheet)
    for number, patch in enumerate(patches):
        row, column = divmod(number, columns)
        data = np.ascontiguousarray(patch)
        tile = QImage(data.data, side, side, 3 * side, QImage.Format.Format_RGB888)
        painter.drawImage(column * (side + gap), row * (side + gap), tile)
    painter.end()
    return sheet
