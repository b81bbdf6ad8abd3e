"""The processes that train together: which one this is, and the few things they tell each other.

They are started by ``torchrun``, which says in the environment who is who. The
first process leads: it alone reads and writes files, and tells the others when to go on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Ranks:
    """The place of a process among ``size`` processes; ``rank`` 0 leads."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the first (or the only) one."""
        return self.rank == 0

    def share_of(self, n: int) -> slice:
        """Return this process's part of ``n`` things, in one piece; ``size`` must divide ``n``."""
        part = n // self.size
        return slice(self.rank * part, (self.rank + 1) * part)

    def sum_(self, tensors: Sequence[Tensor]) -> None:
        """Replace every tensor (one dtype, one device) by its sum over the processes, in one message."""
        import torch

        if self.size == 1 or not tensors:
            return
        message = torch.cat([tensor.reshape(-1) for tensor in tensors])
        torch.distributed.all_reduce(message)
        parts = message.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view(tensor.shape))

    def broadcast(self, value: Value | None) -> Value:
        """Return the leader's ``value`` on every process (the others pass None)."""
        import torch

        box = [value]
        if self.size > 1:
            torch.distributed.broadcast_object_list(box, src=0, device=torch.device("cpu"))
        return box[0]  # type: ignore[return-value]


ALONE = Ranks()


def ranks_here() -> Ranks:
    """Return the place that the environment gives this process, :data:`ALONE` if it was started by itself."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    return Ranks(int(os.environ.get("RANK", "0")), size) if size > 1 else ALONE


@contextmanager
def joined() -> Iterator[Ranks]:
    """Meet the other processes, if there are any, and part from them at the end.

    Tensors of a GPU travel by NCCL, everything else by gloo. Each process takes the GPU of its local rank.
    """
    ranks = ranks_here()
    if ranks.size == 1:
        yield ranks
        return
    import torch

    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    torch.distributed.init_process_group("cpu:gloo,cuda:nccl" if on_gpu else "gloo")
    try:
        yield ranks
    finally:
        torch.distributed.destroy_process_group()
