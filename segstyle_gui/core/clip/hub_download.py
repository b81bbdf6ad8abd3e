"""Download one file of the Hugging Face hub into its cache: resumed where it was stopped, checked at the end.

The hub's own downloader begins anew after every stop. Here the unfinished part stays in the cache, under the
checksum of what it will become, and the hub's downloader only ever links a whole file.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.file_download import http_get, repo_folder_name
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]
from tqdm.auto import tqdm  # type: ignore[import-untyped]

from segstyle_gui.core.images import file_sha256
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ModelFileError

_PART = ".segstyle.incomplete"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def download_file(repository: str, file: str, cache: Path, *, progress: Progress = SILENT) -> Path:
    """Return a file of a repository, downloaded into ``cache`` unless it is there.

    Parameters
    ----------
    repository, file
        As the hub calls them: ``owner/name`` and a path inside of it.
    cache
        The hub's cache folder.
    progress
        Told of the bytes; may raise ``Cancelled``, after which another call goes on where this one was.

    Raises
    ------
    ModelFileError
        If the disk is too full, or what came is not what the hub says its checksum is; it is removed then.
    Exception
        Of the hub's client: no such file, no network.
    """
    url = hf_hub_url(repository, file)
    facts = get_hf_file_metadata(url)
    checksum = facts.etag or ""
    if _SHA256.fullmatch(checksum):  # a large file; the hub checks small ones by their length
        blobs = cache / repo_folder_name(repo_id=repository, repo_type="model") / "blobs"
        if not (blobs / checksum).is_file():
            blobs.mkdir(parents=True, exist_ok=True)
            _fetch(url, blobs / checksum, facts.size, progress)
    return Path(hf_hub_download(repository, file, cache_dir=cache))


def _fetch(url: str, blob: Path, size: int | None, progress: Progress) -> None:
    """Download into a part beside ``blob``, whose name is the checksum; move it there when it is right."""
    part = blob.with_name(blob.name + _PART)
    done = part.stat().st_size if part.is_file() else 0
    if size is not None and done > size:
        part.unlink()
        done = 0
    _check_space(blob.parent, (size or 0) - done)
    with part.open("ab") as stream:
        http_get(
            url,
            stream,
            resume_size=done,
            headers=build_hf_headers(),
            expected_size=size,
            tqdm_class=_bar(progress),
        )
    if file_sha256(part) != blob.name:
        part.unlink()
        raise ModelFileError(
            f"{url.rpartition('/')[2]} was damaged on the way; it was removed.", hint="Download it again."
        )
    part.replace(blob)


def _check_space(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise ModelFileError(
            f"{wanted / 1e6:.0f} MB are wanted in {folder}, and {free / 1e6:.0f} MB are free.",
            hint="Make room on that disk, or set HF_HOME to a folder on another one.",
        )


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
