"""Name regions by text: the mean CLIP embedding of each region against the embeddings of the names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from segstyle_gui.core.clip.prompts import TEMPLATES, Prompt, TextEncoder, embed_prompts
from segstyle_gui.core.cluster_looks import DenseEncoder, group_embeddings, look_at_clusters
from segstyle_gui.core.found_names import Naming, Suggestion
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import SILENT, Progress

__all__ = [
    "DenseEncoder",
    "Naming",
    "NamingConfig",
    "Suggestion",
    "name_embeddings",
    "name_regions",
    "region_embeddings",
    "suggest_names",
]

_BATCH = 8  # images
_FORBIDDEN = -100.0  # never chosen: avoiding one pair costs a sum of cosines 4 at most


def name_regions(
    clip: DenseEncoder,
    images: np.ndarray,
    region_maps: np.ndarray,
    region_ids: Sequence[int],
    prompts: Sequence[Prompt],
    config: NamingConfig,
    *,
    progress: Progress = SILENT,
) -> Naming:
    """Suggest a name for every region.

    The embedding of a region is the mean over images of its mean in each image, so an image where it is
    large counts no more than one where it is small (``config.weighting`` has the paper's way, too). A name's
    score is the best cosine of its synonyms.

    Parameters
    ----------
    clip
        The CLIP model.
    images
        (N,H,W,C) uint8, C = 1 or 3.
    region_maps
        (N,h,w) integer region ids; pixels of ids that are not in ``region_ids`` are left out.
    region_ids
        Regions to name.
    prompts
        Names to choose from, at least two, each with its synonyms.
    config
        Templates, grid, margin.
    progress
        Told after every batch of images.

    Returns
    -------
    Scores and suggestions in the order of ``region_ids``.
    """
    if len(images) != len(region_maps) or len(prompts) < 2:
        raise ValueError(
            f"{len(images)} images, {len(region_maps)} maps, {len(prompts)} prompts (wanted >= 2)"
        )
    regions = region_embeddings(clip, images, region_maps, region_ids, config, progress=progress)
    return name_embeddings(clip, regions, region_ids, prompts, config)


def name_embeddings(
    clip: TextEncoder,
    embeddings: np.ndarray,
    region_ids: Sequence[int],
    prompts: Sequence[Prompt],
    config: NamingConfig,
) -> Naming:
    """Suggest names for regions whose embeddings are known; only the texts are embedded.

    Parameters
    ----------
    clip
        The CLIP model that the embeddings are of.
    embeddings
        (regions, D) from :func:`region_embeddings`, or those of a former :class:`Naming`.
    region_ids, prompts, config
        As for :func:`name_regions`.
    """
    if len(prompts) < 2:
        raise ValueError(f"{len(prompts)} prompts (wanted >= 2)")
    texts = embed_prompts(clip, prompts, TEMPLATES[config.templates])
    scores = np.stack([(embeddings @ synonyms.T).max(axis=1) for synonyms in texts], axis=1)
    names = tuple(synonyms[0] for synonyms in prompts)
    suggestions = suggest_names(scores, region_ids, names, margin=config.margin, one_to_one=config.one_to_one)
    return Naming(tuple(region_ids), tuple(prompts), scores, suggestions, config.temperature, embeddings)


def region_embeddings(
    clip: DenseEncoder,
    images: np.ndarray,
    region_maps: np.ndarray,
    region_ids: Sequence[int],
    config: NamingConfig,
    *,
    progress: Progress = SILENT,
) -> np.ndarray:
    """Return (regions, D) float32 embeddings of length 1, NaN for a region that is in no image.

    Parameters are those of :func:`name_regions`.
    """
    batches = (slice(start, start + _BATCH) for start in range(0, len(images), _BATCH))
    scenes = ((images[batch], region_maps[batch]) for batch in batches)
    looks = look_at_clusters(clip, scenes, region_ids, config, n_images=len(images), progress=progress)
    return group_embeddings(looks, [(number,) for number in region_ids], config.weighting)


def suggest_names(
    scores: np.ndarray, region_ids: Sequence[int], names: Sequence[str], *, margin: float, one_to_one: bool
) -> tuple[Suggestion, ...]:
    """Choose a name for each row of ``scores``.

    Parameters
    ----------
    scores
        (regions, names) cosines; rows of NaN get no name.
    region_ids, names
        What rows and columns stand for.
    margin
        Smallest lead, in cosine, with which a name is suggested.
    one_to_one
        Use every name once at most, so that the sum of cosines is highest (Hungarian algorithm). The
        lead of a pair is then what the sum loses without it; regions that are left over get no name.
    """
    known = np.flatnonzero(np.isfinite(scores).all(axis=1))
    chosen = _best_pairs(scores[known]) if one_to_one else _best_columns(scores[known])
    by_row = {int(known[row]): (column, lead) for row, (column, lead) in chosen.items()}
    suggestions = []
    for row, region_id in enumerate(region_ids):
        column, lead = by_row.get(row, (None, 0.0))
        if column is None:
            score = float(scores[row].max())
            suggestions.append(Suggestion(int(region_id), None, score, 0.0))
            continue
        name = names[column] if lead >= margin else None
        suggestions.append(Suggestion(int(region_id), name, float(scores[row, column]), lead))
    return tuple(suggestions)


def _best_columns(scores: np.ndarray) -> dict[int, tuple[int, float]]:
    """Return the best column of each row and its lead over the second."""
    if not len(scores):
        return {}
    ordered = np.sort(scores.astype(np.float64), axis=1)
    leads = ordered[:, -1] - ordered[:, -2]
    return {
        row: (int(column), float(leads[row])) for row, column in enumerate(scores.argmax(axis=1).tolist())
    }


def _best_pairs(scores: np.ndarray) -> dict[int, tuple[int, float]]:
    """Return the column of each row in the best assignment and what the sum loses without that pair."""
    scores = scores.astype(np.float64)
    best = _assignment_sum(scores)
    rows, columns = linear_sum_assignment(scores, maximize=True)
    pairs = {}
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        without = scores.copy()
        without[row, column] = _FORBIDDEN
        pairs[row] = (column, float(best - _assignment_sum(without)))
    return pairs


def _assignment_sum(scores: np.ndarray) -> float:
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return float(scores[rows, columns].sum())
