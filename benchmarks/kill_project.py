"""Kill a process that edits a project at random moments; open the project again; count what is lost.

Run from the repository root::

    python benchmarks/kill_project.py --kills 100

A child process edits regions, paints and marks masks, undoes, redoes, checkpoints and stores runs in a fixed
order, and prints the number of each step once the call has returned. It is killed with SIGKILL. The project
must then open, and must hold exactly the steps that were printed, or one more: the step that was under way.
The next child carries on from there, so that damage would add up. Exit status 1 on any loss.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from segstyle_gui.core.classes import RegionState, initial_state, state_to_json
from segstyle_gui.errors import SegStyleError
from segstyle_gui.project.edits import AddClass, CutTree, Edit, MergeRegions, RenameRegion, apply_edit
from segstyle_gui.project.records import HistoryEntry
from segstyle_gui.project.store import Project

N_CLUSTERS = 24
START = initial_state(np.arange(N_CLUSTERS))
FIRST = 10**9  # stands for the step that stores the first masks
IMAGE = 1  # the image whose mask is painted
CLASSES = [[number, f"class {number}", [0, 0, 0]] for number in range(1, 5)]


def kind_of(step: int) -> str:
    """Return what the numbered step does; the order repeats every 40 steps."""
    place = step % 40
    special = {7: "undo", 8: "undo", 9: "redo", 19: "checkpoint", 29: "checkpoint", 39: "run"}
    masks = {14: "mark", 22: "undo_mask", 23: "redo_mask", 24: "undo_mask", 31: "mark", 32: "undo_mask"}
    paints = dict.fromkeys((2, 3, 11, 12, 13, 21, 25, 26, 27, 33, 34), "paint")
    return (special | masks | paints).get(place, "edit")


def edit_of(step: int, state: RegionState) -> Edit:
    """Return the edit of a numbered step on a state."""
    if step % 40 == 0:
        return CutTree(tuple(range(N_CLUSTERS)))
    if step % 40 == 15:
        return AddClass(f"class {step}")
    if step % 10 == 4:
        return MergeRegions((state.regions[0].id, state.regions[1].id))
    return RenameRegion(state.regions[step % len(state.regions)].id, f"step {step}")


def predicted(step: int) -> np.ndarray:
    """Return the label map that the run stored by a numbered step holds."""
    return np.random.default_rng(step).integers(0, 5, (256, 256), dtype=np.uint8)


def painted(step: int, label_map: np.ndarray) -> np.ndarray:
    """Return the label map after the stroke of a numbered step."""
    after = label_map.copy()
    top, left = np.random.default_rng(step).integers(0, 200, 2)
    after[top : top + 40, left : left + 56] = step % 5
    return after


@dataclass
class Mask:
    """A label map and its mark."""

    label_map: np.ndarray
    reviewed: bool = False

    def after(self, step: int) -> Mask:
        """Return what the paint or mark of a numbered step makes of it."""
        if kind_of(step) == "mark":
            return Mask(self.label_map, not self.reviewed)
        return Mask(painted(step, self.label_map), self.reviewed)


@dataclass
class Model:
    """What the project should hold, kept in memory with plain stacks."""

    done: list[RegionState] = field(default_factory=lambda: [START])
    undone: list[RegionState] = field(default_factory=list)
    n_runs: int = 2
    masks: list[Mask] = field(default_factory=lambda: [Mask(predicted(FIRST))])
    undone_masks: list[Mask] = field(default_factory=list)

    def advance(self, step: int) -> Model:
        """Return the model after one more step."""
        new = Model(
            list(self.done), list(self.undone), self.n_runs, list(self.masks), list(self.undone_masks)
        )
        new._make(step)
        return new

    def _make(self, step: int) -> None:
        kind = kind_of(step)
        if kind == "edit":
            self.done.append(apply_edit(self.done[-1], edit_of(step, self.done[-1]))[0])
            self.undone.clear()
        elif kind == "undo" and len(self.done) > 1:
            self.undone.append(self.done.pop())
        elif kind == "redo" and self.undone:
            self.done.append(self.undone.pop())
        elif kind in ("paint", "mark"):
            self.masks.append(self.masks[-1].after(step))
            self.undone_masks.clear()
        elif kind == "undo_mask" and len(self.masks) > 1:
            self.undone_masks.append(self.masks.pop())
        elif kind == "redo_mask" and self.undone_masks:
            self.masks.append(self.undone_masks.pop())
        elif kind == "run":
            self.n_runs, self.masks, self.undone_masks = self.n_runs + 1, [Mask(predicted(step))], []

    def matches(self, project: Project) -> bool:
        """Return whether states, histories and runs of the project are those of the model."""
        state, mask = project.region_state, self.masks[-1]
        return (
            state is not None
            and state_to_json(state) == state_to_json(self.done[-1])
            and _counts(project.history()) == (len(self.done) - 1, len(self.undone))
            and len(project.runs()) == self.n_runs
            and np.array_equal(project.label_map(IMAGE), mask.label_map)
            and project.reviewed == (frozenset({IMAGE}) if mask.reviewed else frozenset())
            and _counts(project.mask_history()) == (len(self.masks) - 1, len(self.undone_masks))
        )


def _counts(entries: tuple[HistoryEntry, ...]) -> tuple[int, int]:
    """Return how many edits of a history are made, and how many undone."""
    n_undone = sum(entry.undone for entry in entries)
    return len(entries) - n_undone, n_undone


def store_masks(project: Project, step: int) -> None:
    """Store a run of masks."""
    arrays = {f"label_maps/{IMAGE}": predicted(step)}
    project.add_run("predict", "masks", {"step": step}, {}, {"classes": CLASSES}, arrays)


def paint(project: Project, step: int) -> None:
    """Make the stroke of a numbered step."""
    before = project.label_map(IMAGE)
    project.paint(IMAGE, before, painted(step, before), f"stroke {step}")


def child(path: Path, step: int) -> None:
    """Do one step after the other from ``step`` on, for ever; print each once it is acknowledged."""
    with Project.open(path) as project:
        print("open", flush=True)
        while True:
            kind, state = kind_of(step), project.region_state
            assert state is not None
            if kind == "edit":
                project.apply(edit_of(step, state))
            elif kind == "mark":
                project.set_reviewed([IMAGE], IMAGE not in project.reviewed)
            elif kind in ("paint", "run"):
                {"paint": paint, "run": store_masks}[kind](project, step)
            else:
                getattr(project, kind)()
            print(step, flush=True)
            step += 1


def kill_once(path: Path, step: int, seconds: float, *, opened: bool) -> int:
    """Run a child from ``step`` on and kill it; return the first step that it did not acknowledge.

    ``seconds`` count from the moment the project is open in the child, or from its start.
    """
    command = [sys.executable, __file__, "--child", str(path), "--step", str(step)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if opened and process.stdout.readline() != "open\n":
            raise RuntimeError("the child could not open the project")
        time.sleep(seconds)
        process.kill()
        lines = process.stdout.read().splitlines(keepends=True)
    acknowledged = [int(line) for line in lines if line.endswith("\n") and line != "open\n"]
    return acknowledged[-1] + 1 if acknowledged else step


@dataclass
class Tally:
    """What the kills showed."""

    kills: int = 0
    opened: int = 0
    intact: int = 0
    acknowledged: int = 0
    under_way: Counter[str] = field(default_factory=Counter)

    def table(self) -> str:
        """Return the figures as lines of text."""
        moments = ", ".join(f"{kind} {count}" for kind, count in sorted(self.under_way.items()))
        return "\n".join(
            [
                f"kills                     {self.kills}",
                f"projects that opened      {self.opened}/{self.kills}",
                f"every step there          {self.intact}/{self.kills}",
                f"acknowledged steps        {self.acknowledged}",
                f"killed during             {moments}",
            ]
        )


def run(folder: Path, kills: int, seed: int, payload_mb: int, longest: float) -> Tally:
    """Kill ``kills`` children of one project; stop at the first loss."""
    path = folder / "Getötetes Projekt.segstyle"
    with Project.create(path) as project:
        clusters = np.random.default_rng(seed).random((payload_mb, 1 << 18), dtype=np.float32)
        arrays = {"clustering/centroids": clusters}
        project.add_run("find", "regions", {}, {}, {}, arrays, region_state=START)
        store_masks(project, FIRST)
    rng, tally, model, step = random.Random(seed), Tally(), Model(), 0
    while tally.kills < kills and tally.intact == tally.kills:
        opened = tally.kills % 4 != 3  # every fourth may die while it opens the project
        seconds = rng.uniform(0.0, longest) if opened else rng.uniform(0.2, 0.2 + longest)
        unknown = kill_once(path, step, seconds, opened=opened)
        tally.kills += 1
        tally.acknowledged += unknown - step
        tally.under_way[kind_of(unknown)] += 1  # or while opening, before that step began
        while step < unknown:
            model, step = model.advance(step), step + 1
        try:
            with Project.open(path, readonly=tally.kills % 2 == 0) as project:
                tally.opened += 1
                if not model.matches(project):  # the step under way may be there as a whole
                    model, step = model.advance(step), step + 1
                tally.intact += model.matches(project)
        except SegStyleError as error:
            print(f"kill {tally.kills}: {error}")
    return tally


def main() -> int:
    """Parse the command line, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--payload-mb", type=int, default=8, help="size of the project, MiB")
    parser.add_argument("--longest", type=float, default=0.5, help="longest life of a child, seconds")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        child(options.child, options.step)
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder), options.kills, options.seed, options.payload_mb, options.longest)
    print(tally.table())
    return 0 if tally.intact == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())
