import json
import re

import numpy as np
import pytest
from pycocotools.coco import COCO
from scipy import ndimage

from segstyle_gui.errors import ConfigError, ExportError
from segstyle_gui.export import coco
from segstyle_gui.export.coco import COCO_FILE, CocoConfig, export_coco, run_lengths
from segstyle_gui.export.polygons import whole_part

# pycocotools 2.0 hands its arrays over by NumPy 1's protocol
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
KINDS = ("rle", "rle_uncompressed", "polygon")


def label_map_of(reader, image_id):
    record = reader.imgs[image_id]
    label_map = np.zeros((record["height"], record["width"]), dtype=np.int64)
    for annotation in reader.loadAnns(reader.getAnnIds(imgIds=[image_id])):
        mask = reader.annToMask(annotation).astype(bool)
        assert not label_map[mask].any()
        assert annotation["area"] == mask.sum()
        label_map[mask] = annotation["category_id"]
    return label_map


@pytest.mark.parametrize("instances", ["class", "components"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_common_reader_gives_back_every_pixel(
    tmp_path, capsys, make_label_set, tricky_maps, kind, instances
):
    folder = tmp_path / "экспорт"
    config = CocoConfig(segmentation=kind, instances=instances)
    report = export_coco(make_label_set(tricky_maps), folder, config)

    reader = COCO(str(folder / COCO_FILE))
    for image_id, (name, label_map) in enumerate(tricky_maps.items(), start=1):
        assert reader.imgs[image_id]["file_name"] == name
        assert np.array_equal(label_map_of(reader, image_id), label_map)
    assert report.images == 6
    assert report.empty_images == ("a/empty.tif",)
    assert report.pixels_per_class[5] == sum(int((m == 5).sum()) for m in tricky_maps.values())
    assert sorted(reader.cats) == [1, 2, 5]
    assert len(reader.anns) == len(reader.dataset["annotations"])
    assert {annotation["iscrowd"] for annotation in reader.anns.values()} == {0}


def test_boxes_hold_the_instance(tmp_path, make_label_set):
    label_map = np.zeros((20, 30), dtype=np.uint8)
    label_map[3:9, 10:25] = 1
    export_coco(make_label_set({"a.png": label_map}), tmp_path / "out")
    annotation = json.loads((tmp_path / "out" / COCO_FILE).read_text())["annotations"][0]
    assert annotation["bbox"] == [10, 3, 15, 6]
    assert annotation["area"] == 90


def test_components_count_the_connected_parts(tmp_path, make_label_set):
    label_map = (np.random.default_rng(2).random((30, 30)) < 0.3).astype(np.uint8)
    export_coco(
        make_label_set({"a.png": label_map}), tmp_path / "out", CocoConfig(instances="components", min_area=3)
    )
    annotations = json.loads((tmp_path / "out" / COCO_FILE).read_text())["annotations"]
    labels, _ = ndimage.label(label_map)
    areas = np.bincount(labels.ravel())[1:]
    assert sorted(a["area"] for a in annotations) == sorted(areas[areas >= 3].tolist())


def test_background_is_one_more_category(tmp_path, make_label_set):
    label_map = np.zeros((4, 5), dtype=np.uint8)
    label_map[1, 1] = 5
    export_coco(make_label_set({"a.png": label_map}), tmp_path / "out", CocoConfig(include_background=True))
    document = json.loads((tmp_path / "out" / COCO_FILE).read_text())
    assert {c["id"]: c["name"] for c in document["categories"]}[6] == "background"
    assert {a["category_id"]: a["area"] for a in document["annotations"]} == {6: 19, 5: 1}


def test_ids_above_255_survive(tmp_path, make_label_set):
    label_map = np.array([[0, 300], [65535, 1]], dtype=np.uint16)
    export_coco(make_label_set({"a.png": label_map}, class_ids=(1, 300, 65535)), tmp_path / "out")
    document = json.loads((tmp_path / "out" / COCO_FILE).read_text())
    assert [a["category_id"] for a in document["annotations"]] == [1, 300, 65535]


def test_file_is_plain_ascii(tmp_path, make_label_set, tricky_maps):
    export_coco(make_label_set(tricky_maps), tmp_path / "out")
    assert (tmp_path / "out" / COCO_FILE).read_bytes().isascii()


def test_run_lengths_go_down_the_columns_and_begin_with_the_empty_run():
    mask = np.array([[True, False], [True, True], [False, True]])
    assert run_lengths(whole_part(mask), 3, 2) == [0, 2, 2, 2]
    assert run_lengths(whole_part(np.array([[False, True]])), 1, 2) == [1, 1]


def test_run_lengths_of_a_crop_are_those_of_the_image():
    generator = np.random.default_rng(5)
    for _ in range(200):
        mask = np.zeros(generator.integers(1, 9, size=2), dtype=bool)
        mask.flat[generator.integers(0, mask.size, size=3)] = True
        counts = run_lengths(whole_part(mask), *mask.shape)
        runs = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
        assert np.array_equal(runs.reshape(mask.shape, order="F"), mask)
        assert all(count > 0 for count in counts[1:])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["area", "bbox", "category_id", "segmentation", "image_id"])
def test_damage_after_writing_is_caught_and_leaves_nothing(
    tmp_path, monkeypatch, make_label_set, tricky_maps, kind, key
):
    check = coco.verify_coco

    def damage_then_check(label_set, path, expected, **options):
        document = json.loads(path.read_text())
        document["annotations"][4][key] = document["annotations"][0][key]
        path.write_text(json.dumps(document))
        check(label_set, path, expected, **options)

    monkeypatch.setattr(coco, "verify_coco", damage_then_check)
    with pytest.raises(ExportError):
        export_coco(make_label_set(tricky_maps), tmp_path / "out", CocoConfig(segmentation=kind))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [1, 50, 400])
def test_a_cut_off_file_is_caught(tmp_path, monkeypatch, make_label_set, tricky_maps, cut):
    check = coco.verify_coco

    def cut_then_check(label_set, path, expected, **options):
        path.write_text(path.read_text()[:-cut])
        check(label_set, path, expected, **options)

    monkeypatch.setattr(coco, "verify_coco", cut_then_check)
    with pytest.raises(ExportError, match="cannot be read back"):
        export_coco(make_label_set(tricky_maps), tmp_path / "out")


def test_wrong_settings_are_refused():
    with pytest.raises(ConfigError, match=re.escape("wanted one of rle, rle_uncompressed, polygon")):
        CocoConfig(segmentation="boxes")
