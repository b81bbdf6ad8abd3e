"""NVIDIA's older networks of TensorFlow: three ``dnnlib.tflib.network.Network``, their variables as arrays.

Differences to the layout of PyTorch: matrices are stored inputs first; kernels as height, width, inputs,
outputs; kernels of the layers that double the resolution are turned by half a turn; styles have their bias of
1 outside.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from segstyle_gui.core.generator.foreign.inert import Called, Global
from segstyle_gui.core.generator.foreign.stored import StoredTensor, Visits, as_tensor, full_name
from segstyle_gui.core.generator.foreign.table import Row
from segstyle_gui.errors import ModelFileError

NETWORK = Global("dnnlib.tflib.network", "Network")
_DEEPEST = 4


def _matrix(x: Tensor) -> Tensor:
    return x.t()


def _kernel(x: Tensor) -> Tensor:
    return x.permute(3, 2, 0, 1)


def _turned_kernel(x: Tensor) -> Tensor:
    return _kernel(x).flip(2, 3)


def _style_bias(x: Tensor) -> Tensor:
    return x + 1


def _image(x: Tensor) -> Tensor:
    return x[0, 0]


def _scalar(x: Tensor) -> Tensor:
    return x.reshape(())


def _first(x: Tensor) -> Tensor:
    return x[0]


def _styled(theirs: str, ours: str, *, turned: bool = False) -> tuple[Row, ...]:
    return (
        Row(f"{theirs}/weight", f"{ours}.weight", _turned_kernel if turned else _kernel),
        Row(f"{theirs}/bias", f"{ours}.bias"),
        Row(f"{theirs}/mod_weight", f"{ours}.affine.weight", _matrix),
        Row(f"{theirs}/mod_bias", f"{ours}.affine.bias", _style_bias),
        Row(f"{theirs}/noise_strength", f"{ours}.noise_strength", _scalar),
    )


GENERATOR_ROWS = (
    Row("dlatent_avg", "mapping.w_avg"),
    Row("mapping/LabelEmbed/weight", "mapping.embed.weight", _matrix),
    Row("mapping/LabelEmbed/bias", "mapping.embed.bias"),
    Row("mapping/Dense{n}/weight", "mapping.fc{n}.weight", _matrix),
    Row("mapping/Dense{n}/bias", "mapping.fc{n}.bias"),
    Row("synthesis/4x4/Const/const", "synthesis_network.b4.const", _first),
    Row("synthesis/noise{n}", "synthesis_network.{noisy}.noise_const", _image),
    *_styled("synthesis/4x4/Conv", "synthesis_network.b4.conv1"),
    *_styled("synthesis/{n}x{n}/Conv0_up", "synthesis_network.b{n}.conv0", turned=True),
    *_styled("synthesis/{n}x{n}/Conv1", "synthesis_network.b{n}.conv1"),
    *_styled("synthesis/{n}x{n}/ToRGB", "synthesis_network.b{n}.torgb"),
    Row("lod", reason="a number of the training's schedule"),
    Row("{_}/lod", reason="a number of the training's schedule"),
)
DISCRIMINATOR_ROWS = (
    Row("{n}x{n}/FromRGB/weight", "fromrgb.weight", _kernel),
    Row("{n}x{n}/FromRGB/bias", "fromrgb.bias"),
    Row("4x4/Conv/weight", "conv.weight", _kernel),
    Row("4x4/Conv/bias", "conv.bias"),
    Row("4x4/Dense0/weight", "fc.weight", _matrix),
    Row("4x4/Dense0/bias", "fc.bias"),
    Row("Output/weight", "out.weight", _matrix),
    Row("Output/bias", "out.bias"),
    Row("{n}x{n}/Conv0/weight", "blocks.{n}.conv0.weight", _kernel),
    Row("{n}x{n}/Conv0/bias", "blocks.{n}.conv0.bias"),
    Row("{n}x{n}/Conv1_down/weight", "blocks.{n}.conv1.weight", _kernel),
    Row("{n}x{n}/Conv1_down/bias", "blocks.{n}.conv1.bias"),
    Row("{n}x{n}/Skip/weight", "blocks.{n}.skip.weight", _kernel),
    Row("lod", reason="a number of the training's schedule"),
)


def words(n: int) -> dict[str, str]:
    """Return the layer that the noise of a number belongs to: b4.conv1, b8.conv0, b8.conv1 and so on."""
    return {"noisy": f"b{4 << (n + 1) // 2 if n < 32 else 0}.{'conv0' if n % 2 else 'conv1'}"}


def is_network(value: object) -> bool:
    """Return whether a pickled object is such a network."""
    return isinstance(value, Called) and value.function == NETWORK and isinstance(value.state, dict)


def read_variables(network: object) -> tuple[dict[str, StoredTensor], dict[str, object]]:
    """Return a network's variables by full name, and the settings it was made with."""
    tensors: dict[str, StoredTensor] = {}
    _walk(network, "", tensors, 0, Visits())
    state = network.state if isinstance(network, Called) else None
    settings = state.get("static_kwargs") if isinstance(state, dict) else None
    facts = dict(settings) if isinstance(settings, Mapping) else {}
    return tensors, {name: value for name, value in facts.items() if isinstance(name, str)}


def _walk(network: object, prefix: str, tensors: dict[str, StoredTensor], depth: int, visits: Visits) -> None:
    if depth > _DEEPEST or not isinstance(network, Called) or not isinstance(network.state, dict):
        return
    variables = network.state.get("variables")
    pairs = variables if isinstance(variables, list) else []
    visits.spend(1 + len(pairs))
    for pair in pairs:
        tensor = as_tensor(pair[1]) if isinstance(pair, tuple | list) and len(pair) == 2 else None
        if tensor is not None and isinstance(pair[0], str):
            tensors[full_name(prefix, pair[0])] = tensor
    components = network.state.get("components")
    parts = components if isinstance(components, Mapping) else {}
    visits.spend(len(parts))
    for name, component in parts.items():
        _walk(component, full_name(prefix, str(name)) + "/", tensors, depth + 1, visits)


def check_architecture(names: Mapping[str, object], settings: Mapping[str, object]) -> None:
    """Refuse generators whose pictures this project's network cannot make.

    Raises
    ------
    ModelFileError
        Naming what is different.
    """
    older = ("ToRGB_lod", "/LabelConcat", "/StyleMod", "G_mapping/", "/AdaIN")
    if any(part in name for name in names for part in older) or any("/Skip/" in name for name in names):
        raise ModelFileError(
            "It is a generator of StyleGAN, or of StyleGAN2's configs A to D; wanted: its config E or F.",
            hint="The same authors publish those for most of their data sets.",
        )
    wanted = {
        "nonlinearity": "lrelu",
        "mapping_nonlinearity": "lrelu",
        "architecture": "skip",
        "resample_kernel": [1, 3, 3, 1],
    }
    for name, value in wanted.items():
        if settings.get(name, value) not in (value, None):
            raise ModelFileError(
                f"It was made with another setting of {name.replace('_', ' ')}; wanted {value}."
            )


def lr_multiplier(settings: Mapping[str, object]) -> float | None:
    """Return the learning-rate multiplier of the mapping network, None where the file does not say it."""
    value = settings.get("mapping_lrmul")
    return float(value) if isinstance(value, int | float) and value > 0 else None
