"""Everything that asks the user something about projects, and the window's other dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QProgressDialog

from segstyle_gui.core.progress import Progress
from segstyle_gui.paths import projects_dir
from segstyle_gui.pipeline.sample_project import open_sample
from segstyle_gui.project.schema import SUFFIX
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.command_palette import CommandPalette
from segstyle_gui.workers.job import Failure

if TYPE_CHECKING:
    from segstyle_gui.ui.main_window import MainWindow

GUIDE_SEEN = "guide/seen"  # preference


class ProjectDialogs(QObject):
    """Opens, makes and closes projects as the user wants it; asks where an answer is needed."""

    def __init__(self, session: Session, actions: Actions, window: MainWindow) -> None:
        super().__init__(window)
        self._session, self._actions, self._window = session, actions, window
        self._images: Path | None = None  # to import into the project that is being made
        self._is_first_run = False  # the sample is being opened by someone who has not seen the guide
        session.open_failed.connect(self._tell_open_failed)
        session.project_opened.connect(self._go_on)

    # Projects

    def create(self) -> None:
        """Ask for a place and make an empty project there."""
        path = self._ask_new_path(self.tr("My project"))
        if path is not None and self._may_leave():
            self._session.create(path)

    def create_from_images(self, folder: Path) -> None:
        """Make a project for a folder of images and show the import of them."""
        path = self._ask_new_path(folder.name)
        if path is not None and self._may_leave():
            self._images = folder
            self._session.create(path)

    def choose(self) -> None:
        """Ask for a project and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Open project"), str(projects_dir()), self._filter()
        )
        if name:
            self.open(name)

    def open(self, path: str | Path, *, readonly: bool = False) -> None:
        """Open a project in the place of the present one."""
        if self._may_leave():
            self._session.open(path, readonly=readonly)

    def open_sample(self) -> None:
        """Open a fresh copy of the sample project."""
        if not self._may_leave():
            return
        job = self._session.jobs.submit(
            self.tr("Copying the sample project"), _copy_sample, lane="disk", key="sample"
        )
        job.succeeded.connect(self._open_copy)
        job.failed.connect(self._tell_failure)

    def _open_copy(self, path: Path) -> None:
        self._is_first_run = not self._session.preferences.get(GUIDE_SEEN, False)
        self._session.open(path)

    def close(self) -> None:
        """Close the project and go back to the welcome page."""
        if self._may_leave():
            self._session.close()

    def reveal(self) -> None:
        """Show the project's file in the system's file manager."""
        if self._session.project is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._session.project.path.parent)))

    # Leaving

    def may_close(self) -> bool:
        """Return whether the window may close; asks if a stage is running."""
        return self._may_leave()

    def close_and_wait(self) -> None:
        """Save the project and wait for it, showing that it is being saved."""
        job = self._session.close()
        if job is None:
            return
        waiting = QProgressDialog(job.title, "", 0, 0, self._window)
        waiting.setCancelButton(None)
        waiting.setMinimumDuration(400)
        loop = QEventLoop()
        job.finished.connect(loop.quit)
        if not job.is_over:
            loop.exec()
        waiting.close()

    def _may_leave(self) -> bool:
        job = self._session.jobs.active("stage") if self._session.project is not None else None
        if job is None:
            return True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(self.tr("“{0}” is running.").format(job.title))
        box.setInformativeText(
            self.tr(
                "It will be stopped safely: a training keeps its checkpoint and goes on from there next time."
            )
        )
        stop = box.addButton(self.tr("Stop it and leave"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.exec()
        return box.clickedButton() is stop

    # Other dialogs

    def show_palette(self) -> None:
        """Show the command palette over the window."""
        page = self._window.current_page
        palette = CommandPalette(self._actions, page.key if page else "", self._window)
        corner = self._window.mapToGlobal(self._window.rect().topLeft())
        palette.move(corner.x() + (self._window.width() - palette.width()) // 2, corner.y() + 64)
        palette.show()

    def show_preferences(self) -> None:
        """Show the preferences."""
        from segstyle_gui.ui.shell.preferences_dialog import PreferencesDialog

        PreferencesDialog(self._session.preferences, self._actions, self._window).exec()

    def show_shortcuts(self) -> None:
        """Show all shortcuts of the window and the page."""
        from segstyle_gui.ui.shell.shortcut_overlay import ShortcutOverlay

        page = self._window.current_page
        ShortcutOverlay(self._actions, page.key if page else "", self._window).show()

    def show_system_check(self) -> None:
        """Show what this machine has and lacks."""
        from segstyle_gui.ui.shell.system_check import SystemCheckDialog

        SystemCheckDialog(self._session, self._window).exec()

    def show_about(self) -> None:
        """Show version, licence and credits."""
        from segstyle_gui.ui.shell.about import AboutDialog

        AboutDialog(self._window).exec()

    def show_guide(self) -> None:
        """Begin the guided tour of the page that is shown."""
        from segstyle_gui.ui.shell.guide import Guide

        Guide.start(self._window)

    def copy_diagnostics(self) -> None:
        """Copy what a developer needs to know, without images and without names of patients' files."""
        from segstyle_gui.ui.shell.diagnostics import diagnostics

        QGuiApplication.clipboard().setText(diagnostics(self._session))
        self._session.notify(
            "success", self.tr("Diagnostics copied"), self.tr("Paste them into your report.")
        )

    # Inside

    def _ask_new_path(self, name: str) -> Path | None:
        folder = projects_dir()
        folder.mkdir(parents=True, exist_ok=True)
        proposal = folder / f"{name}{SUFFIX}"
        number = 2
        while proposal.exists():
            proposal, number = folder / f"{name} {number}{SUFFIX}", number + 1
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("New project"), str(proposal), self._filter()
        )
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

    def _filter(self) -> str:
        return self.tr("SegStyle projects (*{0})").format(SUFFIX)

    def _go_on(self) -> None:
        """Do what the project was opened for, once the window, which is told of the same signal, shows it."""
        folder, self._images = self._images, None
        is_first_run, self._is_first_run = self._is_first_run, False
        if folder is not None:
            QTimer.singleShot(0, self, lambda: self._window.take_path(folder))
        if is_first_run:
            QTimer.singleShot(0, self, self.show_guide)

    def _tell_open_failed(self, path: str, failure: Failure) -> None:
        self._images = None
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(failure.message)
        box.setInformativeText(failure.hint)
        box.addButton(QMessageBox.StandardButton.Ok)
        readonly = None
        if Path(path).is_file():
            readonly = box.addButton(self.tr("Open read-only"), QMessageBox.ButtonRole.ActionRole)
        box.exec()
        if readonly is not None and box.clickedButton() is readonly:
            self._session.open(path, readonly=True)

    def _tell_failure(self, failure: Failure) -> None:
        self._session.notify("error", failure.message, failure.hint, failure.details)


def _copy_sample(progress: Progress) -> Path:
    return open_sample(projects_dir())
