"""Stage: draw images with label maps from the regions that have a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from segstyle_gui.core.classes import RegionState, state_to_json
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.synthetic_config import PRESETS, SyntheticConfig
from segstyle_gui.pipeline.artifacts import load_direction, load_regions
from segstyle_gui.pipeline.stage import Stage, begin
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.synthetic import SyntheticSet


def run(project: Project, config: SyntheticConfig, progress: Progress) -> RunRecord:
    """Generate images with label maps and store those that can be trusted (only their seeds if streamed).

    Raises
    ------
    StageError
        If no region has a class, or nothing is left after the filter.
    """
    from segstyle_gui.core.synthetic import generate_synthetic_set, shift_of_set

    draft = begin(project, STAGE, config)
    regions = load_regions(project)
    direction = None
    if config.wants_direction:
        direction = load_direction(project, regions.run.inputs["generator"]).shift(1.0)
    shift = shift_of_set(config, regions.clustering, direction)
    made = generate_synthetic_set(
        regions.generator, regions.clustering, regions.state, config, shift=shift, progress=progress
    )
    arrays = {
        "images": made.images,
        "labels": made.labels,
        "kept_seeds": made.seeds,
        "dropped_seeds": made.dropped_seeds,
        "thresholds": np.array([made.thresholds.doubt, made.thresholds.margin], np.float64),
        "region_state": np.frombuffer(state_to_json(regions.state).encode(), np.uint8),
        **({} if shift is None else shift.to_arrays()),
    }
    moved = 0 if shift is None else int(shift.moves(made.seeds).sum())
    return draft.commit(_summary(made, regions.state, moved, streamed=config.stream), arrays)


def _summary(made: SyntheticSet, state: RegionState, moved: int, *, streamed: bool) -> dict[str, Any]:
    used = {region.class_id for region in state.regions}
    classes = [[c.id, c.name, list(c.color)] for c in state.classes if c.id in used]
    total = max(1, sum(made.class_pixels.values()))
    names = {0: "background"} | {c.id: c.name for c in state.classes}
    return {
        "images": len(made.seeds),
        "dropped": len(made.dropped_seeds),
        "moved": moved,
        "streamed": streamed,
        "classes": classes,
        "pixel_share": {names[number]: count / total for number, count in made.class_pixels.items()},
    }


def _blocked_by(project: Project) -> str:
    state = project.region_state
    if state is not None and all(region.class_id is None for region in state.regions):
        return "no region has a class yet; give one to each region that counts (`segstyle regions assign`)."
    return ""


def _needs_more(config: SyntheticConfig) -> tuple[str, ...]:
    return ("direction",) if config.wants_direction else ()


def _load_config() -> type[Any]:
    return SyntheticConfig


def _load_presets() -> Mapping[str, Any]:
    return PRESETS


STAGE = Stage(
    name="synthesize",
    title="Synthesize",
    help="Draw images with label maps; the doubtful ones are dropped.",
    needs=("regions",),
    makes="synthetic_set",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
    blocked_by=_blocked_by,
    needs_more=_needs_more,
)
