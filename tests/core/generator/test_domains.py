"""The paper's generators are known by shape and name, and their settings are those of its code."""

from __future__ import annotations

import pytest

from segstyle_gui.core.generator.domains import DOMAINS, PRESETS, domain_named, recognise


def _guess(name: str, side: int, channels: int = 3, at_64: int = 512) -> str | None:
    found = recognise(name, height=side, width=side, image_channels=channels, channels_at_64=at_64)
    return found and found[0].name


@pytest.mark.parametrize(
    ("name", "side", "at_64", "preset"),
    [
        ("stylegan2-ffhq-config-f.pkl", 1024, 512, "paper-faces"),
        ("ffhq.pkl", 1024, 512, "paper-faces"),
        ("afhqcat.pkl", 512, 512, "paper-cats"),
        ("AFHQ-Dog.pt", 512, 512, "paper-dogs"),
        ("pony_1024.pt", 1024, 512, "paper-cartoons"),
        ("oct-256.pt", 256, 256, "paper-oct"),
        ("ffhq-256.pkl", 256, 512, None),
        ("categories.pkl", 512, 512, None),
        ("october.pt", 256, 256, None),
        ("oct.pt", 256, 512, None),
        ("network.pkl", 1024, 512, None),
    ],
)
def test_recognised_by_shape_and_name(name, side, at_64, preset):
    assert _guess(name, side, at_64=at_64) == preset


def test_gray_ones_are_not_the_papers():
    assert _guess("ffhq.pkl", 1024, channels=1) is None


def test_why_is_said():
    found = recognise("afhqcat.pkl", height=512, width=512, image_channels=3, channels_at_64=512)
    assert found is not None
    assert "512 × 512 px in colour" in found[1]
    assert "afhqcat" in found[1]


def test_bodies_are_known_and_said_to_be_oblong():
    found = recognise(
        "stylegan_human_v2_1024.pkl", height=1024, width=512, image_channels=3, channels_at_64=512
    )
    assert found is not None
    assert "square" in found[0].note


def test_settings_are_the_codes():
    table = {d.name: (d.layer, d.psi, d.n_clusters, d.n_samples) for d in DOMAINS}
    assert table["paper-faces"] == ("b64.conv1", 0.3, 10, 50)
    assert table["paper-dogs"] == ("b64.conv1", 0.2, 12, 50)
    assert table["paper-cartoons"] == ("b128.conv1", 0.2, 7, 50)
    assert table["paper-bodies"] == ("b128.conv1", 0.3, 9, 20)
    for name, config in PRESETS.items():
        domain = domain_named(name)
        assert domain is not None
        assert (config.normalize, config.grid, config.seed, config.n_init) == ("none", 128, 42, 10)
        assert config.n_clusters == config.n_regions == domain.n_clusters
    assert domain_named("paper") is None
