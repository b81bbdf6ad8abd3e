"""Files that were made to do harm: code to run, memory to claim, time to waste, places to write to.

Each maker returns the bytes of one file; ``{canary}`` in a command is a file that must never appear.
"""

from __future__ import annotations

import builtins
import collections
import copyreg
import functools
import importlib
import io
import operator
import os
import pickle
import struct
import subprocess
import zipfile
from typing import Any

import torch
from foreign_files import Network, Persistent, nvidia_names

PROTO = b"\x80\x04"
GIGA = 1 << 40


class Call:
    """Pickles as a call."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.parts = (function, args)

    def __reduce__(self) -> Any:
        return self.parts


class CallWithState:
    """Pickles as a harmless object whose state, or whose items, are dangerous."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __reduce__(self) -> Any:
        return self.parts


def _dumped(value: Any, protocol: int = 4) -> bytes:
    return pickle.dumps({"G_ema": value, "D": None}, protocol=protocol)


def _text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _stack_global(module: str, name: str) -> bytes:
    return _text(module) + _text(name) + b"\x93"


def _code(canary: str) -> dict[str, bytes]:
    """Files that want code to be run."""
    touch, python = f"touch {canary}", f"open({canary!r}, 'w').close()"
    os_by_import = _stack_global("importlib", "import_module") + _text("os") + b"\x85R"
    system_by_name = _stack_global("builtins", "getattr") + os_by_import + _text("system") + b"\x86R"
    getter = _stack_global("operator", "attrgetter") + _text("system") + b"\x85R" + os_by_import + b"\x85R"
    inside_torch = io.BytesIO()
    torch.save({"g_ema": Call(os.system, touch)}, inside_torch)
    old_torch = io.BytesIO()
    torch.save({"g_ema": Call(os.system, touch)}, old_torch, _use_new_zipfile_serialization=False)
    return {
        "os_system": _dumped(Call(os.system, touch)),
        "os_system_protocol_0": b"cos\nsystem\n(S'" + touch.encode() + b"'\ntR.",
        "os_system_protocol_2": _dumped(Call(os.system, touch), 2),
        "os_popen": _dumped(Call(os.popen, touch)),
        "posix_system": PROTO + _stack_global("posix", "system") + _text(touch) + b"\x85R.",
        "nt_system": PROTO + _stack_global("nt", "system") + _text(touch) + b"\x85R.",
        "subprocess": _dumped(Call(subprocess.Popen, ["touch", canary])),
        "eval": _dumped(Call(eval, python)),
        "exec": _dumped(Call(exec, python)),
        "compile": _dumped(Call(builtins.compile, python, "x", "exec")),
        "open": _dumped(Call(open, canary, "w")),
        "import": _dumped(Call(__import__, "os")),
        "python_2_builtins": PROTO + _stack_global("__builtin__", "eval") + _text(python) + b"\x85R.",
        "getattr_chain": PROTO + system_by_name + _text(touch) + b"\x85R.",
        "getattr_name": PROTO + _stack_global("os", "path.os.system") + _text(touch) + b"\x85R.",
        "dotted_torch_name": PROTO
        + _stack_global("torch", "serialization.os.system")
        + _text(touch)
        + b"\x85R.",
        "torch_hub": PROTO + _stack_global("torch.hub", "load") + _text("a/b") + _text("c") + b"\x86R.",
        "torch_load": PROTO + _stack_global("torch.serialization", "load") + _text(canary) + b"\x85R.",
        "numpy_runstring": PROTO + _stack_global("numpy.testing", "runstring") + _text(python) + b"}\x86R.",
        "partial": _dumped(Call(functools.partial, os.system, touch)),
        "map": _dumped(Call(list, Call(map, os.system, [touch]))),
        "methodcaller": _dumped(Call(operator.methodcaller, "system", touch)),
        "attrgetter": PROTO + getter + _text(touch) + b"\x85R.",
        "copyreg": _dumped(Call(copyreg.add_extension, "os", "system", 5)),
        "code_object": PROTO
        + _stack_global("types", "FunctionType")
        + _stack_global("types", "CodeType")
        + b"\x85R.",
        "state_of_a_module": PROTO + _stack_global("sys", "modules") + b"}" + _text("os") + b"Nsb.",
        "default_factory": _dumped(collections.defaultdict(functools.partial(os.system, touch))),
        "items_from_a_call": _dumped(CallWithState(list, (), None, iter([Call(os.system, touch)]))),
        "state_from_a_call": _dumped(CallWithState(collections.OrderedDict, (), Call(os.system, touch))),
        "instance_opcode": b"(S'" + touch.encode() + b"'\nios\nsystem\n.",
        "object_opcode": b"(cos\nsystem\nS'" + touch.encode() + b"'\no.",
        "new_object_with_names": PROTO + _stack_global("os", "system") + _text(touch) + b"\x85}\x92.",
        "extension_registry": PROTO + b"\x82\x05" + _text(touch) + b"\x85R.",
        "computed_name": PROTO + b"X\x02\x00\x00\x00osN\x93.",
        "called_result": PROTO + _stack_global("a.b", "C") + b")R" + _text(touch) + b"\x85R.",
        "called_text": PROTO + _text("os.system") + _text(touch) + b"\x85R.",
        "inside_torch": inside_torch.getvalue(),
        "inside_older_torch": old_torch.getvalue(),
        "inside_a_storage": _dumped(_named_call("torch.storage", "_load_from_bytes", old_torch.getvalue())),
        "trailing": pickle.dumps(1) + _dumped(Call(os.system, touch)),
    }


def _named_call(module: str, name: str, *args: Any) -> Any:
    return Call(getattr(importlib.import_module(module), name), *args)


def _bombs() -> dict[str, bytes]:
    """Files that ask for memory or time."""
    doubling = b"".join(
        b"(h\x00h\x00t\x94" if i == 0 else b"(h" + bytes([i]) + b"h" + bytes([i]) + b"t\x94"
        for i in range(200)
    )
    return {
        "memo_doubling": PROTO + b"]\x94" + doubling + b".",
        "doubling_key": PROTO + b"}(]\x94" + doubling + b"Nu.",
        "deep_lists": PROTO + b"]" * 140_000 + b"a" * 139_999 + b".",
        "deep_tuples": PROTO + b")" + b"\x85" * 250_000 + b".",
        "deep_marks": PROTO + b"(" * 1_000_000,
        "endless_appends": PROTO + b"]" + b"(K\x01e" * 400_000 + b".",
        "endless_nones": PROTO + b"N" * 1_000_000 + b".",
        "dup": PROTO + b"N" + b"2" * 1_000_000 + b"t.",
        "long_integer": PROTO + b"\x8b" + struct.pack("<i", 1 << 20) + b"\xff" * (1 << 20) + b".",
        "negative_long": PROTO + b"\x8b" + struct.pack("<i", -1) + b".",
        "huge_long_claim": PROTO + b"\x8b" + struct.pack("<i", 2**31 - 1) + b"1.",
        "long_decimal": b"L" + b"9" * 900 + b"L\n.",
        "endless_line": PROTO + b"L" + b"9" * 1_000_000,
        "huge_bytes_claim": PROTO + b"\x8e" + struct.pack("<Q", GIGA) + b"1.",
        "all_bytes_claim": PROTO + b"\x8e" + b"\xff" * 8 + b"1.",
        "huge_text_claim": PROTO + b"\x8d" + struct.pack("<Q", GIGA) + b"1.",
        "huge_bytearray_claim": PROTO + b"\x96" + struct.pack("<Q", GIGA) + b"1.",
        "huge_frame_claim": PROTO + b"\x95" + b"\xff" * 8 + b"N.",
        "huge_memo_index": PROTO + b"Nr\xff\xff\xff\xffj\xff\xff\xff\xff.",
        "much_text": PROTO + (_text("a" * (1 << 20)) + b"0") * 70 + b"N.",
        "colliding_keys": PROTO + b"}(" + b"".join(
            b"\x8a\x0a" + ((2**61 - 1) * i).to_bytes(10, "little") + b"N" for i in range(1, 60_000)
        ) + b"u.",
    }  # fmt: skip


def _broken() -> dict[str, bytes]:
    """Files that are no pickles, or end early."""
    whole = pickle.dumps({"G_ema": [1, 2, "three"]}, protocol=4)
    return {
        "empty": b"",
        "text": b"hello, I am a network",
        "zeros": bytes(4096),
        "html": b"<!DOCTYPE html><html>Sign in to download</html>",
        "lfs_pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        "truncated": whole[:-5],
        "only_a_header": PROTO,
        "protocol_9": b"\x80\x09" + whole[2:],
        "no_stack": PROTO + b".",
        "pop_of_nothing": PROTO + b"0000.",
        "unknown_opcode": PROTO + b"\xfe.",
        "get_of_nothing": PROTO + b"h\x07.",
        "odd_dict": PROTO + b"(N}(Nu.",
        "bad_text": PROTO + b"X\x02\x00\x00\x00\xff\xfe.",
        "safetensors_claim": struct.pack("<Q", 100) + b"{" + b" " * 120,
        "safetensors_header": struct.pack("<Q", 2) + b"{}",
        "recursive_dict": PROTO + b"}\x94(" + _text("G_ema") + b"h\x00u.",
    }


# Tensors


def _tensor_file(
    size: Any, stride: Any, offset: Any = 0, *, numbers: int = 4, data: bytes | None = None
) -> bytes:
    """An archive by torch of one tensor with a shape of one's choice."""
    content = (
        b"\x80\x02}" + _text("g_ema") + b"}" + _text("input.input")
        + b"ctorch._utils\n_rebuild_tensor_v2\n((" + _text("storage") + b"ctorch\nFloatStorage\n"
        + _text("0") + _text("cpu") + _number(numbers) + b"tQ" + _number(offset)
        + _numbers(size) + _numbers(stride) + b"\x89}tRss."
    )  # fmt: skip
    return torch_zip({"data.pkl": content, "data/0": bytes(16) if data is None else data})


def _number(value: Any) -> bytes:
    if value is None:
        return b"N"
    data = value.to_bytes(12, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def _numbers(values: Any) -> bytes:
    return b"(" + b"".join(_number(value) for value in values) + b"t"


def torch_zip(
    entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED, root: str = "archive/"
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(root + name, data)
    return buffer.getvalue()


def _tensors() -> dict[str, bytes]:
    """Tensors that claim more than there is."""
    return {
        "negative_stride": _tensor_file((4,), (-1,)),
        "negative_offset": _tensor_file((4,), (1,), -4),
        "negative_size": _tensor_file((-4,), (1,)),
        "beyond_the_end": _tensor_file((5,), (1,)),
        "offset_beyond": _tensor_file((1,), (1,), 4),
        "stride_beyond": _tensor_file((2, 2), (3, 1)),
        "expanded": _tensor_file((10**12,), (0,)),
        "expanded_twice": _tensor_file((10**6, 10**6), (0, 0)),
        "overlapping": _tensor_file((3, 3), (1, 0)),
        "many_axes": _tensor_file((1,) * 60, (1,) * 60),
        "unequal_axes": _tensor_file((2, 2), (1,)),
        "shape_of_nothing": _tensor_file((None,), (1,)),
        "storage_beyond_the_entry": _tensor_file((8,), (1,), numbers=8),
        "storage_beyond_the_file": _tensor_file((GIGA,), (1,), numbers=GIGA),
        "negative_storage": _tensor_file((1,), (1,), numbers=-1),
        "storage_twice": _tensor_file((4,), (1,), data=bytes(32)),
    }


# Archives


def _archives(canary: str) -> dict[str, bytes]:
    """Zip archives that torch would not write."""
    pickled = pickle.dumps({"g_ema": {}}, protocol=2)
    good = {"data.pkl": pickled, "data/0": bytes(16)}
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/data.pkL", pickled)
    plain = torch_zip(good)
    directory = plain.rindex(b"PK\x01\x02")
    encrypted = bytearray(plain)
    encrypted[directory + 8] |= 1
    larger = bytearray(plain)
    larger[directory + 20 : directory + 28] = struct.pack("<II", 1 << 30, 1 << 30)
    moved = bytearray(plain)
    moved[directory + 42 : directory + 46] = struct.pack("<I", 1 << 30)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for i in range(40_000):
            archive.writestr(f"archive/{'long' * 12}{i}", b"")
    return {
        "zip_slip": torch_zip({**good, f"../../../../..{canary}": b"x"}),
        "zip_slip_backslash": torch_zip({**good, "..\\..\\evil": b"x"}),
        "zip_absolute": torch_zip({**good, "/etc/evil": b"x"}, root=""),
        "zip_drive": torch_zip({**good, "C:/evil": b"x"}, root=""),
        "zip_bomb": torch_zip({**good, "data/1": bytes(64 << 20)}, zipfile.ZIP_DEFLATED),
        "zip_lzma": torch_zip({**good, "data/1": bytes(1 << 20)}, zipfile.ZIP_LZMA),
        "zip_twice": twice.getvalue().replace(b"data.pkL", b"data.pkl"),
        "zip_encrypted": bytes(encrypted),
        "zip_claims_more": bytes(larger),
        "zip_entry_elsewhere": bytes(moved),
        "zip_truncated": plain[: len(plain) // 2],
        "zip_without_pickle": torch_zip({"data/0": bytes(16)}),
        "zip_two_pickles": torch_zip({**good, "more/data.pkl": pickled}),
        "zip_of_many": many.getvalue(),
        "zip_big_endian": torch_zip({**good, "byteorder": b"big"}),
        "zip_without_numbers": torch_zip({"data.pkl": _data_of(_tensor_file((4,), (1,)))}),
        "zip_in_a_zip": torch_zip({"net.pt": plain}, root=""),
    }


def _data_of(archive: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read("archive/data.pkl")


def _endless_networks() -> dict[str, bytes]:
    """Networks that hold themselves many times over."""
    tensor = torch.zeros(1)
    parameters = collections.OrderedDict((f"p{i}", tensor) for i in range(2000))
    module: Any = None
    for _ in range(10):
        children = collections.OrderedDict((f"m{i}", module) for i in range(9 if module else 0))
        module = Persistent("M", {"_parameters": parameters, "_buffers": {}, "_modules": children})
    network: Any = None
    for _ in range(4):
        holder = Network()
        holder.__dict__.update(variables=[], components={f"c{i}": network for i in range(900)})
        network = holder
    book = "n" * (8 << 20)
    named = Persistent("M", {"_parameters": parameters, "_buffers": {}, "_modules": {}})
    named = Persistent("M", {"_parameters": {}, "_buffers": {}, "_modules": {book: named}})
    many = io.BytesIO()
    state = {f"convs.{i}.conv.weight" + "x" * 100: tensor for i in range(30_000)}
    torch.save({"g_ema": {"input.input": tensor, "style.1.weight": tensor, **state}}, many)
    with nvidia_names():
        return {
            "modules_in_modules": pickle.dumps({"G_ema": module}),
            "components_in_components": pickle.dumps((network, network, network)),
            "names_like_books": pickle.dumps({"G_ema": named}),
            "many_tensors": many.getvalue(),
        }


def hostile_files(canary: str) -> dict[str, bytes]:
    """Every hostile file by a name that says what it does."""
    return {
        **_code(canary),
        **_bombs(),
        **_endless_networks(),
        **_broken(),
        **_tensors(),
        **_archives(canary),
    }
