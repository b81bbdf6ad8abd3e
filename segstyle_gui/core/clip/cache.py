"""Weights of CLIP models: found in the cache of the Hugging Face hub, or downloaded into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import open_clip
from huggingface_hub import try_to_load_from_cache
from huggingface_hub.constants import HF_HUB_CACHE, HF_HUB_OFFLINE
from huggingface_hub.errors import EntryNotFoundError

from segstyle_gui.core.clip.hub_download import download_file
from segstyle_gui.core.progress import SILENT, Cancelled, Progress
from segstyle_gui.errors import ModelFileError

HUB_PREFIX = "hf-hub:"
CONFIG = "open_clip_config.json"
_WEIGHTS = "open_clip_pytorch_model.bin"
_SAFE_WEIGHTS = "open_clip_model.safetensors"
_VOCABULARY = (
    "config.json",
    "tokenizer_config.json",
    "tokenizer.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
    "spiece.model",
)  # that a text tower from the hub may want; a repository has some of them


def cache_folder() -> Path:
    """Return the folder that downloads go to (the hub's own, shared with other programs)."""
    return Path(HF_HUB_CACHE)


def cached_weights(name: str, tag: str) -> Path | None:
    """Return the weights of a model if they are on this computer, else None; nothing is downloaded."""
    for repository, file in _files(name, tag):
        found = _cached(repository, file)
        if found is not None and (not name.startswith(HUB_PREFIX) or _cached(repository, CONFIG)):
            return found
    return None


def _cached(repository: str, file: str) -> Path | None:
    found = try_to_load_from_cache(repository, file, cache_dir=cache_folder())
    return Path(found) if isinstance(found, str) and Path(found).is_file() else None


def download_weights(name: str, tag: str, *, progress: Progress = SILENT) -> Path:
    """Download what a model needs; one that was stopped goes on where it was.

    Parameters
    ----------
    name, tag
        As open_clip calls them, or ``hf-hub:owner/model`` and no tag.
    progress
        Told of the megabytes; may raise ``Cancelled``.

    Returns
    -------
    The weights. The small files that some models need besides are in the cache then.

    Raises
    ------
    ModelFileError
        If the hub cannot be reached or has no such file, ``HF_HUB_OFFLINE`` is set, the disk is too full, or
        the file differs from its checksum.
    """
    if HF_HUB_OFFLINE:
        raise ModelFileError(
            f"CLIP {name} is not on this computer, and HF_HUB_OFFLINE forbids to download it.",
            hint="Unset HF_HUB_OFFLINE, or give a local weights file.",
        )
    try:
        _download_companions(name)
        return _download_first(name, tag, progress)
    except (Cancelled, ModelFileError):
        raise
    except Exception as error:  # network, disk and hub each have their own types
        reason = " ".join(str(error).split())[:200]
        raise ModelFileError(
            f"The weights {tag!r} of CLIP {name} could not be downloaded ({reason}).",
            hint="Get the file on a computer with internet access and give it as the weights file.",
        ) from error


def _download_first(name: str, tag: str, progress: Progress) -> Path:
    """Download the first of the files that the hub has."""
    missing: Exception = FileNotFoundError("the hub does not have them")
    for repository, file in _files(name, tag):
        try:
            return download_file(repository, file, cache_folder(), progress=progress)
        except EntryNotFoundError as error:  # then the next file name
            missing = error
    raise missing


def _download_companions(name: str) -> None:
    """Download a model's config and vocabulary, so that loading it later wants no network."""
    config: dict[str, Any] = {}
    if name.startswith(HUB_PREFIX):
        path = download_file(name.removeprefix(HUB_PREFIX), CONFIG, cache_folder())
        config = json.loads(path.read_text(encoding="utf-8")).get("model_cfg", {})
    else:
        config = open_clip.get_model_config(name) or {}
    text = config.get("text_cfg", {})
    for repository in {text.get("hf_tokenizer_name"), text.get("hf_model_name")} - {None, ""}:
        for file in _VOCABULARY:
            try:
                download_file(repository, file, cache_folder())
            except EntryNotFoundError:  # not every tokenizer is made of the same files
                continue


def _files(name: str, tag: str) -> Iterator[tuple[str, str]]:
    """Yield repository and file name of a model's weights on the hub, the safe format first."""
    if name.startswith(HUB_PREFIX):
        location = name.removeprefix(HUB_PREFIX) + "/"
    else:
        location = str((open_clip.get_pretrained_cfg(name, tag) or {}).get("hf_hub", ""))
    repository, _, file = location.rpartition("/")
    if not repository:
        return
    if not file:
        yield repository, _SAFE_WEIGHTS
    elif file.endswith((".bin", ".pth")):
        yield repository, f"{file.rpartition('.')[0]}.safetensors"
    yield repository, file or _WEIGHTS
