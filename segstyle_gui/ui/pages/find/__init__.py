"""The page that finds by text: a sentence, the samples that fit it, and a strip along the direction found.

Nothing of the regions changes before the samples are used.
"""
