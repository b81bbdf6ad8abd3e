"""Lashes: tapering curved strokes along both lid margins, drawn as anti-aliased polygons."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from segstyle_gui.core.near_eye.anatomy import LidCurves, to_image_axes
from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.texture import FloatArray

_CANVAS = 768  # least side of the canvas that the strokes are drawn on before they are averaged, pixels
_STEPS = 9  # points along a stroke
_BASE_WIDTH = 0.011  # of a stroke at its root, half frames


def draw_lashes(parameters: EyeParameters, curves: LidCurves, n: int) -> FloatArray:
    """Return the opacity (n, n) in 0..1 of all lashes."""
    rng = np.random.default_rng([parameters.texture_seed, 23])
    factor = max(1, math.ceil(_CANVAS / n))
    canvas = Image.new("L", (n * factor, n * factor), 0)
    pen = ImageDraw.Draw(canvas)
    for upper in (False, True):
        points, widths = _strokes(parameters, curves, rng, upper)
        _draw_strokes(pen, parameters, points, widths, rng, n * factor)
    if parameters.brow_hairs:
        points, widths = _brow(parameters, rng)
        _draw_strokes(pen, parameters, points, widths, rng, n * factor)
    return np.asarray(canvas.reduce(factor), dtype=np.float32) / 255.0


def _strokes(
    parameters: EyeParameters, curves: LidCurves, rng: np.random.Generator, upper: bool
) -> tuple[FloatArray, FloatArray]:
    """Return centre lines (count, steps, 2) in the eye's own axes and base widths (count,)."""
    count = parameters.upper_lashes if upper else parameters.lower_lashes
    along = _roots(rng, count, parameters.lash_clumping)
    x = ((2.0 * along - 1.0) * parameters.half_width).astype(np.float32)
    margin = curves.upper if upper else curves.lower
    root = np.stack([x, np.interp(x, curves.x, margin).astype(np.float32)], axis=-1)
    middle, tip = _bend(parameters, rng, along, upper)
    s = np.linspace(0.0, 1.0, _STEPS, dtype=np.float32)[None, :, None]
    lines = root[:, None] + 2.0 * s * (1.0 - s) * middle[:, None] + s**2 * tip[:, None]
    widths = _BASE_WIDTH * (1.0 if upper else 0.6) * rng.uniform(0.6, 1.35, count)
    return lines.astype(np.float32), widths.astype(np.float32)


def _brow(parameters: EyeParameters, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the eyebrow's hairs, which lie towards the temple, like :func:`_strokes`."""
    count = parameters.brow_hairs
    x = rng.uniform(-1.3, 1.2, count)
    y = -1.06 + 0.12 * (x - 0.1) ** 2 + rng.normal(0.0, 0.09, count)
    length = rng.uniform(0.14, 0.34, count)
    lean = 0.95 + 0.3 * x + rng.normal(0.0, 0.25, count)
    reach = np.stack([np.sin(lean), -np.cos(lean)], axis=-1) * length[:, None]
    sag = np.stack([0.35 * length, -0.3 * length], axis=-1)
    s = np.linspace(0.0, 1.0, _STEPS)[None, :, None]
    lines = np.stack([x, y], axis=-1)[:, None] + 2.0 * s * (1.0 - s) * sag[:, None] + s**2 * reach[:, None]
    return lines.astype(np.float32), (_BASE_WIDTH * rng.uniform(0.8, 1.5, count)).astype(np.float32)


def _roots(rng: np.random.Generator, count: int, clumping: float) -> FloatArray:
    even = np.linspace(0.1, 0.97, count) + rng.normal(0.0, 0.02, count)
    tufts = rng.uniform(0.08, 0.97, max(4, count // 4))
    nearest = tufts[np.abs(even[:, None] - tufts).argmin(axis=1)] if count else even
    return (even + 0.6 * clumping * (nearest - even)).astype(np.float32)


def _bend(
    parameters: EyeParameters, rng: np.random.Generator, along: FloatArray, upper: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the control point and the tip of each stroke, relative to its root, (count, 2) each."""
    count = len(along)
    length = parameters.lash_length * rng.uniform(0.4, 1.15, count) * (0.65 + 0.5 * along)
    fan = 1.5 * (along - 0.48) + rng.normal(0.0, 0.28, count)
    tuft = np.sin(along * 61.0 + rng.uniform(0.0, 6.0)) * 0.45 * parameters.lash_clumping
    lean = np.sin(fan + tuft)
    if upper:
        rise = parameters.lash_curl + rng.normal(0.0, 0.2, count)
        middle = np.stack([0.35 * lean * length, (0.22 - 0.3 * rise) * length], axis=-1)
        tip = np.stack([lean * length, -rise * length], axis=-1)
    else:
        length = 0.5 * length
        middle = np.stack([0.25 * lean * length, 0.5 * length], axis=-1)
        tip = np.stack([lean * length, 0.8 * length * rng.uniform(0.5, 1.0, count)], axis=-1)
    return middle.astype(np.float32), tip.astype(np.float32)


def _draw_strokes(
    pen: ImageDraw.ImageDraw,
    parameters: EyeParameters,
    lines: FloatArray,
    widths: FloatArray,
    rng: np.random.Generator,
    side: int,
) -> None:
    x, y = to_image_axes(parameters, lines[..., 0], lines[..., 1])
    points = np.stack([x, y], axis=-1)
    tangent = np.gradient(points, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=-1, keepdims=True), 1e-6)
    normal = np.stack([-tangent[..., 1], tangent[..., 0]], axis=-1)
    taper = 1.0 - np.linspace(0.0, 1.0, _STEPS, dtype=np.float32) ** 1.6
    reach = normal * (0.5 * widths[:, None] * taper)[..., None]
    outline = np.concatenate([points + reach, (points - reach)[:, ::-1]], axis=1)
    pixels = (outline + 1.0) * (side / 2.0)
    for polygon, opacity in zip(pixels, rng.integers(110, 256, len(pixels)), strict=True):
        pen.polygon([(float(px), float(py)) for px, py in polygon], fill=int(opacity))
