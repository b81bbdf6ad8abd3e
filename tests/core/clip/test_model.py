import json

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from segstyle_gui.core.clip import catalog
from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.core.clip.model import load_clip
from segstyle_gui.errors import ModelFileError

CPU = torch.device("cpu")


@pytest.fixture
def saved(tmp_path, resnet_clip, resnet_config):
    """Return a safetensors file with its config beside it."""
    path = tmp_path / "tiny.safetensors"
    save_file({k: v.contiguous() for k, v in resnet_clip._model.state_dict().items()}, path)
    path.with_suffix(".json").write_text(json.dumps(resnet_config))
    return path


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, size=(5, 40, 40, 3), dtype=np.uint8)


def test_texts_and_images_have_length_one(resnet_clip, images):
    texts = resnet_clip.encode_texts(["an eye", "a boat", "an eye"])
    pictures = resnet_clip.encode_images(images)
    assert texts.shape == (3, 32)
    assert pictures.shape == (5, 32)
    assert texts.dtype == pictures.dtype == np.float32
    assert np.allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(pictures, axis=1), 1, atol=1e-5)
    assert np.allclose(texts[0], texts[2], atol=1e-6)
    assert not np.allclose(texts[0], texts[1], atol=1e-3)


def test_batches_do_not_change_the_answer(resnet_clip, images):
    whole = resnet_clip.encode_images(images)
    single = np.concatenate([resnet_clip.encode_images(images[i : i + 1]) for i in range(5)])
    assert np.allclose(whole, single, atol=1e-5)


def test_gray_is_three_equal_channels(resnet_clip, images):
    gray = images[..., :1]
    assert np.allclose(
        resnet_clip.encode_images(gray), resnet_clip.encode_images(gray.repeat(3, axis=3)), atol=1e-6
    )


def test_preprocessing_is_clips(resnet_clip):
    image = np.full((1, 64, 64, 3), (0, 128, 255), dtype=np.uint8)
    x = resnet_clip._prepare(image, 64)[0, :, 10, 10].numpy()
    mean, std = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
    wanted = (np.array([0, 128 / 255, 1.0]) - mean) / std
    assert np.allclose(x, wanted, atol=1e-5)


@pytest.mark.parametrize(("side", "worst"), [(64, 0.0), (40, 2.0), (150, 2.0)])
def test_preprocessing_is_open_clips_own_transform(resnet_clip, side, worst):
    """``worst`` is in gray values: Pillow rounds after each of its two resampling passes."""
    smooth = np.random.default_rng(0).integers(0, 256, size=(8, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(smooth).resize((side, side), Image.Resampling.BICUBIC)
    transform = open_clip.transform.image_transform_v2(
        open_clip.transform.PreprocessCfg(**open_clip.get_model_preprocess_cfg(resnet_clip._model)),
        is_train=False,
    )
    found = resnet_clip._prepare(np.array(picture)[None], 64)[0]
    off = (found - transform(picture)).abs() * resnet_clip._std[0] * 255
    assert float(off.max()) <= worst + 1e-3


def test_upsampling_never_leaves_the_range(resnet_clip):
    image = np.zeros((1, 8, 8, 1), dtype=np.uint8)
    image[:, ::2, ::2] = 255
    x = resnet_clip._prepare(image, 64) * resnet_clip._std + resnet_clip._mean
    assert -1e-6 <= float(x.min()) <= float(x.max()) <= 1 + 1e-6


@pytest.mark.parametrize("bad", [np.zeros((2, 8, 8, 3), np.float32), np.zeros((8, 8, 3), np.uint8)])
def test_other_arrays_are_refused(resnet_clip, bad):
    with pytest.raises(ValueError, match="wanted"):
        resnet_clip.encode_images(bad)


def test_a_local_file_gives_the_same_model(saved, resnet_clip, images):
    loaded = load_clip("ignored", weights=saved, device=CPU)
    assert loaded.image_size == 64
    assert np.allclose(loaded.encode_images(images), resnet_clip.encode_images(images), atol=1e-6)
    assert np.allclose(loaded.encode_texts(["a"]), resnet_clip.encode_texts(["a"]), atol=1e-6)


def test_open_clips_own_config_layout_is_read(saved, resnet_config, resnet_clip):
    saved.with_suffix(".json").unlink()
    document = {"model_cfg": resnet_config, "preprocess_cfg": {"mean": [0, 0, 0], "std": [1, 1, 1]}}
    (saved.parent / "open_clip_config.json").write_text(json.dumps(document))
    loaded = load_clip("", weights=saved, device=CPU)
    assert loaded._mean.flatten().tolist() == [0, 0, 0]
    assert np.allclose(loaded.encode_texts(["a"]), resnet_clip.encode_texts(["a"]), atol=1e-6)


def test_a_torch_file_of_tensors_is_read(saved, resnet_clip):
    path = saved.with_suffix(".pt")
    torch.save(resnet_clip._model.state_dict(), path)
    loaded = load_clip("", weights=path, device=CPU)
    assert np.allclose(loaded.encode_texts(["a"]), resnet_clip.encode_texts(["a"]), atol=1e-6)


class Hostile:
    def __reduce__(self):
        return (print, ("executed",))


def test_a_pickled_object_is_refused_and_not_run(saved, capsys):
    path = saved.with_suffix(".pt")
    torch.save({"state_dict": Hostile()}, path)
    with pytest.raises(ModelFileError, match=r"tiny\.pt"):
        load_clip("", weights=path, device=CPU)
    assert "executed" not in capsys.readouterr().out


def test_weights_of_another_network_are_one_line(saved, resnet_config):
    wider = {**resnet_config, "vision_cfg": {**resnet_config["vision_cfg"], "width": 16}}
    saved.with_suffix(".json").write_text(json.dumps(wider))
    with pytest.raises(ModelFileError) as caught:
        load_clip("", weights=saved, device=CPU)
    assert "\n" not in str(caught.value)


def test_a_name_of_open_clip_with_a_local_file(saved, resnet_config, resnet_clip, monkeypatch):
    saved.with_suffix(".json").unlink()
    wider = {**resnet_config, "embed_dim": 64}
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "RN-tiny", resnet_config)
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "RN-wide", wider)
    loaded = load_clip("RN-tiny", weights=saved, device=CPU)
    assert np.allclose(loaded.encode_texts(["a"]), resnet_clip.encode_texts(["a"]), atol=1e-6)
    with pytest.raises(ModelFileError, match="no checkpoint of CLIP RN-wide"):
        load_clip("RN-wide", weights=saved, device=CPU)


@pytest.mark.parametrize("text", ["{", "[]", '{"embed_dim": 3}', '{"model_cfg": 4}'])
def test_a_broken_config_is_refused(saved, text):
    saved.with_suffix(".json").write_text(text)
    with pytest.raises(ModelFileError, match=r"tiny\.json"):
        load_clip("", weights=saved, device=CPU)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelFileError, match="There is no CLIP file"):
        load_clip("RN50", weights=tmp_path / "no.pt")


def test_unknown_names_and_tags_are_refused():
    with pytest.raises(ModelFileError, match="knows no model called"):
        load_clip("RN5", pretrained="openai", device=CPU)
    with pytest.raises(ModelFileError, match="known are"):
        load_clip("RN50", pretrained="nobody", device=CPU)


def test_nothing_is_downloaded_unasked(monkeypatch):
    monkeypatch.setattr(clip_model, "download_weights", lambda *args, **options: pytest.fail("downloads"))
    monkeypatch.setattr(catalog, "cached_weights", lambda name, tag: None)
    with pytest.raises(ModelFileError, match=r"RN50 is not on this computer.*Allow the download"):
        load_clip("RN50", pretrained="openai", device=CPU)
    with pytest.raises(ModelFileError, match="hf-hub:owner/model is not on this computer"):
        load_clip("hf-hub:owner/model", device=CPU)


def test_the_bundled_model_is_found_by_its_name(saved, resnet_clip, monkeypatch):
    monkeypatch.setattr(catalog, "bundled_clip", lambda: saved)
    loaded = load_clip("near-eye", device=CPU)
    assert np.allclose(loaded.encode_texts(["a"]), resnet_clip.encode_texts(["a"]), atol=1e-6)


def test_the_tag_decides_the_activation(monkeypatch, tmp_path):
    seen = []

    def record(name, **options):
        seen.append((options["force_quick_gelu"], options["pretrained"]))
        raise RuntimeError

    monkeypatch.setattr(open_clip, "create_model", record)
    monkeypatch.setattr(catalog, "cached_weights", lambda name, tag: None)
    monkeypatch.setattr(clip_model, "download_weights", lambda name, tag, progress: tmp_path / tag)
    for name, tag in (
        ("RN50", "openai"),
        ("RN50", "yfcc15m"),
        ("RN50", "cc12m"),
        ("ViT-B-16", "openai"),
        ("ViT-B-16", "laion2b_s34b_b88k"),
    ):
        with pytest.raises(ModelFileError):
            load_clip(name, pretrained=tag, device=CPU, download=True)
    assert [quick for quick, _ in seen] == [True, True, True, True, False]
    assert seen[-1][1] == str(tmp_path / "laion2b_s34b_b88k")
