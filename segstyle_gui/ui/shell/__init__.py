"""What surrounds the pages: top bar, rail, job bar, notices, panels and dialogs.

Nothing here knows a single page; pages know nothing of it.
"""
