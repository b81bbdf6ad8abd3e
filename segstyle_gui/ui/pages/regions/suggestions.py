"""CLIP's names for a region, from the current run of names."""

from __future__ import annotations

from segstyle_gui.ui.session import Session


def suggestions_of(session: Session, region_id: int) -> list[tuple[str, float]]:
    """Return the best names with their scores, best first; empty for a region that was not looked at."""
    run = session.run("names")
    if run is None:
        return []
    for row in run.summary.get("suggestions", []):
        if row.get("region") == region_id:
            return [(str(name), float(score)) for name, score in row.get("best", [])]
    return []
