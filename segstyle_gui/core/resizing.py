"""Generated images at another size."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F


def resize_images(images: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Bring (N, H, H, C) uint8 to ``size`` pixels a side: bicubic up, antialiased bilinear down."""
    if images.shape[1] == size:
        return images
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    if images.shape[1] > size:
        x = F.interpolate(x, size=(size, size), mode="bilinear", antialias=True)
    else:
        x = F.interpolate(x, size=(size, size), mode="bicubic", align_corners=False)
    return x.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
