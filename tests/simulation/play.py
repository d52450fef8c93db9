"""One seed played: its process drawn, its world run; a failure told with what is needed to see it again."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.simulation.coverage import Tally
from tests.simulation.drawing import draw
from tests.simulation.generator import case_of
from tests.simulation.shapes import Case
from tests.simulation.shrink import shrink
from tests.simulation.world import World

SEEDS = int(os.environ.get("SEEDS", "1500"))
FIRST = int(os.environ.get("FIRST", "0"))
"""How many seeds a run plays, and from which on; `SEED=n` plays that one."""


class SeedFailed(AssertionError):
    """A seed's world has met a violation."""


def seeds() -> range:
    """The seeds that the environment asks for."""
    only = os.environ.get("SEED")
    return range(FIRST, FIRST + SEEDS) if only is None else range(int(only), int(only) + 1)


def play(seed: int, case: Case) -> Tally:
    """Run the world of a seed; answers what has occurred. Raises `Violation`, or whatever went wrong."""
    world = World(seed, case)
    with _quiet(), _collected_rarely():
        world.run()
    return world.occurred


def play_or_tell(seed: int) -> Tally:
    """Like `play`; a failure comes with its repro and its smallest process."""
    case = case_of(seed)
    try:
        return play(seed, case)
    except Exception as failure:
        kind = type(failure)
        smallest = shrink(case, lambda candidate: _fails_alike(seed, candidate, kind))
        text = "\n".join(draw(generation).decode() for generation in smallest.generations)
        raise SeedFailed(
            f"SEED={seed} make simulate\n{type(failure).__name__}: {failure}\nThe smallest process:\n{text}"
        ) from failure


def _fails_alike(seed: int, case: Case, kind: type[Exception]) -> bool:
    try:
        play(seed, case)
    except Exception as other:  # noqa: BLE001 - whatever the run has raised is what is looked for
        return type(other) is kind
    return False


@contextmanager
def _quiet() -> Iterator[None]:
    """Failed commits and incidents are part of the game, and not worth a line each."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _collected_rarely() -> Iterator[None]:
    """A world makes a great many rows and few circles: looking for these as often as usual is a tenth of it."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
