"""The only threads: a job runs one stage away from the window and reports back by signals.

Nothing here draws, and nothing below this floor knows that threads exist.
"""
