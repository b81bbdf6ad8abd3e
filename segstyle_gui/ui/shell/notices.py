"""Notices: short messages over the window's lower right corner that never take the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QSizePolicy, QVBoxLayout, QWidget

from segstyle_gui.ui.session import Notice, Session
from segstyle_gui.ui.theme.icons import pixmap
from segstyle_gui.ui.widgets.buttons import icon_button, plain_button

_WIDTH = 360
_TEXT_WIDTH = _WIDTH - 104  # besides icon, button and margins
_MARGIN = 16
_BOTTOM = 56  # clear of the job bar
_MOST = 4
_SECONDS = {"info": 6, "success": 5, "warning": 10, "error": 0}  # 0: until it is closed
_ICONS = {"info": "info", "success": "check", "warning": "warning", "error": "error"}
_COLORS = {"info": "info", "success": "success", "warning": "warning", "error": "danger"}


class Notices(QObject):
    """Shows every notice of the session for a while; errors stay until they are closed."""

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._cards: list[NoticeCard] = []
        session.notified.connect(self.show)
        window.installEventFilter(self)

    @property
    def cards(self) -> list[NoticeCard]:
        """The notices on the screen, oldest first."""
        return list(self._cards)

    def show(self, notice: Notice) -> None:
        """Show one more; the oldest goes when there are too many."""
        card = NoticeCard(notice, self._window)
        self._cards.append(card)
        card.dismissed.connect(self._drop)
        while len(self._cards) > _MOST:
            self._drop(self._cards[0])
        if _SECONDS[notice.kind]:
            QTimer.singleShot(_SECONDS[notice.kind] * 1000, card, card.fade)
        self._place()
        card.show()
        card.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the notices in their corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _drop(self, card: NoticeCard) -> None:
        if card in self._cards:
            self._cards.remove(card)
            card.hide()
            card.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - _BOTTOM
        for card in reversed(self._cards):
            card.setFixedWidth(min(_WIDTH, self._window.width() - 2 * _MARGIN))
            card.adjustSize()
            bottom -= card.height()
            card.move(self._window.width() - card.width() - _MARGIN, bottom)
            bottom -= 8


class NoticeCard(QFrame):
    """One notice: icon, title, text, and a button to copy the details of an error.

    Signals
    -------
    dismissed(NoticeCard)
        It wants to go.
    """

    dismissed = Signal(object)

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setProperty("role", "notice")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{notice.title} {notice.text}")
        mark = QLabel()
        mark.setPixmap(pixmap(_ICONS[notice.kind], 20, _COLORS[notice.kind]))
        texts = QVBoxLayout()
        texts.setSpacing(4)
        for text, role in ((notice.title, "strong"), (notice.text, "muted")):
            if text:
                texts.addWidget(_wrapped(text, role))
        if notice.details:
            copy = plain_button(self.tr("Copy details"), "copy")
            copy.clicked.connect(self._copy)
            texts.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        close = icon_button("close", self.tr("Close this message"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 8, 12)
        row.setSpacing(12)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def fade(self) -> None:
        """Go away after its time, but not while the pointer is on it."""
        if self.underMouse():
            QTimer.singleShot(2000, self, self.fade)
            return
        self.dismissed.emit(self)

    def _close(self) -> None:
        self.dismissed.emit(self)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(
            f"{self.notice.title}\n{self.notice.text}\n\n{self.notice.details}"
        )


def _wrapped(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setFixedWidth(_TEXT_WIDTH)  # a wrapped label tells its height only for a width that is known
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
    return label
