"""A direction that was found from a prompt, and what is shown while it is being found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.latent_shift import LatentShift, Space
from segstyle_gui.core.named_arrays import header_array, read_arrays, read_header
from segstyle_gui.errors import ProjectReadError

_ARRAYS = {
    "vector": (np.float32, 1),
    "seeds": (np.int64, 1),
    "scores": (np.float32, 1),
    "strip_seeds": (np.int64, 1),
    "strip_alphas": (np.float32, 1),
    "strip": (np.uint8, 5),
    "strip_scores": (np.float32, 2),
}
_NUMBERS = (
    "prompt",
    "opposite",
    "alpha",
    "accuracy",
    "n_positive",
    "threshold",
    "share_before",
    "share_after",
)

DIRECTION_ARRAYS = (*_ARRAYS, "header")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Direction:
    """A vector along which samples come to fit a prompt.

    Parameters
    ----------
    prompt, opposite
        What was looked for, and what it was compared with.
    vector
        Float32: of length 1 in W (w_dim,); or one standard deviation of a few style channels (S,), 0 in the
        others.
    alpha
        How many of these to go.
    layers
        Latents that are moved; empty means all. Of W only.
    space
        What the vector is added to.
    channels
        Layer and number of the style channels that are moved; none in W.
    accuracy
        Balanced accuracy 0 to 1 of the classifier on samples that it was not fitted on.
    n_positive
        Samples that were taken to have the thing.
    threshold
        Score of a clear one of these (their upper quartile).
    share_before, share_after
        Share of other samples, at their usual truncation, that reach the threshold: as they are, and moved.
    seeds, scores
        (n,) the samples that were scored.
    strip_seeds, strip_alphas, strip, strip_scores
        (S,), (A,), (S, A, H, W, C) uint8 and (S, A): a few samples moved by each strength.
    """

    prompt: str
    opposite: str
    vector: NDArray[np.float32]
    alpha: float
    layers: tuple[int, ...]
    accuracy: float
    n_positive: int
    threshold: float
    share_before: float
    share_after: float
    seeds: NDArray[np.int64]
    scores: NDArray[np.float32]
    strip_seeds: NDArray[np.int64]
    strip_alphas: NDArray[np.float32]
    strip: NDArray[np.uint8]
    strip_scores: NDArray[np.float32]
    space: Space = "w"
    channels: tuple[tuple[str, int], ...] = ()

    def shift(self, share: float, alpha: float | None = None) -> LatentShift:
        """Return the shift that moves ``share`` of the samples by ``alpha``, by default its own."""
        length = self.alpha if alpha is None else alpha
        vector = np.float32(length) * self.vector
        return LatentShift(vector=vector, share=share, layers=self.layers, space=self.space)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as named arrays; ``header`` (uint8) is JSON text."""
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in _ARRAYS}
        header = {name: getattr(self, name) for name in (*_NUMBERS, "layers", "space", "channels")}
        arrays["header"] = header_array(header)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Direction:
        """Return the direction that :meth:`to_arrays` described.

        Raises
        ------
        ProjectReadError
            If an array is missing or has another shape.
        """
        try:
            header = read_header(arrays)
            values: dict[str, Any] = read_arrays(arrays, _ARRAYS)
            values |= {name: header[name] for name in _NUMBERS}
            values["layers"] = tuple(int(layer) for layer in header["layers"])
            values["space"] = read_space(header)
            values["channels"] = tuple((str(layer), int(n)) for layer, n in header.get("channels", ()))
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise ProjectReadError(
                f"The stored direction cannot be read ({error}).", hint="Find it by text again."
            ) from error


def read_space(header: Mapping[str, Any]) -> Space:
    """Return what the vector of a stored direction is added to; those of older projects are in W."""
    return "styles" if header.get("space") == "styles" else "w"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DirectionPreview:
    """Samples scored so far: (n,) scores, and the k best and worst with seeds (k,) and images (k, R, R, C).

    ``total`` is the number of samples to score; best and worst come first.
    """

    total: int
    scores: NDArray[np.float32]
    best_seeds: NDArray[np.int64]
    best_images: NDArray[np.uint8]
    worst_seeds: NDArray[np.int64]
    worst_images: NDArray[np.uint8]
