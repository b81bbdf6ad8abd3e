"""The Generator page: train one, import one, and look at what it draws.

What a running training shows comes as previews of its job; everything else is asked of the studio in jobs.
"""
