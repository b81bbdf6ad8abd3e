"""The parts of a rendered eye that words exist for: finer than the label map's classes."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from segstyle_gui.core.near_eye.anatomy import EyeGeometry, place_eye
from segstyle_gui.core.near_eye.globe import caruncle
from segstyle_gui.core.near_eye.lashes import draw_lashes
from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.reflections import glint_places
from segstyle_gui.core.near_eye.render import IRIS, LENS, PUPIL, SCLERA, SKIN

PART_NAMES = (
    "skin",
    "upper eyelid",
    "lower eyelid",
    "eyelashes",
    "eyebrow",
    "sclera",
    "iris",
    "pupil",
    "opaque lens",
    "glint",
    "eye corner",
)  # index = value in the part map
NO_PART = 255  # between parts: no word is clearly right
_OF_CLASS = {SCLERA: "sclera", IRIS: "iris", PUPIL: "pupil", LENS: "opaque lens"}
_HAIR = 0.18  # blurred opacity from which a place counts as hair
_ROOTS = 0.04  # half frames beside the upper margin that the row of lashes takes where there are any


def part_map(parameters: EyeParameters, label_map: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return which part every pixel shows.

    Parameters
    ----------
    parameters
        Of the rendered eye.
    label_map
        (size, size) uint8 from :func:`~segstyle_gui.core.near_eye.render.render_eye`.

    Returns
    -------
    (size, size) uint8 indices of :data:`PART_NAMES`, :data:`NO_PART` between them. Lashes and the brow are
    regions of hair rather than single hairs.
    """
    size = len(label_map)
    eye = place_eye(parameters, size)
    parts = np.full((size, size), NO_PART, np.uint8)
    _mark_skin(parts, parameters, eye, label_map)
    for value, name in _OF_CLASS.items():
        parts[label_map == value] = PART_NAMES.index(name)
    parts[(caruncle(eye) > 0.5) & (eye.aperture > 0.0)] = PART_NAMES.index("eye corner")
    _mark_hair(parts, parameters, eye)
    for x, y in glint_places(parameters):
        near = np.hypot(eye.x - x, eye.y - y) < max(0.9 * parameters.glint_size, 0.8 / size)
        parts[near & (eye.aperture > 0.0)] = PART_NAMES.index("glint")
    return parts


def _mark_skin(
    parts: NDArray[np.uint8], parameters: EyeParameters, eye: EyeGeometry, label_map: NDArray[np.uint8]
) -> None:
    between = (eye.along > -0.02) & (eye.along < 1.02)
    skin = label_map == SKIN
    far = (eye.above > parameters.crease_height + 0.1) | (eye.below > 0.32) | ~between
    parts[skin & far] = PART_NAMES.index("skin")
    parts[skin & between & (eye.above > 0.0) & (eye.above < parameters.crease_height)] = PART_NAMES.index(
        "upper eyelid"
    )
    parts[skin & between & (eye.below > 0.0) & (eye.below < 0.2)] = PART_NAMES.index("lower eyelid")


def _mark_hair(parts: NDArray[np.uint8], parameters: EyeParameters, eye: EyeGeometry) -> None:
    size = len(parts)
    lashes = draw_lashes(dataclasses.replace(parameters, brow_hairs=0), eye.curves, size)
    row = (ndimage.gaussian_filter(lashes, size / 30.0) > 0.3 * _HAIR) & (np.abs(eye.above) < _ROOTS)
    parts[row | (ndimage.gaussian_filter(lashes, size / 100.0) > _HAIR)] = PART_NAMES.index("eyelashes")
    if parameters.brow_hairs:
        brow = draw_lashes(parameters, eye.curves, size) - lashes
        parts[ndimage.gaussian_filter(brow, size / 50.0) > _HAIR] = PART_NAMES.index("eyebrow")
