"""Re-read what was written with readers of other projects (Pillow, pycocotools) and compare every pixel."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask

from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ExportError
from segstyle_gui.export.label_set import LabelledImage, LabelSet, read_label_map

_HINT = "Export again; if it repeats, check the disk."


def verify_png(
    label_set: LabelSet,
    paths: Sequence[Path],
    exported_ids: Mapping[int, int],
    *,
    progress: Progress = SILENT,
) -> None:
    """Compare gray PNG label maps with their sources.

    Parameters
    ----------
    label_set
        What was exported.
    paths
        The PNG of each item, in order.
    exported_ids
        Permanent class id -> pixel value.
    progress
        Told after every image.

    Raises
    ------
    ExportError
        Naming the first file that cannot be read, is not gray, or differs.
    """
    values = np.zeros(max(exported_ids, default=0) + 1, dtype=np.int64)
    for number, exported in exported_ids.items():
        values[number] = exported
    for index, (item, path) in enumerate(zip(label_set.items, paths, strict=True)):
        progress.report(index, len(paths), f"checking {item.file_name}")
        expected = values[read_label_map(item, label_set.class_ids)]
        _compare(_read_gray(path), expected, path.name)
    progress.report(1, 1)


def verify_coco(
    label_set: LabelSet,
    path: Path,
    expected: Callable[[np.ndarray], np.ndarray],
    *,
    progress: Progress = SILENT,
) -> None:
    """Compare the annotations of a COCO instances file with the label maps.

    Parameters
    ----------
    label_set
        What was exported.
    path
        The JSON file.
    expected
        Turns an (H,W) label map into the (H,W) category ids that shall be covered, 0 elsewhere.
    progress
        Told after every image.

    Raises
    ------
    ExportError
        If the file is damaged, an image or a category is missing, annotations overlap, or a pixel, an
        area or a box differs.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        annotations = _by_image(document)
        records = document["images"]
        if len(records) != len(label_set.items):
            raise ExportError(f"{path.name} lists {len(records)} images; wanted {len(label_set.items)}.")
        for index, (record, item) in enumerate(zip(records, label_set.items, strict=True)):
            progress.report(index, len(records), f"checking {item.file_name}")
            _check_record(record, item)
            covered = _covered_pixels(annotations.get(record["id"], []), item)
            _compare(covered, expected(read_label_map(item, label_set.class_ids)), item.file_name)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ExportError(
            f"{path.name} was written but cannot be read back ({error}).", hint=_HINT
        ) from error
    progress.report(1, 1)


def _read_gray(path: Path) -> np.ndarray:
    try:
        with Image.open(path) as image:
            image.verify()  # checksums and the end of the file; Pillow wants a fresh start afterwards
        with Image.open(path) as image:
            image.load()
            mode, pixels = image.mode, np.asarray(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise ExportError(
            f"{path.name} was written but cannot be read back ({error}).", hint=_HINT
        ) from error
    if mode not in ("L", "I;16"):
        raise ExportError(f"{path.name} reads back as {mode}; wanted gray.", hint=_HINT)
    return pixels


def _compare(found: np.ndarray, expected: np.ndarray, name: str) -> None:
    if found.shape != expected.shape:
        raise ExportError(f"{name} reads back as {found.shape}; wanted {expected.shape}.", hint=_HINT)
    differing = int(np.count_nonzero(found != expected))
    if differing:
        raise ExportError(f"{differing} pixels of {name} differ from what was exported.", hint=_HINT)


def _by_image(document: dict[str, Any]) -> dict[int, list[dict[str, Any]]]:
    """Group annotations by image; ids must be unique, categories known."""
    categories = {category["id"] for category in document["categories"]}
    grouped: dict[int, list[dict[str, Any]]] = {record["id"]: [] for record in document["images"]}
    seen: set[int] = set()
    for annotation in document["annotations"]:
        if annotation["category_id"] not in categories or annotation["id"] in seen:
            raise ValueError(f"annotation {annotation['id']} repeats or has no category")
        seen.add(annotation["id"])
        grouped[annotation["image_id"]].append(annotation)
    return grouped


def _check_record(record: dict[str, Any], item: LabelledImage) -> None:
    found = (record["file_name"], record["width"], record["height"])
    if found != (item.file_name, item.width, item.height):
        raise ExportError(
            f"The entry of {item.file_name} reads back as {found}; wanted {item.width} x {item.height}.",
            hint=_HINT,
        )


def _covered_pixels(annotations: Sequence[dict[str, Any]], item: LabelledImage) -> np.ndarray:
    covered = np.zeros((item.height, item.width), dtype=np.int64)
    for annotation in annotations:
        mask, box = _decode(_packed(annotation["segmentation"], item))
        left, top, width, height = (int(number) for number in box)
        inside = (slice(top, top + height), slice(left, left + width))
        crop = mask[inside]
        if mask.shape != covered.shape or covered[inside][crop].any():
            raise ValueError(f"annotation {annotation['id']} overlaps another or has another size")
        if annotation["area"] != np.count_nonzero(crop) or annotation["bbox"] != box:
            raise ValueError(f"annotation {annotation['id']} has a wrong area or box")
        covered[inside][crop] = annotation["category_id"]
    return covered


def _packed(segmentation: Any, item: LabelledImage) -> Any:
    """Return pycocotools' packed run lengths of polygons, plain run lengths or packed ones."""
    if isinstance(segmentation, list):
        return coco_mask.merge(coco_mask.frPyObjects(segmentation, item.height, item.width))
    if isinstance(segmentation["counts"], list):
        return coco_mask.frPyObjects(segmentation, item.height, item.width)
    return segmentation


def _decode(packed: Any) -> tuple[np.ndarray, list[float]]:
    """Return the (H,W) bool mask and the box x, y, w, h of packed run lengths."""
    with warnings.catch_warnings():
        # pycocotools 2.0 hands its arrays over by NumPy 1's protocol
        warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
        return coco_mask.decode(packed).view(bool), coco_mask.toBbox(packed).tolist()
