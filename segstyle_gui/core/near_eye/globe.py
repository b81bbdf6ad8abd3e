"""The tone of the open eye: sclera with vessels and caruncle, iris, pupil and a lens that became opaque."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from segstyle_gui.core.near_eye.anatomy import EyeGeometry
from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.texture import FloatArray, noise_field, octaves, ring_field, smoothstep

_RING_SHAPE = (48, 512)  # (radii from pupil to limbus, angles) of the unrolled iris


def shade_eye(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Return the tone of the open eye: sclera, iris, pupil or lens, under the upper lid's shadow."""
    iris = _iris(parameters, eye, rng)
    tone = _sclera(parameters, eye, rng)
    soft = parameters.limbus_softness
    ring = smoothstep(1.0 + soft, 1.0 - soft, eye.rho)
    tone = tone + (iris - tone) * ring
    edge = eye.pupil_edge
    hole = smoothstep(0.025, -0.025, eye.rho - edge)
    tone = tone + (0.035 - tone) * hole
    if parameters.has_opaque_lens:
        tone = _add_lens(parameters, eye, tone, rng)
    shadow = np.exp(-np.maximum(-eye.above, 0.0) / 0.09)
    rim = smoothstep(0.0, 0.07, eye.aperture)
    tone = tone * (1.0 - 0.5 * shadow) * (0.82 + 0.18 * rim)
    return tone + (_flesh(parameters, eye, rng) - tone) * caruncle(eye) * smoothstep(1.02, 1.08, eye.rho)


def _sclera(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Shade the white: rounded, mottled, with vessels towards the corners and a fold at the inner one."""
    shape = eye.x.shape
    facing = np.sqrt(np.clip(1.0 - eye.sphere_x**2 - eye.sphere_y**2, 0.05, 1.0))
    mottle = 0.05 * octaves(rng, (5, 5), shape, 3)
    tone = parameters.sclera_tone * (0.35 + 0.65 * facing) * (1.0 + mottle)
    tone *= 1.0 - 2.0 * parameters.vessel_strength * _vessels(eye, rng)
    plica = np.exp(-(((_from_inner_corner(eye) - 0.10) / 0.018) ** 2))
    return tone * (1.0 - 0.14 * plica)


def _flesh(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Shade the caruncle: a bumpy pale hill that is darker at its rim."""
    bumps = 0.86 + 0.09 * noise_field(rng, (40, 40), eye.x.shape)
    return parameters.skin_tone * bumps * (0.8 + 0.2 * smoothstep(0.0, 0.06, eye.aperture))


def _vessels(eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Return 0..1: thin level lines of two fields that are stretched along the fissure, in patches."""
    shape = eye.x.shape
    lines = np.zeros_like(eye.x)
    for cells in ((14, 6), (24, 11)):
        lines += np.exp(-((noise_field(rng, cells, shape) / 0.09) ** 2))
    patches = smoothstep(-0.3, 0.9, noise_field(rng, (4, 4), shape))
    return np.clip(lines, 0.0, 1.0) * patches * smoothstep(1.05, 1.6, eye.rho)


def caruncle(eye: EyeGeometry) -> FloatArray:
    """Return how far each sample belongs to the caruncle, the flesh in the inner corner, 0..1."""
    return smoothstep(0.088, 0.066, _from_inner_corner(eye))


def _from_inner_corner(eye: EyeGeometry) -> FloatArray:
    """Return the place between the corners, bent so that its level lines bulge towards the iris."""
    return eye.along + 0.6 * (eye.y - 0.08) ** 2


def _iris(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Look the unrolled iris up at each sample's place between pupil and limbus."""
    texture = unrolled_iris(parameters, rng)
    share = (eye.rho - eye.pupil_edge) / np.maximum(1.0 - eye.pupil_edge, 0.1)
    rows = np.clip(share, 0.0, 1.0) * (_RING_SHAPE[0] - 1)
    columns = (eye.phi / (2.0 * np.pi) + 0.5) * _RING_SHAPE[1]
    tone = np.zeros_like(eye.rho)
    near = eye.rho < 1.0 + 2.0 * parameters.limbus_softness
    coordinates = np.stack([rows[near], columns[near]])
    tone[near] = ndimage.map_coordinates(texture, coordinates, order=1, mode="grid-wrap")
    slope = 1.0 + 0.12 * (eye.x * parameters.light_x + eye.y * 0.6)
    limb = 1.0 - 0.22 * smoothstep(0.8, 1.0, eye.rho)
    return parameters.iris_tone * tone * slope * limb


def unrolled_iris(parameters: EyeParameters, rng: np.random.Generator) -> FloatArray:
    """Return the iris' relative tone, (radii, angles), about 1: fibres, collarette, crypts, furrows, ruff."""
    shape = _RING_SHAPE
    r = np.linspace(0.0, 1.0, shape[0], dtype=np.float32)[:, None]
    collarette = 0.30 + 0.035 * ring_field(rng, (1, 14), (1, shape[1]))
    ring = np.exp(-(((r - collarette) / 0.06) ** 2))
    inner = smoothstep(0.04, -0.04, r - collarette)
    fibres = _fibres(parameters, rng)
    crypts = smoothstep(0.75, 1.5, ring_field(rng, (5, 26), shape)) * (1.0 - inner)
    furrows = np.cos(2.0 * np.pi * (r * 6.0 + 0.25 * ring_field(rng, (2, 6), shape))) * smoothstep(
        0.45, 0.8, r
    )
    patches = ring_field(rng, (3, 9), shape)
    relief = (
        0.13 * fibres * (1.0 - 0.3 * inner) + 0.10 * ring - 0.30 * crypts + 0.02 * furrows + 0.05 * patches
    )
    ruff = smoothstep(0.07, 0.0, r + 0.012 * ring_field(rng, (1, 60), (1, shape[1])))
    tone = (1.0 + parameters.iris_contrast * relief - 0.05 * inner) * (1.0 - 0.4 * ruff)
    return np.clip(tone, 0.1, 2.0).astype(np.float32)


def _fibres(parameters: EyeParameters, rng: np.random.Generator) -> FloatArray:
    """Return streaks from pupil to limbus that wander sideways."""
    shape = _RING_SHAPE
    straight = ring_field(rng, (4, parameters.iris_fibres), shape)
    straight = straight + 0.6 * ring_field(rng, (6, 2 * parameters.iris_fibres), shape)
    sideways = 5.0 * ring_field(rng, (4, 18), shape)
    rows, columns = np.indices(shape, dtype=np.float32)
    return ndimage.map_coordinates(straight, [rows, columns + sideways], order=1, mode="grid-wrap")


def _add_lens(
    parameters: EyeParameters, eye: EyeGeometry, tone: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Put a cloudy disc into the pupil: dense in the middle, with faint spokes and patches."""
    inside = eye.rho / np.maximum(eye.pupil_edge * parameters.lens_share, 1e-3)
    cover = smoothstep(1.06, 0.94, inside)
    spokes = np.cos(7.0 * eye.phi + 3.0 * noise_field(rng, (3, 3), eye.x.shape))
    cloud = octaves(rng, (10, 10), eye.x.shape, 3)
    lens = parameters.lens_tone * (1.0 - 0.32 * inside**2 + 0.07 * spokes * inside + 0.10 * cloud)
    return tone + (lens - tone) * cover
