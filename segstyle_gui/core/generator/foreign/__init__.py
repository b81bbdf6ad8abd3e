"""Generators from other programs: published StyleGAN2 checkpoints as tensors of this project's network.

Nothing in such a file is ever run; the door is
:func:`segstyle_gui.core.generator.foreign.read.read_generator`.
"""
