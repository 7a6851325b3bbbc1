"""``python -m sahelkit``: the same as the command ``sahelkit``."""

from sahelkit.cli import main

main()
