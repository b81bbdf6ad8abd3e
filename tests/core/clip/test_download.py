"""Downloads from a hub on this computer: progress, stop, going on, checksums; loading without a network."""

import hashlib
import json

import numpy as np
import pytest
import torch
from huggingface_hub import close_session, constants
from safetensors.torch import save
from small_hub import running_hub

from segstyle_gui.core.clip import cache
from segstyle_gui.core.clip.cache import cached_weights, download_weights
from segstyle_gui.core.clip.model import load_clip
from segstyle_gui.core.progress import Cancelled, SilentProgress
from segstyle_gui.errors import ModelFileError

MODEL = "hf-hub:owner/model"
WEIGHTS, CONFIG = "owner/model/open_clip_model.safetensors", "owner/model/open_clip_config.json"
CHUNK = 1 << 16


class Reports(SilentProgress):
    """Remembers what is reported, and stops after some bytes."""

    def __init__(self, stop_after=None):
        self.seen, self.stop_after = [], stop_after

    def report(self, done, total, message=""):
        self.seen.append((done, total, message))
        if self.stop_after is not None and done > self.stop_after:
            raise Cancelled


@pytest.fixture
def hub(monkeypatch, tmp_path, resnet_clip, resnet_config):
    """Serve a tiny CLIP; the cache is an empty folder."""
    with running_hub() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", CHUNK)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(cache, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(cache, "HF_HUB_CACHE", str(tmp_path / "cache"))
        tensors = {key: value.contiguous() for key, value in resnet_clip._model.state_dict().items()}
        document = {"model_cfg": resnet_config, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.25] * 3}}
        hub.files = {WEIGHTS: save(tensors), CONFIG: json.dumps(document).encode()}
        yield hub
        close_session()


def parts(tmp_path):
    return sorted((tmp_path / "cache").rglob("*.incomplete"))


def test_a_download_is_reported_checked_and_found_again(hub, tmp_path):
    progress = Reports()
    assert cached_weights(MODEL, "") is None
    path = download_weights(MODEL, "", progress=progress)
    assert path.read_bytes() == hub.files[WEIGHTS]
    assert cached_weights(MODEL, "") == path
    assert path.is_relative_to(tmp_path / "cache")
    done, total, message = progress.seen[-1]
    assert done == total == len(hub.files[WEIGHTS])
    assert "MB" in message
    assert len(progress.seen) > 5
    assert parts(tmp_path) == []
    fetched = len(hub.downloads())
    assert download_weights(MODEL, "") == path
    assert len(hub.downloads()) == fetched


def test_a_stopped_download_goes_on_where_it_was(hub, tmp_path):
    with pytest.raises(Cancelled):
        download_weights(MODEL, "", progress=Reports(stop_after=5 * CHUNK))
    assert cached_weights(MODEL, "") is None
    (part,) = parts(tmp_path)
    size = part.stat().st_size
    assert 0 < size < len(hub.files[WEIGHTS])
    assert part.read_bytes() == hub.files[WEIGHTS][:size]
    progress = Reports()
    path = download_weights(MODEL, "", progress=progress)
    assert hub.downloads()[-1] == (WEIGHTS, f"bytes={size}-")
    assert progress.seen[0][0] > size
    assert path.read_bytes() == hub.files[WEIGHTS]
    assert parts(tmp_path) == []


def test_a_server_without_ranges_sends_it_all_again(hub):
    with pytest.raises(Cancelled):
        download_weights(MODEL, "", progress=Reports(stop_after=5 * CHUNK))
    hub.ignores_ranges = True
    assert download_weights(MODEL, "").read_bytes() == hub.files[WEIGHTS]


def test_a_wrong_checksum_is_refused_and_nothing_is_left(hub, tmp_path):
    hub.checksums[WEIGHTS] = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(ModelFileError, match="was damaged on the way"):
        download_weights(MODEL, "")
    assert parts(tmp_path) == []
    assert cached_weights(MODEL, "") is None


def test_a_part_that_was_spoilt_on_the_disk_is_not_believed(hub, tmp_path):
    with pytest.raises(Cancelled):
        download_weights(MODEL, "", progress=Reports(stop_after=5 * CHUNK))
    (part,) = parts(tmp_path)
    part.write_bytes(b"\0" * part.stat().st_size)
    with pytest.raises(ModelFileError, match="was damaged on the way"):
        download_weights(MODEL, "")
    assert download_weights(MODEL, "").read_bytes() == hub.files[WEIGHTS]


def test_newer_weights_do_not_go_on_from_an_older_part(hub, tmp_path):
    with pytest.raises(Cancelled):
        download_weights(MODEL, "", progress=Reports(stop_after=5 * CHUNK))
    hub.files[WEIGHTS] = bytes(reversed(hub.files[WEIGHTS]))
    assert download_weights(MODEL, "").read_bytes() == hub.files[WEIGHTS]


def test_a_full_disk_is_told_before(hub, monkeypatch, tmp_path):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("segstyle_gui.core.clip.hub_download.shutil.disk_usage", lambda folder: usage)
    with pytest.raises(ModelFileError, match="MB are wanted in"):
        download_weights(MODEL, "")
    assert parts(tmp_path) == []


def test_the_other_file_name_is_tried(hub):
    hub.files["owner/model/open_clip_pytorch_model.bin"] = hub.files.pop(WEIGHTS)
    assert download_weights(MODEL, "").name == "open_clip_pytorch_model.bin"


def test_a_repository_without_weights_says_what_to_do(hub):
    del hub.files[WEIGHTS]
    with pytest.raises(ModelFileError, match=r"could not be downloaded.*Get the file"):
        download_weights(MODEL, "")


def test_a_downloaded_model_loads_without_asking_anyone(hub, resnet_clip):
    cpu = torch.device("cpu")
    with pytest.raises(ModelFileError, match="not on this computer"):
        load_clip(MODEL, device=cpu)
    assert hub.asked == []
    loaded = load_clip(MODEL, device=cpu, download=True)
    assert np.allclose(loaded.encode_texts(["an eye"]), resnet_clip.encode_texts(["an eye"]), atol=1e-6)
    assert loaded._mean.flatten().tolist() == [0.5] * 3
    hub.asked.clear()
    load_clip(MODEL, device=cpu)
    assert hub.asked == []
    assert not constants.HF_HUB_OFFLINE


def test_offline_asks_nobody(hub, monkeypatch):
    monkeypatch.setattr(cache, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelFileError, match="HF_HUB_OFFLINE forbids"):
        load_clip(MODEL, device=torch.device("cpu"), download=True)
    assert hub.asked == []


def test_a_text_towers_vocabulary_comes_along(hub, monkeypatch, resnet_config):
    text = {**resnet_config["text_cfg"], "hf_tokenizer_name": "owner/words"}
    hub.files[CONFIG] = json.dumps({"model_cfg": {**resnet_config, "text_cfg": text}}).encode()
    hub.files["owner/words/vocab.txt"] = b"eye\n"
    download_weights(MODEL, "")
    assert cache._cached("owner/words", "vocab.txt").read_bytes() == b"eye\n"
    hub.asked.clear()
    with pytest.raises(ModelFileError):  # the package transformers is not there, or the vocabulary is none
        load_clip(MODEL, device=torch.device("cpu"))
    assert hub.asked == []


def test_no_server_is_one_line(hub, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    with pytest.raises(ModelFileError, match="could not be downloaded") as caught:
        download_weights(MODEL, "")
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is not None
