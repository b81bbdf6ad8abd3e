"""A label set in, files for other tools out, each export re-read and compared pixel by pixel.

Projects, torch and Qt may not be used here: callers hand over classes and functions that load label maps.
"""
