"""The command line: words and flags in, stages and edits called, text or JSON out.

No Qt here, and no torch until a command needs it, so that ``--help`` and ``status`` answer at once.
"""
