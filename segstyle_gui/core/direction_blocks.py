"""Blocks of a generator by name: the latents and the layers that are moved with them."""

from __future__ import annotations

import re

from segstyle_gui.core.generator.network import Generator
from segstyle_gui.errors import ConfigError


def parse_blocks(text: str, generator: Generator) -> tuple[str, ...]:
    """Return the blocks meant by ``"b4-b16"`` or ``"b32"``; none for ``"all"``.

    Raises
    ------
    ConfigError
        If the generator has no such block.
    """
    if text.strip().casefold() in ("", "all"):
        return ()
    blocks = [f"b{r}" for r in generator.spec.block_resolutions]
    found = re.fullmatch(r"(b\d+)(?:\s*[-–]\s*(b\d+))?", text.strip())
    first, last = (found[1], found[2] or found[1]) if found else ("", "")
    if first not in blocks or last not in blocks or blocks.index(first) > blocks.index(last):
        raise ConfigError(
            f"The blocks are {text!r}; wanted all, or a range of {', '.join(blocks)}.",
            hint=f"Write for example {blocks[0]}-{blocks[len(blocks) // 2]}.",
        )
    return tuple(blocks[blocks.index(first) : blocks.index(last) + 1])


def latents_of_blocks(names: tuple[str, ...], generator: Generator) -> tuple[int, ...]:
    """Return the indices of the latents of neighbouring blocks; none for none."""
    if not names:
        return ()
    blocks = [f"b{r}" for r in generator.spec.block_resolutions]
    first, last = blocks.index(names[0]), blocks.index(names[-1])
    begin = max(0, 2 * first - 1)  # block p takes the latents 2p - 1 (not the first one) and 2p
    end = 2 * last + 1 + (names[-1] == blocks[-1])  # and the last one its image's too
    return tuple(range(begin, end))
