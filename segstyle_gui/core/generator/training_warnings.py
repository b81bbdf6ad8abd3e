"""Early signs that a training goes wrong, and what to do about each: pure rules over what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from segstyle_gui.core.generator.training_record import QualityPoint, QualityScale, TrainingWarning

_COLLAPSED_VARIETY = 0.3
_COLLAPSED_SPREAD = 0.3
_VARIED = 0.6  # samples that came to this have learnt to vary; below _COLLAPSED afterwards they lost it
_LEARNT_TO_VARY_KIMG = 8.0  # by then they should have
_COPIED = 0.3  # share of the samples
_WORSE = 1.5  # times the best distance
_WORSE_FOR = 5  # measurements
_LOST_D, _LOST_G = 0.08, 5.0  # losses at which the discriminator is never wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingState:
    """What the rules know besides the measurements.

    ``generator_loss`` and ``discriminator_loss`` are means since the last look; ``augment_p`` is the strength
    of adaptive augmentation and ``augment_limit`` the most it may be (0 if it doesn't adapt).
    """

    generator_loss: float
    discriminator_loss: float
    augment_p: float
    augment_limit: float
    n_images: int


def find_warnings(
    state: TrainingState, quality: Sequence[QualityPoint], scale: QualityScale | None
) -> tuple[TrainingWarning, ...]:
    """Return what is wrong now, the most urgent first.

    Parameters
    ----------
    state
        Losses and augmentation.
    quality
        All measurements so far, oldest first.
    scale
        What they are read against, None if there are none.
    """
    found = [_broken(state), _lost(state)]
    if quality and scale is not None:
        copying = _copying(quality[-1], scale, state.n_images)
        collapsed = _collapsed(quality)
        few_kinds = quality[-1].spread >= _COLLAPSED_SPREAD  # copies of few images are alike as well
        found += [copying, None if copying and few_kinds else collapsed, _worse(quality, scale)]
    found.append(_at_limit(state))
    return tuple(warning for warning in found if warning is not None)


def _broken(state: TrainingState) -> TrainingWarning | None:
    if math.isfinite(state.generator_loss) and math.isfinite(state.discriminator_loss):
        return None
    return TrainingWarning(
        kind="broken",
        message="The losses are no numbers any more: this training is broken.",
        hint="Stop it, and train again with half the learning rate or the number format float32.",
    )


def _lost(state: TrainingState) -> TrainingWarning | None:
    if not (state.discriminator_loss < _LOST_D and state.generator_loss > _LOST_G):
        return None
    return TrainingWarning(
        kind="lost",
        message="The discriminator is never wrong any more, so the generator learns nothing from it.",
        hint="If that lasts, stop, and train again with adaptive augmentation, a larger R1 weight or more"
        " images.",
    )


def _copying(last: QualityPoint, scale: QualityScale, n_images: int) -> TrainingWarning | None:
    if last.copied <= max(_COPIED, 2 * scale.copied + 0.1):
        return None
    return TrainingWarning(
        kind="copying",
        message=f"{last.copied:.0%} of the samples are nearly copies of a training image: the generator"
        f" learns the {n_images:,} images by heart.",
        hint="Compare the pairs. Stop soon and keep an earlier state, or import more images. Samples like"
        " these can give away who is in the images.",
    )


def _collapsed(quality: Sequence[QualityPoint]) -> TrainingWarning | None:
    last = quality[-1]
    is_poor = last.variety < _COLLAPSED_VARIETY or last.spread < _COLLAPSED_SPREAD
    varied = any(point.variety >= _VARIED and point.spread >= _VARIED for point in quality[:-1])
    if not is_poor or not (varied or last.kimg >= _LEARNT_TO_VARY_KIMG):
        return None
    return TrainingWarning(
        kind="collapse",
        message="The samples are nearly all alike: the generator has collapsed to a few pictures.",
        hint="It seldom recovers. Stop, keep the best state, and train again with a larger R1 weight or a"
        " smaller learning rate.",
    )


def _worse(quality: Sequence[QualityPoint], scale: QualityScale) -> TrainingWarning | None:
    best = min(range(len(quality)), key=lambda i: quality[i].smoothed)
    limit = _WORSE * max(quality[best].smoothed, 0.0) + 2 * scale.baseline
    later = quality[best + 1 :]
    if len(later) < _WORSE_FOR or any(point.smoothed < limit for point in later[-_WORSE_FOR:]):
        return None
    return TrainingWarning(
        kind="worse",
        message=f"The samples were best at {quality[best].kimg:.0f} kimg and have been getting worse since.",
        hint="More training will hardly help: stop and keep. The best state is the one that is kept.",
    )


def _at_limit(state: TrainingState) -> TrainingWarning | None:
    if not state.augment_limit or state.augment_p < state.augment_limit - 1e-3:
        return None
    return TrainingWarning(
        kind="limit",
        message=f"The augmentation is at its limit, and the discriminator still knows the {state.n_images:,}"
        " images apart from the samples.",
        hint="These are few images for so long a training. More images help, or another generator to start"
        " from; otherwise stop when the samples no longer get better.",
    )
