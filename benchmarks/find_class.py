r"""From a sentence to a class: make a rare thing common, find its region, and teach it to a student.

    python benchmarks/find_class.py --quick                       # minutes; shows that it runs
    python benchmarks/find_class.py --generator FILE --out FOLDER

The rare thing is the opaque lens of the near-eye renders, and the bundled CLIP looks for it. Everything is
done by the stages of a project. Reported are

- the share of samples that show an opaque lens, as they are and moved along the direction;
- the IoU of its class on renders that have one, of a student trained on the synthetic set.

Whether a sample shows one is said by a judge that was trained on renders alone (``lens_judge.py``), never by
the CLIP that chose the direction. Regions are named by a stand-in for the person who would look at them: each
gets the class that most of its pixels have in the judge's label maps. After regions were found again with
moved samples, that is done for the new ones, and for those that now lie in lenses. The student's figures come
from exact masks of renders; the judge has no part in them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from lens_judge import LENS, Judge, eyes, lens_shown
from numpy.typing import NDArray
from PIL import Image

from segstyle_gui.core.direction_strip import STRIP_PSI, sweep
from segstyle_gui.core.found_direction import DIRECTION_ARRAYS, Direction
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.label_maps import class_maps
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.metrics import confusion_matrix, iou_per_class
from segstyle_gui.core.near_eye import CLASS_NAMES
from segstyle_gui.core.progress import SILENT
from segstyle_gui.core.student.checkpoint import student_from_arrays
from segstyle_gui.core.student.config import StudentConfig
from segstyle_gui.core.student.predict import predict_label_map
from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline.artifacts import load_generator, load_regions
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.pipeline.find_direction import use_direction
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.project.edits import NameRegions
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

PROMPT = "an eye with a white cloudy pupil"
OPPOSITE = "an eye with a dark pupil"
_JUDGED_SEED = 20_000_000  # of samples that nothing was learnt from
_HELD_OUT = 4_500_000  # of the renders that students are measured on
_VOTERS = 96  # samples whose judged label maps name the regions
_ALPHAS = (0.0, 1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 12.0)


@dataclass(frozen=True)
class Plan:
    """How much is done."""

    judge_eyes: int = 800
    judge: StudentConfig = field(
        default_factory=lambda: StudentConfig(steps=800, width=16, augment="standard", ema=0.98)
    )
    judged: int = 1000  # samples
    held_out: int = 300  # renders
    stages: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "find_direction": {"n_samples": 3000},
            "find_regions": {"n_clusters": 48, "n_regions": 48, "n_samples": 160, "n_init": 4, "n_refits": 0},
            "synthesize": {"n_images": 1600},
            "train_student": {"steps": 1000},
        }
    )


QUICK = Plan(
    judged=200,
    held_out=60,
    stages={
        "find_direction": {"n_samples": 800},
        "find_regions": {"n_clusters": 40, "n_regions": 40, "n_samples": 64, "n_init": 2, "n_refits": 0},
        "synthesize": {"n_images": 320, "size": 64},
        "train_student": {"steps": 150, "width": 16},
    },
)


class Proof:
    """The stages of a project, with a judge beside them; ``facts`` is what was measured."""

    def __init__(self, project: Project, plan: Plan, cache: Path | None) -> None:
        self.project, self.plan = project, plan
        self.facts: dict[str, Any] = {}
        self._cache = cache
        self._started = time.monotonic()

    def stage(self, name: str, **values: Any) -> RunRecord:
        """Run a stage with the plan's settings, over which ``values`` go."""
        self._tell(name)
        found = stage_named(name)
        return found.run(self.project, found.config(**{**self.plan.stages.get(name, {}), **values}), SILENT)

    def run(self, generator: Path, **search: Any) -> None:
        """Do everything."""
        self.stage("import_generator", source=str(generator))
        self.generator: Generator = load_generator(self.project)
        size = self.generator.resolution
        self._tell("training the judge")
        self.judge = Judge.trained(size, self.plan.judge_eyes, self.plan.judge, self._cache)
        self.facts["judge"] = self.judge.measured(size, self.plan.held_out)
        self.stage("find_regions")
        self._name(range(_VOTERS))
        self._direction(**search)
        self._regions()
        self._distil()

    def _direction(self, **search: Any) -> None:
        run = self.stage("find_direction", **search)
        self.direction = Direction.from_arrays(self.project.arrays(run, DIRECTION_ARRAYS))
        seeds = range(_JUDGED_SEED, _JUDGED_SEED + self.plan.judged)
        self._tell("judging samples")
        self.facts["direction"] = run.summary
        self.facts["share_before"] = self._share(seeds, 0.0)
        self.facts["share_before_untruncated"] = self._share(seeds, 0.0, psi=1.0)
        self.facts["share_after"] = self._share(seeds, self.direction.alpha)
        few = seeds[: self.plan.judged // 4]
        self.facts["share_by_alpha"] = {alpha: self._share(few, alpha) for alpha in _ALPHAS}

    def _share(self, seeds: range, alpha: float, psi: float = STRIP_PSI) -> float:
        step = self.direction.shift(1.0, alpha=1.0)
        shown = [
            self.judge.share(sweep(self.generator, step, seeds[i : i + 50], [alpha], psi=psi)[:, 0])
            for i in range(0, len(seeds), 50)
        ]
        return round(float(np.mean(shown)), 4)

    def _regions(self) -> None:
        self._tell("finding regions with moved samples")
        run = use_direction(self.project, 0.5, SILENT)
        votes = self._name(range(_VOTERS), only=set(run.summary["new"]))
        kept = [number for number in run.summary["kept"] if number in votes]
        lens = [number for number, name in votes.items() if name == CLASS_NAMES[LENS]]
        self.facts["regions"] = {
            "kept": len(run.summary["kept"]),
            "lost": len(run.summary["lost"]),
            "new": len(run.summary["new"]),
            "of the lens": len(lens),
            "kept though they are of the lens": len(set(lens) & set(kept)),
        }

    def _name(self, seeds: range, only: set[int] | None = None) -> dict[int, str]:
        """Give regions the class that most of their pixels have in the judge's maps; return all votes.

        With ``only``, others keep theirs, except that a region of lenses becomes one: nobody would overlook
        it.
        """
        state = self.project.region_state
        assert state is not None
        drawn = Studio(self.project).region_samples(seeds, size=self.generator.resolution)
        regions, judged = state.cluster_to_region()[drawn.clusters], self.judge.label_maps(drawn.images)
        n = len(CLASS_NAMES)
        joint = np.bincount(
            regions.astype(int).ravel() * n + judged.ravel(), minlength=(regions.max() + 1) * n
        )
        table = joint.reshape(-1, n)
        votes = {region.id: CLASS_NAMES[table[region.id].argmax()] for region in state.regions}
        for name in CLASS_NAMES:
            changed = only is None or name == CLASS_NAMES[LENS]
            ids = tuple(i for i, vote in votes.items() if vote == name and (changed or i in (only or ())))
            if ids:
                self.project.apply(NameRegions(ids, name))
        return votes

    def _distil(self) -> None:
        made = self.stage("synthesize")
        self.facts["set"] = {
            name: made.summary[name] for name in ("images", "dropped", "moved", "pixel_share")
        }
        run = self.stage("train_student")
        student = student_from_arrays(self.project.arrays(run))
        self._tell("measuring the student")
        size = student.image_size
        names = {c.id: c.name for c in self.project.region_state.classes}  # type: ignore[union-attr]
        table = np.array([CLASS_NAMES.index(names[i]) if i in names else 0 for i in range(256)], np.uint8)
        for opaque in (True, False):
            first = _HELD_OUT + self.plan.held_out * opaque
            images, truth = eyes(range(first, first + self.plan.held_out), size, opaque=opaque)
            shown = lens_shown(truth) == opaque
            found = np.stack([table[predict_label_map(student, one, "crop")[0]] for one in images[shown]])
            iou = iou_per_class(confusion_matrix(truth[shown], found, len(CLASS_NAMES)))
            named = {name: round(float(value), 4) for name, value in zip(CLASS_NAMES, iou, strict=True)}
            title = "with a lens" if opaque else "without"
            seen = round(float(lens_shown(found).mean()), 4)
            self.facts[f"student on renders {title}"] = {
                "renders": int(shown.sum()),
                "iou": named,
                "seen": seen,
            }

    def _tell(self, what: str) -> None:
        print(f"{time.monotonic() - self._started:6.0f} s  {what}", flush=True)

    def picture(self) -> NDArray[np.uint8]:
        """Return a sheet: 12 samples as they are, moved, and their classes as grays."""
        seeds = range(_JUDGED_SEED, _JUDGED_SEED + 12)
        alphas = [0.0, self.direction.alpha]
        images = sweep(self.generator, self.direction.shift(1.0, alpha=1.0), seeds, alphas)[..., 0]
        regions = load_regions(self.project)
        w = latents_of(self.generator, seeds, STRIP_PSI, self.direction.shift(1.0))
        size = self.generator.resolution
        _, maps, _ = class_maps(self.generator, regions.clustering, regions.state, w, size=size)
        names = {c.id: c.name for c in regions.state.classes}
        grays = np.array(
            [60 * CLASS_NAMES.index(names[i]) if i in names else 0 for i in range(256)], np.uint8
        )
        rows = (images[:, 0], images[:, 1], grays[maps])
        return np.concatenate([np.concatenate(list(row), axis=1) for row in rows])


def main() -> None:
    """Run the proof and print what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    bundled = resources_dir() / "near_eye" / "generator.safetensors"
    parser.add_argument("--generator", type=Path, default=bundled)
    parser.add_argument("--prompt", default=PROMPT)
    parser.add_argument("--opposite", default=OPPOSITE)
    parser.add_argument("--method", default="logistic", choices=("logistic", "svm", "styles"))
    parser.add_argument("--alpha", type=float, default=0.0, help="0: chosen from CLIP's scores")
    parser.add_argument("--layers", default="all")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--cache", type=Path, help="folder that keeps the judge for the next run")
    parser.add_argument("--out", type=Path, help="folder for find_class.json and samples.png")
    args = parser.parse_args()
    search = {name: getattr(args, name) for name in ("prompt", "opposite", "method", "alpha", "layers")}
    with tempfile.TemporaryDirectory() as folder, Project.create(Path(folder) / "proof.segstyle") as project:
        proof = Proof(project, QUICK if args.quick else Plan(), args.cache)
        proof.run(args.generator, **search)
        text = json.dumps(proof.facts, indent=2, default=float)
        print(text)
        if args.out is not None:
            args.out.mkdir(parents=True, exist_ok=True)
            (args.out / "find_class.json").write_text(text + "\n")
            Image.fromarray(proof.picture()).save(args.out / "samples.png")


if __name__ == "__main__":
    main()
