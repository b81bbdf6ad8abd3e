"""CLIP networks that open_clip has no name for: described by a JSON file beside the weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import open_clip
from open_clip.tokenizer import HFTokenizer
from torch import Tensor

from segstyle_gui.errors import ModelFileError

Tokenizer = Callable[[list[str]], Tensor]


def config_beside(weights: Path) -> dict[str, Any] | None:
    """Return the JSON beside the weights (``model_cfg``, maybe ``preprocess_cfg``), None without one."""
    for path in (weights.with_suffix(".json"), weights.with_name("open_clip_config.json")):
        if not path.is_file():
            continue
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
            config = config if "model_cfg" in config else {"model_cfg": config}
            complete = {"embed_dim", "vision_cfg", "text_cfg"} <= config["model_cfg"].keys()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelFileError(
                f"{path.name} beside the CLIP weights cannot be read ({error}).",
                hint="Correct or remove it.",
            ) from error
        if not complete:
            raise ModelFileError(
                f"{path.name} beside the CLIP weights lacks embed_dim, vision_cfg or text_cfg.",
                hint="Correct or remove it.",
            )
        return dict(config)
    return None


def build_network(config: dict[str, Any]) -> Any:
    """Return a network with random weights from an open_clip model config (``model_cfg``)."""
    settings = json.loads(json.dumps(config))  # a copy of its own
    if settings["vision_cfg"].get("timm_model_name"):
        settings["vision_cfg"]["timm_model_pretrained"] = False
    custom = settings.pop("custom_text", False)
    if settings["text_cfg"].get("hf_model_name"):
        custom, settings["text_cfg"]["hf_model_pretrained"] = True, False
    if "multimodal_cfg" in settings:
        return open_clip.CoCa(**settings)
    return (open_clip.CustomTextCLIP if custom else open_clip.CLIP)(**settings)


def tokenizer_of(config: dict[str, Any]) -> Tokenizer:
    """Return the tokenizer of a model config: open_clip's own unless ``hf_tokenizer_name`` is given."""
    text = config["text_cfg"]
    context_length = text.get("context_length", 77)
    if text.get("hf_tokenizer_name"):
        tokenizer: Tokenizer = HFTokenizer(
            text["hf_tokenizer_name"], context_length=context_length, **text.get("tokenizer_kwargs", {})
        )
        return tokenizer
    return open_clip.SimpleTokenizer(context_length=context_length)


def set_preprocessing(model: Any, config: Mapping[str, Any]) -> None:
    """Make a network remember the mean and deviation that its images are normalised by, if they are given."""
    if {"mean", "std"} <= config.keys():
        model.visual.image_mean, model.visual.image_std = config["mean"], config["std"]
