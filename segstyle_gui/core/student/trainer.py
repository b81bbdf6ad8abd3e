"""One training as an object: what a step does, what is measured, and the state that resuming needs."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from segstyle_gui.core.device import Precision, compute_dtype
from segstyle_gui.core.metrics import confusion_matrix, mean_iou
from segstyle_gui.core.student.augment import make_augmenter
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.data import IGNORE, Pair, TrainingData
from segstyle_gui.core.student.loss import learning_rate, set_learning_rate, student_loss
from segstyle_gui.core.student.network import Student, StudentSpec, build_student
from segstyle_gui.core.student.self_train import mix_batches, pseudo_labels
from segstyle_gui.errors import ConfigError, StageError

_STATISTICS_IMAGES = 64
_MEASURE_BATCH = 32
_SIZE_STEP = 16  # pixels; the networks halve the image four times at most
_MAX_GRADIENT = 5.0
_SEEDS_PER_RUN = 1_000_003  # a prime: the steps of two seeds draw different numbers
_TOLERATED_LOSS = 0.05  # mIoU on the synthetic set that learning from real images may cost


@dataclass(frozen=True, slots=True)
class StudentPoint:
    """A point of the training curve; ``val_miou`` is NaN where only the loss was looked at."""

    keep_all: ClassVar[bool] = True  # a curve wants every point

    step: int
    loss: float
    val_miou: float
    seconds: float


class Trainer:
    """The student, its running mean and its optimiser, one step at a time.

    Every random number of step ``n`` follows from the seed and ``n``, so there is no generator state to keep.
    """

    def __init__(
        self,
        data: TrainingData,
        config: StudentConfig,
        device: torch.device,
        unlabelled: NDArray[np.uint8] | None = None,
    ) -> None:
        self.data, self.config, self.device, self.unlabelled = data, config, device, unlabelled
        self.spec = _measure_spec(data, config)
        _check_unlabelled(unlabelled, self.spec, config)
        self.student = _seeded_student(self.spec, config).to(device)
        self.average = copy.deepcopy(self.student).requires_grad_(False) if config.ema > 0 else self.student
        self.optimizer = _make_optimizer(self.student, config)
        self.augmenter = make_augmenter(config.augment, flip=config.flip)
        self.dtype = compute_dtype(device, _precision(config.precision))
        self.indices = torch.from_numpy(index_table(data.class_ids)).to(device)
        self.batches: Iterator[Pair] = iter(())
        self.step, self.seconds, self.loss_sum, self.loss_count = 0, 0.0, 0.0, 0
        self.history: list[StudentPoint] = []
        self.best: dict[str, Tensor] = {}
        self.best_miou = -1.0

    @property
    def n_steps(self) -> int:
        """Synthetic steps, and those of the self-training if there are real images for it."""
        further = self.config.self_train_steps if self.unlabelled is not None else 0
        return self.config.steps + further

    def start_batches(self) -> None:
        """Make the next batch the one of the current step."""
        rng = np.random.default_rng((self.config.seed, 1))
        self.batches = self.data.batches(self.config.batch_size, rng, start=self.step)

    def train_step(self) -> None:
        """Do one step of the optimiser and of the running mean."""
        rng = torch.Generator().manual_seed(self.config.seed * _SEEDS_PER_RUN + self.step)
        images, targets = self._batch(rng)
        set_learning_rate(self.optimizer, learning_rate(self.config, self.step))
        self.student.train()
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            logits = self.student(images)
        loss = student_loss(logits, targets, dice=self.config.loss == "ce+dice")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), _MAX_GRADIENT)
        self.optimizer.step()
        self._follow()
        self._count(float(loss.detach()))

    def measure(self) -> StudentPoint:
        """Measure the mIoU on the pairs held back, keep the best weights, return the curve's point."""
        images, labels = self.data.validation()
        predicted = np.concatenate([self.predict(part) for part in _parts(images, _MEASURE_BATCH)])
        table = index_table(self.data.class_ids)
        truth = np.concatenate([self._resize_labels(table[part]) for part in _parts(labels, _MEASURE_BATCH)])
        miou = mean_iou(confusion_matrix(truth, predicted, self.spec.n_classes))
        point = StudentPoint(self.step, self.loss_sum / max(self.loss_count, 1), miou, self.seconds)
        self.loss_sum, self.loss_count = 0.0, 0
        self.history.append(point)
        self._keep_best(0.0 if math.isnan(miou) else miou)
        return point

    @torch.inference_mode()
    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return class indices (N, S, S) of images (N, H, W, C), S being the training size."""
        self.average.eval()
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            logits = self.average(self._to_input(images))
        return logits.argmax(dim=1).cpu().numpy()

    @torch.inference_mode()
    def resize(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return images (N, H, W, C) as the student gets them, (N, S, S, C), S being the training size."""
        seen = self._to_input(images).round().clamp(0, 255).to(torch.uint8)
        return seen.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    def state(self) -> dict[str, Any]:
        """Return everything a resumed training needs, as tensors and plain values."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "loss_sum": self.loss_sum,
            "loss_count": self.loss_count,
            "history": [[p.step, p.loss, p.val_miou, p.seconds] for p in self.history],
            "best_miou": self.best_miou,
            "best": self.best,
            "student": self.student.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`state` returned (KeyError, RuntimeError or ValueError if it does not fit)."""
        self.student.load_state_dict(state["student"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = int(state["step"]), float(state["seconds"])
        self.loss_sum, self.loss_count = float(state["loss_sum"]), int(state["loss_count"])
        self.history = [StudentPoint(int(row[0]), *map(float, row[1:])) for row in state["history"]]
        self.best, self.best_miou = dict(state["best"]), float(state["best_miou"])

    def _batch(self, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        images, labels = next(self.batches)
        pair = self._to_input(images), self._to_targets(labels)
        if self.step >= self.config.steps and self.unlabelled is not None:
            pair = mix_batches(pair, self._real_pairs(max(1, len(images) // 2), rng))
        return self.augmenter(*pair, rng) if self.augmenter else pair

    def _real_pairs(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        assert self.unlabelled is not None
        rows = torch.randint(len(self.unlabelled), (n,), generator=rng).numpy()
        images = self._to_input(self.unlabelled[rows])
        sure = self.config.self_train_confidence
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            return images, pseudo_labels(self.average, images, sure, flip=self.config.flip)

    def _to_input(self, images: NDArray[np.uint8]) -> Tensor:
        x = torch.from_numpy(np.ascontiguousarray(images)).to(self.device).permute(0, 3, 1, 2).float()
        size = (self.spec.image_size, self.spec.image_size)
        if x.shape[-2:] == size:
            return x.contiguous()
        return F.interpolate(x, size=size, mode="bilinear", antialias=True)

    def _to_targets(self, labels: NDArray[np.uint8]) -> Tensor:
        ids = torch.from_numpy(np.ascontiguousarray(labels)).to(self.device).long()
        targets = self.indices[ids]
        if bool((targets < 0).any()):
            raise ValueError(f"label maps hold an id that is not one of {self.data.class_ids}")
        size = (self.spec.image_size, self.spec.image_size)
        if targets.shape[-2:] == size:
            return targets
        return F.interpolate(targets[:, None].float(), size=size, mode="nearest-exact")[:, 0].long()

    def _resize_labels(self, targets: NDArray[np.int64]) -> NDArray[np.int64]:
        size = (self.spec.image_size, self.spec.image_size)
        x = torch.from_numpy(targets)[:, None].float()
        return F.interpolate(x, size=size, mode="nearest-exact")[:, 0].long().numpy()

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the running mean; it follows fast at first so that it is of use early."""
        if self.average is self.student:
            return
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        theirs = self.student.state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(theirs[name], 1 - decay)
            else:
                value.copy_(theirs[name])

    def _count(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise StageError(
                f"The training diverged at step {self.step + 1}: its loss is {loss}.",
                hint="Lower the learning rate and train again.",
            )
        self.loss_sum += loss
        self.loss_count += 1
        self.step += 1

    def _keep_best(self, miou: float) -> None:
        further = self.step > self.config.steps
        learns_real = further or self.data.corrected() is not None
        is_tolerable = learns_real and miou >= self.best_miou - _TOLERATED_LOSS
        last_counts = self.config.validation_share == 0 or is_tolerable
        if last_counts or miou >= self.best_miou:
            self.best = {k: v.detach().cpu().clone() for k, v in self.average.state_dict().items()}
            self.best_miou = miou if last_counts and not learns_real else max(miou, self.best_miou)


def index_table(class_ids: tuple[int, ...]) -> NDArray[np.int64]:
    """Return (256,) int64 from class id to output channel; 255 stays 255, unknown ids become -1."""
    table = np.full(256, -1, np.int64)
    table[list(class_ids)] = np.arange(len(class_ids))
    table[IGNORE] = IGNORE
    return table


def _parts(array: NDArray[Any], size: int) -> list[NDArray[Any]]:
    return [array[i : i + size] for i in range(0, len(array), size)]


def _measure_spec(data: TrainingData, config: StudentConfig) -> StudentSpec:
    images, _ = next(data.batches(_STATISTICS_IMAGES, np.random.default_rng((config.seed, 2))))
    channels = images.shape[-1]
    mean, std = (127.5,) * channels, (127.5,) * channels
    if config.normalize_input:
        mean = tuple(images.mean(axis=(0, 1, 2)).tolist())
        std = tuple(np.maximum(images.std(axis=(0, 1, 2)), 1.0).tolist())
    return StudentSpec(
        architecture=config.architecture,
        class_ids=data.class_ids,
        channels=channels,
        mean=mean,
        std=std,
        image_size=config.image_size or -(-images.shape[1] // _SIZE_STEP) * _SIZE_STEP,
        width=config.width,
        norm=config.norm,
    )


def _seeded_student(spec: StudentSpec, config: StudentConfig) -> Student:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return build_student(spec, encoder_weights=config.encoder_weights)


def _make_optimizer(student: Student, config: StudentConfig) -> torch.optim.Optimizer:
    kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
    return kind(student.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)


def _precision(name: str) -> Precision:
    return "float32" if name == "float32" else "bfloat16" if name == "bfloat16" else "auto"


def _check_unlabelled(images: NDArray[np.uint8] | None, spec: StudentSpec, config: StudentConfig) -> None:
    if images is None:
        if config.self_train_steps:
            raise ConfigError(
                f"Self-training of {config.self_train_steps} steps was asked for without real images.",
                hint="Import images first, or set the self-training steps to 0.",
            )
        return
    if images.ndim != 4 or images.dtype != np.uint8 or images.shape[-1] != spec.channels or not len(images):
        raise ValueError(
            f"real images are {images.shape} {images.dtype}; wanted (M, H, W, {spec.channels}) uint8"
        )
