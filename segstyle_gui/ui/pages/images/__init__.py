"""The Images page: a folder comes in, what the settings do to it is shown before, and all of it afterwards.

Files are read in jobs alone; the page keeps thumbnails in memory.
"""
