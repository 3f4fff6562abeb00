"""`python -m neurolab`: see cli.py."""

import sys

from neurolab.cli import main

if __name__ == "__main__":
    sys.exit(main())
