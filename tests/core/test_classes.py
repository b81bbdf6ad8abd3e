"""Region states: tables, digest, JSON, colours."""

from dataclasses import replace

import numpy as np
import pytest

from segstyle_gui.core.classes import (
    PALETTE,
    LabelClass,
    Region,
    RegionState,
    Split,
    default_color,
    initial_state,
    region_color,
    state_from_json,
    state_to_json,
)
from segstyle_gui.core.palette import BACKGROUND_COLOR, oklab
from segstyle_gui.errors import ProjectReadError

CENTROIDS = np.arange(6, dtype=np.float32).reshape(2, 3) / 7
PUPIL, IRIS = LabelClass(1, "pupil", (1, 2, 3)), LabelClass(2, "iris", (4, 5, 6))


def make_state(child_classes=(1, 2)) -> RegionState:
    regions = (
        Region(1, (0, 2), "a", class_id=1),
        Region(2, (4,), "b", class_id=child_classes[0]),
        Region(3, (5,), "c", color=(9, 9, 9), class_id=child_classes[1], hidden=True, locked=True),
        Region(4, (3,), "d"),
    )
    return RegionState(regions, (PUPIL, IRIS), (Split(4, (1,), CENTROIDS),), 4, 5, 3)


def test_initial_state_has_one_region_per_index_and_no_class():
    state = initial_state(np.array([1, 0, 1, 2]))
    assert [region.clusters for region in state.regions] == [(1,), (0, 2), (3,)]
    assert [region.id for region in state.regions] == [1, 2, 3]
    assert state.cluster_to_region().tolist() == [2, 1, 2, 3]
    assert state.cluster_to_class().tolist() == [0, 0, 0, 0]
    assert state.next_region_id == 4


def test_tables_cover_split_ids_and_leave_the_parent_empty():
    state = make_state()
    assert state.n_ids == 6
    assert state.cluster_to_region().tolist() == [1, 0, 1, 4, 2, 3]
    assert state.cluster_to_region().dtype == np.int32
    assert state.cluster_to_class().tolist() == [1, 0, 1, 0, 1, 2]
    assert state.cluster_to_class().dtype == np.uint8


def test_class_ids_above_254_need_sixteen_bits():
    label_class = LabelClass(300, "many", (0, 0, 0))
    state = replace(initial_state(np.array([0, 1])), classes=(label_class,), next_class_id=301)
    state = replace(state, regions=(replace(state.regions[0], class_id=300), state.regions[1]))
    assert state.cluster_to_class().dtype == np.uint16
    assert state.cluster_to_class().tolist() == [300, 0]


def test_lookup_by_id():
    state = make_state()
    assert state.region(3).name == "c"
    assert state.label_class(2) is IRIS
    with pytest.raises(KeyError):
        state.region(9)
    with pytest.raises(KeyError):
        state.label_class(9)


def test_json_round_trip_is_exact():
    state = make_state()
    again = state_from_json(state_to_json(state))
    assert again == state
    assert again.splits[0].centroids.tobytes() == CENTROIDS.tobytes()
    assert hash(again.splits[0]) == hash(state.splits[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"regions": 3}',
        state_to_json(make_state()).replace('"n_clusters": 4', '"n_clusters": 2'),
    ],
)
def test_damaged_json_is_a_project_error(text):
    with pytest.raises(ProjectReadError):
        state_from_json(text)


def test_digest_ignores_names_colours_and_grouping_within_a_class():
    state = make_state()
    renamed = replace(state, regions=tuple(replace(r, name="x", color=(0, 0, 0)) for r in state.regions))
    assert renamed.digest() == state.digest()
    merged = replace(
        state, regions=(Region(9, (0, 2, 4), "ab", class_id=1), *state.regions[2:]), next_region_id=10
    )
    assert merged.digest() == state.digest()


def test_digest_follows_classes_and_centroids():
    state = make_state()
    assert make_state((2, 1)).digest() != state.digest()
    moved = replace(state, splits=(Split(4, (1,), CENTROIDS + 1),))
    assert moved.digest() != state.digest()


def test_digest_ignores_a_split_into_one_class_even_before_another_split():
    plain = initial_state(np.array([0, 1]))
    plain = replace(plain, classes=(PUPIL, IRIS), next_class_id=3)
    whole = replace(plain, regions=(Region(1, (0,), "", class_id=1), Region(2, (1,), "", class_id=2)))
    parts = (Region(1, (2, 3), "", class_id=1), Region(2, (1,), "", class_id=2))
    assert replace(whole, regions=parts, splits=(Split(2, (0,), CENTROIDS),)).digest() == whole.digest()
    useful = (Region(1, (0,), "", class_id=1), Region(2, (2,), "", class_id=2))
    one = replace(whole, regions=useful, splits=(Split(2, (1,), CENTROIDS),))
    both = (Region(1, (2, 3), "", class_id=1), Region(2, (4,), "", class_id=2))
    two = replace(whole, regions=both, splits=(Split(2, (0,), CENTROIDS), Split(4, (1,), CENTROIDS)))
    assert two.digest() == one.digest() != whole.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"regions": (Region(1, (0,), ""), Region(1, (1,), ""))},
        {"regions": (Region(1, (0,), ""), Region(2, (0,), ""))},
        {"regions": (Region(1, (6,), ""),)},
        {"regions": (Region(1, (0,), "", class_id=7),)},
        {"classes": (PUPIL, IRIS, PUPIL)},
        {"splits": (Split(5, (1,), CENTROIDS),)},
        {"splits": (Split(4, (4,), CENTROIDS),)},
    ],
)
def test_impossible_states_are_refused(change):
    with pytest.raises(ValueError, match=r"id|cluster|class"):
        replace(make_state(), **change)


def test_class_zero_is_never_a_label_class():
    with pytest.raises(ValueError, match="background"):
        LabelClass(0, "x", (0, 0, 0))


def test_split_keeps_its_own_read_only_copy():
    values = CENTROIDS.copy()
    split = Split(4, (1,), values)
    values[:] = 0
    assert split.centroids[1, 2] == CENTROIDS[1, 2]
    with pytest.raises(ValueError, match="read-only"):
        split.centroids[0, 0] = 1
    with pytest.raises(ValueError, match="k >= 2"):
        Split(4, (1,), CENTROIDS[:1])


def test_colours_are_okabe_ito_then_distinct():
    assert PALETTE[0] == (230, 159, 0)
    assert PALETTE[7] == (0, 0, 0)
    lab = oklab(np.array(PALETTE))
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1) + np.eye(len(lab))
    assert distance.min() > 0.06
    assert distance[:32, :32].min() > 0.11
    assert default_color(1) == PALETTE[0] == default_color(1 + len(PALETTE))
    assert default_color(0) == BACKGROUND_COLOR
    with pytest.raises(ValueError, match="-1"):
        default_color(-1)


def test_region_colour_prefers_its_own_then_its_class_then_its_id():
    state = make_state()
    colors = [region_color(state, region) for region in state.regions]
    assert colors == [PUPIL.color, PUPIL.color, (9, 9, 9), default_color(4)]


def test_oklab_of_white_and_red():
    lab = oklab(np.array([[255, 255, 255], [255, 0, 0]]))
    np.testing.assert_allclose(lab[0], [1, 0, 0], atol=1e-4)
    np.testing.assert_allclose(lab[1], [0.62796, 0.22486, 0.12585], atol=1e-4)
