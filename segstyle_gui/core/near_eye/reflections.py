"""Mirror reflections of the lamps: glints on the cornea, the wet line along the lid, moist skin."""

from __future__ import annotations

import numpy as np

from segstyle_gui.core.near_eye.anatomy import EyeGeometry, gaze_vector, iris_centre
from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.texture import FloatArray, noise_field, smoothstep


def glint_places(parameters: EyeParameters) -> FloatArray:
    """Return the (count, 2) places of the lamps' reflections in the eye's own axes.

    The cornea is a smaller sphere in front of the eyeball, so that reflections follow the gaze by about
    half of the way of the pupil.
    """
    centre_x, centre_y = iris_centre(parameters)
    gaze_x, gaze_y, _ = gaze_vector(parameters)
    r = parameters.iris_radius
    x = centre_x - 0.45 * r * gaze_x + r * parameters.glint_x
    y = centre_y - 0.45 * r * gaze_y + r * parameters.glint_y
    layouts = {
        1: [(0.0, 0.0)],
        2: [(-1.0, 0.0), (1.0, 0.0)],
        3: [(-1.0, 0.4), (1.0, 0.4), (0.0, -0.8)],
        4: [(-1.0, -0.7), (1.0, -0.7), (-1.0, 0.7), (1.0, 0.7)],
    }
    offsets = np.array(layouts[parameters.glint_count], np.float32) * r * parameters.glint_spread
    return (offsets + np.array([x, y])).astype(np.float32)


def glints(parameters: EyeParameters, eye: EyeGeometry, rng: np.random.Generator) -> FloatArray:
    """Return the light that the cornea and the tear film mirror into the camera, (n, n), 0..2."""
    light = np.zeros_like(eye.x)
    for x, y in glint_places(parameters):
        size = np.float32(parameters.glint_size * rng.uniform(0.75, 1.15))
        squared = ((eye.x - x) ** 2 + (eye.y - y) ** 2) / size**2
        light += 1.6 * np.exp(-squared * squared) + 0.05 * np.exp(-np.sqrt(squared) / 1.6)
    wet_line = np.exp(-(((eye.below + 0.004) / 0.014) ** 2))
    sparkle = smoothstep(1.0, 2.6, noise_field(rng, (70, 70), eye.x.shape))
    light += parameters.wetness * wet_line * (0.12 + 1.2 * sparkle)
    moist = np.exp(-(((eye.below - 0.14) / 0.10) ** 2)) * np.exp(-((eye.x - parameters.glint_x) ** 2) / 0.12)
    grease = smoothstep(0.9, 2.4, noise_field(rng, (56, 56), eye.x.shape))
    return light + 0.55 * parameters.wetness * moist * grease
