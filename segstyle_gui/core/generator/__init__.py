"""StyleGAN2 in plain PyTorch: the networks, their training and their weights on disk.

Only :mod:`checkpoint` touches files, and nothing here knows of projects or windows.
"""
