"""The points of one curve: appended cheaply, smoothed without delay, thinned without losing a peak."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

_FIRST = 256  # points for which there is room at first
_WINDOW = 0.04  # share of the points over which smoothing averages
_LEAST_WINDOW = 5


class CurveData:
    """Points in order of x; room doubles when it is used up."""

    def __init__(self) -> None:
        self._x = np.zeros(_FIRST)
        self._y = np.zeros(_FIRST)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def points(self) -> Points:
        """All x and y, (N,) each; not to be written to."""
        return self._x[: self._n], self._y[: self._n]

    def append(self, x: float, y: float) -> None:
        """Add a point at the end; one that is not finite is left out."""
        if not (np.isfinite(x) and np.isfinite(y)):
            return
        if self._n == len(self._x):
            self._x, self._y = np.concatenate([self._x] * 2), np.concatenate([self._y] * 2)
        self._x[self._n], self._y[self._n] = x, y
        self._n += 1

    def replace(self, x: ArrayLike, y: ArrayLike) -> None:
        """Take (N,) other points; those that are not finite are left out."""
        xs, ys = np.asarray(x, float), np.asarray(y, float)
        finite = np.isfinite(xs) & np.isfinite(ys)
        self._n = int(finite.sum())
        room = max(_FIRST, self._n)
        self._x, self._y = np.zeros(room), np.zeros(room)
        self._x[: self._n], self._y[: self._n] = xs[finite], ys[finite]


def nearest(points: Points, x: float) -> tuple[float, float] | None:
    """Return which of the points (ascending in x) is nearest to ``x``, None if there is none."""
    xs, ys = points
    if not len(xs):
        return None
    right = int(np.clip(np.searchsorted(xs, x), 0, len(xs) - 1))
    left = max(right - 1, 0)
    at = left if abs(xs[left] - x) < abs(xs[right] - x) else right
    return float(xs[at]), float(ys[at])


def smoothed(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each point's neighbourhood, which shrinks evenly towards both ends."""
    n = len(y)
    reach = max(_LEAST_WINDOW, round(n * _WINDOW)) // 2
    places = np.arange(n)
    half = np.minimum(np.minimum(places, n - 1 - places), reach)
    total = np.concatenate([[0.0], np.cumsum(y)])
    means: NDArray[np.float64] = (total[places + half + 1] - total[places - half]) / (2 * half + 1)
    return means


def thinned(x: NDArray[np.float64], y: NDArray[np.float64], most: int) -> Points:
    """Return about ``most`` of the points at most: the extremes of equal stretches, and the ends."""
    n = len(x)
    if n <= most:
        return x, y
    stretch = -(-n // (most // 2))
    whole = n // stretch * stretch
    blocks = y[:whole].reshape(-1, stretch)
    starts = np.arange(len(blocks)) * stretch
    found = [starts + blocks.argmin(axis=1), starts + blocks.argmax(axis=1), np.array([0, n - 1])]
    if whole < n:
        rest = y[whole:]
        found.append(whole + np.array([rest.argmin(), rest.argmax()]))
    keep = np.unique(np.concatenate(found))
    return x[keep], y[keep]


def log_ticks(low: float, high: float) -> list[float]:
    """Return round values around ``low`` to ``high`` (both above 0): 1, 2 and 5, or only powers of ten."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    return [tick for tick in ticks if low / 2 <= tick <= high * 2]


def even_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return at most about ``most`` round values within ``low`` to ``high``, in steps of 1, 2 or 5."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * decade for factor in (1, 2, 5, 10) if factor * decade >= rough * 0.999)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
