"""A tap: which layers of the generator are read, how each is normalised, and on which grid.

Plain records, readable without torch; :mod:`segstyle_gui.core.feature_tap` reads a generator through them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Normalize = Literal["l2", "standard", "none"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerTap:
    """One layer and the affine map that follows its normalisation: ``z = (x - mean) @ projection.T``.

    ``mean`` (C,) and ``projection`` (P, C) float32; without PCA the projection is diagonal and kept as
    (C,). All are None where nothing is subtracted or scaled.
    """

    name: str
    channels: int
    mean: NDArray[np.float32] | None = None
    projection: NDArray[np.float32] | None = None

    @property
    def dims(self) -> int:
        """Length of this layer's part of a vector."""
        if self.projection is not None and self.projection.ndim == 2:
            return len(self.projection)
        return self.channels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureTap:
    """Which layers are read, how they are normalised, on which grid (pixels a side) vectors are taken.

    ``"l2"`` divides each pixel's vector of a layer by its norm and by the root of the number of layers:
    every layer weighs the same, and a stacked vector has length 1. ``"standard"`` brings every channel to
    mean 0 and variance 1 / (channels x layers). ``"none"`` (the paper's) leaves activations as they are.
    """

    layers: tuple[LayerTap, ...]
    grid: int
    normalize: Normalize

    @property
    def names(self) -> tuple[str, ...]:
        """The layers' names."""
        return tuple(layer.name for layer in self.layers)

    @property
    def dims(self) -> int:
        """D, the length of a feature vector."""
        return sum(layer.dims for layer in self.layers)

    def slices(self) -> list[slice]:
        """Return each layer's part of a vector."""
        edges = np.cumsum([0, *(layer.dims for layer in self.layers)]).tolist()
        return [slice(a, b) for a, b in pairwise(edges)]

    def header(self) -> dict[str, Any]:
        """Return what is no array, as values that JSON can hold."""
        layers = [{"name": layer.name, "channels": layer.channels} for layer in self.layers]
        return {"grid": self.grid, "normalize": self.normalize, "layers": layers}

    def to_arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return the layers' ``mean`` and ``projection``, named ``layer0_mean`` and so on."""
        arrays = {}
        for index, layer in enumerate(self.layers):
            if layer.mean is not None:
                arrays[f"layer{index}_mean"] = layer.mean
            if layer.projection is not None:
                arrays[f"layer{index}_projection"] = layer.projection
        return arrays

    @classmethod
    def from_arrays(cls, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FeatureTap:
        """Return the tap that :meth:`header` and :meth:`to_arrays` described; more may be in both.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the header is not one of a tap.
        """
        if header["normalize"] not in ("l2", "standard", "none"):
            raise ValueError(f"unknown normalisation {header['normalize']!r}")
        layers = tuple(
            LayerTap(
                name=str(layer["name"]),
                channels=int(layer["channels"]),
                mean=_float32(arrays.get(f"layer{index}_mean")),
                projection=_float32(arrays.get(f"layer{index}_projection")),
            )
            for index, layer in enumerate(header["layers"])
        )
        return cls(layers=layers, grid=int(header["grid"]), normalize=header["normalize"])


def _float32(array: NDArray[Any] | None) -> NDArray[np.float32] | None:
    return None if array is None else np.asarray(array, np.float32)
