"""`make simulate`: play seeds on every processor, tell how far it is, what broke, what has occurred, and what
the mutants say.

`SEEDS=5000` says how many, `FIRST=100000` from which on, `SEED=17` plays that one alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

import pytest

from tests.simulation.coverage import Tally, never, table
from tests.simulation.mutants import MUTANTS
from tests.simulation.play import SeedFailed, play_or_tell, seeds
from tests.simulation.test_mutants import caught_by

SHARE = 25
TOLD_EVERY_S = 5.0
ENOUGH = 1_000
"""In so many seeds everything must have occurred."""


def play_share(share: range) -> tuple[int, Tally, list[str]]:
    """Seeds one after another: how many, what has occurred, and what each that failed has to say."""
    occurred: Tally = Counter()
    failures = []
    for seed in share:
        try:
            occurred += play_or_tell(seed)
        except SeedFailed as failure:
            failures.append(str(failure))
    return len(share), occurred, failures


def shares(wanted: range) -> Iterator[range]:
    for first in range(wanted.start, wanted.stop, SHARE):
        yield range(first, min(first + SHARE, wanted.stop))


def play_all(wanted: range) -> tuple[Tally, int]:
    """All seeds; tells of failures as they come."""
    occurred: Tally = Counter()
    done = failed = 0
    began = told = time.monotonic()
    with ProcessPoolExecutor() as pool:
        for future in as_completed([pool.submit(play_share, share) for share in shares(wanted)]):
            count, seen, failures = future.result()
            done, failed, occurred = done + count, failed + len(failures), occurred + seen
            for failure in failures:
                print(f"\n{failure}\n", flush=True)
            now = time.monotonic()
            if now - told >= TOLD_EVERY_S or done == len(wanted):
                told = now
                print(
                    f"{done} of {len(wanted)} seeds, {done * 60 / (now - began):.0f} a minute, {failed} failed",
                    flush=True,
                )
    return occurred, failed


def tell_mutants() -> int:
    """How many seeds each mutant survives; answers how many survive them all."""
    survivors = 0
    for mutant in MUTANTS:
        with pytest.MonkeyPatch.context() as patch:
            mutant(patch)
            caught = caught_by()
        survivors += caught is None
        print(
            f"{mutant.__name__:<40} {'SURVIVES' if caught is None else f'caught by seed {caught}'}",
            flush=True,
        )
    return survivors


def main() -> int:
    """The exit code: 0 where nothing broke, everything occurred and no mutant survived."""
    wanted = seeds()
    occurred, failed = play_all(wanted)
    if len(wanted) == 1:
        return int(failed > 0)
    print("\n" + "\n".join(table(occurred)) + "\n")
    missing: Sequence[str] = never(occurred) if len(wanted) >= ENOUGH else []
    for name in missing:
        print(f"never occurred: {name}")
    survivors = 0 if "FIRST" in os.environ else tell_mutants()
    print(
        f"\n{len(wanted)} seeds, {failed} failed, {len(missing)} kinds never occurred, {survivors} mutants survived"
    )
    return int(bool(failed or missing or survivors))


if __name__ == "__main__":
    sys.exit(main())
