"""What an eye image is made of: the config of the renderer and the parameters drawn for one image.

Lengths are in half frames (the frame spans -1..1 in x to the right and in y downwards), tones are
reflectances in 0..1, angles are in degrees. Sizes follow the anatomy of an adult eye: the iris is 11.8 mm
wide, the eyeball 24 mm, the palpebral fissure 27 to 30 mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segstyle_gui.core.settings import check_config, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class NearEyeConfig:
    """Size and mixture of the rendered images."""

    size: int = setting(128, "Side of the square image.", unit="pixels", low=16, high=1024)
    rare_share: float = setting(0.03, "Share of eyes with an opaque lens.", low=0.0, high=1.0)
    supersample: int = setting(2, "Rendered samples per pixel and axis.", low=1, high=4)

    def __post_init__(self) -> None:
        check_config(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeParameters:
    """Everything drawn for one eye; with the config it determines image and label map."""

    texture_seed: int  # seeds all textures, lashes and the sensor noise
    # pose
    is_left: bool  # the subject's left eye: the nose is at the image's left
    offset_x: float  # shift of the whole eye, half frames
    offset_y: float
    roll: float  # rotation of the camera, degrees
    gaze_yaw: float  # degrees, positive to the image's right
    gaze_pitch: float  # degrees, positive downwards
    # lids
    half_width: float  # half the distance between the corners, half frames
    upper_height: float  # highest point of the upper lid above the line between the corners
    lower_height: float  # lowest point of the lower lid below it
    corner_rise: float  # how much higher the outer corner lies
    upper_skew: float  # above 1: the top lies nearer to the temple
    lower_skew: float
    lid_roundness: float  # exponent of the lid curves: low is box-like, high is pointed
    lid_waviness: float  # amplitude of the margins' deviation from those curves
    crease_height: float  # distance from the upper lid's margin to its crease
    crease_depth: float  # darkening in the crease, 0..1
    # iris and pupil
    iris_radius: float
    iris_tone: float
    iris_contrast: float  # of the texture, 1 is usual
    iris_fibres: int  # radial fibres around the ring
    limbus_softness: float  # half width of the iris-sclera transition, in iris radii
    pupil_ratio: float  # pupil radius / iris radius
    pupil_irregularity: float  # relative amplitude of the outline's deviation from a circle
    # rare: a lens that has become opaque
    has_opaque_lens: bool
    lens_tone: float
    lens_share: float  # radius of the opaque part / pupil radius
    # surfaces
    skin_tone: float
    skin_contrast: float  # of pores and wrinkles, 1 is usual
    sclera_tone: float
    vessel_strength: float
    wetness: float  # of the lid margins: number and strength of small highlights, 0..1
    brow_shadow: float
    nose_shadow: float  # negative: the side of the nose is brighter
    # lashes
    upper_lashes: int
    lower_lashes: int
    lash_length: float
    lash_curl: float  # 1 points up, -1 hangs down over the eye
    lash_tone: float
    brow_hairs: int  # of the eyebrow at the upper edge, 0 where it lies outside
    lash_clumping: float  # 0 evenly spaced, 1 in tufts
    # light
    light_x: float  # where the illumination is strongest, half frames
    light_y: float
    light_falloff: float
    glint_count: int
    glint_x: float  # of the pattern's centre relative to the cornea's centre, in iris radii
    glint_y: float
    glint_spread: float  # distance of the lamps' reflections from that centre, in iris radii
    glint_size: float
    # camera
    vignetting: float
    defocus: float  # standard deviation of the blur, half frames
    noise: float  # standard deviation at mid gray, fraction of full scale
    exposure: float
    gamma: float


def draw_parameters(rng: np.random.Generator, config: NearEyeConfig) -> EyeParameters:
    """Draw one eye.

    Parameters
    ----------
    rng
        Source of all randomness; always advanced by the same number of draws.
    config
        Gives the share of opaque lenses.

    Returns
    -------
    EyeParameters
        Independent of ``config.size``: any size renders the same scene.
    """
    pose = _draw_pose(rng)
    iris = _draw_iris(rng, config.rare_share)
    return EyeParameters(
        texture_seed=int(rng.integers(2**31)),
        **pose,
        **iris,
        **_draw_lids(rng, iris["iris_radius"], pose["gaze_pitch"]),
        **_draw_surfaces(rng),
        **_draw_lashes(rng),
        **_draw_light(rng),
        **_draw_camera(rng),
    )


def _normal(rng: np.random.Generator, mean: float, deviation: float, reach: float = 2.2) -> float:
    """Return a normal number clipped at ``reach`` standard deviations."""
    return mean + deviation * float(np.clip(rng.standard_normal(), -reach, reach))


def _draw_pose(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "is_left": bool(rng.random() < 0.5),
        "offset_x": _normal(rng, 0.0, 0.05),
        "offset_y": _normal(rng, 0.02, 0.05),
        "roll": _normal(rng, 0.0, 3.5),
        "gaze_yaw": _normal(rng, 0.0, 8.5),
        "gaze_pitch": _normal(rng, 0.0, 6.0),
    }


def _draw_iris(rng: np.random.Generator, rare_share: float) -> dict[str, Any]:
    opaque = bool(rng.random() < rare_share)
    ratio = float(rng.beta(2.2, 2.6))
    return {
        "iris_radius": _normal(rng, 0.48, 0.024),
        "iris_tone": rng.uniform(0.19, 0.36),
        "iris_contrast": rng.uniform(0.3, 1.25),
        "iris_fibres": int(rng.integers(55, 110)),
        "limbus_softness": rng.uniform(0.035, 0.09),
        "pupil_ratio": 0.34 + 0.26 * ratio if opaque else 0.23 + 0.34 * ratio,
        "pupil_irregularity": rng.uniform(0.0, 0.03),
        "has_opaque_lens": opaque,
        "lens_tone": rng.uniform(0.62, 0.92),
        "lens_share": rng.uniform(0.86, 1.0),
    }


def _draw_lids(rng: np.random.Generator, iris_radius: float, pitch: float) -> dict[str, Any]:
    """Draw the lids: the upper follows the gaze, and covers the top of the iris in an eye at rest."""
    opening = 0.42 + 0.66 * float(rng.beta(4.0, 1.7))
    upper = iris_radius * (1.02 * opening - 0.012 * pitch)
    lower = iris_radius * ((0.74 + 0.2 * opening) * rng.uniform(0.86, 1.1) + 0.004 * pitch)
    return {
        "half_width": iris_radius * rng.uniform(2.1, 2.4),
        "upper_height": max(upper, 0.3 * iris_radius),
        "lower_height": lower,
        "corner_rise": _normal(rng, 0.05, 0.04),
        "upper_skew": _normal(rng, 0.94, 0.05),
        "lower_skew": _normal(rng, 1.12, 0.06),
        "lid_roundness": rng.uniform(0.62, 0.88),
        "crease_height": rng.uniform(0.12, 0.36),
        "crease_depth": rng.uniform(0.04, 0.28),
        "lid_waviness": rng.uniform(0.004, 0.016),
    }


def _draw_surfaces(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "skin_tone": rng.uniform(0.70, 0.92),
        "skin_contrast": rng.uniform(0.6, 1.6),
        "sclera_tone": rng.uniform(0.50, 0.68),
        "vessel_strength": rng.uniform(0.0, 0.14),
        "wetness": float(rng.beta(1.2, 1.8)),
        "brow_shadow": rng.uniform(0.0, 0.3),
        "nose_shadow": rng.uniform(-0.08, 0.24),
    }


def _draw_lashes(rng: np.random.Generator) -> dict[str, Any]:
    hanging = rng.random() < 0.25
    return {
        "upper_lashes": int(rng.integers(40, 100)),
        "lower_lashes": int(rng.integers(6, 42)),
        "lash_length": rng.uniform(0.20, 0.46),
        "lash_curl": rng.uniform(-0.55, 0.15) if hanging else rng.uniform(0.35, 1.0),
        "brow_hairs": int(rng.integers(60, 220)) if rng.random() < 0.25 else 0,
        "lash_tone": rng.uniform(0.07, 0.22),
        "lash_clumping": rng.uniform(0.3, 1.0),
    }


def _draw_light(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "light_x": _normal(rng, 0.0, 0.3),
        "light_y": _normal(rng, 0.3, 0.35),
        "light_falloff": rng.uniform(0.04, 0.18),
        "glint_count": int(rng.choice([1, 2, 3, 4], p=[0.5, 0.25, 0.1, 0.15])),
        "glint_x": _normal(rng, 0.0, 0.12),
        "glint_y": _normal(rng, 0.12, 0.14),
        "glint_spread": rng.uniform(0.14, 0.34),
        "glint_size": rng.uniform(0.022, 0.042),
    }


def _draw_camera(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "vignetting": rng.uniform(0.0, 0.22),
        "defocus": rng.uniform(0.004, 0.016),
        "noise": rng.uniform(0.008, 0.026),
        "exposure": rng.uniform(0.78, 1.06),
        "gamma": rng.uniform(0.88, 1.2),
    }
