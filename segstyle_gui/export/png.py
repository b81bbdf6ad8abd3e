"""Gray PNG label maps: the value of a pixel is its class id, 0 is background.

Gray and not palette PNG, because common readers (OpenCV, SimpleITK, imageio) turn a palette into colours.
The files are encoded with the standard library alone, so that Pillow can judge them on re-reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from PIL import Image

from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ExportError
from segstyle_gui.export.gray_png import encode_gray_png
from segstyle_gui.export.label_set import BACKGROUND_ID, LabelledImage, LabelSet, read_label_map
from segstyle_gui.export.provenance import settings_of, write_json, write_provenance
from segstyle_gui.export.report import ExportReport, Tally
from segstyle_gui.export.verify import verify_png
from segstyle_gui.export.writer import list_files, staged_folder

LABEL_MAP_FOLDER = "label_maps"
PREVIEW_FOLDER = "preview"
_MAX_8_BIT = 254  # many trainers read 255 as "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class PngConfig:
    """How gray PNG label maps are written."""

    bits: Literal["auto", "8", "16"] = setting(
        "auto",
        "Bits of a pixel; auto takes 16 where an id is above 254.",
        unit="bit",
        choices=("auto", "8", "16"),
    )
    preview: bool = setting(True, "Also write a coloured picture of every label map.")
    labels_json: bool = setting(True, "Also write labels.json with the name and colour of every id.")
    remap: bool = setting(
        False, "Number the classes 1, 2, 3 … without gaps instead of by their permanent ids."
    )

    def __post_init__(self) -> None:
        check_config(self)


def export_png(
    label_set: LabelSet,
    folder: Path,
    config: PngConfig | None = None,
    *,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> ExportReport:
    """Write one gray PNG an image, re-read all with Pillow, compare every pixel.

    ``label_maps/`` mirrors the images' folders and stems; images that share a stem keep their suffix
    (``a.jpg.png``). ``preview/`` holds the coloured pictures.

    Parameters
    ----------
    label_set
        Classes and images.
    folder
        Where the export shall be.
    config
        Bits, previews, numbering.
    overwrite
        Replace an earlier export in ``folder``.
    progress
        Told after every image; a cancel leaves nothing behind.

    Returns
    -------
    Files and counts.

    Raises
    ------
    ExportError
        If the place is taken, an id does not fit, the disk refuses, or a re-read file differs.
    """
    config = config or PngConfig()
    exported_ids = exported_class_ids(label_set, remap=config.remap)
    n_bits = _bits(config, exported_ids)
    tally = Tally.of(label_set)
    with staged_folder(folder, overwrite=overwrite) as content:
        _write_label_maps(label_set, content, config, exported_ids, n_bits, tally, part(progress, 0.0, 0.6))
        if config.labels_json:
            write_json(content / "labels.json", _labels_document(label_set, exported_ids))
        write_provenance(
            content,
            label_set,
            kind="png",
            settings=settings_of(config, PngConfig),
            exported_ids=exported_ids,
            tally=tally,
        )
        names = label_map_names([item.file_name for item in label_set.items])
        paths = [content / LABEL_MAP_FOLDER / name for name in names]
        verify_png(label_set, paths, exported_ids, progress=part(progress, 0.6, 1.0))
        files = list_files(content)
    return tally.report(folder, files)


def exported_class_ids(label_set: LabelSet, *, remap: bool) -> dict[int, int]:
    """Return permanent id -> exported id: the same, or 1, 2, 3 … in ascending order with ``remap``."""
    ascending = sorted(label_set.class_ids)
    return {number: index + 1 if remap else number for index, number in enumerate(ascending)}


def label_map_names(file_names: list[str]) -> list[str]:
    """Return the PNG's relative path of every image: its stem, with the suffix kept where stems collide."""
    plain = [PurePosixPath(name).with_suffix(".png").as_posix() for name in file_names]
    shared = Counter(name.casefold() for name in plain)
    taken: set[str] = set()
    names = []
    for file_name, short in zip(file_names, plain, strict=True):
        name = short if shared[short.casefold()] == 1 else f"{file_name}.png"
        number = 2
        while name.casefold() in taken:
            name, number = f"{file_name}_{number}.png", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _bits(config: PngConfig, exported_ids: Mapping[int, int]) -> int:
    highest = max(exported_ids.values(), default=0)
    if config.bits == "8" and highest > _MAX_8_BIT:
        raise ExportError(
            f"Class id {highest} does not fit 8 bits; the highest that does is {_MAX_8_BIT}.",
            hint="Choose bits = auto, or number the classes without gaps (remap).",
        )
    if config.bits == "auto":
        return 16 if highest > _MAX_8_BIT else 8
    return int(config.bits)


def _write_label_maps(
    label_set: LabelSet,
    content: Path,
    config: PngConfig,
    exported_ids: Mapping[int, int],
    n_bits: int,
    tally: Tally,
    progress: Progress,
) -> None:
    table = id_table(exported_ids, np.uint16 if n_bits == 16 else np.uint8)
    colors = _color_table(label_set)
    names = label_map_names([item.file_name for item in label_set.items])
    for index, (item, name) in enumerate(zip(label_set.items, names, strict=True)):
        progress.report(index, len(names), item.file_name)
        label_map = read_label_map(item, label_set.class_ids)
        tally.add(item.file_name, label_map)
        path = content / LABEL_MAP_FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_gray_png(table[label_map]))
        if config.preview:
            picture = _preview(item, label_map, colors)
            path = content / PREVIEW_FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path)
    progress.report(1, 1)


def id_table(exported_ids: Mapping[int, int], dtype: type[np.uint8] | type[np.uint16]) -> np.ndarray:
    """Return a lookup table: permanent id -> exported id, 0 -> 0."""
    table = np.zeros(max(exported_ids, default=0) + 1, dtype=dtype)
    for number, exported in exported_ids.items():
        table[number] = exported
    return table


def _color_table(label_set: LabelSet) -> np.ndarray:
    table = np.zeros((max(label_set.class_ids, default=0) + 1, 3), dtype=np.uint8)
    for label_class in label_set.classes:
        table[label_class.id] = label_class.color
    return table


def _preview(item: LabelledImage, label_map: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Blend half and half with the picture, or return the plain colours where none was given."""
    colored = colors[label_map]
    if item.load_image is None:
        return colored
    picture = np.asarray(item.load_image())
    if picture.shape[:2] != colored.shape[:2] or picture.dtype != np.uint8:
        raise ExportError(
            f"The picture of {item.file_name} is {picture.shape} {picture.dtype}; wanted "
            f"{colored.shape[0]} x {colored.shape[1]} pixels of uint8.",
            hint="Import the images again, or export without previews.",
        )
    gray = picture[:, :, None] if picture.ndim == 2 else picture[:, :, :3]
    blended = ((gray.astype(np.uint16) + colored) // 2).astype(np.uint8)
    return np.where((label_map == BACKGROUND_ID)[:, :, None], gray, blended)


def _labels_document(label_set: LabelSet, exported_ids: Mapping[int, int]) -> dict[str, object]:
    ordered = sorted(label_set.classes, key=lambda label_class: exported_ids[label_class.id])
    names = {str(BACKGROUND_ID): "background"}
    names.update({str(exported_ids[label_class.id]): label_class.name for label_class in ordered})
    colors = {str(exported_ids[label_class.id]): list(label_class.color) for label_class in ordered}
    return {"labels": names, "colors": {str(BACKGROUND_ID): [0, 0, 0], **colors}}
