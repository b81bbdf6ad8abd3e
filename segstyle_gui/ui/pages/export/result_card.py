"""The last export: what was written and where, the way to it, and how to read it elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.theme.tokens import GRID, ICON
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.cards import Card
from segstyle_gui.ui.widgets.labels import ElidedLabel, IconLabel, MutedLabel


class ResultCard(Card):
    """Says what an export wrote and that it was read back; hidden until there is one.

    Attributes
    ----------
    folder
        Of the export that is shown.
    open_button
        Shows the folder in the file manager.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = Path()
        self._icon = IconLabel("check", color="success")
        self.title = QLabel("")
        self.title.setProperty("role", "title")
        self.path = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self.path.setProperty("role", "muted")
        self.path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hint = MutedLabel("")
        self.hint.setContentsMargins(ICON + GRID + GRID // 2, 0, 0, 0)  # below the title
        self.open_button = plain_button(
            self.tr("Open folder"), "folder", self.tr("Show the export in the file manager")
        )
        self.open_button.clicked.connect(self.open_folder)
        texts = QVBoxLayout()
        texts.setSpacing(GRID // 2)
        texts.addWidget(self.title)
        texts.addWidget(self.path)
        row = QHBoxLayout()
        row.setSpacing(GRID + GRID // 2)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        row.addWidget(self.open_button)
        self.body.addLayout(row)
        self.body.addWidget(self.hint)
        self.hide()

    def show_run(self, run: RunRecord) -> None:
        """Show what an export wrote, and whether it is still there."""
        self.folder = Path(run.summary["folder"])
        is_there = self.folder.is_dir()
        self._icon.set_icon("check" if is_there else "warning", "success" if is_there else "warning")
        images = f"{run.summary['images']:,}"
        written = self.tr("{0} images written, read back and compared").format(images)
        gone = self.tr("The folder of this export is not there any more")
        self.title.setText(written if is_there else gone)
        when = datetime.fromisoformat(run.created).astimezone()
        self.path.setText(f"{when:%d %b %H:%M} · {self.folder}")
        self.hint.setText(import_hint(run.makes, self.folder.name))
        self.open_button.setEnabled(is_there)
        self.show()

    def open_folder(self) -> None:
        """Show the folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder)))


def import_hint(makes: str, folder: str) -> str:
    """Return how other tools read an export of this kind (``"export_coco"`` or ``"export_png"``)."""
    if makes == "export_coco":
        text = _tr(
            "CVAT: make a task with your images, then Actions → Upload annotations → COCO 1.0, and choose"
            " {0}/annotations/instances_default.json."
        )
    else:
        text = _tr(
            "nnU-Net: copy {0}/label_maps into labelsTr and your images, as CASE_0000.png, into imagesTr;"
            " labels.json names the ids for dataset.json, which wants them without gaps (see More settings)."
        )
    return text.format(folder)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportHints", text)
