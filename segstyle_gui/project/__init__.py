"""The project file, its journal, its lock and the edits a user can make: the only place that imports h5py.

No Qt and no torch may come in here, and nothing may write a project file except through a commit.
"""
