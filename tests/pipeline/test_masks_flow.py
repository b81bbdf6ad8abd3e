from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstyle_gui.core.classes import state_from_json
from segstyle_gui.core.progress import SILENT, Cancelled
from segstyle_gui.errors import ConfigError, ExportError, ImageReadError, StageError
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.train_student import training_data
from segstyle_gui.project.edits import RenameClass


class _StopAfter:
    def __init__(self, n: int) -> None:
        self.left = n
        self.previews: list[object] = []

    def report(self, done: float, total: float, message: str = "") -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled

    def preview(self, value: object) -> None:
        self.previews.append(value)


def test_the_synthetic_set_has_the_regions_classes_and_their_state(bench: Any) -> None:
    record = bench.run_to("synthesize")
    arrays = bench.project.arrays(record)
    assert [(number, name) for number, name, _ in record.summary["classes"]] == [(1, "iris"), (2, "pupil")]
    assert set(np.unique(arrays["labels"])) <= {0, 1, 2, 255}
    assert arrays["images"].shape == (len(arrays["kept_seeds"]), 16, 16, 1)
    assert state_from_json(arrays["region_state"].tobytes().decode()) == bench.project.region_state
    assert sum(record.summary["pixel_share"].values()) == pytest.approx(1.0)


def test_a_streamed_set_draws_the_very_pairs_that_would_have_been_stored(bench: Any) -> None:
    bench.run_to("find_regions")
    wide = {"drop_share": 0.0}
    stored = bench.project.arrays(bench.run("synthesize", **wide))
    streamed = bench.run("synthesize", stream=True, **wide)
    assert len(bench.project.array(streamed, "images")) == 0
    config = bench.config("train_student", validation_share=0.25)
    images, labels = training_data(bench.project, streamed, config).validation()
    n = len(images)
    assert n == 3
    assert np.array_equal(images, stored["images"][-n:])
    assert np.array_equal(labels, stored["labels"][-n:])


def test_predict_labels_every_image_at_its_own_size(bench: Any) -> None:
    record = bench.run_to("predict_masks")
    names = bench.project.array_names(record)
    assert sum(name.startswith("label_maps/") for name in names) == 16
    label_map = bench.project.array(record, "label_maps/1")
    assert label_map.shape == (24, 24)
    assert set(np.unique(label_map)) <= {0, 1, 2}
    confidence = bench.project.array(record, "confidence/1")
    assert confidence.dtype == np.uint8
    means = bench.project.array(record, "mean_confidence")
    assert means[0] == pytest.approx(confidence.mean() / 255, abs=1e-6)
    assert record.summary["mean_confidence"] == pytest.approx(float(means.mean()))


def test_changed_and_missing_originals_are_skipped_and_said(bench: Any) -> None:
    bench.run_to("train_student")
    (bench.images / "eye0.png").unlink()
    Image.new("L", (24, 24), 9).save(bench.images / "eye1.png")
    record = bench.run("predict_masks")
    reasons = {Path(row["file"]).name: row["reason"] for row in record.summary["skipped"]}
    assert reasons == {"eye0.png": "is not there any more", "eye1.png": "has changed since it was imported"}
    assert record.summary["images"] == 14
    for path in bench.images.iterdir():
        path.unlink()
    with pytest.raises(ImageReadError, match="None of the 16 images"):
        bench.run("predict_masks")


def test_a_stopped_prediction_keeps_the_finished_images(bench: Any) -> None:
    bench.run_to("train_student")
    stage, config = stage_named("predict_masks"), bench.config("predict_masks")
    with pytest.raises(Cancelled):
        stage.run(bench.project, config, _StopAfter(5))
    assert bench.project.current("masks") is None
    watch = _StopAfter(10**6)
    record = stage.run(bench.project, config, watch)
    assert len(watch.previews) == 11
    assert record.summary["images"] == 16
    again = stage.run(bench.project, config, SILENT)
    both = [bench.project.arrays(run) for run in (record, again)]
    assert all(np.array_equal(both[0][name], both[1][name]) for name in both[0])


def test_self_training_wants_images_of_the_sets_size(bench: Any) -> None:
    bench.run_to("synthesize")
    bench.run("import_images", size=32)
    with pytest.raises(StageError, match="and the synthetic set"):
        bench.run("train_student", self_train_steps=1)
    bench.run("import_images")
    assert "images" in bench.run("train_student", self_train_steps=1).inputs


def test_exports_hold_the_masks_under_the_present_names(bench: Any) -> None:
    masks = bench.run_to("predict_masks")
    bench.project.apply(RenameClass(1, "Iris of the eye"))
    coco = bench.run("export_coco", folder=str(bench.folder / "coco"))
    png = bench.run("export_png", folder=str(bench.folder / "png"))
    assert coco.summary["images"] == png.summary["images"] == 16
    assert sum(png.summary["pixels_per_class"].values()) == 16 * 24 * 24
    (labels,) = (bench.folder / "png").rglob("labels.json")
    assert "Iris of the eye" in labels.read_text(encoding="utf-8")
    found = sorted((bench.folder / "png" / "label_maps").rglob("eye0.png"))
    with Image.open(found[0]) as picture:
        assert np.array_equal(np.array(picture), bench.project.array(masks, "label_maps/1"))
    source = json.loads((bench.folder / "coco" / "provenance.json").read_text(encoding="utf-8"))["source"]
    assert source["masks_run"] == masks.id


def test_exports_refuse_a_folder_with_other_things(bench: Any) -> None:
    bench.run_to("predict_masks")
    with pytest.raises(ExportError):
        bench.run("export_png", folder=str(bench.images), overwrite=True)
    assert len(list(bench.images.iterdir())) == 16
    with pytest.raises(ConfigError, match="No folder"):
        bench.run("export_png")


def test_masks_are_exported_with_the_images_they_were_made_of(bench: Any) -> None:
    bench.run_to("predict_masks")
    more = bench.folder / "more"
    more.mkdir()
    Image.new("L", (30, 30), 9).save(more / "other.png")
    bench.run("import_images", folder=str(more))
    assert bench.run("export_png", folder=str(bench.folder / "png")).summary["images"] == 16
