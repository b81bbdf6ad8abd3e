"""Stage: ask CLIP which names fit the regions; names are suggested, a person accepts them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.found_names import Naming
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import Progress, part
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.artifacts import LoadedRegions, load_regions
from segstyle_gui.pipeline.stage import MADE_BY, Stage, begin, current_run
from segstyle_gui.pipeline.text_model import clip_of, load_text_model
from segstyle_gui.project.edits import Compound, Edit, NameRegions
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

_FIRST_SEED = 50_000  # samples that are looked at are not those that regions were found on
_BATCH = 16
_BEST = 3  # names of a region that the summary lists
_LOOK = "look"  # digest of what the embeddings depend on
_LOOK_SETTINGS = ("weights_file", "n_images", "stride", "size")


def run(project: Project, config: NamingConfig, progress: Progress) -> RunRecord:
    """Score every name for every region and store the suggestions.

    Raises
    ------
    ConfigError
        If fewer than two names are given.
    ModelFileError
        If CLIP's weights cannot be had.
    """
    from segstyle_gui.core.clip.prompts import parse_prompts
    from segstyle_gui.core.naming import name_embeddings, region_embeddings

    draft = begin(project, STAGE, config)
    prompts = parse_prompts(config.prompts)
    source = clip_of(project, config)
    clip = load_text_model(source, config, part(progress, 0.0, 0.05))
    found, state = current_run(project, "regions"), project.region_state
    assert state is not None  # a run of regions always has one
    ids = [region.id for region in state.regions]
    look = _look(found, state, config, source.label)
    embeddings = _known_embeddings(project, look)
    if embeddings is None:
        regions = replace(load_regions(project), state=state)
        images, maps = _samples(regions, config.n_images, part(progress, 0.05, 0.25))
        embeddings = region_embeddings(clip, images, maps, ids, config, progress=part(progress, 0.25, 1.0))
    naming = name_embeddings(clip, embeddings, ids, prompts, config)
    suggestions = _suggestions(naming)
    named = sum(row["name"] is not None for row in suggestions)
    summary = {"clip": source.label, "regions": len(ids), "named": named, "suggestions": suggestions}
    return draft.commit(summary, {**naming.to_arrays(), _LOOK: look})


def _suggestions(naming: Naming) -> list[dict[str, Any]]:
    """Return id, name (None: unknown), score and margin of every region, with its best names and scores."""
    rows = []
    for found, scores in zip(naming.suggestions, naming.scores, strict=True):
        seen = bool(np.isfinite(scores).all())
        order = np.argsort(-scores, kind="stable")[:_BEST] if seen else ()
        rows.append(
            {
                "region": found.region_id,
                "name": found.name,
                "score": round(found.score, 4) if seen else None,
                "margin": round(found.margin, 4),
                "best": [[naming.names[i], round(float(scores[i]), 4)] for i in order],
            }
        )
    return rows


def _known_embeddings(project: Project, look: np.ndarray) -> np.ndarray | None:
    """Return the embeddings of the regions if the former suggestions were made by the same look at them."""
    former = project.current("names")
    if former is None or _LOOK not in project.array_names(former):
        return None
    arrays = project.arrays(former)
    return Naming.from_arrays(arrays).embeddings if np.array_equal(arrays[_LOOK], look) else None


def _look(run: RunRecord, state: RegionState, config: NamingConfig, clip: str) -> np.ndarray:
    """Return a digest (32,) uint8 of all that the regions' embeddings depend on."""
    facts = [
        run.id,
        clip,
        [[region.id, *region.clusters] for region in state.regions],
        [[*split.parents, split.centroids.tolist()] for split in state.splits],
        [getattr(config, name) for name in _LOOK_SETTINGS],
    ]
    return np.frombuffer(hashlib.sha256(json.dumps(facts).encode()).digest(), np.uint8)


def _samples(regions: LoadedRegions, n_images: int, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Return samples (n, R, R, C) uint8 and their region ids (n, R, R)."""
    import torch

    from segstyle_gui.core.generator.network import images_to_uint8
    from segstyle_gui.core.label_maps import cluster_maps, sample_latents

    generator, table = regions.generator, regions.state.cluster_to_region()
    images, maps = [], []
    for start in range(0, n_images, _BATCH):
        progress.report(start, n_images, "drawing samples")
        seeds = list(range(_FIRST_SEED + start, _FIRST_SEED + min(start + _BATCH, n_images)))
        with torch.inference_mode():
            w = sample_latents(generator, regions.clustering, seeds)
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
    suggested = {s["region"]: s["name"] for s in run.summary["suggestions"] if s["name"]}
    accepted = {number: suggested[number] for number in nameable(state) if number in suggested}
    if not accepted:
        raise StageError(
            "No region without a class has a suggested name.", hint="Name again with a lower --margin."
        )
    project.apply(naming_edit(accepted))
    return accepted


def nameable(state: RegionState) -> tuple[int, ...]:
    """Return the ids of the regions that accepting all names gives a class: those free of one, not locked."""
    return tuple(region.id for region in state.regions if region.class_id is None and not region.locked)


def naming_edit(names: Mapping[int, str]) -> Compound:
    """Return the one edit that puts regions, by id, into the classes of their names."""
    edits: tuple[Edit, ...] = tuple(
        NameRegions(tuple(number for number, other in names.items() if other == name), name)
        for name in dict.fromkeys(names.values())
    )
    return Compound(edits, f"Accept {len(names)} names")


def _load_config() -> type[Any]:
    return NamingConfig


STAGE = Stage(
    name="name_regions",
    title="Name regions",
    help="Suggest names for the regions from a list of words (CLIP).",
    needs=("regions",),
    makes="names",
    load_config=_load_config,
    run=run,
    ignores_classes=True,
)
