"""How embeddings of grid cells are made: the choices, without torch."""

from __future__ import annotations

from typing import Literal

Finer = Literal["dilate", "enlarge"]
Attention = Literal["value", "sclip", "clearclip"]

FINER: tuple[Finer, ...] = ("dilate", "enlarge")
ATTENTION: tuple[Attention, ...] = ("value", "sclip", "clearclip")

STRIDE_HELP = "Step of CLIP's grid: 32, 16, 8 or 4."
FINER_HELP = (
    "How the grid of a ResNet gets finer than 32 pixels: dilate computes every step of it exactly, enlarge"
    " shows larger images, as the paper's code does."
)
ATTENTION_HELP = (
    "What the last layer of a transformer looks at: value keeps every patch to itself (MaskCLIP), sclip and"
    " clearclip let it look at patches like itself."
)
DENSE_MEMORY_HELP = "Memory for CLIP's activations; larger images are looked at in overlapping tiles."
