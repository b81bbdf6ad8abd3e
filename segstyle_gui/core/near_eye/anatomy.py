"""The geometry of one eye: where lids, iris, pupil and lens lie on the grid of samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.texture import FloatArray

EYEBALL_RATIO = 2.05  # radius of the eyeball / radius of the iris: 12.1 mm / 5.9 mm
_CURVE_SAMPLES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class LidCurves:
    """Both lid margins as functions of ``x`` in the eye's own axes (inner corner at negative x)."""

    x: FloatArray  # (n,) increasing, half frames
    upper: FloatArray  # (n,) y of the upper margin
    lower: FloatArray  # (n,) y of the lower margin
    upper_slant: FloatArray  # (n,) cosine of the slope: turns vertical into true distance
    lower_slant: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeGeometry:
    """Fields of shape (n, n), float32, one value per sample; distances in half frames."""

    frame_x: FloatArray  # image axes, -1..1
    frame_y: FloatArray
    x: FloatArray  # the eye's own axes: mirrored so that the nose is at negative x
    y: FloatArray
    along: FloatArray  # place between the corners: 0 inner, 1 outer, beyond them outside 0..1
    above: FloatArray  # distance above the upper lid's margin, negative on the eye
    below: FloatArray  # distance below the lower lid's margin, negative on the eye
    rho: FloatArray  # radius in the iris plane / iris radius: 1 at the limbus
    phi: FloatArray  # angle in the iris plane, radians
    pupil_edge: FloatArray  # rho of the pupil's outline in this direction
    sphere_x: FloatArray  # offset from the eyeball's centre / eyeball radius
    sphere_y: FloatArray
    curves: LidCurves

    @property
    def aperture(self) -> FloatArray:
        """Distance from the nearest lid margin, positive on the eye."""
        return -np.maximum(self.above, self.below)


def place_eye(parameters: EyeParameters, n: int) -> EyeGeometry:
    """Compute the geometry on ``n`` x ``n`` samples (at the centres of their cells)."""
    axis = ((np.arange(n, dtype=np.float32) + 0.5) * (2.0 / n) - 1.0).astype(np.float32)
    frame_x, frame_y = np.meshgrid(axis, axis)
    x, y = to_eye_axes(parameters, frame_x, frame_y)
    curves = lid_curves(parameters)
    above, below = _lid_distances(curves, x, y)
    rho, phi = _iris_plane(parameters, x, y)
    radius = EYEBALL_RATIO * parameters.iris_radius
    return EyeGeometry(
        frame_x=frame_x,
        frame_y=frame_y,
        x=x,
        y=y,
        along=(x / parameters.half_width + 1.0) / 2.0,
        above=above,
        below=below,
        rho=rho,
        phi=phi,
        pupil_edge=_pupil_outline(parameters, phi),
        sphere_x=x / radius,
        sphere_y=y / radius,
        curves=curves,
    )


def to_eye_axes(parameters: EyeParameters, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turn image coordinates into the eye's own: shifted, rolled, mirrored for a right eye."""
    angle = np.deg2rad(parameters.roll)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx, dy = x - np.float32(parameters.offset_x), y - np.float32(parameters.offset_y)
    side = np.float32(1.0 if parameters.is_left else -1.0)
    return side * (cos * dx + sin * dy), cos * dy - sin * dx


def to_image_axes(parameters: EyeParameters, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Invert :func:`to_eye_axes`."""
    angle = np.deg2rad(parameters.roll)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u = np.float32(1.0 if parameters.is_left else -1.0) * x
    return cos * u - sin * y + np.float32(parameters.offset_x), sin * u + cos * y + np.float32(
        parameters.offset_y
    )


def gaze_vector(parameters: EyeParameters) -> tuple[float, float, float]:
    """Return the gaze as a unit vector (x, y, towards the camera) in the eye's own axes."""
    side = 1.0 if parameters.is_left else -1.0
    yaw, pitch = np.deg2rad(parameters.gaze_yaw), np.deg2rad(parameters.gaze_pitch)
    return side * float(np.sin(yaw) * np.cos(pitch)), float(np.sin(pitch)), float(np.cos(yaw) * np.cos(pitch))


def iris_centre(parameters: EyeParameters) -> tuple[float, float]:
    """Return where the iris' centre is seen, in the eye's own axes.

    The iris plane cuts the eyeball (radius R) in a circle of radius r, so it lies sqrt(R^2 - r^2) from the
    eyeball's centre and turns with the gaze (orthographic camera).
    """
    depth = parameters.iris_radius * float(np.sqrt(EYEBALL_RATIO**2 - 1.0))
    gaze_x, gaze_y, _ = gaze_vector(parameters)
    return depth * gaze_x, depth * gaze_y


def lid_curves(parameters: EyeParameters) -> LidCurves:
    """Return both margins: powers of a skewed sine over a line that rises to the outer corner."""
    reach = 1.8
    x = np.linspace(-reach, reach, _CURVE_SAMPLES, dtype=np.float32)
    along = (x / parameters.half_width + 1.0) / 2.0
    t = np.clip(along, 0.0, 1.0)
    line = 0.06 + parameters.corner_rise * (0.5 - along)
    upper = _arch(t, parameters.upper_skew, parameters.lid_roundness)
    lower = _arch(t, parameters.lower_skew, 0.92 * parameters.lid_roundness)
    upper = line - upper * (parameters.upper_height + _wave(parameters, t, 0))
    lower = line + lower * (parameters.lower_height + _wave(parameters, t, 1))
    return LidCurves(
        x=x, upper=upper, lower=lower, upper_slant=_slant(x, upper), lower_slant=_slant(x, lower)
    )


def _arch(t: FloatArray, skew: float, roundness: float) -> FloatArray:
    return np.clip(np.sin(np.pi * t**skew), 0.0, 1.0).astype(np.float32) ** np.float32(roundness)


def _wave(parameters: EyeParameters, t: FloatArray, which: int) -> FloatArray:
    rng = np.random.default_rng([parameters.texture_seed, 5, which])
    wave = np.zeros_like(t)
    for order in (2.0, 3.0, 4.5):
        wave += np.sin(np.float32(np.pi * order) * t + np.float32(rng.uniform(0.0, 6.3))) / np.float32(order)
    return np.float32(2.0 * parameters.lid_waviness) * wave


def _slant(x: FloatArray, curve: FloatArray) -> FloatArray:
    return (1.0 / np.sqrt(1.0 + np.gradient(curve, x) ** 2)).astype(np.float32)


def _lid_distances(curves: LidCurves, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    def at(values: FloatArray) -> FloatArray:
        return np.interp(x, curves.x, values).astype(np.float32)

    above = (at(curves.upper) - y) * at(curves.upper_slant)
    below = (y - at(curves.lower)) * at(curves.lower_slant)
    return above, below


def _iris_plane(parameters: EyeParameters, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Undo the foreshortening: stretch by 1/cos(angle to the camera) along the gaze's projection."""
    centre_x, centre_y = iris_centre(parameters)
    gaze_x, gaze_y, towards = gaze_vector(parameters)
    tilt = float(np.hypot(gaze_x, gaze_y))
    unit_x, unit_y = (gaze_x / tilt, gaze_y / tilt) if tilt > 1e-6 else (1.0, 0.0)
    dx, dy = x - np.float32(centre_x), y - np.float32(centre_y)
    stretch = np.float32(1.0 / towards - 1.0) * (dx * np.float32(unit_x) + dy * np.float32(unit_y))
    dx, dy = dx + stretch * np.float32(unit_x), dy + stretch * np.float32(unit_y)
    return np.hypot(dx, dy) / np.float32(parameters.iris_radius), np.arctan2(dy, dx)


def _pupil_outline(parameters: EyeParameters, phi: FloatArray) -> FloatArray:
    """Return a circle with three low harmonics, which keeps its area to first order."""
    rng = np.random.default_rng([parameters.texture_seed, 11])
    outline = np.ones_like(phi)
    for order in (2, 3, 5):
        phase = rng.uniform(0.0, 2.0 * np.pi)
        outline += np.float32(parameters.pupil_irregularity / order) * np.cos(order * phi + np.float32(phase))
    return np.float32(parameters.pupil_ratio) * outline
