"""The window: pages, views and item models over one session.

It starts jobs and applies edits, waits for nothing, and never imports torch itself.
"""
