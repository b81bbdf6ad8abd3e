from __future__ import annotations

import threading
import time

import numpy as np
import torch

from segstyle_gui.core.generator.network import Generator, latents_from_seeds
from segstyle_gui.pipeline.remembering_generator import RememberingGenerator
from segstyle_gui.pipeline.studio_cache import ByteCache, Shelf

LAYERS = ("b8.conv1", "b16.conv1")


def test_a_byte_cache_lets_the_oldest_go() -> None:
    cache = ByteCache(100)
    for name in "abc":
        cache.put(name, name.upper(), 40)
    assert [cache.get(name) for name in "abc"] == [None, "B", "C"]
    cache.get("b")
    cache.put("d", "D", 40)
    assert [cache.get(name) for name in "bcd"] == ["B", None, "D"]
    cache.put("e", "E", 101)
    assert cache.get("e") is None
    assert cache.get("b") == "B"
    cache.put("b", "bigger", 60)
    assert [cache.get(name) for name in "bd"] == ["bigger", "D"]


def test_a_shelf_makes_what_two_threads_want_once() -> None:
    shelf: Shelf[object] = Shelf(2)
    made: list[str] = []

    def make() -> object:
        time.sleep(0.02)
        made.append("one")
        return object()

    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(shelf.get("key", make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["one"]
    assert len(set(map(id, found))) == 1
    shelf.get("other", object)
    shelf.get("key", make)
    shelf.get("third", object)
    assert shelf.get("key", make) is found[0]
    shelf.get("other", make)
    assert made == ["one", "one"]


class _Spy:
    """A generator's methods, counting the samples that are synthesised."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self.synthesised = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._generator, name)

    def forward_intermediates(self, w: torch.Tensor, *args: object, **options: object) -> object:
        self.synthesised += len(w)
        return self._generator.forward_intermediates(w, *args, **options)


def test_a_remembering_generator_gives_the_same_and_synthesises_once(tiny_generator: Generator) -> None:
    spy = _Spy(tiny_generator)
    remembering = RememberingGenerator(spy, ByteCache(1 << 20), 1)
    with torch.no_grad():
        w = remembering.mapping(latents_from_seeds([1, 2, 3, 4], 8), 0.7)
        pictures, maps = tiny_generator.forward_intermediates(w, LAYERS)
        no_picture, first = remembering.forward_intermediates(w[:2], LAYERS, image=False)
        seen, second = remembering.forward_intermediates(w[[3, 1]], LAYERS)
        again, _ = remembering.forward_intermediates(w[[1, 3]], LAYERS)
    assert no_picture is None
    for name in LAYERS:
        np.testing.assert_allclose(first[name], maps[name][:2], atol=1e-5)
        np.testing.assert_allclose(second[name], maps[name][[3, 1]], atol=1e-5)
    np.testing.assert_allclose(seen, pictures[[3, 1]], atol=1e-5)
    assert torch.equal(again.flip(0), seen)
    assert spy.synthesised == 4  # 1 and 2 without images, then 4 and again 2, whose image was not known


def test_generators_do_not_share_entries(tiny_generator: Generator) -> None:
    cache, spies = ByteCache(1 << 20), [_Spy(tiny_generator), _Spy(tiny_generator)]
    with torch.no_grad():
        w = tiny_generator.mapping(latents_from_seeds([1], 8))
        for number, spy in enumerate(spies):
            RememberingGenerator(spy, cache, number).forward_intermediates(w, LAYERS)
    assert [spy.synthesised for spy in spies] == [1, 1]
