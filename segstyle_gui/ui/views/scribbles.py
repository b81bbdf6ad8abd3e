"""Strokes that a user draws over samples to say which parts of a region belong together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

SamplePoint = tuple[int, float, float]  # seed, y, x; y and x from 0 to below 1


@dataclass(slots=True)
class Stroke:
    """One line of a group; ``points`` are (y, x) in the sample of this seed, from 0 to below 1."""

    group: int
    seed: int
    points: list[tuple[float, float]] = field(default_factory=list)


class Scribbles:
    """Strokes of a few groups.

    Parameters
    ----------
    n_groups
        2 to 6.
    spacing
        Longest distance between two points of a stroke, as a share of the sample's side.

    Raises
    ------
    ValueError
        If ``n_groups`` is another.
    """

    def __init__(self, n_groups: int = 2, *, spacing: float = 1 / 128) -> None:
        if not 2 <= n_groups <= 6:
            raise ValueError(f"n_groups is {n_groups}; wanted 2 to 6")
        self.n_groups = n_groups
        self.strokes: list[Stroke] = []
        self._spacing = spacing

    def begin(self, group: int, seed: int, y: float, x: float) -> None:
        """Start a stroke of a group (from 0) at a place in a sample."""
        self.strokes.append(Stroke(group, seed))
        self.extend(y, x)

    def extend(self, y: float, x: float) -> None:
        """Lead the last stroke on to a place, with points in between, inside the sample only."""
        points = self.strokes[-1].points
        for point in _way(points[-1] if points else (y, x), (y, x), self._spacing):
            if 0 <= point[0] < 1 and 0 <= point[1] < 1:
                points.append(point)

    def take_back(self) -> bool:
        """Remove the last stroke; return whether there was one."""
        return bool(self.strokes) and self.strokes.pop() is not None

    def clear(self) -> None:
        """Remove all strokes."""
        self.strokes.clear()

    def groups(self) -> list[list[SamplePoint]]:
        """Return, for every group, its points as (seed, y, x)."""
        return [
            [(s.seed, y, x) for s in self.strokes if s.group == group for y, x in s.points]
            for group in range(self.n_groups)
        ]


def _way(start: tuple[float, float], end: tuple[float, float], spacing: float) -> list[tuple[float, float]]:
    """Return places from behind ``start`` to ``end``; ``end`` alone where they are the same."""
    dy, dx = end[0] - start[0], end[1] - start[1]
    n = max(math.ceil(math.hypot(dy, dx) / spacing), 1)
    return [(start[0] + dy * i / n, start[1] + dx * i / n) for i in range(1, n + 1)]
