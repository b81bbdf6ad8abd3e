"""Settings of *name regions*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from segstyle_gui.core.clip.choice import DOWNLOAD_HELP, MODEL_HELP, PRETRAINED_HELP, WEIGHTS_FILE_HELP
from segstyle_gui.core.clip.dense_options import (
    ATTENTION,
    ATTENTION_HELP,
    DENSE_MEMORY_HELP,
    FINER,
    FINER_HELP,
    STRIDE_HELP,
)
from segstyle_gui.core.clip.prompts import TEMPLATES
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingConfig:
    """How regions get their names."""

    model: str = setting("auto", MODEL_HELP)
    pretrained: str = setting("openai", PRETRAINED_HELP)
    weights_file: str = setting("", WEIGHTS_FILE_HELP)
    download: bool = setting(False, DOWNLOAD_HELP)
    prompts: str = setting(
        "pupil, iris, sclera|white of the eye, eyelid|eyelid skin, eyelashes, eyebrow, skin, glint",
        "Names to choose from, separated by commas; synonyms by |.",
    )
    templates: Literal["photo", "near_infrared", "paper"] = setting(
        "photo", "Sentences the names are put into.", choices=tuple(TEMPLATES)
    )
    n_images: int = setting(64, "Generated images that are looked at.", unit="image", low=1, high=2000)
    stride: int = setting(16, STRIDE_HELP, unit="pixel", low=4, high=32)
    finer: Literal["dilate", "enlarge"] = setting("dilate", FINER_HELP, choices=FINER)
    attention: Literal["value", "sclip", "clearclip"] = setting("value", ATTENTION_HELP, choices=ATTENTION)
    size: int = setting(
        0, "Side the images are enlarged to; 0 takes CLIP's own.", unit="pixel", low=0, high=4096
    )
    weighting: Literal["images", "pixels"] = setting(
        "images",
        "What counts alike in a region's mean: every image, or every pixel as in the paper, where large ones"
        " weigh more.",
        choices=("images", "pixels"),
    )
    memory_gb: float = setting(2.0, DENSE_MEMORY_HELP, unit="GB", low=0.1, high=1024)
    temperature: float = setting(
        100.0,
        "Factor on the cosines before the softmax over the names; higher is more decided.",
        low=1,
        high=1000,
    )
    margin: float = setting(
        0.02,
        "Lead in cosine over the next name that a name needs; with less a region stays unnamed.",
        low=0,
        high=2,
    )
    one_to_one: bool = setting(False, "Give every name to at most one region.")

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)
        if self.stride not in (4, 8, 16, 32):
            raise ConfigError(f"NamingConfig.stride is {self.stride}; wanted 32, 16, 8 or 4 pixels.")


PRESETS: Mapping[str, NamingConfig] = MappingProxyType(
    {
        "segstyle": NamingConfig(),
        # The published notebook for bodies: RN50 on 10 images enlarged to 2048², not dilated, all pixels of a
        # cluster alike, one sentence, the best word whatever its lead.
        "paper": NamingConfig(
            model="RN50",
            templates="paper",
            n_images=10,
            stride=32,
            finer="enlarge",
            size=2048,
            weighting="pixels",
            margin=0.0,
        ),
    }
)
