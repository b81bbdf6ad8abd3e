"""From parameters to image and label map: compose the layers, then photograph them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from segstyle_gui.core.near_eye.anatomy import EyeGeometry, place_eye
from segstyle_gui.core.near_eye.globe import caruncle, shade_eye
from segstyle_gui.core.near_eye.lashes import draw_lashes
from segstyle_gui.core.near_eye.parameters import EyeParameters, NearEyeConfig, draw_parameters
from segstyle_gui.core.near_eye.reflections import glints
from segstyle_gui.core.near_eye.skin import shade_skin
from segstyle_gui.core.near_eye.texture import FloatArray, noise_field, smoothstep

CLASS_NAMES = ("skin", "sclera", "iris", "pupil", "opaque lens")  # index = value in the label map
SKIN, SCLERA, IRIS, PUPIL, LENS = range(5)
_TIE_WEIGHT = np.float32(1e-3)

ByteArray = NDArray[np.uint8]


def render_near_eye(
    seed: int, config: NearEyeConfig | None = None, *, opaque_lens: bool | None = None
) -> tuple[ByteArray, ByteArray, EyeParameters]:
    """Draw an eye from a seed and render it.

    Parameters
    ----------
    seed
        Non-negative (``ValueError`` otherwise); the same seed and config give the same image.
    config
        Size and mixture; defaults if None.
    opaque_lens
        True or False decides about the rare class, None leaves it to ``config.rare_share``.

    Returns
    -------
    image
        (size, size) uint8.
    label_map
        (size, size) uint8, values index :data:`CLASS_NAMES`.
    parameters
        What was drawn.
    """
    config = config if config is not None else NearEyeConfig()
    if opaque_lens is not None:
        config = dataclasses.replace(config, rare_share=float(opaque_lens))
    parameters = draw_parameters(np.random.default_rng(seed), config)
    image, label_map = render_eye(parameters, config)
    return image, label_map, parameters


def render_eye(parameters: EyeParameters, config: NearEyeConfig) -> tuple[ByteArray, ByteArray]:
    """Render one eye and its exact label map.

    Every sample (``config.supersample`` squared of them in a pixel) has one class by geometry; a lash gives
    the share of the sample that it covers to skin. A pixel takes the class that covers most of it, so that
    a lash counts as skin only where opaque strokes cover more than what lies under them. Glints belong to
    the class under them. Blur and noise do not move the labels.

    Returns
    -------
    image
        (size, size) uint8.
    label_map
        (size, size) uint8, values index :data:`CLASS_NAMES`.
    """
    n = config.size * config.supersample
    eye = place_eye(parameters, n)
    lashes = draw_lashes(parameters, eye.curves, n)
    scene = _compose(parameters, eye, lashes)
    return _photograph(parameters, eye, scene, config), _label(parameters, eye, lashes, config)


def _compose(parameters: EyeParameters, eye: EyeGeometry, lashes: FloatArray) -> FloatArray:
    """Return the light that reaches the lens, (n, n), about 0..1 with glints above."""
    rng = np.random.default_rng([parameters.texture_seed, 37])
    skin = shade_skin(parameters, eye, rng)
    open_eye = shade_eye(parameters, eye, rng)
    opening = smoothstep(-0.008, 0.008, eye.aperture)
    scene = skin + (open_eye - skin) * opening
    reflected = glints(parameters, eye, rng)
    n = eye.x.shape[0]
    shade = ndimage.gaussian_filter(lashes, 0.018 * n / 2.0, mode="nearest", truncate=2.5)
    scene = scene * (1.0 - 0.35 * np.clip(shade, 0.0, 1.0)) * _illumination(parameters, eye) + reflected
    return scene + (parameters.lash_tone - scene) * 0.92 * lashes


def _illumination(parameters: EyeParameters, eye: EyeGeometry) -> FloatArray:
    distance = (eye.frame_x - parameters.light_x) ** 2 + (eye.frame_y - parameters.light_y) ** 2
    return np.exp(-np.float32(parameters.light_falloff) * distance)


def _photograph(
    parameters: EyeParameters, eye: EyeGeometry, scene: FloatArray, config: NearEyeConfig
) -> ByteArray:
    """Defocus, average the samples of each pixel, then exposure, tone curve, noise and 8 bits."""
    blurred = ndimage.gaussian_filter(scene, parameters.defocus * scene.shape[0] / 2.0, truncate=3.0)
    blurred *= 1.0 - parameters.vignetting * 0.5 * (eye.frame_x**2 + eye.frame_y**2)
    size, light = config.size, _pixel_mean(blurred, config)
    signal = np.clip(parameters.exposure * light, 0.0, None) ** np.float32(parameters.gamma)
    rng = np.random.default_rng([parameters.texture_seed, 53])
    grain = rng.standard_normal((size, size), dtype=np.float32)
    rows = noise_field(rng, (size, 1), (size, size))
    spread = parameters.noise * np.sqrt(0.25 + 1.5 * np.clip(signal, 0.0, 1.0))
    noisy = signal + spread * grain + 0.1 * parameters.noise * rows
    return np.clip(np.rint(255.0 * noisy), 0, 255).astype(np.uint8)


def _label(
    parameters: EyeParameters, eye: EyeGeometry, lashes: FloatArray, config: NearEyeConfig
) -> ByteArray:
    classes = np.full(eye.x.shape, SCLERA, np.uint8)
    classes[eye.rho <= 1.0] = IRIS
    classes[eye.rho <= eye.pupil_edge] = PUPIL
    if parameters.has_opaque_lens:
        classes[eye.rho <= eye.pupil_edge * parameters.lens_share] = LENS
    classes[(eye.aperture <= 0.0) | ((caruncle(eye) > 0.5) & (classes == SCLERA))] = SKIN
    bare = np.float32(1.0) - lashes
    layers = [np.where(classes == index, bare, np.float32(0.0)) for index in range(len(CLASS_NAMES))]
    layers[SKIN] = layers[SKIN] + lashes
    s = config.supersample
    # Equal shares are common with few samples: the first sample decides, so that no class gains by its index.
    cover = [_pixel_mean(layer, config) + _TIE_WEIGHT * layer[::s, ::s] for layer in layers]
    return np.stack(cover).argmax(axis=0).astype(np.uint8)


def _pixel_mean(samples: FloatArray, config: NearEyeConfig) -> FloatArray:
    """Average the samples of each pixel: (n, n) to (size, size)."""
    s = config.supersample
    total = np.zeros((config.size, config.size), np.float32)
    for row in range(s):
        for column in range(s):
            total += samples[row::s, column::s]
    return total / np.float32(s * s)
