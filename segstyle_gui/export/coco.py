"""COCO instances JSON: the only place that speaks of categories and annotations.

Category ids are the permanent class ids. Every annotation has ``iscrowd`` 0, also those with run lengths:
readers that see 1 treat the area as a crowd of unknown objects and leave it out of training and scoring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pycocotools import mask as coco_mask

import segstyle_gui
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.export.label_set import BACKGROUND_ID, LabelSet, count_pixels, read_label_map
from segstyle_gui.export.polygons import Part, connected_parts, part_polygons, whole_part
from segstyle_gui.export.provenance import settings_of, write_provenance
from segstyle_gui.export.report import ExportReport, Tally
from segstyle_gui.export.verify import verify_coco
from segstyle_gui.export.writer import list_files, staged_folder

COCO_FILE = "annotations/instances_default.json"  # where CVAT's and Datumaro's importers look


@dataclass(frozen=True, slots=True, kw_only=True)
class CocoConfig:
    """How COCO instances are written; all three segmentations give back every pixel."""

    segmentation: Literal["rle", "rle_uncompressed", "polygon"] = setting(
        "rle",
        "Compressed run lengths, plain run lengths (torchvision), or polygons along pixel borders.",
        choices=("rle", "rle_uncompressed", "polygon"),
    )
    instances: Literal["class", "components"] = setting(
        "class",
        "One annotation for each class of an image, or for each connected part of a class.",
        choices=("class", "components"),
    )
    include_background: bool = setting(False, "Also annotate the background, as a class after the last id.")
    min_area: int = setting(1, "Leave out annotations smaller than this.", unit="pixel", low=1)

    def __post_init__(self) -> None:
        check_config(self)


def export_coco(
    label_set: LabelSet,
    folder: Path,
    config: CocoConfig | None = None,
    *,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> ExportReport:
    """Write COCO instances JSON, re-read it with pycocotools, compare every pixel.

    Parameters
    ----------
    label_set
        Classes and images.
    folder
        Where the export shall be.
    config
        Kind of segmentation and of instances.
    overwrite
        Replace an earlier export in ``folder``.
    progress
        Told after every image; a cancel leaves nothing behind.

    Returns
    -------
    Files and counts (of the label maps, before ``min_area``).

    Raises
    ------
    ExportError
        If the place is taken, the disk refuses, or the re-read file differs.
    """
    config = config or CocoConfig()
    tally = Tally.of(label_set)
    with staged_folder(folder, overwrite=overwrite) as content:
        document = _document(label_set, config, tally, part(progress, 0.0, 0.6))
        path = content / COCO_FILE
        path.parent.mkdir()
        path.write_text(json.dumps(document), encoding="ascii")
        same = {number: number for number in label_set.class_ids}
        write_provenance(
            content,
            label_set,
            kind="coco",
            settings=settings_of(config, CocoConfig),
            exported_ids=same,
            tally=tally,
        )

        def expected(label_map: np.ndarray) -> np.ndarray:
            return annotated_pixels(label_map, config, background_id(label_set))

        verify_coco(label_set, path, expected, progress=part(progress, 0.6, 1.0))
        files = list_files(content)
    return tally.report(folder, files)


def background_id(label_set: LabelSet) -> int:
    """Return the id that the background gets where it is annotated: one after the highest class id."""
    return max(label_set.class_ids, default=0) + 1


def annotated_parts(label_map: np.ndarray, config: CocoConfig, background: int) -> Iterator[tuple[int, Part]]:
    """Yield id and part of everything in a label map that gets an annotation."""
    for number in count_pixels(label_map):
        if number == BACKGROUND_ID and not config.include_background:
            continue
        mask = label_map == number
        for part_of_mask in connected_parts(mask) if config.instances == "components" else [whole_part(mask)]:
            if np.count_nonzero(part_of_mask[2]) >= config.min_area:
                yield (background if number == BACKGROUND_ID else number), part_of_mask


def annotated_pixels(label_map: np.ndarray, config: CocoConfig, background: int) -> np.ndarray:
    """Return the (H,W) int64 map of ids that the annotations of a label map cover, 0 elsewhere."""
    covered = np.zeros(label_map.shape, dtype=np.int64)
    for number, (rows, columns, mask) in annotated_parts(label_map, config, background):
        covered[rows, columns][mask] = number
    return covered


def run_lengths(part_of_mask: Part, height: int, width: int) -> list[int]:
    """Return COCO's run lengths of a part in an image: down the columns, beginning with the empty run."""
    rows, columns, mask = part_of_mask
    strip = np.zeros((columns.stop - columns.start, height), dtype=bool)
    strip[:, rows] = mask.T
    flat = strip.ravel()
    before, after = columns.start * height, (width - columns.stop) * height
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1 + before
    begins = [before] if flat[0] else []
    ends = [before + flat.size] if flat[-1] and after else []
    borders = np.concatenate(([0], begins, changes, ends, [height * width]))
    counts: list[int] = np.diff(borders).astype(np.int64).tolist()
    return counts


def _document(label_set: LabelSet, config: CocoConfig, tally: Tally, progress: Progress) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for index, item in enumerate(label_set.items):
        progress.report(index, len(label_set.items), item.file_name)
        label_map = read_label_map(item, label_set.class_ids)
        tally.add(item.file_name, label_map)
        image_id = index + 1
        images.append(
            {"id": image_id, "file_name": item.file_name, "width": item.width, "height": item.height}
        )
        for number, found in annotated_parts(label_map, config, background_id(label_set)):
            annotation = _annotation(found, config, item.height, item.width)
            annotations.append(
                {"id": len(annotations) + 1, "image_id": image_id, "category_id": number, **annotation}
            )
    progress.report(1, 1)
    return {
        "info": {"description": "SegStyle export", "version": segstyle_gui.__version__},
        "licenses": [],
        "categories": _categories(label_set, config),
        "images": images,
        "annotations": annotations,
    }


def _categories(label_set: LabelSet, config: CocoConfig) -> list[dict[str, Any]]:
    rows = [(label_class.id, label_class.name, label_class.color) for label_class in label_set.classes]
    if config.include_background:
        rows.append((background_id(label_set), "background", (0, 0, 0)))
    return [
        {"id": number, "name": name, "supercategory": "", "color": list(color)}
        for number, name, color in rows
    ]


def _annotation(found: Part, config: CocoConfig, height: int, width: int) -> dict[str, Any]:
    rows, columns, mask = found
    return {
        "segmentation": _segmentation(found, config, height, width),
        "area": int(np.count_nonzero(mask)),
        "bbox": [columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start],
        "iscrowd": 0,
    }


def _segmentation(found: Part, config: CocoConfig, height: int, width: int) -> Any:
    if config.segmentation == "polygon":
        return [polygon.ravel().tolist() for polygon in part_polygons(found)]
    plain = {"size": [height, width], "counts": run_lengths(found, height, width)}
    if config.segmentation == "rle_uncompressed":
        return plain
    packed = coco_mask.frPyObjects(plain, height, width)
    return {"size": [height, width], "counts": packed["counts"].decode("ascii")}
