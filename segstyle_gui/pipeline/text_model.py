"""The CLIP that a stage's settings mean in this project, loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from segstyle_gui.core.images import file_sha256
from segstyle_gui.core.progress import Progress
from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline.artifacts import best_device
from segstyle_gui.pipeline.import_generator import BUNDLED
from segstyle_gui.pipeline.studio_cache import Shelf
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from segstyle_gui.core.clip.choice import ClipSource
    from segstyle_gui.core.clip.model import ClipModel
    from segstyle_gui.core.cluster_looks import ClusterLooks


class TextModels:
    """Keeps the CLIP that was used last, so that the next prompt needs not load it again.

    Attributes
    ----------
    looks
        What it saw of the clusters last, so that the next prompt needs no second look.
    """

    def __init__(self) -> None:
        self._models: Shelf[ClipModel] = Shelf(1)
        self.looks: Shelf[ClusterLooks] = Shelf(1)

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Let :func:`load_text_model`, where this thread calls it inside of the ``with``, look here first."""
        token = _kept.set(self)
        try:
            yield
        finally:
            _kept.reset(token)

    def get(self, source: ClipSource, load: Callable[[], ClipModel]) -> ClipModel:
        """Return the model of ``source``, by ``load`` if it is another one or its file has changed."""
        facts = source.path.stat() if source.path is not None and source.path.is_file() else None
        return self._models.get((source, facts and (facts.st_size, facts.st_mtime_ns)), load)

    def clear(self) -> None:
        """Let go of the model and of what it saw."""
        self._models.clear()
        self.looks.clear()


_kept: ContextVar[TextModels | None] = ContextVar("text_models", default=None)


def at_hand() -> TextModels | None:
    """Return what the thread's window keeps, None where nothing is kept."""
    return _kept.get()


class TextSettings(Protocol):
    """The settings that say which CLIP; those of naming and of finding a direction have them."""

    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def pretrained(self) -> str: ...  # noqa: D102
    @property
    def weights_file(self) -> str: ...  # noqa: D102
    @property
    def download(self) -> bool: ...  # noqa: D102


def clip_of(project: Project, config: TextSettings) -> ClipSource:
    """Return which CLIP the settings mean for the current generator; nothing is loaded yet.

    Raises
    ------
    ModelFileError
        If the bundled model is asked for and this installation has none.
    """
    from segstyle_gui.core.clip.catalog import clip_source

    run = project.current("generator")
    return clip_source(
        config.model,
        config.pretrained,
        config.weights_file,
        near_eye=run is not None and is_bundled_generator(run),
        download=config.download,
    )


def makeshift(project: Project, config: TextSettings, source: ClipSource) -> str:
    """Return what is to be said where *auto* took the bundled CLIP for want of another, else nothing."""
    from segstyle_gui.core.clip.choice import AUTO

    run = project.current("generator")
    if config.model != AUTO or source.where != "bundled" or run is None or is_bundled_generator(run):
        return ""
    return (
        "The bundled CLIP was taken, as no other is on this computer. It knows near-infrared images of eyes"
        " and nothing else: for other images choose another model, and allow its download."
    )


def source_facts(source: ClipSource) -> list[Any]:
    """Return what changes if the weights do: the bundled file's checksum, any other's size and time."""
    file = source.path
    if file is None or not file.is_file():
        return [source.label]
    if source.where == "bundled":
        return [source.label, _sha256(file)]
    facts = file.stat()
    return [source.label, str(file), facts.st_size, facts.st_mtime_ns]


def load_text_model(source: ClipSource, config: TextSettings, progress: Progress) -> ClipModel:
    """Load a CLIP on the best device, or take the one that :class:`TextModels` keeps.

    Raises
    ------
    ModelFileError
        If it is not on this computer and may not be downloaded, or cannot be read.
    """
    progress.report(0, 1, f"Loading CLIP {source.label}")
    kept = at_hand()
    if kept is None:
        return _load(source, config, progress)
    return kept.get(source, lambda: _load(source, config, progress))


def _load(source: ClipSource, config: TextSettings, progress: Progress) -> ClipModel:
    from segstyle_gui.core.clip.model import load_clip

    return load_clip(
        source.name,
        pretrained=source.tag,
        weights=source.path if source.where == "file" else None,
        device=best_device(),
        download=config.download,
        progress=progress,
    )


def is_bundled_generator(run: RunRecord) -> bool:
    """Return whether a run imported the generator that comes with SegStyle, under whatever name."""
    if run.summary.get("source") == BUNDLED:
        return True
    file = resources_dir() / "near_eye" / "generator.safetensors"
    return file.is_file() and run.summary.get("sha256") == _sha256(file)


@cache
def _sha256(path: Path) -> str:
    return file_sha256(path)
