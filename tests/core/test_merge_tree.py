"""The merge tree against scipy and by hand."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from segstyle_gui.core.merge_tree import cut_tree, ward_linkage


def points(k=25, d=4):
    return np.random.default_rng(2).standard_normal((k, d))


def test_equal_sizes_give_scipys_ward_linkage():
    x = points()
    np.testing.assert_allclose(ward_linkage(x, np.ones(len(x))), linkage(x, "ward"), rtol=1e-9)


def test_sizes_count_like_repeated_points():
    x = points(6)
    sizes = np.array([3, 1, 2, 5, 1, 4])
    repeated = linkage(np.repeat(x, sizes, axis=0), "ward")
    np.testing.assert_allclose(ward_linkage(x, sizes)[:, 2], repeated[-5:, 2], rtol=1e-9)


def test_heights_never_fall():
    heights = ward_linkage(points(60), np.random.default_rng(0).integers(0, 1000, 60))[:, 2]
    assert (np.diff(heights) >= 0).all()
    assert np.isfinite(heights).all()


def test_a_small_cluster_is_merged_first():
    x = np.array([[0.0], [1.0], [2.0]])
    assert ward_linkage(x, np.array([100, 1, 100]))[0, :2].tolist() in ([0, 1], [1, 2])
    assert cut_tree(ward_linkage(x, np.array([100, 100, 1])), 2).tolist() == [0, 1, 1]


@pytest.mark.parametrize("n_regions", [1, 2, 7, 24, 25])
def test_cuts_are_scipys_partitions(n_regions):
    tree = ward_linkage(points(), np.ones(25))
    ours = cut_tree(tree, n_regions)
    theirs = fcluster(tree, n_regions, criterion="maxclust")
    assert len(np.unique(ours)) == n_regions
    assert np.array_equal(ours[:, None] == ours[None], theirs[:, None] == theirs[None])


def test_regions_are_numbered_by_their_first_cluster():
    labels = cut_tree(ward_linkage(points(), np.ones(25)), 8)
    firsts = [int(np.flatnonzero(labels == region)[0]) for region in range(8)]
    assert firsts == sorted(firsts)
    assert cut_tree(ward_linkage(points(), np.ones(25)), 99).tolist() == list(range(25))


def test_a_single_cluster_has_no_tree():
    tree = ward_linkage(np.zeros((1, 3)), np.ones(1))
    assert tree.shape == (0, 4)
    assert cut_tree(tree, 3).tolist() == [0]
    with pytest.raises(ValueError, match="n_regions"):
        cut_tree(tree, 0)
