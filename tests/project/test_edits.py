"""Edits: what each does, what is refused, and that every one can be taken back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from segstyle_gui.core.classes import RegionState, Split, initial_state, state_to_json
from segstyle_gui.errors import ProjectError, ProjectReadError
from segstyle_gui.project.edits import (
    EDIT_TYPES,
    AddClass,
    AssignClass,
    Compound,
    CutTree,
    DeleteClass,
    Edit,
    MergeRegions,
    NameRegions,
    RecolorClass,
    RecolorRegion,
    RenameClass,
    RenameRegion,
    SeparateRegion,
    SetRegionFlags,
    SplitRegion,
    apply_edit,
    describe,
    edit_from_json,
    edit_to_json,
)


def start() -> RegionState:
    """Four regions of two clusters each."""
    return initial_state(np.array([0, 0, 1, 1, 2, 2, 3, 3]))


def after(*edits: Edit) -> RegionState:
    state = start()
    for edit in edits:
        state, _ = apply_edit(state, edit)
    return state


def clusters(state: RegionState) -> dict[int, tuple[int, ...]]:
    return {region.id: region.clusters for region in state.regions}


def split_of(state: RegionState, parents: tuple[int, ...], k: int = 2) -> Split:
    return Split(state.n_ids, parents, np.arange(k * 3, dtype=np.float32).reshape(k, 3) / 7)


def test_a_merge_keeps_the_first_region_and_joins_the_clusters() -> None:
    state = after(MergeRegions((3, 1)))
    assert clusters(state) == {2: (2, 3), 3: (0, 1, 4, 5), 4: (6, 7)}


def test_a_merge_takes_the_class_that_the_others_agree_on() -> None:
    assert after(NameRegions((2,), "lid"), MergeRegions((1, 2))).region(1).class_id == 1


def test_a_split_moves_the_parents_to_new_clusters() -> None:
    state = start()
    state, _ = apply_edit(state, SplitRegion(2, split_of(state, (2, 3), 3)))
    assert clusters(state) == {1: (0, 1), 2: (8,), 5: (9,), 6: (10,), 3: (4, 5), 4: (6, 7)}
    assert [region.name for region in state.regions][1:4] == ["Region 2", "Region 2 2", "Region 2 3"]
    assert state.n_ids == 11


def test_a_split_of_some_clusters_leaves_the_others_with_the_first_part() -> None:
    state = start()
    state, _ = apply_edit(state, SplitRegion(2, split_of(state, (3,))))
    assert clusters(state)[2] == (2, 8)
    assert clusters(state)[5] == (9,)


def test_the_parts_of_a_split_keep_the_class() -> None:
    state = after(NameRegions((2,), "iris"))
    digest = state.digest()
    state, _ = apply_edit(state, SplitRegion(2, split_of(state, (2, 3))))
    assert {state.region(i).class_id for i in (2, 5)} == {1}
    assert state.digest() == digest


def test_a_merged_region_can_be_taken_apart() -> None:
    state = after(MergeRegions((1, 2)), SeparateRegion(1, ((0, 1), (2,), (3,))))
    assert clusters(state) == {1: (0, 1), 5: (2,), 6: (3,), 3: (4, 5), 4: (6, 7)}


def test_a_cut_keeps_equal_groups_locked_regions_and_agreed_classes() -> None:
    state = after(NameRegions((1, 2), "lid"), SetRegionFlags((4,), locked=True), RenameRegion(3, "iris"))
    state, _ = apply_edit(state, CutTree((0, 0, 0, 0, 1, 1, 1, 2)))
    assert clusters(state) == {5: (0, 1, 2, 3), 3: (4, 5), 4: (6, 7)}
    assert state.region(3).name == "iris"
    assert state.region(5).class_id == 1


def test_a_cut_leaves_the_parts_of_a_split_alone() -> None:
    state = start()
    state, _ = apply_edit(state, SplitRegion(1, split_of(state, (0, 1))))
    state, _ = apply_edit(state, CutTree((0, 0, 0, 0, 0, 0, 0, 0)))
    assert clusters(state) == {1: (8,), 5: (9,), 6: (2, 3, 4, 5, 6, 7)}


def test_naming_regions_creates_the_class_once() -> None:
    state = after(NameRegions((1,), " Iris "), NameRegions((2, 3), "iris"))
    assert [(c.id, c.name) for c in state.classes] == [(1, "Iris")]
    assert [region.class_id for region in state.regions] == [1, 1, 1, None]
    assert state.cluster_to_class().tolist() == [1, 1, 1, 1, 1, 1, 0, 0]


def test_deleting_a_class_frees_its_regions_and_never_reuses_the_id() -> None:
    state = after(NameRegions((1, 2), "lid"), DeleteClass(1), AddClass("brow"))
    assert [region.class_id for region in state.regions] == [None] * 4
    assert [c.id for c in state.classes] == [2]


def test_names_colours_and_flags_change_only_what_they_name() -> None:
    state = after(
        AddClass("lid", (1, 2, 3)),
        RenameClass(1, "upper lid"),
        RecolorClass(1, (4, 5, 6)),
        RenameRegion(2, "brow"),
        RecolorRegion(2, (7, 8, 9)),
        SetRegionFlags((1, 2), hidden=True),
        SetRegionFlags((2,), locked=True),
    )
    assert (state.classes[0].name, state.classes[0].color) == ("upper lid", (4, 5, 6))
    second = state.region(2)
    assert (second.name, second.color, second.hidden, second.locked) == ("brow", (7, 8, 9), True, True)
    assert (state.region(1).hidden, state.region(1).locked) == (True, False)


def test_a_compound_is_one_step_and_all_or_nothing() -> None:
    state = start()
    step = Compound((AddClass("lid"), AssignClass((1,), state.next_class_id)), "Call it lid")
    changed, inverse = apply_edit(state, step)
    assert changed.region(1).class_id == 1
    assert state_to_json(apply_edit(changed, inverse)[0]) == state_to_json(state)
    with pytest.raises(ProjectError, match="no region 99"):
        apply_edit(state, Compound((AddClass("lid"), AssignClass((99,), 1)), "x"))


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (MergeRegions((1,)), "two or more"),
        (MergeRegions((1, 1)), "two or more"),
        (MergeRegions(()), "No region is selected"),
        (MergeRegions((1, 99)), "no region 99"),
        (MergeRegions((1, 4)), "“Region 4” is locked"),
        (SplitRegion(4, split_of(start(), (6,))), "locked"),
        (SplitRegion(1, split_of(start(), (2,))), "region “Region 1” has"),
        (SplitRegion(1, Split(9, (0,), np.zeros((2, 3), np.float32))), "next free one is 8"),
        (SeparateRegion(1, ((0,), (2,))), "do not part"),
        (SeparateRegion(1, ((0, 1),)), "do not part"),
        (CutTree((0, 1)), "2 labels"),
        (RenameRegion(1, "  "), "is empty"),
        (RenameRegion(1, "a\nb"), "line break"),
        (RenameRegion(1, "a" * 201), "at most 200"),
        (RecolorRegion(1, (0, 0, 256)), "0 to 255"),
        (SetRegionFlags((99,), hidden=True), "no region 99"),
        (AssignClass((1,), 7), "no class 7"),
        (AssignClass((4,), 1), "locked"),
        (NameRegions((1,), ""), "is empty"),
        (NameRegions((4,), "lid"), "locked"),
        (AddClass("LID"), "“lid” already"),
        (AddClass(""), "is empty"),
        (RenameClass(7, "x"), "no class 7"),
        (RenameClass(2, "Lid"), "“lid” already"),
        (RecolorClass(1, (-1, 0, 0)), "0 to 255"),
        (DeleteClass(7), "no class 7"),
        (Compound((), "nothing"), "no edit"),
    ],
)
def test_what_is_refused_and_why(edit: Edit, words: str) -> None:
    state = after(AddClass("lid"), AddClass("brow"), SetRegionFlags((4,), locked=True))
    with pytest.raises(ProjectError, match=words):
        apply_edit(state, edit)


def test_a_class_may_be_renamed_to_its_own_name_in_other_letters() -> None:
    assert after(AddClass("lid"), RenameClass(1, "Lid")).classes[0].name == "Lid"


def random_edit(rng: np.random.Generator, state: RegionState) -> Edit:
    """Return an edit of any kind; about one in four is refused."""
    ids = [region.id for region in state.regions]
    some = tuple(int(i) for i in rng.choice(ids, size=min(len(ids), int(rng.integers(1, 4))), replace=False))
    one, number = some[0], int(rng.integers(1000))
    parents = state.region(one).clusters
    known = tuple(c.id for c in state.classes) or (1,)
    a_class = int(rng.choice(known))
    color = tuple(int(v) for v in rng.integers(0, 256, 3))
    choices: list[Edit] = [
        MergeRegions(some),
        SplitRegion(
            one, Split(state.n_ids, parents[:2], rng.random((int(rng.integers(2, 4)), 3), np.float32))
        ),
        SeparateRegion(one, (parents[:1], parents[1:])),
        CutTree(tuple(int(v) for v in rng.integers(0, 5, state.n_clusters))),
        RenameRegion(one, f"name {number}"),
        RecolorRegion(one, color if number % 2 else None),
        SetRegionFlags(some, hidden=bool(number % 2), locked=number % 5 == 0),
        AssignClass(some, a_class if number % 3 else None),
        NameRegions(some, f"class {number % 6}"),
        AddClass(f"class {number % 9}", color if number % 2 else None),
        RenameClass(a_class, f"class {number % 9}"),
        RecolorClass(a_class, color),
        DeleteClass(a_class),
        Compound((AddClass(f"new {number}"), AssignClass(some, state.next_class_id)), "Both"),
    ]
    return choices[int(rng.integers(len(choices)))]


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_edits_can_be_undone_and_redone_through_json(seed: int) -> None:
    rng = np.random.default_rng(seed)
    states, steps, kinds = [start()], [], set()
    while len(steps) < 60:
        edit = edit_from_json(edit_to_json(random_edit(rng, states[-1])))
        try:
            state, inverse = apply_edit(states[-1], edit)
        except ProjectError:
            continue
        states.append(state)
        steps.append((edit, edit_from_json(edit_to_json(inverse))))
        kinds.add(type(edit))
    state = states[-1]
    for (_, inverse), wanted in zip(reversed(steps), reversed(states[:-1]), strict=True):
        later = state
        state, forward = apply_edit(later, inverse)
        assert state == wanted
        assert apply_edit(state, forward)[0] == later
    for (edit, _), wanted in zip(steps, states[1:], strict=True):
        state, _ = apply_edit(state, edit)
        assert state_to_json(state) == state_to_json(wanted)
    assert len(kinds) > 8


def one_of_each() -> list[Edit]:
    state = start()
    plain: list[Edit] = [
        MergeRegions((1, 2)),
        SplitRegion(1, split_of(state, (0, 1))),
        SeparateRegion(1, ((0,), (1,))),
        CutTree((0, 1, 2, 3, 4, 5, 6, 7)),
        RenameRegion(1, "Übergang “x”"),
        RecolorRegion(1, None),
        SetRegionFlags((1,), hidden=True),
        AssignClass((1,), None),
        NameRegions((1,), "lid"),
        AddClass("lid", (1, 2, 3)),
        RenameClass(1, "lid"),
        RecolorClass(1, (1, 2, 3)),
        DeleteClass(1),
    ]
    inverse = apply_edit(state, SplitRegion(1, split_of(state, (0,))))[1]
    undo_of_undo = apply_edit(apply_edit(state, plain[1])[0], apply_edit(state, plain[1])[1])[1]
    return [*plain, Compound(tuple(plain[:2]), "Two"), inverse, undo_of_undo]


def test_every_edit_survives_json_and_has_a_text() -> None:
    edits = one_of_each()
    assert {type(edit).__name__ for edit in edits} == set(EDIT_TYPES)
    for edit in edits:
        text = edit_to_json(edit)
        again = edit_from_json(text)
        assert again == edit
        assert edit_to_json(again) == text
        assert describe(edit)
        assert describe(edit, start())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"type": "os.system"}',
        '{"type": "MergeRegions"}',
        '{"type": "MergeRegions", "ids": "ab"}',
        '{"type": "MergeRegions", "ids": [1.5]}',
        '{"type": "MergeRegions", "ids": [true]}',
        '{"type": "RenameRegion", "id": 1, "name": 2}',
        '{"type": "RenameRegion", "id": 1, "name": "a", "more": 1}',
        '{"type": "RecolorClass", "class_id": 1, "color": [1, 2]}',
        '{"type": "Compound", "title": "t", "edits": [{"type": "?"}]}',
        '{"type": "SplitRegion", "id": 1, "split": {"first_cluster": 8, "parents": [0], "shape": [9, 9],'
        ' "centroids": ""}}',
    ],
)
def test_what_is_no_edit_is_refused(text: str) -> None:
    with pytest.raises(ProjectReadError, match="stored edit"):
        edit_from_json(text)


def test_texts_use_names_when_the_state_is_known() -> None:
    state = after(RenameRegion(1, "upper lid"), AddClass("lid"))
    assert describe(MergeRegions((1, 2)), state) == "Merge “upper lid” and “Region 2”"
    assert describe(MergeRegions((1, 2))) == "Merge region 1 and region 2"
    assert describe(MergeRegions((1, 2, 3, 4)), state).endswith("“Region 3” and 1 more")
    assert describe(AssignClass((1,), 1), state) == "Put “upper lid” into class “lid”"
    assert describe(SetRegionFlags((1,), hidden=False, locked=True)) == "Show and lock region 1"
    assert describe(Compound((AddClass("a"),), "In my words")) == "In my words"


def test_centroids_are_exact_in_json() -> None:
    values = np.random.default_rng(0).random((3, 5), np.float32)
    edit = edit_from_json(edit_to_json(SplitRegion(1, Split(8, (0,), values))))
    assert isinstance(edit, SplitRegion)
    assert np.array_equal(edit.split.centroids, values)
    assert isinstance(json.loads(edit_to_json(edit))["split"]["centroids"], str)
