"""The whole job in the window: from a dropped folder of images to exports that another reader opens."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from touring import Tour, place_of

from segstyle_gui.paths import resources_dir

N_IMAGES = 12
SKIPPED = "notes.png"
PROMPT = "an eye with a white cloudy pupil"


@pytest.fixture
def eyes(tmp_path: Path) -> Path:
    """A folder of the sample's images, with a file that is none."""
    folder = tmp_path / "eyes"
    folder.mkdir()
    for path in sorted((resources_dir() / "near_eye" / "images").iterdir())[:N_IMAGES]:
        shutil.copyfile(path, folder / path.name)
    (folder / SKIPPED).write_text("not an image")
    return folder


def region_ids(tour: Tour) -> list[int]:
    state = tour.project.region_state
    assert state is not None
    return [region.id for region in state.regions]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in pycocotools
def test_a_dropped_folder_becomes_verified_labels(
    tour: Tour, eyes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_project_of_a_dropped_folder(tour, eyes, tmp_path, monkeypatch)
    import_the_bundled_generator(tour)
    find_and_shape_regions(tour)
    accept_suggested_names(tour)
    find_by_text_and_use_it(tour)
    make_a_training_set_and_a_student(tour)
    predict_and_correct_a_mask(tour)
    export_and_read_back(tour, tmp_path)


def new_project_of_a_dropped_folder(
    tour: Tour, eyes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "home" / "Eyes.segstyle"
    chosen.parent.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(chosen), ""))
    tour.drop(eyes)
    tour.until(lambda: tour.window.session.project is not None and tour.page.key == "images")
    page = tour.page
    tour.until(lambda: page.panel.form is not None and bool(page.panel.config().folder))
    tour.rest()
    tour.run(page.panel, size=64)
    images = tour.project.current("images")
    assert images is not None
    assert images.summary["images"] == N_IMAGES
    assert SKIPPED in json.dumps(images.summary["skipped"])


def import_the_bundled_generator(tour: Tour) -> None:
    page = tour.go("generator")
    tour.click(page.parts.button("import"))
    tour.rest()
    page.registry.action("generator.import_bundled").trigger()
    tour.rest()
    if tour.project.current("generator") is None:
        tour.run(page.import_panel)
    assert tour.project.current("generator") is not None


def find_and_shape_regions(tour: Tour) -> None:
    page = tour.go("regions")
    tour.run(page.panel.run_panel, n_clusters=12, n_regions=6, n_samples=16, n_init=1, n_refits=0)
    tour.until(lambda: len(page.gallery.seeds) > 0)
    tour.rest()
    gallery = page.gallery
    first, second = region_ids(tour)[:2]
    tour.qtbot.mouseMove(gallery.viewport(), place_of(gallery, first))
    assert tour.window.session.hover == first
    tour.click(gallery.viewport(), place_of(gallery, first))
    tour.click(gallery.viewport(), place_of(gallery, second), shift=True)
    tour.key(Qt.Key.Key_M)
    assert second not in region_ids(tour)
    tour.key(Qt.Key.Key_Z, ctrl=True)
    assert second in region_ids(tour)
    largest = max(tour.window.session.studio.statistics().items(), key=lambda item: item[1].share)[0]
    tour.window.session.select({largest})
    tour.key(Qt.Key.Key_S)
    tour.rest()
    assert len(region_ids(tour)) == 7


def accept_suggested_names(tour: Tour) -> None:
    page = tour.go("names")
    tour.run(page.panel.run_panel, n_images=8, margin=0.0)
    proposed = {row.region_id: row.name for row in page.rows()}
    assert set(proposed) == set(region_ids(tour))
    tour.click(page.accept_button)
    state = tour.project.region_state
    assert state is not None
    assert {r.id: state.label_class(r.class_id).name for r in state.regions} == proposed


def find_by_text_and_use_it(tour: Tour) -> None:
    page = tour.go("find")
    page.row.prompt.clear()
    tour.qtbot.keyClicks(page.row.prompt, PROMPT)
    tour.run(page.run_panel, n_samples=80, top_share=0.2, min_accuracy=0.5)
    direction = tour.project.current("direction")
    assert direction is not None
    assert direction.summary["prompt"] == PROMPT
    names = {c.name for c in tour.project.region_state.classes}
    tour.click(page.panel.card.button)
    tour.rest()
    regions = tour.project.current("regions")
    assert regions is not None
    assert regions.config["direction_share"] > 0
    assert names & {c.name for c in tour.project.region_state.classes}


def make_a_training_set_and_a_student(tour: Tour) -> None:
    page = tour.go("training_set")
    tour.run(page.panel, n_images=16, size=64)
    tour.click(page.next)
    assert tour.page.key == "student"
    tour.rest()
    page = tour.page
    tour.run(page.panel, steps=4, width=8, batch_size=4, validate_every=2)
    assert tour.project.current("student") is not None
    tour.click(page.next)


def predict_and_correct_a_mask(tour: Tour) -> None:
    assert tour.page.key == "masks"
    page = tour.page
    tour.rest()
    page.predict()
    tour.rest()
    masks = tour.project.current("masks")
    assert masks is not None
    assert masks.summary["images"] == N_IMAGES
    tour.until(lambda: page.desk.image_id is not None)
    image_id = page.desk.image_id
    before = tour.project.label_map(image_id)
    page.canvas.setFocus()
    tour.key(Qt.Key.Key_2)
    tour.key(Qt.Key.Key_B)
    page.canvas.set_brush_radius(6)
    middle = page.canvas.rect().center()
    tour.drag(page.canvas, [middle + QPoint(dx, 0) for dx in (-60, -20, 20, 60)])
    after = tour.project.label_map(image_id)
    assert (before != after).any()
    assert set(np.unique(after[before != after])) == {page.canvas.active_class}
    tour.key(Qt.Key.Key_Return)
    assert image_id in tour.project.reviewed
    assert image_id in tour.project.corrected
    tour.rest()


def export_and_read_back(tour: Tour, tmp_path: Path) -> None:
    page = tour.go("export")
    for key in ("coco", "png"):
        tour.click(page.format.button(key))
        tour.run(page.panels[key], folder=str(tmp_path / key))
        assert page.result.isVisible()
    images = tour.project.images()
    maps = {Path(image.path).name: tour.project.label_map(image.id) for image in images}
    assert len(maps) == N_IMAGES
    compare_with_coco(json.loads((tmp_path / "coco/annotations/instances_default.json").read_text()), maps)
    found = {path.name: path for path in (tmp_path / "png" / "label_maps").rglob("*.png")}
    assert set(found) == set(maps)
    for name, label_map in maps.items():
        assert np.array_equal(np.asarray(Image.open(found[name])), label_map)


def compare_with_coco(written: dict, maps: dict[str, np.ndarray]) -> None:
    names = {image["id"]: Path(image["file_name"]).name for image in written["images"]}
    read = {name: np.zeros_like(label_map) for name, label_map in maps.items()}
    for annotation in written["annotations"]:
        mask = coco_mask.decode(annotation["segmentation"]).astype(bool)
        read[names[annotation["image_id"]]][mask] = annotation["category_id"]
    assert all(np.array_equal(read[name], maps[name]) for name in maps)
