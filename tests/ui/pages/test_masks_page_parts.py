"""What the masks page does without widgets: order, loading, counting, references, settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.geometry import Fit
from segstyle_gui.core.progress import SILENT
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project
from segstyle_gui.ui.pages.masks.loading import load_image, load_mask
from segstyle_gui.ui.pages.masks.numbers import count_mask
from segstyle_gui.ui.pages.masks.references import read_references
from segstyle_gui.ui.pages.masks.table import MaskTable, neighbour, next_open, read_table, shown_items
from segstyle_gui.ui.pages.masks.thumbnails import blended, shrunk
from segstyle_gui.ui.pages.masks.training import student_config

CLASSES = (LabelClass(1, "pupil", (1, 2, 3)), LabelClass(2, "skin", (4, 5, 6)))


def run_record(**values: object) -> RunRecord:
    fields = {
        "id": 1,
        "stage": "evaluate",
        "makes": "evaluation",
        "config": {},
        "inputs": {},
        "created": "2026-01-01T00:00:00+00:00",
        "seconds": 1.0,
        "app_version": "0",
        "summary": {},
    }
    return RunRecord(**{**fields, **values})  # type: ignore[arg-type]


def table(doubt: list[float]) -> MaskTable:
    records = tuple(
        ImageRecord(id=10 + i, path=f"a/{i}.png", sha256="", width=8, height=8, mode="L")
        for i in range(len(doubt))
    )
    return MaskTable(
        masks=None,
        images=run_record(makes="images"),
        records=records,
        ids=np.array([record.id for record in records]),
        doubt=np.array(doubt, np.float32),
        name_rank=np.arange(len(doubt)),
        thumbnails=np.zeros((len(doubt), 8, 8), np.uint8),
    )


def test_the_most_doubtful_come_first_and_equals_by_name() -> None:
    assert shown_items(table([0.1, 0.4, 0.1, 0.9]), (), ()).tolist() == [3, 1, 0, 2]


def test_by_state_open_ones_come_first_and_reviewed_ones_last() -> None:
    items = shown_items(table([0.1, 0.4, 0.3, 0.9]), {13}, {11}, sort="state")
    assert items.tolist() == [2, 0, 1, 3]


def test_filters_keep_the_order() -> None:
    known = table([0.1, 0.4, 0.3, 0.9])
    assert shown_items(known, {13}, {10, 11}, shown="open").tolist() == [1, 2, 0]
    assert shown_items(known, {13}, {10, 11}, shown="corrected").tolist() == [1, 0]


def test_the_next_open_one_is_found_beyond_the_end() -> None:
    assert next_open([1, 2, 3, 4], 3, {4}) == 1
    assert next_open([1, 2, 3, 4], 3, {1, 2, 4}) is None  # the present one is no next one
    assert next_open([], None, ()) is None
    assert next_open([1, 2], 7, ()) == 1  # the present one is not listed


def test_neighbours_end_at_the_ends() -> None:
    assert neighbour([1, 2], 2, 1) is None
    assert neighbour([1, 2], 2, -1) == 1
    assert neighbour([1, 2], 9, -1) == 2


def test_a_table_has_names_doubt_and_thumbnails_of_the_masks(project_file: Path) -> None:
    with Project.open(project_file, readonly=True) as project:
        masks, images = project.current("masks"), project.current("images")
        assert masks is not None
        assert images is not None
        found = read_table(project, masks, images, SILENT)
        assert found.names[0] == "eye_00.png"
        means = project.array(masks, "mean_confidence")
        assert np.allclose(found.doubt, 1 - means)
        assert len(found.thumbnails) == len(found.ids) == 16


def test_an_image_is_windowed_as_the_student_saw_it(project_file: Path) -> None:
    with Project.open(project_file, readonly=True) as project:
        masks, images = project.current("masks"), project.current("images")
        assert masks is not None
        assert images is not None
        record = project.images()[2]
        found = load_mask(project, masks, images, record, SILENT)
        assert found.image.shape == found.predicted.shape == (32, 32)
        assert found.image.min() == 0
        assert found.image.max() == 255  # stretched
        assert not found.missing
        original = project.image_path(record)
        Image.fromarray(np.zeros((40, 30), np.uint8)).save(original)
        image, why = load_image(project, images, record)
        assert image.shape == (32, 32)
        assert "30×40" in why


@pytest.mark.parametrize("policy", ["crop", "pad", "resize"])
def test_the_working_copy_stands_in_where_it_was_cut_from(tmp_path: Path, policy: str) -> None:
    fit = Fit.of(24, 16, policy)
    record = ImageRecord(id=1, path="gone.png", sha256="", width=24, height=16, mode="L", fit=fit.to_json())
    with Project.create(tmp_path / "P") as project:
        pixels = np.full((1, 16, 16, 1), 200, np.uint8)
        run = project.add_run(
            "import_images",
            "images",
            {},
            {},
            {"channels": "gray"},
            {"pixels": pixels},
            images=[record],
            seconds=0.0,
        )
        image, why = load_image(project, run, record)
    assert "does not exist" in why
    assert image.shape == (16, 24)
    assert (image[:, 4:20] == 200).all()
    assert (image[:, :4] == (0 if policy == "crop" else 200)).all()


def test_shares_and_ious_of_one_image() -> None:
    label_map = np.array([[1, 1], [2, 0]], np.uint8)
    numbers = count_mask(label_map, [0, 1, 2]).classes
    assert numbers[1].share == 0.5
    assert numbers[1].iou is None


def test_classes_that_share_a_value_agree_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "truth"
    folder.mkdir()
    Image.fromarray(np.array([[3, 3, 3, 3], [0, 0, 0, 255]], np.uint8)).save(folder / "eye.png")
    run = run_record(
        config={"folder": str(tmp_path / "elsewhere" / "truth")},
        summary={"mapping": {"background": 0, "pupil": 3, "skin": 0}, "iou": {}},
    )
    references = read_references(run, CLASSES, tmp_path)
    assert references is not None  # the folder moved with the project
    record = ImageRecord(id=1, path="x/eye.png", sha256="", width=4, height=2, mode="L")
    values = references.load(record)
    assert values is not None
    label_map = np.array([[1, 1, 2, 2], [2, 0, 1, 1]], np.uint8)
    numbers = count_mask(label_map, [0, 1, 2], references, values)
    assert numbers.classes[1].iou == pytest.approx(2 / 5)
    assert numbers.classes[2].iou == pytest.approx(2 / 5)  # skin and background together
    assert numbers.classes[0].iou is None
    assert numbers.reference is not None
    assert numbers.reference.tolist() == [[1, 1, 1, 1], [2, 0, 2, 255]]


def test_a_reference_of_another_size_is_none(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((5, 5), np.uint8)).save(tmp_path / "eye.png")
    run = run_record(config={"folder": str(tmp_path)}, summary={"mapping": {"background": 0}, "iou": {}})
    references = read_references(run, CLASSES, tmp_path)
    assert references is not None
    for name, size in (("eye", 4), ("other", 5)):
        record = ImageRecord(id=1, path=f"{name}.png", sha256="", width=size, height=size, mode="L")
        assert references.load(record) is None


def test_small_maps_keep_their_places_and_ids() -> None:
    label_map = np.zeros((8, 4), np.uint16)
    label_map[4:] = 7
    small = shrunk(label_map, (4, 2))
    assert small.dtype == np.uint8
    assert small.tolist() == [[0, 0], [0, 0], [7, 7], [7, 7]]


def test_the_background_of_a_thumbnail_stays_as_it_is() -> None:
    colors = np.zeros((256, 3), np.uint8)
    colors[1] = (255, 0, 0)
    mixed = blended(np.full((1, 2), 100, np.uint8), np.array([[0, 1]], np.uint8), colors)
    assert mixed[0, 0].tolist() == [100, 100, 100]
    assert mixed[0, 1, 0] > 100 > mixed[0, 1, 1]


def test_training_again_keeps_the_former_settings_and_counts_corrections() -> None:
    former = run_record(config={"steps": 7, "corrections_share": 0.0, "gone_since": 3})
    config = student_config(former)
    assert config.steps == 7
    assert config.corrections_share > 0
    assert student_config(run_record(config={"steps": -1})).steps > 0  # refused today: the defaults
    assert student_config(None).corrections_share > 0
