"""Procedural near-infrared eye images with exact label maps: numpy, scipy.ndimage and Pillow only.

Nothing here knows of projects, files or trainings; every image follows from its :class:`EyeParameters`.
"""

from segstyle_gui.core.near_eye.parameters import EyeParameters, NearEyeConfig, draw_parameters
from segstyle_gui.core.near_eye.render import CLASS_NAMES, render_eye, render_near_eye

__all__ = [
    "CLASS_NAMES",
    "EyeParameters",
    "NearEyeConfig",
    "draw_parameters",
    "render_eye",
    "render_near_eye",
]
