"""The guided first run: three things to try on the regions, each ticked off when it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from segstyle_gui.ui.session import Session
from segstyle_gui.ui.shell.project_dialogs import GUIDE_SEEN
from segstyle_gui.ui.theme.icons import pixmap
from segstyle_gui.ui.widgets.buttons import icon_button
from segstyle_gui.ui.widgets.labels import MutedLabel

if TYPE_CHECKING:
    from segstyle_gui.ui.main_window import MainWindow

_WIDTH = 320
_MARGIN = 16
_LAST_WORD = 15_000  # milliseconds that the guide stays after the last step


@dataclass(frozen=True, slots=True)
class Step:
    """Something to try, and how the guide knows that it was done."""

    text: str
    is_done: Callable[[Session], bool]


class Guide(QFrame):
    """A card over the lower left corner of the pages; it never takes the focus.

    Parameters
    ----------
    window
        Whose session is watched.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._begun = sum(not entry.undone for entry in self._session.history())
        self._steps = (
            Step(self.tr("Hover over an eye: the region lights up in every sample."), _hovers),
            Step(self.tr("Click a region, Shift-click another, press M: they are one."), self._has_merged),
            Step(self.tr("Press Ctrl+Z: they are two again. Nothing is ever lost."), self._has_undone),
        )
        self._step = 0
        self._is_over = False
        self.setProperty("role", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Guided tour"))
        self._build()
        for signal in (self._session.hover_changed, self._session.edits_changed):
            signal.connect(self._look)
        self._session.project_closing.connect(self.close)
        window.stack.currentChanged.connect(self._follow_page)
        window.installEventFilter(self)
        self._show_step()

    @classmethod
    def start(cls, window: MainWindow) -> Guide | None:
        """Begin the tour on the regions of the open project; None, with a notice, if it has none."""
        if window.session.state is None:
            window.session.notify(
                "info",
                window.tr("The tour needs regions"),
                window.tr("Open the sample project: it has some."),
            )
            return None
        window.show_page("regions")
        for other in window.findChildren(cls):
            other.close()
        guide = cls(window)
        guide.show()
        guide.raise_()
        return guide

    @property
    def step(self) -> int:
        """How many steps are done."""
        return self._step

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _follow_page(self) -> None:
        """Stand aside on the other pages: the steps are about regions."""
        page = self._window.stack.currentWidget()
        self.setVisible(page is not None and page.objectName() == "page.regions")

    def _build(self) -> None:
        title = QLabel(self.tr("Three things to try"))
        title.setProperty("role", "title")
        close = icon_button("close", self.tr("End the tour"))
        close.clicked.connect(self._end_tour)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 16)
        column.setSpacing(8)
        column.addLayout(head)
        self._marks: list[QLabel] = []
        self._texts: list[QLabel] = []
        for step in self._steps:
            column.addLayout(self._row(step))
        self._end = MutedLabel(self.tr("That is all there is to shaping regions. Next: Names, in the rail."))
        self._end.setWordWrap(True)
        column.addWidget(self._end)
        self.setFixedWidth(_WIDTH)

    def _row(self, step: Step) -> QHBoxLayout:
        mark, text = QLabel(), QLabel(step.text)
        text.setWordWrap(True)
        self._marks.append(mark)
        self._texts.append(text)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        return row

    def _end_tour(self) -> None:
        self._session.preferences.put(GUIDE_SEEN, True)
        self.close()

    def _look(self) -> None:
        while self._step < len(self._steps) and self._steps[self._step].is_done(self._session):
            self._step += 1
        self._show_step()

    def _show_step(self) -> None:
        for number, (mark, text) in enumerate(zip(self._marks, self._texts, strict=True)):
            done = number < self._step
            now = number == self._step
            mark.setPixmap(
                pixmap(
                    "check" if done else "chevron_right",
                    16,
                    "success" if done else "accent" if now else "faint",
                )
            )
            text.setProperty("role", "" if now else "muted")
            text.style().polish(text)
        over = self._step == len(self._steps)
        self._end.setVisible(over)
        if over and not self._is_over:
            self._is_over = True
            self._session.preferences.put(GUIDE_SEEN, True)
            QTimer.singleShot(_LAST_WORD, self, self.close)
        self._place()

    def _place(self) -> None:
        self.adjustSize()
        self.move(216 + _MARGIN, self._window.height() - self.height() - 44 - _MARGIN)

    def _count(self) -> int:
        return sum(not entry.undone for entry in self._session.history())

    def _has_merged(self, session: Session) -> bool:
        return self._count() > self._begun

    def _has_undone(self, session: Session) -> bool:
        return self._count() <= self._begun


def _hovers(session: Session) -> bool:
    return session.hover is not None
