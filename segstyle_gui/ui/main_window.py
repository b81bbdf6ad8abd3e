"""The main window: it puts the pages and what surrounds them together, and does nothing else itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from segstyle_gui import __version__
from segstyle_gui.paths import APP_NAME
from segstyle_gui.pipeline.generator_card import SUFFIXES as GENERATOR_SUFFIXES
from segstyle_gui.project.schema import SUFFIX
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.later import later
from segstyle_gui.ui.pages.catalog import PAGES, page_info
from segstyle_gui.ui.pages.page import Page
from segstyle_gui.ui.preferences import Preferences
from segstyle_gui.ui.rail_steps import rail_steps
from segstyle_gui.ui.recents import RecentKeeper
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.job_bar import JobBar
from segstyle_gui.ui.shell.notices import Notices
from segstyle_gui.ui.shell.panels import SidePanel
from segstyle_gui.ui.shell.project_dialogs import ProjectDialogs
from segstyle_gui.ui.shell.rail import Rail
from segstyle_gui.ui.shell.top_bar import TopBar
from segstyle_gui.ui.shell.welcome import Welcome
from segstyle_gui.ui.window_actions import add_window_actions, fill_menus
from segstyle_gui.workers.job import Job


class MainWindow(QMainWindow):
    """The application's one window."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.preferences = preferences
        self.session = Session(preferences, self)
        self.actions_registry = Actions(preferences, self)
        self.dialogs = ProjectDialogs(self.session, self.actions_registry, self)
        self.recents = RecentKeeper(self.session, preferences, self)
        self._pages: dict[str, Page] = {}
        self._page = ""
        add_window_actions(self)
        self._build()
        fill_menus(self)
        self._connect()
        self.setAcceptDrops(True)
        self.resize(1440, 900)
        self.restoreGeometry(preferences.get_bytes("window/geometry"))
        self._show_welcome()

    # Building

    def _build(self) -> None:
        self.top_bar = TopBar(self.actions_registry)
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.side_panel = SidePanel(self.session)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setHandleWidth(1)
        self.body.setChildrenCollapsible(False)
        for widget, stretch in ((self.stack, 1), (self.side_panel, 0)):
            self.body.addWidget(widget)
            self.body.setStretchFactor(self.body.count() - 1, stretch)
        self.body.setSizes([880, 344])
        self.job_bar = JobBar(self.session, self.actions_registry)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.body, 1)
        project_view = QWidget()
        column = QVBoxLayout(project_view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addLayout(middle, 1)
        column.addWidget(self.job_bar)
        self.welcome = Welcome(self.session, self.actions_registry)
        self.views = QStackedWidget()
        self.views.addWidget(self.welcome)
        self.views.addWidget(project_view)
        self.setCentralWidget(self.views)
        self.notices = Notices(self.session, self)

    def _connect(self) -> None:
        session = self.session
        session.project_opened.connect(self._show_project)
        session.project_closing.connect(self._drop_pages)
        session.project_closed.connect(self._show_welcome)
        session.status_changed.connect(self._plan_refresh)
        session.regions_changed.connect(self._plan_refresh)
        session.masks_changed.connect(self._plan_refresh)
        session.edits_changed.connect(self._refresh_edit_actions)
        session.jobs.job_added.connect(self._watch)
        self.rail.chosen.connect(self.show_page)
        self._slow_timer = later(self, 500, self._refresh)  # for the share of a running step
        self._refresh_timer = later(self, 30, self._refresh)

    # Pages

    @property
    def current_page(self) -> Page | None:
        """The page that is shown, None without a project."""
        return self._pages.get(self._page)

    def show_page(self, key: str) -> None:
        """Bring a page into view, making it first if it is not there yet."""
        if self.session.project is None or key == self._page:
            return
        if self.current_page is not None:
            self.current_page.deactivate()
        if key not in self._pages:
            page = page_info(key).load()(self.session, self.actions_registry)
            page.page_requested.connect(self.show_page)
            page.destroyed.connect(partial(_forget_actions, self.actions_registry, key))
            self._pages[key] = page
            self.stack.addWidget(page)
        self._page = key
        page = self._pages[key]
        self.stack.setCurrentWidget(page)
        self.session.set_edit_context(page_info(key).edit_context)
        self.side_panel.show_widget(page.sidebar())
        self.rail.set_current(key)
        page.activate()
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.preferences.put("window/page", key)

    def _drop_pages(self) -> None:
        if self.current_page is not None:
            self.current_page.deactivate()
        self.side_panel.show_widget(None)
        for page in self._pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self._pages, self._page = {}, ""

    # The project

    def _show_project(self) -> None:
        self._refresh()
        self.views.setCurrentIndex(1)
        self.show_page(self._first_page())
        self.menuBar().show()

    def _first_page(self) -> str:
        """Return the page to begin with: regions if there are any, else the first step that lacks a run."""
        if self.session.state is not None:
            return "regions"
        known = self.session.status()
        for info in PAGES:
            if not any(known[name].run for name in info.stages if name in known):
                return info.key
        return PAGES[-1].key

    def _show_welcome(self) -> None:
        if self.session.project is None:
            self.setWindowTitle(APP_NAME)
            self.setWindowFilePath("")
            self.welcome.refresh()
            self.views.setCurrentIndex(0)
            self._refresh_edit_actions()

    def _watch(self, job: Job) -> None:
        if job.lane == "stage":
            job.progressed.connect(self._plan_slow_refresh)
            self._plan_refresh()

    def _plan_slow_refresh(self) -> None:
        if not self._slow_timer.isActive():
            self._slow_timer.start()

    def _plan_refresh(self) -> None:
        self._refresh_timer.start()

    def _refresh(self) -> None:
        project = self.session.project
        if project is None:
            return
        self.rail.set_steps(rail_steps(self.session, PAGES))
        self.rail.set_current(self._page)
        readonly = self.tr(" · read-only") if project.readonly else ""
        images = project.current("images")
        facts = self.tr("{0} images").format(f"{images.summary.get('images', 0):,}") if images else ""
        self.top_bar.set_project(project.name, facts + readonly)
        self.setWindowTitle(f"{project.name} – {APP_NAME} {__version__}")
        self.setWindowFilePath(str(project.path))

    def _refresh_edit_actions(self) -> None:
        self.actions_registry.action("edit.undo").setEnabled(self.session.can_undo)
        self.actions_registry.action("edit.redo").setEnabled(self.session.can_redo)

    # What the window's own actions do

    def show_history(self, shown: bool) -> None:
        """Show or hide the history of the page's edits."""
        self.side_panel.show_extra("history" if shown else "")

    def show_log(self, shown: bool) -> None:
        """Show or hide the log."""
        self.side_panel.show_extra("log" if shown else "")

    def toggle_side_panel(self) -> None:
        """Show or hide the right panel."""
        self.side_panel.setVisible(not self.side_panel.isVisible())

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def set_theme(self, mode: str) -> None:
        """Choose ``"dark"``, ``"light"`` or ``"system"``."""
        self.preferences.theme = mode

    # Events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders, images and project files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a dropped project; make a project of a dropped folder."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.take_path(paths[0])

    def take_path(self, path: Path) -> None:
        """Open a project file, look at a generator, or bring images into the present or a new project."""
        if path.suffix == SUFFIX:
            self.dialogs.open(path)
        elif self.session.project is None:
            self.dialogs.create_from_images(path if path.is_dir() else path.parent)
        elif path.suffix.lower() in GENERATOR_SUFFIXES:
            self.show_page("generator")
            page = self.current_page
            if page is not None:
                page.take_generator(path)  # type: ignore[attr-defined]
        else:
            self.show_page("images")
            page = self.current_page
            if page is not None:
                page.take_images(path if path.is_dir() else path.parent)  # type: ignore[attr-defined]

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask if a stage is running; stop it safely, save, then go."""
        if not self.dialogs.may_close():
            event.ignore()
            return
        self.preferences.put_bytes("window/geometry", bytes(self.saveGeometry().data()))
        self.preferences.sync()
        self.dialogs.close_and_wait()
        self.session.jobs.close()
        event.accept()


def _forget_actions(registry: Actions, context: str) -> None:
    """Forget the actions of a page that is gone; its slots may need them until then."""
    if shiboken6.isValid(registry):
        registry.remove(context)
