"""Label maps, margins, splits and points."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from segstyle_gui.core.classes import LabelClass, Region, RegionState, Split, initial_state
from segstyle_gui.core.cluster_statistics import region_statistics
from segstyle_gui.core.clusters import (
    ClusterConfig,
    Point,
    class_maps,
    cluster_maps,
    clusters_at,
    count_clusters,
    fit_clusters,
    split_region,
)
from segstyle_gui.core.feature_tap import feature_maps
from segstyle_gui.core.features import map_batches
from segstyle_gui.core.label_maps import decide, grid_pixel
from segstyle_gui.core.splitting import region_vectors
from segstyle_gui.errors import ConfigError, StageError

CONFIG = ClusterConfig(
    n_clusters=5, layer="b16.conv0,b32.conv1", n_samples=10, grid=32, n_init=3, n_refits=1, psi=1.0
)
SEEDS = [3, 4, 5]


@pytest.fixture
def clustering(known_generator):
    return fit_clusters(known_generator, CONFIG)


@pytest.fixture
def w():
    return torch.stack(
        [torch.from_numpy(np.random.RandomState(s).randn(4).astype(np.float32)) for s in SEEDS]
    )


def state_with_split(n=5, d=10, classes=(1, 2, 0, 1, 2, 2, 3)):
    """Clusters 0..4; 1 and 4 split into 5 and 6; classes of the seven ids (0 none)."""
    rng = np.random.default_rng(0)
    split = Split(n, (1, 4), rng.standard_normal((2, d)) * 0.3)
    groups = {i: classes[i] or None for i in (0, 2, 3, 5, 6)}
    regions = tuple(Region(i + 1, (i,), "", class_id=c) for i, c in groups.items())
    labels = tuple(LabelClass(i, str(i), (i, i, i)) for i in (1, 2, 3))
    return RegionState(regions, labels, (split,), n, 8, 4)


def nearest(vectors, centroids):
    """Nearest centroid of (N, D, H, W), by distance."""
    diff = vectors.numpy()[:, None] - centroids[None, :, :, None, None]
    return (diff**2).sum(axis=2)


def vectors_of(generator, clustering, size):
    (_, maps), *_ = map_batches(generator, clustering.tap.names, SEEDS, 1.0, 8)
    return feature_maps(clustering.tap, maps, size)


@pytest.mark.parametrize("size", [32, 48])
def test_cluster_maps_are_the_nearest_centroids(known_generator, clustering, w, size):
    ids, margins = cluster_maps(known_generator, clustering, (), w, size=size)
    distance = nearest(vectors_of(known_generator, clustering, size), clustering.centroids)
    first, second = np.sort(distance, axis=1)[:, :2].swapaxes(0, 1)
    assert ids.dtype == np.int16
    assert margins.dtype == np.float32
    np.testing.assert_allclose(margins, (second - first) / 2, atol=1e-5)
    sure = margins > 1e-5
    assert np.array_equal(ids[sure], distance.argmin(axis=1)[sure])


def test_a_split_moves_only_pixels_of_its_parents(known_generator, clustering, w):
    state = state_with_split()
    before, _ = cluster_maps(known_generator, clustering, (), w, size=32)
    after, _ = cluster_maps(known_generator, clustering, state.splits, w, size=32)
    inside = np.isin(before, (1, 4))
    assert inside.any()
    assert np.array_equal(after[~inside], before[~inside])
    distance = nearest(vectors_of(known_generator, clustering, 32), state.splits[0].centroids)
    assert np.array_equal(after[inside], 5 + distance.argmin(axis=1)[inside])


def test_a_later_split_divides_parts_of_an_earlier_one(known_generator, clustering, w):
    first = state_with_split().splits[0]
    second = Split(7, (5, 0), first.centroids[::-1] + 0.05)
    before, _ = cluster_maps(known_generator, clustering, (first,), w, size=32)
    after, _ = cluster_maps(known_generator, clustering, (first, second), w, size=32)
    inside = np.isin(before, (5, 0))
    assert set(np.unique(after[inside])) <= {7, 8}
    assert np.array_equal(after[~inside], before[~inside])


def test_class_maps_are_cluster_maps_through_the_table(known_generator, clustering, w):
    state = state_with_split()
    images, labels, margins = class_maps(known_generator, clustering, state, w, size=32)
    ids, _ = cluster_maps(known_generator, clustering, state.splits, w, size=32)
    assert np.array_equal(labels, state.cluster_to_class()[ids])
    assert labels.dtype == np.uint8
    assert images.shape == (3, 32, 32, 1)
    assert images.dtype == np.uint8
    wanted = known_generator.synthesis(w).numpy()[:, 0] * 127.5 + 127.5
    np.testing.assert_allclose(images[..., 0], np.clip(wanted, 0, 255).round(), atol=1)
    assert (margins >= 0).all()


def test_the_margin_of_classes_is_to_another_class(known_generator, clustering, w):
    state = initial_state(np.arange(5))
    regions = tuple(replace(r, class_id=1 if i < 2 else 2) for i, r in enumerate(state.regions))
    labels = (LabelClass(1, "a", (0, 0, 0)), LabelClass(2, "b", (0, 0, 0)))
    state = replace(state, regions=regions, classes=labels, next_class_id=3)
    _, _, margins = class_maps(known_generator, clustering, state, w, size=32)
    distance = nearest(vectors_of(known_generator, clustering, 32), clustering.centroids)
    gap = np.abs(distance[:, :2].min(axis=1) - distance[:, 2:].min(axis=1)) / 2
    np.testing.assert_allclose(margins, gap, atol=1e-5)


def test_margin_is_infinite_with_a_single_class(known_generator, clustering, w):
    _, labels, margins = class_maps(known_generator, clustering, initial_state(np.arange(5)), w, size=32)
    assert (labels == 0).all()
    assert np.isinf(margins).all()


def test_margin_is_the_least_over_the_decisions():
    base = torch.tensor([5.0, 4.0, 1.0]).view(1, 3, 1, 1)
    inner = torch.tensor([2.0, 1.7]).view(1, 2, 1, 1)
    split = Split(3, (0,), np.zeros((2, 1)))
    group, margin = decide(base, [inner], [split], torch.tensor([0, 7, 8, 9, 6]))
    assert (group.item(), margin.item()) == (9, pytest.approx(0.3))
    # The rival at the first decision has the same class as the part that wins: the next one counts.
    group, margin = decide(base, [inner], [split], torch.tensor([0, 9, 8, 9, 9]))
    assert (group.item(), margin.item()) == (9, 4.0)
    # A rival that was itself split counts with the class it would end in.
    group, margin = decide(base, [inner], [Split(3, (1,), np.zeros((2, 1)))], torch.tensor([9, 0, 8, 9, 6]))
    assert (group.item(), margin.item()) == (9, 4.0)


def test_points_find_regions(known_generator, clustering):
    state = state_with_split()
    points = [Point(4, 0.0, 0.999), Point(3, 0.5, 0.25), Point(4, 0.9, 0.1)]
    w4 = [torch.from_numpy(np.random.RandomState(s).randn(1, 4).astype(np.float32)) for s in (3, 4)]
    maps = [cluster_maps(known_generator, clustering, state.splits, one, size=32)[0][0] for one in w4]
    table = state.cluster_to_region()
    wanted = [table[maps[1][0, 31]], table[maps[0][16, 8]], table[maps[1][28, 3]]]
    assert clusters_at(known_generator, clustering, state, points) == wanted
    assert clusters_at(known_generator, clustering, state, []) == []
    with pytest.raises(ValueError, match="0, 1"):
        grid_pixel(Point(0, 1.0, 0.0), 32)


def test_another_generator_is_refused(known_generator, clustering, w):
    known_generator.layer_names = ("b32.conv1",)
    with pytest.raises(StageError, match=r"b16\.conv0"):
        cluster_maps(known_generator, clustering, (), w, size=32)


def quarters_merged(generator, config):
    """Cluster the quarters exactly, then merge the upper two into region 1."""
    clustering = fit_clusters(generator, config)
    single = initial_state(np.arange(config.n_clusters))
    left, right = clusters_at(generator, clustering, single, [Point(0, 0.1, 0.1), Point(0, 0.1, 0.9)])
    labels = np.ones(config.n_clusters, dtype=int)
    labels[[left - 1, right - 1]] = 0
    return clustering, initial_state(labels)


SPLIT_CONFIG = replace(CONFIG, n_clusters=4, layer="b32.conv1")


@pytest.mark.parametrize(
    "examples",
    [(), ([Point(1, 0.1, 0.1), Point(2, 0.3, 0.2)], [Point(1, 0.1, 0.8)])],
    ids=["free", "examples"],
)
def test_a_merged_region_splits_into_its_quarters(known_generator, w, examples):
    clustering, state = quarters_merged(known_generator, SPLIT_CONFIG)
    split = split_region(known_generator, clustering, state, 1, config=SPLIT_CONFIG, examples=examples)
    assert split.parents == state.region(1).clusters
    assert split.ids == (4, 5)
    ids, _ = cluster_maps(known_generator, clustering, (split,), w, size=32)
    left, right = np.unique(ids[:, :16, :16]), np.unique(ids[:, :16, 16:])
    assert sorted([*left, *right]) == [4, 5]
    if examples:
        assert left.tolist() == [4]
    counts = count_clusters(known_generator, clustering, (split,), SEEDS)
    assert counts[:, [4, 5]].tolist() == [[256, 256]] * 3
    assert (counts.sum(axis=1) == 1024).all()


def test_statistics_of_split_parts_need_their_counts(known_generator):
    clustering, state = quarters_merged(known_generator, SPLIT_CONFIG)
    split = split_region(known_generator, clustering, state, 1, config=SPLIT_CONFIG)
    parts = (Region(3, (4,), "left"), Region(4, (5,), "right"))
    state = replace(state, regions=(*parts, state.region(2)), splits=(split,), next_region_id=5)
    unknown = region_statistics(clustering, state)
    assert np.isnan(unknown[3].share)
    assert unknown[2].share == pytest.approx(0.5)
    counts = count_clusters(known_generator, clustering, state.splits, SEEDS)
    known = region_statistics(clustering, state, counts=counts)
    assert known[3].share == known[4].share == pytest.approx(0.25)
    assert known[3].presence == 1.0
    assert np.isnan(known[3].stability)


def test_examples_keep_their_side_where_free_clusters_would_not(known_generator):
    """Smooth features: the parts follow the examples, each example ends in its own part."""
    config = replace(CONFIG, layer="b16.conv0", n_clusters=3)
    clustering = fit_clusters(known_generator, config)
    state = initial_state(np.zeros(3, dtype=int))
    examples = ([Point(1, 0.2, 0.2)], [Point(1, 0.8, 0.7)], [Point(2, 0.5, 0.5)])
    split = split_region(known_generator, clustering, state, 1, config=config, examples=examples)
    assert split.centroids.shape == (3, 6)
    parts = (Region(2, (3,), ""), Region(3, (4,), ""), Region(4, (5,), ""))
    state = replace(state, regions=parts, splits=(split,), next_region_id=5)
    points = [group[0] for group in examples]
    assert clusters_at(known_generator, clustering, state, points) == [2, 3, 4]


def test_region_vectors_are_of_the_region_and_bounded(known_generator, monkeypatch):
    clustering, state = quarters_merged(known_generator, SPLIT_CONFIG)
    rows = region_vectors(known_generator, clustering, state, state.region(1).clusters, SPLIT_CONFIG)
    assert len(rows) == 10 * 512
    np.testing.assert_allclose(rows[:, :2].sum(axis=1), 1.0, rtol=1e-5)
    monkeypatch.setattr("segstyle_gui.core.splitting._MOST_ROWS", 70)
    rows = region_vectors(known_generator, clustering, state, state.region(1).clusters, SPLIT_CONFIG)
    assert len(rows) == 70


def test_splits_that_cannot_be_are_refused(known_generator):
    clustering, state = quarters_merged(known_generator, SPLIT_CONFIG)
    for examples in (([Point(0, 0.1, 0.1)],), ([Point(0, 0.1, 0.1)], [])):
        with pytest.raises(ConfigError, match="examples"):
            split_region(known_generator, clustering, state, 1, config=SPLIT_CONFIG, examples=examples)
    with pytest.raises(KeyError):
        split_region(known_generator, clustering, state, 9, config=SPLIT_CONFIG)
    with pytest.raises(StageError, match="pixels"):
        split_region(known_generator, clustering, state, 1, config=SPLIT_CONFIG, n_parts=5000)
