"""One step of StyleGAN2's training, and the state that it changes."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from segstyle_gui.core.device import compute_dtype
from segstyle_gui.core.generator.augment import AdaptiveStrength, augment
from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.loss import discriminator_loss, generator_loss, path_lengths, r1_penalty
from segstyle_gui.core.generator.network import Generator, GeneratorSpec, latents_from_seeds
from segstyle_gui.errors import ConfigError

_W_AVG_BETA = 0.998  # memory of the running mean of w
_PATH_LENGTH_DECAY = 0.01
_EMA_RAMP = 0.05  # at the start the half-life is at most this share of the images seen
_N_SAMPLES = 16
SAMPLE_PSI = 0.7
# These may differ between the first leg of a training and the next.
_FREE_FIELDS = ("kimg", "checkpoint_minutes", "preview_kimg", "quality_kimg", "keep")

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
    would have.
    """

    def __init__(
        self, images: np.ndarray, config: TrainConfig, device: torch.device, init: Generator | None = None
    ) -> None:
        torch.manual_seed(config.seed)
        self.images, self.config, self.device = images, config, device
        self.spec = config.spec(images.shape[1], images.shape[3])
        self.dtype = compute_dtype(device, config.precision)
        self.generator = _to(_initial(self.spec, init), device)
        self.discriminator = _to(Discriminator(self.spec), device)
        self.averaged = copy.deepcopy(self.generator).eval().requires_grad_(False)
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
        self.path_length_mean = torch.zeros((), device=device)
        self.images_seen = 0
        self.steps = 0

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the images and of every setting that shapes the result, taken once."""
        config = dataclasses.asdict(self.config)
        for name in _FREE_FIELDS:
            config.pop(name)
        digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
        digest.update(str(self.images.shape).encode())
        digest.update(np.ascontiguousarray(self.images).data)
        return digest.hexdigest()

    def step(self) -> StepLosses:
        """Show one batch to both players and update them."""
        real = self._augment(self._real_batch())
        losses = self._play(real)
        if self.steps % self.config.r1_interval == 0:
            self._regularize_discriminator(real)
        if self.config.path_length_weight > 0 and self.steps % self.config.path_length_interval == 0:
            self._regularize_generator()
        self.images_seen += self.config.batch_size
        self.steps += 1
        self._average()
        return losses

    @torch.no_grad()
    def samples(self) -> Tensor:
        """Return 16 images (16, C, R, R) of the averaged generator at fixed latents."""
        z = latents_from_seeds(range(_N_SAMPLES), self.spec.z_dim).to(self.device)
        return self.averaged(z, SAMPLE_PSI)

    def _play(self, real: Tensor) -> StepLosses:
        fake = self._augment(self._fake_batch()[0])
        seen = fake.detach().requires_grad_(True)
        fake_logits = self.discriminator(seen, self.dtype)
        g_loss = generator_loss(fake_logits)
        (gradient,) = torch.autograd.grad(g_loss, seen, retain_graph=True)
        self.generator_optimizer.zero_grad(set_to_none=True)
        fake.backward(gradient)
        _clean_gradients(self.generator)

        real_logits = self.discriminator(real, self.dtype)
        d_loss = discriminator_loss(real_logits, fake_logits)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        d_loss.backward(inputs=list(self.discriminator.parameters()))
        _clean_gradients(self.discriminator)
        self.generator_optimizer.step()
        self.discriminator_optimizer.step()
        self.strength.update(real_logits.detach())
        return StepLosses(generator=g_loss.detach(), discriminator=d_loss.detach())

    def _regularize_discriminator(self, real: Tensor) -> None:
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        penalty = r1_penalty(self.discriminator, real, self.gamma, self.dtype) * self.config.r1_interval
        penalty.backward(inputs=list(self.discriminator.parameters()))
        _clean_gradients(self.discriminator)
        self.discriminator_optimizer.step()

    def _regularize_generator(self) -> None:
        self.generator_optimizer.zero_grad(set_to_none=True)
        images, ws = self._fake_batch(max(self.config.batch_size // 2, 1), torch.float32)
        lengths = path_lengths(images, ws, self.rng)
        self.path_length_mean.lerp_(lengths.mean().detach(), _PATH_LENGTH_DECAY)
        penalty = (lengths - self.path_length_mean).square().mean()
        scale = self.config.path_length_weight * self.config.path_length_interval
        (penalty * scale).backward()
        _clean_gradients(self.generator)
        self.generator_optimizer.step()

    def _fake_batch(self, n: int = 0, dtype: torch.dtype | None = None) -> tuple[Tensor, Tensor]:
        n = n or self.config.batch_size
        w = self.generator.mapping(self._latents(n))
        with torch.no_grad():
            self.generator.mapping.w_avg.lerp_(w.detach().mean(dim=0), 1 - _W_AVG_BETA)
        ws = w[:, None, :].expand(-1, self.generator.num_ws, -1)
        if float(torch.rand((), generator=self.rng, device=self.device)) < self.config.style_mixing:
            other = self.generator.mapping(self._latents(n))[:, None, :]
            start = int(torch.randint(1, self.generator.num_ws, (), generator=self.rng, device=self.device))
            late = torch.arange(self.generator.num_ws, device=self.device) >= start
            ws = torch.where(late[None, :, None], other, ws)
        images = self.generator.synthesis(ws, noise="random", dtype=dtype or self.dtype, rng=self.rng)
        return images, ws

    def _latents(self, n: int) -> Tensor:
        return torch.randn((n, self.spec.z_dim), generator=self.rng, device=self.device)

    def _real_batch(self) -> Tensor:
        """Return the next images (N, C, R, R) in [-1, 1]; each pass over the set has its own order."""
        n = self.config.batch_size
        positions = np.arange(self.images_seen, self.images_seen + n)
        epochs = positions // len(self.images)
        index = np.empty(n, dtype=np.int64)
        for epoch in np.unique(epochs):
            order = np.random.default_rng([self.config.seed, int(epoch)]).permutation(len(self.images))
            index[epochs == epoch] = order[positions[epochs == epoch] % len(self.images)]
        batch = torch.from_numpy(self.images[index]).to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        if self.config.mirror:
            flip = torch.rand(n, generator=self.rng, device=self.device) < 0.5
            batch = torch.where(flip[:, None, None, None], batch.flip(3), batch)
        return batch

    def _augment(self, images: Tensor) -> Tensor:
        return augment(images, self.strength.p, self.rng, color=self.config.augment_color)

    @torch.no_grad()
    def _average(self) -> None:
        half_life = min(self.config.ema_kimg * 1000, self.images_seen * _EMA_RAMP)
        keep = 0.5 ** (self.config.batch_size / max(half_life, 1e-8))
        torch._foreach_lerp_(list(self.averaged.parameters()), list(self.generator.parameters()), 1 - keep)
        for mean, value in zip(self.averaged.buffers(), self.generator.buffers(), strict=True):
            mean.copy_(value)


def _initial(spec: GeneratorSpec, init: Generator | None) -> Generator:
    generator = Generator(spec)
    if init is None:
        return generator
    if init.spec != spec:
        raise ConfigError(
            f"The generator to start from has other shapes ({init.spec}); wanted {spec}.",
            hint="Start from one of the same size and widths, or train from scratch.",
        )
    generator.load_state_dict(init.state_dict())
    return generator


def _to(module: Network, device: torch.device) -> Network:
    return module.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def _adam(module: nn.Module, learning_rate: float, lazy_interval: int) -> torch.optim.Adam:
    """Adam with the published correction for lazy regularisation (2020, appendix B)."""
    ratio = lazy_interval / (lazy_interval + 1) if lazy_interval else 1.0
    return torch.optim.Adam(module.parameters(), lr=learning_rate * ratio, betas=(0.0, 0.99**ratio), eps=1e-8)


def _clean_gradients(module: nn.Module) -> None:
    for parameter in module.parameters():
        if parameter.grad is not None:
            torch.nan_to_num_(parameter.grad, nan=0.0, posinf=1e5, neginf=-1e5)
