"""Line icons of the project's own, drawn at any size in any colour of the theme.

A ``QIcon`` keeps the colours it was made with. What must follow a change of the theme is made by
:func:`set_icon`, or paints with :func:`pixmap`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from segstyle_gui.paths import resources_dir
from segstyle_gui.ui.theme.current import resolve, theme_signals
from segstyle_gui.ui.theme.tokens import ICON

_SIZES = (16, 20, 24)  # px; sizes that controls show icons at
APP_ICON = "segstyle"  # the one icon in colours of its own


class TakesIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon, /) -> None:
        """Show another icon."""


def icon_path(name: str) -> Path:
    """Return the file of an icon; raises ``KeyError`` if there is none of this name."""
    path = resources_dir() / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"there is no icon {name!r}")
    return path


@lru_cache(maxsize=256)
def _renderer(name: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(icon_path(name).read_bytes().replace(b"currentColor", b"#000000")))


@lru_cache(maxsize=1024)
def _shape(name: str, side: int) -> QImage:
    """Return (side, side) device pixels of an icon, lines in black."""
    drawn = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    _renderer(name).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return drawn


def _drawn(name: str, side: int, color: str) -> QImage:
    """Return an icon in ``"#rrggbb"``, (side, side) device pixels; that of the application keeps its own."""
    drawn = QImage(_shape(name, side))
    if name != APP_ICON:
        painter = QPainter(drawn)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(drawn.rect(), QColor(color))
        painter.end()
    return drawn


def image(name: str, px: int, color: str = "text", ratio: float = 1.0) -> QImage:
    """Return an icon as an image.

    Parameters
    ----------
    name
        A file of ``resources/icons`` without its ending.
    px
        Width and height, px.
    color
        A token's name or ``"#rrggbb"``.
    ratio
        Device pixels per px.
    """
    drawn = _drawn(name, round(px * ratio), resolve(color))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def pixmap(name: str, px: int, color: str = "text", ratio: float | None = None) -> QPixmap:
    """Return an icon as a pixmap, by default for the sharpest of the present screens.

    Parameters are those of :func:`image`.
    """
    if ratio is None:
        ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    return QPixmap.fromImage(image(name, px, color, ratio))


def _sides() -> list[int]:
    """Return the sizes to prepare, device pixels: sharp on every present screen, fair on a later one."""
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}
    return sorted({ICON, 2 * ICON, *(round(size * ratio) for size in _SIZES for ratio in ratios)})


def _padded(drawn: QImage, gap: int) -> QPixmap:
    if not gap:
        return QPixmap.fromImage(drawn)
    extra = round(gap * drawn.width() / ICON)
    return QPixmap.fromImage(drawn.copy(0, 0, drawn.width() + extra, drawn.height()))


def icon(name: str, *, color: str = "text", checked: str = "", gap: int = 0) -> QIcon:
    """Return an icon in the present colours, disabled ones in ``faint``.

    Parameters
    ----------
    name
        A file of ``resources/icons`` without its ending.
    color
        A token's name or ``"#rrggbb"``.
    checked
        The same for a switch that is on; empty for ``color``.
    gap
        Empty px at the right of an icon of 16 px, to keep a text away from it.

    Raises
    ------
    KeyError
        If there is no icon of this name.
    """
    made = QIcon()
    on, off = QIcon.State.On, QIcon.State.Off
    for side in _sides():
        for value, mode in ((resolve(color), QIcon.Mode.Normal), (resolve("faint"), QIcon.Mode.Disabled)):
            made.addPixmap(_padded(_drawn(name, side, value), gap), mode, off)
        if checked:
            made.addPixmap(_padded(_drawn(name, side, resolve(checked)), gap), QIcon.Mode.Normal, on)
    return made


class _Tint(QObject):
    """Keeps the icon of its parent in the present colours."""

    def __init__(self, target: QObject, name: str, color: str, checked: str, gap: int) -> None:
        super().__init__(target)
        self._target: TakesIcon = target  # type: ignore[assignment]
        self._what = (name, color, checked, gap)
        self.setObjectName("tint")
        theme_signals().changed.connect(self.show)
        self.show()

    def show(self) -> None:
        name, color, checked, gap = self._what
        self._target.setIcon(icon(name, color=color, checked=checked, gap=gap))


def set_icon(target: QObject, name: str, *, color: str = "text", checked: str = "", gap: int = 0) -> None:
    """Give a button or an action an icon that follows the theme.

    Parameters
    ----------
    target
        Any object with ``setIcon``; an icon given before is replaced.
    name, color, checked, gap
        As for :func:`icon`; an empty name takes the icon away.
    """
    for former in target.findChildren(_Tint, "tint", Qt.FindChildOption.FindDirectChildrenOnly):
        theme_signals().changed.disconnect(
            former.show
        )  # it may outlive the target until the event loop turns
        former.setParent(None)
        former.deleteLater()
    if name:
        _Tint(target, name, color, checked, gap)
    else:
        target.setIcon(QIcon())  # type: ignore[attr-defined]


def app_icon() -> QIcon:
    """Return the application's own icon, 16 to 256 px."""
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(QPixmap.fromImage(_shape(APP_ICON, side)))
    return made
