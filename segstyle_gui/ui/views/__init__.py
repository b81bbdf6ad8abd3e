"""Views that show images, curves and scores: arrays in, signals out.

A view knows the theme and Qt; it knows no session, job or project, so every page can use it.
"""
