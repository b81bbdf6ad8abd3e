"""A generator's weights as arrays and as safetensors files: tensors and a JSON header, nothing that runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch.overrides import TorchFunctionMode

from segstyle_gui.core.generator.network import Generator, GeneratorSpec
from segstyle_gui.core.generator.shapes import generator_shapes, misfit
from segstyle_gui.errors import ConfigError, ModelFileError, SegStyleError

FORMAT = "segstyle-generator-1"
_HINT = "Train a generator in SegStyle, or choose a file that SegStyle wrote."


def spec_to_json(spec: GeneratorSpec) -> str:
    """Describe a generator's shapes in one line of JSON."""
    header = {
        "format": FORMAT,
        "resolution": spec.resolution,
        "img_channels": spec.img_channels,
        "z_dim": spec.z_dim,
        "w_dim": spec.w_dim,
        "mapping_layers": spec.mapping_layers,
        "channels": {str(r): spec.channels[r] for r in spec.block_resolutions},
    }
    return json.dumps(header)


def spec_from_json(text: str) -> GeneratorSpec:
    """Read what :func:`spec_to_json` wrote.

    Raises
    ------
    ModelFileError
        If the text is not such a header.
    """
    try:
        header: dict[str, Any] = json.loads(text)
        if header.pop("format") != FORMAT:
            raise ValueError("another format")
        channels = {int(r): c for r, c in header.pop("channels").items()}
        if not all(type(size) is int for size in (*header.values(), *channels.values())):
            raise ValueError("a size that is no whole number")
        return GeneratorSpec(**header, channels=channels)
    except (ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise ModelFileError(
            "The file's header does not describe a SegStyle generator.", hint=_HINT
        ) from error


def generator_to_arrays(generator: Generator) -> dict[str, np.ndarray]:
    """Return ``tensors/<name>`` float32 arrays and ``header`` (JSON as uint8) for a project."""
    arrays = {f"tensors/{name}": tensor.cpu().numpy() for name, tensor in _tensors(generator).items()}
    arrays["header"] = np.frombuffer(spec_to_json(generator.spec).encode(), dtype=np.uint8)
    return arrays


def generator_from_arrays(arrays: Mapping[str, np.ndarray]) -> Generator:
    """Rebuild a generator from what :func:`generator_to_arrays` returned.

    Raises
    ------
    ModelFileError
        If the header or a tensor is missing or of another shape.
    """
    if "header" not in arrays:
        raise ModelFileError("The generator's header is missing.", hint=_HINT)
    spec = spec_from_json(bytes(arrays["header"]).decode())
    prefix = "tensors/"
    tensors = {
        name.removeprefix(prefix): torch.from_numpy(np.array(array))
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    return build_generator(spec, tensors)


def save_generator(generator: Generator) -> bytes:
    """Return the generator as the bytes of a safetensors file."""
    return save(_tensors(generator), metadata={"segstyle": spec_to_json(generator.spec)})


def load_generator_file(path: Path) -> Generator:
    """Read a safetensors file that SegStyle wrote.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, or holds something else.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            text = (file.metadata() or {}).get("segstyle", "")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError) as error:
        raise ModelFileError(f"{path.name} cannot be read as a generator ({error}).", hint=_HINT) from error
    try:
        return build_generator(spec_from_json(text), tensors)
    except SegStyleError as error:
        raise ModelFileError(f"{path.name}: {error.message}", hint=_HINT) from error


class _Unfilled(TorchFunctionMode):
    """Makes a network without drawing first weights: they would be thrown away, and are as large as it is."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return (torch.empty if func is torch.randn else func)(*args, **(kwargs or {}))


def _tensors(generator: Generator) -> dict[str, torch.Tensor]:
    state = generator.state_dict()
    return {name: tensor.detach().contiguous() for name, tensor in state.items()}


def build_generator(spec: GeneratorSpec, tensors: Mapping[str, torch.Tensor]) -> Generator:
    """Make a generator of these tensors, which it takes over; in evaluation mode, float32.

    Raises
    ------
    ModelFileError
        If a tensor is missing, too many, or of another shape; nothing large was made by then.
    """
    problem = misfit(generator_shapes(spec), tensors)
    if problem:
        raise ModelFileError(f"The weights do not fit the generator's shapes: {problem}.", hint=_HINT)
    with _Unfilled():
        generator = Generator(spec)
    generator.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)
    return generator.eval().requires_grad_(False)
