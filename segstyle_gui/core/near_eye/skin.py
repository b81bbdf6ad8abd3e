"""The tone of lids, orbit, brow ridge and side of the nose under infrared lamps near the camera."""

from __future__ import annotations

import numpy as np

from segstyle_gui.core.near_eye.anatomy import EyeGeometry
from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.texture import FloatArray, noise_field, octaves, smoothstep


def shade_skin(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Return the tone of lids and surroundings, (n, n)."""
    shape = eye.x.shape
    span = smoothstep(-0.1, 0.12, eye.along) * smoothstep(1.3, 0.95, eye.along)
    mottle = 0.04 * octaves(rng, (3, 3), shape, 3)
    pores = 0.016 * noise_field(rng, (44, 52), shape) + 0.016 * noise_field(rng, (84, 96), shape)
    tone = parameters.skin_tone * (1.0 + mottle + parameters.skin_contrast * pores)
    tone *= _hollows(parameters, eye)
    tone *= _relief(parameters, eye, rng)
    tone *= _upper_lid(parameters, eye, span, rng)
    tone *= _lower_lid(parameters, eye, span, rng)
    return np.clip(tone, 0.02, 1.2)


def _relief(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Light a height map of the orbit: matt (Lambert) plus a broad sheen where it faces the lamp."""
    shape = eye.x.shape
    height = 0.34 * np.exp(-(eye.x**2 + 1.2 * eye.y**2) / 0.55)
    height += 0.30 * smoothstep(-0.45, -1.3, eye.y) + 0.30 * smoothstep(-0.75, -1.7, eye.x)
    height += 0.02 * noise_field(rng, (7, 5), shape) + 0.005 * parameters.skin_contrast * _wrinkles(eye, rng)
    height += 0.0016 * parameters.skin_contrast * noise_field(rng, (40, 46), shape)
    slope_y, slope_x = np.gradient(height, 2.0 / shape[0])
    side = 1.0 if parameters.is_left else -1.0
    lamp = np.array([side * 0.6 * parameters.light_x, 0.7 * parameters.light_y, 1.0])
    lamp_x, lamp_y, lamp_z = (float(part) for part in lamp / np.linalg.norm(lamp))
    upright = 1.0 / np.sqrt(1.0 + slope_x**2 + slope_y**2)
    matt = (lamp_z - lamp_x * slope_x - lamp_y * slope_y) * upright
    sheen = np.clip(matt, 0.0, 1.0) ** 24
    return (0.35 + 0.65 * np.clip(matt, 0.0, 1.0) + 0.14 * sheen).astype(np.float32)


def _wrinkles(eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Return shallow folds that run along the lids and fan out from the outer corner."""
    shape = eye.x.shape
    away = np.maximum(eye.above, eye.below)
    phase = 62.0 * away + 5.0 * noise_field(rng, (5, 6), shape)
    fade = smoothstep(0.05, 0.2, away) * smoothstep(-0.6, 1.0, noise_field(rng, (6, 5), shape))
    angle = np.arctan2(eye.y - 0.05, eye.x - 0.55)
    fan = np.sin(15.0 * angle + 2.0 * noise_field(rng, (4, 4), shape)) * smoothstep(0.75, 1.15, eye.x)
    return 0.16 * np.sin(phase) * fade + 0.4 * fan


def _hollows(parameters: EyeParameters, eye: EyeGeometry) -> FloatArray:
    """Shade the brow, the side of the nose, and the hollow between the inner corner and the brow."""
    brow = smoothstep(-0.55, -1.15, eye.y) * (0.7 + 0.3 * eye.x)
    nose = smoothstep(-0.6, -1.3, eye.x)
    hollow = np.exp(-((eye.x + 0.85) ** 2) / 0.18 - (eye.y + 0.3) ** 2 / 0.12)
    shade = (1.0 - parameters.brow_shadow * brow) * (1.0 - parameters.nose_shadow * nose)
    return (shade * (1.0 - 0.22 * hollow)).astype(np.float32, copy=False)


def _upper_lid(
    parameters: EyeParameters, eye: EyeGeometry, span: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Shade the lash line, the plate up to the crease (curved away from the light), and the crease."""
    wander = 0.02 * noise_field(rng, (2, 4), eye.x.shape)
    crease = parameters.crease_height * (0.55 + 0.45 * np.sin(np.pi * np.clip(eye.along, 0.0, 1.0))) + wander
    outside = eye.above - crease
    fold = np.exp(-((outside / 0.022) ** 2)) + 0.6 * np.exp(-np.abs(outside + 0.02) / 0.05)
    on_lid = smoothstep(-0.01, 0.01, eye.above)
    plate = smoothstep(0.03, -0.03, outside) * on_lid
    line = np.exp(-np.maximum(eye.above, 0.0) / 0.035) * on_lid
    second = np.exp(-(((outside - 0.07) / 0.03) ** 2))
    shade = 1.0 - span * on_lid * parameters.crease_depth * (fold + 0.25 * second)
    return shade * (1.0 - span * (0.14 * plate + 0.42 * line))


def _lower_lid(
    parameters: EyeParameters, eye: EyeGeometry, span: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Shade the pale wet margin, the lash line under it, the bulge of the lid and folds along it."""
    shape = eye.x.shape
    under = smoothstep(-0.005, 0.01, eye.below)
    margin = np.exp(-(((eye.below - 0.02) / 0.018) ** 2))
    line = np.exp(-(((eye.below - 0.06) / 0.03) ** 2))
    bulge = np.exp(-(((eye.below - 0.17) / 0.09) ** 2))
    trough = np.exp(-(((eye.below - 0.42 - 0.03 * noise_field(rng, (2, 3), shape)) / 0.09) ** 2))
    phase = 24.0 * eye.below + 2.5 * noise_field(rng, (4, 6), shape)
    folds = np.sin(2.0 * np.pi * phase / 2.0) * np.exp(-np.maximum(eye.below, 0.0) / 0.25)
    shade = 0.06 * margin - 0.10 * line + 0.06 * bulge - 0.07 * trough
    inside = smoothstep(0.02, 0.2, eye.along) * smoothstep(1.0, 0.85, eye.along)
    return 1.0 + span * under * (inside * shade + 0.014 * parameters.skin_contrast * folds)
