"""Kill a process that edits a project at random moments; open the project again; count what is lost.

Run from the repository root::

    python benchmarks/kill_project.py --kills 100

A child process edits, undoes, redoes, checkpoints and stores runs in a fixed order, and prints the number
of each step once the call has returned. It is killed with SIGKILL. The project must then open, and must
hold exactly the steps that were printed, or one more: the step that was under way. The next child carries
on from there, so that damage would add up. Exit status 1 on any loss.
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
from segstyle_gui.project.store import Project

N_CLUSTERS = 24
START = initial_state(np.arange(N_CLUSTERS))


def kind_of(step: int) -> str:
    """Return what the numbered step does; the order repeats every 40 steps."""
    place = step % 40
    special = {7: "undo", 8: "undo", 9: "redo", 19: "checkpoint", 29: "checkpoint", 39: "run"}
    return special.get(place, "edit")


def edit_of(step: int, state: RegionState) -> Edit:
    """Return the edit of a numbered step on a state."""
    if step % 40 == 0:
        return CutTree(tuple(range(N_CLUSTERS)))
    if step % 40 == 15:
        return AddClass(f"class {step}")
    if step % 10 == 4:
        return MergeRegions((state.regions[0].id, state.regions[1].id))
    return RenameRegion(state.regions[step % len(state.regions)].id, f"step {step}")


@dataclass
class Model:
    """What the project should hold, kept in memory with plain stacks."""

    done: list[RegionState] = field(default_factory=lambda: [START])
    undone: list[RegionState] = field(default_factory=list)
    n_runs: int = 1

    def advance(self, step: int) -> Model:
        """Return the model after one more step."""
        kind, done, undone, n_runs = kind_of(step), list(self.done), list(self.undone), self.n_runs
        if kind == "edit":
            done, undone = [*done, apply_edit(done[-1], edit_of(step, done[-1]))[0]], []
        elif kind == "undo" and len(done) > 1:
            undone.append(done.pop())
        elif kind == "redo" and undone:
            done.append(undone.pop())
        return Model(done, undone, n_runs + (kind == "run"))

    def matches(self, project: Project) -> bool:
        """Return whether state, history and runs of the project are those of the model."""
        state, history = project.region_state, project.history()
        n_undone = sum(entry.undone for entry in history)
        return (
            state is not None
            and state_to_json(state) == state_to_json(self.done[-1])
            and (len(history) - n_undone, n_undone) == (len(self.done) - 1, len(self.undone))
            and len(project.runs()) == self.n_runs
        )


def child(path: Path, step: int) -> None:
    """Do one step after the other from ``step`` on, for ever; print each once it is acknowledged."""
    masks = np.random.default_rng(step).integers(0, 5, (4, 128, 128), dtype=np.uint8)
    with Project.open(path) as project:
        print("open", flush=True)
        while True:
            kind, state = kind_of(step), project.region_state
            assert state is not None
            if kind == "edit":
                project.apply(edit_of(step, state))
            elif kind == "run":
                project.add_run("predict", "masks", {"step": step}, {}, {}, {"labels": masks})
            else:
                {"undo": project.undo, "redo": project.redo, "checkpoint": project.checkpoint}[kind]()
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
