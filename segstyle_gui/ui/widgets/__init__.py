"""Small controls that all pages share, each looking right in dark and light and usable by keyboard.

They know nothing of projects: values in, signals out.
"""
