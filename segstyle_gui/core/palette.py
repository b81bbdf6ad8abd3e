"""Colours that never change by themselves: each is a function of a permanent id.

The first eight are those of Okabe and Ito (*Color Universal Design*, 2008), told apart by people with
any of the common colour-vision deficiencies; black comes last of them because it hides dark images.
The others are chosen one by one, each the candidate farthest in OKLab from all before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Color = tuple[int, int, int]

BACKGROUND_COLOR: Color = (128, 128, 128)  # class 0; drawn transparent over an image

OKABE_ITO: tuple[Color, ...] = (
    (230, 159, 0),  # orange
    (86, 180, 233),  # sky blue
    (0, 158, 115),  # bluish green
    (240, 228, 66),  # yellow
    (0, 114, 178),  # blue
    (213, 94, 0),  # vermillion
    (204, 121, 167),  # reddish purple
    (0, 0, 0),  # black
)

_N_COLORS = 128
_LEVELS = 12  # candidate levels per channel
_LOWEST_CHROMA = 0.05  # OKLab; candidates below look like the gray background

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(colors: NDArray[np.generic]) -> NDArray[np.float64]:
    """Convert sRGB colours to OKLab (B. Ottosson, 2020).

    Parameters
    ----------
    colors
        (N, 3), 0 to 255.

    Returns
    -------
    numpy.ndarray
        (N, 3) float64: lightness 0 to 1, then a and b within about 0.4 of zero.
    """
    srgb = np.asarray(colors, dtype=np.float64) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T


def _candidates() -> NDArray[np.int64]:
    levels = np.linspace(0, 255, _LEVELS).round().astype(np.int64)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    lab = oklab(colors)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    return colors[(chroma > _LOWEST_CHROMA) & (lab[:, 0] > 0.35) & (lab[:, 0] < 0.95)]


def _build_palette() -> tuple[Color, ...]:
    candidates = _candidates()
    lab = oklab(candidates)
    chosen = [*OKABE_ITO]
    taken = oklab(np.array([*OKABE_ITO, BACKGROUND_COLOR]))
    distance = np.linalg.norm(lab[:, None] - taken[None], axis=-1).min(axis=1)
    while len(chosen) < _N_COLORS:
        best = int(distance.argmax())
        red, green, blue = (int(v) for v in candidates[best])
        chosen.append((red, green, blue))
        distance = np.minimum(distance, np.linalg.norm(lab - lab[best], axis=-1))
    return tuple(chosen)


PALETTE: tuple[Color, ...] = _build_palette()


def default_color(identifier: int) -> Color:
    """Return the colour of a permanent region or class id: 1 is the first of the palette.

    Id 0 (background) is gray. Ids beyond the palette's 128 colours begin again at the first.

    Raises
    ------
    ValueError
        If ``identifier`` is negative.
    """
    if identifier < 0:
        raise ValueError(f"ids are 0 or more, not {identifier}")
    if identifier == 0:
        return BACKGROUND_COLOR
    return PALETTE[(identifier - 1) % len(PALETTE)]
