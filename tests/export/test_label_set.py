import numpy as np
import pytest

from segstyle_gui.errors import ExportError
from segstyle_gui.export.label_set import LabelledImage, count_pixels, read_label_map, safe_file_name
from segstyle_gui.export.report import preview_export


def image_of(label_map, width=3, height=2):
    return LabelledImage(file_name="a.png", width=width, height=height, load=lambda: label_map)


def test_preview_counts_pixels_images_and_empties(make_label_set, tricky_maps):
    preview = preview_export(make_label_set(tricky_maps, class_ids=(1, 2, 5, 9)))
    maps = tricky_maps.values()
    assert preview.n_images == 6
    assert preview.empty_images == ("a/empty.tif",)
    for number in (0, 1, 2, 5, 9):
        assert preview.pixels_per_class[number] == sum(int((m == number).sum()) for m in maps)
        assert preview.images_per_class[number] == sum(bool((m == number).any()) for m in maps)


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((3, 2), dtype=np.uint8),
        np.zeros((2, 3), dtype=np.float32),
        np.full((2, 3), 4, dtype=np.uint8),
        np.full((2, 3), -1, dtype=np.int32),
        np.full((2, 3), 70000, dtype=np.int32),
    ],
)
def test_a_label_map_that_does_not_fit_is_refused(bad):
    with pytest.raises(ExportError):
        read_label_map(image_of(bad), (1, 2))


def test_a_good_label_map_is_read_as_uint16():
    found = read_label_map(image_of(np.array([[0, 1, 2], [2, 1, 0]], dtype=np.int64)), (1, 2))
    assert found.dtype == np.uint16
    assert found.tolist() == [[0, 1, 2], [2, 1, 0]]
    assert count_pixels(found) == {0: 2, 1: 2, 2: 2}


@pytest.mark.parametrize(
    "name", ["/abs/a.png", "../a.png", "a/../b.png", "", "a\\b.png", "C:/a.png", "a//b.png"]
)
def test_names_that_leave_the_folder_are_refused(make_label_set, name):
    with pytest.raises(ExportError, match="plain relative path"):
        make_label_set({name: np.zeros((2, 2), dtype=np.uint8)})


def test_names_that_differ_in_case_only_are_refused(make_label_set):
    with pytest.raises(ExportError, match="Two images"):
        make_label_set({"A.png": np.zeros((2, 2), dtype=np.uint8), "a.PNG": np.zeros((2, 2), dtype=np.uint8)})


@pytest.mark.parametrize("ids", [(1, 1), (0, 1), (70000,)])
def test_class_ids_must_be_distinct_and_in_range(make_label_set, ids):
    with pytest.raises(ValueError, match="id"):
        make_label_set({}, class_ids=ids)


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("a/b.png", "a/b.png"),
        ("/data/eyes/a.png", "data/eyes/a.png"),
        ("../more/a.png", "more/a.png"),
        ("D:\\eyes\\a.png", "eyes/a.png"),
        ("D:/eyes/a.png", "eyes/a.png"),
        ("\\\\server\\share\\eyes\\a.png", "eyes/a.png"),
        ("день/глаз.png", "день/глаз.png"),
    ],
)
def test_safe_file_name(path, safe):
    assert safe_file_name(path) == safe
    assert safe_file_name(safe) == safe
