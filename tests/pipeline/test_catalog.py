from __future__ import annotations

import shutil
from typing import Any

import pytest

from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.pipeline.catalog import STAGES, is_current, stage_named, status
from segstyle_gui.project.edits import MergeRegions, RenameRegion


def _states(project: Any) -> dict[str, str]:
    return {entry.stage.name: entry.state for entry in status(project)}


def _whys(project: Any) -> dict[str, str]:
    return {entry.stage.name: entry.why for entry in status(project)}


def test_stages_come_in_order_of_flow() -> None:
    made: set[str] = set()
    for stage in STAGES:
        assert set(stage.needs) <= made, stage.name
        made.add(stage.makes)


def test_every_stage_has_a_config_that_describes_itself() -> None:
    for stage in STAGES:
        presets = stage.presets
        assert isinstance(presets["segstyle"], stage.config)
        assert stage.help.endswith(".")


def test_a_mistyped_stage_names_the_nearest() -> None:
    assert stage_named("find-regions").name == "find_regions"
    with pytest.raises(ConfigError, match="Did you mean 'find_regions'"):
        stage_named("find_region")


def test_an_empty_project_is_ready_for_images_alone(bench: Any) -> None:
    states = _states(bench.project)
    assert states["import_images"] == "ready"
    assert states["import_generator"] == "ready"
    assert states["train_generator"] == "empty"
    assert states["find_regions"] == "empty"
    assert "no generator" in _whys(bench.project)["find_regions"]


def test_missing_needs_are_said_with_the_command_that_makes_them(bench: Any) -> None:
    with pytest.raises(StageError, match="no generator yet") as caught:
        bench.run("find_regions")
    assert "import-generator" in caught.value.hint
    assert caught.value.exit_code == 6


def test_regions_without_a_class_cannot_be_synthesized(bench: Any) -> None:
    bench.run("import_generator")
    bench.run("find_regions")
    assert _states(bench.project)["synthesize"] == "empty"
    with pytest.raises(StageError, match="no region has a class"):
        bench.run("synthesize")


def test_an_edit_makes_what_follows_stale_and_undo_makes_it_current_again(bench: Any) -> None:
    bench.run_to("train_student")
    assert _states(bench.project)["train_student"] == "done"
    bench.project.apply(RenameRegion(1, "colour of the eye"))  # label maps stay the same
    assert _states(bench.project)["synthesize"] == "done"
    bench.project.apply(MergeRegions((1, 3)))
    whys = _whys(bench.project)
    assert whys["synthesize"] == "the regions were edited since"
    assert whys["train_student"] == "the synthetic set is stale: the regions were edited since"
    assert _states(bench.project)["find_regions"] == "done"
    bench.project.undo()
    assert _states(bench.project)["train_student"] == "done"


def test_a_new_generator_makes_the_regions_stale(bench: Any) -> None:
    bench.run_to("synthesize")
    bench.run("import_generator")
    whys = _whys(bench.project)
    assert whys["find_regions"] == "the generator was made again since"
    assert whys["synthesize"] == "the regions are stale: the generator was made again since"


def test_only_the_stage_that_made_the_current_generator_is_done(bench: Any) -> None:
    bench.run("import_images")
    bench.run("import_generator")
    states = _states(bench.project)
    assert (states["train_generator"], states["import_generator"]) == ("ready", "done")


def test_is_current_compares_config_inputs_and_files(bench: Any) -> None:
    stage = stage_named("import_images")
    config = bench.config("import_images")
    assert is_current(bench.project, stage, config) is None
    run = bench.run("import_images")
    assert is_current(bench.project, stage, config) == run
    assert is_current(bench.project, stage, bench.config("import_images", fit="pad")) is None
    shutil.copy(bench.images / "eye0.png", bench.images / "new.png")
    assert is_current(bench.project, stage, config) is None


def test_a_deleted_export_is_not_current(bench: Any) -> None:
    bench.run_to("predict_masks")
    config = bench.config("export_png", folder=str(bench.folder / "out"))
    stage = stage_named("export_png")
    run = bench.run("export_png", folder=str(bench.folder / "out"))
    assert is_current(bench.project, stage, config) == run
    shutil.rmtree(bench.folder / "out")
    assert is_current(bench.project, stage, config) is None
