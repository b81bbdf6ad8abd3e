"""The application's icon in every size and format, from ``resources/icons/segstyle.svg``.

    python packaging/app_icons.py          writes resources/linux/icons again

Windows' ``.ico`` and macOS' ``.icns`` are made anew by every build.
"""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "resources" / "icons" / "segstyle.svg"
THEME = ROOT / "resources" / "linux" / "icons" / "hicolor"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def draw(size: int) -> Image.Image:
    """Return the icon as an RGBA picture of ``size`` x ``size`` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    canvas = QImage(size, size, QImage.Format.Format_RGBA8888)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    return Image.frombytes("RGBA", (size, size), bytes(canvas.constBits()))


def write_theme_icons(folder: Path = THEME) -> list[Path]:
    """Write ``<size>x<size>/apps/segstyle.png`` for a Linux icon theme; return the files."""
    files = []
    for size in SIZES:
        file = folder / f"{size}x{size}" / "apps" / "segstyle.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        draw(size).save(file, optimize=True)
        files.append(file)
    return files


def write_program_icons(folder: Path) -> list[Path]:
    """Write ``segstyle.ico`` and ``segstyle.icns``; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {size: draw(size) for size in SIZES}
    small = [pictures[size] for size in SIZES if size <= 256]
    pictures[256].save(folder / "segstyle.ico", sizes=[p.size for p in small], append_images=small)
    large = [pictures[size] for size in (128, 256, 512)]
    pictures[512].resize((1024, 1024)).save(folder / "segstyle.icns", append_images=large)
    return [folder / "segstyle.ico", folder / "segstyle.icns"]


if __name__ == "__main__":
    write_theme_icons()
