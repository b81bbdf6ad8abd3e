"""The images page: choose a folder, see what the settings do to it, import it, look through it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui.errors import SegStyleError
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.images.collection import Collection, missing_ids
from segstyle_gui.ui.pages.images.details import ImageDetails
from segstyle_gui.ui.pages.images.preview import ImportPreview
from segstyle_gui.ui.pages.images.skipped import SkippedFiles
from segstyle_gui.ui.pages.images.specs import image_specs
from segstyle_gui.ui.pages.images.wall import ImageWall
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.buttons import plain_button, primary_button
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.segmented import SegmentedControl

_BASIC = ("folder", "size", "fit", "channels", "window_low", "window_high")
_ALL, _PREVIEW = "all", "preview"


class ImagesPage(Page):
    """Where images come into the project."""

    key = "images"

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(session, actions, parent)
        self._folder: Path | None = None  # dropped before the form was there
        self._missing: frozenset[int] = frozenset()
        self._shown_run = -1
        # Kept here: the registry forgets them when the page is thrown away, which is before its last signals.
        self._own = {spec.id: self.registry.add(spec, slot, self) for spec, slot in image_specs(self)}
        self._build()
        self._build_side()
        session.runs_changed.connect(self._runs_changed)
        session.status_changed.connect(self._refresh)
        self._show_view(_ALL)
        self._refresh()

    # Page

    def activate(self) -> None:
        """Read the thumbnails, once, and see whether the originals are still there."""
        self._load()

    def deactivate(self) -> None:
        """Let go of the previewed files."""
        self.preview.forget()

    def sidebar(self) -> QWidget:
        """Return details of the selected image, settings and former imports."""
        return self.side

    def take_images(self, folder: Path) -> None:
        """Propose a folder for the import and show what the settings would do to it."""
        self._folder = folder
        if self.panel.form is not None:
            self._use_folder()

    # What the actions do

    def choose(self) -> None:
        """Ask for a folder of images."""
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder of images"), self._config_folder())
        if name:
            self.take_images(Path(name))

    def run(self) -> None:
        """Import the folder with the present settings."""
        if self._config_folder():
            self.panel.run()
        else:
            self.choose()

    def search(self) -> None:
        """Put the cursor into the search field."""
        self._show_view(_ALL)
        self.wall.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Building

    def _build(self) -> None:
        self.wall = ImageWall(self.session)
        self.preview = ImportPreview(self.session)
        self.skipped = SkippedFiles()
        self.lost = Banner("warning", "", self.tr("Look in another folder…"))
        self.lost.clicked.connect(self.choose)
        self.empty = EmptyState(
            "images",
            self.tr("Drop a folder of images here"),
            self.tr("PNG, JPEG, TIFF or BMP, 8 or 16 bits. The originals stay where they are."),
            self.tr("Choose a folder…"),
        )
        self.empty.clicked.connect(self.choose)
        self.views = QStackedWidget()
        for view in (self.empty, self.wall, self.preview):
            self.views.addWidget(view)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(16, 12, 16, 0)
        self._banners.setSpacing(8)
        self._banners.addWidget(self.lost)
        self._banners.addWidget(self.skipped)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tool_row())
        column.addLayout(self._banners)
        column.addWidget(self.views, 1)
        self.wall.selection_changed.connect(self._show_details)

    def _tool_row(self) -> QWidget:
        self.tools = QWidget()
        self.tools.setProperty("role", "surface")
        self.tools.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tools.setFixedHeight(48)
        items = [(_ALL, self.tr("All images")), (_PREVIEW, self.tr("Preview"))]
        self.choice = SegmentedControl(items, name=self.tr("What is shown"))
        self.choice.button(_PREVIEW).setToolTip(self.tr("What the settings would do to a folder"))
        self.choice.changed.connect(self._show_view)
        self.next = plain_button(self.tr("Next: Generator"), "next")
        self.next.clicked.connect(self._go_on)
        self.import_button = primary_button(
            self.tr("Import"), self.tr("Import the folder with these settings")
        )
        self.import_button.clicked.connect(self.run)
        self.wall.search.setMinimumWidth(120)
        self.wall.search.setMaximumWidth(240)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self.choice)
        row.addWidget(self.wall.search, 100)
        row.addWidget(self.wall.sort)
        row.addStretch(1)
        row.addWidget(self.next)
        row.addWidget(self.import_button)
        return self.tools

    def _build_side(self) -> None:
        self.side = QWidget()
        self.details = ImageDetails(self.session)
        self.panel = RunPanel(self.session, "import_images", run_text=self.tr("Import"), basic=_BASIC)
        self.panel.ready.connect(self._use_folder)
        self.panel.config_changed.connect(self._settings_changed)
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.details)
        column.addWidget(self.panel)
        column.addStretch(1)

    # Folder and settings

    def _config_folder(self) -> str:
        try:
            return str(self.panel.config().folder)
        except SegStyleError:
            return ""

    def _use_folder(self) -> None:
        """Put the dropped folder into the form, or the former one as it is seen from the project."""
        form, project = self.panel.form, self.session.project
        if form is None or project is None:
            return
        folder, self._folder = self._folder, None
        if folder is not None:
            self.preview.forget()
            form.set_value("folder", str(folder))
        else:
            former = form.config().folder
            if former and not Path(former).expanduser().is_absolute():
                form.row("folder").set_value(str(project.path.parent / former))
        self._refresh()

    def _settings_changed(self) -> None:
        if self._config_folder():
            self._show_view(_PREVIEW)
        self._refresh()

    def _feed_preview(self) -> None:
        try:
            config = self.panel.config()
        except SegStyleError:  # the form says what is wrong
            return
        if config.folder:
            self.preview.set_config(config)

    # Showing

    def _show_view(self, wanted: str) -> None:
        self.choice.set_current(wanted)
        if wanted == _PREVIEW:
            self.views.setCurrentWidget(self.preview)
            self._feed_preview()
        else:
            has_images = self.session.run("images") is not None
            self.views.setCurrentWidget(self.wall if has_images else self.empty)
        self._show_details()
        self._refresh()

    def _refresh(self) -> None:
        has_images = self.session.run("images") is not None
        previews = self.choice.current == _PREVIEW
        project = self.session.project
        may_run = project is not None and not project.readonly
        self.tools.setVisible(has_images or previews)
        self.choice.button(_PREVIEW).setEnabled(bool(self._config_folder()))
        self.choice.button(_ALL).setEnabled(has_images)
        for widget in (self.wall.search, self.wall.sort):
            widget.setVisible(has_images and not previews)
        self.next.setVisible(has_images and not previews)
        self.import_button.setVisible(previews)
        self.import_button.setEnabled(may_run and not self.panel.is_running)
        self.skipped.show_run(None if previews else self.session.run("images"))
        self.lost.setVisible(bool(self._missing) and not previews)
        self._own["images.import"].setEnabled(may_run and not self.panel.is_running)
        self._own["images.find"].setEnabled(has_images)
        self._own["images.other_preview"].setEnabled(previews)

    def _runs_changed(self, makes: str) -> None:
        if makes == "images":
            self._load()
            self._show_view(_ALL)

    def _load(self) -> None:
        project, run = self.session.project, self.session.run("images")
        if project is None or run is None or run.id == self._shown_run:
            return
        self._shown_run = run.id
        self.wall.list.set_empty_text(self.tr("Reading the images…"))
        self.session.fetch(
            self.tr("Reading the images"),
            partial(Collection.read, project, run),
            self._show_collection,
            key="images.all",
        )

    def _show_collection(self, collection: Collection) -> None:
        self.wall.show_collection(collection)
        self._show_details()
        project = self.session.project
        if project is not None:
            self.session.fetch(
                self.tr("Looking for the originals"),
                partial(missing_ids, project, collection.records),
                self._show_missing,
                lane="disk",
                key="images.missing",
            )

    def _show_missing(self, ids: frozenset[int]) -> None:
        self._missing = ids
        self.wall.set_missing(ids)
        one = self.tr("1 original is not where it was. Its masks cannot be predicted.")
        many = self.tr("{0} originals are not where they were. Their masks cannot be predicted.")
        self.lost.set_text(one if len(ids) == 1 else many.format(f"{len(ids):,}"))
        self._show_details()
        self._refresh()

    def _show_details(self) -> None:
        first, count = (None, 0) if self.choice.current == _PREVIEW else self.wall.selected()
        self.details.show_image(self.wall.collection, first, missing=first in self._missing)
        self.details.set_count(count)

    def _go_on(self) -> None:
        self.page_requested.emit("generator")
