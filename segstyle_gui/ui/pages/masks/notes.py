"""What the masks page says about itself: why it is empty, stale or read-only, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.empty import EmptyState


class PageNotes(QObject):
    """The banner above the page and what stands in the place of the canvas while there are no masks.

    Signals
    -------
    page_requested(str)
        The user wants the page that can help.
    predict_wanted
        The user wants masks.
    """

    page_requested = Signal(str)
    predict_wanted = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._act: Callable[[], None] | None = None
        self._act_empty: Callable[[], None] | None = None
        self.missing = ""  # why the original of the present image is not shown
        self.banner = Banner("info", "")
        self.banner.clicked.connect(self._banner_clicked)
        self.empty = EmptyState("masks", "", "")
        self.empty.clicked.connect(self._empty_clicked)

    def refresh(self, *, has_masks: bool, all_reviewed: bool = False) -> None:
        """Say what is so now."""
        self._act = None
        text = self._text(all_reviewed=all_reviewed) if has_masks else ""
        self.banner.setVisible(bool(text))
        self.banner.set_text(text)
        if not has_masks:
            self._refresh_empty()

    def _text(self, *, all_reviewed: bool) -> str:
        """Return the most urgent thing to say, empty for nothing; the banner is dressed for it."""
        project, status = self._session.project, self._session.status().get("predict_masks")
        if project is None:
            return ""
        if self.missing:
            self._dress("warning", self.tr("Go to Images"), self._go_images)
            text = self.tr("{0} A small copy is shown. Put the file back, or import the images again.")
            return text.format(self.missing)
        if project.readonly:
            self._dress("info", "", None)
            return self.tr("This project is open read-only: masks can be looked at, not painted.")
        if status is not None and status.state == "stale":
            self._dress("stale", self.tr("Predict again"), self.predict_wanted.emit)
            return self.tr("These masks are of an earlier state: {0}.").format(status.why)
        if all_reviewed:
            self._dress("success", self.tr("Next: Export"), self._go_export)
            return self.tr("Every mask is reviewed.")
        return ""

    def _dress(self, kind: str, button: str, act: Callable[[], None] | None) -> None:
        self.banner.set_kind(kind)
        self.banner.set_button(button)
        self._act = act

    def _refresh_empty(self) -> None:
        if self._session.run("images") is None:
            text = self.tr("Masks are made for your images: import them first.")
            self._show_empty(text, self.tr("Go to Images"), self._go_images)
        elif self._session.run("student") is None:
            text = self.tr("A student labels your images. Train one on the training set first.")
            self._show_empty(text, self.tr("Go to Student"), self._go_student)
        else:
            text = self.tr("Let the student label every image; you look at the doubtful ones first.")
            self._show_empty(text, self.tr("Predict masks"), self.predict_wanted.emit)

    def _show_empty(self, text: str, button: str, act: Callable[[], None]) -> None:
        project = self._session.project
        self.empty.set_text(self.tr("No masks yet"), text, button)
        can_do = project is not None and not project.readonly and not self._session.jobs.is_busy("stage")
        self.empty.button().setEnabled(can_do or act != self.predict_wanted.emit)
        self._act_empty = act

    def _banner_clicked(self) -> None:
        if self._act is not None:
            self._act()

    def _empty_clicked(self) -> None:
        if self._act_empty is not None:
            self._act_empty()

    def _go_images(self) -> None:
        self.page_requested.emit("images")

    def _go_student(self) -> None:
        self.page_requested.emit("student")

    def _go_export(self) -> None:
        self.page_requested.emit("export")
