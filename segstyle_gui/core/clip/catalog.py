"""The CLIP models that are suggested, and which of them a setting means on this computer."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from segstyle_gui.core.clip.cache import cached_weights
from segstyle_gui.core.clip.choice import AUTO, BUNDLED, DEFAULT, ClipChoice, ClipSource, bundled_clip
from segstyle_gui.errors import ModelFileError

_BIOMEDICAL = "hf-hub:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224"
_SUGGESTED = (
    (
        "RN50",
        "openai",
        408,
        "MIT",
        "Photographs; the paper's. Sharpest region by region: its grid is dilated.",
    ),
    ("ViT-B-32", "openai", 605, "MIT", "Photographs; the paper's for directions. Fast on whole images."),
    (
        _BIOMEDICAL,
        "",
        784,
        "MIT",
        "Medical images: radiology, histology, ophthalmology. Wants the package transformers.",
    ),
)


def clip_catalog() -> tuple[ClipChoice, ...]:
    """Return the suggested models, the bundled one first; ``available`` ones need no download."""
    bundled = bundled_clip()
    first = ClipChoice(
        name=BUNDLED,
        tag="",
        size_mb=round(bundled.stat().st_size / 1e6) if bundled else 0,
        licence="MIT",
        good_for="Near-infrared images of eyes; small, fast, comes with SegStyle. Knows nothing else.",
        available=bundled is not None,
    )
    others = (
        ClipChoice(
            name=name,
            tag=tag,
            size_mb=size,
            licence=licence,
            good_for=use,
            available=(name != _BIOMEDICAL or find_spec("transformers") is not None)
            and cached_weights(name, tag) is not None,
        )
        for name, tag, size, licence, use in _SUGGESTED
    )
    return first, *others


def clip_source(
    model: str, pretrained: str, weights_file: str = "", *, near_eye: bool = False, download: bool = False
) -> ClipSource:
    """Return which CLIP the settings mean on this computer.

    Parameters
    ----------
    model, pretrained, weights_file
        The settings. With a file, ``model`` only names its network.
    near_eye
        Whether the generator is the bundled one, for which *auto* takes the bundled CLIP.
    download
        Whether a model that is not there may be downloaded, so that *auto* need not make do with the bundled.

    Raises
    ------
    ModelFileError
        If the bundled model is asked for and this installation has none.
    """
    if weights_file:
        name, tag = DEFAULT if model == AUTO else (model, pretrained)
        return ClipSource(name, tag, "file", Path(weights_file).expanduser())
    bundled = bundled_clip()
    if model == BUNDLED and bundled is None:
        raise ModelFileError("This installation has no bundled CLIP model.", hint="Choose RN50, for example.")
    name, tag = DEFAULT if model == AUTO else (model, pretrained)
    cached = None if model == BUNDLED else cached_weights(name, tag)
    takes_bundled = model == BUNDLED or (model == AUTO and (near_eye or (cached is None and not download)))
    if takes_bundled and bundled is not None:
        return ClipSource(BUNDLED, "", "bundled", bundled)
    return ClipSource(name, tag, "cache" if cached else "", cached)
