"""The part of a sample that every tile shows: zoom and pan, the same for all tiles."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ZOOM = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A square of the sample; the whole sample by default.

    Attributes
    ----------
    zoom
        1 (the whole sample) to ``MAX_ZOOM``.
    x, y
        Left and top of the square, as shares of the sample's sides, 0 to ``1 - 1 / zoom``.
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def side(self) -> float:
        """Side of the square as a share of the sample's."""
        return 1.0 / self.zoom

    def zoomed(self, zoom: float, u: float, v: float) -> Lens:
        """Return the lens at another zoom that keeps what lies at ``u``, ``v`` of the tile in its place.

        Parameters
        ----------
        zoom
            Taken into 1 to ``MAX_ZOOM``.
        u, v
            From 0 (left, top of the tile) to 1.
        """
        zoom = min(max(zoom, 1.0), MAX_ZOOM)
        x, y = self.to_sample(u, v)
        return _inside(zoom, x - u / zoom, y - v / zoom)

    def panned(self, du: float, dv: float) -> Lens:
        """Return the lens after the picture was dragged by these shares of a tile."""
        return _inside(self.zoom, self.x - du * self.side, self.y - dv * self.side)

    def to_sample(self, u: float, v: float) -> tuple[float, float]:
        """Return the place x, y in the sample of a place in the tile, both from 0 to 1."""
        return self.x + u * self.side, self.y + v * self.side

    def to_tile(self, x: float, y: float) -> tuple[float, float]:
        """Return the place u, v in the tile of a place in the sample; outside 0 to 1 it is out of view."""
        return (x - self.x) * self.zoom, (y - self.y) * self.zoom


def _inside(zoom: float, x: float, y: float) -> Lens:
    limit = 1.0 - 1.0 / zoom
    return Lens(zoom=zoom, x=min(max(x, 0.0), limit), y=min(max(y, 0.0), limit))
