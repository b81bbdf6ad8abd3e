"""One step of StyleGAN2's training, and the state that it changes."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from segstyle_gui.core.device import compute_dtype, tuned_gpu
from segstyle_gui.core.generator.augment import AdaptiveStrength
from segstyle_gui.core.generator.batches import Batches, Part, augmented
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.draws import FakeDraws
from segstyle_gui.core.generator.loss import discriminator_loss, generator_loss, path_lengths, r1_penalty
from segstyle_gui.core.generator.network import latents_from_seeds
from segstyle_gui.core.generator.transfer import (
    Start,
    freeze_blocks,
    started_discriminator,
    started_generator,
    trained_spec,
)
from segstyle_gui.core.ranks import ALONE, Ranks
from segstyle_gui.errors import ConfigError

_W_AVG_BETA = 0.998  # memory of the running mean of w
_PATH_LENGTH_DECAY = 0.01
_EMA_RAMP = 0.05  # at the start the half-life is at most this share of the images seen
_N_SAMPLES = 16
SAMPLE_PSI = 0.7
# These may differ between the first leg of a training and the next.
FREE_FIELDS = ("kimg", "checkpoint_minutes", "preview_kimg", "accumulate", "quality_kimg", "keep")

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class StepLosses:
    """The two players' losses in one step (scalars)."""

    generator: Tensor
    discriminator: Tensor


class GeneratorTrainer:
    """The networks, their optimisers and random numbers; :meth:`step` shows one batch.

    Both players learn from the same generated batch and the same judgement of it, so that a step costs one
    pass of the generator and two of the discriminator (the published loop makes two and three). Every draw
    comes from ``rng`` or from the number of images seen, so that a restored trainer goes on exactly as it
    would have. The batch is cut into one or more parts for each process of ``ranks``; gradients are summed,
    so that the parts do what the whole batch would have done.

    Parameters
    ----------
    images, config, device
        See :func:`~segstyle_gui.core.generator.train.train_generator`.
    start
        What to start from. Without (all of) its discriminator, a new one learns alone for ``warmup_kimg``:
        a judge that knows nothing would spoil a trained generator.
    ranks
        The processes that train together; each draws the same random numbers and takes its share.

    Raises
    ------
    ConfigError
        If the batch cannot be cut into equal parts, ``start`` does not fit, or there is nothing to freeze.
    """

    def __init__(
        self,
        images: np.ndarray,
        config: TrainConfig,
        device: torch.device,
        start: Start | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        torch.manual_seed(config.seed)
        self.images, self.config, self.device, self.ranks = images, config, device, ranks
        self.spec = trained_spec(config, images.shape[1], images.shape[3], start)
        self.dtype = compute_dtype(device, config.precision)
        discriminator, is_known = started_discriminator(self.spec, start)
        self.generator = _to(started_generator(self.spec, start), device)
        self.discriminator = _to(discriminator, device)
        self.averaged = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.start_digest = start.digest() if start else ""
        self.warmup_images = 0 if start is None or is_known else round(config.warmup_kimg * 1000)
        _freeze(self.discriminator, config.freeze_d, is_known)
        self.gamma = config.gamma(self.spec.resolution)
        pl_interval = config.path_length_interval if config.path_length_weight > 0 else 0
        self.generator_optimizer = _adam(self.generator, config.learning_rate, pl_interval)
        self.discriminator_optimizer = _adam(self.discriminator, config.learning_rate, config.r1_interval)
        self.strength = AdaptiveStrength(
            p=0.0 if config.augment == "none" else config.augment_p,
            target=config.ada_target,
            speed_images=config.ada_kimg * 1000,
            adaptive=config.augment == "ada",
        )
        self.rng = torch.Generator(device=device).manual_seed(config.seed)
        self.batches = Batches(images, config, ranks, self.generator, self.rng)
        self.path_length_mean = torch.zeros((), device=device)
        self.images_seen = 0
        self.steps = 0

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the images, the start and every setting that shapes the result, taken once."""
        config = dataclasses.asdict(self.config)
        for name in FREE_FIELDS:
            config.pop(name)
        digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
        digest.update(self.start_digest.encode())
        digest.update(str(self.images.shape).encode())
        digest.update(np.ascontiguousarray(self.images).data)
        return digest.hexdigest()

    @property
    def warming_up(self) -> bool:
        """Whether the discriminator still learns alone."""
        return self.images_seen < self.warmup_images

    def step(self) -> StepLosses:
        """Show one batch to both players and update them."""
        if self.ranks.leads:
            self.ranks.broadcast(True)  # the others may go on: see teamwork.follow_training
        with tuned_gpu(self.device, self.config.precision):
            losses = self._learn(self.batches.draw(self.images_seen, self.steps, self.strength.p))
        if not self.warming_up:
            self._average()
        self.images_seen += self.config.batch_size
        self.steps += 1
        return losses

    def _learn(self, parts: list[Part]) -> StepLosses:
        losses = self._play(parts)
        if self.steps % self.config.r1_interval == 0:
            self._regularize_discriminator([part.real for part in parts])
        due = self.steps % self.config.path_length_interval == 0
        if self.config.path_length_weight > 0 and due and not self.warming_up:
            self._regularize_generator()
        return losses

    @torch.no_grad()
    def samples(self) -> Tensor:
        """Return 16 images (16, C, R, R) of the averaged generator at fixed latents."""
        z = latents_from_seeds(range(_N_SAMPLES), self.spec.z_dim).to(self.device)
        return self.averaged(z, SAMPLE_PSI)

    def _play(self, parts: list[Part]) -> StepLosses:
        """Let both players learn; all that is summed over the batch travels in one message."""
        players = (self.discriminator,) if self.warming_up else (self.generator, self.discriminator)
        for player in players:
            player.zero_grad(set_to_none=True)
        totals = torch.stack([self._play_part(part) for part in parts]).sum(dim=0)
        self.ranks.sum_([*_gradients(players), totals])
        g_loss, d_loss, sign_sum = totals[:3]
        self._update(self.discriminator_optimizer, self.discriminator)
        if not self.warming_up:
            self._update(self.generator_optimizer, self.generator)
            self.generator.mapping.w_avg.lerp_(totals[3:] / self.config.batch_size, 1 - _W_AVG_BETA)
            self.strength.update(float(sign_sum), self.config.batch_size)
        return StepLosses(generator=g_loss, discriminator=d_loss)

    def _play_part(self, part: Part) -> Tensor:
        """Add a part's gradients; return its two losses, the sum of the signs of D(real), and that of w."""
        share = len(part.real) / self.config.batch_size
        with torch.set_grad_enabled(not self.warming_up):
            images, _, w = self._generate(part.fakes, self.dtype)
            fake = augmented(images, part.augmentation)
        seen = fake.detach().requires_grad_(True)
        fake_logits = self.discriminator(seen, self.dtype)
        g_loss = generator_loss(fake_logits) * share
        if not self.warming_up:
            (gradient,) = torch.autograd.grad(g_loss, seen, retain_graph=True)
            fake.backward(gradient)
        real_logits = self.discriminator(part.real, self.dtype)
        d_loss = discriminator_loss(real_logits, fake_logits) * share
        d_loss.backward(inputs=_trained(self.discriminator))
        sums = torch.stack([g_loss, d_loss, real_logits.sign().sum()])
        return torch.cat([sums, w.sum(dim=0)]).detach()

    def _regularize_discriminator(self, reals: list[Tensor]) -> None:
        self.discriminator.zero_grad(set_to_none=True)
        for real in reals:
            scale = self.config.r1_interval * len(real) / self.config.batch_size
            penalty = r1_penalty(self.discriminator, real, self.gamma, self.dtype) * scale
            penalty.backward(inputs=_trained(self.discriminator))
        self.ranks.sum_(_gradients((self.discriminator,)))
        self._update(self.discriminator_optimizer, self.discriminator)

    def _regularize_generator(self) -> None:
        """Half a batch, float32; the mean that lengths are held against is that of the batches before."""
        n = max(self.config.batch_size // self.batches.n_parts // 2, 1) * self.batches.n_parts
        mine = self.ranks.share_of(n)
        draws = self.batches.draw_fakes(n, self.steps, purpose=2)
        shape = (n, self.spec.img_channels, self.spec.resolution, self.spec.resolution)
        noise = torch.randn(shape, generator=self.rng, device=self.device)[mine]
        scale = self.config.path_length_weight * self.config.path_length_interval / n
        total = torch.zeros((), device=self.device)
        self.generator.zero_grad(set_to_none=True)
        for part in self.batches.cut(len(noise)):
            images, ws, _ = self._generate(draws[part], torch.float32)
            lengths = path_lengths(images, ws, noise[part])
            ((lengths - self.path_length_mean).square().sum() * scale).backward()
            total += lengths.detach().sum()
        self.ranks.sum_([*_gradients((self.generator,)), total])
        self.path_length_mean.lerp_(total / n, _PATH_LENGTH_DECAY)
        self._update(self.generator_optimizer, self.generator)

    def _generate(self, draws: FakeDraws, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
        """Return images (n, C, R, R), the ws (n, num_ws, w_dim) they are made from, and w before mixing."""
        w = self.generator.mapping(draws.latents)
        ws = w[:, None, :].expand(-1, self.generator.num_ws, -1)
        if draws.other is not None:
            other = self.generator.mapping(draws.other)[:, None, :]
            late = torch.arange(self.generator.num_ws, device=self.device) >= draws.mix_from
            ws = torch.where(late[None, :, None], other, ws)
        return self.generator.synthesis(ws, noise=draws.noise, dtype=dtype), ws, w

    def _update(self, optimizer: torch.optim.Optimizer, network: nn.Module) -> None:
        for gradient in _gradients((network,)):
            torch.nan_to_num_(gradient, nan=0.0, posinf=1e5, neginf=-1e5)
        optimizer.step()

    @torch.no_grad()
    def _average(self) -> None:
        """Average the weights; the half-life begins short, unless the first weights were good already."""
        half_life = self.config.ema_kimg * 1000
        if not self.start_digest:
            half_life = min(half_life, self.images_seen * _EMA_RAMP)
        keep = 0.5 ** (self.config.batch_size / max(half_life, 1e-8))
        torch._foreach_lerp_(list(self.averaged.parameters()), list(self.generator.parameters()), 1 - keep)
        for mean, value in zip(self.averaged.buffers(), self.generator.buffers(), strict=True):
            mean.copy_(value)


def _freeze(discriminator: Discriminator, n: int, is_known: bool) -> None:
    if n > 0 and not is_known:
        raise ConfigError(
            "Blocks of the discriminator are to stay as they are, but none is given for these images.",
            hint="Set freeze-d to 0, or start from a training of the same size whose checkpoint is there.",
        )
    freeze_blocks(discriminator, n)


def _to(module: Network, device: torch.device) -> Network:
    return module.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def _adam(module: nn.Module, learning_rate: float, lazy_interval: int) -> torch.optim.Adam:
    """Adam with the published correction for lazy regularisation (2020, appendix B)."""
    ratio = lazy_interval / (lazy_interval + 1) if lazy_interval else 1.0
    betas = (0.0, 0.99**ratio)
    return torch.optim.Adam(module.parameters(), lr=learning_rate * ratio, betas=betas, eps=1e-8, fused=True)


def _trained(network: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def _gradients(networks: Iterable[nn.Module]) -> list[Tensor]:
    return [p.grad for network in networks for p in network.parameters() if p.grad is not None]
