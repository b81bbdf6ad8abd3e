"""The use cases, one file each: read the project, call core, write the project.

Nothing here knows a window, a thread or HDF5; modules that import torch are imported inside functions.
"""
