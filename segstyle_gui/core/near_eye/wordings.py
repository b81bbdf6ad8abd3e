"""How things in a near-eye image are called: many wordings a claim, some of them kept from training.

A *claim* is what a wording says: ``"part:iris"`` (this is an iris) or ``"pupil:large"``. Patterns such as
``"(large|big) pupil"`` stand for all their combinations.
"""

from __future__ import annotations

import itertools
import re
import zlib
from dataclasses import dataclass

_HELD_OUT_SHARE = 5  # one text in five is kept from training


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Wordings of one claim.

    ``seen`` are trained on. ``recombined`` are not, but their words and word order are known from others;
    ``unseen`` hold words that training never shows, so that a model without other text cannot know them.
    """

    seen: tuple[str, ...]
    recombined: tuple[str, ...]
    unseen: tuple[str, ...]


def expand(pattern: str) -> list[str]:
    """Return all texts of a pattern: ``expand("a (big|small) eye")`` is a big eye, a small eye."""
    pieces = re.split(r"\(([^)]*)\)", pattern)
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    return [" ".join("".join(words).split()) for words in itertools.product(*choices)]


def _wordings(patterns: str, unseen: str = "") -> Wordings:
    """Split the patterns' texts: a fifth is held out, as long as each of its words is seen elsewhere."""
    texts = list(dict.fromkeys(text for pattern in patterns.split("; ") for text in expand(pattern)))
    n_held_out = len(texts) // _HELD_OUT_SHARE
    seen = list(texts)
    for text in sorted(texts[1:], key=lambda text: zlib.crc32(text.encode())):
        others = [other for other in seen if other != text]
        if len(texts) - len(seen) < n_held_out and _words(text) <= set().union(*map(_words, others)):
            seen = others
    recombined = tuple(text for text in texts if text not in seen)
    return Wordings(
        seen=tuple(seen), recombined=recombined, unseen=tuple(unseen.split("; ")) if unseen else ()
    )


def _words(text: str) -> set[str]:
    return set(text.rstrip(".").split())


# Names of parts, without an article: the templates bring it.
PART_WORDINGS: dict[str, Wordings] = {
    "part:skin": _wordings(
        "skin; (facial|bare|pale|human|smooth|wrinkled) skin; skin (of the face|near the eye|around the "
        "eye|below the eye|above the eye|texture|surface); cheek; cheek skin; patch of (skin|bare skin); "
        "face",
        "dermis; complexion; flesh of the cheek",
    ),
    "part:eyelid": _wordings(
        "eyelid; lid; (closed|human|soft) eyelid; eye lid; (lid|eyelid) of (the|an) eye; eyelid "
        "(skin|fold|surface); skin of the (eyelid|lid); fold of the (eyelid|lid); eyelids; eye lids; lids",
        "palpebra; palpebral skin",
    ),
    "part:upper eyelid": _wordings(
        "upper (eyelid|lid|eye lid); top (eyelid|lid|eye lid); upper (eyelid|lid) (skin|crease|fold); "
        "(eyelid|lid) above the (eye|iris); skin of the upper (eyelid|lid)",
        "superior palpebra; topmost lid",
    ),
    "part:lower eyelid": _wordings(
        "lower (eyelid|lid|eye lid); bottom (eyelid|lid|eye lid); lower (eyelid|lid) (skin|fold); "
        "(eyelid|lid) below the (eye|iris); skin of the lower (eyelid|lid); bag under the eye",
        "inferior palpebra",
    ),
    "part:eyelashes": _wordings(
        "eyelashes; lashes; eyelash; eye lashes; lash; (dark|long|fine|curved|black) "
        "(eyelashes|lashes|eye lashes); (hairs|hair) (of|on) the (eyelid|lid); lash (hairs|hair|line); "
        "row of (lashes|eyelashes); eyelash (hairs|hair|line)",
        "cilia; fringe of hairs",
    ),
    "part:eyebrow": _wordings(
        "eyebrow; brow; eye brow; (dark|bushy|thick|human) (eyebrow|brow|eye brow); eyebrows; brows; "
        "(hairs|hair) (of|in) the (eyebrow|brow); (eyebrow|brow) (hairs|hair)",
        "supercilium; arch of hair",
    ),
    "part:sclera": _wordings(
        "sclera; white of (the|an) eye; eye white; whites of the eye; (white|gray|bright|pale) sclera; "
        "white (part|area|region) of the (eye|eyeball); sclera of (the|an) (eye|eyeball); scleral "
        "(area|region|part); (white|gray) (area|region) beside the iris; white eyeball; eyeball white; "
        "eyeball surface",
        "conjunctiva; albuginea; milky part",
    ),
    "part:iris": _wordings(
        "iris; (gray|textured|colored|coloured|round|light|dark) iris; iris of (the|an) eye; eye iris; "
        "iris (texture|ring|area|region|pattern|disc|fibres|fibers|tissue); ring around the pupil; "
        "(colored|coloured|textured|gray) (ring|part|area|disc) of the eye; (textured|gray) ring around "
        "the pupil",
        "annulus; rainbow membrane",
    ),
    "part:pupil": _wordings(
        "pupil; (dark|black|round|human) pupil; pupil of (the|an) eye; eye pupil; pupil "
        "(area|region|opening|hole|disc|circle); (dark|black) (hole|opening|disc|circle) in the "
        "(iris|eye|iris of the eye); opening of the iris; (black|dark) center of the (eye|iris); "
        "(round|black) (opening|disc) in the iris",
        "eye aperture; apple of the eye; blackest spot",
    ),
    "part:opaque lens": _wordings(
        "cloudy pupil; (white|cloudy|opaque|milky|hazy) (pupil|lens); white cloudy (pupil|lens); "
        "(white|cloudy|opaque|milky) lens of (the|an) eye; opaque lens in the pupil; cataract; "
        "(mature|white|dense) cataract; lens with a cataract; pupil with a cataract; white (disc|spot) in "
        "the pupil; clouded (lens|pupil); milky white (pupil|lens)",
        "leukocoria; turbid crystalline lens",
    ),
    "part:glint": _wordings(
        "glint; glints; reflection; reflections; (bright|corneal|light|small|specular|white) "
        "(glint|reflection|reflex|spot|highlight); (reflection|reflex|glint|glints) (of|from) (a lamp|the "
        "light|a light); highlight; reflex; highlight on the (eye|cornea); (reflection|glint|reflections) "
        "(on|in) the (cornea|eye|pupil)",
        "purkinje image; sparkle; shiny dot",
    ),
    "part:eye corner": _wordings(
        "eye corner; corner of (the|an) eye; (inner|nasal) (corner|eye corner); inner corner of (the|an) "
        "eye; tear duct; caruncle; corner of the (eyelids|lids); flesh in the (inner corner|corner of the "
        "eye); inner (corner of the lids|eye corner)",
        "canthus; lacrimal caruncle",
    ),
}

# What can be said of a whole eye, with an article.
EYE_WORDINGS: dict[str, Wordings] = {
    "pupil:large": _wordings(
        "a (large|big|wide|dilated|enlarged|very large|very big|very wide) pupil; a "
        "(large|big|wide|dilated) (dark|black|round) pupil; a (widely|strongly) dilated pupil; a wide "
        "open pupil",
        "a huge pupil; mydriasis",
    ),
    "pupil:small": _wordings(
        "a (small|little|tiny|narrow|constricted|very small|very little|very narrow) pupil; a "
        "(small|little|tiny|constricted) (dark|black|round) pupil; a strongly constricted pupil",
        "a miniature pupil; miosis",
    ),
    "pupil:cloudy": _wordings(
        "a (white|cloudy|opaque|milky|hazy|white cloudy|milky white|clouded) (pupil|lens); a cataract; a "
        "(mature|white|dense) cataract; an opaque (white|cloudy) (pupil|lens); a (pupil|lens) "
        "(clouded|white) by a cataract; a (white|cloudy) disc in the pupil; a cloudy white (pupil|lens)",
        "leukocoria; a turbid lens; a pupil like fog",
    ),
    "pupil:clear": _wordings(
        "a (clear|normal|healthy|transparent) (pupil|lens); a (dark|black) (clear|normal|healthy) pupil; "
        "a (pupil|lens) without a cataract; no cataract; a (black|dark) pupil",
        "an unclouded lens; a limpid lens",
    ),
    "iris:light": _wordings(
        "a (light|pale|bright|light gray|pale gray|bright gray) iris; a (light|pale|bright) (ring|disc) "
        "around the pupil; a very (light|pale|bright) iris; an iris that is (light|pale|bright)",
        "a fair iris; a luminous iris",
    ),
    "iris:dark": _wordings(
        "a (dark|dim|black|dark gray|very dark) iris; a (dark|dim) (ring|disc) around the pupil; an iris "
        "that is (dark|dim|black)",
        "a swarthy iris; a gloomy iris",
    ),
    "iris:textured": _wordings(
        "a (textured|patterned|richly textured|spotted|fibrous|structured) iris; an iris with "
        "(strong|rich|clear|much) (texture|structure|pattern); (strong|rich|clear) iris "
        "(texture|structure)",
        "a speckled iris; an iris full of crypts",
    ),
    "iris:plain": _wordings(
        "a (plain|smooth|uniform|even|flat) iris; an iris with (little|weak|no|faint) "
        "(texture|structure|pattern); (weak|faint|little) iris (texture|structure)",
        "a featureless iris",
    ),
    "lids:open": _wordings(
        "(wide|widely) open (lids|eyelids); lids (wide|widely) open; eyelids (wide|widely) open; a "
        "(wide|large|tall) eye opening; a (wide|large|tall) opening of the (lids|eyelids)",
        "a gaping fissure",
    ),
    "lids:narrow": _wordings(
        "(half|nearly|almost|partly) closed (lids|eyelids); lids (half|nearly|almost|partly) closed; "
        "eyelids (half|nearly|almost|partly) closed; a (narrow|small|low) eye opening; a "
        "(narrow|small|low) opening of the (lids|eyelids); drooping (lids|eyelids)",
        "a squint; ptosis",
    ),
    "lashes:long": _wordings(
        "(long|very long|large) (lashes|eyelashes|eye lashes); (lashes|eyelashes) that are (long|very long)",
        "sweeping lashes",
    ),
    "lashes:short": _wordings(
        "(short|very short|small) (lashes|eyelashes|eye lashes); (lashes|eyelashes) that are (short|very "
        "short)",
        "stubby lashes",
    ),
    "lashes:dense": _wordings(
        "(dense|thick|many|full) (lashes|eyelashes|eye lashes); a dense row of (lashes|eyelashes)",
        "luxuriant lashes",
    ),
    "lashes:sparse": _wordings(
        "(sparse|thin|few) (lashes|eyelashes|eye lashes); (lashes|eyelashes) that are (thin|sparse); a "
        "sparse row of (lashes|eyelashes)",
        "scant lashes",
    ),
    "glints:1": _wordings(
        "(one|a single|one bright|one corneal|one small) (glint|reflection|reflex|highlight); (one|a "
        "single) (glint|reflection) (of a lamp|on the cornea|from the light)",
        "a lone sparkle",
    ),
    "glints:2": _wordings(
        "two (glints|reflections|reflexes|highlights); two (bright|corneal|small) (glints|reflections); a "
        "pair of (glints|reflections|highlights); two (glints|reflections) on the cornea",
        "twin sparkles",
    ),
    "glints:3": _wordings(
        "three (glints|reflections|reflexes|highlights); three (bright|corneal|small) "
        "(glints|reflections); three (glints|reflections) on the cornea; a triangle of "
        "(glints|reflections|highlights)",
        "a trio of sparkles",
    ),
    "glints:4": _wordings(
        "four (glints|reflections|reflexes|highlights); four (bright|corneal|small) (glints|reflections); "
        "four (glints|reflections) on the cornea; a square of (glints|reflections|highlights)",
        "a quartet of sparkles",
    ),
    "gaze:left": _wordings(
        "a gaze to the left; gaze to the left; an iris (turned|moved|looking) (left|to the left); a "
        "(left|leftward) gaze",
        "a sinistral glance",
    ),
    "gaze:right": _wordings(
        "a gaze to the right; gaze to the right; an iris (turned|moved|looking) (right|to the right); a "
        "(right|rightward) gaze",
        "a dextral glance",
    ),
    "gaze:up": _wordings(
        "a gaze up; gaze up; an iris (turned|moved|looking) (up|upward); a (upward|raised) gaze",
        "a heavenward glance",
    ),
    "gaze:down": _wordings(
        "a gaze down; gaze down; an iris (turned|moved|looking) (down|downward); a (downward|lowered) gaze",
        "an earthward glance",
    ),
    "brow:visible": _wordings(
        "(an|a visible|a dark|a bushy) eyebrow; (a|a visible|a dark|a bushy) brow; (an eyebrow|a brow) "
        "(above|at the top)",
        "supercilia",
    ),
    "brow:hidden": _wordings(
        "no (eyebrow|brow|visible eyebrow|visible brow|eye brow); no (eyebrow|brow) above",
        "an absent brow",
    ),
}

# Whole eyes with nothing said about them, with an article.
EYE_NOUNS = _wordings(
    "an eye; a (human|near-infrared|gray|infrared) eye; the eye; an (infrared|eye tracking|eye camera) "
    "image of an eye; a (photo|image|picture|close-up|near-infrared image|grayscale image) of (an eye|a "
    "human eye|the eye); a near-eye image; an eye image; an infrared eye image; an open eye",
    "an ocular organ; a peeper",
)
PART_TEMPLATES = _wordings(
    "a photo of a {}.; a photo of the {}.; {}; a {}; the {}; a close-up of the {}; a "
    "(close-up|cropped|blurry|gray) photo of (a|the) {}.; an (infrared|gray) image of (a|the) {}; this "
    "is a photo of a {}; a picture of (a|the) {}; the {} of (an eye|a human eye|the eye); a (black and "
    "white|bad|sharp|noisy|bright|dark|small|large) photo of the {}.; an image of (a|the) {}; a "
    "near-infrared image of the {}; part of the {}; a (region|patch|crop) of the {}; {} seen by an "
    "infrared camera; a close-up photo of the {}; a gray image of the {} of (an eye|a human eye); (we "
    "see|look at|it shows|this shows|there is|an example of) (a|the) {}; the {} (in|on) this "
    "(image|photo|frame); the {}, (close up|enlarged|cropped|in infrared light|in gray|from the front); "
    "photo: {}; {} in an image of an eye; {} (photo|image|close-up); the {} taken (by|with) an infrared "
    "camera; a {} (seen|shown|recorded) (with|through|by) a camera; a video frame of the {}; the {} "
    "(under|in) (dim|infrared|bright) light; only the {}; what we see is the {}"
)
# Not trained on, but looked at while the patterns above were chosen: for validation only.
VALIDATION_PART_TEMPLATES = (
    "a photo of the {} of an eye.",
    "a near-infrared image of the {} of an eye.",
    "the {}, seen by an eye-tracking camera.",
    "here is the {} in a picture.",
    "close-up image: {}",
)
EYE_TEMPLATES = (
    "{eye} with {list}",
    "{eye} that has {list}",
    "{eye} showing {list}",
    "{eye}, {list}",
    "{list}",
)
VALIDATION_EYE_TEMPLATES = (
    "{eye} which has {list}",
    "{list} of {eye}",
    "{eye} where we see {list}",
    "{list}.",
)
# Written after training had ended and measured once.
TEST_PART_TEMPLATES = (
    "what a camera records of the {}",
    "my image has a {} and little else",
    "the patch that covers the {}",
    "recorded by infrared: {}, human",
    "in the middle of the frame there is the {}.",
    "a grayscale recording with the {} at its center",
)
TEST_EYE_TEMPLATES = (
    "{list}, as in {eye} of a human",
    "{eye} whose image has {list}",
    "in this frame: {eye} and also {list}",
    "a recording of {eye} with {list} in it",
)
