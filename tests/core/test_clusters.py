"""Find regions on a generator whose clusters are known."""

from dataclasses import replace

import numpy as np
import pytest

from segstyle_gui.core.classes import initial_state
from segstyle_gui.core.cluster_config import rows_bytes
from segstyle_gui.core.cluster_statistics import (
    PRESENT_SHARE,
    cluster_stability,
    overlap_table,
    region_stability,
    region_statistics,
    share_and_presence,
)
from segstyle_gui.core.clusters import (
    PRESETS,
    ClusterConfig,
    Clustering,
    clusters_at,
    cut_tree,
    fit_clusters,
    sample_seeds,
)
from segstyle_gui.core.label_maps import Point
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import ConfigError, ProjectReadError

CONFIG = ClusterConfig(n_clusters=4, n_regions=4, layer="b32.conv1", n_samples=12, grid=32, n_init=3)


def quarter_of(clustering, generator, seed):
    """Return the cluster ids of the four quarters, row by row."""
    state = initial_state(np.arange(clustering.n_clusters))
    points = [Point(seed, y, x) for y in (0.1, 0.9) for x in (0.1, 0.9)]
    return [region - 1 for region in clusters_at(generator, clustering, state, points)]


def test_quarters_are_found_with_exact_share_and_presence(known_generator, fourth_quarter_exists):
    clustering = fit_clusters(known_generator, CONFIG)
    exists = [fourth_quarter_exists(seed) for seed in sample_seeds(CONFIG)]
    assert 0 < sum(exists) < 12
    ids = quarter_of(clustering, known_generator, sample_seeds(CONFIG)[exists.index(True)])
    assert sorted(ids) == [0, 1, 2, 3]
    part = np.mean(exists)
    np.testing.assert_allclose(clustering.share[ids], [0.25, 0.25, 0.5 - part / 4, part / 4], rtol=1e-6)
    np.testing.assert_allclose(clustering.presence[ids], [1, 1, 1, part], rtol=1e-6)
    np.testing.assert_allclose(clustering.stability, 1.0)
    assert clustering.sample_counts.sum() == 12 * 32 * 32
    without = quarter_of(clustering, known_generator, sample_seeds(CONFIG)[exists.index(False)])
    assert without[3] == without[2]


def test_a_small_budget_gives_the_same_counts_by_a_second_pass(known_generator, monkeypatch):
    whole = fit_clusters(known_generator, CONFIG)
    monkeypatch.setattr("segstyle_gui.core.clusters.rows_bytes", lambda memory_gb: 20_000)
    few = fit_clusters(known_generator, CONFIG)
    assert few.sample_counts.sum() == 12 * 32 * 32
    assert np.array_equal(np.sort(few.share), np.sort(whole.share))


@pytest.mark.parametrize("normalize", ["l2", "standard", "none"])
@pytest.mark.parametrize("pca_dims", [0, 3])
def test_two_layers_agree_on_the_quarters(known_generator, normalize, pca_dims):
    config = replace(CONFIG, layer="b16.conv1,b32.conv1", normalize=normalize, pca_dims=pca_dims, grid=16)
    clustering = fit_clusters(known_generator, config)
    assert len(set(quarter_of(clustering, known_generator, sample_seeds(config)[0]))) >= 3
    assert clustering.centroids.shape == (4, clustering.tap.dims)


def test_same_config_same_clusters_and_other_seeds_other_samples(known_generator):
    config = replace(CONFIG, layer="b16.conv0", n_clusters=6, n_samples=4, n_refits=0)
    first, again = (fit_clusters(known_generator, config) for _ in range(2))
    assert np.array_equal(first.centroids, again.centroids)
    other = fit_clusters(known_generator, replace(config, seed=1))
    assert not np.array_equal(first.centroids, other.centroids)
    assert not set(sample_seeds(config)) & set(sample_seeds(replace(config, seed=1)))


def test_progress_rises_to_one_and_stops(known_generator, spy):
    fit_clusters(known_generator, CONFIG, progress=spy)
    shares = [done / total for done, total, _ in spy.reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def stop(*_):
        raise Cancelled

    spy.report = stop
    with pytest.raises(Cancelled):
        fit_clusters(known_generator, CONFIG, progress=spy)


def test_paper_preset_has_the_published_settings():
    paper = PRESETS["paper"]
    assert (paper.layer, paper.normalize, paper.grid, paper.n_clusters) == ("b64.conv1", "none", 128, 9)
    assert (paper.n_samples, paper.psi, paper.seed, paper.pca_dims) == (50, 0.7, 42, 0)
    assert (paper.n_init, paper.max_iter, paper.tol, paper.init_rows) == (10, 300, 1e-4, 0)
    assert rows_bytes(paper.memory_gb) >= 50 * 128 * 128 * 512 * 4  # every pixel of 512 channels


@pytest.mark.parametrize(
    "wrong", [{"n_clusters": 1}, {"normalize": "L2"}, {"psi": 2.0}, {"memory_gb": 0.0}, {"seed": -1}]
)
def test_wrong_settings_are_named(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        ClusterConfig(**wrong)


def test_more_clusters_than_vectors_is_an_error(known_generator):
    with pytest.raises(ConfigError, match="feature vectors"):
        fit_clusters(known_generator, replace(CONFIG, n_samples=1, grid=8, n_clusters=60))


def test_arrays_round_trip(known_generator):
    config = replace(CONFIG, layer="b16.conv1,b32.conv1", normalize="standard", pca_dims=2)
    clustering = fit_clusters(known_generator, config)
    arrays = clustering.to_arrays()
    again = Clustering.from_arrays(arrays)
    assert {name: value.dtype for name, value in again.to_arrays().items()} == {
        name: value.dtype for name, value in arrays.items()
    }
    assert all(np.array_equal(again.to_arrays()[name], value) for name, value in arrays.items())
    assert (again.tap.names, again.psi, again.seed, again.grid) == (("b16.conv1", "b32.conv1"), 0.7, 0, 32)


@pytest.mark.parametrize("name", ["header", "centroids", "linkage"])
def test_damaged_arrays_are_a_project_error(known_generator, name):
    arrays = fit_clusters(known_generator, CONFIG).to_arrays()
    with pytest.raises(ProjectReadError):
        Clustering.from_arrays({key: value for key, value in arrays.items() if key != name})
    with pytest.raises(ProjectReadError):
        Clustering.from_arrays({**arrays, name: arrays[name][:-1]})


def test_presence_threshold():
    n_pixels = 10_000
    counts = np.array([[5, 9995], [4, 9996]])
    share, presence = share_and_presence(counts, n_pixels)
    assert PRESENT_SHARE * n_pixels == 5
    assert presence.tolist() == [0.5, 1.0]
    np.testing.assert_allclose(share, [9 / 20_000, 19_991 / 20_000])


def test_stability_by_hand():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    others = np.array([2, 2, 2, 1, 1, 1, 1, 0, 0, 0])
    overlap = overlap_table(labels, others, 3)[None]
    assert overlap[0].tolist() == [[0, 1, 3], [0, 3, 0], [3, 0, 0]]
    np.testing.assert_allclose(cluster_stability(overlap), [3 / 4, 3 / 4, 1])
    assert np.isnan(cluster_stability(overlap[:0])).all()
    assert region_stability(overlap, np.array([7, 7, 9])) == {7: 1.0, 9: 1.0}
    assert region_stability(overlap, np.array([4, 5, 4])) == {
        4: pytest.approx(6 / 7),
        5: pytest.approx(3 / 4),
    }
    assert np.isnan(region_stability(overlap[:0], np.array([1, 1, 2]))[1])


def test_a_cluster_torn_in_two_is_unstable_but_its_region_is_not():
    labels = np.repeat([0, 1], 50)
    others = np.concatenate([np.tile([0, 1], 25), np.tile([0, 1], 25)])
    overlap = overlap_table(labels, others, 2)[None]
    assert cluster_stability(overlap).max() < 0.4
    assert region_stability(overlap, np.array([1, 1])) == {1: 1.0}


def test_merged_regions_have_exact_statistics(known_generator, fourth_quarter_exists):
    clustering = fit_clusters(known_generator, CONFIG)
    exists = [fourth_quarter_exists(seed) for seed in sample_seeds(CONFIG)]
    ids = quarter_of(clustering, known_generator, sample_seeds(CONFIG)[exists.index(True)])
    labels = np.zeros(4, dtype=int)
    labels[[ids[2], ids[3]]] = 1
    found = region_statistics(clustering, initial_state(labels))
    assert sorted(found) == [1, 2]
    for numbers in found.values():
        assert numbers.share == pytest.approx(0.5)
        assert numbers.presence == 1.0
        assert numbers.stability == pytest.approx(1.0)


def test_the_tree_is_weighted_and_can_be_cut(known_generator):
    clustering = fit_clusters(known_generator, CONFIG)
    assert clustering.linkage.shape == (3, 4)
    assert len(np.unique(cut_tree(clustering.linkage, 2))) == 2


def test_the_grid_is_as_fine_as_the_finest_layer(known_generator):
    known_generator.resolution = 128  # of the images; the finest layer has 32 px
    coarse = fit_clusters(known_generator, replace(CONFIG, grid=0))
    assert coarse.tap.grid == 64  # never coarser than that: borders would be
