import numpy as np
import pytest

from segstyle_gui.core.classes import LabelClass, Region, RegionState, Split, initial_state
from segstyle_gui.core.region_matching import is_untouched, match_regions, new_clusters, overlap_of_maps

PUPIL, GLINT = LabelClass(1, "pupil", (1, 2, 3)), LabelClass(2, "glint", (4, 5, 6))


@pytest.fixture
def former():
    """Six clusters: the pupil is two of them merged, the glint one, the skin three, locked and hidden."""
    regions = (
        Region(2, (0, 1), "dark", class_id=1, color=(9, 9, 9)),
        Region(5, (2,), "spot", class_id=2, locked=True),
        Region(6, (3, 4, 5), "Region 6", hidden=True),
    )
    return RegionState(regions, (PUPIL, GLINT), (), 6, 7, 3)


def fresh(n, groups=None):
    return initial_state(np.array(groups if groups is not None else range(n)))


def test_names_classes_flags_and_merges_survive_another_numbering(former):
    overlap = np.zeros((6, 6), int)
    overlap[np.arange(6), [4, 2, 0, 1, 3, 5]] = 100
    match = match_regions(former, fresh(6), overlap)
    assert match.state.regions == (
        Region(2, (2, 4), "dark", class_id=1, color=(9, 9, 9)),
        Region(5, (0,), "spot", class_id=2, locked=True),
        Region(6, (1, 3, 5), "Region 6", hidden=True),
    )
    assert match.state.classes == former.classes
    assert (match.kept, match.new, match.lost) == ((2, 5, 6), (), ())


def test_finer_clusters_go_where_most_of_them_lies(former):
    overlap = np.zeros((6, 4), int)
    overlap[0] = [90, 10, 0, 60]
    overlap[2] = [5, 90, 0, 30]
    overlap[4] = [5, 0, 99, 10]
    match = match_regions(former, fresh(4), overlap)
    assert {region.id: region.clusters for region in match.state.regions} == {2: (0, 3), 5: (1,), 6: (2,)}


def test_regions_of_one_class_count_together(former):
    regions = (*former.regions[:2], Region(6, (3,), "rim", class_id=1), Region(7, (4, 5), "Region 7"))
    state = RegionState(regions, former.classes, (), 6, 8, 3)
    overlap = np.zeros((6, 4), int)
    overlap[[0, 2, 4], [0, 1, 2]] = 100
    overlap[[0, 3, 4], 3] = 30, 35, 45  # most of it, together, is pupil
    match = match_regions(state, fresh(4), overlap)
    assert match.state.region(6).clusters == (3,)
    assert match.new == ()


def test_what_lies_nowhere_becomes_new_regions_as_the_tree_groups_it(former):
    overlap = np.zeros((6, 5), int)
    overlap[[0, 2, 3], [0, 1, 2]] = 100
    overlap[[0, 2, 3], 3] = 30  # torn between three
    match = match_regions(former, fresh(5, [0, 1, 2, 3, 3]), overlap)  # the fifth was nowhere to be seen
    new = match.state.regions[-1]
    assert new == Region(7, (3, 4), "New region 7")
    assert match.new == (7,)
    assert match.state.next_region_id == 8


def test_a_cluster_that_is_known_to_be_new_is_not_swallowed(former):
    overlap = np.zeros((6, 4), int)
    overlap[[0, 2, 3], [0, 1, 2]] = 100
    overlap[0, 3] = 5  # its few pixels in plain samples lie in the pupil
    assert match_regions(former, fresh(4), overlap).new == ()
    is_new = new_clusters(plain=overlap.sum(axis=0), moved=np.array([100, 100, 100, 60]))
    assert is_new.tolist() == [False, False, False, True]
    match = match_regions(former, fresh(4), overlap, is_new=is_new)
    assert match.state.regions[-1].clusters == (3,)
    assert match.new == (7,)


def test_a_small_region_keeps_its_counterpart_although_most_of_it_lies_elsewhere(former):
    overlap = np.zeros((6, 3), int)
    overlap[0] = [1000, 0, 60]
    overlap[2] = [0, 0, 50]
    overlap[4] = [0, 500, 0]
    match = match_regions(former, fresh(3), overlap)
    assert match.state.region(5).clusters == (2,)


def test_a_region_without_clusters_is_lost_but_not_its_class(former):
    overlap = np.zeros((6, 2), int)
    overlap[[0, 4], [0, 1]] = 100
    match = match_regions(former, fresh(2), overlap)
    assert match.lost == (5,)
    assert GLINT in match.state.classes


def test_parts_of_splits_are_matched_like_clusters(former):
    split = Split(6, (0,), np.zeros((2, 3), np.float32))
    regions = (Region(2, (1, 6), "dark"), Region(7, (7,), "rim"), *former.regions[1:])
    state = RegionState(regions, former.classes, (split,), 6, 8, 3)
    overlap = np.zeros((8, 4), int)
    overlap[[6, 7, 2, 3], [0, 1, 2, 3]] = 100
    match = match_regions(state, fresh(4), overlap)
    assert match.state.splits == ()
    assert {region.name: region.clusters for region in match.state.regions} == {
        "dark": (0,),
        "rim": (1,),
        "spot": (2,),
        "Region 6": (3,),
    }


def test_overlap_is_counted_pixel_by_pixel():
    former = np.array([[[0, 0], [1, 2]]], np.int16)
    new = np.array([[[1, 1], [0, 1]]], np.int16)
    assert overlap_of_maps(former, new, 3, 2).tolist() == [[0, 2], [1, 0], [0, 1]]


def test_untouched_regions_are_told_from_those_with_work_in_them(former):
    plain = fresh(4, [0, 0, 1, 2])
    assert is_untouched(plain)
    assert not is_untouched(former)
    named = RegionState((Region(1, (0,), "iris"),), (), (), 1, 2, 1)
    assert not is_untouched(named)
