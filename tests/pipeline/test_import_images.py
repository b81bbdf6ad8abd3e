from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from segstyle_gui.core.geometry import Fit, fit_image
from segstyle_gui.core.images import prepare_image, read_image
from segstyle_gui.core.progress import Cancelled
from segstyle_gui.errors import ConfigError, ImageReadError, ProjectWriteError
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.project.store import Project


def test_pixels_are_what_core_makes_of_each_file(bench: Any) -> None:
    record = bench.run("import_images")
    pixels = bench.project.array(record, "pixels")
    config = bench.config("import_images")
    images = bench.project.images()
    assert pixels.shape == (16, 16, 16, 1)
    assert [image.id for image in images] == list(range(1, 17))
    assert images[2].path == "images/eye2.png"  # natural order, relative to the project
    expected = fit_image(
        prepare_image(read_image(bench.images / "eye2.png"), config, "gray"), Fit.of(24, 24, "crop"), 16
    )
    assert np.array_equal(pixels[2, ..., 0], expected)
    assert bench.project.array(record, "thumbnails").shape == (16, 96, 96, 1)


def test_broken_files_and_duplicates_are_listed_and_left_out(bench: Any) -> None:
    (bench.images / "broken.png").write_bytes((bench.images / "eye0.png").read_bytes()[:60])
    (bench.images / "empty.png").write_bytes(b"")
    shutil.copy(bench.images / "eye3.png", bench.images / "twin.png")
    summary = bench.run("import_images").summary
    assert summary["images"] == 16
    assert summary["files"] == 19
    assert [row["file"] for row in summary["skipped"]] == ["broken.png", "empty.png"]
    assert "empty" in summary["skipped"][1]["reason"]
    assert summary["duplicates"] == [{"file": "twin.png", "same_as": "eye3.png"}]


def test_mixed_sizes_and_modes_become_one_stack(bench: Any) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (20, 50, 3), dtype=np.uint8)).save(bench.images / "wide.png")
    tifffile.imwrite(bench.images / "deep.tif", rng.integers(0, 4096, (40, 30), dtype=np.uint16))
    record = bench.run("import_images")
    pixels = bench.project.array(record, "pixels")
    assert record.summary["channels"] == "rgb"
    assert record.summary["original_sizes"] == 3
    assert pixels.shape == (18, 16, 16, 3)
    by_name = {Path(image.path).name: pixels[image.id - 1] for image in bench.project.images()}
    assert np.ptp(by_name["wide.png"].astype(int), axis=2).max() > 50
    assert not np.ptp(by_name["eye1.png"].astype(int), axis=2).any()


def test_forced_channels_hold_for_colour_too(bench: Any) -> None:
    Image.new("RGB", (20, 20), (200, 10, 10)).save(bench.images / "red.png")
    record = bench.run("import_images", channels="gray")
    assert bench.project.array(record, "pixels").shape[-1] == 1


def test_a_folder_without_images_is_refused_with_the_next_step(bench: Any) -> None:
    empty = bench.folder / "nothing"
    empty.mkdir()
    with pytest.raises(ImageReadError, match="holds no images"):
        bench.run("import_images", folder=str(empty))
    assert bench.project.current("images") is None


def test_only_broken_images_are_refused_naming_one(bench: Any) -> None:
    folder = bench.folder / "bad"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"not a picture")
    with pytest.raises(ImageReadError, match=r"None of the 1 images.*a\.png"):
        bench.run("import_images", folder=str(folder))


def test_one_image_can_be_imported_but_not_trained_on(bench: Any) -> None:
    folder = bench.folder / "one"
    folder.mkdir()
    shutil.copy(bench.images / "eye0.png", folder)
    assert bench.run("import_images", folder=str(folder)).summary["images"] == 1
    with pytest.raises(ConfigError, match="1 images to train on; wanted at least"):
        bench.run("train_generator")


def test_no_folder_is_a_config_error(bench: Any) -> None:
    with pytest.raises(ConfigError, match="No folder"):
        bench.run("import_images", folder="")


def test_a_readonly_project_is_refused_before_any_work(bench: Any) -> None:
    bench.project.close()
    stage = stage_named("import_images")
    project = Project.open(bench.project.path, readonly=True)
    with project, pytest.raises(ProjectWriteError, match="read-only"):
        stage.run(project, bench.config("import_images"), _StopAtOnce())


class _StopAtOnce:
    def report(self, done: float, total: float, message: str = "") -> None:
        raise Cancelled

    def preview(self, value: object) -> None:
        """Nobody looks."""


def test_a_stop_leaves_the_project_as_it_was(bench: Any) -> None:
    with pytest.raises(Cancelled):
        stage_named("import_images").run(bench.project, bench.config("import_images"), _StopAtOnce())
    assert bench.project.runs() == ()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_file_without_rights_is_skipped(bench: Any) -> None:
    (bench.images / "eye5.png").chmod(0)
    skipped = bench.run("import_images").summary["skipped"]
    assert [row["file"] for row in skipped] == ["eye5.png"]
