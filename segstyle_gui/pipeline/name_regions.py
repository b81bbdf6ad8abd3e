"""Stage: ask CLIP which names fit the regions; names are suggested, a person accepts them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from segstyle_gui.core.progress import Progress, part
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.artifacts import LoadedRegions, best_device, load_regions
from segstyle_gui.pipeline.stage import MADE_BY, Stage, begin
from segstyle_gui.project.edits import Compound, Edit, NameRegions
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.naming import NamingConfig

_FIRST_SEED = 50_000  # samples that are looked at are not those that regions were found on
_BATCH = 16


def run(project: Project, config: NamingConfig, progress: Progress) -> RunRecord:
    """Score every name for every region and store the suggestions.

    Raises
    ------
    ConfigError
        If fewer than two names are given.
    ModelFileError
        If CLIP's weights cannot be had.
    """
    from segstyle_gui.core.clip.model import load_clip
    from segstyle_gui.core.clip.prompts import parse_prompts
    from segstyle_gui.core.naming import name_regions

    draft = begin(project, STAGE, config)
    prompts = parse_prompts(config.prompts)
    progress.report(0, 1, "loading CLIP")
    weights = Path(config.weights_file).expanduser() if config.weights_file else None
    clip = load_clip(config.model, pretrained=config.pretrained, weights=weights, device=best_device())
    regions = load_regions(project)
    images, maps = _samples(regions, config.n_images, part(progress, 0.05, 0.25))
    ids = [region.id for region in regions.state.regions]
    naming = name_regions(clip, images, maps, ids, prompts, config, progress=part(progress, 0.25, 1.0))
    suggestions = [
        {"region": s.region_id, "name": s.name, "score": round(s.score, 4) if np.isfinite(s.score) else None}
        for s in naming.suggestions
    ]
    named = sum(row["name"] is not None for row in suggestions)
    summary = {"regions": len(ids), "named": named, "suggestions": suggestions}
    return draft.commit(summary, naming.to_arrays())


def _samples(regions: LoadedRegions, n_images: int, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return samples (n, R, R, C) uint8 and their region ids (n, R, R)."""
    import torch

    from segstyle_gui.core.generator.network import images_to_uint8, latents_from_seeds
    from segstyle_gui.core.label_maps import cluster_maps

    generator, table = regions.generator, regions.state.cluster_to_region()
    images, maps = [], []
    for start in range(0, n_images, _BATCH):
        progress.report(start, n_images, "drawing samples")
        seeds = list(range(_FIRST_SEED + start, _FIRST_SEED + min(start + _BATCH, n_images)))
        with torch.inference_mode():
            z = latents_from_seeds(seeds, generator.z_dim).to(generator.device)
            w = generator.mapping(z, regions.clustering.psi)
            images.append(images_to_uint8(generator.synthesis(w)))
        ids, _ = cluster_maps(
            generator, regions.clustering, regions.state.splits, w, size=generator.resolution
        )
        maps.append(table[ids])
    return np.concatenate(images), np.concatenate(maps)


def accept_names(project: Project) -> dict[int, str]:
    """Put every region without a class into the class of its suggested name, as one step of the history.

    Returns
    -------
    Region id to class name.

    Raises
    ------
    StageError
        If there are no suggestions, or none for a region without a class.
    """
    run = project.current("names")
    if run is None:
        raise StageError(f"{project.name} has no suggested names yet.", hint=f"First: {MADE_BY['names']}.")
    state = project.region_state
    assert state is not None
    free = {region.id for region in state.regions if region.class_id is None and not region.locked}
    accepted = {
        s["region"]: s["name"] for s in run.summary["suggestions"] if s["name"] and s["region"] in free
    }
    if not accepted:
        raise StageError(
            "No region without a class has a suggested name.", hint="Name again with a lower --margin."
        )
    names = dict.fromkeys(accepted.values())
    edits: tuple[Edit, ...] = tuple(
        NameRegions(tuple(number for number, other in accepted.items() if other == name), name)
        for name in names
    )
    project.apply(Compound(edits, f"Accept {len(accepted)} names"))
    return accepted


def _load_config() -> type[Any]:
    from segstyle_gui.core.naming import NamingConfig

    return NamingConfig


STAGE = Stage(
    name="name_regions",
    title="Name regions",
    help="Suggest names for the regions from a list of words (CLIP).",
    needs=("regions",),
    makes="names",
    load_config=_load_config,
    run=run,
)
