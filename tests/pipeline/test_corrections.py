"""Corrected masks downstream: exports, evaluation, the next training, the next prediction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core.progress import SILENT, Cancelled
from segstyle_gui.errors import StageError
from segstyle_gui.pipeline.catalog import is_current, stage_named, status
from segstyle_gui.pipeline.corrections import class_table, corrected_pairs
from segstyle_gui.pipeline.train_student import training_data
from segstyle_gui.project.edits import AddClass, RenameClass


def correct(bench: Any, image_id: int = 1, value: int = 2, top: int = 4) -> np.ndarray:
    """Paint a bar into a mask and return what the mask is now."""
    before = bench.project.label_map(image_id)
    after = before.copy()
    after[top : top + 8, 2:22] = value
    after[0] = (before[0] + 1) % 3  # changes in any case
    bench.project.paint(image_id, before, after, "Paint")
    return after


def whys(bench: Any) -> dict[str, str]:
    return {entry.stage.name: entry.why for entry in status(bench.project)}


def exported(bench: Any, folder: str, name: str) -> np.ndarray:
    (path,) = (bench.folder / folder / "label_maps").rglob(name)
    with Image.open(path) as picture:
        return np.array(picture)


def source_of(bench: Any, folder: str) -> dict[str, Any]:
    text = (bench.folder / folder / "provenance.json").read_text(encoding="utf-8")
    return json.loads(text)["source"]


def test_exports_hold_the_corrected_masks_and_say_so(bench: Any) -> None:
    bench.run_to("predict_masks")
    wanted = correct(bench)
    bench.project.set_reviewed([1, 2], True)
    png = bench.run("export_png", folder=str(bench.folder / "png"))
    coco = bench.run("export_coco", folder=str(bench.folder / "coco"))
    name = Path(bench.project.images()[0].path)
    assert np.array_equal(exported(bench, "png", name.with_suffix(".png").name), wanted)
    for run, folder in ((png, "png"), (coco, "coco")):
        assert (run.summary["human_corrected"], run.summary["reviewed"]) == (1, 2)
        rows = source_of(bench, folder)["images"]
        assert len(rows) == 16
        assert rows[0] == {"file_name": name.as_posix(), "human_corrected": True, "reviewed": True}
        assert (rows[1]["human_corrected"], rows[1]["reviewed"]) == (False, True)


def test_only_reviewed_images_on_request(bench: Any) -> None:
    bench.run_to("predict_masks")
    config = {"folder": str(bench.folder / "png"), "reviewed_only": True}
    with pytest.raises(StageError, match="No mask is marked as reviewed"):
        bench.run("export_png", **config)
    bench.project.set_reviewed([3, 5], True)
    assert bench.run("export_png", **config).summary["images"] == 2
    assert whys(bench)["export_png"] == ""
    bench.project.set_reviewed([6], True)
    assert whys(bench)["export_png"] == "other masks are marked as reviewed now"
    bench.project.undo_mask()
    assert whys(bench)["export_png"] == ""


def test_an_export_keeps_to_the_masks_it_began_with(bench: Any) -> None:
    bench.run_to("predict_masks")
    before = bench.project.label_map(1)

    class Painter:
        def report(self, done: float, total: float, message: str = "") -> None:
            if not bench.project.corrected:
                correct(bench)

        def preview(self, value: object) -> None: ...

    stage = stage_named("export_png")
    stage.run(bench.project, bench.config("export_png", folder=str(bench.folder / "png")), Painter())
    name = Path(bench.project.images()[0].path).with_suffix(".png").name
    assert np.array_equal(exported(bench, "png", name), before)


def test_corrections_make_exports_stale_and_marks_do_not(bench: Any) -> None:
    bench.run_to("predict_masks")
    bench.run("export_png", folder=str(bench.folder / "png"))
    bench.project.set_reviewed([1], True)
    assert set(whys(bench).values()) & {"the masks were corrected since"} == set()
    correct(bench)
    assert whys(bench)["export_png"] == "the masks were corrected since"
    assert whys(bench)["predict_masks"] == whys(bench)["train_student"] == ""


def test_a_class_that_came_later_can_be_painted_and_exported(bench: Any) -> None:
    bench.run_to("predict_masks")
    bench.project.apply(AddClass("lens"))
    wanted = correct(bench, value=3)
    record = bench.run("export_png", folder=str(bench.folder / "png"))
    assert record.summary["pixels_per_class"]["lens"] == np.count_nonzero(wanted == 3)


def test_evaluation_is_of_the_corrected_masks_unless_told(bench: Any) -> None:
    masks = bench.run_to("predict_masks")
    truth = bench.folder / "truth"
    truth.mkdir()
    wanted = correct(bench)
    name = Path(bench.project.images()[0].path).with_suffix(".png").name
    Image.fromarray(wanted).save(truth / name)
    record = bench.run("evaluate", folder=str(truth))
    assert record.summary["pixel_accuracy"] == 1.0
    assert record.summary["human_corrected"] == 1
    plain = bench.run("evaluate", folder=str(truth), corrected=False)
    share = float((bench.project.array(masks, "label_maps/1") == wanted).mean())
    assert plain.summary["pixel_accuracy"] == pytest.approx(share)


def test_without_corrections_the_training_pairs_are_the_synthetic_ones(bench: Any) -> None:
    bench.run_to("predict_masks")
    synthetic, config = bench.project.current("synthetic_set"), bench.config("train_student")
    assert training_data(bench.project, synthetic, config).corrected() is None
    assert "corrections" not in bench.run("train_student").inputs


def test_training_again_learns_from_corrected_and_reviewed_masks(bench: Any) -> None:
    bench.run_to("predict_masks")
    wanted = correct(bench)
    bench.project.set_reviewed([4], True)
    synthetic, images = bench.project.current("synthetic_set"), bench.project.current("images")
    pairs = corrected_pairs(bench.project, synthetic)
    assert np.array_equal(pairs.images, bench.project.array(images, "pixels")[[0, 3]])
    centres = ((np.arange(16) + 0.5) * 24 / 16).astype(int)  # 24 pixels of the image make 16 of the square
    assert np.array_equal(pairs.label_maps[0], wanted[np.ix_(centres, centres)])
    assert np.array_equal(pairs.label_maps[1], bench.project.label_map(4)[np.ix_(centres, centres)])
    config = bench.config("train_student", corrections_share=0.5)
    batch, labels = next(training_data(bench.project, synthetic, config).batches(4, np.random.default_rng(0)))
    assert sorted(np.unique([_row_of(image, pairs.images) for image in batch[2:]])) == [0, 1]
    assert labels.shape == (4, 16, 16)
    record = bench.run("train_student")
    assert record.inputs["corrections"] == bench.project.input_token("corrections")
    assert record.summary["corrections"]["images"] == 2
    assert 0 <= record.summary["corrections"]["miou"] <= 1
    assert 0 < record.summary["corrections"]["miou_before"] < 1
    assert "corrections" not in bench.run("train_student", corrections_share=0.0).inputs


def _row_of(image: np.ndarray, images: np.ndarray) -> int:
    return int(np.flatnonzero((images == image).all(axis=(1, 2, 3)))[0])


def test_classes_are_known_by_id_in_the_same_regions_and_else_by_name(bench: Any, store_masks: Any) -> None:
    masks = bench.run_to("predict_masks")
    bench.project.apply(RenameClass(1, "Limbus"))
    synthetic = bench.run("synthesize")
    table = class_table(bench.project, masks, synthetic)
    assert table[:4].tolist() == [0, 1, 2, -1]
    assert class_table(bench.project, masks, synthetic, more=[3])[3] == 3
    other = store_masks([bench.project.label_map(1)], [[1, "PUPIL", [0, 0, 0]], [2, "lid", [0, 0, 0]]])
    assert class_table(bench.project, other, synthetic)[:4].tolist() == [0, 2, -1, -1]


def test_predicting_again_keeps_the_corrections(bench: Any) -> None:
    bench.run_to("predict_masks")
    wanted = correct(bench)
    seen = bench.project.label_map(4)
    bench.project.set_reviewed([4], True)
    token = bench.project.input_token("corrections")
    bench.run("train_student", seed=5, steps=4)
    assert whys(bench)["train_student"] == ""
    record = bench.run("predict_masks")
    project = bench.project
    assert np.array_equal(project.label_map(1), wanted)
    assert np.array_equal(project.label_map(4), seen)
    assert np.array_equal(project.label_map(2), project.array(record, "label_maps/2"))
    assert 1 in project.corrected
    assert project.reviewed == {4}
    assert record.summary["kept_corrections"] == 2
    (entry,) = project.mask_history()
    assert entry.text.startswith("Kept")
    assert project.input_token("corrections") == token
    assert set(whys(bench).values()) <= {"", *[why for why in whys(bench).values() if "no " in why]}
    project.undo_mask()
    assert np.array_equal(project.label_map(1), project.array(record, "label_maps/1"))
    project.redo_mask()
    plain = bench.run("predict_masks", keep_corrections=False)
    assert (project.corrected, plain.summary["kept_corrections"]) == (frozenset(), 0)


def test_a_correction_made_while_predicting_is_kept_too(bench: Any) -> None:
    bench.run_to("predict_masks")
    correct(bench)
    made: list[np.ndarray] = []

    class Painter:
        def report(self, done: float, total: float, message: str = "") -> None:
            if message == "storing":
                made.append(correct(bench, image_id=2, value=1))

        def preview(self, value: object) -> None: ...

    stage_named("predict_masks").run(bench.project, bench.config("predict_masks"), Painter())
    assert bench.project.corrected == {1, 2}
    assert np.array_equal(bench.project.label_map(2), made[0])


def test_new_corrections_ask_for_training_and_nothing_else(bench: Any) -> None:
    bench.run_to("predict_masks")
    correct(bench)
    bench.run("train_student")
    bench.run("predict_masks")
    stage, config = stage_named("train_student"), bench.config("train_student")
    assert is_current(bench.project, stage, config) is not None
    correct(bench, image_id=3)
    assert whys(bench)["train_student"] == "masks were corrected or reviewed since"
    assert whys(bench)["predict_masks"] == ""
    assert is_current(bench.project, stage, config) is None
    bench.project.undo_mask()
    assert whys(bench)["train_student"] == ""


def test_a_training_does_not_resume_with_other_corrections(bench: Any) -> None:
    bench.run_to("predict_masks")
    correct(bench)
    stage, config = stage_named("train_student"), bench.config("train_student", steps=6)

    class Stop:
        def __init__(self, n: int) -> None:
            self.left, self.first = n, -1.0

        def report(self, done: float, total: float, message: str = "") -> None:
            self.first = done if self.first < 0 else self.first
            self.left -= 1
            if self.left < 0:
                raise Cancelled

        def preview(self, value: object) -> None: ...

    with pytest.raises(Cancelled):
        stage.run(bench.project, config, Stop(3))
    again = Stop(1)
    with pytest.raises(Cancelled):
        stage.run(bench.project, config, again)
    assert again.first == 3
    correct(bench, image_id=2)
    fresh = Stop(1)
    with pytest.raises(Cancelled):
        stage.run(bench.project, config, fresh)
    assert fresh.first == 0
    stage.run(bench.project, config, SILENT)
