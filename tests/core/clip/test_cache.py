"""Which files of the hub's cache are a model's weights."""

import pytest

from segstyle_gui.core.clip import cache
from segstyle_gui.errors import ModelFileError


def test_the_cache_is_looked_at_and_nothing_else(monkeypatch, tmp_path):
    file = tmp_path / "weights"
    asked, configs = [], []

    def look(repository, name, cache_dir):
        asked.append((repository, name))
        return str(file) if name.endswith((".bin", *configs)) else None

    monkeypatch.setattr(cache, "try_to_load_from_cache", look)
    assert cache.cached_weights("RN50", "openai") is None  # the cache names a file that is gone
    file.write_bytes(b"")
    assert cache.cached_weights("RN50", "openai") == file
    assert asked[-2:] == [
        ("timm/resnet50_clip.openai", "open_clip_model.safetensors"),
        ("timm/resnet50_clip.openai", "open_clip_pytorch_model.bin"),
    ]
    assert cache.cached_weights("hf-hub:owner/model", "") is None  # nothing says what network it is
    configs.append(".json")
    assert cache.cached_weights("hf-hub:owner/model", "") == file
    assert asked[-2:] == [
        ("owner/model", "open_clip_pytorch_model.bin"),
        ("owner/model", "open_clip_config.json"),
    ]
    assert cache.cached_weights("no-such-model", "x") is None


def test_offline_means_offline(monkeypatch):
    monkeypatch.setattr(cache, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(cache, "download_file", lambda *args, **options: pytest.fail("downloads"))
    with pytest.raises(ModelFileError, match="HF_HUB_OFFLINE forbids"):
        cache.download_weights("RN50", "openai")
