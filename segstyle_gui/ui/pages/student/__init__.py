"""The student page: training as it goes, and what the student makes of real images meanwhile.

Preview types are told apart by their names: importing them would import torch.
"""
