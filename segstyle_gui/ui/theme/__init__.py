"""How the window looks: colours, sizes, fonts and icons, in dark and light.

Views take every colour and size from here; ``theme.apply_theme`` switches at run time.
"""
