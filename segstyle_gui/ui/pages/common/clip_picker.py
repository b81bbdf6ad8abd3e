"""Which CLIP a stage takes: suggested models with size, licence and use, or a file of this computer."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from segstyle_gui.core.clip.choice import ClipChoice
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import SegStyleError
from segstyle_gui.pipeline.text_model import clip_of
from segstyle_gui.ui.pages.common.clip_download import ClipDownload
from segstyle_gui.ui.pages.common.clip_entries import ClipEntry, ClipSettings, clip_entries, place_of
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import icon_button
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader

FIELDS = ("weights_file", "download")  # of the config, that the picker sets and a form hides


@dataclass(frozen=True, slots=True)
class _Auto:
    """Settings of *auto*, to ask what it means."""

    model: str = "auto"
    pretrained: str = "openai"
    weights_file: str = ""
    download: bool = False


@dataclass(frozen=True, slots=True)
class _Catalog:
    choices: tuple[ClipChoice, ...]
    auto: str
    folder: str  # where downloads go


class ClipPicker(QWidget):
    """Sets ``model``, ``pretrained`` and ``weights_file`` of a run panel's form; never lets a run download.

    Signals
    -------
    changed
        Another model is set.
    """

    changed = Signal()

    def __init__(self, session: Session, panel: RunPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._entries: list[ClipEntry] = []
        self._catalog = _Catalog((), "", "")
        self._is_read = False
        self.combo = QComboBox()
        self.combo.setAccessibleName(self.tr("CLIP model"))
        self.combo.setToolTip(self.tr("The model that compares images with words"))
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(8)
        self.combo.activated.connect(self._picked)
        file = icon_button("folder", self.tr("Take a weights file from this computer"))
        file.clicked.connect(self.choose_file)
        self.about = MutedLabel(self.tr("Looking which models are on this computer…"))
        self.download = ClipDownload(session)
        self.download.downloaded.connect(self.read_catalog)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.combo, 1)
        row.addWidget(file)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 0)
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("CLIP model")))
        column.addLayout(row)
        column.addWidget(self.about)
        column.addWidget(self.download)
        panel.ready.connect(self.refresh)
        panel.config_changed.connect(self.refresh)

    def activate(self) -> None:
        """Read the catalog when it is first looked at."""
        if not self._is_read:
            self._is_read = True
            self.read_catalog()

    def read_catalog(self) -> None:
        """Ask which models there are and which are on this computer."""
        project = self._session.project
        if project is None:
            return

        def read(progress: Progress) -> _Catalog:
            from segstyle_gui.core.clip.cache import cache_folder
            from segstyle_gui.core.clip.catalog import clip_catalog

            return _Catalog(clip_catalog(), clip_of(project, _Auto()).label, str(cache_folder()))

        self._session.fetch(
            self.tr("Looking for CLIP models"), read, self._take_catalog, lane="disk", key="clip"
        )

    def set_settings(self, settings: ClipSettings) -> None:
        """Set the model in the form."""
        form = self._panel.form
        if form is None or settings == self.settings():
            return
        for name in ("model", "pretrained", "weights_file"):
            form.set_value(name, getattr(settings, name))
        self.changed.emit()

    def settings(self) -> ClipSettings:
        """Return what the form says."""
        form = self._panel.form
        if form is None:
            return ClipSettings()
        try:
            values = [str(form.row(name).value()) for name in ("model", "pretrained", "weights_file")]
        except SegStyleError:  # half written
            return ClipSettings()
        return ClipSettings(*values)

    def choose_file(self) -> None:
        """Let the user choose a weights file; a JSON file beside it may describe its network."""
        file, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("CLIP weights"),
            "",
            self.tr("Weights (*.safetensors *.bin *.pt *.pth);;All files (*)"),
        )
        if file:
            now = self.settings()
            self.set_settings(ClipSettings(now.model, now.pretrained, file))

    def refresh(self) -> None:
        """Show what is set."""
        if not self._catalog.auto:
            return
        now = self.settings()
        self._entries = clip_entries(self._catalog.choices, self._catalog.auto, now)
        self.combo.clear()
        for entry in self._entries:
            self.combo.addItem(entry.title)
        place = place_of(self._entries, now)
        self.combo.setCurrentIndex(place)
        entry = self._entries[place]
        self.about.setText(entry.about)
        self.download.set_entry(entry, self._catalog.folder)

    def _take_catalog(self, catalog: _Catalog) -> None:
        self._catalog = catalog
        self.refresh()

    def _picked(self, number: int) -> None:
        self.set_settings(self._entries[number].settings)
