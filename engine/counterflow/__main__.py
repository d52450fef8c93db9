"""`counterflow …`, or `python -m counterflow …`."""

from __future__ import annotations

import sys

from counterflow.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
