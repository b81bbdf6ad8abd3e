"""Settings of the synthetic set: ours, and the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticConfig:
    """How many images are generated and which of them, and of their pixels, are learnt from."""

    n_images: int = setting(
        2000,
        "Images to generate, before the doubtful ones are dropped.",
        unit="images",
        low=1,
        high=1_000_000,
    )
    psi: float = setting(0.7, "Truncation: lower is more typical and less varied.", low=0.0, high=1.5)
    seed: int = setting(100_000, "Seed of the first image; the others follow.", low=0, high=2**31)
    size: int = setting(
        0,
        "Side of images and label maps; 0 takes twice the generator's up to 128, and at least its own.",
        unit="px",
        low=0,
        high=1024,
    )
    drop_share: float = setting(
        0.1, "Share of the images, the most doubtful, that is dropped.", low=0.0, high=0.9
    )
    ignore_margin_share: float = setting(
        0.03, "Share of the pixels, those between two classes, that is not learnt.", low=0.0, high=0.5
    )
    direction_share: float = setting(
        -1.0,
        "Share of the images that is moved along a direction; -1 takes that of the regions, at most half.",
        low=-1.0,
        high=1.0,
    )
    stream: bool = setting(False, "Keep the seeds only and generate anew while the student trains.")

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)
        if self.size % 8 or 0 < self.size < 16:
            raise ConfigError(
                f"SyntheticConfig.size is {self.size}; wanted 0 or a multiple of 8 from 16.", hint="Use 128."
            )
        if -1 < self.direction_share < 0:
            raise ConfigError(
                f"SyntheticConfig.direction_share is {self.direction_share:g}; wanted -1, or 0 to 1.",
                hint="Use -1 for the share of the regions.",
            )

    @property
    def wants_direction(self) -> bool:
        """Whether the current direction is asked for, whatever the regions were found with."""
        return self.direction_share > 0

    @property
    def seeds(self) -> range:
        """Seeds of all images."""
        return range(self.seed, self.seed + self.n_images)


#: The paper's code: 15,000 images made on the fly at 128², all of them and every pixel learnt.
PAPER = SyntheticConfig(
    n_images=15_000,
    psi=0.7,
    size=128,
    drop_share=0.0,
    ignore_margin_share=0.0,
    stream=True,
)

PRESETS: Mapping[str, SyntheticConfig] = MappingProxyType({"segstyle": SyntheticConfig(), "paper": PAPER})
