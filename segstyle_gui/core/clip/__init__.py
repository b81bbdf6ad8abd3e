"""CLIP: text and images in one space, whole images or pixel by pixel, through open_clip.

Regions and directions do not live here, and nothing is downloaded unless a caller names weights.
"""
