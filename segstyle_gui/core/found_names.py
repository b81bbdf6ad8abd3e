"""Names that CLIP suggests for regions, with all scores; data without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from segstyle_gui.core.clip.prompts import Prompt
from segstyle_gui.core.named_arrays import header_array, read_header
from segstyle_gui.errors import ProjectReadError

NAMING_ARRAYS = ("scores", "header")  # what :meth:`Naming.from_arrays` cannot do without


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The best name of a region.

    ``name`` is None where no name leads by the margin or the region was not seen; ``score`` is the cosine
    (NaN if not seen) and ``margin`` the lead in cosine over the next name.
    """

    region_id: int
    name: str | None
    score: float
    margin: float


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """Scores of all names for all regions.

    ``scores`` is (regions, prompts) float32 cosines, a row of NaN where a region was in no image;
    ``embeddings`` (regions, D) float32 are of length 1 or NaN, and empty (D = 0) if they were not stored.
    """

    region_ids: tuple[int, ...]
    prompts: tuple[Prompt, ...]
    scores: np.ndarray
    suggestions: tuple[Suggestion, ...]
    temperature: float
    embeddings: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """First synonym of every prompt."""
        return tuple(synonyms[0] for synonyms in self.prompts)

    @property
    def shares(self) -> np.ndarray:
        """(regions, prompts): softmax of temperature x cosine over the prompts, as CLIP classifies."""
        logits = self.temperature * self.scores.astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        return np.asarray(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return ``scores``, ``embeddings`` and a ``header`` (JSON as uint8)."""
        header = {
            "region_ids": self.region_ids,
            "prompts": self.prompts,
            "suggestions": [asdict(suggestion) for suggestion in self.suggestions],
            "temperature": self.temperature,
        }
        return {"scores": self.scores, "embeddings": self.embeddings, "header": header_array(header)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Naming:
        """Return the naming that :meth:`to_arrays` wrote.

        Raises
        ------
        ProjectReadError
            If the arrays are not those of a naming.
        """
        try:
            header = read_header(arrays)
            none = np.zeros((len(header["region_ids"]), 0), np.float32)
            naming = cls(
                region_ids=tuple(int(number) for number in header["region_ids"]),
                prompts=tuple(tuple(synonyms) for synonyms in header["prompts"]),
                scores=np.asarray(arrays["scores"], dtype=np.float32),
                suggestions=tuple(Suggestion(**row) for row in header["suggestions"]),
                temperature=float(header["temperature"]),
                embeddings=np.asarray(arrays.get("embeddings", none), dtype=np.float32),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise ProjectReadError(
                f"The stored names cannot be read ({error}).", hint="Suggest names again."
            ) from error
        if naming.scores.shape != (len(naming.region_ids), len(naming.prompts)):
            raise ProjectReadError(
                f"The stored names have scores of shape {naming.scores.shape}.", hint="Suggest names again."
            )
        return naming
