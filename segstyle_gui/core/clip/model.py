"""A CLIP model from open_clip, by name or from a local file, that embeds texts, images and grid cells."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from huggingface_hub import constants
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from torch import Tensor

from segstyle_gui.core.clip.cache import HUB_PREFIX, download_weights
from segstyle_gui.core.clip.catalog import clip_source
from segstyle_gui.core.clip.choice import ClipSource
from segstyle_gui.core.clip.custom import (
    Tokenizer,
    build_network,
    config_beside,
    set_preprocessing,
    tokenizer_of,
)
from segstyle_gui.core.clip.dense import dense_pass
from segstyle_gui.core.clip.dense_options import Attention, Finer
from segstyle_gui.core.clip.dense_pass import run_pass
from segstyle_gui.core.device import choose_device
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ModelFileError

_KNOWN_TEXTS = 4096  # whose embeddings a model keeps
_TEXT_BATCH = 256


class ClipModel:
    """Text and image towers with the preprocessing they were trained with.

    Parameters
    ----------
    model
        An open_clip ``CLIP``, ``CustomTextCLIP`` or ``CoCa``.
    tokenizer
        list of str -> (n, context) int64.
    device
        Where to compute.
    batch_size
        Images embedded at once.
    """

    def __init__(
        self, model: torch.nn.Module, tokenizer: Tokenizer, device: torch.device, *, batch_size: int = 16
    ) -> None:
        self.device = device
        self.batch_size = batch_size
        self._model: Any = model.eval().requires_grad_(False).to(device)
        self._tokenizer = tokenizer
        self._known_texts: dict[str, np.ndarray] = {}
        preprocess = open_clip.get_model_preprocess_cfg(model)
        self._mean = _channel_values(preprocess.get("mean", OPENAI_DATASET_MEAN), device)
        self._std = _channel_values(preprocess.get("std", OPENAI_DATASET_STD), device)

    @property
    def image_size(self) -> int:
        """Side in pixels of the square images the model was trained on."""
        size = self._model.visual.image_size
        return int(size if isinstance(size, int) else size[0])

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n,D) float32 text embeddings of length 1; those of the last thousands of texts are kept."""
        known = self._known_texts  # only ever replaced as a whole: two threads may share a model
        new = [text for text in dict.fromkeys(texts) if text not in known]
        found: dict[str, np.ndarray] = {}
        for start in range(0, len(new), _TEXT_BATCH):
            batch = new[start : start + _TEXT_BATCH]
            found.update(zip(batch, self._embed_texts(batch), strict=True))
        together = known | found
        self._known_texts = together if len(together) <= _KNOWN_TEXTS else found
        return np.stack([together[text] for text in texts])

    @torch.inference_mode()
    def _embed_texts(self, texts: list[str]) -> np.ndarray:
        tokens = self._tokenizer(texts).to(self.device)
        return _to_numpy(F.normalize(self._model.encode_text(tokens).float(), dim=-1))

    @torch.inference_mode()
    def encode_images(self, images: np.ndarray) -> np.ndarray:
        """Return (N,D) float32 image embeddings of length 1.

        Parameters
        ----------
        images
            (N,H,W,C) uint8, C = 1 or 3; brought to the model's square size by bicubic resampling.
        """
        batches = [
            F.normalize(self._model.encode_image(self._prepare(batch, self.image_size)).float(), dim=-1)
            for batch in self._batches(images, self.batch_size)
        ]
        return _to_numpy(torch.cat(batches))

    @torch.inference_mode()
    def stage_means(self, images: np.ndarray, *, n_stages: int = 3) -> np.ndarray:
        """Return (N,D) float32: the activations of the image tower's last stages, each channel's mean.

        Only a residual tower (``RN50``, the bundled one) has stages.

        Parameters
        ----------
        images
            (N,H,W,C) uint8, C = 1 or 3; brought to the model's square size by bicubic resampling.
        n_stages
            How many of the four stages, counted from the last.
        """
        tower = self._model.visual
        stages = (tower.layer1, tower.layer2, tower.layer3, tower.layer4)
        parts = []
        for batch in self._batches(images, self.batch_size):
            x = tower.stem(self._prepare(batch, self.image_size))
            means = []
            for stage in stages:
                x = stage(x)
                means.append(x.mean(dim=(2, 3)))
            parts.append(torch.cat(means[-n_stages:], dim=1).float())
        return _to_numpy(torch.cat(parts))

    @torch.inference_mode()
    def dense(
        self,
        images: np.ndarray,
        *,
        stride: int = 16,
        size: int = 0,
        finer: Finer = "dilate",
        attention: Attention = "value",
        memory_gb: float = 2.0,
    ) -> np.ndarray:
        """Return (N,D,h,w) float32 embeddings of grid cells, not normalised.

        Parameters
        ----------
        images
            (N,H,W,C) uint8, C = 1 or 3.
        stride
            Step of the grid in pixels of the resized images (see :func:`dense_pass`).
        size
            Side in pixels the images are resized to; 0 takes the model's own.
        finer, attention
            See :func:`dense_pass`.
        memory_gb
            For activations: as many images at once as fit, tiles of one where not even one does.
        """
        dense = dense_pass(
            self._model.visual,
            size or self.image_size,
            encode=self._model.encode_image,
            native_size=self.image_size,
            stride=stride,
            finer=finer,
            attention=attention,
        )
        budget = int(memory_gb * 1e9)
        batches = self._batches(images, dense.batch(budget, self.batch_size))
        return np.concatenate(
            [
                _to_numpy(run_pass(dense, self._prepare(batch, dense.side), budget).float())
                for batch in batches
            ]
        )

    def _batches(self, images: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
        if images.ndim != 4 or images.dtype != np.uint8 or images.shape[3] not in (1, 3) or not len(images):
            raise ValueError(f"images are {images.shape} {images.dtype}; wanted (N,H,W,1 or 3) uint8")
        for start in range(0, len(images), batch_size):
            yield images[start : start + batch_size]

    def _prepare(self, images: np.ndarray, side: int) -> Tensor:
        """Return (N,3,side,side) float32, normalised by the training set's mean and deviation."""
        x = torch.from_numpy(np.ascontiguousarray(images)).to(self.device)
        x = x.permute(0, 3, 1, 2).float().div(255.0).expand(-1, 3, -1, -1)
        x = F.interpolate(x, size=(side, side), mode="bicubic", antialias=True, align_corners=False)
        return (x.clamp(0.0, 1.0) - self._mean) / self._std


def load_clip(
    name: str,
    *,
    pretrained: str = "",
    weights: Path | None = None,
    device: torch.device | None = None,
    download: bool = False,
    progress: Progress = SILENT,
) -> ClipModel:
    """Load a CLIP model; nothing is downloaded unless that is asked for.

    Parameters
    ----------
    name
        A model name of open_clip (``RN50``, ``ViT-B-16``), ``hf-hub:owner/model``, ``near-eye`` for the
        bundled one, or ``auto``. Not used where a config lies beside ``weights``.
    pretrained
        open_clip's tag of the weights (``openai``). Without ``weights`` the file is taken from the cache
        or downloaded. With ``weights`` it only says which variant of the network they belong to.
    weights
        A local checkpoint (safetensors, or tensors saved by torch; pickled objects are refused). A JSON
        file with the same stem, or ``open_clip_config.json`` in the same folder, describes other networks.
    device
        Where to compute; the best one found by default.
    download
        Download weights that are not in the cache (not with ``HF_HUB_OFFLINE=1``).
    progress
        Told of a download; may raise ``Cancelled``.

    Raises
    ------
    ModelFileError
        If the name is unknown, the model is not on this computer and may not be downloaded or cannot be, or
        the file does not fit the network.
    """
    device = device or choose_device()
    source = clip_source(name, pretrained, str(weights or ""), download=download)
    if weights is not None and not weights.is_file():
        raise ModelFileError(f"There is no CLIP file {weights}.", hint="Choose an existing weights file.")
    with _quiet_open_clip():
        config = _config_of(source, source.path)
        if config is None:
            _check_name(source.name, source.tag, needs_tag=weights is None)
        path = source.path or _fetched(source.name, source.tag, download, progress)
        config = config or _config_of(source, path)
        with _no_network():
            if config is not None:
                return _load_custom(config, path, device)
            return _load_named(source.name, source.tag, device, path)


def build_clip(config: dict[str, Any], device: torch.device) -> ClipModel:
    """Build a CLIP with random weights from an open_clip model config (``model_cfg``)."""
    with _quiet_open_clip():
        return ClipModel(build_network(config), tokenizer_of(config), device)


def _check_name(name: str, tag: str, *, needs_tag: bool) -> None:
    if name.startswith(HUB_PREFIX):
        return
    if open_clip.get_model_config(name) is None:
        raise ModelFileError(
            f"open_clip knows no model called {name!r}.", hint="Choose for example RN50, RN50x64 or ViT-B-16."
        )
    if needs_tag and tag not in open_clip.list_pretrained_tags_by_model(name):
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(name)) or "none"
        raise ModelFileError(
            f"There are no weights {tag!r} for {name}; known are {tags}.", hint="Choose one of these."
        )


def _config_of(source: ClipSource, path: Path | None) -> dict[str, Any] | None:
    """Return the config that lies beside the weights, None where open_clip knows the network by its name."""
    if path is None or (source.where == "cache" and not source.name.startswith(HUB_PREFIX)):
        return None
    return config_beside(path)


def _fetched(name: str, tag: str, download: bool, progress: Progress) -> Path:
    if not download:
        raise ModelFileError(
            f"CLIP {name} is not on this computer, and nothing is downloaded unasked.",
            hint="Allow the download, or give a local weights file.",
        )
    return download_weights(name, tag, progress=progress)


def _load_named(name: str, tag: str, device: torch.device, weights: Path) -> ClipModel:
    known = open_clip.get_pretrained_cfg(name, tag) if tag else {}
    try:
        model: Any = open_clip.create_model(
            name,
            pretrained=str(weights),
            force_quick_gelu=bool(known.get("quick_gelu", False)),
            pretrained_text=False,
        )
        set_preprocessing(model, known)
        return ClipModel(model, open_clip.get_tokenizer(name), device)
    except Exception as error:  # disk, pickle and open_clip each have their own types
        raise _load_error(name, weights, error) from error


def _load_error(name: str, weights: Path, error: Exception) -> ModelFileError:
    reason = " ".join(str(error).split())[:200]
    return ModelFileError(
        f"{weights.name} is no checkpoint of CLIP {name} that can be read ({reason}).",
        hint="Give open_clip's own file (safetensors, or a state dict), and the model name it belongs to.",
    )


def _load_custom(config: dict[str, Any], weights: Path, device: torch.device) -> ClipModel:
    try:
        model = build_network(config["model_cfg"])
        open_clip.load_checkpoint(model, str(weights), strict=True, weights_only=True, device="cpu")
        tokenizer = tokenizer_of(config["model_cfg"])
    except Exception as error:  # a foreign file meets foreign code: any type may come
        raise _load_error("of the config beside it", weights, error) from error
    set_preprocessing(model, config.get("preprocess_cfg", {}))
    return ClipModel(model, tokenizer, device)


@contextmanager
def _no_network() -> Iterator[None]:
    """Let open_clip take vocabularies and configs from the cache alone: it would download them unasked."""
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def _quiet_open_clip() -> Iterator[None]:
    """Hide the warning about the vocabulary file, which open_clip's tokenizer leaves open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def _channel_values(values: Sequence[float], device: torch.device) -> Tensor:
    return torch.tensor(list(values), dtype=torch.float32, device=device).view(1, 3, 1, 1)


def _to_numpy(x: Tensor) -> np.ndarray:
    return np.asarray(x.cpu().numpy(), dtype=np.float32)
