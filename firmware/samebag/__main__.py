"""``python -m samebag`` is the ``samebag`` command."""

import sys

from samebag.cli import main

if __name__ == "__main__":
    sys.exit(main())
