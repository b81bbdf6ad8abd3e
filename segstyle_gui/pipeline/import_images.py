"""Stage: a folder of images becomes the project's images, with a working copy at the generator's size."""

from __future__ import annotations

import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segstyle_gui.core.geometry import Fit, fit_image, thumbnail
from segstyle_gui.core.images import (
    Channels,
    ImageConfig,
    file_sha256,
    image_files,
    is_gray,
    prepare_image,
    read_image,
)
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import setting
from segstyle_gui.errors import ConfigError, ImageReadError
from segstyle_gui.pipeline.stage import Stage, begin, path_token
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project

THUMBNAIL_SIZE = 96  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportConfig(ImageConfig):
    """Which folder to read, and how its images become the squares that the generator learns from."""

    folder: str = setting("", "Folder of the images.")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """One file: its pixels and record facts, or the reason why it is left out."""

    path: Path
    pixels: np.ndarray | None = None  # (size, size) or (size, size, 3) uint8
    preview: np.ndarray | None = None  # (THUMBNAIL_SIZE, THUMBNAIL_SIZE) or with 3 channels, uint8
    sha256: str = ""
    fit: Fit | None = None
    mode: str = ""  # of the original, such as "gray 16-bit"
    reason: str = ""


def run(project: Project, config: ImportConfig, progress: Progress) -> RunRecord:
    """Read every image of the folder; broken files and duplicates are listed in the summary and left out.

    Raises
    ------
    ImageReadError
        If the folder holds no image, or none of its images can be read.
    """
    if not config.folder:
        raise ConfigError("No folder of images was given.", hint="Name one: segstyle import PROJECT FOLDER.")
    draft = begin(project, STAGE, config)
    folder = Path(config.folder).expanduser()
    files = image_files(folder, recursive=config.recursive)
    loaded = _load_all(files, config, progress)
    usable, skipped, duplicates = _sort_out(loaded, folder)
    if not usable:
        raise ImageReadError(
            f"None of the {len(files)} images in {folder} can be read; {skipped[0]['file']}: "
            f"{skipped[0]['reason']}",
            hint="Open one in an image viewer, then choose a folder of whole files.",
        )
    channels = _channels(config, usable)
    records = [_record(number, item, project) for number, item in enumerate(usable, start=1)]
    arrays = {
        "pixels": np.stack([_with_channels(item.pixels, channels) for item in usable]),
        "thumbnails": np.stack([_with_channels(item.preview, channels) for item in usable]),
    }
    summary = {
        "images": len(records),
        "files": len(files),
        "channels": channels,
        "size": config.size,
        "fit": config.fit,
        "window": [config.window_low, config.window_high],
        "original_sizes": len({(record.width, record.height) for record in records}),
        "skipped": skipped,
        "duplicates": duplicates,
    }
    return draft.commit(summary, arrays, images=records)


def _load_all(files: list[Path], config: ImportConfig, progress: Progress) -> list[_Loaded]:
    loaded: list[_Loaded] = []
    with closing(_read_ahead(files, config)) as results:
        for item in results:
            loaded.append(item)
            progress.report(len(loaded), len(files), item.path.name)
    return loaded


def _read_ahead(files: list[Path], config: ImportConfig) -> Generator[_Loaded]:
    """Decode on all cores, in order; whoever stops listening stops the readers."""
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        yield from pool.map(lambda path: _load(path, config), files)
    finally:
        pool.shutdown(cancel_futures=True)


def _load(path: Path, config: ImportConfig) -> _Loaded:
    try:
        image = read_image(path)
        sha256 = file_sha256(path)
    except ImageReadError as error:
        return _Loaded(path, reason=error.message)
    except OSError as error:
        return _Loaded(path, reason=error.strerror or type(error).__name__)
    channels = config.channels
    if channels == "auto":  # decided when all are known; a gray image is the same picture in both
        channels = "gray" if is_gray(image) else "rgb"
    prepared = prepare_image(image, config, _as_channels(channels))
    fit = Fit.of(image.shape[1], image.shape[0], config.fit)
    mode = f"{'gray' if image.ndim == 2 else 'rgb'} {image.dtype.itemsize * 8}-bit"
    preview = _centred(thumbnail(prepared, THUMBNAIL_SIZE))
    return _Loaded(path, fit_image(prepared, fit, config.size), preview, sha256, fit, mode)


def _sort_out(
    loaded: list[_Loaded], folder: Path
) -> tuple[list[_Loaded], list[dict[str, str]], list[dict[str, str]]]:
    """Return the usable files once each, the skipped ones with reasons, the duplicates with their twins."""
    first: dict[str, str] = {}
    usable, skipped, duplicates = [], [], []
    for item in loaded:
        name = item.path.relative_to(folder).as_posix()
        if item.reason:
            skipped.append({"file": name, "reason": item.reason})
        elif item.sha256 in first:
            duplicates.append({"file": name, "same_as": first[item.sha256]})
        else:
            first[item.sha256] = name
            usable.append(item)
    return usable, skipped, duplicates


def _channels(config: ImportConfig, usable: list[_Loaded]) -> Channels:
    if config.channels != "auto":
        return _as_channels(config.channels)
    colored = any(item.pixels is not None and item.pixels.ndim == 3 for item in usable)
    return "rgb" if colored else "gray"


def _as_channels(word: str) -> Channels:
    return "gray" if word == "gray" else "rgb"


def _with_channels(image: np.ndarray | None, channels: Channels) -> np.ndarray:
    """Return (H, W, 1) or (H, W, 3)."""
    assert image is not None
    if image.ndim == 3:
        return image
    return np.repeat(image[..., None], 1 if channels == "gray" else 3, axis=2)


def _centred(image: np.ndarray) -> np.ndarray:
    """Lay a thumbnail on the middle of a black square."""
    height, width = image.shape[:2]
    square = np.zeros((THUMBNAIL_SIZE, THUMBNAIL_SIZE, *image.shape[2:]), np.uint8)
    top, left = (THUMBNAIL_SIZE - height) // 2, (THUMBNAIL_SIZE - width) // 2
    square[top : top + height, left : left + width] = image
    return square


def _record(number: int, item: _Loaded, project: Project) -> ImageRecord:
    assert item.fit is not None
    return ImageRecord(
        id=number,
        path=project.relative_path(item.path),
        sha256=item.sha256,
        width=item.fit.width,
        height=item.fit.height,
        mode=item.mode,
        fit=item.fit.to_json(),
    )


def _reads(config: ImportConfig) -> dict[str, str]:
    return {"folder": path_token(Path(config.folder).expanduser())}


def _load_config() -> type[Any]:
    return ImportConfig


STAGE = Stage(
    name="import_images",
    title="Import images",
    help="Read a folder of images; broken files and duplicates are listed and left out.",
    needs=(),
    makes="images",
    load_config=_load_config,
    run=run,
    reads=_reads,
)
