"""Part maps, wordings and captions of rendered eyes, and the bundled CLIP that learnt from them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from segstyle_gui.core.clip.model import ClipModel, load_clip
from segstyle_gui.core.near_eye import CLASS_NAMES, NearEyeConfig, render_near_eye
from segstyle_gui.core.near_eye.captions import (
    OUTSIDE,
    eye_caption,
    eye_facts,
    fits,
    known_words,
    opposite_claims,
    part_caption,
    part_facts,
    true_claims,
)
from segstyle_gui.core.near_eye.parts import NO_PART, PART_NAMES, part_map
from segstyle_gui.core.near_eye.wordings import EYE_WORDINGS, PART_WORDINGS, expand
from segstyle_gui.paths import resources_dir

ALL_WORDINGS = PART_WORDINGS | EYE_WORDINGS


@pytest.fixture(scope="module")
def eyes() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Renders with label maps and part maps; every second has an opaque lens."""
    found = []
    for seed in range(8):
        image, labels, parameters = render_near_eye(7_000_000 + seed, opaque_lens=seed % 2 == 1)
        found.append((image, labels, part_map(parameters, labels)))
    return found


@pytest.fixture(scope="module")
def clip() -> ClipModel:
    weights = resources_dir() / "near_eye" / "clip.safetensors"
    return load_clip("near-eye", weights=weights, device=torch.device("cpu"))


def test_parts_refine_the_classes(eyes: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    overlays = [PART_NAMES.index(name) for name in ("eyelashes", "eyebrow", "glint", "eye corner")]
    for _, labels, parts in eyes:
        plain = ~np.isin(parts, overlays)
        for name in ("sclera", "iris", "pupil", "opaque lens"):
            of_class = (labels == CLASS_NAMES.index(name)) & plain
            assert np.array_equal(of_class, parts == PART_NAMES.index(name))
        skin = parts[(labels == 0) & plain]
        assert set(skin.tolist()) <= {0, 1, 2, NO_PART}


def test_upper_eyelid_is_above_lower(eyes: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    for _, _, parts in eyes:
        rows = [
            np.nonzero(parts == PART_NAMES.index(f"{which} eyelid"))[0].mean() for which in ("upper", "lower")
        ]
        assert rows[0] < rows[1] - 10


def test_a_pattern_stands_for_all_its_texts() -> None:
    assert expand("a (big|small) (eye|lid)") == ["a big eye", "a big lid", "a small eye", "a small lid"]
    assert expand("iris") == ["iris"]


@pytest.mark.parametrize("claim", ALL_WORDINGS)
def test_held_out_wordings_are_new_but_recombined_ones_use_known_words(claim: str) -> None:
    wordings = ALL_WORDINGS[claim]
    seen_words = {word for text in wordings.seen for word in text.split()}
    assert len(wordings.seen) + len(wordings.recombined) >= 7
    assert wordings.recombined
    assert wordings.unseen
    assert not set(wordings.seen) & {*wordings.recombined, *wordings.unseen}
    assert all(set(text.split()) <= seen_words for text in wordings.recombined)


def test_parts_have_ten_wordings_each_and_words_of_no_other_part() -> None:
    texts = [text for wordings in PART_WORDINGS.values() for text in (*wordings.seen, *wordings.recombined)]
    assert len(texts) == len(set(texts))
    assert all(len(wordings.seen) >= 10 for wordings in PART_WORDINGS.values())


def test_every_part_has_words() -> None:
    for name in PART_NAMES:
        assert part_facts(name)[f"part:{name}"] is True
        assert part_facts(name)[OUTSIDE] is False
    assert part_facts("upper eyelid")["part:eyelid"] is True
    assert "part:skin" not in part_facts("upper eyelid")
    assert part_facts("iris")["part:pupil"] is False


def test_facts_follow_the_parameters() -> None:
    *_, parameters = render_near_eye(4, NearEyeConfig(size=16), opaque_lens=False)
    wide = dataclasses.replace(parameters, pupil_ratio=0.55, glint_count=2)
    facts = eye_facts(wide, ["pupil", "iris"])
    assert facts["pupil:large"] is True
    assert facts["pupil:small"] is False
    assert facts["pupil:cloudy"] is False
    assert facts["glints:2"] is True
    assert facts["glints:1"] is False
    assert facts["part:eyebrow"] is False
    assert "part:iris" not in facts
    middling = eye_facts(dataclasses.replace(parameters, pupil_ratio=0.4), ["pupil"])
    assert "pupil:large" not in middling
    assert fits(("pupil:large",), middling) is None
    rare = eye_facts(dataclasses.replace(parameters, has_opaque_lens=True), ["opaque lens"])
    assert rare["pupil:cloudy"] is True


def test_captions_say_what_is_true_and_their_opposites_what_is_false() -> None:
    rng = np.random.default_rng(0)
    for seed in range(10):
        *_, parameters = render_near_eye(seed, NearEyeConfig(size=16))
        facts = eye_facts(parameters, ["pupil", "iris", "skin", "sclera"])
        claims = true_claims(rng, facts, 3)
        caption = eye_caption(rng, claims)
        assert fits(caption.claims, facts) is True
        assert any(text in caption.text for text in EYE_WORDINGS[claims[0]].seen)
        opposite = opposite_claims(rng, facts, claims)
        assert opposite is not None
        assert fits(opposite, facts) is False


def test_captions_use_seen_wordings_only() -> None:
    rng = np.random.default_rng(0)
    texts = " | ".join(part_caption(rng, "pupil").text for _ in range(300))
    assert "pupil" in texts
    assert not any(text in texts for text in PART_WORDINGS["part:pupil"].unseen)


def test_known_words_hold_the_held_out_ones() -> None:
    assert {"pupil", "leukocoria", "infrared"} <= known_words()
    assert "banana" not in known_words()


def test_bundled_clip_is_small_and_names_parts(
    clip: ClipModel, eyes: list[tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> None:
    folder = resources_dir() / "near_eye"
    assert sum((folder / f"clip.{ending}").stat().st_size for ending in ("safetensors", "json")) < 25e6
    words = ["pupil", "iris", "sclera", "skin", "upper eyelid", "banana", "car", "tree"]
    texts = clip.encode_texts([f"a photo of the {word} of an eye." for word in words])
    cells = torch.from_numpy(clip.dense(np.stack([image for image, _, _ in eyes])[..., None], stride=8))
    for part in words[:5]:
        maps = torch.stack([torch.from_numpy(parts == PART_NAMES.index(part)) for _, _, parts in eyes])
        shares = F.adaptive_avg_pool2d(maps.float(), cells.shape[-1])
        mean = F.normalize((cells * shares[:, None]).sum(dim=(0, 2, 3)), dim=0).numpy()
        assert words[int((texts @ mean).argmax())] == part


def test_bundled_clip_finds_the_rare_class_from_a_sentence(
    clip: ClipModel, eyes: list[tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> None:
    texts = clip.encode_texts(["an eye with a white cloudy pupil", "an eye"])
    images = clip.encode_images(np.stack([image for image, _, _ in eyes])[..., None])
    lead = images @ (texts[0] - texts[1])
    rare = np.array([(labels == CLASS_NAMES.index("opaque lens")).any() for _, labels, _ in eyes])
    assert (lead[rare][:, None] > lead[~rare]).mean() > 0.9
