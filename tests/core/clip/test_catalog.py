from pathlib import Path

import pytest

from segstyle_gui.core.clip import catalog
from segstyle_gui.core.clip.catalog import clip_catalog, clip_source
from segstyle_gui.errors import ModelFileError

BUNDLED, CACHED = Path("clip.safetensors"), Path("cached")


@pytest.fixture
def computer(monkeypatch):
    """Return a function that says what is on this computer."""

    def set_up(*, bundled=False, cached=False):
        monkeypatch.setattr(catalog, "bundled_clip", lambda: BUNDLED if bundled else None)
        monkeypatch.setattr(catalog, "cached_weights", lambda name, tag: CACHED if cached else None)

    return set_up


@pytest.mark.parametrize(
    ("bundled", "cached", "near_eye", "download", "name", "where"),
    [
        (True, True, True, False, "near-eye", "bundled"),
        (True, True, False, False, "RN50", "cache"),
        (True, False, False, False, "near-eye", "bundled"),  # better than nothing
        (True, False, False, True, "RN50", ""),  # may be downloaded
        (False, True, True, False, "RN50", "cache"),
        (False, False, True, False, "RN50", ""),
    ],
)
def test_auto_takes_what_fits_and_is_there(computer, bundled, cached, near_eye, download, name, where):
    computer(bundled=bundled, cached=cached)
    source = clip_source("auto", "openai", near_eye=near_eye, download=download)
    assert (source.name, source.where) == (name, where)


def test_a_name_is_taken_at_its_word(computer):
    computer(bundled=True, cached=False)
    assert clip_source("ViT-B-32", "openai", near_eye=True).name == "ViT-B-32"
    assert clip_source("near-eye", "openai").label == "near-eye (bundled)"
    source = clip_source("auto", "openai", "some/file.pt")
    assert (source.where, source.label) == ("file", "file.pt")
    computer(bundled=False)
    with pytest.raises(ModelFileError, match="no bundled CLIP"):
        clip_source("near-eye", "")


def test_the_catalog_says_what_is_there(computer):
    computer(bundled=False, cached=False)
    choices = clip_catalog()
    assert [choice.name for choice in choices[:3]] == ["near-eye", "RN50", "ViT-B-32"]
    assert "BiomedCLIP" in choices[3].name
    assert not any(choice.available for choice in choices)
    assert all(choice.licence and choice.good_for.endswith(".") for choice in choices)
    computer(cached=True)
    assert [choice.available for choice in clip_catalog()[:3]] == [False, True, True]
