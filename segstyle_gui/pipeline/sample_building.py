"""How the bundled sample project is made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from segstyle_gui.core.clip.choice import bundled_clip
from segstyle_gui.core.merge_tree import cut_tree
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.artifacts import CLUSTERING_PREFIX
from segstyle_gui.pipeline.demo import FULL, DemoPlan, PlanRunner, check_sample
from segstyle_gui.pipeline.import_generator import BUNDLED
from segstyle_gui.pipeline.region_actions import wanted_state
from segstyle_gui.pipeline.sample_project import SAMPLE_FILE, copy_images
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.project.edits import Compound, Edit, MergeRegions, NameRegions, RenameRegion
from segstyle_gui.project.store import Project

#: The demo's settings; the synthetic set is drawn again when wanted, which keeps the file small.
PLAN = DemoPlan(
    settings={
        **FULL.settings,
        "import_generator": {"source": BUNDLED},
        "synthesize": {**FULL.settings["synthesize"], "stream": True},
        "train_student": {**FULL.settings["train_student"], "width": 16},
    }
)
_REST = "skin"  # class of the thin strips along the lower lid, which no recorded click is in
_PARTS = {_REST: 5}  # regions that a class is left as; one unless it is named here


def build_sample_project(
    sample: Path, home: Path, progress_of: Callable[[str], Progress], *, plan: DemoPlan = PLAN
) -> Path:
    """Make the sample project: every stage but the exports, on a copy of the sample's images.

    The working directory of the process is ``home`` meanwhile, so that the project knows its folders by
    relative names and is the same wherever it was made.

    Parameters
    ----------
    sample
        As :func:`segstyle_gui.pipeline.demo.run_demo` wants it.
    home
        An empty folder for the project and copies of images and masks.
    progress_of
        Returns the progress for the step of a title.
    plan
        Settings of the stages.

    Returns
    -------
    The project's file.
    """
    sample = sample.resolve()
    check_sample(sample, plan)
    copy_images(sample, home)
    with contextlib.chdir(home), Project.create(home / SAMPLE_FILE) as project:
        runner = PlanRunner(project, plan, progress_of)
        runner.find_classes(sample, "images")
        tidy_regions(project)
        if bundled_clip() is not None:
            runner.stage("name_regions")
        for stage in ("synthesize", "train_student", "predict_masks"):
            runner.stage(stage)
        runner.evaluate("masks")
    return home / SAMPLE_FILE


def tidy_regions(project: Project) -> None:
    """Give what has no class to the skin, and make one region of each class, a few of the skin.

    The regions of a class are merged along the merge tree and named after it.
    """
    state = wanted_state(project)
    rest = tuple(region.id for region in state.regions if region.class_id is None)
    if rest:
        project.apply(NameRegions(rest, _REST))
    state = wanted_state(project)
    linkage = project.array(current_run(project, "regions"), f"{CLUSTERING_PREFIX}linkage")
    edits: list[Edit] = []
    for label_class in state.classes:
        clusters = {r.clusters[0]: r.id for r in state.regions if r.class_id == label_class.id}
        groups = _groups(linkage, list(clusters), _PARTS.get(label_class.name, 1))
        parts = sorted(tuple(sorted(clusters[cluster] for cluster in group)) for group in groups)
        for number, ids in enumerate(parts, start=1):
            name = label_class.name.capitalize() + (f" {number}" if len(parts) > 1 else "")
            edits += [MergeRegions(ids)] if len(ids) > 1 else []
            edits.append(RenameRegion(ids[0], name))
    project.apply(Compound(tuple(edits), "Merge the regions of each class"))


def _groups(linkage: np.ndarray, clusters: list[int], n: int) -> list[list[int]]:
    """Return the clusters in about ``n`` groups that belong together in the merge tree."""
    if n == 1:
        return [clusters]
    for n_regions in range(1, len(linkage) + 2):
        labels = cut_tree(linkage, n_regions)[clusters]
        if len(set(labels.tolist())) >= n:
            break
    return [
        [c for c, own in zip(clusters, labels, strict=True) if own == label] for label in np.unique(labels)
    ]
