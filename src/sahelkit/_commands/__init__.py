"""Sub-commands of `sahelkit`, one file each. They read options, call the library and print; nothing is computed here.

A command imports what it needs inside its function, so that ``sahelkit --help`` answers at once.
"""
