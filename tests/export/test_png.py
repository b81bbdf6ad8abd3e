import json
from dataclasses import dataclass

import imageio.v3 as imageio
import numpy as np
import pytest
import tifffile  # noqa: F401 - imageio's plugins warn without it
from PIL import Image

from segstyle_gui.errors import ExportError
from segstyle_gui.export import png
from segstyle_gui.export.gray_png import encode_gray_png
from segstyle_gui.export.png import PngConfig, export_png, label_map_names


def pixels(path):
    with Image.open(path) as image:
        assert image.mode in ("L", "I;16")
        return np.asarray(image)


def test_every_pixel_comes_back_under_the_images_names(tmp_path, make_label_set, tricky_maps):
    folder = tmp_path / "вывод"
    report = export_png(make_label_set(tricky_maps), folder)
    for name, label_map in tricky_maps.items():
        path = folder / "label_maps" / f"{name.rsplit('.', 1)[0]}.png"
        found = imageio.imread(path)
        assert found.dtype == np.uint8
        assert np.array_equal(found, label_map)
    on_disk = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert set(report.files) == on_disk
    assert len(on_disk) == 6 + 6 + 2
    assert report.empty_images == ("a/empty.tif",)


@pytest.mark.parametrize(("highest", "bits"), [(254, 8), (255, 16), (256, 16), (65535, 16)])
def test_high_ids_take_16_bits(tmp_path, make_label_set, highest, bits):
    label_map = np.array([[0, 1, highest]], dtype=np.uint16)
    export_png(make_label_set({"a.png": label_map}, class_ids=(1, highest)), tmp_path / "out")
    found = pixels(tmp_path / "out/label_maps/a.png")
    assert found.dtype.itemsize * 8 == bits
    assert found.tolist() == label_map.tolist()


def test_8_bits_refuse_a_high_id_unless_remapped(tmp_path, make_label_set):
    label_map = np.array([[0, 4, 900]], dtype=np.uint16)
    label_set = make_label_set({"a.png": label_map}, class_ids=(4, 900))
    with pytest.raises(ExportError, match="900 does not fit 8 bits"):
        export_png(label_set, tmp_path / "out", PngConfig(bits="8"))
    export_png(label_set, tmp_path / "out", PngConfig(bits="8", remap=True))
    assert pixels(tmp_path / "out/label_maps/a.png").tolist() == [[0, 1, 2]]
    labels = json.loads((tmp_path / "out/labels.json").read_text())["labels"]
    assert labels == {"0": "background", "1": "class 4", "2": "class 900"}
    provenance = json.loads((tmp_path / "out/provenance.json").read_text())
    assert [(c["id"], c["exported_id"]) for c in provenance["classes"]] == [(4, 1), (900, 2)]
    assert provenance["source"] == {"run": 7}


def test_labels_json_keeps_gaps_and_colours(tmp_path, make_label_set):
    export_png(make_label_set({"a.png": np.zeros((2, 2), dtype=np.uint8)}), tmp_path / "out")
    document = json.loads((tmp_path / "out/labels.json").read_text())
    assert document["labels"] == {"0": "background", "1": "class 1", "2": "class 2", "5": "class 5"}
    assert document["colors"]["5"] == [5, 40, 200]


def test_preview_blends_class_pixels_only(tmp_path, make_label_set):
    label_map = np.array([[0, 5]], dtype=np.uint8)
    picture = np.array([[100, 100]], dtype=np.uint8)
    export_png(make_label_set({"a.png": label_map}, load_image=lambda: picture), tmp_path / "out")
    with Image.open(tmp_path / "out/preview/a.png") as image:
        assert np.asarray(image).tolist() == [[[100, 100, 100], [52, 70, 150]]]


def test_extras_can_be_left_out(tmp_path, make_label_set, tricky_maps):
    config = PngConfig(preview=False, labels_json=False)
    report = export_png(make_label_set(tricky_maps), tmp_path / "out", config)
    assert len(report.files) == 6 + 1


def test_shared_stems_keep_their_suffix():
    names = ["a.png", "b/a.png", "a.jpg", "A.JPG.png", "c.d.tif", "noext"]
    assert label_map_names(names) == [
        "a.png.png",
        "b/a.png",
        "a.jpg.png",
        "A.JPG.png_2.png",
        "c.d.png",
        "noext.png",
    ]


def test_colliding_stems_are_written_apart(tmp_path, make_label_set):
    maps = {"a.png": np.ones((2, 3), dtype=np.uint8), "a.jpg": np.full((4, 2), 5, dtype=np.uint8)}
    export_png(make_label_set(maps), tmp_path / "out")
    assert pixels(tmp_path / "out/label_maps/a.png.png").tolist() == maps["a.png"].tolist()
    assert pixels(tmp_path / "out/label_maps/a.jpg.png").tolist() == maps["a.jpg"].tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_encoder_is_lossless(tmp_path, dtype):
    image = np.random.default_rng(0).integers(0, np.iinfo(dtype).max + 1, size=(37, 53)).astype(dtype)
    path = tmp_path / "a.png"
    path.write_bytes(encode_gray_png(image[:, ::2]))
    assert np.array_equal(pixels(path), image[:, ::2])


def flip_a_pixel(path):
    changed = pixels(path).copy()
    changed[0, 0] ^= 1
    path.write_bytes(encode_gray_png(changed))


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-20])


def make_palette(path):
    with Image.open(path) as image:
        image.load()
        paletted = image.convert("P")
    paletted.save(path)


@pytest.mark.parametrize("damage", [flip_a_pixel, cut_off, make_palette, lambda path: path.unlink()])
def test_damage_after_writing_is_caught_and_leaves_nothing(
    tmp_path, monkeypatch, make_label_set, tricky_maps, damage
):
    check = png.verify_png

    def damage_then_check(label_set, paths, exported_ids, **options):
        damage(paths[2])
        check(label_set, paths, exported_ids, **options)

    monkeypatch.setattr(png, "verify_png", damage_then_check)
    with pytest.raises(ExportError, match=r"noise\.png"):
        export_png(make_label_set(tricky_maps), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@dataclass(frozen=True, kw_only=True)
class ConfigOfACaller(PngConfig):
    folder: str = "/home/somebody"


def test_provenance_holds_the_settings_but_not_the_callers_own(tmp_path, make_label_set, tricky_maps):
    export_png(make_label_set(tricky_maps), tmp_path / "out", ConfigOfACaller(preview=False))
    config = json.loads((tmp_path / "out/provenance.json").read_text())["config"]
    assert config == {"bits": "auto", "preview": False, "labels_json": True, "remap": False}
