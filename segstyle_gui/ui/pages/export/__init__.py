"""The export page: what an export would hold, where it goes, and what was written.

Nothing is written before the counts are shown.
"""
