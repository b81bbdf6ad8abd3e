"""Stage: compare the masks with a folder of reference label maps, over all images at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError, ImageReadError
from segstyle_gui.export.label_set import LabelledImage, LabelSet
from segstyle_gui.pipeline.export_masks import current_label_set
from segstyle_gui.pipeline.stage import Stage, begin, path_token
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

N_VALUES = 256  # reference values are 0..255
BACKGROUND = "background"
_ENDINGS = (".png", ".tif", ".tiff", ".bmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateConfig:
    """Which reference label maps, and which of their values is which class."""

    folder: str = setting("", "Folder of reference label maps: gray or palette files named like the images.")
    map: tuple[str, ...] = setting(
        (),
        "NAME=VALUE: the reference value of a class; several classes may share one. Without any, every class"
        " is compared with the value of its id; background is 0 unless said otherwise.",
    )
    hungarian: bool = setting(False, "Match classes to reference values one to one, for the best IoUs.")
    ignore: int = setting(255, "Reference value that is left out.", low=0, high=255)
    corrected: bool = setting(True, "Compare the corrected masks; otherwise the student's own.")

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)
        if self.hungarian and self.map:
            raise ConfigError("Both a map and hungarian matching were given.", hint="Use one of the two.")


def run(project: Project, config: EvaluateConfig, progress: Progress) -> RunRecord:
    """Sum one confusion matrix over all images and store it with the IoU of every class.

    Raises
    ------
    ConfigError
        If the map names a class that is not there, or leaves one out.
    ImageReadError
        If no reference fits an image.
    """
    from segstyle_gui.core.metrics import match_hungarian

    draft = begin(project, STAGE, config)
    label_set = current_label_set(project, corrected=config.corrected)
    names = {0: BACKGROUND} | {label_class.id: label_class.name for label_class in label_set.classes}
    state = project.region_state
    unused = {label_class.name for label_class in (state.classes if state else ())} - set(names.values())
    mapping = None if config.hungarian else class_values(config.map, names, unused)
    references = reference_files(config)
    counts, compared, skipped = _count(label_set, references, max(names) + 1, config, progress)
    if not compared:
        reason = f" ({skipped[0]['file']}: {skipped[0]['reason']})" if skipped else ""
        raise ImageReadError(
            f"None of the {len(references)} label maps in {config.folder} fits an image{reason}.",
            hint="Name a folder whose files are called like the images.",
        )
    if mapping is None:
        mapping = match_hungarian(counts)
    values, confusion = fold_confusion(counts, mapping)
    summary = _summary(confusion, values, mapping, names)
    by_hand = sum(row["human_corrected"] for row in label_set.provenance["images"])
    summary |= {"images": compared, "skipped": skipped, "human_corrected": by_hand}
    return draft.commit(summary, {"confusion": confusion, "values": np.array(values, np.int64)})


def class_values(
    pairs: tuple[str, ...], names: dict[int, str], unused: Collection[str] = ()
) -> dict[int, int]:
    """Return the reference value of every class id from ``NAME=VALUE`` texts.

    Parameters
    ----------
    pairs
        The texts; without any, a class's value is its id.
    names
        Class id to name, 0 is the background.
    unused
        Names of classes without a mask: they may be in the texts and change nothing.

    Raises
    ------
    ConfigError
        If a text is no such pair, names an unknown class, or a class is left without a value.
    """
    if not pairs:
        return {number: number for number in names}
    ids = {name.casefold(): number for number, name in names.items()}
    mapping = {0: 0}
    for pair in pairs:
        name, _, value = pair.rpartition("=")
        if name.strip() in unused:
            continue
        if name.strip().casefold() not in ids:
            raise ConfigError(
                f"The map {pair!r} names no class of this project.",
                hint=f"Wanted NAME=VALUE with one of: {', '.join(names.values())}.",
            )
        if not value.strip().isdigit() or int(value) >= N_VALUES:
            raise ConfigError(
                f"The map {pair!r} has no value of 0 to {N_VALUES - 1}.", hint="Write NAME=VALUE."
            )
        mapping[ids[name.strip().casefold()]] = int(value)
    left_out = [name for number, name in names.items() if number not in mapping]
    if left_out:
        raise ConfigError(
            f"The map gives no reference value for {', '.join(left_out)}.",
            hint=f'Add "{left_out[0]}=VALUE", with 0 where it counts as background.',
        )
    return mapping


def fold_confusion(counts: np.ndarray, mapping: dict[int, int]) -> tuple[list[int], np.ndarray]:
    """Turn (256, n_ids) counts of reference value by class id into a square matrix over reference values.

    Parameters
    ----------
    counts
        Rows are reference values, columns predicted class ids.
    mapping
        Class id to reference value; ids without one count as background (0).

    Returns
    -------
    values
        The reference values that occur or are mapped to, ascending.
    confusion
        (n, n) int64 in that order, rows are the truth.
    """
    present = np.flatnonzero(counts.sum(axis=1)).tolist()
    values = sorted({0, *present, *mapping.values()})
    confusion = np.zeros((len(values), len(values)), np.int64)
    for number in range(counts.shape[1]):
        confusion[:, values.index(mapping.get(number, 0))] += counts[values, number]
    return values, confusion


def _summary(
    confusion: np.ndarray, values: list[int], mapping: dict[int, int], names: dict[int, str]
) -> dict[str, Any]:
    from segstyle_gui.core.metrics import iou_per_class, mean_iou, pixel_accuracy

    titles = {}
    for value in values:
        own = [names[number] for number, mapped in mapping.items() if mapped == value and number in names]
        titles[value] = " + ".join(own) or (BACKGROUND if value == 0 else f"value {value}")
    ious = iou_per_class(confusion)
    return {
        "mean_iou": mean_iou(confusion),
        "pixel_accuracy": pixel_accuracy(confusion),
        "iou": {
            titles[value]: None if np.isnan(iou) else float(iou)
            for value, iou in zip(values, ious, strict=True)
        },
        "mapping": {names[number]: value for number, value in mapping.items() if number in names},
    }


def reference_files(config: EvaluateConfig) -> dict[str, Path]:
    """Return every label map of the folder under its relative path without the ending."""
    folder = Path(config.folder).expanduser()
    if not config.folder or not folder.is_dir():
        raise ConfigError(
            f"{config.folder or 'No folder'} is no folder of reference label maps.",
            hint="Name the folder that holds them: segstyle evaluate PROJECT FOLDER.",
        )
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _ENDINGS]
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in files}


def _count(
    label_set: LabelSet,
    references: dict[str, Path],
    n_ids: int,
    config: EvaluateConfig,
    progress: Progress,
) -> tuple[np.ndarray, int, list[dict[str, str]]]:
    """Return (256, n_ids) counts, how many images were compared, and those left out with reasons."""
    counts = np.zeros((N_VALUES, n_ids), np.int64)
    compared, skipped = 0, []
    for number, item in enumerate(label_set.items, start=1):
        path = reference_of(item.file_name, references)
        reason = "has no reference" if path is None else _add(counts, item, path, config.ignore)
        if reason:
            skipped.append({"file": item.file_name, "reason": reason})
        else:
            compared += 1
        progress.report(number, len(label_set.items), item.file_name)
    return counts, compared, skipped


def reference_of(file_name: str, references: dict[str, Path]) -> Path | None:
    """Return the reference whose relative path is the longest tail of the image's."""
    parts = PurePosixPath(file_name).with_suffix("").parts
    tails = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((references[tail] for tail in tails if tail in references), None)


def _add(counts: np.ndarray, item: LabelledImage, path: Path, ignore: int) -> str:
    """Count one image into ``counts``; returns why it cannot be, empty when it was."""
    from segstyle_gui.core.metrics import confusion_matrix

    try:
        truth = read_ids(path)
    except ImageReadError as error:
        return error.message
    if truth.shape != (item.height, item.width):
        return f"is {item.width}×{item.height}, its reference {truth.shape[1]}×{truth.shape[0]}"
    if truth.min() < 0 or truth.max() >= N_VALUES:
        return f"its reference holds values outside 0..{N_VALUES - 1}"
    counts += confusion_matrix(truth, item.load(), N_VALUES, n_predicted=counts.shape[1], ignore=ignore)
    return ""


def read_ids(path: Path) -> np.ndarray:
    """Read a label map as it is stored: the values of a gray file, the indices of a palette file.

    Returns
    -------
    (H, W) integer.

    Raises
    ------
    ImageReadError
        If the file is damaged or in colour.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in ("L", "P", "1", "I", "I;16", "I;16B"):
                raise ImageReadError(
                    f"{path.name} is {image.mode}; wanted gray values or a palette.",
                    hint="Save it as gray PNG.",
                )
            return np.array(image).astype(np.int64)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ImageReadError(f"{path.name} is damaged: {error}.", hint="Copy it again.") from error


def _reads(config: EvaluateConfig) -> dict[str, str]:
    return {"folder": path_token(Path(config.folder).expanduser())}


def _load_config() -> type[Any]:
    return EvaluateConfig


STAGE = Stage(
    name="evaluate",
    title="Evaluate",
    help="Compare the masks with reference label maps: IoU of every class, mean IoU, confusion.",
    needs=("masks",),
    makes="evaluation",
    load_config=_load_config,
    run=run,
    reads=_reads,
)
