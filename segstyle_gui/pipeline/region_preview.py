"""What is shown of regions: samples with the cluster of every pixel, at any size, and crops of one region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstyle_gui.core.classes import Region, RegionState
from segstyle_gui.core.cluster_config import ClusterConfig, sample_seeds
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ProjectError
from segstyle_gui.pipeline.studio_records import RegionSamples
from segstyle_gui.project.records import RunRecord

if TYPE_CHECKING:
    from segstyle_gui.core.clustering import Clustering
    from segstyle_gui.core.feature_tap import TappedGenerator
    from segstyle_gui.core.generator.network import Generator

DIMMED = 0.35  # brightness of what is not the region
_MARGIN = 0.15  # of a patch's box, on every side
_SMALLEST_BOX = 8  # pixels
_PATCH_SOURCE = 128  # pixels a side of the samples that patches are cut from, at least
_BATCH = 16


@dataclass(frozen=True, slots=True)
class RegionSource:
    """Regions with what is needed to draw them."""

    run: RunRecord
    generator: TappedGenerator
    clustering: Clustering
    state: RegionState


def region_of(state: RegionState, region_id: int) -> Region:
    """Return a region by its id.

    Raises
    ------
    ProjectError
        If there is none.
    """
    for region in state.regions:
        if region.id == region_id:
            return region
    known = [region.id for region in state.regions]
    raise ProjectError(f"There is no region {region_id}.", hint=f"Regions are {known}.")


def as_rgb(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (..., 3) of images (..., 1) or (..., 3)."""
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def draw_samples(
    generator: Generator, seeds: Sequence[int], psi: float, size: int, *, progress: Progress = SILENT
) -> NDArray[np.uint8]:
    """Return the samples of some seeds, (N, size, size, 3) uint8; size 0 is the generator's."""
    import torch

    from segstyle_gui.core.generator.network import images_to_uint8, latents_from_seeds
    from segstyle_gui.core.resizing import resize_images

    size = size or generator.resolution
    drawn = [np.zeros((0, size, size, 3), np.uint8)]
    with torch.no_grad():
        for start in range(0, len(seeds), _BATCH):
            progress.report(start, len(seeds), "Drawing samples")
            z = latents_from_seeds(seeds[start : start + _BATCH], generator.z_dim).to(generator.device)
            images = images_to_uint8(generator(z, psi))
            drawn.append(as_rgb(resize_images(images, size)))
    progress.report(1, 1)
    return np.concatenate(drawn)


def draw_regions(
    source: RegionSource, seeds: Sequence[int], size: int, *, progress: Progress = SILENT
) -> RegionSamples:
    """Return samples with the cluster ids of their pixels, both of ``size`` pixels a side."""
    import torch

    from segstyle_gui.core.features import batch_size
    from segstyle_gui.core.generator.network import images_to_uint8
    from segstyle_gui.core.label_maps import check_generator, cluster_maps, sample_latents
    from segstyle_gui.core.resizing import resize_images

    generator, clustering, splits = source.generator, source.clustering, source.state.splits
    check_generator(generator, clustering.tap)
    images = np.empty((len(seeds), size, size, 3), np.uint8)
    clusters = np.empty((len(seeds), size, size), np.int16)
    batch = batch_size(generator, clustering.tap.names, extra_floats=3 * source.state.n_ids * size**2)
    for start in range(0, len(seeds), batch):
        progress.report(start, len(seeds), "Drawing samples")
        block = slice(start, start + batch)
        with torch.no_grad():
            w = sample_latents(generator, clustering, seeds[block])
            pictures, _ = generator.forward_intermediates(w, clustering.tap.names)
        assert pictures is not None
        images[block] = as_rgb(resize_images(images_to_uint8(pictures), size))
        clusters[block], _ = cluster_maps(generator, clustering, splits, w, size=size)
    progress.report(1, 1)
    images.flags.writeable = clusters.flags.writeable = False
    return RegionSamples(tuple(seeds), images, clusters, len(splits))


def draw_patches(
    source: RegionSource,
    region_id: int,
    counts: NDArray[np.uint32],
    *,
    n: int,
    size: int,
    progress: Progress = SILENT,
) -> NDArray[np.uint8]:
    """Return crops (m, size, size, 3) uint8, m ≤ n, of the samples in which a region is biggest.

    ``counts`` (S, n_ids) are the pixels of every cluster id in the samples that the clusters were found on.
    """
    pixels = counts[:, list(region_of(source.state, region_id).clusters)].sum(axis=1, dtype=np.int64)
    seeds = counted_seeds(source)
    biggest = [seeds[row] for row in np.argsort(-pixels, kind="stable")[:n].tolist() if pixels[row]]
    drawn = draw_regions(source, biggest, max(_PATCH_SOURCE, source.generator.resolution), progress=progress)
    return crop_regions(drawn.images, source.state.cluster_to_region()[drawn.clusters] == region_id, size)


def counted_seeds(source: RegionSource) -> range:
    """Return the seeds of the samples whose pixels were counted when the regions were found."""
    return sample_seeds(ClusterConfig(**source.run.config))[: len(source.clustering.sample_counts)]


def crop_regions(images: NDArray[np.uint8], masks: NDArray[np.bool_], size: int) -> NDArray[np.uint8]:
    """Return the square around the largest piece of each mask, what is outside of the mask dimmed.

    Parameters
    ----------
    images
        (N, S, S, 3) uint8.
    masks
        (N, S, S); a sample whose mask is empty is left out.
    size
        Pixels a side of the crops.

    Returns
    -------
    (n, size, size, 3) uint8, n ≤ N.
    """
    crops = [_crop(image, mask, size) for image, mask in zip(images, masks, strict=True) if mask.any()]
    return np.stack(crops) if crops else np.zeros((0, size, size, 3), np.uint8)


def _crop(image: NDArray[np.uint8], mask: NDArray[np.bool_], size: int) -> NDArray[np.uint8]:
    box = _box(mask)
    picture = np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC, box))
    soft = Image.fromarray(mask.astype(np.uint8) * 255).resize((size, size), Image.Resampling.BILINEAR, box)
    light = DIMMED + (1 - DIMMED) * np.asarray(soft, np.float32)[..., None] / 255
    return np.rint(picture * light).astype(np.uint8)


def _box(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a square inside the image that holds the mask's largest piece."""
    from scipy import ndimage

    pieces, _ = ndimage.label(mask)
    largest = int(np.bincount(pieces.ravel())[1:].argmax()) + 1
    rows, columns = ndimage.find_objects(pieces)[largest - 1]
    length = max(rows.stop - rows.start, columns.stop - columns.start) * (1 + 2 * _MARGIN)
    side = min(float(len(mask)), max(length, _SMALLEST_BOX))
    top = min(max((rows.start + rows.stop - side) / 2, 0.0), len(mask) - side)
    left = min(max((columns.start + columns.stop - side) / 2, 0.0), len(mask) - side)
    return left, top, left + side, top + side
