"""`python -m counterflow.demo`."""

from __future__ import annotations

import sys

from counterflow.demo.story import main

if __name__ == "__main__":
    sys.exit(main())
