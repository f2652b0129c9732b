"""The same as the command `cmresearch`: `python -m cmresearch`."""

import sys

from cmresearch.cli import main

if __name__ == "__main__":
    sys.exit(main())
