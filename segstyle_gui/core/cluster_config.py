"""Settings of *find regions*: ours, and the paper's published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from segstyle_gui.core.settings import check_config, setting

INIT_ROWS = 20_000  # vectors on which the starts of K-means compete
_MOST_SAMPLES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterConfig:
    """Settings of *find regions*."""

    n_clusters: int = setting(
        32, "Clusters to find; more than the parts wanted, merged later.", low=2, high=200
    )
    n_regions: int = setting(12, "Regions that the merge tree is first cut into.", low=1, high=200)
    layer: str = setting(
        "auto",
        'Layers to read, such as "b32.conv1,b64.conv1"; auto takes three blocks up to 64 or 128 px.',
    )
    normalize: Literal["l2", "standard", "none"] = setting(
        "l2",
        "Normalisation of a layer: each pixel to length 1, each channel to equal variance, or none.",
        choices=("l2", "standard", "none"),
    )
    pca_dims: int = setting(0, "Principal components kept of each layer; 0 keeps all.", low=0, high=512)
    n_samples: int = setting(200, "Generated images to learn from.", unit="images", low=1, high=_MOST_SAMPLES)
    psi: float = setting(0.7, "Truncation: lower is more typical, higher more varied.", low=0.0, high=1.5)
    grid: int = setting(
        0, "Side of the grid of vectors; 0 takes the finest layer's, 64 to 128.", unit="px", low=0, high=1024
    )
    seed: int = setting(0, "Seed of the samples and of K-means.", low=0, high=40_000)
    n_init: int = setting(8, "Starts of K-means.", low=1, high=100)
    init_rows: int = setting(
        INIT_ROWS, "Vectors on which the starts compete; 0 uses all.", unit="vectors", low=0, high=10_000_000
    )
    max_iter: int = setting(300, "Most iterations of K-means.", low=1, high=10_000)
    tol: float = setting(
        1e-4, "Move of the centroids, relative to the variance, at which to stop.", low=0.0, high=1.0
    )
    n_refits: int = setting(3, "Repetitions on half the vectors that measure stability.", low=0, high=20)
    direction_share: float = setting(
        0.0,
        "Share of the samples that is moved along the current direction; 0.5 joins both, 1 moves all.",
        low=0.0,
        high=1.0,
    )
    keep_names: bool = setting(
        True, "Match the new regions to the former ones, so that names, classes and merges stay."
    )
    memory_gb: float = setting(
        2.0, "Memory that feature vectors and K-means may use.", unit="GB", low=0.25, high=1024
    )

    def __post_init__(self) -> None:
        check_config(self)


PRESETS: Mapping[str, ClusterConfig] = {
    "segstyle": ClusterConfig(),
    # The published notebooks: 50 samples upsampled to 128², scikit-learn's defaults, K from 9 to 25.
    "paper": ClusterConfig(
        n_clusters=9,
        n_regions=9,
        layer="b64.conv1",
        normalize="none",
        n_samples=50,
        psi=0.7,
        grid=128,
        seed=42,
        n_init=10,
        init_rows=0,
        max_iter=300,
        tol=1e-4,
        memory_gb=4.0,
    ),
}


def rows_bytes(memory_gb: float) -> int:
    """Return how many bytes of a memory budget the feature vectors may take.

    The rest is for a batch of feature maps (about 200 MB with all that comes and goes), what K-means needs
    and the rows of a re-fit (``benchmarks/regions_memory.py``).
    """
    return int(1e9 * max(0.2 * memory_gb, 0.75 * memory_gb - 0.2))


def sample_seeds(config: ClusterConfig) -> range:
    """Return the seeds of the samples; those of different ``config.seed`` never overlap."""
    first = config.seed * _MOST_SAMPLES
    return range(first, first + config.n_samples)
