import numpy as np
import pytest

from segstyle_gui.core.clip.prompts import TEMPLATES, embed_prompts, parse_prompts
from segstyle_gui.errors import ConfigError


class CountsLetters:
    def encode_texts(self, texts):
        counts = np.array([[text.count(letter) for letter in "abcdefgh"] for text in texts], dtype=np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def test_commas_part_things_and_bars_part_synonyms():
    assert parse_prompts(" iris | iris  of the eye,pupil,, lid|") == (
        ("iris", "iris of the eye"),
        ("pupil",),
        ("lid",),
    )


@pytest.mark.parametrize("text", ["", "iris", "iris|iris of the eye", " , |"])
def test_one_thing_is_too_few(text):
    with pytest.raises(ConfigError, match="at least two"):
        parse_prompts(text)


@pytest.mark.parametrize("text", ["iris, Iris", "iris|ring, ring|pupil"])
def test_a_word_twice_is_refused(text):
    with pytest.raises(ConfigError, match="twice"):
        parse_prompts(text)


def test_embeddings_are_means_over_templates_with_length_one():
    encoder = CountsLetters()
    found = embed_prompts(encoder, (("cab", "bed"), ("hag",)), ("a {}", "{} {}"))
    assert [part.shape for part in found] == [(2, 8), (1, 8)]
    wanted = encoder.encode_texts(["a hag", "hag hag"]).mean(axis=0)
    assert np.allclose(found[1][0], wanted / np.linalg.norm(wanted), atol=1e-6)
    assert np.allclose(np.linalg.norm(np.concatenate(found), axis=1), 1, atol=1e-6)


def test_every_template_has_one_place_for_the_name():
    assert all(template.count("{}") == 1 for group in TEMPLATES.values() for template in group)
