"""A colour scale whose steps look equally large: a straight line through OKLab."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segstyle_gui.core.palette import oklab

_N = 256
_OKLAB_TO_CUBES = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_CUBES_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def color_scale(low: str, high: str) -> NDArray[np.uint8]:
    """Return (256, 3) sRGB from ``low`` to ``high`` (``"#rrggbb"``), evenly spaced to the eye."""
    ends = oklab(np.array([_rgb(low), _rgb(high)]))
    share = np.linspace(0, 1, _N)[:, None]
    lab = ends[0] * (1 - share) + ends[1] * share
    linear = (lab @ _OKLAB_TO_CUBES.T) ** 3 @ _CUBES_TO_RGB.T
    linear = linear.clip(0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colors: NDArray[np.uint8] = (srgb * 255).round().astype(np.uint8)
    return colors


def scaled(values: ArrayLike, low: float, high: float) -> NDArray[np.uint8]:
    """Return where values lie between ``low`` and ``high`` as rows of a scale; NaN lies at 0."""
    span = high - low or 1.0
    share = np.nan_to_num((np.asarray(values, float) - low) / span)
    return (share.clip(0, 1) * (_N - 1)).round().astype(np.uint8)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
