"""Where a pixel of an original lies in the model's square, and back.

Coordinates are continuous: pixel ``i`` covers ``[i, i + 1)``, so its centre lies at ``i + 0.5``. Images
are resampled with Pillow's Lanczos filter, widened when shrinking (antialiased); for strong shrinking
Pillow first averages whole blocks (``reducing_gap=3``), which looks the same and is faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from PIL import Image

FitPolicy = Literal["crop", "pad", "resize"]
_REDUCING_GAP = 3.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How an original of ``width`` × ``height`` pixels fills the model's square.

    ``crop`` shows the central square, ``pad`` the whole image between black bars, ``resize`` the whole
    image squashed. All three map one :attr:`box` of the original onto the square.
    """

    width: int
    height: int
    policy: FitPolicy

    @classmethod
    def of(cls, width: int, height: int, policy: str) -> Fit:
        """Return the fit for an original of ``width`` × ``height`` pixels.

        Raises
        ------
        ValueError
            For a side below 1 or an unknown policy.
        """
        if width < 1 or height < 1:
            raise ValueError(f"image size is {width}×{height}; wanted at least 1×1")
        if policy not in get_args(FitPolicy):
            raise ValueError(f"fit is {policy!r}; wanted one of {', '.join(get_args(FitPolicy))}")
        return cls(width, height, cast(FitPolicy, policy))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels of the original; beyond the image where bars are added."""
        if self.policy == "resize":
            return 0, 0, self.width, self.height
        side = (min if self.policy == "crop" else max)(self.width, self.height)
        left, top = (self.width - side) // 2, (self.height - side) // 2
        return left, top, left + side, top + side

    def to_square(self, points: np.ndarray, size: int) -> np.ndarray:
        """Map (N, 2) points (x, y) of the original to a square of ``size`` pixels, float64."""
        start, scale = self._start_and_scale(size)
        return (np.asarray(points, np.float64) - start) * scale

    def to_original(self, points: np.ndarray, size: int) -> np.ndarray:
        """Map (N, 2) points (x, y) of a square of ``size`` pixels to the original, float64."""
        start, scale = self._start_and_scale(size)
        return np.asarray(points, np.float64) / scale + start

    def to_json(self) -> dict[str, Any]:
        """Return a mapping that JSON can hold."""
        return {"width": self.width, "height": self.height, "policy": self.policy}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Fit:
        """Return the fit that :meth:`to_json` described; ValueError for wrong values."""
        try:
            return cls.of(int(data["width"]), int(data["height"]), str(data["policy"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a fit: {data!r}") from error

    def _start_and_scale(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        left, top, right, bottom = self.box
        return np.array([left, top], np.float64), np.array([size / (right - left), size / (bottom - top)])


def fit_image(image: np.ndarray, fit: Fit, size: int) -> np.ndarray:
    """Bring an original into the model's square.

    Parameters
    ----------
    image
        (H, W) or (H, W, 3) uint8, of the size that ``fit`` was made for.
    fit
        Which part is shown.
    size
        Side of the square in pixels.

    Returns
    -------
    np.ndarray
        (size, size) or (size, size, 3) uint8; bars of ``pad`` are 0.
    """
    if image.shape[:2] != (fit.height, fit.width):
        raise ValueError(f"image is {image.shape[:2]}; the fit is for {(fit.height, fit.width)}")
    left, top, right, bottom = fit.box
    if fit.policy != "pad":
        return resize_image(image[top:bottom, left:right], size, size)
    corners = np.array([[0, 0], [fit.width, fit.height]])
    (x0, y0), (x1, y1) = np.rint(fit.to_square(corners, size)).astype(int).tolist()
    x0, y0 = min(x0, size - 1), min(y0, size - 1)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    square = np.zeros((size, size, *image.shape[2:]), np.uint8)
    square[y0:y1, x0:x1] = resize_image(image, x1 - x0, y1 - y0)
    return square


def fit_label_map(label_map: np.ndarray, fit: Fit, size: int, *, outside: int) -> np.ndarray:
    """Bring a label map of an original into the model's square, each pixel from the nearest one.

    Parameters
    ----------
    label_map
        (H, W) ids, of the size that ``fit`` was made for.
    fit
        Which part is shown.
    size
        Side of the square in pixels.
    outside
        Id where the square shows nothing of the original: the bars of ``pad``.

    Returns
    -------
    np.ndarray
        (size, size), same dtype.
    """
    if label_map.shape != (fit.height, fit.width):
        raise ValueError(f"label map is {label_map.shape}; the fit is for {(fit.height, fit.width)}")
    centres = np.arange(size) + 0.5
    columns, rows = np.floor(fit.to_original(np.stack([centres, centres], axis=1), size)).astype(np.intp).T
    square = label_map[np.clip(rows, 0, fit.height - 1)[:, None], np.clip(columns, 0, fit.width - 1)[None, :]]
    square[(rows < 0) | (rows >= fit.height), :] = outside
    square[:, (columns < 0) | (columns >= fit.width)] = outside
    return square


def resize_image(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resample (H, W) or (H, W, 3) uint8 to ``height`` × ``width``, antialiased; always a new array."""
    if image.dtype != np.uint8:
        raise ValueError(f"image is {image.dtype}; wanted uint8")
    if image.shape[:2] == (height, width):
        return image.copy()
    picture = Image.fromarray(np.ascontiguousarray(image))
    return np.array(picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP))


@dataclass(frozen=True, slots=True)
class ModelView:
    """A whole original, scaled as the training images were; it carries scores back to every pixel."""

    width: int  # of the original, pixels
    height: int
    view_width: int  # of what the student sees, pixels
    view_height: int

    @classmethod
    def of(cls, width: int, height: int, policy: str, size: int) -> ModelView:
        """Return the view of an original: the box that the fit shows becomes ``size`` pixels wide."""
        left, top, right, bottom = Fit.of(width, height, policy).box
        view_width = max(1, round(width * size / (right - left)))
        view_height = max(1, round(height * size / (bottom - top)))
        return cls(width, height, view_width, view_height)

    def scores_to_original(self, scores: np.ndarray, *, rows: tuple[int, int] | None = None) -> np.ndarray:
        """Resize class scores to the original, bilinear with half-pixel centres and clamped edges.

        The same convention as ``torch.nn.functional.interpolate(mode="bilinear", align_corners=False)``:
        no widening of the filter when shrinking.

        Parameters
        ----------
        scores
            (C, view_height, view_width) float.
        rows
            Only the original's rows ``start <= row < stop``, to work through a large image in strips.

        Returns
        -------
        np.ndarray
            (C, H, W) float32, or (C, stop - start, W).
        """
        if scores.shape[1:] != (self.view_height, self.view_width):
            wanted = (self.view_height, self.view_width)
            raise ValueError(f"scores are {scores.shape[1:]}; the view is {wanted}")
        start, stop = rows if rows is not None else (0, self.height)
        values = scores.astype(np.float32, copy=False)
        values = _interpolate(values, 1, self.height, np.arange(start, stop))
        return _interpolate(values, 2, self.width, np.arange(self.width))


def model_view(image: np.ndarray, policy: str, size: int) -> tuple[np.ndarray, ModelView]:
    """Scale a whole original to the scale of the training images.

    Parameters
    ----------
    image
        (H, W) or (H, W, 3) uint8.
    policy
        ``crop``: the short side becomes ``size`` and nothing is cut off; ``pad``: the long side becomes
        ``size`` and no bars are added; ``resize``: squashed to ``size`` × ``size``.
    size
        The generator's resolution in pixels.

    Returns
    -------
    tuple[np.ndarray, ModelView]
        (h, w) or (h, w, 3) uint8 and the way back.
    """
    view = ModelView.of(image.shape[1], image.shape[0], policy, size)
    return resize_image(image, view.view_width, view.view_height), view


def thumbnail(image: np.ndarray, size: int = 96) -> np.ndarray:
    """Return the whole uint8 image with its longer side at most ``size`` pixels; never enlarged."""
    height, width = image.shape[:2]
    scale = min(1.0, size / max(width, height))
    return resize_image(image, max(1, round(width * scale)), max(1, round(height * scale)))


def _interpolate(values: np.ndarray, axis: int, length: int, positions: np.ndarray) -> np.ndarray:
    """Sample ``values`` along ``axis`` where the pixels ``positions`` of ``length`` have their centres."""
    n = values.shape[axis]
    if n == length and len(positions) == length:
        return values.copy()
    centres = np.clip((positions + 0.5) * (n / length) - 0.5, 0.0, n - 1.0)
    lower = np.floor(centres).astype(np.intp)
    upper = np.minimum(lower + 1, n - 1)
    shape = [1] * values.ndim
    shape[axis] = -1
    weight = (centres - lower).astype(np.float32).reshape(shape)
    below = values.take(lower, axis=axis)
    above = values.take(upper, axis=axis)
    above -= below
    above *= weight
    above += below
    return above
