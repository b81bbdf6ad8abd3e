import hashlib

import pytest
from huggingface_hub.errors import EntryNotFoundError

from segstyle_gui.core.clip import cache
from segstyle_gui.core.progress import Cancelled, SilentProgress
from segstyle_gui.errors import ModelFileError


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setattr(cache, "HF_HUB_OFFLINE", False)


class Reports(SilentProgress):
    def __init__(self, stop=False):
        self.shares, self.stop = [], stop

    def report(self, done, total, message=""):
        self.shares.append(done / total)
        if self.stop:
            raise Cancelled


def missing(file):
    error = EntryNotFoundError.__new__(EntryNotFoundError)
    Exception.__init__(error, file)
    return error


def test_the_cache_is_looked_at_and_nothing_else(monkeypatch, tmp_path):
    file = tmp_path / "weights"
    asked = []

    def look(repository, name):
        asked.append((repository, name))
        return str(file) if name.endswith(".bin") else None

    monkeypatch.setattr(cache, "try_to_load_from_cache", look)
    assert cache.cached_weights("RN50", "openai") is None  # the cache names a file that is gone
    file.write_bytes(b"")
    assert cache.cached_weights("RN50", "openai") == file
    assert asked[-2:] == [
        ("timm/resnet50_clip.openai", "open_clip_model.safetensors"),
        ("timm/resnet50_clip.openai", "open_clip_pytorch_model.bin"),
    ]
    assert cache.cached_weights("hf-hub:owner/model", "") == file
    assert asked[-1] == ("owner/model", "open_clip_pytorch_model.bin")
    assert cache.cached_weights("no-such-model", "x") is None


def test_offline_means_offline(monkeypatch):
    monkeypatch.setattr(cache, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(cache, "hf_hub_download", lambda *args, **options: pytest.fail("downloads"))
    with pytest.raises(ModelFileError, match="HF_HUB_OFFLINE forbids"):
        cache.download_weights("RN50", "openai")


@pytest.mark.usefixtures("online")
def test_a_download_reports_and_takes_the_next_name(monkeypatch, tmp_path):
    blob = tmp_path / hashlib.sha256(b"weights").hexdigest()
    blob.write_bytes(b"weights")
    progress = Reports()

    def download(repository, name, tqdm_class):
        if name.endswith(".safetensors"):
            raise missing(name)
        bar = tqdm_class(total=4, name="any")
        bar.update(1)
        bar.update(3)
        return str(blob)

    monkeypatch.setattr(cache, "hf_hub_download", download)
    assert cache.download_weights("RN50", "openai", progress=progress) == blob
    assert progress.shares == [0.25, 1.0]


@pytest.mark.usefixtures("online")
def test_a_download_can_be_stopped(monkeypatch):
    def download(repository, name, tqdm_class):
        tqdm_class(total=4).update(1)

    monkeypatch.setattr(cache, "hf_hub_download", download)
    with pytest.raises(Cancelled):
        cache.download_weights("RN50", "openai", progress=Reports(stop=True))


@pytest.mark.usefixtures("online")
def test_damage_is_found_and_removed(monkeypatch, tmp_path):
    blob = tmp_path / hashlib.sha256(b"weights").hexdigest()
    blob.write_bytes(b"wrong")
    monkeypatch.setattr(cache, "hf_hub_download", lambda *args, **options: str(blob))
    with pytest.raises(ModelFileError, match="was damaged on the way"):
        cache.download_weights("RN50", "openai")
    assert not blob.exists()


@pytest.mark.usefixtures("online")
def test_a_failing_download_says_what_to_do(monkeypatch):
    def fail(*args, **options):
        raise OSError("no\nnetwork")

    monkeypatch.setattr(cache, "hf_hub_download", fail)
    with pytest.raises(ModelFileError, match=r"could not be downloaded \(no network\)\. Get the file"):
        cache.download_weights("RN50", "openai")
