"""Settings of *find by text*: ours, and the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from segstyle_gui.core.clip.choice import DOWNLOAD_HELP, MODEL_HELP, PRETRAINED_HELP, WEIGHTS_FILE_HELP
from segstyle_gui.core.latent_shift import Space
from segstyle_gui.core.settings import check_config, setting

_MOST_SAMPLES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionConfig:
    """What is looked for, in which samples, and how far samples are then moved."""

    prompt: str = setting("", "What to find, a sentence: an eye with a white cloudy pupil. Synonyms by |.")
    opposite: str = setting(
        "an eye", "What the prompt is compared with: the same without the thing. Empty: with nothing."
    )
    alpha: float = setting(
        0.0,
        "Length of the step: in W, or in standard deviations of the style channels; 0 takes the least after"
        " which most samples fit.",
        low=0.0,
        high=100.0,
    )
    layers: str = setting("all", "Blocks of the generator that are moved: all, or a range such as b4-b16.")
    method: Literal["logistic", "svm", "styles"] = setting(
        "logistic",
        "How a direction follows from the scores: the normal of a classifier in W, or the few style channels"
        " that differ most (StyleSpace).",
        choices=("logistic", "svm", "styles"),
    )
    n_channels: int = setting(
        20, "Style channels that are moved; only for style channels.", unit="channels", low=1, high=1000
    )
    strictness: float = setting(
        1e-4,
        "Weight of fitting the samples against a short normal (C); small values stay near the mean change.",
        low=1e-6,
        high=1e3,
    )
    n_samples: int = setting(2000, "Generated images that are scored.", unit="images", low=20, high=100_000)
    psi: float = setting(1.0, "Truncation of the samples that are scored.", low=0.0, high=1.5)
    seed: int = setting(0, "Seed of the samples and of the choice of those held out.", low=0, high=40_000)
    top_share: float = setting(
        0.05, "Share of the samples, the best by score, that have the thing.", low=0.001, high=0.5
    )
    bottom_share: float = setting(
        0.5, "Share of the samples, the worst by score, that lack it.", low=0.001, high=0.999
    )
    min_accuracy: float = setting(
        0.6, "Accuracy on samples held out, below which there is no such direction.", low=0.5, high=1.0
    )
    refuse_unrelated: bool = setting(
        True, "Refuse a prompt that fits its best samples no better than unrelated things fit theirs."
    )
    orthogonal_to: tuple[int, ...] = setting(
        (), "Runs of other directions; what they change is taken out of this one. They need the same method."
    )
    model: str = setting("auto", MODEL_HELP)
    pretrained: str = setting("openai", PRETRAINED_HELP)
    weights_file: str = setting("", WEIGHTS_FILE_HELP)
    download: bool = setting(False, DOWNLOAD_HELP)

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)

    @property
    def space(self) -> Space:
        """What a direction is added to."""
        return "styles" if self.method == "styles" else "w"

    @property
    def seeds(self) -> range:
        """Seeds of the samples that are scored."""
        first = self.seed * _MOST_SAMPLES
        return range(first, first + self.n_samples)


#: The published notebook: ViT-B/32, 5,000 samples, 3.2 % of them positive, logistic regression in W.
PAPER = DirectionConfig(
    opposite="",
    alpha=6.0,
    strictness=1.0,
    n_samples=5000,
    top_share=0.032,
    bottom_share=0.968,
    model="ViT-B-32",
)

PRESETS: Mapping[str, DirectionConfig] = MappingProxyType({"segstyle": DirectionConfig(), "paper": PAPER})
