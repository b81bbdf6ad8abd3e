from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from segstyle_gui.core.progress import SILENT
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline.recipe import read_recipe, run_recipe
from segstyle_gui.project.edits import NameRegions
from segstyle_gui.project.store import Project

RECIPE = """
[project]
path = "made/Eyes"

[import_images]
folder = "images"
size = 16

[import_generator]
source = "generator.safetensors"

[find_regions]
n_clusters = 6
n_regions = 4
n_samples = 6
n_init = 1
n_refits = 0
grid = 16

[regions]
cut = 3
points = "clicks.json"
name = { "2" = "iris" }

[synthesize]
n_images = 12
size = 16

[train_student]
steps = 2
width = 8
batch_size = 4

[predict_masks]
flip = false

[export.png]
folder = "out/png"
preview = false

[evaluate]
folder = "masks"
map = { iris = 2, pupil = 3 }
"""


@pytest.fixture
def recipe(bench: Any) -> Path:
    (bench.folder / "made").mkdir()
    points = [{"seed": 1, "y": 0.5, "x": 0.5, "class": "pupil"}]
    (bench.folder / "clicks.json").write_text(json.dumps(points), encoding="utf-8")
    path: Path = bench.folder / "eyes.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def _run(path: Path) -> dict[str, str]:
    outcomes = run_recipe(read_recipe(path), lambda title: SILENT)
    return {outcome.name: outcome.action for outcome in outcomes}


def _change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_recipe_runs_everything_once_and_then_only_what_changed(recipe: Path) -> None:
    first = _run(recipe)
    order = ["import_images", "import_generator", "find_regions", "regions", "synthesize", "train_student"]
    assert list(first) == [*order, "predict_masks", "export_png", "evaluate"]
    assert set(first.values()) == {"made"}
    assert set(_run(recipe).values()) == {"kept"}

    _change(recipe, "map = { iris = 2, pupil = 3 }", "map = { iris = 2, pupil = 2 }")
    again = _run(recipe)
    assert again.pop("evaluate") == "made"
    assert set(again.values()) == {"kept"}

    _change(recipe, "steps = 2", "steps = 3")
    again = _run(recipe)
    assert [name for name, action in again.items() if action == "made"] == [
        "train_student",
        "predict_masks",
        "export_png",
        "evaluate",
    ]

    shutil.copy(recipe.parent / "images" / "eye0.png", recipe.parent / "images" / "eye99.png")
    again = _run(recipe)
    assert again["import_images"] == "made"
    assert again["train_student"] == "kept"
    assert again["predict_masks"] == "made"


def test_hand_edits_stay_until_the_recipes_regions_change(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text[: text.index("[synthesize]")], encoding="utf-8")
    _run(recipe)
    path = recipe.parent / "made" / "Eyes.segstyle"
    with Project.open(path) as project:
        state = project.region_state
        assert state is not None
        assert len(state.regions) == 3
        assert {c.name for c in state.classes} == {"iris", "pupil"}
        other = next(region.id for region in state.regions if region.id != 2)
        project.apply(NameRegions((other,), "lens"))
    assert _run(recipe)["regions"] == "kept"
    _change(recipe, '"2" = "iris"', f'"{other}" = "sclera"')
    assert _run(recipe)["regions"] == "made"
    with Project.open(path) as project:
        state = project.region_state
        assert state is not None
        named = {
            region.id: state.label_class(region.class_id).name for region in state.regions if region.class_id
        }
        assert named[other] == "sclera"
        assert "lens" not in named.values()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[find_regions]", "[find_region]", "Did you mean 'find_regions'"),
        (
            "n_clusters = 6",
            "n_cluster = 6",
            r"\[find_regions\] There is no setting 'n_cluster'. Did you mean",
        ),
        ("n_clusters = 6", "n_clusters = 1000", r"\[find_regions\].*2 to 200"),
        ("n_clusters = 6", 'n_clusters = "many"', "wanted a whole number"),
        ("cut = 3", "cuts = 3", "Did you mean 'cut'"),
        ("cut = 3", "cut = 0", "number of regions"),
        ("[export.png]", "[export.pgn]", "Did you mean 'export.png'"),
        ('path = "made/Eyes"', 'pth = "x"', "Did you mean 'path'"),
        ("size = 16\n", "size = \n", "no TOML"),
        ("[evaluate]", "[train_generator]\n[evaluate]", "both trains and imports"),
        ('"2" = "iris"', '"two" = "iris"', "wanted region ids"),
        ('"clicks.json"', '"clocks.json"', "cannot be read"),
    ],
)
def test_mistakes_are_found_before_anything_runs(recipe: Path, before: str, after: str, words: str) -> None:
    _change(recipe, before, after)
    with pytest.raises(ConfigError, match=words):
        read_recipe(recipe)


def test_paths_are_relative_to_the_recipe(recipe: Path) -> None:
    read = read_recipe(recipe)
    assert read.project == recipe.parent.resolve() / "made" / "Eyes.segstyle"
    folders = {stage.name: config.folder for stage, config in read.steps if hasattr(config, "folder")}
    assert Path(folders["import_images"]) == (recipe.parent / "images").resolve()
    assert Path(folders["export_png"]) == (recipe.parent / "out" / "png").resolve()


def test_presets_and_the_bundled_generator(recipe: Path) -> None:
    _change(recipe, 'source = "generator.safetensors"', 'source = "near-eye"')
    _change(recipe, "n_clusters = 6", 'preset = "paper"\nn_clusters = 6')
    configs = {stage.name: config for stage, config in read_recipe(recipe).steps}
    assert configs["import_generator"].source == "near-eye"
    assert configs["find_regions"].normalize == "none"
    assert configs["find_regions"].n_clusters == 6
