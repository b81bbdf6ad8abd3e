"""One image with its mask as the canvas takes them; jobs call this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.geometry import Fit, resize_image
from segstyle_gui.core.images import prepare_image, read_image
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ImageReadError
from segstyle_gui.pipeline.import_images import ImportConfig
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedMask:
    """An image at its own size.

    Attributes
    ----------
    run_id
        Of the masks, 0 for a mask that is not stored yet.
    record
        The image.
    image
        (H, W) or (H, W, 3) uint8, windowed as the student saw it.
    predicted
        (H, W) class ids as the student said.
    confidence
        (H, W) uint8, None if there is none.
    missing
        Why a small copy is shown in the place of the original, empty if it is not.
    """

    run_id: int
    record: ImageRecord
    image: NDArray[np.uint8]
    predicted: NDArray[Any]
    confidence: NDArray[np.uint8] | None
    missing: str = ""

    @property
    def n_bytes(self) -> int:
        """What it takes in memory."""
        extra = 0 if self.confidence is None else self.confidence.nbytes
        return self.image.nbytes + self.predicted.nbytes + extra


def load_mask(
    project: Project, masks: RunRecord, images: RunRecord, record: ImageRecord, progress: Progress
) -> LoadedMask:
    """Read an image and its mask.

    Raises
    ------
    ProjectReadError
        If the image has no mask, or it is damaged.
    """
    progress.report(0, 2, record.path)
    image, missing = load_image(project, images, record)
    progress.report(1, 2, record.path)
    stored = project.arrays(masks, [f"label_maps/{record.id}", f"confidence/{record.id}"])
    return LoadedMask(
        run_id=masks.id,
        record=record,
        image=image,
        predicted=stored[f"label_maps/{record.id}"],
        confidence=stored[f"confidence/{record.id}"],
        missing=missing,
    )


def load_image(project: Project, images: RunRecord, record: ImageRecord) -> tuple[NDArray[np.uint8], str]:
    """Return the pixels that the student sees at the original's size, and why they are only a small copy.

    The reason is empty when the original is there as it was imported.
    """
    try:
        original = read_image(project.image_path(record))
    except ImageReadError as error:
        return _stand_in(project, images, record), error.message
    if original.shape[:2] != (record.height, record.width):
        height, width = original.shape[:2]
        return _stand_in(project, images, record), (
            f"{record.path} is {width}×{height} now; it was {record.width}×{record.height} when imported."
        )
    return prepare_image(original, ImportConfig(**images.config), images.summary["channels"]), ""


def _stand_in(project: Project, images: RunRecord, record: ImageRecord) -> NDArray[np.uint8]:
    """Return the working copy laid where it was cut from, black around it."""
    place = next(i for i, one in enumerate(project.images(images)) if one.id == record.id)
    pixels = project.array(images, "pixels", place)
    pixels = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels
    left, top, right, bottom = Fit.from_json(record.fit).box
    patch = resize_image(pixels, right - left, bottom - top)
    whole = np.zeros((record.height, record.width, *patch.shape[2:]), np.uint8)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(bottom, record.height), min(right, record.width)
    whole[y0:y1, x0:x1] = patch[y0 - top : y1 - top, x0 - left : x1 - left]
    return whole
