"""How soon a new list of names is answered, once the regions were looked at.

Run: python benchmarks/prompt_speed.py [--project FILE] [--rounds 20]

The sample project is copied; the stage runs once (drawing, looking, storing), then lists of words that the
model has not embedded yet are previewed, and merges of regions, as the names page does.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import SILENT
from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline.name_preview import preview_names
from segstyle_gui.pipeline.name_regions import STAGE
from segstyle_gui.pipeline.text_model import TextModels
from segstyle_gui.project.edits import MergeRegions
from segstyle_gui.project.store import Project

_KNOWN = NamingConfig().prompts


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes; it must give something."""
    start = time.perf_counter()
    assert work() is not None
    return 1000 * (time.perf_counter() - start)


def spoken(times: list[float]) -> str:
    """Return median and worst."""
    return f"median {statistics.median(times):6.1f} ms, worst {max(times):6.1f} ms"


def new_lists(rounds: int) -> Iterator[NamingConfig]:
    """Yield the usual names, each time with one more word that was never asked for."""
    for n in range(rounds):
        yield NamingConfig(prompts=f"{_KNOWN}, thing number {n}")


def measure(project: Project, rounds: int) -> None:
    """Print the first look, new words, and merges."""
    kept = TextModels()
    with kept.at_hand():
        start = time.perf_counter()
        record = STAGE.run(project, NamingConfig(), SILENT)
        print(
            f"the stage, first look included: {time.perf_counter() - start:.2f} s ({record.summary['clip']})"
        )
        words = [
            milliseconds(lambda config=config: preview_names(project, config, SILENT))
            for config in new_lists(rounds)
        ]
        print(f"one new word:            {spoken(words)}")
        others = [
            milliseconds(
                lambda n=n: preview_names(
                    project, NamingConfig(prompts=", ".join(f"word {n} {k}" for k in range(12))), SILENT
                )
            )
            for n in range(rounds)
        ]
        print(f"a list of 12 new words:  {spoken(others)}")
        merges = []
        for _ in range(min(3, len(_ids(project)) - 2)):
            project.apply(MergeRegions(tuple(_ids(project)[:2])))
            merges.append(milliseconds(lambda: preview_names(project, NamingConfig(), SILENT)))
        print(f"after a merge:           {spoken(merges)}")


def _ids(project: Project) -> list[int]:
    state = project.region_state
    assert state is not None
    return [region.id for region in state.regions]


def main() -> None:
    """Measure on a copy."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", type=Path, default=resources_dir() / "near_eye" / "sample.segstyle")
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(args.project, Path(folder) / args.project.name)
        with Project.open(Path(copy)) as project:
            measure(project, args.rounds)


if __name__ == "__main__":
    main()
