from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.errors import ConfigError, ImageReadError
from segstyle_gui.pipeline.evaluate import class_values, fold_confusion, read_ids

IRIS, PUPIL = [1, "iris", [1, 2, 3]], [2, "pupil", [4, 5, 6]]
TRUTH = np.zeros((24, 24), np.uint8)
TRUTH[:, 12:] = 7  # half is iris, whose reference value is 7


@pytest.fixture
def references(bench: Any) -> Path:
    """Two reference label maps, in a folder below, for eye0 and eye1; eye2 has none."""
    bench.run("import_images")
    folder = bench.folder / "truth"
    (folder / "images").mkdir(parents=True)
    for number in (0, 1):
        Image.fromarray(TRUTH).save(folder / "images" / f"eye{number}.png")
    return folder


def _masks() -> list[np.ndarray]:
    first = np.where(TRUTH == 7, 1, 0).astype(np.uint8)  # exact
    second = np.zeros((24, 24), np.uint8)
    second[:, :6] = 1  # disjoint from the truth
    return [first, second, first]


def test_iou_is_that_of_all_images_together(
    bench: Any, references: Path, store_masks: Callable[..., Any]
) -> None:
    store_masks(_masks(), [IRIS])
    record = bench.run("evaluate", folder=str(references), map=("iris=7",))
    both, either = 12 * 24, 12 * 24 * 2 + 6 * 24
    empty_both, empty_either = 12 * 24 + 6 * 24, 24 * 24 * 2 - 12 * 24
    assert record.summary["iou"]["iris"] == pytest.approx(both / either)
    assert record.summary["iou"]["background"] == pytest.approx(empty_both / empty_either)
    assert record.summary["mean_iou"] == pytest.approx((both / either + empty_both / empty_either) / 2)
    assert record.summary["images"] == 2
    assert record.summary["skipped"] == [{"file": "images/eye2.png", "reason": "has no reference"}]
    confusion = bench.project.array(record, "confusion")
    assert confusion.sum() == 2 * 24 * 24
    assert bench.project.array(record, "values").tolist() == [0, 7]


def test_a_reference_value_that_no_class_has_counts_as_missed(
    bench: Any, references: Path, store_masks: Callable[..., Any]
) -> None:
    store_masks(_masks(), [IRIS])
    iou = bench.run("evaluate", folder=str(references), map=("iris=3",)).summary["iou"]
    assert iou["value 7"] == 0.0
    assert iou["iris"] == 0.0


def test_hungarian_finds_the_value_by_itself(
    bench: Any, references: Path, store_masks: Callable[..., Any]
) -> None:
    store_masks([*_masks()[:1], np.where(TRUTH == 7, 1, 0).astype(np.uint8)], [IRIS])
    summary = bench.run("evaluate", folder=str(references), hungarian=True).summary
    assert summary["mapping"] == {"background": 0, "iris": 7}
    assert summary["mean_iou"] == pytest.approx(1.0)


def test_ignored_values_are_left_out(bench: Any, references: Path, store_masks: Callable[..., Any]) -> None:
    store_masks(_masks()[:1], [IRIS])
    record = bench.run("evaluate", folder=str(references), map=("iris=7",), ignore=7)
    assert bench.project.array(record, "confusion").sum() == 12 * 24


def test_references_that_fit_no_image_are_an_error(
    bench: Any, references: Path, store_masks: Callable[..., Any]
) -> None:
    store_masks(_masks()[:2], [IRIS])
    for path in references.rglob("*.png"):
        Image.new("L", (10, 10)).save(path)
    with pytest.raises(ImageReadError, match="its reference 10×10"):
        bench.run("evaluate", folder=str(references))
    with pytest.raises(ConfigError, match="no folder of reference"):
        bench.run("evaluate", folder=str(references / "none"))


NAMES = {0: "background", 1: "iris", 2: "pupil"}


def test_maps_are_checked_by_name() -> None:
    assert class_values((), NAMES) == {0: 0, 1: 1, 2: 2}
    assert class_values(("Iris=2", "pupil = 3", "background=9"), NAMES) == {0: 9, 1: 2, 2: 3}
    assert class_values(("iris=2", "pupil=3", "lens=4"), NAMES, {"lens"}) == {0: 0, 1: 2, 2: 3}
    for pairs, words in (
        (("iris=1",), "no reference value for pupil"),
        (("lens=1",), "names no class"),
        (("iris=x", "pupil=1"), "no value"),
        (("iris=300", "pupil=1"), "no value"),
    ):
        with pytest.raises(ConfigError, match=words):
            class_values(pairs, NAMES)


def test_classes_that_share_a_value_are_one() -> None:
    counts = np.zeros((256, 3), np.int64)
    counts[5] = [1, 2, 3]
    values, confusion = fold_confusion(counts, {0: 0, 1: 5, 2: 5})
    assert values == [0, 5]
    assert confusion.tolist() == [[0, 0], [1, 5]]


def test_palette_files_are_read_by_index_and_colour_is_refused(tmp_path: Path) -> None:
    ids = np.arange(16, dtype=np.uint8).reshape(4, 4)
    picture = Image.frombytes("P", (4, 4), ids.tobytes())
    picture.putpalette([value for index in range(256) for value in (255 - index, 0, index)])
    picture.save(tmp_path / "palette.png")
    assert np.array_equal(read_ids(tmp_path / "palette.png"), ids)
    Image.new("RGB", (4, 4)).save(tmp_path / "colour.png")
    with pytest.raises(ImageReadError, match="is RGB"):
        read_ids(tmp_path / "colour.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    with pytest.raises(ImageReadError, match="damaged"):
        read_ids(tmp_path / "broken.png")
