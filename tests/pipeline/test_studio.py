from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import run
from typing import Any

import numpy as np
import pytest

from segstyle_gui.core.label_maps import class_maps, cluster_maps, count_clusters, sample_latents
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.core.synthetic_config import SyntheticConfig
from segstyle_gui.errors import ConfigError, ProjectError, StageError
from segstyle_gui.pipeline.artifacts import load_regions
from segstyle_gui.pipeline.region_actions import Point
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.project.edits import MergeRegions, NameRegions, SplitRegion


@pytest.fixture
def regions(bench: Any) -> Any:
    bench.run("import_generator")
    bench.run("find_regions")
    return bench


def test_it_is_imported_without_torch() -> None:
    modules = "segstyle_gui.pipeline.studio, segstyle_gui.pipeline.run_stage, segstyle_gui.pipeline.estimates"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_samples_are_those_of_the_seeds(regions: Any) -> None:
    studio = Studio(regions.project)
    all_of_them = studio.samples(range(20))
    assert all_of_them.shape == (20, 16, 16, 3)
    assert (all_of_them[..., 0] == all_of_them[..., 2]).all()
    np.testing.assert_allclose(studio.samples([17, 3]).astype(int), all_of_them[[17, 3]], atol=1)
    assert (studio.samples([3], psi=1.2) != all_of_them[3]).any()
    assert studio.samples([3], size=24).shape == (1, 24, 24, 3)
    assert studio.samples([]).shape == (0, 16, 16, 3)


def test_region_samples_are_what_core_says_with_splits_and_at_other_sizes(regions: Any) -> None:
    project, studio = regions.project, Studio(regions.project)
    seeds = [5, 9, 6, 30]
    studio.region_samples(seeds, size=24)
    project.apply(SplitRegion(1, studio.plan_split(1, n_parts=2)))
    project.apply(SplitRegion(1, studio.plan_split(1, n_parts=3)))
    loaded = load_regions(project)
    w = sample_latents(loaded.generator, loaded.clustering, seeds)
    for size in (24, 16):
        drawn = studio.region_samples(seeds, size=size)
        wanted, _ = cluster_maps(loaded.generator, loaded.clustering, loaded.state.splits, w, size=size)
        assert drawn.clusters.dtype == np.int16
        assert (drawn.clusters == wanted).mean() > 0.999
        assert drawn.images.shape == (4, size, size, 3)
        assert (drawn.seeds, drawn.n_splits) == (tuple(seeds), 2)
    pictures, _, _ = class_maps(loaded.generator, loaded.clustering, loaded.state, w, size=16)
    np.testing.assert_allclose(drawn.images[..., :1].astype(int), pictures, atol=1)


def test_what_was_drawn_is_kept_until_a_split_changes_it(regions: Any) -> None:
    studio = Studio(regions.project)
    first = studio.region_samples([1, 2], size=16)
    assert studio.region_samples([1, 2], size=16) is first
    with pytest.raises(ValueError, match="read-only"):
        first.clusters[0] = 0
    regions.project.apply(MergeRegions((1, 2)))
    assert studio.region_samples([1, 2], size=16) is first
    regions.project.apply(SplitRegion(1, studio.plan_split(1)))
    assert studio.region_samples([1, 2], size=16) is not first
    studio.clear()
    assert np.array_equal(
        studio.region_samples([1, 2], size=16, state=regions.project.region_state).images, first.images
    )


def test_regions_of_an_older_run_are_drawn_as_they_were(regions: Any) -> None:
    project = regions.project
    first = project.current("regions")
    project.apply(SplitRegion(2, Studio(project).plan_split(2)))
    before = Studio(project).region_samples([4], size=16)
    second = regions.run("find_regions", n_clusters=3, n_regions=3)
    studio = Studio(project)
    assert np.array_equal(studio.region_samples([4], size=16, run=first).clusters, before.clusters)
    assert studio.region_samples([4], size=16).clusters.max() < 3
    assert studio.linkage().shape == (2, 4)
    assert studio.linkage(first).shape == (5, 4)
    assert project.current("regions") == second


def test_plan_split_changes_nothing_and_can_begin_from_a_given_state(regions: Any) -> None:
    project, studio = regions.project, Studio(regions.project)
    before = project.region_state
    split = studio.plan_split(1, n_parts=3)
    assert project.region_state == before
    assert (split.first_cluster, len(split.centroids)) == (6, 3)
    project.apply(SplitRegion(1, split))
    assert studio.plan_split(1, n_parts=3, state=before) == split
    assert studio.plan_split(1).first_cluster == 9
    with pytest.raises(ProjectError, match="no region 99"):
        studio.plan_split(99)
    with pytest.raises(ConfigError, match="wanted two or more"):
        studio.plan_split(1, examples=[[Point(0, 0.5, 0.5, "")]])


def test_scribbles_lead_the_split(regions: Any) -> None:
    project, studio = regions.project, Studio(regions.project)
    drawn = studio.region_samples([0], size=16)
    biggest = int(np.bincount(project.region_state.cluster_to_region()[drawn.clusters].ravel()).argmax())
    ys, xs = np.nonzero(project.region_state.cluster_to_region()[drawn.clusters[0]] == biggest)
    groups = [[Point(0, (ys[i] + 0.5) / 16, (xs[i] + 0.5) / 16, "")] for i in (0, -1)]
    split = studio.plan_split(biggest, examples=groups)
    assert len(split.centroids) == 2
    project.apply(SplitRegion(biggest, split))
    after = studio.region_samples([0], size=16).clusters[0]
    assert [after[ys[i], xs[i]] for i in (0, -1)] == list(split.ids)


def test_statistics_of_parts_are_counted_and_the_others_stored(regions: Any) -> None:
    project, studio = regions.project, Studio(regions.project)
    stored = studio.statistics(project.region_state)
    assert sum(one.share for one in stored.values()) == pytest.approx(1.0)
    assert {one.stability for one in stored.values()} == {None}
    project.apply(SplitRegion(1, studio.plan_split(1)))
    state, loaded = project.region_state, load_regions(project)
    found = studio.statistics(state)
    assert found.keys() == {region.id for region in state.regions}
    assert found[2] == stored[2]
    counts = count_clusters(loaded.generator, loaded.clustering, state.splits, range(6))
    for region in state.regions:
        share = counts[:, list(region.clusters)].sum() / counts.sum()
        assert found[region.id].share == pytest.approx(share, abs=2e-3)
    parts = [region.id for region in state.regions if max(region.clusters) >= 6]
    assert sum(found[i].share for i in parts) == pytest.approx(stored[1].share, abs=2e-3)


def test_patches_show_the_region_and_dim_the_rest(regions: Any) -> None:
    project, studio = regions.project, Studio(regions.project)
    patches = studio.patches(2, n=3, size=32)
    assert patches.shape == (3, 32, 32, 3)
    assert patches.dtype == np.uint8
    project.apply(SplitRegion(2, studio.plan_split(2)))
    assert 1 <= len(studio.patches(2, n=100, size=16)) <= 6
    with pytest.raises(ProjectError, match="no region 77"):
        studio.patches(77)


def test_facts_of_the_generator(regions: Any) -> None:
    facts = Studio(regions.project).generator_facts()
    assert (facts.resolution, facts.channels, facts.z_dim, facts.w_dim) == (16, 1, 8, 8)
    assert facts.layers[-1] == ("b16.conv1", 16, 8)
    assert facts.n_parameters > 1000


def test_the_preview_of_a_set_is_what_synthesize_makes(regions: Any) -> None:
    project = regions.project
    project.apply(NameRegions((1,), "iris"))
    project.apply(NameRegions((2,), "pupil"))
    config = SyntheticConfig(n_images=40, size=16, drop_share=0.25, ignore_margin_share=0.1)
    found = Studio(project).class_preview(config.seeds, config=config)
    made = regions.run("synthesize", n_images=40, size=16, drop_share=0.25, ignore_margin_share=0.1)
    seeds = np.array(found.seeds)
    assert seeds[found.dropped].tolist() == project.array(made, "dropped_seeds").tolist() != []
    assert seeds[~found.dropped].tolist() == project.array(made, "kept_seeds").tolist()
    assert np.array_equal(found.labels[~found.dropped], project.array(made, "labels"))
    assert np.array_equal(found.images[~found.dropped][..., :1], project.array(made, "images"))
    assert found.doubt[found.dropped].min() > found.doubt_threshold >= found.doubt[~found.dropped].max()
    names = {0: "background", 1: "iris", 2: "pupil"}
    shares = {names[i]: share for i, share in found.class_shares.items()}
    assert shares == pytest.approx(made.summary["pixel_share"])
    assert found.n_measured == 40


def test_the_preview_needs_a_class_and_shows_the_first_of_the_set(regions: Any) -> None:
    studio = Studio(regions.project)
    with pytest.raises(StageError, match="No region has a class"):
        studio.class_preview()
    regions.project.apply(NameRegions((1,), "iris"))
    few = studio.class_preview(config=SyntheticConfig(n_images=10, drop_share=0), size=24)
    assert few.seeds == tuple(range(100_000, 100_010))
    assert few.images.shape == (10, 24, 24, 3)
    assert not few.dropped.any()


def test_the_fit_of_a_generator_to_the_images(bench: Any) -> None:
    bench.run("import_images")
    with pytest.raises(StageError, match="no generator"):
        Studio(bench.project).fit_check()
    bench.run("import_generator")
    found = Studio(bench.project).fit_check()
    assert found.verdict == "poor"
    assert found.distance > found.baseline


def test_jobs_of_several_threads_get_the_same(regions: Any) -> None:
    project = regions.project
    alone = Studio(project).region_samples(range(8), size=16)
    shared = Studio(project)
    with ThreadPoolExecutor(4) as pool:
        works = [pool.submit(shared.region_samples, range(8), size=16 + 8 * (i % 2)) for i in range(8)]
        split = pool.submit(shared.plan_split, 1)
        drawn = [work.result() for work in works]
    assert (np.mean([(one.clusters == alone.clusters).mean() for one in drawn[::2]])) > 0.999
    assert split.result().first_cluster == 6


def test_drawing_can_be_stopped(regions: Any) -> None:
    class Stop:
        def report(self, done: float, total: float, message: str = "") -> None:
            raise Cancelled

        def preview(self, value: object) -> None: ...

    studio = Studio(regions.project)
    for work in (studio.samples, studio.region_samples):
        with pytest.raises(Cancelled):
            work([1, 2], progress=Stop())
    assert len(studio.region_samples([1, 2], size=16).images) == 2


def test_without_regions_or_generator_it_says_so(bench: Any) -> None:
    studio = Studio(bench.project)
    with pytest.raises(StageError, match="no generator"):
        studio.samples([1])
    with pytest.raises(StageError, match="no regions"):
        studio.region_samples([1])
