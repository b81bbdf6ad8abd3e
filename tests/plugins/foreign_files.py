"""Generator files of other programs, written from random weights in those programs' own layouts.

The pickles name NVIDIA's classes, which stand in ``sys.modules`` only while a file is written.
"""

from __future__ import annotations

import argparse
import contextlib
import pickle
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

Weights = dict[str, np.ndarray]
SOURCE_CODE = "import os\nos.system('this is never run')\n"


def widths(resolution: int, base: int, most: int) -> dict[int, int]:
    """Feature channels by the published rule, with small numbers."""
    return {2**i: max(2, min(base // 2**i, most)) for i in range(2, resolution.bit_length())}


class _Random:
    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def __call__(self, *shape: int, scale: float = 1.0, mean: float = 0.0) -> np.ndarray:
        return (mean + scale * self._rng.standard_normal(shape)).astype(np.float32)


def nvidia_weights(
    channels: Mapping[int, int],
    *,
    colours: int = 3,
    z: int = 16,
    w: int = 24,
    depth: int = 3,
    classes: int = 0,
    seed: int = 0,
) -> Weights:
    """Random weights by the names and shapes of NVIDIA's PyTorch generator."""
    r = _Random(seed)
    p: Weights = {"mapping.w_avg": r(w)}
    if classes:
        p |= {"mapping.embed.weight": r(w, classes), "mapping.embed.bias": r(w, scale=0.3)}
    for i in range(depth):
        n = (z + w if classes else z) if i == 0 else w
        p |= {f"mapping.fc{i}.weight": r(w, n, scale=100), f"mapping.fc{i}.bias": r(w, scale=30)}
    before = 0
    for side, n in channels.items():
        block = f"synthesis.b{side}"
        if not before:
            p[f"{block}.const"] = r(n, side, side)
        for conv, n_in in (("conv0", before), ("conv1", n)):
            if n_in:
                p |= _nvidia_affine(r, f"{block}.{conv}", n_in, w)
                p |= {f"{block}.{conv}.weight": r(n, n_in, 3, 3), f"{block}.{conv}.bias": r(n, scale=0.3)}
                p[f"{block}.{conv}.noise_const"] = r(side, side)
                p[f"{block}.{conv}.noise_strength"] = np.float32(0.3)
        p |= _nvidia_affine(r, f"{block}.torgb", n, w)
        p |= {f"{block}.torgb.weight": r(colours, n, 1, 1), f"{block}.torgb.bias": r(colours, scale=0.3)}
        before = n
    return p


def _nvidia_affine(r: _Random, name: str, n: int, w: int) -> Weights:
    return {f"{name}.affine.weight": r(n, w), f"{name}.affine.bias": r(n, scale=0.2, mean=1)}


def nvidia_discriminator(channels: Mapping[int, int], *, colours: int = 3, seed: int = 1) -> Weights:
    """Random weights by the names and shapes of NVIDIA's PyTorch discriminator."""
    r = _Random(seed)
    sides = sorted(channels, reverse=True)
    n = channels[sides[0]]
    p = {f"b{sides[0]}.fromrgb.weight": r(n, colours, 1, 1), f"b{sides[0]}.fromrgb.bias": r(n)}
    for side in sides[:-1]:
        n, n_out = channels[side], channels[side // 2]
        p |= {f"b{side}.conv0.weight": r(n, n, 3, 3), f"b{side}.conv0.bias": r(n)}
        p |= {f"b{side}.conv1.weight": r(n_out, n, 3, 3), f"b{side}.conv1.bias": r(n_out)}
        p[f"b{side}.skip.weight"] = r(n_out, n, 1, 1)
    n = channels[4]
    p |= {"b4.conv.weight": r(n, n + 1, 3, 3), "b4.conv.bias": r(n)}
    return p | {
        "b4.fc.weight": r(n, n * 16),
        "b4.fc.bias": r(n),
        "b4.out.weight": r(1, n),
        "b4.out.bias": r(1),
    }


def tensorflow_weights(channels: Mapping[int, int], **sizes: Any) -> Weights:
    """Random weights by the names and shapes of NVIDIA's TensorFlow generator."""
    colours, z, w = sizes.get("colours", 3), sizes.get("z", 16), sizes.get("w", 24)
    classes, r = sizes.get("classes", 0), _Random(sizes.get("seed", 0))
    p: Weights = {"dlatent_avg": r(w), "lod": np.float32(0)}
    if classes:
        p |= {"mapping/LabelEmbed/weight": r(classes, w), "mapping/LabelEmbed/bias": r(w, scale=0.3)}
    for i in range(sizes.get("depth", 3)):
        n = (z + w if classes else z) if i == 0 else w
        p |= {f"mapping/Dense{i}/weight": r(n, w, scale=100), f"mapping/Dense{i}/bias": r(w, scale=30)}
    before, number = 0, 0
    for side, n in channels.items():
        block = f"synthesis/{side}x{side}"
        if not before:
            p[f"{block}/Const/const"] = r(1, n, side, side)
        for conv, n_in in (("Conv0_up", before), ("Conv1" if before else "Conv", n)):
            if n_in:
                p |= _tensorflow_layer(r, f"{block}/{conv}", n_in, n, w, 3)
                p |= {f"{block}/{conv}/noise_strength": np.float32(0.3)}
                p[f"synthesis/noise{number}"] = r(1, 1, side, side)
                number += 1
        p |= _tensorflow_layer(r, f"{block}/ToRGB", n, colours, w, 1)
        before = n
    return p


def _tensorflow_layer(r: _Random, name: str, n_in: int, n_out: int, w: int, kernel: int) -> Weights:
    return {
        f"{name}/weight": r(kernel, kernel, n_in, n_out),
        f"{name}/bias": r(n_out, scale=0.3),
        f"{name}/mod_weight": r(w, n_in),
        f"{name}/mod_bias": r(n_in, scale=0.2),
    }


def rosinality_weights(channels: Mapping[int, int], **sizes: Any) -> Weights:
    """Random weights by the names and shapes of rosinality's generator (z is as long as w)."""
    colours, w, r = sizes.get("colours", 3), sizes.get("w", 24), _Random(sizes.get("seed", 0))
    p: Weights = {}
    for i in range(1, sizes.get("depth", 3) + 1):
        p |= {f"style.{i}.weight": r(w, w, scale=100), f"style.{i}.bias": r(w, scale=30)}
    sides = list(channels)
    p["input.input"] = r(1, channels[4], 4, 4)
    p |= _rosinality_layer(r, "conv1", channels[4], channels[4], w)
    p |= _rosinality_image(r, "to_rgb1", channels[4], colours, w) | {"noises.noise_0": r(1, 1, 4, 4)}
    for i, side in enumerate(sides[1:]):
        before, n = channels[side // 2], channels[side]
        for k, n_in in ((0, before), (1, n)):
            p |= _rosinality_layer(r, f"convs.{2 * i + k}", n_in, n, w)
            p[f"noises.noise_{2 * i + k + 1}"] = r(1, 1, side, side)
        p[f"convs.{2 * i}.conv.blur.kernel"] = np.ones((4, 4), np.float32)
        p |= _rosinality_image(r, f"to_rgbs.{i}", n, colours, w)
    return p


def _rosinality_layer(r: _Random, name: str, n_in: int, n_out: int, w: int) -> Weights:
    return {
        f"{name}.conv.weight": r(1, n_out, n_in, 3, 3),
        f"{name}.conv.modulation.weight": r(n_in, w),
        f"{name}.conv.modulation.bias": r(n_in, scale=0.2, mean=1),
        f"{name}.noise.weight": r(1, scale=0.1, mean=0.3),
        f"{name}.activate.bias": r(n_out, scale=0.3),
    }


def _rosinality_image(r: _Random, name: str, n_in: int, colours: int, w: int) -> Weights:
    return {
        f"{name}.conv.weight": r(1, colours, n_in, 1, 1),
        f"{name}.conv.modulation.weight": r(n_in, w),
        f"{name}.conv.modulation.bias": r(n_in, scale=0.2, mean=1),
        f"{name}.bias": r(1, colours, 1, 1, scale=0.3),
    }


# Writing


def _named(module: str, value: Any) -> Any:
    value.__module__, value.__qualname__ = module, value.__name__
    return value


def _reconstruct_persistent_obj(meta: dict[str, Any]) -> None:
    raise AssertionError("nothing of a file may be called")


class EasyDict(dict):
    pass


class Network:
    pass


_NAMES = {
    "torch_utils.persistence": _reconstruct_persistent_obj,
    "dnnlib.util": EasyDict,
    "dnnlib.tflib.network": Network,
}


@contextlib.contextmanager
def nvidia_names() -> Iterator[None]:
    """Let pickle find NVIDIA's names for as long as a file is written."""
    made: list[str] = []
    for path, value in _NAMES.items():
        parts = path.split(".")
        for i in range(1, len(parts) + 1):
            name = ".".join(parts[:i])
            if name not in sys.modules:
                sys.modules[name] = types.ModuleType(name)
                made.append(name)
        setattr(sys.modules[path], value.__name__, _named(path, value))
    try:
        yield
    finally:
        for name in made:
            del sys.modules[name]


class Persistent:
    """An object that is pickled as NVIDIA's modules are: a call with its source code and its state."""

    def __init__(self, class_name: str, state: dict[str, Any]) -> None:
        self.meta = {
            "type": "class",
            "version": 6,
            "module_src": SOURCE_CODE,
            "class_name": class_name,
            "state": state,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        return (_reconstruct_persistent_obj, (self.meta,), None)


def nvidia_module(weights: Mapping[str, Any], name: str = "Generator", **facts: Any) -> Persistent:
    """Nest weights by the dots of their names into modules; ``facts`` are attributes by full name."""
    tree: dict[str, Any] = {}
    for path, value in {**weights, **{key.replace("__", "."): v for key, v in facts.items()}}.items():
        *modules, last = path.split(".")
        node = tree
        for module in modules:
            node = node.setdefault(module, {})
        node[last] = (path in weights, value)
    return _module(tree, name)


def _module(tree: dict[str, Any], name: str) -> Persistent:
    state: dict[str, Any] = {"training": False, "_parameters": OrderedDict(), "_buffers": OrderedDict()}
    modules: dict[str, Any] = OrderedDict()
    for key, value in tree.items():
        if isinstance(value, dict):
            modules[key] = _module(value, key)
        elif not value[0]:
            state[key] = value[1]
        elif key in ("w_avg", "noise_const", "resample_filter"):
            state["_buffers"][key] = as_torch(value[1])
        else:
            state["_parameters"][key] = torch.nn.Parameter(as_torch(value[1]), requires_grad=False)
    return Persistent(name, {**state, "_modules": modules})


def as_torch(value: Any) -> torch.Tensor:
    return value if isinstance(value, torch.Tensor) else torch.from_numpy(np.array(value))


def write_nvidia(path: Path, generator: Weights, discriminator: Weights | None = None, **facts: Any) -> Path:
    """Write a dict of G, D and G_ema as NVIDIA's training does."""
    some = {**generator, "synthesis.b4.resample_filter": np.ones((4, 4), np.float32)}
    zeros = {name: np.zeros_like(value) for name, value in generator.items()}
    snapshot = {
        "training_set_kwargs": EasyDict(class_name="training.dataset.ImageFolderDataset", path="/data"),
        "G": nvidia_module(zeros),
        "D": nvidia_module(discriminator or {}, "Discriminator"),
        "G_ema": nvidia_module(some, **facts),
        "augment_pipe": None,
    }
    with nvidia_names():
        path.write_bytes(pickle.dumps(snapshot))
    return path


def tensorflow_network(weights: Weights, **settings: Any) -> Network:
    """Return one of NVIDIA's TensorFlow networks with its two components."""

    def network(prefix: str, components: dict[str, Any]) -> Network:
        inside = [
            (name.removeprefix(prefix), value) for name, value in weights.items() if name.startswith(prefix)
        ]
        own = [pair for pair in inside if prefix or pair[0] in ("dlatent_avg", "lod")]
        made = Network()
        made.__dict__.update(
            version=4,
            name="G",
            static_kwargs=EasyDict(settings),
            components=OrderedDict(components),
            build_module_src=SOURCE_CODE,
            build_func_name="G_main",
            variables=own,
        )
        return made

    return network("", {part: network(f"{part}/", {}) for part in ("synthesis", "mapping")})


def write_tensorflow(path: Path, weights: Weights, *, protocol: int = 4, **settings: Any) -> Path:
    """Write the (G, D, Gs) of NVIDIA's TensorFlow programs."""
    zeros = {name: np.zeros_like(value) for name, value in weights.items()}
    with nvidia_names():
        networks = tuple(tensorflow_network(w, **settings) for w in (zeros, {}, weights))
        path.write_bytes(pickle.dumps(networks, protocol=protocol))
    return path


def write_rosinality(
    path: Path, weights: Weights, *, mean: np.ndarray | None = None, zipped: bool = True
) -> Path:
    """Write what rosinality's training saves, in torch's present or its older format."""
    state = {name: as_torch(value) for name, value in weights.items()}
    saved: dict[str, Any] = {"g": state, "g_ema": state, "args": argparse.Namespace(size=64)}
    if mean is not None:
        saved["latent_avg"] = as_torch(mean)
    torch.save(saved, path, _use_new_zipfile_serialization=zipped)
    return path
