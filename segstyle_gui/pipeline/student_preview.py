"""What a finished student makes of some real images, as its previews showed while it was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segstyle_gui.core.geometry import resize_image
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.student.train import StudentPreview

N_IMAGES = 8  # as many as a training shows


def student_preview(
    project: Project, run: RunRecord, *, n_images: int = N_IMAGES, progress: Progress = SILENT
) -> StudentPreview | None:
    """Label the first real images with the student of a run, at the size that it was trained at.

    Parameters
    ----------
    project
        Holds the run and the images.
    run
        A run that made a student.
    n_images
        At most so many.
    progress
        Told of every image; may stop it.

    Returns
    -------
    StudentPreview or None
        Its step is the last measured one. None if there are no images, or none with the student's channels.
    """
    from segstyle_gui.core.student.checkpoint import student_from_arrays
    from segstyle_gui.core.student.predict import predict_image
    from segstyle_gui.core.student.train import StudentPreview

    imported = project.current("images")
    student = student_from_arrays(project.arrays(run))
    if imported is None:
        return None
    pixels = project.array(imported, "pixels", slice(0, n_images))
    if pixels.shape[-1] != student.spec.channels:
        return None
    views = _views(pixels, student.image_size)
    ids = np.array(student.spec.class_ids, np.uint8)
    label_maps = np.empty(views.shape[:3], np.uint8)
    for number, view in enumerate(views):
        progress.report(number, len(views), f"Image {number + 1} of {len(views)}")
        scores = predict_image(student, view[..., 0] if view.shape[-1] == 1 else view)
        label_maps[number] = ids[scores.argmax(axis=0)]
    curve = project.array(run, "curve")
    step = int(curve[-1, 0]) if len(curve) else 0
    return StudentPreview(step, views, label_maps, real=True)


def _views(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return (N, H, W, C) images at (N, size, size, C)."""
    if pixels.shape[1:3] == (size, size):
        return pixels
    views = [resize_image(image[..., 0] if image.shape[-1] == 1 else image, size, size) for image in pixels]
    return np.stack(views).reshape(len(pixels), size, size, pixels.shape[-1])
