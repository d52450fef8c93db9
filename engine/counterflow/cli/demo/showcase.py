"""The models and workers that the demo shows. In a wheel they lie beside this file, in a clone where people
read them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PACKAGED = Path(__file__).parent / "showcase"
CLONE = Path(__file__).parents[4]


class Showcase(NamedTuple):
    """Two folders: of the models, and of the workers that do their tasks."""

    models: Path
    workers: Path


def find_showcase() -> Showcase:
    """Where the showcase is in this installation.

    Raises `FileNotFoundError`, which names both places, if it is in neither.
    """
    places = (
        Showcase(PACKAGED / "models", PACKAGED / "workers"),
        Showcase(CLONE / "bpmn" / "showcase", CLONE / "workers" / "samples" / "showcase"),
    )
    for candidate in places:
        if all(folder.is_dir() for folder in candidate):
            return candidate
    raise FileNotFoundError(
        f"Expected the demo's models and workers in {PACKAGED} or, in a clone, in {places[1].models} and "
        f"{places[1].workers}; install the package again, or run the demo from a whole clone"
    )
