"""Weights of CLIP models: found in the cache of the Hugging Face hub, or downloaded into it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import open_clip
from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.constants import HF_HUB_CACHE, HF_HUB_OFFLINE
from huggingface_hub.errors import EntryNotFoundError
from tqdm.auto import tqdm  # type: ignore[import-untyped]

from segstyle_gui.core.progress import SILENT, Cancelled, Progress
from segstyle_gui.errors import ModelFileError

HUB_PREFIX = "hf-hub:"
_WEIGHTS = "open_clip_pytorch_model.bin"
_SAFE_WEIGHTS = "open_clip_model.safetensors"


def cache_folder() -> Path:
    """Return the folder that downloads go to (the hub's own, shared with other programs)."""
    return Path(HF_HUB_CACHE)


def cached_weights(name: str, tag: str) -> Path | None:
    """Return the weights of a model if they are on this computer, else None; nothing is downloaded."""
    for repository, file in _files(name, tag):
        found = try_to_load_from_cache(repository, file)
        if isinstance(found, str) and Path(found).is_file():
            return Path(found)
    return None


def download_weights(name: str, tag: str, *, progress: Progress = SILENT) -> Path:
    """Download the weights of a model; one that was stopped goes on where it was.

    Parameters
    ----------
    name, tag
        As open_clip calls them, or ``hf-hub:owner/model`` and no tag.
    progress
        Told of the megabytes; may raise ``Cancelled``.

    Raises
    ------
    ModelFileError
        If the hub cannot be reached or has no such file, ``HF_HUB_OFFLINE`` is set, or the file differs from
        its checksum.
    """
    if HF_HUB_OFFLINE:
        raise ModelFileError(
            f"CLIP {name} is not on this computer, and HF_HUB_OFFLINE forbids to download it.",
            hint="Unset HF_HUB_OFFLINE, or give a local weights file.",
        )
    missing: Exception | None = None
    for repository, file in _files(name, tag):
        try:
            path = Path(hf_hub_download(repository, file, tqdm_class=_bar(progress)))
        except EntryNotFoundError as error:  # then the next file name
            missing = error
        except Cancelled:
            raise
        except Exception as error:  # network, disk and hub each have their own types
            raise _not_downloaded(name, tag, error) from error
        else:
            return _checked(path)
    raise _not_downloaded(name, tag, missing) from missing


def _not_downloaded(name: str, tag: str, error: Exception | None) -> ModelFileError:
    reason = " ".join(str(error or "the hub does not have them").split())[:200]
    return ModelFileError(
        f"The weights {tag!r} of CLIP {name} could not be downloaded ({reason}).",
        hint="Get the file on a computer with internet access and give it as the weights file.",
    )


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


def _checked(path: Path) -> Path:
    """Compare a large file with its SHA-256, which is its name in the cache."""
    blob = path.resolve()
    if not re.fullmatch(r"[0-9a-f]{64}", blob.name):
        return path
    digest = hashlib.sha256()
    with blob.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    if digest.hexdigest() != blob.name:
        blob.unlink()
        raise ModelFileError(
            f"{path.name} was damaged on the way; it was removed.", hint="Download it again."
        )
    return path


def _bar(progress: Progress) -> type[Any]:
    """Return a progress bar for the hub that draws nothing and reports to ``progress``."""

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})
            self.expected, self.done = options.get("total") or 0, options.get("initial") or 0

        def update(self, n: float | None = 1) -> bool | None:
            self.done += n or 0
            total = max(self.expected, self.total or 0, 1)
            text = f"Downloading CLIP, {self.done / 1e6:.0f} of {total / 1e6:.0f} MB"
            progress.report(min(self.done, total), total, text)
            return super().update(n)

    return Bar
