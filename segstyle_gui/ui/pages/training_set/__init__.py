"""The training set page: pairs of image and label map before they are made, and what is left out.

The preview uses the same thresholds as the stage itself.
"""
