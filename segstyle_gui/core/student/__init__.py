"""The student: a small network distilled from generated pairs, and how it labels real images.

It knows images and label maps only; generators, clusters and projects may not enter here.
"""
