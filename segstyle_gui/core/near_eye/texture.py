"""Smooth random fields that look the same at any size: coarse seeded grids, stretched to the frame."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FloatArray: TypeAlias = NDArray[np.float32]


def noise_field(rng: np.random.Generator, cells: tuple[int, int], shape: tuple[int, int]) -> FloatArray:
    """Return a bicubic field of ``shape`` (rows, columns) over a normal grid of ``cells`` (rows, columns).

    Zero mean; the standard deviation is near 1 on the grid's points and less between them.
    """
    grid = rng.standard_normal(cells, dtype=np.float32)
    return _stretch(grid, shape, (0.0, 0.0, float(cells[1]), float(cells[0])))


def ring_field(rng: np.random.Generator, cells: tuple[int, int], shape: tuple[int, int]) -> FloatArray:
    """Return a field like :func:`noise_field` whose columns close to a ring (the last meets the first)."""
    margin = 4
    grid = rng.standard_normal(cells, dtype=np.float32)
    wrapped = np.pad(grid, ((0, 0), (margin, margin)), mode="wrap")
    return _stretch(wrapped, shape, (float(margin), 0.0, float(margin + cells[1]), float(cells[0])))


def octaves(rng: np.random.Generator, cells: tuple[int, int], shape: tuple[int, int], n: int) -> FloatArray:
    """Return the sum of ``n`` fields, each twice as fine and half as strong as the one before."""
    total = np.zeros(shape, np.float32)
    for level in range(n):
        finer = (cells[0] << level, cells[1] << level)
        total += noise_field(rng, finer, shape) / (1 << level)
    return total


def smoothstep(low: float, high: float, values: FloatArray) -> FloatArray:
    """Return 0 below ``low``, 1 above ``high`` and a cubic between (``low`` > ``high`` falls instead)."""
    t = values * np.float32(1.0 / (high - low))
    t -= np.float32(low / (high - low))
    np.clip(t, 0.0, 1.0, out=t)
    ramp = np.float32(3.0) - 2.0 * t
    ramp *= t
    ramp *= t
    return ramp


def _stretch(grid: FloatArray, shape: tuple[int, int], box: tuple[float, float, float, float]) -> FloatArray:
    picture = Image.fromarray(np.ascontiguousarray(grid))
    stretched = picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box)
    return np.asarray(stretched, dtype=np.float32)
