"""From a folder of images to verified exports and a measured mIoU, through the command line alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

import segstyle_gui
from segstyle_gui.cli.app import main
from segstyle_gui.core.near_eye import NearEyeConfig, render_near_eye

SIZE = 24
TINY_TRAINING = ["--kimg", "0.032", "--batch-size", "8", "--z-dim", "8", "--w-dim", "8", "--channel-max", "8"]
TINY_CLUSTERS = ["--n-clusters", "8", "--n-regions", "5", "--n-samples", "8", "--n-init", "1", "--grid", "16"]
TINY_STUDENT = ["--steps", "8", "--width", "8", "--batch-size", "4", "--validate-every", "8"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 24 images and their exact label maps, which is the working folder."""
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    for seed in range(24):
        image, label_map, _ = render_near_eye(seed, NearEyeConfig(size=SIZE, supersample=1))
        Image.fromarray(image).save(tmp_path / "images" / f"eye{seed}.png")
        Image.fromarray(label_map).save(tmp_path / "masks" / f"eye{seed}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _segstyle(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code = main(words)
    printed = capsys.readouterr()
    assert code == 0, f"{words}: {printed.err}"
    return printed.out


def _data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(_segstyle(capsys, *words, "--json"))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in pycocotools
def test_from_a_folder_to_measured_masks(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _segstyle(capsys, "new", "Eyes")
    assert _data(capsys, "import", "Eyes", "images", "--size", "16")["summary"]["images"] == 24
    _segstyle(capsys, "train-generator", "Eyes", *TINY_TRAINING)
    _segstyle(capsys, "find-regions", "Eyes", *TINY_CLUSTERS)
    ids = [row["id"] for row in _data(capsys, "regions", "list", "Eyes")]
    assert len(ids) == 5
    _segstyle(capsys, "regions", "merge", "Eyes", str(ids[0]), str(ids[1]))
    _segstyle(capsys, "regions", "assign", "Eyes", str(ids[0]), "--class", "iris")
    _segstyle(capsys, "regions", "assign", "Eyes", str(ids[2]), "--class", "pupil")
    _segstyle(capsys, "synthesize", "Eyes", "--n-images", "24", "--size", "16")
    _segstyle(capsys, "train-student", "Eyes", *TINY_STUDENT)
    _segstyle(capsys, "predict", "Eyes")
    _segstyle(capsys, "export", "coco", "Eyes", "out/coco")
    _segstyle(capsys, "export", "png", "Eyes", "out/png")
    record = _data(capsys, "evaluate", "Eyes", "masks", "--map", "iris=2", "--map", "pupil=3")
    states = {row["stage"]: row["state"] for row in _data(capsys, "status", "Eyes")}
    others = [name for name, state in states.items() if state != "done"]
    assert others == ["import_generator", "find_direction", "name_regions"]

    png = {path.stem: np.array(Image.open(path)) for path in (home / "out/png/label_maps").rglob("*.png")}
    assert len(png) == 24
    _compare_coco(home / "out/coco/annotations/instances_default.json", png)
    assert record["summary"]["mean_iou"] == pytest.approx(_mean_iou(home / "masks", png))

    _segstyle(capsys, "regions", "undo", "Eyes")
    rows = {row["stage"]: row for row in _data(capsys, "status", "Eyes")}
    assert rows["synthesize"]["why"] == "the regions were edited since"
    assert rows["export_png"]["state"] == "stale"


def _compare_coco(file: Path, png: dict[str, np.ndarray]) -> None:
    """Both exports hold the same pixels, read by pycocotools and by Pillow."""
    document = json.loads(file.read_text(encoding="utf-8"))
    names = {image["id"]: Path(image["file_name"]).stem for image in document["images"]}
    drawn = {name: np.zeros((SIZE, SIZE), np.uint8) for name in names.values()}
    for annotation in document["annotations"]:
        mask = coco_mask.decode(annotation["segmentation"]).astype(bool)
        drawn[names[annotation["image_id"]]][mask] = annotation["category_id"]
    assert drawn.keys() == png.keys()
    assert all(np.array_equal(drawn[name], png[name]) for name in png)


def _mean_iou(folder: Path, png: dict[str, np.ndarray]) -> float:
    """Return the mean IoU by sets of pixels, independent of the confusion matrix of core."""
    value_of = np.array([0, 2, 3], np.uint8)  # background, iris, pupil
    truth = np.stack([np.array(Image.open(folder / f"{name}.png")) for name in png])
    found = value_of[np.stack(list(png.values()))]
    ious = []
    for value in sorted({*np.unique(truth).tolist(), 0, 2, 3}):
        either = ((truth == value) | (found == value)).sum()
        if either:
            ious.append(((truth == value) & (found == value)).sum() / either)
    return float(np.mean(ious))


@pytest.mark.slow
def test_the_installed_command_runs_a_recipe(home: Path) -> None:
    recipe = "\n".join(
        [
            "[import_images]\nfolder = 'images'\nsize = 16",
            "[train_generator]\nkimg = 0.016\nbatch_size = 4\nz_dim = 8\nw_dim = 8\nchannel_max = 8",
            "[find_regions]\nn_clusters = 4\nn_regions = 3\nn_samples = 4\nn_init = 1\ngrid = 16",
            "[regions]\nname = { '1' = 'iris' }",
            "[synthesize]\nn_images = 8\nsize = 16",
            "[train_student]\nsteps = 2\nwidth = 8\nbatch_size = 4",
            "[predict_masks]\nflip = false",
            "[export.coco]\nfolder = 'out'",
        ]
    )
    (home / "eyes.toml").write_text(recipe, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(segstyle_gui.__file__).parents[1])}
    for wanted in ("made", "kept"):
        done = subprocess.run(
            [sys.executable, "-m", "segstyle_gui", "run", "eyes.toml", "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert {row["action"] for row in json.loads(done.stdout)} == {wanted}
    assert (home / "eyes.segstyle").is_file()
    assert (home / "out" / "provenance.json").is_file()
