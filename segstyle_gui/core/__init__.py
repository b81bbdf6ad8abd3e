"""The method itself: arrays and tensors in, arrays and tensors out.

No Qt, no HDF5 and no knowledge of projects may enter here.
"""
