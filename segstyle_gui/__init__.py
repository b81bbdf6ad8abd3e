"""SegStyle: label images without annotation.

The floors, from the ground up: errors and paths, core, project and export, pipeline, workers and cli, ui,
app.
"""

__version__ = "0.1.0"
