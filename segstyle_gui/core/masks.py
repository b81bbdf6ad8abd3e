"""Corrections of label maps: remove specks, fill holes, paint, select by a click.

A label map is (H, W) uint8 or uint16 class ids, 0 is the background; a mask is (H, W) bool. Nothing here
changes its arguments. Pixels of one id that touch at a side or a corner are one component, so thin
slanted structures hold together; accordingly a hole is closed if it cannot be left through a side.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are imported on first use: half a second

from segstyle_gui.core.settings import check_config, setting

_EIGHT_NEIGHBOURS = np.ones((3, 3), bool)
BACKGROUND = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanConfig:
    """What is tidied in a predicted label map."""

    min_region: float = setting(
        0.0005,
        "Connected areas smaller than this share of the image take the class around them; 0 keeps all.",
        unit="of the image",
        low=0.0,
        high=1.0,
    )
    largest_only: bool = setting(
        False, "Keep only the largest connected area of every class (the background is left alone)."
    )
    fill_holes: bool = setting(
        False, "Give background that is enclosed by a single class to this class; other classes are kept."
    )

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)


def clean_label_map(label_map: np.ndarray, config: CleanConfig) -> np.ndarray:
    """Fill holes, then remove specks, then keep the largest areas, as far as ``config`` asks.

    Returns
    -------
    np.ndarray
        (H, W), same dtype.
    """
    cleaned = label_map.copy()
    if config.fill_holes:
        for class_id in _foreground_ids(cleaned):
            cleaned = fill_holes(cleaned, class_id, replace=(BACKGROUND,))
    min_pixels = math.ceil(config.min_region * label_map.size)
    if min_pixels > 1:
        cleaned = drop_small_components(cleaned, min_pixels)
    if config.largest_only:
        cleaned = keep_largest_component(cleaned, _foreground_ids(cleaned))
    return cleaned


def drop_small_components(
    label_map: np.ndarray, min_pixels: int, keep_largest: Collection[int] = ()
) -> np.ndarray:
    """Give connected areas below a size the id of the nearest pixel that stays.

    Parameters
    ----------
    label_map
        (H, W) ids; the background's areas are treated like any other.
    min_pixels
        Areas with fewer pixels go.
    keep_largest
        Ids whose largest area stays however small it is, so that they never vanish.

    Returns
    -------
    np.ndarray
        (H, W), same dtype. A map in which every area is too small is returned as it was.
    """
    removed = np.zeros(label_map.shape, bool)
    for class_id, box in _boxes(label_map):
        components, sizes = _components(label_map[box] == class_id)
        small = sizes < min_pixels
        if class_id in keep_largest:
            small[sizes.argmax()] = False
        small[0] = False
        removed[box] |= small[components]
    return _fill_from_nearest(label_map, removed, ~removed)


def keep_largest_component(label_map: np.ndarray, class_ids: Collection[int]) -> np.ndarray:
    """Leave of each given id only its largest connected area (the first one on a tie).

    The pixels of the other areas take the id of the nearest pixel of another class.

    Returns
    -------
    np.ndarray
        (H, W), same dtype.
    """
    cleaned = label_map.copy()
    for class_id in class_ids:
        mask = cleaned == class_id
        components, sizes = _components(mask)
        if len(sizes) > 2:
            cleaned = _fill_from_nearest(cleaned, mask & (components != sizes.argmax()), ~mask)
    return cleaned


def fill_holes(label_map: np.ndarray, class_id: int, replace: Collection[int] | None = None) -> np.ndarray:
    """Give the areas that a class encloses completely to this class.

    Parameters
    ----------
    label_map
        (H, W) ids.
    class_id
        The enclosing class.
    replace
        Only holes made of these ids alone are filled (so an iris does not swallow its pupil);
        None fills every hole.

    Returns
    -------
    np.ndarray
        (H, W), same dtype.
    """
    mask = label_map == class_id
    holes, n_holes = scipy.ndimage.label(scipy.ndimage.binary_fill_holes(mask) & ~mask)
    is_filled = np.ones(n_holes + 1, bool)
    is_filled[0] = False
    if replace is not None:
        is_filled[holes[~np.isin(label_map, list(replace))]] = False
    return np.where(is_filled[holes], label_map.dtype.type(class_id), label_map)


def disc(radius: float) -> np.ndarray:
    """Return a round brush.

    Parameters
    ----------
    radius
        In pixels, at least 0; 0 gives a single pixel.

    Returns
    -------
    np.ndarray
        (2k+1, 2k+1) bool with k = floor(radius): True where the centre is at most ``radius`` away.
    """
    if radius < 0:
        raise ValueError(f"radius is {radius}; wanted at least 0")
    offsets = np.arange(-int(radius), int(radius) + 1)
    return offsets[:, None] ** 2 + offsets[None, :] ** 2 <= radius**2


def paint(label_map: np.ndarray, mask: np.ndarray, class_id: int, locked: Collection[int] = ()) -> np.ndarray:
    """Set ``class_id`` where ``mask`` is True, except on pixels whose id is locked.

    Returns
    -------
    np.ndarray
        (H, W), same dtype; ``class_id`` must fit it.
    """
    value = np.array([class_id]).astype(label_map.dtype)
    if value[0] != class_id:
        raise ValueError(f"class id {class_id} does not fit {label_map.dtype}")
    free = mask & ~np.isin(label_map, list(locked)) if locked else mask
    return np.where(free, value, label_map)


def flood_fill(
    label_map: np.ndarray, point: tuple[int, int], gray: np.ndarray | None = None, tolerance: float = 0.0
) -> np.ndarray:
    """Select the area of one id around a point; it does not leak through corners.

    Parameters
    ----------
    label_map
        (H, W) ids.
    point
        Row and column inside the map.
    gray
        (H, W) values of the image; the area then also ends where they differ too much from the point's.
        None looks at the ids alone.
    tolerance
        Largest difference of gray, in the units of ``gray``, at least 0.

    Returns
    -------
    np.ndarray
        (H, W) bool, True at least at ``point``.
    """
    row, column = point
    height, width = label_map.shape
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"point is {point}; wanted a row below {height} and a column below {width}")
    is_alike = label_map == label_map[row, column]
    if gray is not None:
        is_alike &= np.abs(gray - np.float32(gray[row, column])) <= tolerance
    components, _ = scipy.ndimage.label(is_alike)
    return components == components[row, column]


def outline(mask: np.ndarray) -> np.ndarray:
    """Return the pixels of a mask that have a side neighbour outside it or lie at the image's edge."""
    return mask & ~scipy.ndimage.binary_erosion(mask)


def _foreground_ids(label_map: np.ndarray) -> list[int]:
    return [class_id for class_id in np.unique(label_map).tolist() if class_id != BACKGROUND]


def _boxes(label_map: np.ndarray) -> Iterator[tuple[int, tuple[slice, slice]]]:
    """Yield each id that occurs with the box around its pixels."""
    for index, box in enumerate(scipy.ndimage.find_objects(label_map.astype(np.int32) + 1)):
        if box is not None:
            yield index, box


def _components(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the connected areas numbered from 1 and their pixel counts (entry 0, the outside, is 0)."""
    components, n_components = scipy.ndimage.label(mask, structure=_EIGHT_NEIGHBOURS)
    sizes = np.bincount(components.reshape(-1), minlength=n_components + 1)
    sizes[0] = 0
    return components, sizes


def _fill_from_nearest(label_map: np.ndarray, removed: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Give ``removed`` pixels the id of the nearest of ``sources`` (Euclidean); unchanged without any."""
    filled = label_map.copy()
    if not removed.any() or not sources.any():
        return filled
    nearest = scipy.ndimage.distance_transform_edt
    rows, columns = nearest(~sources, return_distances=False, return_indices=True)
    filled[removed] = label_map[rows[removed], columns[removed]]
    return filled
