"""The strip of a direction as a picture: a row a sample, a column a strength."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from segstyle_gui.core.found_direction import DIRECTION_ARRAYS, Direction
from segstyle_gui.pipeline.region_preview import as_rgb
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

_TOP = 28  # pixels of the line with strengths
_GAP = 4  # pixels
_INK = (235, 235, 235)
_CHOSEN = (255, 196, 0)
_PAPER = (24, 24, 27)


def direction_sheet(project: Project, run: RunRecord) -> Image.Image:
    """Draw the stored strip of a run, so that a person can judge a direction without a window.

    Returns
    -------
    An RGB image; the strength that the direction has is written in yellow.
    """
    found = Direction.from_arrays(project.arrays(run, DIRECTION_ARRAYS))
    height, width = found.strip.shape[2:4]
    rows, columns = len(found.strip_seeds), len(found.strip_alphas)
    sheet = Image.new("RGB", (columns * (width + _GAP), _TOP + rows * (height + _GAP)), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, alpha in enumerate(found.strip_alphas.tolist()):
        ink = _CHOSEN if np.isclose(alpha, found.alpha) else _INK
        draw.text((column * (width + _GAP) + 2, 6), f"{alpha:+g}", ink, font)
        for row, image in enumerate(as_rgb(found.strip[:, column])):
            sheet.paste(Image.fromarray(image), (column * (width + _GAP), _TOP + row * (height + _GAP)))
    return sheet
