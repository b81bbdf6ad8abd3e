"""Settings of the student's network, its training and its use on real images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentConfig:
    """How the student is built and trained."""

    architecture: str = setting(
        "unet",
        "Network: a compact U-Net, or the paper's ResNet-18 with stride 8.",
        choices=("unet", "resnet18_8s"),
    )
    width: int = setting(32, "Channels of the U-Net at half resolution.", unit="channels", low=8, high=256)
    norm: str = setting(
        "batch",
        "Normalisation of the U-Net: over the batch, or within each image.",
        choices=("batch", "group"),
    )
    encoder_weights: str = setting(
        "", "Start of the ResNet: empty for random, imagenet (downloaded once), or a weights file's path."
    )
    image_size: int = setting(
        0, "Side of the training images; 0 keeps that of the synthetic set.", unit="px", low=0, high=1024
    )
    batch_size: int = setting(16, "Images in a step.", unit="images", low=2, high=1024)
    steps: int = setting(1500, "Training steps on the synthetic set.", unit="steps", low=1, high=1_000_000)
    learning_rate: float = setting(2e-3, "Largest step size of the optimiser.", low=1e-7, high=1.0)
    weight_decay: float = setting(1e-4, "Pull of the weights towards 0.", low=0.0, high=1.0)
    schedule: str = setting(
        "cosine", "Learning rate: cosine after a warm-up, or (1 - t)^0.9.", choices=("cosine", "poly")
    )
    optimizer: str = setting("adamw", "Optimiser.", choices=("adamw", "adam"))
    normalize_input: bool = setting(
        True, "Standardise the input with the set's mean and deviation; otherwise it is scaled to [-1, 1]."
    )
    augment: str = setting(
        "strong",
        "Random changes of the training images, so that the student also reads other cameras.",
        choices=("none", "standard", "strong"),
    )
    flip: bool = setting(True, "Mirror training images at random; off where left and right differ.")
    loss: str = setting(
        "ce+dice",
        "Cross-entropy alone, or with the Dice loss that helps small classes.",
        choices=("ce", "ce+dice"),
    )
    ema: float = setting(
        0.995,
        "Decay of the running mean of the weights, which is what is kept; 0 for none.",
        low=0.0,
        high=0.99999,
    )
    seed: int = setting(0, "Seed of everything random.", low=0, high=2**31 - 1)
    corrections_share: float = setting(
        0.25,
        "Share of every batch taken from the masks that you corrected or reviewed, if there are any; 0 for"
        " none of them.",
        low=0.0,
        high=0.9,
    )
    validation_share: float = setting(
        0.1, "Share of the synthetic set held back to measure on.", low=0.0, high=0.5
    )
    validate_every: int = setting(100, "Steps between two measurements.", unit="steps", low=1, high=1_000_000)
    precision: str = setting(
        "auto", "Number format of the convolutions.", choices=("auto", "float32", "bfloat16")
    )
    self_train_steps: int = setting(
        0, "Further steps with the student's own labels on real images.", unit="steps", low=0, high=1_000_000
    )
    self_train_confidence: float = setting(
        0.9, "Own labels below this probability are ignored.", low=0.0, high=1.0
    )
    self_train_rate: float = setting(
        0.25, "Learning rate of the further steps, relative to the first.", low=0.0, high=1.0
    )

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)
        if self.image_size % 16:
            raise ConfigError(
                f"StudentConfig.image_size is {self.image_size}; wanted 0 or a multiple of 16.",
                hint="Use 64, 128 or 256.",
            )
        if self.width % 8:
            raise ConfigError(
                f"StudentConfig.width is {self.width}; wanted a multiple of 8.", hint="Use 24 or 32."
            )


#: As in the paper's code: each generated image is seen once when the synthetic set streams 15,000 of them.
PAPER = StudentConfig(
    architecture="resnet18_8s",
    encoder_weights="imagenet",
    batch_size=15,
    steps=1000,
    learning_rate=1e-4,
    weight_decay=1e-4,
    schedule="poly",
    optimizer="adam",
    normalize_input=False,
    augment="none",
    flip=False,
    loss="ce",
    ema=0.0,
    corrections_share=0.0,
    validation_share=0.0,
    precision="float32",
)

PRESETS: Mapping[str, StudentConfig] = MappingProxyType({"segstyle": StudentConfig(), "paper": PAPER})


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictConfig:
    """How the student labels one real image."""

    flip: bool = setting(True, "Average with the mirrored image's scores: a little better, twice the time.")
    scales: str = setting(
        "1", "Comma-separated scales of the image whose scores are averaged, such as 0.8,1,1.25."
    )
    tile: int = setting(
        1024, "Images with a longer side are worked on in tiles of this side.", unit="px", low=64, high=8192
    )
    overlap: int = setting(
        128,
        "Overlap of neighbouring tiles, over which their scores are blended.",
        unit="px",
        low=0,
        high=1024,
    )

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)
        if self.overlap > self.tile // 2:
            raise ConfigError(
                f"PredictConfig.overlap is {self.overlap} px; wanted at most {self.tile // 2}, half the tile."
            )
        self.scale_values()

    def scale_values(self) -> tuple[float, ...]:
        """Return the scales as numbers; ConfigError unless each lies in 0.25 to 4."""
        try:
            values = tuple(float(part) for part in self.scales.split(","))
        except ValueError:
            values = ()
        if not values or not all(0.25 <= value <= 4 for value in values):
            raise ConfigError(
                f"PredictConfig.scales is {self.scales!r}; wanted numbers from 0.25 to 4.",
                hint="Use 0.8,1,1.25.",
            )
        return values
