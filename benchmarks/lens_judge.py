"""A judge of opaque lenses that knows nothing of CLIP or of the generator.

It is a student trained on rendered eyes, half of them with an opaque lens, and their exact label maps. What
it is worth is measured on renders that it was not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from segstyle_gui.core.geometry import Fit, fit_image
from segstyle_gui.core.images import ImageConfig, prepare_image
from segstyle_gui.core.metrics import confusion_matrix, iou_per_class
from segstyle_gui.core.near_eye import CLASS_NAMES, NearEyeConfig, render_near_eye
from segstyle_gui.core.student.checkpoint import load_student, save_student
from segstyle_gui.core.student.config import PredictConfig, StudentConfig
from segstyle_gui.core.student.data import StoredSet
from segstyle_gui.core.student.network import Student
from segstyle_gui.core.student.predict import predict_image
from segstyle_gui.core.student.train import train_student

IRIS, PUPIL, LENS = (CLASS_NAMES.index(name) for name in ("iris", "pupil", "opaque lens"))
_LEAST = 0.002  # of the image: less of a lens is hidden by the lids
_LEAST_OF_DISC = 0.1  # of iris, pupil and lens together; true lenses have 0.12 and more, glints 0.06 at most
_LEAST_RING = 0.75  # of the two pixels around a lens that are iris or pupil: it lies inside of the iris
_SPOTS = 2  # bright spots, at most, in the eyes without a lens
_TRAIN, _TEST = 3_000_000, 3_900_000  # first seeds; training and sample images of the project are elsewhere
_ONCE = PredictConfig(flip=False)

Maps = NDArray[np.uint8]


def eyes(seeds: Sequence[int], size: int, *, opaque: bool) -> tuple[Maps, Maps]:
    """Return renders (N, size, size), windowed as an import does it, and their exact label maps."""
    config, looks = NearEyeConfig(size=size), ImageConfig(size=size)
    fit = Fit.of(size, size, looks.fit)
    images, maps = [], []
    for seed in seeds:
        image, label_map, _ = render_near_eye(seed, config, opaque_lens=opaque)
        images.append(fit_image(prepare_image(image, looks, "gray"), fit, size))
        maps.append(label_map)
    return np.stack(images), np.stack(maps)


def lens_shown(label_maps: Maps) -> NDArray[np.bool_]:
    """Return (N,) bool: more lens than pupil, and more than a glint would be; for true and judged maps."""
    iris, pupil, lens = ((label_maps == number).mean(axis=(1, 2)) for number in (IRIS, PUPIL, LENS))
    enough = (lens > _LEAST) & (lens > pupil) & (lens > _LEAST_OF_DISC * (iris + pupil + lens))
    return enough & (np.array([_in_iris(one) for one in label_maps]) >= _LEAST_RING)


def _in_iris(label_map: Maps) -> float:
    """Return the share, 0 to 1, of the ring around the lens that is iris or pupil."""
    lens = label_map == LENS
    ring = ndimage.binary_dilation(lens, iterations=2) & ~lens
    return float(np.isin(label_map[ring], (IRIS, PUPIL)).mean()) if ring.any() else 0.0


def with_spots(images: Maps, label_maps: Maps) -> Maps:
    """Return eyes with soft bright spots that are no lenses: their centres lie outside of the iris.

    Samples that were moved far have such spots. Without them in the training, a judge takes whatever is white
    and round for a lens.
    """
    rng, spotted = np.random.default_rng(1), images.astype(np.float32)
    y, x = np.mgrid[: images.shape[1], : images.shape[2]] / images.shape[1]
    for image, label_map in zip(spotted, label_maps, strict=True):
        near = ndimage.binary_dilation(label_map != 0, iterations=4) & (label_map < IRIS)
        for place in rng.choice(np.flatnonzero(near), rng.integers(0, _SPOTS + 1)):
            cy, cx = np.divmod(place, images.shape[2]) / np.array(images.shape[1])
            wide, tall = rng.uniform(0.03, 0.12, 2)
            shape = np.exp(-(((x - cx) / wide) ** 2) - ((y - cy) / tall) ** 2)
            image += shape * rng.uniform(0.5, 1) * (255 - image)
    return spotted.astype(np.uint8)


class Judge:
    """Says which class every pixel is, and whether an eye shows an opaque lens."""

    def __init__(self, student: Student) -> None:
        self._student = student

    @classmethod
    def trained(cls, size: int, n_eyes: int, config: StudentConfig, cache: Path | None) -> Judge:
        """Train a judge for images of ``size`` pixels, or take the one that is in ``cache``."""
        name = f"spotted-judge-{size}-{n_eyes}-{config.steps}-{config.width}.safetensors"
        if cache is not None and (cache / name).is_file():
            return cls(load_student((cache / name).read_bytes()))
        halves = [eyes(range(_TRAIN + i, _TRAIN + n_eyes, 2), size, opaque=bool(i)) for i in (0, 1)]
        halves[0] = with_spots(*halves[0]), halves[0][1]
        order = np.random.default_rng(0).permutation(sum(len(maps) for _, maps in halves))
        images, maps = (np.concatenate(both)[order] for both in zip(*halves, strict=True))
        data = StoredSet(images[..., None], maps, class_ids=range(1, len(CLASS_NAMES)))
        student = train_student(data, config).student
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            (cache / name).write_bytes(save_student(student))
        return cls(student)

    def label_maps(self, images: NDArray[np.uint8]) -> Maps:
        """Return (N, S, S), values index ``CLASS_NAMES``, of gray images (N, S, S) or (N, S, S, C)."""
        gray = images if images.ndim == 3 else images[..., 0]
        ids = np.array(self._student.spec.class_ids, np.uint8)
        return np.stack([ids[predict_image(self._student, one, _ONCE).argmax(axis=0)] for one in gray])

    def share(self, images: NDArray[np.uint8]) -> float:
        """Return the share of the images that show an opaque lens."""
        return float(lens_shown(self.label_maps(images)).mean())

    def measured(self, size: int, n_eyes: int) -> dict[str, Any]:
        """Return how often it is right on ``n_eyes`` new renders with and as many without a lens."""
        confusion = np.zeros((len(CLASS_NAMES),) * 2, np.int64)
        right: dict[bool, float] = {}
        for opaque in (True, False):
            images, truth = eyes(range(_TEST + opaque, _TEST + 2 * n_eyes, 2), size, opaque=opaque)
            found = self.label_maps(images)
            counted = lens_shown(truth) == opaque  # a lens behind closed lids is neither
            right[opaque] = float((lens_shown(found) == opaque)[counted].mean())
            confusion += confusion_matrix(truth, found, len(CLASS_NAMES))
        iou = dict(zip(CLASS_NAMES, iou_per_class(confusion).round(4).tolist(), strict=True))
        return {"right with a lens": right[True], "right without": right[False], "iou": iou}
