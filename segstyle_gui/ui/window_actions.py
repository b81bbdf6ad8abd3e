"""The actions of the window itself and the menus they are in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from segstyle_gui.ui.actions import ActionSpec
from segstyle_gui.ui.pages.catalog import PAGES

if TYPE_CHECKING:
    from segstyle_gui.ui.main_window import MainWindow

_MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "File",
        (
            "file.new",
            "file.open",
            "file.sample",
            "recents",
            "",
            "file.reveal",
            "file.close",
            "",
            "file.preferences",
            "",
            "file.quit",
        ),
    ),
    ("Edit", ("edit.undo", "edit.redo", "", "view.history")),
    (
        "View",
        (
            "view.palette",
            "",
            "view.side_panel",
            "view.log",
            "view.full_screen",
            "",
            "view.dark",
            "view.light",
        ),
    ),
    ("Go", tuple(f"go.{info.key}" for info in PAGES)),
    ("Job", ("job.pause", "job.finish", "job.cancel")),
    (
        "Help",
        ("help.guide", "help.shortcuts", "", "help.system_check", "help.copy_diagnostics", "", "help.about"),
    ),
)


def add_window_actions(window: MainWindow) -> None:
    """Make every action that works in the whole window."""
    for spec, slot in (*_file(window), *_view(window), *_help(window)):
        window.actions_registry.add(spec, slot, window)
    for number, info in enumerate(PAGES, start=1):
        spec = ActionSpec(
            id=f"go.{info.key}",
            text=info.title,
            shortcut=f"Ctrl+{number}",
            icon=info.icon,
            tip=_tr("Go to {0}").format(info.title),
        )
        window.actions_registry.add(spec, _shower(window, info.key), window)


def fill_menus(window: MainWindow) -> None:
    """Put the actions into the menu bar."""
    titles = {
        "File": _tr("&File"),
        "Edit": _tr("&Edit"),
        "View": _tr("&View"),
        "Go": _tr("&Go"),
        "Job": _tr("&Job"),
        "Help": _tr("&Help"),
    }
    for name, ids in _MENUS:
        menu = window.menuBar().addMenu(titles[name])
        menu.setToolTipsVisible(True)
        for action_id in ids:
            _fill(window, menu, action_id)


def _fill(window: MainWindow, menu: QMenu, action_id: str) -> None:
    if not action_id:
        menu.addSeparator()
    elif action_id == "recents":
        submenu = menu.addMenu(_tr("Open &recent"))
        submenu.aboutToShow.connect(lambda: _list_recents(window, submenu))
    else:
        menu.addAction(window.actions_registry.action(action_id))


def _list_recents(window: MainWindow, menu: QMenu) -> None:
    menu.clear()
    for recent in window.preferences.recents():
        action = QAction(recent.path, menu)
        action.triggered.connect(_opener(window, recent.path))
        menu.addAction(action)
    menu.setEnabled(True)
    if menu.isEmpty():
        menu.addAction(_tr("No projects yet")).setEnabled(False)


def _opener(window: MainWindow, path: str) -> Callable[[], None]:
    return lambda: window.dialogs.open(path)


def _shower(window: MainWindow, key: str) -> Callable[[], None]:
    return lambda: window.show_page(key)


Specs = tuple[tuple[ActionSpec, Callable[..., Any]], ...]


def _file(window: MainWindow) -> Specs:
    dialogs, session = window.dialogs, window.session
    return (
        (_spec("file.new", _tr("New project…"), "Ctrl+N", "add"), dialogs.create),
        (_spec("file.open", _tr("Open project…"), "Ctrl+O", "open"), dialogs.choose),
        (
            _spec(
                "file.sample", _tr("Open the sample project"), "", "sample", _tr("Opens a copy of its own")
            ),
            dialogs.open_sample,
        ),
        (_spec("file.reveal", _tr("Show in folder"), "", "folder"), dialogs.reveal),
        (_spec("file.close", _tr("Close project"), "Ctrl+W", "close"), dialogs.close),
        (_spec("file.preferences", _tr("Preferences…"), "Ctrl+,", "settings"), dialogs.show_preferences),
        (_spec("file.quit", _tr("Quit"), "Ctrl+Q", ""), window.close),
        (_spec("edit.undo", _tr("Undo"), "Ctrl+Z", "undo", _tr("Take the last edit back")), session.undo),
        (
            _spec("edit.redo", _tr("Redo"), "Ctrl+Shift+Z", "redo", _tr("Make the undone edit again")),
            session.redo,
        ),
    )


def _view(window: MainWindow) -> Specs:
    dialogs = window.dialogs
    return (
        (
            _spec(
                "view.history",
                _tr("History"),
                "Ctrl+H",
                "history",
                _tr("Every edit of this page, to go back to any of them"),
                checkable=True,
            ),
            window.show_history,
        ),
        (
            _spec(
                "view.palette",
                _tr("Type a command…"),
                "Ctrl+Shift+P",
                "command",
                _tr("Find any action by its name"),
            ),
            dialogs.show_palette,
        ),
        (
            _spec(
                "view.side_panel", _tr("Side panel"), "F9", "panel_right", _tr("Show or hide the side panel")
            ),
            window.toggle_side_panel,
        ),
        (
            _spec(
                "view.log", _tr("Log"), "Ctrl+L", "log", _tr("What was done and told in this session"), True
            ),
            window.show_log,
        ),
        (_spec("view.full_screen", _tr("Full screen"), "F11", ""), window.toggle_full_screen),
        (_spec("view.dark", _tr("Dark theme"), "", "moon"), lambda: window.set_theme("dark")),
        (_spec("view.light", _tr("Light theme"), "", "sun"), lambda: window.set_theme("light")),
        (
            _spec(
                "job.pause", _tr("Pause or go on"), "", "pause", _tr("Hold the running job, or let it go on")
            ),
            window.session.toggle_pause,
        ),
        (
            _spec(
                "job.finish",
                _tr("Stop and keep"),
                "",
                "check",
                _tr("End the training with what it has learnt"),
            ),
            window.session.finish_job,
        ),
        (
            _spec(
                "job.cancel",
                _tr("Cancel the job"),
                "Ctrl+.",
                "stop",
                _tr("Stop it; a training keeps its checkpoint"),
            ),
            window.session.cancel_job,
        ),
    )


def _help(window: MainWindow) -> Specs:
    dialogs = window.dialogs
    return (
        (
            _spec("help.guide", _tr("Guided tour"), "F1", "help", _tr("Hints on this page")),
            dialogs.show_guide,
        ),
        (_spec("help.shortcuts", _tr("Keyboard shortcuts"), "?", "keyboard"), dialogs.show_shortcuts),
        (_spec("help.system_check", _tr("System check…"), "", "cpu"), dialogs.show_system_check),
        (_spec("help.copy_diagnostics", _tr("Copy diagnostics"), "", "copy"), dialogs.copy_diagnostics),
        (_spec("help.about", _tr("About SegStyle"), "", "info"), dialogs.show_about),
    )


def _spec(
    action_id: str, text: str, shortcut: str, icon: str, tip: str = "", checkable: bool = False
) -> ActionSpec:
    return ActionSpec(id=action_id, text=text, shortcut=shortcut, icon=icon, tip=tip, checkable=checkable)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Window", text)
