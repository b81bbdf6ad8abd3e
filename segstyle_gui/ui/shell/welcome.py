"""The welcome page: begin with the sample, with a folder of images, or where one stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from segstyle_gui import __version__
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.preferences import RecentProject
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.icons import pixmap
from segstyle_gui.ui.theme.theme import theme_signals, tokens
from segstyle_gui.ui.widgets.buttons import plain_button, primary_button
from segstyle_gui.ui.widgets.labels import MutedLabel, SectionHeader

_RECENT = Qt.ItemDataRole.UserRole
_ROW = 72
_PICTURE = 56


class Welcome(QWidget):
    """What the window shows while no project is open."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self.setObjectName("welcome")
        page = QHBoxLayout(self)
        page.setContentsMargins(64, 96, 64, 40)
        page.setSpacing(64)
        page.addStretch(1)
        page.addLayout(self._beginning(), 0)
        page.addLayout(self._recent_projects(), 0)
        page.addStretch(1)
        session.preferences.changed.connect(self._preference_changed)
        theme_signals().changed.connect(self._tint)
        self._tint()
        self.refresh()

    def refresh(self) -> None:
        """Read the list of recent projects again."""
        recents = self._session.preferences.recents()
        self._list.clear()
        for recent in recents:
            item = QListWidgetItem(Path(recent.path).stem)
            item.setData(_RECENT, recent)
            item.setToolTip(recent.path)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{Path(recent.path).stem}, {recent.summary}")
            self._list.addItem(item)
        self._list.setVisible(bool(recents))
        self._none.setVisible(not recents)

    def _beginning(self) -> QVBoxLayout:
        self._logo = QLabel()
        title = QLabel("SegStyle")
        title.setProperty("role", "heading")
        says = MutedLabel(
            self.tr(
                "Pixel labels for your images, without annotating them. Everything stays on this computer."
            )
        )
        says.setWordWrap(True)
        says.setFixedWidth(360)
        sample = primary_button(
            self.tr("Open the sample project"), self.tr("240 near-eye images with regions to play with")
        )
        sample.clicked.connect(self._actions.action("file.sample").trigger)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for action_id, icon_name in (("file.new", "add"), ("file.open", "open")):
            action = self._actions.action(action_id)
            button = plain_button(action.text(), icon_name, action.toolTip())
            button.clicked.connect(action.trigger)
            buttons.addWidget(button, 1)
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addWidget(self._logo)
        column.addWidget(title)
        column.addWidget(says)
        column.addSpacing(8)
        column.addWidget(sample)
        column.addLayout(buttons)
        column.addWidget(DropArea())
        column.addStretch(1)
        column.addWidget(MutedLabel(self.tr("Version {0}").format(__version__)))
        return column

    def _recent_projects(self) -> QVBoxLayout:
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Recent projects"))
        self._list.setItemDelegate(_RecentDelegate(self._list))
        self._list.setMouseTracking(True)
        self._list.setMinimumWidth(480)
        self._list.setStyleSheet("QListWidget { background: transparent; border: none; }")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.itemClicked.connect(self._open)
        self._list.itemActivated.connect(self._open)
        self._none = MutedLabel(self.tr("Projects that you open will be listed here."))
        self._none.setMinimumWidth(480)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("Recent projects")))
        column.addWidget(self._none)
        column.addWidget(self._list, 1)
        column.addStretch(0)
        return column

    def _open(self, item: QListWidgetItem) -> None:
        recent: RecentProject = item.data(_RECENT)
        self._session.open(recent.path)

    def _show_menu(self, place: QPoint) -> None:
        item = self._list.itemAt(place)
        if item is None:
            return
        recent: RecentProject = item.data(_RECENT)
        menu = QMenu(self)
        forget = menu.addAction(self.tr("Take off this list"))
        if menu.exec(self._list.viewport().mapToGlobal(place)) is forget:
            self._session.preferences.forget_recent(recent.path)

    def _preference_changed(self, key: str) -> None:
        if key == "recents":
            self.refresh()

    def _tint(self) -> None:
        self._logo.setPixmap(pixmap("segstyle", 72, ""))


class DropArea(QFrame):
    """Says that a folder or a project may be dropped; the whole window takes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(120)
        text = MutedLabel(self.tr("Drop a folder of images\nor a .segstyle file anywhere in this window"))
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.addWidget(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a dashed frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(tokens().edge), 1.5)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)


class _RecentDelegate(QStyledItemDelegate):
    """Draws a recent project: picture, name, what is in it, when it was open, where it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(320, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        recent: RecentProject = index.data(_RECENT)
        colors = tokens()
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect: QRect = option.rect.adjusted(0, 2, 0, -2)
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.hover))
            painter.drawRoundedRect(rect, 6, 6)
        picture = QRect(rect.left() + 8, rect.top() + (rect.height() - _PICTURE) // 2, _PICTURE, _PICTURE)
        self._draw_picture(painter, picture, recent)
        left = picture.right() + 16
        lines = QRect(left, rect.top() + 8, rect.right() - left - 8, rect.height() - 16)
        self._draw_lines(painter, lines, recent, option.font)
        painter.restore()

    def _draw_picture(self, painter: QPainter, place: QRect, recent: RecentProject) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(place), 4, 4)
        painter.fillPath(path, QColor(tokens().raised))
        picture = QPixmap(recent.thumbnail) if recent.thumbnail else QPixmap()
        if not picture.isNull():
            painter.save()
            painter.setClipPath(path)
            painter.drawPixmap(place, picture)
            painter.restore()

    def _draw_lines(self, painter: QPainter, place: QRect, recent: RecentProject, font: QFont) -> None:
        colors = tokens()
        small = QFont(font)
        small.setPixelSize(11)
        height = place.height() // 3
        name, folder = Path(recent.path).stem, str(Path(recent.path).parent)
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        facts = " · ".join(part for part in (recent.summary, spoken_age(recent.opened)) if part)
        rows = ((strong, colors.text, name), (small, colors.muted, facts), (small, colors.muted, folder))
        for number, (row_font, color, text) in enumerate(rows):
            painter.setFont(row_font)
            painter.setPen(QColor(color))
            mode = Qt.TextElideMode.ElideMiddle if number == 2 else Qt.TextElideMode.ElideRight
            shown = painter.fontMetrics().elidedText(text, mode, place.width())
            row = QRect(place.left(), place.top() + number * height, place.width(), height)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Welcome", text)


def spoken_age(opened: str, now: datetime | None = None) -> str:
    """Return how long ago an ISO time was, as a person says it; empty if it cannot be read."""
    try:
        then = datetime.fromisoformat(opened)
    except ValueError:
        return ""
    minutes = ((now or datetime.now(UTC)) - then).total_seconds() / 60
    if minutes < 2:
        return _tr("just now")
    if minutes < 90:
        return _tr("{0} min ago").format(round(minutes))
    if minutes < 36 * 60:
        return _tr("{0} h ago").format(round(minutes / 60))
    return _tr("{0} days ago").format(round(minutes / 60 / 24))
