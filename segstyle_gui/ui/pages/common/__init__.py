"""What several pages share: the settings of a stage with its run button, and its former runs.

Each piece knows a stage by its name alone.
"""
