"""The masks page: predicted masks are looked at, corrected by hand and marked as reviewed.

What it does without widgets (order, loading, counting) is in modules of its own beside the page.
"""
