from __future__ import annotations

import numpy as np
import pytest

from segstyle_gui.core.merge_tree import cut_tree, ward_linkage
from segstyle_gui.ui.views.tree_layout import lay_out_tree


def make_linkage(k: int) -> np.ndarray:
    rng = np.random.default_rng(k)
    return ward_linkage(rng.normal(size=(k, 5)) * rng.lognormal(size=(k, 1), sigma=2), np.ones(k))


@pytest.mark.parametrize("k", [2, 4, 37, 128])
def test_every_cut_is_where_it_means_itself(k: int) -> None:
    tree = lay_out_tree(make_linkage(k))
    heights = [tree.cut_height(n) for n in range(1, k + 1)]
    assert [tree.n_regions_at(height) for height in heights] == list(range(1, k + 1))
    assert min(heights) > 0
    assert max(heights) <= 1
    assert -np.diff(heights).max() >= 0.2 / k  # room for a pointer


@pytest.mark.parametrize("k", [2, 37, 128])
def test_no_branch_crosses_another(k: int) -> None:
    tree = lay_out_tree(make_linkage(k))
    assert sorted(tree.order) == list(range(k))
    place = {leaf: number for number, leaf in enumerate(tree.order)}
    for node in range(k, 2 * k - 1):
        places = sorted(place[leaf] for leaf in tree.leaves(node))
        assert places == list(range(places[0], places[-1] + 1))
        assert all(tree.height[child] < tree.height[node] for child in tree.children[node - k])


def test_what_hangs_together_below_the_cut_is_a_region() -> None:
    linkage = make_linkage(20)
    tree, labels = lay_out_tree(linkage), cut_tree(linkage, 6)
    below = [node for node in range(20, 39) if tree.height[node] < tree.cut_height(6)]
    for node in below:
        assert len({labels[leaf] for leaf in tree.leaves(node)}) == 1


def test_equal_heights_do_not_hide_merges() -> None:
    tree = lay_out_tree(np.array([[0, 1, 0.0, 2], [2, 3, 0.0, 2], [4, 5, 0.0, 4]]))
    assert (np.diff(tree.height[4:]) > 0).all()
