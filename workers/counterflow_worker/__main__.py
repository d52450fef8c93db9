"""`python -m counterflow_worker FILE.py`."""

import sys

from counterflow_worker.loading import main

if __name__ == "__main__":
    sys.exit(main())
