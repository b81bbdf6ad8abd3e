"""A shift of latents or styles: which samples are moved along a direction, and by what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SHIFT_ARRAYS = ("shift_vector", "shift_share", "shift_layers", "shift_space")

Space = Literal["w", "styles"]

_SPACES: tuple[Space, ...] = ("w", "styles")

_CYCLE = 2**32
_GOLDEN = 2_654_435_769  # 2^32 divided by the golden ratio: multiples of it fill the cycle evenly


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatentShift:
    """What is added to w, or to the styles that follow from it, for which share of the samples.

    Whether a sample is moved depends on its seed alone; among any seeds in a row the moved ones have the
    share and are spread evenly, and a higher share moves the same ones and more.

    Parameters
    ----------
    vector
        Float32, a direction times its strength α: (w_dim,), or one value for each style
        (:func:`segstyle_gui.core.generator.styles.styles_of`).
    share
        Of the samples, 0 to 1.
    layers
        Indices of the latents (one for each styled layer) that are moved; empty moves all. Of w only: a
        vector of styles is 0 where nothing is to change.
    space
        What the vector is added to.
    """

    vector: NDArray[np.float32]
    share: float = 1.0
    layers: tuple[int, ...] = ()
    space: Space = "w"

    def moves(self, seeds: Sequence[int] | NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return (N,) bool, whether the sample of each seed is moved."""
        places = np.asarray(seeds, dtype=np.uint64) * np.uint64(_GOLDEN) % np.uint64(_CYCLE)
        return places < self.share * _CYCLE

    def with_share(self, share: float) -> LatentShift:
        """Return the same shift for another share of the samples."""
        return replace(self, share=share)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as :data:`SHIFT_ARRAYS`."""
        share, layers = np.array([self.share], np.float64), np.array(self.layers, np.int64)
        values = self.vector, share, layers, np.array([_SPACES.index(self.space)], np.int64)
        return dict(zip(SHIFT_ARRAYS, values, strict=True))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LatentShift | None:
        """Return the shift that :meth:`to_arrays` wrote, None if there is none.

        Raises
        ------
        KeyError, ValueError
            If only a part of it is there, or it has another form.
        """
        if SHIFT_ARRAYS[0] not in arrays:
            return None
        vector, shares, layers = (arrays[name] for name in SHIFT_ARRAYS[:3])
        (space,) = np.asarray(arrays.get(SHIFT_ARRAYS[3], [0])).tolist()  # older projects have w alone
        (share,) = np.asarray(shares, np.float64).tolist()
        if vector.ndim != 1 or not 0 <= share <= 1 or space not in range(len(_SPACES)):
            raise ValueError(f"a shift of shape {vector.shape} for a share of {share}")
        return cls(
            vector=np.asarray(vector, np.float32),
            share=share,
            layers=tuple(int(layer) for layer in np.asarray(layers).tolist()),
            space=_SPACES[space],
        )
