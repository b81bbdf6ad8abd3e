"""A look into a folder before it is imported: a few images as they are and as they would become."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from segstyle_gui.core.geometry import Fit, fit_image
from segstyle_gui.core.images import ImageConfig, image_files, is_gray, prepare_image, read_image
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ImageReadError
from segstyle_gui.ui.views.rasters import to_qimage

_LONGEST = 512  # pixels; side to which an original is shrunk for showing


@dataclass(frozen=True, slots=True)
class PreviewPair:
    """One image of the folder.

    Attributes
    ----------
    name
        Below the folder.
    original
        As the file has it, shrunk; 16 bits are shown by their upper 8. Null if it cannot be read.
    working
        What the generator would learn from.
    box
        Left, top, right, bottom of the used part in shares of the original; beyond 0..1 where bars are added.
    facts
        Size and type of the original.
    problem
        Why the file would be skipped, empty if it would not.
    """

    name: str
    original: QImage
    working: QImage
    box: tuple[float, float, float, float]
    facts: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FolderPreview:
    """How many image files a folder has, and a few of them."""

    n_files: int
    pairs: tuple[PreviewPair, ...]


class FolderPeek:
    """Reads a few images of a folder and keeps them, so that other settings show at once.

    For the jobs of one lane: one call at a time.
    """

    def __init__(self) -> None:
        self._listed: tuple[str, bool] | None = None
        self._files: list[Path] = []
        self._pixels: dict[Path, np.ndarray | str] = {}

    def look(
        self, folder: str, config: ImageConfig, progress: Progress, *, n: int = 6, start: int = 0
    ) -> FolderPreview:
        """Prepare ``n`` images, spread over the folder, as an import with ``config`` would.

        Parameters
        ----------
        folder
            Where the images are.
        config
            The settings to show.
        progress
            Told of every image.
        n
            How many.
        start
            Another number shows other images.

        Raises
        ------
        ImageReadError
            If the folder holds no images.
        """
        self._list(folder, recursive=config.recursive)
        chosen = _spread(self._files, n, start)
        self._pixels = {path: known for path, known in self._pixels.items() if path in chosen}
        pairs = []
        for number, path in enumerate(chosen):
            progress.report(number, len(chosen), path.name)
            pairs.append(self._pair(path, Path(folder).expanduser(), config))
        return FolderPreview(len(self._files), tuple(pairs))

    def _list(self, folder: str, *, recursive: bool) -> None:
        if self._listed != (folder, recursive):
            self._listed, self._files = None, []
            self._files = image_files(Path(folder).expanduser(), recursive=recursive)
            self._listed = (folder, recursive)

    def _pair(self, path: Path, folder: Path, config: ImageConfig) -> PreviewPair:
        if path not in self._pixels:
            self._pixels[path] = _read(path)
        image, name = self._pixels[path], path.relative_to(folder).as_posix()
        if isinstance(image, str):
            return PreviewPair(name, QImage(), QImage(), (0, 0, 1, 1), "", image)
        height, width = image.shape[:2]
        fit = Fit.of(width, height, config.fit)
        left, top, right, bottom = fit.box
        return PreviewPair(
            name=name,
            original=_shown(image),
            working=to_qimage(fit_image(_prepared(image, config), fit, config.size)),
            box=(left / width, top / height, right / width, bottom / height),
            facts=f"{width} × {height} · {image.dtype.itemsize * 8}-bit",
        )


def _read(path: Path) -> np.ndarray | str:
    try:
        return read_image(path)
    except ImageReadError as error:
        return error.message
    except OSError as error:
        return error.strerror or type(error).__name__


def _prepared(image: np.ndarray, config: ImageConfig) -> np.ndarray:
    gray = is_gray(image) if config.channels == "auto" else config.channels == "gray"
    return prepare_image(image, config, "gray" if gray else "rgb")


def _shown(image: np.ndarray) -> QImage:
    shown = to_qimage(image if image.dtype == np.uint8 else (image >> 8).astype(np.uint8))
    if max(shown.width(), shown.height()) <= _LONGEST:
        return shown
    return shown.scaled(
        QSize(_LONGEST, _LONGEST),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _spread(files: list[Path], n: int, start: int) -> list[Path]:
    """Return up to ``n`` files at equal distances, in their order."""
    step = max(1, len(files) // n)
    numbers = {(start + index * step) % len(files) for index in range(min(n, len(files)))}
    return [files[number] for number in sorted(numbers)]
