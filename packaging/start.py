"""Where the built application begins."""

import multiprocessing
import sys

from segstyle_gui.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a process of a built application's pool must not open a window
    sys.exit(main())
