import numpy as np
import pytest

from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_text import STRANGERS, check_related
from segstyle_gui.errors import StageError

D = len(STRANGERS) + 1


class ThingsClip:
    """Every thing has an axis of its own; the prompt has the last one."""

    def encode_texts(self, texts):
        rows = [next((i for i, thing in enumerate(STRANGERS) if thing in text), D - 1) for text in texts]
        return np.eye(D, dtype=np.float32)[rows]


def embeddings(own, strangers):
    """Return samples whose best tenth is as near to the prompt, and to each stranger, as is said."""
    found = np.tile(np.array([*strangers, own], np.float32), (100, 1))
    found[10:] -= 0.1
    return found


LEVELS = 0.15 + 0.01 * np.cos(np.arange(len(STRANGERS)))  # robust deviation 0.01
CONFIG = DirectionConfig(prompt="a thing", top_share=0.1)


@pytest.mark.parametrize("shift", [0.0, -0.6])  # the level of cosines is another with every CLIP
def test_a_prompt_must_stand_out_from_other_things(shift):
    check_related(ThingsClip(), embeddings(0.22 + shift, LEVELS + shift), CONFIG)
    with pytest.raises(StageError, match="as near to “a thing” as to “a "):
        check_related(ThingsClip(), embeddings(0.16 + shift, LEVELS + shift), CONFIG)


def test_a_generator_of_a_few_of_these_things_is_no_reason_to_refuse():
    levels = LEVELS.copy()
    levels[[2, 5]] = 0.3
    check_related(ThingsClip(), embeddings(0.25, levels), CONFIG)
