"""Stage: ask CLIP which names fit the regions; names are suggested, a person accepts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segstyle_gui.core.classes import RegionState
from segstyle_gui.core.found_names import Naming
from segstyle_gui.core.naming_config import PRESETS, NamingConfig
from segstyle_gui.core.progress import Progress, part
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.region_looks import LOOK, known_embeddings, look_at_regions, region_look
from segstyle_gui.pipeline.stage import MADE_BY, Stage, begin
from segstyle_gui.pipeline.text_model import clip_of, load_text_model, makeshift
from segstyle_gui.project.edits import Compound, Edit, NameRegions
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

_BEST = 3  # names of a region that the summary lists


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
    from segstyle_gui.core.naming import name_embeddings

    draft = begin(project, STAGE, config)
    prompts = parse_prompts(config.prompts)
    source = clip_of(project, config)
    clip = load_text_model(source, config, part(progress, 0.0, 0.05))
    look = region_look(project, config, source)
    ids = [region.id for region in look.state.regions]
    embeddings = known_embeddings(project, look)
    if embeddings is None:
        embeddings = look_at_regions(project, clip, look, config, part(progress, 0.05, 1.0))
    naming = name_embeddings(clip, embeddings, ids, prompts, config)
    suggestions = _suggestions(naming)
    named = sum(row["name"] is not None for row in suggestions)
    summary = {"clip": source.label, "regions": len(ids), "named": named, "suggestions": suggestions}
    remark = makeshift(project, config, source)
    if remark:
        summary = {"remark": remark, **summary}
    return draft.commit(summary, {**naming.to_arrays(), LOOK: look.digest})


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
            "No region without a class has a suggested name.", hint="Suggest names again with a lower margin."
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


def _load_presets() -> Mapping[str, Any]:
    return PRESETS


STAGE = Stage(
    name="name_regions",
    title="Name regions",
    help="Suggest names for the regions from a list of words (CLIP).",
    needs=("regions",),
    makes="names",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
    ignores_classes=True,
)
