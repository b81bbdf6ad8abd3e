"""What is kept of a finished training, in a sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from segstyle_gui.project.records import RunRecord


def kept_text(run: RunRecord) -> str:
    """Return on how many images it learnt, which state is kept, and how good that is."""
    summary = run.summary
    n_images, kept = f"{summary.get('images', 0):,}", summary.get("kept_kimg")
    if kept is None:  # it wasn't measured
        again = _tr("On {0} images. Train again for longer, or with other settings.")
        return again.format(n_images)
    text = _tr("On {0} images.").format(n_images)
    if kept < summary["kimg"]:
        text = _tr("On {0} images; kept as it was at {1} kimg, when the samples were best.")
        text = text.format(n_images, f"{kept:.1f}")
    figures = _tr("Distance {0}; two halves of your images are up to {1} apart.")
    baseline = max(summary["quality"]["baseline"], 0.0)
    return f"{text} {figures.format(_figure(summary['distance']), _figure(baseline))}"


def _figure(distance: float) -> str:
    return f"{distance:.3f}" if abs(distance) < 0.1 else f"{distance:.2f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("GeneratorPage", text)
