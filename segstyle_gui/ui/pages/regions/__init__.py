"""The regions page: samples with regions in colours over them, shaped by eye.

What the gallery shows is a table per cluster; edits go through the session alone.
"""
