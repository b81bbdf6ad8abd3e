"""What can be set when a generator is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from segstyle_gui.core.generator.network import GeneratorSpec, default_channels
from segstyle_gui.core.settings import check_config, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Training of a generator (StyleGAN2 with adaptive discriminator augmentation)."""

    kimg: float = setting(120.0, "How long to train.", unit="thousand images shown", low=0.001, high=100_000)
    batch_size: int = setting(16, "Images a step.", unit="images", low=4, high=512)
    learning_rate: float = setting(0.002, "Adam's step size for both networks.", low=1e-6, high=0.1)
    r1_gamma: float = setting(
        0.0, "Weight of the R1 penalty; 0 chooses 0.0002·R²/batch, at least 0.1.", low=0.0, high=1000.0
    )
    r1_interval: int = setting(
        16, "Steps between two R1 penalties (lazy regularisation).", unit="steps", low=1, high=64
    )
    path_length_weight: float = setting(
        0.0,
        "Weight of path-length regularisation; 0 turns it off, the published value is 2.",
        low=0.0,
        high=100.0,
    )
    path_length_interval: int = setting(
        4,
        "Steps between two path-length penalties.",
        unit="steps",
        low=1,
        high=64,
        needs="path_length_weight",
    )
    style_mixing: float = setting(
        0.9, "Probability that two latents are mixed in one image.", low=0.0, high=1.0
    )
    ema_kimg: float = setting(
        10.0, "Half-life of the averaged weights.", unit="thousand images", low=0.001, high=1000
    )
    augment: Literal["ada", "fixed", "none"] = setting(
        "ada",
        "Augmentation of what the discriminator sees: adaptive, at a fixed strength, or none.",
        choices=("ada", "fixed", "none"),
    )
    augmentations: Literal["general", "medical"] = setting(
        "general",
        "What augmentation does: general flips, turns all the way, zooms, shifts and recolours; medical "
        "keeps up and down, turns by 15 degrees at most and changes contrast less.",
        choices=("general", "medical"),
    )
    augment_color: bool = setting(True, "Augment brightness and contrast as well as geometry.")
    augment_p: float = setting(
        0.0, "Probability of each augmentation at the start (or always, if fixed).", low=0, high=0.9
    )
    ada_target: float = setting(
        0.6, "Overfitting measure that adaptive augmentation aims at.", low=0.0, high=1.0
    )
    ada_kimg: float = setting(
        100.0, "Time for the strength to go from 0 to 1.", unit="thousand images", low=1, high=5000
    )
    mirror: bool = setting(
        True,
        "Also show every image mirrored; turn off where left and right must differ (augmentation does not "
        "mirror either then).",
    )
    start_from: str = setting(
        "",
        "Generator to start from: a file, near-eye for the bundled one, project for the one in the project, "
        "or nothing. It makes images of the size of yours, or of half or a quarter of it; its widths and "
        "latents are kept.",
    )
    warmup_kimg: float = setting(
        2.0,
        "How long the discriminator learns alone where one joins a trained generator; part of the "
        "training length.",
        unit="thousand images",
        low=0.0,
        high=1000,
        needs="start_from",
    )
    freeze_d: int = setting(
        0,
        "Blocks of a given discriminator, from the image on, that stay as they are: for few images.",
        unit="blocks",
        low=0,
        high=8,
        needs="start_from",
    )
    accumulate: int = setting(
        1,
        "Parts in which a batch is worked off to need less memory; the result is the same while each has "
        "4, 8, 12… images.",
        low=1,
        high=128,
    )
    z_dim: int = setting(128, "Size of the latent z.", low=4, high=1024)
    w_dim: int = setting(128, "Size of the latent w.", low=4, high=1024)
    mapping_layers: int = setting(2, "Depth of the mapping network.", unit="layers", low=1, high=16)
    channel_base: int = setting(
        4096, "Channels of a block are this, divided by the block's side in pixels.", low=64, high=65536
    )
    channel_max: int = setting(128, "Most channels of a block.", low=4, high=1024)
    precision: Literal["auto", "float32", "bfloat16"] = setting(
        "auto", "Number format of the convolutions.", choices=("auto", "float32", "bfloat16")
    )
    seed: int = setting(0, "Seed of everything that is drawn.", low=0, high=2**31 - 1)
    checkpoint_minutes: float = setting(
        5.0, "Time between two checkpoints.", unit="minutes", low=0.0, high=600
    )
    preview_kimg: float = setting(
        2.0, "Images between two sample grids.", unit="thousand images", low=0.001, high=1000
    )
    quality_kimg: float = setting(
        4.0,
        "Images between two measurements of the quality; 0 measures none.",
        unit="thousand images",
        low=0.0,
        high=1000,
    )
    keep: Literal["best", "last"] = setting(
        "best",
        "The state that is kept at the end: where the samples were nearest to the images, or the last.",
        choices=("best", "last"),
    )

    def __post_init__(self) -> None:
        check_config(self)

    def spec(self, resolution: int, img_channels: int) -> GeneratorSpec:
        """Return the shapes of the generator that this config trains."""
        return GeneratorSpec(
            resolution=resolution,
            img_channels=img_channels,
            z_dim=self.z_dim,
            w_dim=self.w_dim,
            mapping_layers=self.mapping_layers,
            channels=default_channels(resolution, self.channel_base, self.channel_max),
        )

    def gamma(self, resolution: int) -> float:
        """Return the R1 weight for images of ``resolution`` px."""
        if self.r1_gamma > 0:
            return self.r1_gamma
        return max(0.0002 * resolution**2 / self.batch_size, 0.1)


PRESETS: Mapping[str, TrainConfig] = {
    "segstyle": TrainConfig(),
    # StyleGAN2-ADA's `auto` widths and depths (Karras et al. 2020b), for a GPU.
    "paper": TrainConfig(
        kimg=5000,
        learning_rate=0.0025,
        path_length_weight=2.0,
        z_dim=512,
        w_dim=512,
        mapping_layers=8,
        channel_base=32768,
        channel_max=512,
        ada_kimg=500.0,
    ),
}
