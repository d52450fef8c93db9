"""Says which models of others are accepted as they stand: `python -m scripts.acceptance [FOLDER|ARCHIVE …]`.

Without a place those beside the repository are read (`../shared`), where they are. A jar is an archive:
engines publish the models of their tests in one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scripts.acceptance.measure import report, tallies
from scripts.acceptance.models import models_in

_SHARED: Final = Path(__file__).parents[3] / "shared"
PLACES: Final = (_SHARED / "models", _SHARED / "inputs" / "models")
_REASONS: Final = 40


def main(places: Sequence[Path]) -> None:
    """Print the table; a place that is not there is told and skipped."""
    missing = [place for place in places if not place.exists()]
    for place in missing:
        print(f"skipped: expected models in {place}, found nothing there")
    models = (model for place in places if place not in missing for model in models_in(place))
    for line in report(tallies(models), _REASONS):
        print(line)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or PLACES)
