"""Item models: what lists and tables of the window show, held in memory.

A model knows Qt's item roles and numpy arrays; it knows no session, job or project.
"""
