"""The domains of the paper: how its published code clustered each of its generators.

Settings are those of its notebooks (Pakhomov et al. 2021; layer, truncation, samples and K as the code has
them, where the text does not say): scikit-learn's K-means with 10 starts and seed 42 on unnormalised features
brought to 128². Plain data, readable without torch.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass

from segstyle_gui.core.cluster_config import PRESETS as REGION_PRESETS
from segstyle_gui.core.cluster_config import ClusterConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A generator of the paper, how to know it, and how its features were clustered.

    Parameters
    ----------
    name
        Of the preset, such as ``"paper-faces"``.
    title
        What it draws, in the middle of a sentence.
    height, width
        Of its images, px.
    channels_at_64
        Feature channels of its 64² block.
    words
        One of these is in the file's name.
    layer, psi, n_clusters, n_samples
        As in the published code.
    note
        What else a user should know, a sentence; may be empty.
    """

    name: str
    title: str
    height: int
    width: int
    channels_at_64: int = 512
    words: tuple[str, ...]
    layer: str = "b64.conv1"
    psi: float
    n_clusters: int
    n_samples: int = 50
    note: str = ""

    @property
    def config(self) -> ClusterConfig:
        """The settings of *find regions*."""
        return dataclasses.replace(
            REGION_PRESETS["paper"],
            n_clusters=self.n_clusters,
            n_regions=self.n_clusters,
            layer=self.layer,
            psi=self.psi,
            n_samples=self.n_samples,
        )


DOMAINS = (
    Domain(
        name="paper-faces",
        title="human faces (FFHQ)",
        height=1024,
        width=1024,
        words=("ffhq", "face"),
        psi=0.3,
        n_clusters=10,
        note="For the training of its student, the code took ψ 0.7 and 9 clusters.",
    ),
    Domain(
        name="paper-cats",
        title="cats (AFHQ)",
        height=512,
        width=512,
        words=("afhqcat", "afhq-cat", "afhq_cat", "cat"),
        psi=0.3,
        n_clusters=10,
    ),
    Domain(
        name="paper-dogs",
        title="dogs (AFHQ)",
        height=512,
        width=512,
        words=("afhqdog", "afhq-dog", "afhq_dog", "dog"),
        psi=0.2,
        n_clusters=12,
    ),
    Domain(
        name="paper-cartoons",
        title="cartoon ponies",
        height=1024,
        width=1024,
        words=("pony", "ponies", "cartoon"),
        layer="b128.conv1",
        psi=0.2,
        n_clusters=7,
    ),
    Domain(
        name="paper-bodies",
        title="human bodies (StyleGAN-Human)",
        height=1024,
        width=512,
        words=("human", "body", "bodies", "shhq"),
        layer="b128.conv1",
        psi=0.3,
        n_clusters=9,
        n_samples=20,
        note="Its generator draws images of 1,024 × 512 px; those here are square, so it cannot be imported.",
    ),
    Domain(
        name="paper-oct",
        title="sections of the retina (OCT)",
        height=256,
        width=256,
        channels_at_64=256,
        words=("oct", "retina"),
        psi=0.7,
        n_clusters=9,
        note="The code has no clustering of this generator; these are its settings for training on faces.",
    ),
)

PRESETS: Mapping[str, ClusterConfig] = {domain.name: domain.config for domain in DOMAINS}
"""Settings of *find regions* by the name of a domain's preset."""


def domain_named(name: str) -> Domain | None:
    """Return the domain of a preset's name, None for another name."""
    return next((domain for domain in DOMAINS if domain.name == name), None)


def recognise(
    file_name: str, *, height: int, width: int, image_channels: int, channels_at_64: int
) -> tuple[Domain, str] | None:
    """Guess whether a file is one of the paper's generators: by its shape, and a word of its name.

    Returns
    -------
    tuple or None
        The domain, and why it is thought so, as half a sentence.
    """
    found = set(re.split(r"[^a-z]+", file_name.lower()))
    for domain in DOMAINS:
        if (height, width, channels_at_64) != (domain.height, domain.width, domain.channels_at_64):
            continue
        word = next((word for word in domain.words if _is_named(word, file_name.lower(), found)), "")
        if word and image_channels == 3:
            return domain, f"it draws {width:,} × {height:,} px in colour, and its name has “{word}” in it"
    return None


def _is_named(word: str, file_name: str, parts: set[str]) -> bool:
    """Short words must stand alone, or they would be found in any other (cat in “category”)."""
    return word in parts or (len(word) > 4 and word in file_name)
